//! Traces: spans of all lanes meet here, and become numbers of edges, operations and calls.
//!
//! - An **operation** is a span name of a service; its *self time* is what its children do not explain.
//! - An **edge** is a call from one service into another; its *gap* is the caller's span less the callee's: network,
//!   connection and queueing time, which neither service sees by itself.
//! - A **call** is the work of one service on one request, from its entry span. Which templates were logged and which
//!   children were called in it is a yes or no per call, so a changed mix of requests does not look like a fault.
//!
//! A trace is open for some minutes, so that late spans find their place; then it is folded for good, and its spans are
//! held on for examples while there is room. Of a capture that is read once, all are open while there is room. An answer
//! needs the open ones too: they are folded beside the others, and taken back when more spans come ([`preview`]).

mod facts;
mod failures;
mod join;
mod preview;

pub(crate) use facts::{ChildStats, EdgeCell, EdgeStat, Facts, PairCell, PairStat};

use std::collections::BTreeMap;

use crate::Config;
use crate::rollup::{Sighting, Stub};
use preview::Preview;

/// Traces are closed when so many times in a wait, not at each yield: it takes a look at all that are open.
const CLOSINGS: i64 = 8;

/// Spans and sightings, and the numbers of those that are folded.
#[derive(Debug, Default)]
pub(crate) struct Traces {
    /// Spans that are folded, held for examples, then those that are not.
    stubs: Vec<Stub>,
    closed: usize,
    sightings: Vec<Sighting>,
    folded: Facts,
    /// How to take back what open traces added to `folded`.
    preview: Option<Preview>,
    /// Newest start of a span, and what it was when traces were last closed.
    newest: i64,
    closed_at: i64,
}

impl Traces {
    /// Takes in what came; `now` is what time it is by most services, since one wrong clock must not close what others
    /// are still at.
    pub(crate) fn absorb(&mut self, stubs: Vec<Stub>, sightings: Vec<Sighting>, now: Option<i64>, config: &Config) {
        if stubs.is_empty() && sightings.is_empty() {
            return;
        }
        self.take_back();
        let wait = config.trace_wait_ns();
        if let Some(first) = stubs.iter().map(|s| s.start).min()
            && self.closed_at == 0
        {
            self.closed_at = first;
        }
        // Nor may a pod's: the newest is what a hundredth of a yield exceeds.
        let mut starts: Vec<i64> = stubs.iter().map(|s| s.start).collect();
        let late = starts.len() / 100;
        if let Some(at) = starts.len().checked_sub(late + 1) {
            let newest = *starts.select_nth_unstable(at).1;
            let most = now.map_or(i64::MAX, |now| now.saturating_add(config.window_ns()));
            self.newest = self.newest.max(newest.min(most));
        }
        self.stubs.extend(stubs);
        self.sightings.extend(sightings);
        if !config.whole_capture && self.newest.saturating_sub(self.closed_at) > wait.saturating_add(wait / CLOSINGS) {
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
        let cut = *cut;
        self.close(cut, config);
        if self.stubs.len() - self.closed + self.sightings.len() > config.max_open_items {
            // Where half of them began at one time, none of these is the older.
            let before = self.stubs.len() - self.closed;
            self.close(cut.saturating_add(1), config);
            let early = before - (self.stubs.len() - self.closed);
            self.folded.note("spans closed early", early as u64);
        }
        self.stubs.drain(..self.closed);
        self.closed = 0;
    }

    /// Folds the traces that began before a time for good; their spans stay as examples.
    fn close(&mut self, cut: i64, config: &Config) {
        let open = self.stubs.get_mut(self.closed..).unwrap_or_default();
        // A trace is old when its first span is.
        let mut old: Vec<[u8; 16]> = open.iter().filter(|s| s.start < cut).map(|s| s.trace).collect();
        old.sort_unstable();
        old.dedup();
        let is_old = |trace: &[u8; 16]| old.binary_search(trace).is_ok();
        let mut gone = 0;
        for at in 0..open.len() {
            if is_old(&open[at].trace) {
                open.swap(gone, at);
                gone += 1;
            }
        }
        let (seen, later): (Vec<Sighting>, Vec<Sighting>) =
            std::mem::take(&mut self.sightings).into_iter().partition(|s| is_old(&s.trace) || s.time < cut);
        join::fold(&mut self.folded, &open[..gone], &seen, config);
        self.closed += gone;
        self.sightings = later;
    }

    /// Folds what is open beside the rest, until more comes.
    pub(crate) fn look_ahead(&mut self, config: &Config) {
        let open = self.stubs.get(self.closed..).unwrap_or_default();
        let first = open.iter().map(|s| config.window(s.end.max(s.start))).min();
        if let (Some(first), None) = (first, &self.preview) {
            self.preview = Some(Preview::begin(&self.folded, first));
            join::fold(&mut self.folded, open, &self.sightings, config);
        }
    }

    fn take_back(&mut self) {
        if let Some(preview) = self.preview.take() {
            preview.end(&mut self.folded);
        }
    }

    /// The numbers of all traces that are folded; after [`Self::look_ahead`] of all.
    pub(crate) fn facts(&self) -> &Facts {
        &self.folded
    }

    /// What was noted of traces that are closed, whether or not others were looked at ahead.
    pub(crate) fn settled_notes(&self) -> &BTreeMap<&'static str, u64> {
        self.preview.as_ref().map_or(&self.folded.notes, Preview::notes)
    }

    /// Forgets folded numbers of all but the windows `from..to`.
    pub(crate) fn keep(&mut self, from: i64, to: i64) {
        self.take_back();
        self.folded.keep(from, to);
    }

    /// Makes each window of what is folded `factor` times as long.
    pub(crate) fn coarsen(&mut self, factor: i64) {
        self.take_back();
        self.folded.coarsen(factor);
    }

    /// Spans of traces held whole, in no order.
    pub(crate) fn stubs(&self) -> &[Stub] {
        &self.stubs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000_000;

    fn stub(trace: u8, span: u64, parent: u64, second: i64) -> Stub {
        Stub {
            trace: [trace; 16],
            start: second * SECOND,
            end: second * SECOND + SECOND / 10,
            span,
            parent,
            service: span,
            operation: 1,
            peer: 0,
            note: 0,
            kind: decant_model::SpanKind::Server,
            error: false,
            database: false,
        }
    }

    fn calls(traces: &mut Traces, config: &Config) -> u32 {
        traces.look_ahead(config);
        let cells = traces.facts().pairs.values().flat_map(|p| p.windows.cells());
        cells.map(|(_, stat)| stat.calls).sum()
    }

    #[test]
    fn a_wrong_clock_in_a_small_yield_closes_no_trace() {
        let config = Config::default();
        let mut traces = Traces::default();
        let now = |second: i64| Some(second * SECOND);
        traces.absorb(vec![stub(1, 1, 0, 1_000)], Vec::new(), now(1_000), &config);
        traces.absorb(vec![stub(2, 9, 0, 900_000)], Vec::new(), now(1_000), &config);
        traces.absorb(vec![stub(1, 2, 1, 1_000)], Vec::new(), now(1_010), &config);
        assert_eq!(calls(&mut traces, &config), 1, "the callee's span found its caller's");
    }

    #[test]
    fn what_is_open_counts_once_however_often_it_is_asked_for() {
        let config = Config::default();
        let mut traces = Traces::default();
        for n in 0..200_u8 {
            let second = 1_000 + 10 * i64::from(n);
            traces.absorb(vec![stub(n, 1, 0, second)], Vec::new(), None, &config);
            assert_eq!(calls(&mut traces, &config), u32::from(n));
            traces.absorb(vec![stub(n, 2, 1, second)], Vec::new(), None, &config);
            assert_eq!(calls(&mut traces, &config), u32::from(n) + 1);
        }
        assert!(traces.closed > 100, "most are closed by now");
    }

    #[test]
    fn whom_a_child_calls_is_not_learnt_from_what_is_taken_back() {
        use decant_model::SpanKind::{Client, Server};
        let config = Config::default();
        let mut traces = Traces::default();
        let call = |trace: u8, second: i64| {
            let caller =
                |span, parent, kind| Stub { service: 1, kind, operation: span, ..stub(trace, span, parent, second) };
            vec![caller(1, 0, Server), caller(2, 1, Client)]
        };
        let callees = |traces: &Traces| -> Vec<u64> { traces.facts().children.values().map(|c| c.callee).collect() };
        join::fold(&mut traces.folded, &call(1, 1_000), &[], &config);
        let before = callees(&traces);
        let mut answered = call(2, 1_010);
        answered.push(Stub { service: 7, ..stub(2, 3, 2, 1_010) });
        traces.absorb(answered, Vec::new(), None, &config);
        traces.look_ahead(&config);
        assert!(callees(&traces).contains(&7), "the answer knows it");
        traces.take_back();
        assert_eq!(callees(&traces), before);
    }

    #[test]
    fn spans_that_all_began_at_one_time_make_room_too() {
        let config = Config { max_open_items: 100, ..Config::default() };
        // All at one time; one earlier than all others; half at the earliest.
        for second in [|_| 1_000, |n: u64| 999 + i64::from(n > 0), |n| 1_000 + n as i64 % 2] {
            let mut traces = Traces::default();
            for n in 0..100_u64 {
                let stubs = (0..20_u64).map(|i| stub(n as u8, 1 + i, 0, second(20 * n + i))).collect();
                traces.absorb(stubs, Vec::new(), None, &config);
                assert!(traces.stubs.len() <= config.max_open_items, "{}", traces.stubs.len());
            }
        }
        let mut traces = Traces::default();
        traces.absorb((0..101).map(|i| stub(1, 1 + i, 0, 1_000)).collect(), Vec::new(), None, &config);
        assert_eq!(traces.facts().notes.get("spans closed early"), Some(&101));
    }
}
