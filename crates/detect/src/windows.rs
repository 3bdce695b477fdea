//! Counts by event-time window, sparse and sorted.

use crate::timeline::{grow, short};

/// (window, count), sorted by window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Windows {
    counts: Vec<(u32, u32)>,
}

impl Windows {
    /// Counts `count` in a window. Records come nearly in order, so the last entry is nearly always the one.
    pub(crate) fn add(&mut self, window: i64, count: u32) {
        let window = short(window);
        match self.counts.last_mut() {
            Some((last, n)) if *last == window => *n = n.saturating_add(count),
            Some((last, _)) if *last > window => match self.counts.binary_search_by_key(&window, |(w, _)| *w) {
                Ok(at) => self.counts[at].1 = self.counts[at].1.saturating_add(count),
                Err(at) => self.counts.insert(at, (window, count)),
            },
            _ => {
                grow(&mut self.counts);
                self.counts.push((window, count));
            }
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (window, count) in &other.counts {
            self.add(i64::from(*window), *count);
        }
    }

    pub(crate) fn total(&self) -> u64 {
        self.counts.iter().map(|(_, c)| u64::from(*c)).sum()
    }

    /// Sum over `from..to`.
    pub(crate) fn sum(&self, from: i64, to: i64) -> u64 {
        self.range(from, to).iter().map(|(_, c)| u64::from(*c)).sum()
    }

    /// Entries in `from..to`.
    pub(crate) fn range(&self, from: i64, to: i64) -> &[(u32, u32)] {
        let start = self.counts.partition_point(|(w, _)| i64::from(*w) < from);
        let end = self.counts.partition_point(|(w, _)| i64::from(*w) < to).max(start);
        &self.counts[start..end]
    }

    pub(crate) fn entries(&self) -> &[(u32, u32)] {
        &self.counts
    }

    pub(crate) fn first(&self) -> Option<i64> {
        self.counts.first().map(|(w, _)| i64::from(*w))
    }

    pub(crate) fn last(&self) -> Option<i64> {
        self.counts.last().map(|(w, _)| i64::from(*w))
    }

    /// The last window, a number of counts beyond it aside.
    pub(crate) fn last_but(&self, few: u64) -> Option<i64> {
        first_of_note(self.counts.iter().rev(), few)
    }

    /// First and last window, a thousandth of the counts at either end aside.
    pub(crate) fn span_of_note(&self) -> Option<(i64, i64)> {
        let few = self.total() / 1000;
        let first = first_of_note(self.counts.iter(), few)?;
        self.last_but(few).map(|last| (first, last))
    }

    /// Makes each window `factor` times as long.
    pub(crate) fn coarsen(&mut self, factor: i64) {
        for (window, count) in std::mem::take(&mut self.counts) {
            self.add(i64::from(window).div_euclid(factor), count);
        }
    }

    /// Forgets all but the windows `from..to`; tells how many counts lay beyond.
    pub(crate) fn keep(&mut self, from: i64, to: i64) -> u64 {
        let end = self.counts.partition_point(|(w, _)| i64::from(*w) < to);
        let beyond = self.counts.drain(end..).map(|(_, count)| u64::from(count)).sum();
        self.counts.drain(..self.counts.partition_point(|(w, _)| i64::from(*w) < from));
        beyond
    }
}

/// The window in which more than `few` are reached.
fn first_of_note<'a>(mut counts: impl Iterator<Item = &'a (u32, u32)>, few: u64) -> Option<i64> {
    let mut passed = 0;
    let reached = counts.find(|(_, count)| {
        passed += u64::from(*count);
        passed > few
    });
    reached.map(|(window, _)| i64::from(*window))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_wrong_clocks_do_not_stretch_the_span() {
        let mut windows = Windows::default();
        (1_000_000..1_000_100).for_each(|window| windows.add(window, 20));
        windows.add(7, 1);
        windows.add(9_000_000, 1);
        assert_eq!((windows.first(), windows.last()), (Some(7), Some(9_000_000)));
        assert_eq!(windows.span_of_note(), Some((1_000_000, 1_000_099)));
    }

    #[test]
    fn coarser_windows_hold_the_same_counts() {
        let mut windows = Windows::default();
        [1, 3, 4, 5, 6, 9].into_iter().for_each(|window| windows.add(window, 1));
        windows.coarsen(2);
        assert_eq!(windows.entries(), [(0, 1), (1, 1), (2, 2), (3, 1), (4, 1)]);
    }

    #[test]
    fn late_counts_find_their_window() {
        let mut windows = Windows::default();
        for window in [5, 6, 6, 3, 5, 9] {
            windows.add(window, 1);
        }
        assert_eq!(windows.entries(), [(3, 1), (5, 2), (6, 2), (9, 1)]);
        assert_eq!((windows.sum(4, 7), windows.total()), (4, 6));
        assert_eq!(windows.keep(5, 9), 1);
        assert_eq!(windows.entries(), [(5, 2), (6, 2)]);
    }
}
