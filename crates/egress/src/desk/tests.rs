//! The limits, with virtual time: who runs, who waits, who is turned away.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use super::*;
use crate::query::{BundleQuery, CompareQuery, ExpandQuery, SearchQuery, ServicesQuery, TimelineQuery, TopologyQuery};

/// Takes a second for a bundle, for ever for a search, panics for the rest.
#[derive(Default)]
struct Slow {
    running: AtomicUsize,
    most: AtomicUsize,
}

impl ContextService for Slow {
    fn bundle(&self, _: BundleQuery) -> Answering<'_> {
        Box::pin(async {
            let running = self.running.fetch_add(1, Relaxed) + 1;
            self.most.fetch_max(running, Relaxed);
            tokio::time::sleep(Duration::from_secs(1)).await;
            self.running.fetch_sub(1, Relaxed);
            Ok(Answer::default())
        })
    }

    fn search(&self, _: SearchQuery) -> Answering<'_> {
        Box::pin(std::future::pending())
    }

    fn expand(&self, _: ExpandQuery) -> Answering<'_> {
        Box::pin(async { panic!("on purpose") })
    }

    fn services(&self, _: ServicesQuery) -> Answering<'_> {
        Box::pin(async { Ok(Answer::default()) })
    }

    fn compare(&self, _: CompareQuery) -> Answering<'_> {
        Box::pin(async { Ok(Answer::default()) })
    }

    fn timeline(&self, _: TimelineQuery) -> Answering<'_> {
        Box::pin(async { Ok(Answer::default()) })
    }

    fn topology(&self, _: TopologyQuery) -> Answering<'_> {
        Box::pin(async { Ok(Answer::default()) })
    }

    fn status(&self) -> Status {
        Status::Ready
    }
}

fn desk(questions_max: usize, waiting_max: usize) -> (Desk, Arc<Slow>) {
    let slow = Arc::new(Slow::default());
    let limits = Limits { questions_max, waiting_max, answer_timeout: Duration::from_secs(10), ..Limits::default() };
    (Desk::new(slow.clone(), limits, Arc::default()), slow)
}

async fn ask(desk: &Desk, question: Question) -> Result<Answer, ServiceError> {
    let asked = Asked { query: Some("q".to_owned()), handle: Some("h".to_owned()), ..Asked::default() };
    desk.ask(Door::Http, question, asked, Format::Text).await
}

#[tokio::test(start_paused = true)]
async fn so_many_run_so_many_wait_and_the_rest_are_refused_at_once() {
    let (desk, slow) = desk(2, 3);
    let asking: Vec<_> = (0..8)
        .map(|_| {
            let desk = desk.clone();
            tokio::spawn(async move { ask(&desk, Question::Bundle).await })
        })
        .collect();
    let mut answered = 0;
    for asked in asking {
        match asked.await.unwrap() {
            Ok(_) => answered += 1,
            Err(ServiceError::Unavailable(message)) => assert!(message.contains("too many"), "{message}"),
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!((answered, slow.most.load(Relaxed)), (5, 2));
    // The places are free again.
    assert!(ask(&desk, Question::Bundle).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn waiting_counts_towards_the_time_that_an_answer_may_take() {
    let (desk, _) = desk(1, 20);
    let (stuck, waiting) = tokio::join!(ask(&desk, Question::Search), ask(&desk, Question::Bundle));
    for late in [stuck, waiting] {
        assert!(late.unwrap_err().to_string().contains("no answer within 10000 ms"));
    }
    assert!(ask(&desk, Question::Bundle).await.is_ok(), "a question that ran out of time has left its place");
}

#[tokio::test(start_paused = true)]
async fn a_question_that_is_dropped_leaves_its_place() {
    let (desk, _) = desk(1, 0);
    let dropped = tokio::time::timeout(Duration::from_millis(1), ask(&desk, Question::Search)).await;
    assert!(dropped.is_err());
    assert!(ask(&desk, Question::Services).await.is_ok());
}

#[tokio::test]
async fn a_panic_is_one_questions_fault() {
    let (desk, _) = desk(1, 0);
    let failed = ask(&desk, Question::Expand).await.unwrap_err();
    assert_eq!(failed, ServiceError::Internal("the question met a fault of ours".to_owned()));
    assert!(ask(&desk, Question::Services).await.is_ok());
}
