//! A look ahead: open traces are folded into the facts for an answer, and taken back before more spans come.
//!
//! Open traces lie in the newest windows. So what the facts say of those is put aside before, and put back after: a copy
//! of some minutes instead of hours.

use std::collections::BTreeMap;

use super::facts::{CallStats, ChildStats, EdgeStat, Facts, PairStat};
use crate::ids::IdMap;
use crate::timeline::Timeline;

type Cells<T> = IdMap<Vec<(u32, T)>>;

/// The newest windows of facts, as they were.
#[derive(Debug)]
pub(super) struct Preview {
    /// The first window that may change.
    first: i64,
    operations: Cells<CallStats>,
    edges: Cells<EdgeStat>,
    pairs: Cells<PairStat>,
    failures: Cells<u32>,
    children: Cells<ChildStats>,
    /// Whom children call, as far as that was known.
    callees: IdMap<u64>,
    presence: Cells<u32>,
    notes: BTreeMap<&'static str, u64>,
}

fn put_aside<V, T: Clone + Default>(map: &IdMap<V>, first: i64, windows: impl Fn(&V) -> &Timeline<T>) -> Cells<T> {
    map.iter().map(|(key, cell)| (*key, windows(cell).range(first, i64::MAX).to_vec())).collect()
}

fn put_back<V, T: Default>(
    map: &mut IdMap<V>,
    first: i64,
    mut cells: Cells<T>,
    windows: impl Fn(&mut V) -> &mut Timeline<T>,
) {
    map.retain(|key, cell| {
        let known = cells.remove(key);
        let is_known = known.is_some();
        windows(cell).replace_from(first, known.unwrap_or_default());
        is_known
    });
}

impl Preview {
    /// Puts aside what may change from a window on.
    pub(super) fn begin(facts: &Facts, first: i64) -> Self {
        Self {
            first,
            operations: put_aside(&facts.operations, first, |c| &c.windows),
            edges: put_aside(&facts.edges, first, |c| &c.windows),
            pairs: put_aside(&facts.pairs, first, |c| &c.windows),
            failures: put_aside(&facts.failures, first, |c| &c.windows),
            children: put_aside(&facts.children, first, |c| &c.windows),
            callees: facts.children.iter().map(|(key, cell)| (*key, cell.callee)).collect(),
            presence: put_aside(&facts.presence, first, |c| &c.windows),
            notes: facts.notes.clone(),
        }
    }

    /// What was noted before.
    pub(super) fn notes(&self) -> &BTreeMap<&'static str, u64> {
        &self.notes
    }

    /// Puts it back.
    pub(super) fn end(self, facts: &mut Facts) {
        let first = self.first;
        put_back(&mut facts.operations, first, self.operations, |c| &mut c.windows);
        put_back(&mut facts.edges, first, self.edges, |c| &mut c.windows);
        put_back(&mut facts.pairs, first, self.pairs, |c| &mut c.windows);
        put_back(&mut facts.failures, first, self.failures, |c| &mut c.windows);
        put_back(&mut facts.children, first, self.children, |c| &mut c.windows);
        for (key, cell) in &mut facts.children {
            cell.callee = self.callees.get(key).copied().unwrap_or(cell.callee);
        }
        put_back(&mut facts.presence, first, self.presence, |c| &mut c.windows);
        facts.notes = self.notes;
    }
}
