//! The numbers that folded traces leave, by window.

use std::collections::BTreeMap;

use super::failures::FailureCell;
use crate::ids::IdMap;
use crate::sketch::{LogMean, Sketch};
use crate::timeline::Timeline;

/// Spans of one operation in one window.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct CallStats {
    pub(crate) spans: u32,
    /// Of these, entries into the service.
    pub(crate) entries: u32,
    /// Failed while no child of theirs failed.
    pub(crate) own_errors: u32,
    pub(crate) self_ms: LogMean,
}

/// A span name of a service.
#[derive(Clone, Debug, Default)]
pub(crate) struct OperationCell {
    pub(crate) service: u64,
    pub(crate) windows: Timeline<CallStats>,
}

/// Calls over an edge in one window.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct EdgeStat {
    pub(crate) calls: u32,
    pub(crate) errors: u32,
    pub(crate) ms: Sketch,
    pub(crate) gap: Sketch,
}

impl EdgeStat {
    pub(crate) fn merge(&mut self, other: &Self) {
        self.calls += other.calls;
        self.errors += other.errors;
        self.ms.merge(&other.ms);
        self.gap.merge(&other.gap);
    }
}

/// Calls of an operation by a caller.
#[derive(Clone, Debug, Default)]
pub(crate) struct EdgeCell {
    /// 0 for entry points.
    pub(crate) caller: u64,
    pub(crate) callee: u64,
    pub(crate) operation: u64,
    /// The callee is a database.
    pub(crate) database: bool,
    pub(crate) windows: Timeline<EdgeStat>,
}

/// Calls of one service to another in one window, whatever the operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PairStat {
    pub(crate) calls: u32,
    /// Calls of which the callee's side was not seen.
    pub(crate) unanswered: u32,
    /// Answers that lie outside the call: a clock is wrong.
    pub(crate) impossible: u32,
}

/// Two services of which one calls the other.
#[derive(Clone, Debug, Default)]
pub(crate) struct PairCell {
    pub(crate) caller: u64,
    pub(crate) callee: u64,
    pub(crate) windows: Timeline<PairStat>,
}

/// Parents with a child, and all children, in one window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ChildStats {
    pub(crate) parents: u32,
    pub(crate) children: u32,
    /// Parents that called nothing after it.
    pub(crate) last: u32,
}

/// A kind of child below a kind of span.
#[derive(Clone, Debug, Default)]
pub(crate) struct ChildCell {
    pub(crate) service: u64,
    pub(crate) operation: u64,
    pub(crate) child_service: u64,
    pub(crate) child_operation: u64,
    /// Whom the child calls or is, when that is another service.
    pub(crate) callee: u64,
    pub(crate) windows: Timeline<ChildStats>,
}

/// Calls in which a template was logged.
#[derive(Clone, Debug, Default)]
pub(crate) struct PresenceCell {
    pub(crate) service: u64,
    pub(crate) operation: u64,
    pub(crate) shape: u64,
    pub(crate) windows: Timeline<u32>,
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) operations: IdMap<OperationCell>,
    pub(crate) edges: IdMap<EdgeCell>,
    pub(crate) pairs: IdMap<PairCell>,
    pub(crate) failures: IdMap<FailureCell>,
    pub(crate) children: IdMap<ChildCell>,
    pub(crate) presence: IdMap<PresenceCell>,
    pub(crate) notes: BTreeMap<&'static str, u64>,
}

impl Facts {
    pub(crate) fn note(&mut self, what: &'static str, count: u64) {
        *self.notes.entry(what).or_default() += count;
    }

    /// Forgets all but the windows `from..to`.
    pub(crate) fn keep(&mut self, from: i64, to: i64) {
        fn sweep<V, T: Default>(map: &mut IdMap<V>, (from, to): (i64, i64), get: impl Fn(&mut V) -> &mut Timeline<T>) {
            map.retain(|_, v| {
                let timeline = get(v);
                timeline.keep(from, to);
                !timeline.is_empty()
            });
        }
        let windows = (from, to);
        sweep(&mut self.operations, windows, |v| &mut v.windows);
        sweep(&mut self.edges, windows, |v| &mut v.windows);
        sweep(&mut self.pairs, windows, |v| &mut v.windows);
        sweep(&mut self.failures, windows, |v| &mut v.windows);
        sweep(&mut self.children, windows, |v| &mut v.windows);
        sweep(&mut self.presence, windows, |v| &mut v.windows);
    }
}
