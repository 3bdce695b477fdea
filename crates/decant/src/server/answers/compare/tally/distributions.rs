//! Histograms and summaries of a window: how many values came, how great they were together, and in which buckets.
//!
//! A delta point says what came since the one before. A cumulative one says what came since its process began, so what
//! counts is by how much it grew; one that shrank began anew. Buckets are put together by their upper bounds, which need
//! not be the same ones: those of exponential histograms widen as values spread.

use std::collections::BTreeMap;

use super::{Key, Slice};

/// Bounds told apart in one distribution; a bucket beyond them goes to the next wider one.
const BOUNDS_MAX: usize = 1_024;

/// A point: when, how many values, their sum.
pub(super) type Point = (i64, f64, f64);

#[derive(Debug, Default)]
pub(super) struct Distributions(BTreeMap<u64, Series>);

#[derive(Debug)]
struct Series {
    key: Key,
    is_delta: bool,
    points: Vec<Point>,
    /// What came by delta points.
    grown: Buckets,
    /// Buckets of the first and the last cumulative point.
    ends: Option<[(i64, Buckets); 2]>,
}

/// Values by the upper bound of their bucket.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in super::super) struct Buckets(BTreeMap<Bound, f64>);

#[derive(Clone, Copy, Debug, PartialEq)]
struct Bound(f64);

impl Eq for Bound {}

impl PartialOrd for Bound {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Bound {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl Buckets {
    /// Of n upper bounds and n + 1 counts; nothing when they are not.
    pub(in super::super) fn new(bounds: &[f64], counts: &[f64]) -> Self {
        if counts.len() != bounds.len() + 1 || bounds.iter().any(|bound| bound.is_nan()) {
            return Self::default();
        }
        let mut buckets = Self::default();
        for (bound, count) in bounds.iter().copied().chain([f64::INFINITY]).zip(counts) {
            if count.is_finite() && *count > 0.0 {
                buckets.put(Bound(bound), *count);
            }
        }
        buckets
    }

    fn put(&mut self, bound: Bound, count: f64) {
        let bound = match self.0.range(bound..).next() {
            Some((wider, _)) if *wider != bound && self.0.len() >= BOUNDS_MAX => *wider,
            _ => bound,
        };
        *self.0.entry(bound).or_default() += count;
    }

    pub(super) fn add(&mut self, other: &Self) {
        other.0.iter().for_each(|(bound, count)| self.put(*bound, *count));
    }

    pub(in super::super) fn total(&self) -> f64 {
        self.0.values().sum()
    }

    /// Values above a bound.
    pub(in super::super) fn above(&self, bound: f64) -> f64 {
        self.0.iter().filter(|(upper, _)| upper.0 > bound).map(|(_, count)| count).sum()
    }

    /// The upper bound of the bucket in which so great a share of the values is reached; `None` when it has none.
    pub(in super::super) fn bound_of(&self, share: f64) -> Option<f64> {
        let mut left = self.total() * share;
        let reached = self.0.iter().find(|(_, count)| {
            left -= **count;
            left <= 0.0
        });
        reached.map(|(bound, _)| bound.0).filter(|bound| bound.is_finite())
    }

    /// What came after `earlier`: all of it, when the process began anew between.
    fn since(&self, earlier: &Self) -> Self {
        let (mut known, mut grown) = (0.0, Self::default());
        for (bound, count) in &self.0 {
            let before = earlier.total() - earlier.above(bound.0);
            let new = count - (before - known);
            known = before;
            if new > 0.0 {
                grown.put(*bound, new);
            }
        }
        if self.total() < earlier.total() { self.clone() } else { grown }
    }
}

impl Distributions {
    /// Takes a point; `false` when there was no room for its series.
    pub(super) fn take(
        &mut self,
        id: u64,
        is_delta: bool,
        point: Point,
        buckets: Buckets,
        key: impl FnOnce() -> Key,
        series_max: usize,
    ) -> bool {
        if self.0.len() >= series_max && !self.0.contains_key(&id) {
            return false;
        }
        let series = self.0.entry(id).or_insert_with(|| Series {
            key: key(),
            is_delta,
            points: Vec::new(),
            grown: Buckets::default(),
            ends: None,
        });
        series.points.push(point);
        if is_delta {
            series.grown.add(&buckets);
            return true;
        }
        let [first, last] = series.ends.get_or_insert_with(|| [(point.0, buckets.clone()), (point.0, buckets.clone())]);
        if point.0 < first.0 {
            *first = (point.0, buckets);
        } else if point.0 > last.0 {
            *last = (point.0, buckets);
        }
        true
    }

    /// Of each series what came: by time a slice of values, and the buckets of all.
    pub(super) fn grown(self) -> impl Iterator<Item = (Key, Vec<(i64, Slice)>, Buckets)> {
        self.0.into_values().map(|Series { key, is_delta, mut points, mut grown, ends }| {
            points.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
            if !is_delta {
                points.dedup_by_key(|point| point.0);
                points = points.windows(2).map(|pair| increase(pair[0], pair[1])).collect();
                if let Some([(_, first), (_, last)]) = ends {
                    grown = if points.is_empty() { Buckets::default() } else { last.since(&first) };
                }
            }
            let slices = points.into_iter().filter(|(_, count, _)| *count > 0.0).map(|(time, count, sum)| {
                // Of the values of a point no more is known than their mean.
                let squares = sum * sum / count;
                (time, Slice { rows: 1, values: count as u64, sum, squares, ..Slice::default() })
            });
            (key, slices.collect(), grown)
        })
    }
}

fn increase(before: Point, now: Point) -> Point {
    if now.1 < before.1 { now } else { (now.0, now.1 - before.1, now.2 - before.2) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buckets(counts: &[f64]) -> Buckets {
        Buckets::new(&[10.0, 100.0, 1_000.0], counts)
    }

    #[test]
    fn a_share_is_reached_in_a_bucket_unless_that_has_no_end() {
        let check = |counts: &[f64], share: f64, expected: Option<f64>| {
            assert_eq!(buckets(counts).bound_of(share), expected, "{counts:?}");
        };
        check(&[90.0, 9.0, 1.0, 0.0], 0.95, Some(100.0));
        check(&[90.0, 9.0, 1.0, 0.0], 0.5, Some(10.0));
        check(&[0.0, 0.0, 0.0, 7.0], 0.5, None);
        check(&[0.0; 4], 0.5, None);
        // No histogram.
        check(&[1.0], 0.5, None);
    }

    #[test]
    fn what_grew_is_told_though_bounds_widen_and_processes_begin_anew() {
        let first = buckets(&[5.0, 5.0, 0.0, 0.0]);
        assert_eq!(buckets(&[7.0, 5.0, 3.0, 1.0]).since(&first), buckets(&[2.0, 0.0, 3.0, 1.0]));
        // Two buckets have become one.
        let wider = Buckets::new(&[100.0, 1_000.0], &[12.0, 3.0, 0.0]);
        assert_eq!(wider.since(&first), Buckets::new(&[100.0, 1_000.0], &[2.0, 3.0, 0.0]));
        assert_eq!(buckets(&[1.0, 0.0, 0.0, 0.0]).since(&first), buckets(&[1.0, 0.0, 0.0, 0.0]));
    }

    #[test]
    fn bounds_are_limited_and_no_value_is_lost() {
        let mut all = Buckets::default();
        (0..10_000).for_each(|bound| all.add(&Buckets::new(&[f64::from(bound)], &[1.0, 1.0])));
        assert!(all.0.len() <= BOUNDS_MAX + 1);
        assert!((all.total() - 20_000.0).abs() < 1e-6);
    }
}
