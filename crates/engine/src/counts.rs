//! Where every record of a lane went.

use std::collections::BTreeMap;

use decant_model::Signal;

/// Totals of one lane. Law: `records_in = logs + spans + metric_points + redelivered`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LaneCounts {
    pub records_in: u64,
    pub logs: u64,
    pub spans: u64,
    pub metric_points: u64,
    /// Log records that were repeats; they are part of `logs`.
    pub repeats: u64,
    /// The same, but for what is set aside.
    pub near_repeats: u64,
    /// Repeats whose rows the policy drops; they count among the others, and a stored row says how many they are.
    pub folded: u64,
    /// Records that were handed over twice, and count once.
    pub redelivered: u64,
    /// What redaction replaced, by class.
    pub redacted: BTreeMap<String, u64>,
    /// Identities and shapes that were forgotten for want of room.
    pub evicted: u64,
}

impl LaneCounts {
    pub(crate) fn came_in(&mut self, rows: usize) {
        self.records_in += rows as u64;
    }

    pub(crate) fn went_on(&mut self, signal: Signal, rows: usize) {
        let counter = match signal {
            Signal::Logs => &mut self.logs,
            Signal::Metrics => &mut self.metric_points,
            Signal::Traces => &mut self.spans,
        };
        *counter += rows as u64;
    }

    /// Adds another lane's.
    pub fn add(&mut self, other: &Self) {
        let Self { records_in, logs, spans, metric_points, .. } = other;
        let Self { repeats, near_repeats, folded, redelivered, redacted, evicted, .. } = other;
        self.records_in += records_in;
        self.logs += logs;
        self.spans += spans;
        self.metric_points += metric_points;
        self.repeats += repeats;
        self.near_repeats += near_repeats;
        self.folded += folded;
        self.redelivered += redelivered;
        self.evicted += evicted;
        for (class, count) in redacted {
            *self.redacted.entry(class.clone()).or_default() += count;
        }
    }
}
