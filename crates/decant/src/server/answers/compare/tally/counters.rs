//! Cumulative series of a window: what they grew by, however often they began anew.
//!
//! A counter's value says how long its process has run; what it grew by between two points says what happened. A value
//! below the one before is a restart, and counts from zero (Prometheus does the same). Points come in any order.

use std::collections::BTreeMap;

use super::Key;

#[derive(Debug, Default)]
pub(super) struct Counters(BTreeMap<u64, Series>);

#[derive(Debug)]
struct Series {
    key: Key,
    /// Time and value.
    points: Vec<(i64, f64)>,
}

/// The series of one counter, together.
#[derive(Default)]
struct Grown {
    increase: f64,
    points: u64,
    first: i64,
    last: i64,
}

impl Counters {
    /// Takes a point; `false` when there was no room for its series.
    pub(super) fn take(&mut self, id: u64, point: (i64, f64), key: impl FnOnce() -> Key, series_max: usize) -> bool {
        if self.0.len() >= series_max && !self.0.contains_key(&id) {
            return false;
        }
        self.0.entry(id).or_insert_with(|| Series { key: key(), points: Vec::new() }).points.push(point);
        true
    }

    /// What each counter's series grew by together a minute, and from how many points that is known.
    ///
    /// The minutes are those from the first point of any of its series to the last of any: processes that follow each
    /// other do not add up to more than one.
    pub(super) fn rates(self) -> impl Iterator<Item = (Key, f64, u64)> {
        let mut together: BTreeMap<Key, Grown> = BTreeMap::new();
        for Series { key, mut points } in self.0.into_values() {
            points.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
            points.dedup_by_key(|point| point.0);
            // One point alone tells no increase.
            let [first, .., last] = *points.as_slice() else { continue };
            let grown = |pair: &[(i64, f64)]| if pair[1].1 >= pair[0].1 { pair[1].1 - pair[0].1 } else { pair[1].1 };
            let of = together.entry(key).or_insert(Grown { first: first.0, last: last.0, ..Grown::default() });
            (of.first, of.last) = (of.first.min(first.0), of.last.max(last.0));
            of.increase += points.windows(2).map(grown).sum::<f64>();
            of.points += points.len() as u64;
        }
        together.into_iter().map(|(key, Grown { increase, points, first, last })| {
            (key, increase / (last.saturating_sub(first) as f64 / 60e9), points)
        })
    }
}
