//! What is usual at the hours of a stretch.
//!
//! Of each hour the same hours of other days are asked: of the same day of the week when two of those are known, else of
//! any day. The one that reached farthest is left out, since it may have been an incident: what is usual happened twice. How
//! far the others reached is a mean with an error, and a stretch departs from it by so many of these.

use std::collections::BTreeMap;

use super::{HOUR_S, HOURS, Profile, Seasons, key, place};
use crate::ids::{IdMap, mix};
use crate::material::Material;
use crate::signal::{Contrast, Prefix, What};

/// Days that tell what is usual.
const LEAST_DAYS: usize = 2;
/// By how much days differ that are alike, as a share, and how many days that assumption is worth.
const DAY_SPREAD: f64 = 0.1;
const DAY_WORTH: f64 = 2.0;
/// What is usual a quarter of an hour earlier or later is usual: no timetable is kept to the minute.
const SLACK_S: i64 = 900;

/// How far other days reached, and the variance of what may be expected of another day.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Reach {
    mean: f64,
    variance: f64,
}

impl Reach {
    /// Of days that are no fewer than two; `relative` when what differs from day to day is a share of the whole.
    fn of(days: &mut [f64], is_high: bool, relative: bool) -> Option<Self> {
        if days.len() < LEAST_DAYS {
            return None;
        }
        days.sort_unstable_by(f64::total_cmp);
        let last = days.len() - 1;
        let kept = if is_high { &days[..last] } else { &days[1..] };
        let count = kept.len() as f64;
        let mean = kept.iter().sum::<f64>() / count;
        let deviation: f64 = kept.iter().map(|day| (day - mean).powi(2)).sum();
        let usual = DAY_SPREAD * if relative { mean } else { 1.0 };
        let variance = (deviation + DAY_WORTH * usual * usual) / (count - 1.0 + DAY_WORTH);
        Some(Self { mean, variance: variance * (1.0 + 1.0 / count) })
    }
}

/// What is usual of one signal, by hour since 1970.
#[derive(Clone, Debug, Default)]
pub(crate) struct Usual {
    hours: BTreeMap<i64, (Reach, Reach)>,
    window_s: i64,
}

impl Usual {
    /// A contrast of windows `from..to`, or the lesser one against what is usual there. What a single window may stray is
    /// allowed for in `slack`.
    pub(crate) fn bound(&self, contrast: Contrast, (from, to): (i64, i64), slack: f64) -> Contrast {
        let Contrast { z, before: Some(before), after: Some(after) } = contrast else { return contrast };
        let hour = |second: i64| second.div_euclid(HOUR_S);
        let first = hour(from.saturating_mul(self.window_s).saturating_sub(SLACK_S));
        let last = hour(to.saturating_mul(self.window_s).saturating_add(SLACK_S - 1));
        let hours = self.hours.range(first..=last.max(first)).map(|(_, reach)| reach);
        let farthest = if z > 0.0 {
            hours.map(|(_, high)| *high).max_by(|a, b| a.mean.total_cmp(&b.mean))
        } else {
            hours.map(|(low, _)| *low).min_by(|a, b| a.mean.total_cmp(&b.mean))
        };
        let Some(reach) = farthest.filter(|_| z != 0.0) else { return contrast };
        let beyond = (after - reach.mean) * z.signum() - slack;
        // What the contrast is uncertain by, beside what days are.
        let error = (after - before) / z;
        let departs = beyond.max(0.0) / (error * error + reach.variance).sqrt().max(f64::MIN_POSITIVE);
        Contrast { z: departs.min(z.abs()) * z.signum(), ..contrast }
    }
}

/// All that is usual, for the signals of a stretch.
#[derive(Default)]
pub(crate) struct Usuals<'a> {
    seasons: Option<&'a Seasons>,
    /// Keys by which the shapes of a pattern are known.
    shapes: IdMap<Vec<u64>>,
    /// Hours since 1970 at which something may be asked.
    hours: std::ops::Range<i64>,
    window_s: i64,
}

impl<'a> Usuals<'a> {
    /// Nothing where a baseline was given or no hour is known yet.
    pub(crate) fn of(material: &Material<'a>) -> Self {
        if material.seasons.profiles.is_empty() || !material.baseline.is_empty() {
            return Self::default();
        }
        let mut shapes: IdMap<Vec<u64>> = IdMap::default();
        for cell in material.live.logs.values() {
            let by = |id: u64| mix(&[cell.service, id, u64::from(cell.severity.0)]);
            let template = material.patterns.templates.get(&cell.shape).copied().unwrap_or(cell.shape);
            shapes.entry(by(template)).or_default().push(by(cell.shape));
        }
        let window_s = i64::from(material.config.window_s.max(1));
        let hour = |window: i64| window.saturating_mul(window_s).div_euclid(HOUR_S);
        let hours = hour(material.stretch.from) - 1..hour(material.stretch.to) + 2;
        Self { seasons: Some(material.seasons), shapes, hours, window_s }
    }

    pub(crate) fn are_any(&self) -> bool {
        self.seasons.is_some()
    }

    /// What is usual of a signal; `None` when too little is known.
    pub(crate) fn of_signal(&self, what: What, prefix: &Prefix<'_>) -> Option<Usual> {
        let seasons = self.seasons?;
        let one = [key(what)?];
        let of_shapes: Vec<u64>;
        let keys = match what {
            What::Rate { pattern } => {
                let shapes = self.shapes.get(&pattern)?.iter();
                of_shapes = shapes.filter_map(|shape| key(What::Rate { pattern: *shape })).collect();
                of_shapes.as_slice()
            }
            _ => one.as_slice(),
        };
        let profiles: Vec<&Profile> = keys.iter().filter_map(|key| seasons.profiles.get(key)).collect();
        if profiles.is_empty() {
            return None;
        }
        // Of what is counted nothing came where nothing was heard; a level was not told.
        let silent = prefix.counts().then_some((0.0, 0.0));
        let reach = |hour: i64| {
            seasons.hours.binary_search(&hour).ok()?;
            let mut known = profiles.iter().filter_map(|profile| profile.get(place(hour))?.reach()).peekable();
            known.peek()?;
            Some(known.fold((0.0, 0.0), |sum, (low, high)| (sum.0 + low, sum.1 + high)))
        };
        let reach = |hour: i64| match reach(hour) {
            None if seasons.hours.binary_search(&hour).is_ok() => silent,
            told => told,
        };
        let scaled = |(low, high): (f64, f64)| (prefix.judged(low), prefix.judged(high));
        let of_days = |hour: i64, step: usize| -> (Vec<f64>, Vec<f64>) {
            let days = (step as i64..HOURS / 24).step_by(step).map(|day| hour - 24 * day);
            days.filter_map(reach).map(scaled).unzip()
        };
        let both = |(mut low, mut high): (Vec<f64>, Vec<f64>)| {
            let relative = prefix.counts() || prefix.is_share();
            Some((Reach::of(&mut low, false, relative)?, Reach::of(&mut high, true, relative)?))
        };
        let usual = |hour: i64| Some((hour, both(of_days(hour, 7)).or_else(|| both(of_days(hour, 1)))?));
        let hours: BTreeMap<i64, (Reach, Reach)> = self.hours.clone().filter_map(usual).collect();
        (!hours.is_empty()).then_some(Usual { hours, window_s: self.window_s })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_days_reached_is_usual_and_one_is_not() {
        for (days, after, departs) in [
            (&[5.0, 5.2, 4.9, 5.1][..], 5.0, false),
            (&[5.0, 5.2, 4.9, 5.1], 8.0, true),
            // One day was an incident.
            (&[1.0, 1.1, 0.9, 8.0], 8.0, true),
            (&[1.0, 1.1, 8.0, 8.1], 8.0, false),
            (&[8.0, 8.1], 8.0, false),
            (&[1.0, 8.1], 8.0, true),
        ] {
            let reach = Reach::of(&mut days.to_vec(), true, true).unwrap();
            let usual = Usual { hours: BTreeMap::from([(7, (reach, reach))]), window_s: 10 };
            let contrast = Contrast { z: 20.0, before: Some(1.0), after: Some(after) };
            let found = usual.bound(contrast, (7 * 360 + 100, 7 * 360 + 130), 0.0).z;
            assert_eq!(found > 3.0, departs, "{days:?}: {found}");
            // Elsewhere it is as it was.
            assert_eq!(usual.bound(contrast, (9 * 360 + 100, 9 * 360 + 130), 0.0), contrast);
        }
        assert_eq!(Reach::of(&mut [1.0], true, true), None);
    }
}
