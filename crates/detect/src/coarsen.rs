//! Longer windows for a capture that spans more time than windows are kept for.
//!
//! A server forgets what is old. A capture that is read once is all there is: nothing of it may be forgotten, so when it
//! outgrows the windows, pairs of them become one, as often as it takes. Counts are kept, only their times get coarser.

use crate::ids::IdMap;
use crate::rollup::Rollups;
use crate::timeline::Timeline;
use crate::traces::Facts;

impl Rollups {
    /// First and last window in which anything was heard.
    pub(crate) fn span(&self) -> Option<(i64, i64)> {
        let windows = [&self.totals.logs, &self.totals.spans, &self.totals.points];
        windows.into_iter().filter_map(|w| w.first().zip(w.last())).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }

    /// Makes each window `factor` times as long.
    pub(crate) fn coarsen(&mut self, factor: i64) {
        if factor == 1 {
            return;
        }
        for seen in self.services.values_mut() {
            [&mut seen.logs, &mut seen.spans, &mut seen.points].into_iter().for_each(|w| w.coarsen(factor));
        }
        let totals = &mut self.totals;
        [&mut totals.logs, &mut totals.spans, &mut totals.points].into_iter().for_each(|w| w.coarsen(factor));
        self.records.coarsen(factor);
        self.logs.values_mut().for_each(|cell| cell.windows.coarsen(factor));
    }
}

impl Facts {
    /// Makes each window `factor` times as long.
    pub(crate) fn coarsen(&mut self, factor: i64) {
        fn each<V, T: Default>(
            map: &mut IdMap<V>,
            factor: i64,
            windows: impl Fn(&mut V) -> &mut Timeline<T>,
            merge: impl Fn(&mut T, T),
        ) {
            map.values_mut().for_each(|cell| windows(cell).coarsen(factor, &merge));
        }
        each(
            &mut self.operations,
            factor,
            |c| &mut c.windows,
            |a, b| {
                a.spans += b.spans;
                a.entries += b.entries;
                a.own_errors += b.own_errors;
                a.self_ms.merge(b.self_ms);
            },
        );
        each(&mut self.edges, factor, |c| &mut c.windows, |a, b| a.merge(&b));
        each(
            &mut self.pairs,
            factor,
            |c| &mut c.windows,
            |a, b| {
                a.calls += b.calls;
                a.unanswered += b.unanswered;
                a.impossible += b.impossible;
            },
        );
        each(&mut self.failures, factor, |c| &mut c.windows, |a, b| *a += b);
        each(
            &mut self.children,
            factor,
            |c| &mut c.windows,
            |a, b| {
                a.parents += b.parents;
                a.children += b.children;
                a.last += b.last;
            },
        );
        each(&mut self.presence, factor, |c| &mut c.windows, |a, b| *a += b);
    }
}
