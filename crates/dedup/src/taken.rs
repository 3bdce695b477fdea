//! Which messages of a partition came before: ranges of offsets, which grow together as a partition is read.
//!
//! A batch stands for one message (its offset), or, when its rows are messages of their own, for those of its rows
//! (their ordinals are the offsets then). Two generations bound the ranges, as in [`Seen`](crate::seen::Seen).

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::FixedState;

type Ranges = BTreeMap<i64, i64>;
type Partitions = HashMap<u64, Ranges, FixedState>;

#[derive(Debug)]
pub(crate) struct Taken {
    young: Partitions,
    young_ranges: usize,
    old: Partitions,
    max_ranges: usize,
    evicted: u64,
}

impl Taken {
    pub(crate) fn new(max_ranges: usize) -> Self {
        Self {
            young: Partitions::default(),
            young_ranges: 0,
            old: Partitions::default(),
            max_ranges: max_ranges.max(1),
            evicted: 0,
        }
    }

    pub(crate) fn holds(&self, partition: u64, offset: i64) -> bool {
        let within = |ranges: &Ranges| ranges.range(..=offset).next_back().is_some_and(|(_, last)| *last >= offset);
        [&self.young, &self.old].into_iter().any(|partitions| partitions.get(&partition).is_some_and(within))
    }

    /// Adds the offsets from `first` to `last`, both included.
    pub(crate) fn add(&mut self, partition: u64, first: i64, last: i64) {
        if self.young_ranges >= self.max_ranges {
            self.evicted += self.old.values().map(|ranges| ranges.len() as u64).sum::<u64>();
            self.old = std::mem::take(&mut self.young);
            self.young_ranges = 0;
        }
        let ranges = self.young.entry(partition).or_default();
        let before = ranges.len();
        let (mut first, mut last) = (first, last.max(first));
        let touching = |ranges: &Ranges, last: i64| {
            let found = ranges.range(..=last.saturating_add(1)).next_back();
            found.map(|(from, to)| (*from, *to))
        };
        while let Some((from, to)) = touching(ranges, last).filter(|(_, to)| *to >= first.saturating_sub(1)) {
            ranges.remove(&from);
            (first, last) = (first.min(from), last.max(to));
        }
        ranges.insert(first, last);
        self.young_ranges = self.young_ranges + ranges.len() - before;
    }

    pub(crate) fn evicted(&self) -> u64 {
        self.evicted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_that_touch_grow_together() {
        let mut taken = Taken::new(100);
        for (first, last) in [(5, 9), (0, 3), (20, 20), (4, 4), (8, 12), (-5, -3)] {
            taken.add(1, first, last);
        }
        let ranges: Vec<_> = taken.young[&1].iter().map(|(a, b)| (*a, *b)).collect();
        assert_eq!(ranges, [(-5, -3), (0, 12), (20, 20)]);
        assert_eq!(taken.young_ranges, 3);
        let held: Vec<i64> = (-6..22).filter(|offset| taken.holds(1, *offset)).collect();
        assert_eq!(held, (-5..=-3).chain(0..=12).chain(20..=20).collect::<Vec<_>>());
        assert!(!taken.holds(2, 5));
    }

    #[test]
    fn the_ends_of_the_numbers_are_offsets_too() {
        let mut taken = Taken::new(100);
        taken.add(1, i64::MAX, i64::MAX);
        taken.add(1, i64::MIN, i64::MIN);
        assert!(taken.holds(1, i64::MAX) && taken.holds(1, i64::MIN) && !taken.holds(1, 0));
    }

    #[test]
    fn memory_stays_within_two_generations_and_evictions_are_counted() {
        let mut taken = Taken::new(10);
        for offset in 0..1000 {
            taken.add(offset as u64 % 3, offset * 2, offset * 2);
            let ranges = taken.young.values().chain(taken.old.values()).map(BTreeMap::len).sum::<usize>();
            assert!(ranges <= 20);
            assert!(taken.holds(offset as u64 % 3, offset * 2));
        }
        let left = taken.young.values().chain(taken.old.values()).map(BTreeMap::len).sum::<usize>();
        assert_eq!(taken.evicted() + left as u64, 1000);
    }
}
