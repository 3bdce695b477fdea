//! One metric series: a value per slot (half a window).
//!
//! Cumulative sums and histograms keep what was told and become rates only when they are read, since a rate needs two
//! points and the two may come from different batches. A slot that gets several points keeps the newest; deltas add up.

use decant_model::{MetricKind, Temporality};

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

    fn adds(self) -> bool {
        matches!(self, Self::Delta | Self::DeltaPair)
    }
}

/// A point: value, or count and sum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    pub(crate) slot: i64,
    pub(crate) time: i64,
    pub(crate) value: f64,
    pub(crate) sum: f64,
}

/// A series and its points, sorted by slot.
#[derive(Clone, Debug, Default)]
pub(crate) struct Series {
    pub(crate) service: u64,
    pub(crate) instance: u64,
    pub(crate) metric: u64,
    pub(crate) unit: u64,
    pub(crate) kind: SeriesKind,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) points: Vec<Point>,
}

impl Series {
    /// Puts a point into its slot.
    pub(crate) fn add(&mut self, point: Point, limit: usize) {
        match self.points.last() {
            Some(last) if last.slot >= point.slot => match self.points.binary_search_by_key(&point.slot, |p| p.slot) {
                Ok(at) => {
                    let known = &mut self.points[at];
                    if self.kind.adds() {
                        known.value += point.value;
                        known.sum += point.sum;
                        known.time = known.time.max(point.time);
                    } else if (point.time, point.value.to_bits()) > (known.time, known.value.to_bits()) {
                        *known = point;
                    }
                }
                Err(at) => self.points.insert(at, point),
            },
            _ => self.points.push(point),
        }
        if self.points.len() > limit {
            self.points.remove(0);
        }
    }

    pub(crate) fn merge(&mut self, other: Self, limit: usize) {
        for point in other.points {
            self.add(point, limit);
        }
    }

    /// (time, level) of the series as it is to be judged: gauges as they are, totals as rates a second, pairs as the
    /// mean of what came between two points. A total that falls was reset: its value counts from zero.
    pub(crate) fn levels(&self) -> Vec<(i64, f64)> {
        match self.kind {
            SeriesKind::Gauge => self.points.iter().map(|p| (p.time, p.value)).collect(),
            SeriesKind::Cumulative => self.steps(|value, _, seconds| Some(value / seconds)),
            SeriesKind::CumulativePair => self.steps(|count, sum, _| (count > 0.0).then(|| sum / count)),
            SeriesKind::Delta => self.gaps(|p, seconds| Some(p.value / seconds)),
            SeriesKind::DeltaPair => self.gaps(|p, _| (p.value > 0.0).then(|| p.sum / p.value)),
        }
    }

    /// (time, events a second) of a pair's count; empty for other kinds.
    pub(crate) fn rates(&self) -> Vec<(i64, f64)> {
        match self.kind {
            SeriesKind::CumulativePair => self.steps(|count, _, seconds| Some(count / seconds)),
            SeriesKind::DeltaPair => self.gaps(|p, seconds| Some(p.value / seconds)),
            _ => Vec::new(),
        }
    }

    fn steps(&self, level: impl Fn(f64, f64, f64) -> Option<f64>) -> Vec<(i64, f64)> {
        self.points
            .windows(2)
            .filter_map(|w| {
                let seconds = (w[1].time - w[0].time) as f64 / 1e9;
                let reset = w[1].value < w[0].value;
                let (value, sum) =
                    if reset { (w[1].value, w[1].sum) } else { (w[1].value - w[0].value, w[1].sum - w[0].sum) };
                (seconds > 0.0).then(|| level(value, sum, seconds)).flatten().map(|v| (w[1].time, v))
            })
            .collect()
    }

    fn gaps(&self, level: impl Fn(&Point, f64) -> Option<f64>) -> Vec<(i64, f64)> {
        self.points
            .windows(2)
            .filter_map(|w| {
                let seconds = (w[1].time - w[0].time) as f64 / 1e9;
                (seconds > 0.0).then(|| level(&w[1], seconds)).flatten().map(|v| (w[1].time, v))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(kind: SeriesKind, values: &[(i64, f64, f64)]) -> Series {
        let mut series = Series { kind, ..Series::default() };
        for (second, value, sum) in values {
            series.add(Point { slot: second / 5, time: second * 1_000_000_000, value: *value, sum: *sum }, 100);
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
}
