//! Traces: spans of all lanes meet here, and become numbers of edges, operations and calls.
//!
//! - An **operation** is a span name of a service; its *self time* is what its children do not explain.
//! - An **edge** is a call from one service into another; its *gap* is the caller's span less the callee's: network,
//!   connection and queueing time, which neither service sees by itself.
//! - A **call** is the work of one service on one request, from its entry span. Which templates were logged and which
//!   children were called in it is a yes or no per call, so a changed mix of requests does not look like a fault.
//!
//! A trace is open for some minutes, so that late spans find their place; then it is folded for good, and its spans are
//! held on for examples while there is room. Of a capture that is read once, all are open while there is room.

mod facts;
mod failures;
mod join;

pub(crate) use facts::{ChildStats, EdgeCell, EdgeStat, Facts, PairStat};

use crate::Config;
use crate::rollup::{Sighting, Stub};

/// Spans and sightings, and the numbers of those that are folded.
#[derive(Debug, Default)]
pub(crate) struct Traces {
    /// Spans that are folded, held for examples, then those that are not.
    stubs: Vec<Stub>,
    closed: usize,
    sightings: Vec<Sighting>,
    folded: Facts,
    /// Newest start of a span, and what it was when traces were last closed.
    newest: i64,
    closed_at: i64,
}

impl Traces {
    pub(crate) fn absorb(&mut self, stubs: Vec<Stub>, sightings: Vec<Sighting>, config: &Config) {
        let wait = config.trace_wait_ns();
        if let Some(first) = stubs.iter().map(|s| s.start).min()
            && self.closed_at == 0
        {
            self.closed_at = first;
        }
        // One wrong clock must not close what others are still at: the newest is what a hundredth of a yield exceeds.
        let mut starts: Vec<i64> = stubs.iter().map(|s| s.start).collect();
        let late = starts.len() / 100;
        let at = starts.len().checked_sub(late + 1);
        if let Some(at) = at {
            self.newest = self.newest.max(*starts.select_nth_unstable(at).1);
        }
        self.stubs.extend(stubs);
        self.sightings.extend(sightings);
        if !config.whole_capture && self.newest.saturating_sub(self.closed_at) > wait.saturating_mul(2) {
            self.closed_at = self.newest.saturating_sub(wait);
            self.close(self.closed_at, config);
        }
        if self.stubs.len() + self.sightings.len() > config.max_open_items {
            self.make_room(config);
        }
    }

    /// Drops examples, then folds the older half of what is open.
    fn make_room(&mut self, config: &Config) {
        let over = (self.stubs.len() + self.sightings.len()).saturating_sub(config.max_open_items / 2);
        let examples = over.min(self.closed);
        self.stubs.drain(..examples);
        self.closed -= examples;
        if self.stubs.len() + self.sightings.len() <= config.max_open_items {
            return;
        }
        let mut starts: Vec<i64> = self.stubs.iter().skip(self.closed).map(|s| s.start).collect();
        let middle = starts.len() / 2;
        let Some((_, cut, _)) = (!starts.is_empty()).then(|| starts.select_nth_unstable(middle)) else {
            self.folded.note("trace items over the limit", self.sightings.len() as u64);
            self.sightings.clear();
            return;
        };
        self.close(*cut, config);
        self.stubs.drain(..self.closed);
        self.closed = 0;
    }

    /// Folds the traces that began before a time for good; their spans stay as examples.
    fn close(&mut self, cut: i64, config: &Config) {
        let open = self.stubs.split_off(self.closed);
        // A trace is old when its first span is.
        let mut old: Vec<[u8; 16]> = open.iter().filter(|s| s.start < cut).map(|s| s.trace).collect();
        old.sort_unstable();
        old.dedup();
        let is_old = |trace: &[u8; 16]| old.binary_search(trace).is_ok();
        let (gone, kept): (Vec<Stub>, Vec<Stub>) = open.into_iter().partition(|s| is_old(&s.trace));
        let (seen, later): (Vec<Sighting>, Vec<Sighting>) =
            std::mem::take(&mut self.sightings).into_iter().partition(|s| is_old(&s.trace) || s.time < cut);
        self.stubs.extend_from_slice(&gone);
        self.closed = self.stubs.len();
        self.stubs.extend(kept);
        self.sightings = later;
        join::fold(&mut self.folded, gone, seen, config);
    }

    /// The numbers of all traces, held ones included.
    pub(crate) fn facts(&self, config: &Config) -> Facts {
        let mut facts = self.folded.clone();
        let open = self.stubs.get(self.closed..).unwrap_or_default();
        join::fold(&mut facts, open.to_vec(), self.sightings.clone(), config);
        facts
    }

    /// Forgets folded numbers older than a window.
    pub(crate) fn forget_before(&mut self, window: i64) {
        self.folded.forget_before(window);
    }

    /// Makes each window of what is folded `factor` times as long.
    pub(crate) fn coarsen(&mut self, factor: i64) {
        self.folded.coarsen(factor);
    }

    /// Spans of traces held whole, in no order.
    pub(crate) fn stubs(&self) -> &[Stub] {
        &self.stubs
    }
}
