//! All records by window, as the store places its rows: a log by its event time (else when it was observed), a point by
//! its time, a span by its start.
//!
//! A bundle says how many records its window holds. That must be what the store holds of it, so these are counted apart
//! from what is analysed: here every record counts, whatever limit turns it away elsewhere. One without a time may be of
//! any window, and counts in each.

use decant_model::arrow_array::Array as _;
use decant_model::{Batch, Rows};

use super::change_event::is_change;
use super::roller::sane;
use crate::Config;
use crate::windows::Windows;

#[derive(Clone, Debug, Default)]
pub(crate) struct Records {
    pub(crate) logs: Counted,
    pub(crate) spans: Counted,
    pub(crate) points: Counted,
    /// Those of the logs that repeat others.
    pub(crate) repeats: Counted,
    /// Those of the logs that tell of a change, and are of no pattern.
    pub(crate) changes: Counted,
    pub(crate) newest: Option<i64>,
}

/// Records of one kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counted {
    windows: Windows,
    timeless: u64,
}

impl Counted {
    fn add(&mut self, window: Option<i64>) {
        match window {
            Some(window) => self.windows.add(window, 1),
            None => self.timeless += 1,
        }
    }

    /// Records in the windows `from..to`, and those that may be.
    pub(crate) fn within(&self, (from, to): (i64, i64)) -> u64 {
        self.windows.sum(from, to) + self.timeless
    }
}

impl Records {
    /// Counts a batch in.
    pub(super) fn push(&mut self, batch: &Batch, config: &Config) {
        let newest = &mut self.newest;
        let mut window = |time: Option<i64>| {
            let time = time.map(sane);
            *newest = time.max(*newest);
            time.map(|time| config.window(time))
        };
        match &batch.rows {
            Rows::Logs(logs) => {
                for row in 0..logs.len() {
                    let window = window(logs.time(row));
                    self.logs.add(window);
                    if logs.repeat.value(row) {
                        self.repeats.add(window);
                    }
                    if logs.event_name.is_valid(row) && is_change(logs.event_name.value(row)) {
                        self.changes.add(window);
                    }
                }
            }
            Rows::Metrics(points) => {
                points.time_unix_nano.values().iter().for_each(|time| self.points.add(window(Some(*time))));
            }
            Rows::Traces(spans) => {
                spans.start_unix_nano.values().iter().for_each(|time| self.spans.add(window(Some(*time))));
            }
        }
    }

    fn all(&mut self) -> [&mut Counted; 5] {
        [&mut self.logs, &mut self.spans, &mut self.points, &mut self.repeats, &mut self.changes]
    }

    pub(super) fn merge(&mut self, mut other: Self) {
        self.newest = self.newest.max(other.newest);
        for (mine, theirs) in self.all().into_iter().zip(other.all()) {
            mine.windows.merge(&theirs.windows);
            mine.timeless += theirs.timeless;
        }
    }

    /// The last window with a record before the window `to`.
    pub(crate) fn last_before(&self, to: i64) -> Option<i64> {
        let kinds = [&self.logs, &self.spans, &self.points];
        kinds
            .into_iter()
            .filter_map(|counted| counted.windows.range(i64::MIN, to).last())
            .map(|(w, _)| i64::from(*w))
            .max()
    }

    /// Makes each window `factor` times as long.
    pub(crate) fn coarsen(&mut self, factor: i64) {
        self.all().into_iter().for_each(|counted| counted.windows.coarsen(factor));
    }

    /// Forgets all but the windows `from..to`.
    pub(super) fn keep(&mut self, from: i64, to: i64) {
        for counted in self.all() {
            counted.windows.keep(from, to);
        }
    }
}
