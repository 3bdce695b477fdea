//! The intake's bounds, without a network.

use std::{sync::Arc, time::Duration};

use decant_codec::{Limits, otlp};
use decant_ingress::{Intake, IntakeLimits, Metrics, Refusal};
use decant_model::{Batch, Position};

use crate::requests;

fn batch(rows: usize) -> Batch {
    otlp::logs_from_request(&requests::logs(&vec!["x"; rows]), &Limits::default(), Position::default()).unwrap()
}

fn limits(rows_max: usize) -> IntakeLimits {
    IntakeLimits { rows_max, wait_max: Duration::from_millis(10), ..IntakeLimits::default() }
}

#[tokio::test]
async fn room_is_given_back_when_the_batch_is_answered_and_not_when_it_is_taken() {
    let (intake, mut deliveries) = Intake::new(&limits(3), 0, Arc::new(Metrics::default()));
    let outcome = intake.offer(batch(2)).await.unwrap();
    let delivery = deliveries.recv().await.unwrap();
    assert_eq!(intake.offer(batch(2)).await.unwrap_err(), Refusal::Full);
    assert_eq!(intake.load().0, 2);
    delivery.ack.durable();
    assert!(outcome.await.unwrap().is_ok());
    assert_eq!(intake.load(), (0, 0));
    intake.offer(batch(2)).await.unwrap();
}

#[tokio::test]
async fn a_batch_larger_than_the_bound_is_let_in_alone() {
    let (intake, mut deliveries) = Intake::new(&limits(3), 0, Arc::new(Metrics::default()));
    intake.offer(batch(1)).await.unwrap();
    assert_eq!(intake.offer(batch(10)).await.unwrap_err(), Refusal::Full);
    drop(deliveries.recv().await);
    intake.offer(batch(10)).await.unwrap();
}

#[tokio::test]
async fn nobody_to_take_is_told_at_once() {
    let (intake, deliveries) = Intake::new(&limits(3), 0, Arc::new(Metrics::default()));
    drop(deliveries);
    assert_eq!(intake.offer(batch(1)).await.unwrap_err(), Refusal::Closed);
}

#[tokio::test]
async fn a_batch_that_is_given_up_is_to_be_sent_again() {
    let (intake, deliveries) = Intake::new(&limits(3), 0, Arc::new(Metrics::default()));
    let outcome = intake.offer(batch(1)).await.unwrap();
    drop(deliveries);
    assert!(matches!(outcome.await, Ok(Err(decant_ingress::Failure::Retryable(_)))));
}
