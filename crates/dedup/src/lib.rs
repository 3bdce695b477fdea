//! Duplicate suppression within bounded event-time windows, for all three signals.
//!
//! Two things look alike and are not: a **repeat** (the program said the same thing again; it counts, and a running
//! fault must stay visible) and a **redelivery** (the network handed over the same record twice; it must count once).
//!
//! - [`Dedup::receive`] finds redeliveries. A message of a partition that is read again is known by its offset: the store
//!   gets it again, since there it takes its own place, and it does not count again. A log batch that comes again from a
//!   source without offsets (an OTLP retry) is known by its content, times included; spans and points by identity (trace
//!   and span id; series, time and value). These are removed.
//! - [`Dedup::mark`] finds repeats among log rows: equal in resource, severity, shape and body within one window, or, in
//!   the near mode, but for the body's numbers and ids. The first passes at once and unmarked, the others are marked. By
//!   the policy `repeats: drop` the store keeps one row of those that a batch has, with count, first and last time; all
//!   of them count in the rollups, so that a running fault shows in each window.
//!
//! Laws, always exact: `seen = first + repeats + near_repeats + folded + redelivered`, and what is stored stands for
//! what was seen and not removed. Memory is bounded by `max_keys` in each of two generations; a full generation retires
//! the older one, counted in `evicted`, after which an old duplicate may pass as a first occurrence (a repeat told too
//! often, never a record lost).

mod config;
mod counts;
mod fingerprint;
mod fold;
mod keys;
mod logs;
mod receive;
mod rows;
mod seen;
mod taken;

pub use config::{Config, ConfigError, Fields, Mode, RawConfig, Repeats};
pub use counts::DedupCounts;
use decant_model::{Batch, Rows, Signal};
pub use fold::unfold;
pub use receive::{Messages, Received};

/// The state of one lane.
#[derive(Debug)]
pub struct Dedup {
    config: Config,
    receiver: receive::Receiver,
    marker: logs::Marker,
    counts: DedupCounts,
}

/// What is left of a batch.
#[derive(Debug)]
pub struct Passed {
    /// For the store: what stands for the batch.
    pub stored: Batch,
    /// For whoever counts: the rows that were not counted before, one for each record.
    pub counted: Batch,
}

impl Dedup {
    #[must_use]
    pub fn new(config: Config) -> Self {
        let (receiver, marker) = (receive::Receiver::new(config.max_keys), logs::Marker::new(config.max_keys));
        Self { config, receiver, marker, counts: DedupCounts::default() }
    }

    /// Batches of this source may come again with the positions that they had. Of other sources a position says nothing.
    pub fn may_replay(&mut self, source: &str, messages: Messages) {
        self.receiver.may_replay(source, messages);
    }

    /// Tells of messages that were counted elsewhere, such as before a restart: `first` to `last`, both included.
    pub fn counted_elsewhere(&mut self, signal: Signal, source: &str, partition: i32, first: i64, last: i64) {
        self.receiver.add(signal, source, partition, first, last);
    }

    /// Finds what was here before. First of two steps: [`mark`](Self::mark) takes the result, once its log rows have
    /// their `shape_id`.
    #[must_use]
    pub fn receive(&mut self, batch: Batch) -> Received {
        self.counts.seen += batch.len() as u64;
        let received = self.receiver.receive(batch);
        self.counts.redelivered += received.redelivered;
        received
    }

    /// Marks repeats, and folds them if that is the policy.
    #[must_use]
    pub fn mark(&mut self, received: Received) -> Passed {
        let Received { mut batch, count, bringer, rows_are_messages, .. } = received;
        let mut marks = logs::Marks::default();
        if let Rows::Logs(logs) = &mut batch.rows {
            marks = self.marker.mark(logs, &batch.resources, &self.config, bringer);
        }
        let counted = match count {
            None => batch.clone(),
            Some(flags) => receive::filtered(batch.clone(), flags),
        };
        let all_count = counted.len() == batch.len();
        if self.config.repeats == Repeats::Drop {
            let gone = fold::fold(&mut batch, &marks, rows_are_messages);
            if all_count {
                self.counts.folded += gone.rows;
                self.counts.folded_near += gone.near_repeats;
            }
        }
        self.count(if all_count { &batch } else { &counted });
        self.counts.evicted = self.receiver.evicted() + self.marker.evicted();
        Passed { stored: batch, counted }
    }

    fn count(&mut self, batch: &Batch) {
        let (mut repeats, mut near_repeats) = (0, 0);
        if let Rows::Logs(logs) = &batch.rows {
            (repeats, near_repeats) = (logs.repeat.true_count() as u64, logs.near_repeat.true_count() as u64);
        }
        self.counts.repeats += repeats;
        self.counts.near_repeats += near_repeats;
        self.counts.first += batch.len() as u64 - repeats - near_repeats;
    }

    /// Totals since the start.
    #[must_use]
    pub fn counts(&self) -> DedupCounts {
        self.counts
    }
}
