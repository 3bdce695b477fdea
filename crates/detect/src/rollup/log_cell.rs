//! The rollup of one log key: (service, shape, severity).

use decant_model::Severity;

use crate::windows::Windows;

/// Bins of a timeless key's positions.
pub(crate) const ORDINAL_BINS: usize = 64;

/// Counts and exemplars of one key.
#[derive(Clone, Debug, Default)]
pub(crate) struct LogCell {
    pub(crate) service: u64,
    pub(crate) shape: u64,
    pub(crate) severity: Severity,
    /// Records with an event time, by window.
    pub(crate) windows: Windows,
    pub(crate) first: Option<Exemplar>,
    pub(crate) last: Option<Exemplar>,
    /// Records without one, by position.
    pub(crate) positions: Positions,
}

/// A record kept whole.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Exemplar {
    pub(crate) time: Option<i64>,
    pub(crate) ordinal: u64,
    pub(crate) text: String,
    pub(crate) source: String,
}

impl LogCell {
    pub(crate) fn total(&self) -> u64 {
        self.windows.total() + self.positions.total()
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.windows.merge(&other.windows);
        self.positions.merge(&other.positions);
        self.first = match (self.first.take(), other.first) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        self.last = self.last.take().max(other.last);
    }
}

/// Counts over positions 0 to 2^k, whatever k: bins double in width when a position lies beyond them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Positions {
    bins: Vec<u32>,
    shift: u32,
}

impl Positions {
    pub(crate) fn add(&mut self, ordinal: u64) {
        if self.bins.is_empty() {
            self.bins = vec![0; ORDINAL_BINS];
        }
        while (ordinal >> self.shift) as usize >= ORDINAL_BINS {
            self.widen();
        }
        let bin = &mut self.bins[(ordinal >> self.shift) as usize];
        *bin = bin.saturating_add(1);
    }

    fn widen(&mut self) {
        for i in 0..ORDINAL_BINS {
            let pair = |j: usize| self.bins.get(j).copied().unwrap_or(0);
            self.bins[i] = pair(2 * i).saturating_add(pair(2 * i + 1));
        }
        self.shift += 1;
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        if other.bins.is_empty() {
            return;
        }
        if self.bins.is_empty() {
            self.clone_from(other);
            return;
        }
        let mut other = other.clone();
        while self.shift < other.shift {
            self.widen();
        }
        while other.shift < self.shift {
            other.widen();
        }
        for (mine, theirs) in self.bins.iter_mut().zip(other.bins) {
            *mine = mine.saturating_add(theirs);
        }
    }

    pub(crate) fn total(&self) -> u64 {
        self.bins.iter().map(|c| u64::from(*c)).sum()
    }

    /// One past the greatest position that may have been seen.
    pub(crate) fn end(&self) -> u64 {
        self.bins.iter().rposition(|c| *c > 0).map_or(0, |at| (at as u64 + 1) << self.shift)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_meet_in_any_order() {
        let of = |range: std::ops::Range<u64>| {
            let mut positions = Positions::default();
            range.for_each(|i| positions.add(i));
            positions
        };
        let (mut a, mut b) = (of(0..50), of(900..1000));
        let (old_a, old_b) = (a.clone(), b.clone());
        a.merge(&old_b);
        b.merge(&old_a);
        assert_eq!(a, b);
        assert_eq!(a.total(), 150);
        assert!(a.end() >= 1000);
    }
}
