//! What the points of a series tell, as it is judged.

use super::{Point, SeriesKind};
use crate::signal::look_at;

/// What a series is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// As it is to be judged: gauges as they are, totals as rates a second, pairs as the mean of what came between two
    /// points.
    Levels,
    /// Events a second of a pair's count.
    Rates,
}

/// Neighbouring points of a series; of other kinds than gauges the first one only tells where the second began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part<'a> {
    pub(super) kind: SeriesKind,
    pub(super) told: Told,
    pub(super) points: &'a [Point],
    /// Sums of pairs.
    pub(super) sums: &'a [f64],
}

impl Part<'_> {
    pub(crate) fn len(&self) -> usize {
        self.points.len()
    }

    /// Whether nothing is told.
    pub(crate) fn is_empty(&self) -> bool {
        match (self.kind, self.told) {
            (SeriesKind::Gauge, Told::Levels) => self.points.is_empty(),
            (SeriesKind::Cumulative | SeriesKind::Delta, Told::Levels) => self.points.len() < 2,
            _ => {
                let mut is_empty = true;
                self.visit(|_, _| is_empty = false);
                is_empty
            }
        }
    }

    /// Looks at what will soon be read.
    pub(crate) fn look(&self) {
        look_at(self.points, |p| p.time as u32);
        look_at(self.sums, |sum| sum.to_bits() as u32);
    }

    /// Time and value of all that is told, in order. A total that falls was reset: its value counts from zero.
    #[inline]
    pub(crate) fn visit(&self, mut out: impl FnMut(i64, f64)) {
        let mean = |count: f64, sum: f64, _| (count > 0.0).then(|| sum / count);
        let rate = |value: f64, _, nanoseconds: f64| Some(value * 1e9 / nanoseconds);
        match (self.kind, self.told) {
            (SeriesKind::Gauge, Told::Levels) => self.points.iter().for_each(|p| out(p.time, p.value)),
            (SeriesKind::Cumulative, Told::Levels) | (SeriesKind::CumulativePair, Told::Rates) => self.steps(rate, out),
            (SeriesKind::CumulativePair, Told::Levels) => self.steps(mean, out),
            (SeriesKind::Delta, Told::Levels) | (SeriesKind::DeltaPair, Told::Rates) => self.gaps(rate, out),
            (SeriesKind::DeltaPair, Told::Levels) => self.gaps(mean, out),
            (SeriesKind::Gauge | SeriesKind::Cumulative | SeriesKind::Delta, Told::Rates) => {}
        }
    }

    fn sum(&self, at: usize) -> f64 {
        self.sums.get(at).copied().unwrap_or_default()
    }

    /// Of running totals: what came between two points.
    #[inline]
    fn steps(&self, value: impl Fn(f64, f64, f64) -> Option<f64>, out: impl FnMut(i64, f64)) {
        let step = |at: usize, before: Point, after: Point| {
            if after.value < before.value {
                (after.value, self.sum(at))
            } else {
                (after.value - before.value, self.sum(at) - self.sum(at - 1))
            }
        };
        self.between(step, value, out);
    }

    /// Of deltas: what the later point tells.
    #[inline]
    fn gaps(&self, value: impl Fn(f64, f64, f64) -> Option<f64>, out: impl FnMut(i64, f64)) {
        self.between(|at, _, after| (after.value, self.sum(at)), value, out);
    }

    #[inline]
    fn between(
        &self,
        told: impl Fn(usize, Point, Point) -> (f64, f64),
        value: impl Fn(f64, f64, f64) -> Option<f64>,
        mut out: impl FnMut(i64, f64),
    ) {
        for (at, pair) in (1..).zip(self.points.windows(2)) {
            let nanoseconds = pair[1].time.saturating_sub(pair[0].time) as f64;
            let (amount, sum) = told(at, pair[0], pair[1]);
            if nanoseconds > 0.0
                && let Some(value) = value(amount, sum, nanoseconds)
            {
                out(pair[1].time, value);
            }
        }
    }
}
