//! Single series with a known shape, for measuring detectors one by one.
//!
//! Each [`Series`] is a metric as a pod or a host might report it: a level, noise that may depend on the last value, and
//! at times a season. On top of that comes one [`Shape`], or none: the quiet shapes say how often a detector cries for
//! nothing. Sizes are told in standard deviations of the noise, so that a detector's power can be drawn against them.

use crate::dice::{Dice, Purpose};

/// What happens in a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shape {
    /// Nothing but noise.
    Quiet,
    /// Nothing but a season that was there from the beginning.
    Season,
    /// Nothing, but points are missing for a while.
    Gap,
    /// The level moves and stays.
    LevelShift,
    /// A few points far away, then back.
    Spike,
    /// A slope begins.
    Drift,
    /// The noise becomes louder.
    VarianceShift,
}

impl Shape {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Quiet, Self::Season, Self::Gap, Self::LevelShift, Self::Spike, Self::Drift, Self::VarianceShift];

    /// Whether a detector ought to see something.
    #[must_use]
    pub fn is_change(self) -> bool {
        !matches!(self, Self::Quiet | Self::Season | Self::Gap)
    }
}

/// A series and its truth.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    pub shape: Shape,
    /// Time in nanoseconds since 1970, value; in order of time.
    pub points: Vec<(i64, f64)>,
    /// When the change begins; `None` when there is none.
    pub onset_unix_nano: Option<i64>,
    /// When it is over; a spike ends, the rest stays.
    pub ended_unix_nano: Option<i64>,
    /// Size in standard deviations of the noise: of the step, of the spike, of the drift at the end; for a variance
    /// shift the factor.
    pub size: f64,
}

/// Points of a series.
const POINTS: usize = 360;
const INTERVAL_NS: i64 = 10_000_000_000;

/// So many series of each shape; `sizes` are drawn evenly from 4 to 10 standard deviations.
pub fn corpus(seed: u64, start_unix_nano: i64, of_each: usize) -> impl Iterator<Item = Series> {
    Shape::ALL.into_iter().flat_map(move |shape| {
        (0..of_each).map(move |n| {
            let mut dice = Dice::new(seed, Purpose::Series, (shape as u64) << 32 | n as u64);
            series(shape, start_unix_nano, &mut dice)
        })
    })
}

fn series(shape: Shape, start: i64, dice: &mut Dice) -> Series {
    let level = dice.around(100.0, 1.5);
    let sigma = level * dice.between(0.01, 0.12);
    let memory = dice.pick(&[0.0, 0.0, 0.3, 0.6]);
    let season = if shape == Shape::Season || dice.chance(0.25) { dice.between(1.0, 5.0) * sigma } else { 0.0 };
    let (period, phase) = (dice.between(40.0, 120.0), dice.unit());
    let onset = (POINTS as f64 * dice.between(0.55, 0.8)) as usize;
    let length = match shape {
        Shape::Spike => 1 + dice.below(3),
        Shape::Gap => 6 + dice.below(30),
        _ => POINTS - onset,
    };
    let size = if shape == Shape::VarianceShift { dice.between(3.0, 6.0) } else { dice.between(4.0, 10.0) };
    let sign = if dice.chance(0.65) { 1.0 } else { -1.0 };
    let mut noise = 0.0;
    let mut points = Vec::with_capacity(POINTS);
    for at in 0..POINTS {
        let is_on = (onset..onset + length).contains(&at);
        let since = at.saturating_sub(onset) as f64 / (POINTS - onset) as f64;
        // The noise keeps its standard deviation whatever its memory.
        let fresh = dice.normal() * f64::sqrt(1.0 - memory * memory);
        noise = memory * noise + fresh;
        let (moved, loudness) = match shape {
            Shape::LevelShift | Shape::Spike if is_on => (sign * size, 1.0),
            Shape::Drift if is_on => (sign * size * since, 1.0),
            Shape::VarianceShift if is_on => (0.0, size),
            _ => (0.0, 1.0),
        };
        if shape == Shape::Gap && is_on {
            continue;
        }
        let wave = season * f64::sin(std::f64::consts::TAU * (at as f64 / period + phase));
        let jitter = (dice.between(-0.02, 0.02) * INTERVAL_NS as f64) as i64;
        points.push((start + at as i64 * INTERVAL_NS + jitter, level + wave + sigma * (noise * loudness + moved)));
    }
    let time = |at: usize| start + at as i64 * INTERVAL_NS;
    Series {
        shape,
        points,
        onset_unix_nano: shape.is_change().then(|| time(onset)),
        ended_unix_nano: shape.is_change().then(|| time(onset + length)),
        size,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(values: impl Iterator<Item = f64> + Clone) -> f64 {
        values.clone().sum::<f64>() / values.count().max(1) as f64
    }

    #[test]
    fn shapes_do_what_their_names_say() {
        for series in corpus(1, 0, 20) {
            assert_eq!(series.onset_unix_nano.is_some(), series.shape.is_change());
            assert!(series.points.is_sorted_by_key(|p| p.0));
            assert_eq!(series.points.len() < POINTS, series.shape == Shape::Gap);
            let Some(onset) = series.onset_unix_nano else { continue };
            let before = series.points.iter().filter(|p| p.0 < onset).map(|p| p.1);
            let after = series.points.iter().filter(|p| p.0 > onset).map(|p| p.1);
            let spread = mean(before.clone().map(|v| (v - mean(before.clone())).powi(2))).sqrt();
            let moved = (mean(after.clone()) - mean(before.clone())).abs() / spread;
            match series.shape {
                Shape::LevelShift => assert!(moved > 0.7, "{moved}"),
                Shape::Spike => assert!(moved < 1.5, "{moved}"),
                _ => {}
            }
        }
    }

    #[test]
    fn a_seed_decides_the_series() {
        assert_eq!(corpus(3, 0, 2).collect::<Vec<_>>(), corpus(3, 0, 2).collect::<Vec<_>>());
        assert_ne!(corpus(3, 0, 1).next(), corpus(4, 0, 1).next());
    }
}
