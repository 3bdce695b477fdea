//! Traces: spans of all lanes meet here, and become numbers of edges, operations and calls.
//!
//! - An **operation** is a span name of a service; its *self time* is what its children do not explain.
//! - An **edge** is a call from one service into another; its *gap* is the caller's span less the callee's: network,
//!   connection and queueing time, which neither service sees by itself.
//! - A **call** is the work of one service on one request, from its entry span. Which templates were logged and which
//!   children were called in it is a yes or no per call, so a changed mix of requests does not look like a fault.
//!
//! Traces are held whole while there is room, so that late spans find their place; then the oldest are folded for good.

mod facts;
mod failures;
mod join;

pub(crate) use facts::{ChildStats, EdgeCell, EdgeStat, Facts, PairStat};

use crate::Config;
use crate::rollup::{Sighting, Stub};

/// Spans and sightings not yet folded, and the numbers of those that were.
#[derive(Debug, Default)]
pub(crate) struct Traces {
    stubs: Vec<Stub>,
    sightings: Vec<Sighting>,
    folded: Facts,
}

impl Traces {
    pub(crate) fn absorb(&mut self, stubs: Vec<Stub>, sightings: Vec<Sighting>, config: &Config) {
        self.stubs.extend(stubs);
        self.sightings.extend(sightings);
        if self.stubs.len() + self.sightings.len() > config.max_open_items {
            self.settle(config);
        }
    }

    /// Folds the older half for good.
    fn settle(&mut self, config: &Config) {
        let mut starts: Vec<i64> = self.stubs.iter().map(|s| s.start).collect();
        let middle = starts.len() / 2;
        let Some((_, cut, _)) = (!starts.is_empty()).then(|| starts.select_nth_unstable(middle)) else {
            self.folded.note("trace items over the limit", self.sightings.len() as u64);
            self.sightings.clear();
            return;
        };
        let cut = *cut;
        // A trace is old when its first span is.
        let mut old: Vec<[u8; 16]> = self.stubs.iter().filter(|s| s.start < cut).map(|s| s.trace).collect();
        old.sort_unstable();
        old.dedup();
        let is_old = |trace: &[u8; 16]| old.binary_search(trace).is_ok();
        let (gone, kept): (Vec<Stub>, Vec<Stub>) =
            std::mem::take(&mut self.stubs).into_iter().partition(|s| is_old(&s.trace));
        let (seen, later): (Vec<Sighting>, Vec<Sighting>) =
            std::mem::take(&mut self.sightings).into_iter().partition(|s| is_old(&s.trace) || s.time < cut);
        self.stubs = kept;
        self.sightings = later;
        join::fold(&mut self.folded, gone, seen, config);
    }

    /// The numbers of all traces, held ones included.
    pub(crate) fn facts(&self, config: &Config) -> Facts {
        let mut facts = self.folded.clone();
        join::fold(&mut facts, self.stubs.clone(), self.sightings.clone(), config);
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
