//! One metric series: a value per slot (half a window).
//!
//! Cumulative sums and histograms keep what was told and become rates only when they are read, since a rate needs two
//! points and the two may come from different batches. A slot that gets several points keeps the newest; deltas add up.

mod part;

use std::ops::Range;
use std::sync::Arc;

use decant_model::{MetricKind, Temporality};

pub(crate) use self::part::{Part, Told};
use crate::timeline::grow;

/// How a series' points are to be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SeriesKind {
    #[default]
    Gauge,
    /// A running total.
    Cumulative,
    /// What came since the last point.
    Delta,
    /// Running totals of count and sum (histograms and summaries).
    CumulativePair,
    /// Count and sum since the last point.
    DeltaPair,
}

impl SeriesKind {
    pub(crate) fn of(kind: MetricKind, temporality: Temporality, monotonic: bool) -> Self {
        let delta = temporality == Temporality::Delta;
        match kind {
            MetricKind::Gauge => Self::Gauge,
            MetricKind::Sum if delta => Self::Delta,
            MetricKind::Sum if monotonic => Self::Cumulative,
            MetricKind::Sum => Self::Gauge,
            MetricKind::Histogram | MetricKind::ExponentialHistogram if delta => Self::DeltaPair,
            MetricKind::Histogram | MetricKind::ExponentialHistogram | MetricKind::Summary => Self::CumulativePair,
        }
    }

    pub(crate) fn is_pair(self) -> bool {
        matches!(self, Self::CumulativePair | Self::DeltaPair)
    }

    fn adds(self) -> bool {
        matches!(self, Self::Delta | Self::DeltaPair)
    }
}

/// A point: value, or count. Points are what a history is mostly made of, so they hold nothing more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    pub(crate) time: i64,
    pub(crate) value: f64,
}

/// Attributes of a series in order of their keys, shared by all rollups of a lane.
pub(crate) type Attributes = Arc<[(String, String)]>;

/// A series and its points, one a slot, in order of time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Series {
    /// A slot's length.
    pub(crate) slot_ns: i64,
    pub(crate) service: u64,
    pub(crate) instance: u64,
    pub(crate) metric: u64,
    pub(crate) unit: u64,
    pub(crate) kind: SeriesKind,
    pub(crate) attributes: Attributes,
    pub(crate) points: Vec<Point>,
    /// Sums of pairs, beside their points; empty for other kinds.
    pub(crate) sums: Vec<f64>,
}

impl Series {
    /// Puts a point, and the sum of a pair, into its slot.
    pub(crate) fn add(&mut self, point: Point, sum: f64, limit: usize) {
        let slot = self.slot(point.time);
        let at = match self.points.last() {
            Some(last) if self.slot(last.time) >= slot => {
                let at = self.points.partition_point(|p| self.slot(p.time) < slot);
                if self.points.get(at).is_some_and(|p| self.slot(p.time) == slot) {
                    self.update(at, point, sum);
                    return;
                }
                at
            }
            _ => self.points.len(),
        };
        grow(&mut self.points);
        self.points.insert(at, point);
        if self.kind.is_pair() {
            grow(&mut self.sums);
            self.sums.insert(at, sum);
        }
        if self.points.len() > limit {
            self.forget(1);
        }
    }

    fn slot(&self, time: i64) -> i64 {
        time.div_euclid(self.slot_ns.max(1))
    }

    fn update(&mut self, at: usize, point: Point, sum: f64) {
        let (Some(known), mut none) = (self.points.get_mut(at), 0.0) else { return };
        let known_sum = self.sums.get_mut(at).unwrap_or(&mut none);
        if self.kind.adds() {
            known.value += point.value;
            *known_sum += sum;
            known.time = known.time.max(point.time);
        } else if (point.time, point.value.to_bits(), sum.to_bits())
            > (known.time, known.value.to_bits(), known_sum.to_bits())
        {
            *known = point;
            *known_sum = sum;
        }
    }

    fn sum(&self, at: usize) -> f64 {
        self.sums.get(at).copied().unwrap_or_default()
    }

    /// Forgets the `count` oldest points.
    fn forget(&mut self, count: usize) {
        self.points.drain(..count.min(self.points.len()));
        self.sums.drain(..count.min(self.sums.len()));
    }

    /// Forgets all but the times `from..to`.
    pub(crate) fn keep(&mut self, from: i64, to: i64) {
        let end = self.points.partition_point(|p| p.time < to);
        self.points.truncate(end);
        self.sums.truncate(end);
        self.forget(self.points.partition_point(|p| p.time < from));
    }

    /// Halves the resolution of the older half; tells how many points went. Levels and totals keep the later of two
    /// points, deltas add up.
    pub(crate) fn thin(&mut self) -> usize {
        let before = self.points.len();
        let half = before / 4 * 2;
        let adds = self.kind.adds();
        for at in (1..half).step_by(2) {
            if adds {
                self.points[at].value += self.points[at - 1].value;
                if let [first, second] = self.sums.get_mut(at - 1..=at).unwrap_or_default() {
                    *second += *first;
                }
            }
        }
        let keep = |at: usize| at >= half || at % 2 == 1;
        let mut at = 0..;
        self.points.retain(|_| at.next().is_none_or(keep));
        let mut at = 0..;
        self.sums.retain(|_| at.next().is_none_or(keep));
        self.points.shrink_to_fit();
        self.sums.shrink_to_fit();
        before - self.points.len()
    }

    pub(crate) fn merge(&mut self, other: &Self, limit: usize) {
        for (at, point) in other.points.iter().enumerate() {
            self.add(*point, other.sum(at), limit);
        }
    }

    /// (time, level) of the series as it is to be judged.
    pub(crate) fn levels(&self) -> Vec<(i64, f64)> {
        self.all(Told::Levels)
    }

    /// (time, events a second) of a pair's count; empty for other kinds.
    pub(crate) fn rates(&self) -> Vec<(i64, f64)> {
        self.all(Told::Rates)
    }

    fn all(&self, told: Told) -> Vec<(i64, f64)> {
        let mut all = Vec::new();
        self.part(told, 0..self.points.len()).visit(|time, value| all.push((time, value)));
        all
    }

    /// What some of the points tell.
    pub(crate) fn part(&self, told: Told, points: Range<usize>) -> Part<'_> {
        // Between two points lies what the later one tells.
        let from = if self.kind == SeriesKind::Gauge { points.start } else { points.start.saturating_sub(1) };
        let points = from..points.end.max(from);
        let sums = self.sums.get(points.clone()).unwrap_or_default();
        Part { kind: self.kind, told, points: self.points.get(points).unwrap_or_default(), sums }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(kind: SeriesKind, values: &[(i64, f64, f64)]) -> Series {
        let mut series = Series { kind, slot_ns: 5_000_000_000, ..Series::default() };
        for (second, value, sum) in values {
            series.add(Point { time: second * 1_000_000_000, value: *value }, *sum, 100);
        }
        series
    }

    fn check(kind: SeriesKind, values: &[(i64, f64, f64)], expected: &[(i64, f64)]) {
        let levels: Vec<(i64, f64)> =
            series(kind, values).levels().iter().map(|(t, v)| (t / 1_000_000_000, *v)).collect();
        assert_eq!(levels, expected, "{kind:?}");
    }

    #[test]
    fn each_kind_is_read_in_its_own_way() {
        check(SeriesKind::Gauge, &[(0, 1.0, 0.0), (10, 2.0, 0.0)], &[(0, 1.0), (10, 2.0)]);
        check(SeriesKind::Cumulative, &[(0, 100.0, 0.0), (10, 150.0, 0.0), (20, 20.0, 0.0)], &[(10, 5.0), (20, 2.0)]);
        check(SeriesKind::CumulativePair, &[(0, 10.0, 1.0), (10, 20.0, 3.0), (20, 20.0, 3.0)], &[(10, 0.2)]);
        check(SeriesKind::Delta, &[(0, 10.0, 0.0), (10, 20.0, 0.0)], &[(10, 2.0)]);
        check(SeriesKind::DeltaPair, &[(0, 1.0, 1.0), (10, 4.0, 2.0)], &[(10, 0.5)]);
    }

    #[test]
    fn points_out_of_order_and_twice_change_nothing() {
        let values = [(0, 1.0, 0.0), (10, 2.0, 0.0), (20, 3.0, 0.0)];
        let mixed = [values[2], values[0], values[1], values[0], values[2]];
        assert_eq!(series(SeriesKind::Gauge, &values).points, series(SeriesKind::Gauge, &mixed).points);
    }

    #[test]
    fn of_two_pairs_at_one_time_the_same_stays_in_any_order() {
        let (one, other) = ((10, 3.0, 1.0), (10, 3.0, 2.0));
        let [a, b] = [[one, other], [other, one]].map(|values| series(SeriesKind::CumulativePair, &values));
        assert_eq!((a.points, a.sums), (b.points, b.sums));
    }

    #[test]
    fn a_thinned_series_tells_the_same_at_half_the_resolution() {
        for kind in [SeriesKind::Cumulative, SeriesKind::Delta, SeriesKind::DeltaPair, SeriesKind::CumulativePair] {
            let running = matches!(kind, SeriesKind::Cumulative | SeriesKind::CumulativePair);
            let told = |at: i64| if running { 10.0 * at as f64 } else { 10.0 };
            let values: Vec<_> = (0..40).map(|at| (at * 10, told(at), told(at) / 2.0)).collect();
            let mut thinned = series(kind, &values);
            assert_eq!(thinned.thin(), 10, "{kind:?}");
            let whole = series(kind, &values);
            assert_eq!(thinned.points.last(), whole.points.last());
            assert!(thinned.levels().iter().all(|(_, v)| whole.levels().iter().any(|(_, w)| v == w)), "{kind:?}");
        }
    }
}
