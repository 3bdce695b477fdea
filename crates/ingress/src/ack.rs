//! What becomes of a batch, told back to where it came from.
//!
//! Each [`Delivery`] is answered exactly once: durable, or failed in a way that is worth another try or not. An [`Ack`]
//! that is dropped without an answer counts as a failure worth another try, so a consumer that stops in the middle loses
//! nothing. Until it is answered, the batch keeps its room in the intake.

use decant_model::Batch;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};

/// A batch on its way in.
#[derive(Debug)]
pub struct Delivery {
    pub batch: Batch,
    pub ack: Ack,
}

/// What the sender is told when its batch is durable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// Rows that were refused by a policy; an OTLP client is told as partial success.
    pub rejected_rows: u64,
    /// Why, or any other warning; empty when there is none.
    pub message: String,
}

/// Why a batch is not durable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The sender should try again.
    #[error("{0}")]
    Retryable(String),
    /// It would fail again.
    #[error("{0}")]
    Permanent(String),
}

/// How a delivery ended.
pub type Outcome = Result<Stored, Failure>;

/// Answers one delivery.
#[derive(Debug)]
pub struct Ack {
    to: Option<To>,
    _room: Option<Room>,
}

/// Who waits for the answer.
#[derive(Debug)]
pub(crate) enum To {
    /// A request.
    Once(oneshot::Sender<Outcome>),
    /// A partition, which knows its batches by number. The channel has room for all that are open.
    Numbered { number: u64, answers: mpsc::Sender<(u64, Outcome)> },
}

/// Room in the intake, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Room {
    pub(crate) _rows: OwnedSemaphorePermit,
    pub(crate) _bytes: OwnedSemaphorePermit,
}

impl Ack {
    pub(crate) fn new(to: To, room: Room) -> Self {
        Self { to: Some(to), _room: Some(room) }
    }

    /// An ack that nobody waits for, for batches that were made elsewhere.
    #[must_use]
    pub fn unheard() -> Self {
        Self { to: None, _room: None }
    }

    /// The whole batch is durable.
    pub fn durable(self) {
        self.answer(Ok(Stored::default()));
    }

    /// Not durable.
    pub fn failed(self, failure: Failure) {
        self.answer(Err(failure));
    }

    /// Any answer.
    pub fn answer(mut self, outcome: Outcome) {
        self.send(outcome);
    }

    fn send(&mut self, outcome: Outcome) {
        // Whoever asked may have gone away: then the answer is of no use to anybody.
        match self.to.take() {
            Some(To::Once(sender)) => drop(sender.send(outcome)),
            Some(To::Numbered { number, answers }) => drop(answers.try_send((number, outcome))),
            None => {}
        }
    }
}

impl Drop for Ack {
    fn drop(&mut self) {
        self.send(Err(Failure::Retryable("the batch was given up before it was durable: send it again".to_owned())));
    }
}
