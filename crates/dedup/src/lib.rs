//! Duplicate suppression within bounded event-time windows, for all three signals.
//!
//! Two things look alike and are not: a **repeat** (the program said the same thing again; it counts, and a running
//! fault must stay visible) and a **redelivery** (the network handed over the same record twice; it must count once).
//!
//! - Logs: rows equal in resource, severity, shape and body within one window are marked in the `repeat` column; the
//!   first passes unmarked. Nothing is removed: whether repeats' rows are kept is the operator's policy, and counts are
//!   the rollup's.
//! - Spans and metric points have an identity of their own (trace and span id; series, time and value). A second row of
//!   one identity is a redelivery and is removed, counted.
//!
//! Law, always exact: `seen = first + repeats + redelivered`. Memory is bounded by `max_keys` in each of two
//! generations; a full generation retires the older one, counted in `evicted`, after which an old duplicate may pass as
//! a first occurrence (a repeat told too often, never a record lost).

mod config;
mod logs;
mod points;
mod seen;
mod spans;

pub use config::{Config, ConfigError, RawConfig};
use decant_model::{Batch, Rows};

/// Where the rows went; `seen = first + repeats + redelivered`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DedupCounts {
    pub seen: u64,
    pub first: u64,
    /// Log rows marked.
    pub repeats: u64,
    /// Spans and points removed.
    pub redelivered: u64,
    /// Identities forgotten for want of room.
    pub evicted: u64,
}

/// The state of one lane.
#[derive(Debug)]
pub struct Dedup {
    config: Config,
    logs: seen::Seen,
    spans: seen::Seen,
    points: seen::Seen,
    counts: DedupCounts,
}

impl Dedup {
    #[must_use]
    pub fn new(config: Config) -> Self {
        let generation = || seen::Seen::new(config.max_keys);
        Self { config, logs: generation(), spans: generation(), points: generation(), counts: DedupCounts::default() }
    }

    /// Marks repeats and removes redeliveries. Log rows need their `shape_id`.
    #[must_use]
    pub fn push(&mut self, mut batch: Batch) -> Batch {
        let rows = batch.len() as u64;
        self.counts.seen += rows;
        match &mut batch.rows {
            Rows::Logs(logs) => {
                let repeats = logs::mark(logs, &batch.resources, i64::from(self.config.window_ms), &mut self.logs);
                self.counts.repeats += repeats;
                self.counts.first += rows - repeats;
            }
            Rows::Traces(spans) => {
                let keep = spans::first(spans, &mut self.spans);
                self.remove(&mut batch, keep);
            }
            Rows::Metrics(points) => {
                let keep = points::first(points, &batch.resources, &mut self.points);
                self.remove(&mut batch, keep);
            }
        }
        self.counts.evicted = self.logs.evicted() + self.spans.evicted() + self.points.evicted();
        batch
    }

    /// Keeps the rows whose flag is set; the others are redeliveries.
    fn remove(&mut self, batch: &mut Batch, keep: Vec<bool>) {
        let rows = keep.len() as u64;
        let kept = keep.iter().filter(|k| **k).count() as u64;
        if kept < rows
            // One flag a row was made from the columns themselves, so the lengths agree.
            && let Ok(left) = batch.rows.filter(keep)
        {
            batch.rows = left;
        }
        self.counts.redelivered += rows - kept;
        self.counts.first += kept;
    }

    /// Totals since the start.
    #[must_use]
    pub fn counts(&self) -> DedupCounts {
        self.counts
    }
}
