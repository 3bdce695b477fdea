//! The one queue through which batches come in.
//!
//! It is bounded three ways: in batches, rows and bytes. A batch keeps its room until its [`Ack`] is answered, so the
//! bounds hold for all that is queued or being worked on, not for the queue alone. A batch that is larger than a bound
//! is let in when there is nothing else.

use std::fmt::Write as _;
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering::Relaxed},
};
use std::time::Duration;

use decant_model::Batch;
use tokio::sync::{Semaphore, mpsc, oneshot};

use crate::ack::{Ack, Delivery, Outcome, Room, To};
use crate::config::IntakeLimits;
use crate::metrics::Metrics;

/// The other end of an [`Intake`]. It ends when all intakes are gone.
pub type Deliveries = mpsc::Receiver<Delivery>;

/// Why a batch was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("too much is on its way in: send it again later")]
    Full,
    #[error("nothing is taken in any more: the process is shutting down")]
    Closed,
}

/// Where sources put their batches. Cheap to clone; clones share the bounds.
#[derive(Clone, Debug)]
pub struct Intake(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    deliveries: mpsc::Sender<Delivery>,
    rows: Arc<Semaphore>,
    rows_max: u32,
    /// Counted in KiB, since permits are counted in 32 bits.
    kibibytes: Arc<Semaphore>,
    kibibytes_max: u32,
    wait_max: Duration,
    next_offset: AtomicI64,
    metrics: Arc<Metrics>,
}

impl Intake {
    /// `first_offset` begins the numbering of requests, which have no offset of their own: a number that grows from one
    /// start of the process to the next, such as the Unix time in nanoseconds.
    #[must_use]
    pub fn new(limits: &IntakeLimits, first_offset: i64, metrics: Arc<Metrics>) -> (Self, Deliveries) {
        let (deliveries, receiver) = mpsc::channel(limits.batches_max);
        let rows_max = u32::try_from(limits.rows_max).unwrap_or(u32::MAX);
        let kibibytes_max = u32::try_from(limits.bytes_max >> 10).unwrap_or(u32::MAX).max(1);
        let inner = Inner {
            deliveries,
            rows: Arc::new(Semaphore::new(rows_max as usize)),
            rows_max,
            kibibytes: Arc::new(Semaphore::new(kibibytes_max as usize)),
            kibibytes_max,
            wait_max: limits.wait_max,
            next_offset: AtomicI64::new(first_offset),
            metrics,
        };
        (Self(Arc::new(inner)), receiver)
    }

    #[must_use]
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.0.metrics
    }

    /// Rows and bytes that are on their way in now.
    #[must_use]
    pub fn load(&self) -> (usize, usize) {
        let inner = &self.0;
        let rows = inner.rows_max as usize - inner.rows.available_permits();
        let kibibytes = inner.kibibytes_max as usize - inner.kibibytes.available_permits();
        (rows, kibibytes << 10)
    }

    /// Appends the load as gauges.
    pub fn write_prometheus(&self, out: &mut String) {
        let (rows, bytes) = self.load();
        for (name, help, value) in [
            ("decant_ingress_open_rows", "Rows that are on their way in and not durable.", rows),
            ("decant_ingress_open_bytes", "Bytes that are on their way in and not durable.", bytes),
        ] {
            // Writing to a string does not fail.
            writeln!(out, "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}").ok();
        }
    }

    /// How long a request waits for room.
    pub(crate) fn wait_max(&self) -> Duration {
        self.0.wait_max
    }

    pub(crate) fn next_offset(&self) -> i64 {
        self.0.next_offset.fetch_add(1, Relaxed)
    }

    /// Hands a batch in, waiting at most the configured time for room; the outcome comes when it is durable.
    ///
    /// # Errors
    /// When there is no room in time, or nobody takes batches any more.
    pub async fn offer(&self, batch: Batch) -> Result<oneshot::Receiver<Outcome>, Refusal> {
        let inner = &self.0;
        let (rows, kibibytes) = inner.size(&batch);
        let room = async {
            let rows = inner.rows.clone().acquire_many_owned(rows).await.map_err(|_| Refusal::Closed)?;
            let bytes = inner.kibibytes.clone().acquire_many_owned(kibibytes).await.map_err(|_| Refusal::Closed)?;
            let slot = inner.deliveries.reserve().await.map_err(|_| Refusal::Closed)?;
            Ok((Room { _rows: rows, _bytes: bytes }, slot))
        };
        let (room, slot) = tokio::time::timeout(inner.wait_max, room).await.map_err(|_| Refusal::Full)??;
        let (sender, outcome) = oneshot::channel();
        slot.send(Delivery { batch, ack: Ack::new(To::Once(sender), room) });
        Ok(outcome)
    }

    /// Room for `batch`, if there is some now.
    pub(crate) fn try_room(&self, batch: &Batch) -> Result<Place<'_>, Refusal> {
        let inner = &self.0;
        let (rows, kibibytes) = inner.size(batch);
        let slot = inner.deliveries.try_reserve().map_err(|error| match error {
            mpsc::error::TrySendError::Full(()) => Refusal::Full,
            mpsc::error::TrySendError::Closed(()) => Refusal::Closed,
        })?;
        let rows = inner.rows.clone().try_acquire_many_owned(rows).map_err(|_| Refusal::Full)?;
        let bytes = inner.kibibytes.clone().try_acquire_many_owned(kibibytes).map_err(|_| Refusal::Full)?;
        Ok(Place { slot, room: Room { _rows: rows, _bytes: bytes } })
    }
}

/// Room that one batch was found to have.
pub(crate) struct Place<'a> {
    slot: mpsc::Permit<'a, Delivery>,
    room: Room,
}

impl Place<'_> {
    pub(crate) fn put(self, batch: Batch, to: To) {
        self.slot.send(Delivery { batch, ack: Ack::new(to, self.room) });
    }
}

impl Inner {
    fn size(&self, batch: &Batch) -> (u32, u32) {
        let rows = u32::try_from(batch.len()).unwrap_or(u32::MAX);
        let kibibytes = u32::try_from(batch.memory_bytes().div_ceil(1 << 10)).unwrap_or(u32::MAX);
        (rows.min(self.rows_max), kibibytes.min(self.kibibytes_max))
    }
}
