//! A batch on its way from a request to the intake, and what the client is told.

use std::time::Duration;

use decant_codec::DecodeError;
use decant_model::{Batch, Position, Signal};

use crate::ack::{Failure, Stored};
use crate::config::{Acknowledge, OtlpLimits};
use crate::intake::{Intake, Refusal};
use crate::metrics::{Door, End};

/// When a client that found no room should come again.
pub(super) const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Requests larger than this are decoded off the async workers; for smaller ones the way there costs more.
const INLINE_MAX_BYTES: usize = 64 << 10;

/// Why a request was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    /// It would be refused again.
    #[error("{0}")]
    Invalid(String),
    /// It is beyond a limit of size.
    #[error("{0}")]
    TooLarge(String),
    /// There was no room.
    #[error("{0}")]
    Full(String),
    /// It was taken and did not become durable, or nothing is taken any more.
    #[error("{0}")]
    Unavailable(String),
}

impl Refused {
    pub(super) fn is_retryable(&self) -> bool {
        matches!(self, Self::Full(_) | Self::Unavailable(_))
    }
}

impl From<DecodeError> for Refused {
    fn from(error: DecodeError) -> Self {
        match error {
            DecodeError::TooLarge { .. } | DecodeError::TooManyRecords { .. } | DecodeError::Inflated { .. } => {
                Self::TooLarge(format!("{error}: send smaller requests"))
            }
            error => Self::Invalid(error.to_string()),
        }
    }
}

/// One of the two doors, with what it needs.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) door: Door,
    pub(super) intake: Intake,
    pub(super) limits: OtlpLimits,
}

impl Entry {
    /// Where the next batch comes from.
    pub(super) fn position(&self) -> Position {
        Position { source: self.door.as_str().to_owned(), partition: 0, offset: self.intake.next_offset() }
    }

    /// Runs `decode`, off the async workers when there is much to do.
    pub(super) async fn decode(
        &self,
        bytes: usize,
        decode: impl FnOnce() -> Result<Batch, DecodeError> + Send + 'static,
    ) -> Result<Batch, Refused> {
        if bytes <= INLINE_MAX_BYTES {
            return Ok(decode()?);
        }
        match tokio::task::spawn_blocking(decode).await {
            Ok(decoded) => Ok(decoded?),
            Err(_) => Err(Refused::Invalid("decoding the request met a fault of ours".to_owned())),
        }
    }

    /// Hands the batch in and waits for what the operator wants to be waited for. `admitted` is let go once the batch is
    /// in the intake. Each outcome is counted.
    pub(super) async fn put<A>(
        &self,
        signal: Signal,
        batch: Result<Batch, Refused>,
        admitted: A,
    ) -> Result<Stored, Refused> {
        let (rows, outcome) = match batch {
            Ok(batch) => (batch.len() as u64, self.deliver(batch, admitted).await),
            Err(refused) => (0, Err(refused)),
        };
        let metrics = self.intake.metrics();
        match &outcome {
            Ok(stored) => metrics.accepted(self.door, signal, rows.saturating_sub(stored.rejected_rows)),
            Err(refused) => metrics.ended(self.door, signal, end(refused, rows)),
        }
        outcome
    }

    async fn deliver<A>(&self, batch: Batch, admitted: A) -> Result<Stored, Refused> {
        if batch.is_empty() {
            return Ok(Stored::default());
        }
        let durable = self.intake.offer(batch).await.map_err(|refusal| match refusal {
            Refusal::Full => Refused::Full(refusal.to_string()),
            Refusal::Closed => Refused::Unavailable(refusal.to_string()),
        })?;
        drop(admitted);
        if self.limits.acknowledge == Acknowledge::Received {
            return Ok(Stored::default());
        }
        match tokio::time::timeout(self.limits.durable_timeout, durable).await {
            Ok(Ok(Ok(stored))) => Ok(stored),
            Ok(Ok(Err(Failure::Permanent(why)))) => Err(Refused::Invalid(why)),
            Ok(Ok(Err(Failure::Retryable(why)))) => Err(Refused::Unavailable(why)),
            Ok(Err(_)) => Err(Refused::Unavailable(Refusal::Closed.to_string())),
            Err(_) => Err(Refused::Unavailable("not durable in time: send it again".to_owned())),
        }
    }
}

fn end(refused: &Refused, rows: u64) -> End {
    match refused {
        Refused::Full(_) => End::Full,
        Refused::Unavailable(_) => End::Failed,
        Refused::Invalid(_) | Refused::TooLarge(_) if rows > 0 => End::Rejected,
        Refused::Invalid(_) | Refused::TooLarge(_) => End::Invalid,
    }
}
