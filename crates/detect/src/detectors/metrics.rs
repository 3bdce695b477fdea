//! Levels of metrics, put on a scale on which series of one metric can be compared.
//!
//! A value is taken as asinh(x / unit), where the unit is the metric's typical magnitude over all its series: equal
//! steps are equal ratios for large values, while a tiny series that doubles stays tiny. The time before the stretch
//! trains; it may hold older faults, so far outliers are left out of it.

#[cfg(test)]
mod corpus;
mod scale;

use crate::ids::IdMap;
use crate::material::Material;
use crate::rollup::{Part, Series, Told};
use crate::signal::{Levels, Signal, Spread, Values, What};
use crate::statistics::{centre, median, quantile};
use scale::{AT_ONCE, Scale};

/// Spread (on the scale) that a metric is assumed to have at least: three percent.
const LEAST_SPREAD: f64 = 0.03;
/// The same of what a service consumes, which has no need to be steady.
const LEAST_RESOURCE_SPREAD: f64 = 0.1;
/// Shares of a capacity below a quarter are small, whatever the others use.
const SMALL_SHARE: f64 = 0.25;
/// How many points the spread of a series' peers is worth.
const SPREAD_WORTH: f64 = 4.0;
/// Deviations beyond which an earlier point is another story.
const OUTLIER: f64 = 4.0;

/// Series of a metric by which its scale is known: those with the lowest keys, which are hashes.
const MAX_SAMPLE: usize = 256;

/// Scales by metric, from a sample of its series.
pub(crate) fn scales(material: &Material<'_>) -> IdMap<Scale> {
    let mut by_metric: IdMap<Vec<u64>> = IdMap::default();
    for (key, series) in &material.live.series {
        by_metric.entry(series.metric).or_default().push(*key);
    }
    by_metric
        .into_iter()
        .map(|(metric, mut keys)| {
            keys.sort_unstable();
            keys.truncate(MAX_SAMPLE);
            let series: Vec<&Series> = keys.iter().filter_map(|key| material.live.series.get(key)).collect();
            let unit = series.first().map_or("", |s| material.name(s.unit));
            (metric, scale(&series, material.name(metric), unit, material.until_ns()))
        })
        .collect()
}

/// The capacity of which a metric is a share: 100 for percentages, 1 for ratios, `None` for others.
pub(crate) fn capacity(name: &str, unit: &str, greatest: impl FnOnce() -> f64) -> Option<f64> {
    let name = name.to_ascii_lowercase();
    let percent = unit == "%" || ["%", "percent", "pct"].iter().any(|w| name.contains(w));
    let ratio = unit == "1" || ["utili", "ratio", "usage_rate", "fraction"].iter().any(|w| name.contains(w));
    if percent || (ratio && greatest() > 2.0) { Some(100.0) } else { ratio.then_some(1.0) }
}

fn scale(series: &[&Series], name: &str, unit_name: &str, until_ns: i64) -> Scale {
    let known = |levels: Vec<(i64, f64)>| levels.into_iter().filter(|(t, _)| *t < until_ns).map(|(_, v)| v).collect();
    let levels: Vec<Vec<f64>> = series.iter().map(|s| known(s.levels())).collect();
    let mut sizes: Vec<f64> = levels
        .iter()
        .filter_map(|l| median(&mut l.iter().map(|v| v.abs()).collect::<Vec<_>>()))
        .filter(|m| *m > 0.0)
        .collect();
    let greatest = levels.iter().flatten().fold(0.0_f64, |a, b| a.max(b.abs()));
    let resource = crate::role::Role::of(name).is_resource();
    // Of a latency or a rate every doubling counts; of a resource only what is much for its kind.
    let unit = if resource {
        let mut all: Vec<f64> = levels.iter().flatten().map(|v| v.abs()).collect();
        let much = quantile(&mut all, 0.9).filter(|m| *m > 0.0).unwrap_or(greatest);
        capacity(name, unit_name, || greatest).map_or(much, |c| much.max(SMALL_SHARE * c))
    } else {
        median(&mut sizes).unwrap_or(greatest)
    };
    let unit = unit.max(f64::MIN_POSITIVE);
    let apply = |value: f64| Scale { unit, variance: 0.0 }.apply(value);
    let least = if resource { LEAST_RESOURCE_SPREAD } else { LEAST_SPREAD };
    let mut variances: Vec<f64> = levels
        .iter()
        .filter(|l| l.len() >= 3)
        .filter_map(|l| centre(&l.iter().map(|v| apply(*v)).collect::<Vec<_>>()))
        .map(|(_, spread)| spread * spread)
        .collect();
    // Steps from point to point: few of them belong to a fault, many to a restless metric.
    let mut steps: Vec<f64> =
        levels.iter().flat_map(|l| l.windows(2).map(|w| (apply(w[1]) - apply(w[0])).abs())).collect();
    let restless = quantile(&mut steps, 0.95).unwrap_or(0.0) / (1.96 * std::f64::consts::SQRT_2);
    let variance = median(&mut variances).unwrap_or(0.0).max(restless * restless).max(least * least);
    Scale { unit, variance }
}

/// All series.
pub(super) fn series<'a>(material: &'a Material<'a>, out: &mut dyn FnMut(Signal<'a>)) {
    let scales = scales(material);
    // In the order in which they will be asked: what is read together then lies together.
    let mut all: Vec<(u64, u64, u64, &Series)> =
        material.live.series.iter().map(|(key, series)| (series.metric, series.service, *key, series)).collect();
    all.sort_unstable_by_key(|(metric, service, key, _)| (*metric, *service, *key));
    // Nearly always all of them lie within, and no point needs to be looked at to know that.
    let (stretch, points) = (material.stretch, &material.live.totals.points);
    let all_within = points.first().is_some_and(|first| first >= stretch.from)
        && points.last().is_some_and(|last| last < stretch.to);
    for (metric, service, key, series) in all {
        let Some(scale) = scales.get(&metric).copied() else { continue };
        let mut push = |what, told, scale| {
            if let Some(values) = Watched::values(material, series, told, scale, all_within) {
                out(Signal { what, service, metric, values });
            }
        };
        push(What::Metric { series: key }, Told::Levels, scale);
        if series.kind.is_pair() {
            let rates = series.rates();
            let known = rates.iter().filter(|(t, _)| *t < material.until_ns());
            let mut sizes: Vec<f64> = known.map(|(_, v)| v.abs()).collect();
            let unit = median(&mut sizes).unwrap_or(1.0).max(1e-9);
            let scale = Scale { unit, variance: LEAST_SPREAD * LEAST_SPREAD };
            push(What::MetricRate { series: key }, Told::Rates, scale);
        }
    }
}

/// A series in a stretch.
struct Watched<'a> {
    part: Part<'a>,
    scale: Scale,
    start_ns: i64,
    window_ns: i64,
}

impl<'a> Watched<'a> {
    /// `None` when nothing lies in the stretch.
    fn values(
        material: &Material<'_>,
        series: &'a Series,
        told: Told,
        scale: Scale,
        all_within: bool,
    ) -> Option<Values<'a>> {
        let (stretch, window_ns) = (material.stretch, material.config.window_ns());
        let [start_ns, end_ns] = [stretch.from, stretch.to].map(|window| window.saturating_mul(window_ns));
        let before = |time: i64| series.points.partition_point(|p| p.time < time);
        let (from, to) = if all_within { (0, series.points.len()) } else { (before(start_ns), before(end_ns)) };
        let part = series.part(told, from..to);
        if part.is_empty() {
            return None;
        }
        let mut base = Vec::new();
        series.part(told, 0..from).visit(|_, value| base.push(scale.apply(value)));
        if let Some((middle, spread)) = centre(&base) {
            let far = OUTLIER * spread.max(scale.variance.sqrt());
            base.retain(|x| (x - middle).abs() <= far);
        }
        let prior = Spread { variance: scale.variance, worth: SPREAD_WORTH, unit: scale.unit };
        let cells = Box::new(Self { part, scale, start_ns, window_ns });
        Some(Values::Level { cells, of_calls: false, base, prior })
    }
}

impl Levels for Watched<'_> {
    fn read(&self, cells: &mut Vec<(u32, f32)>, _: Option<&mut Vec<f32>>) {
        let (mut times, mut values, mut count) = ([0_i64; AT_ONCE], [0.0; AT_ONCE], 0);
        cells.reserve(self.part.len());
        let share = 1.0 / self.window_ns as f64;
        let mut put = |times: &[i64], values: &mut [f64; AT_ONCE]| {
            self.scale.apply_to(values);
            let window = |time: i64| quotient(time - self.start_ns, self.window_ns, share) as u32;
            cells.extend(times.iter().zip(values.iter()).map(|(time, level)| (window(*time), *level as f32)));
        };
        self.part.visit(|time, value| {
            (times[count], values[count]) = (time, value);
            count += 1;
            if count == AT_ONCE {
                put(&times, &mut values);
                count = 0;
            }
        });
        put(&times[..count], &mut values);
    }

    fn look(&self) {
        self.part.look();
    }
}

/// How many times a divisor is in a number of at least 0, by the divisor's inverse: a division takes several times as long.
#[inline]
fn quotient(number: i64, divisor: i64, inverse: f64) -> i64 {
    let about = (number as f64 * inverse) as i64;
    let rest = number - about * divisor;
    about + i64::from(rest >= divisor) - i64::from(rest < 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_quotient_is_that_of_a_division(times in 0_i64..100_000, off in -2_i64..3, window_s in 1_i64..10_000) {
            let window_ns = window_s * 1_000_000_000;
            let number = (times * window_ns + off).max(0);
            prop_assert_eq!(quotient(number, window_ns, 1.0 / window_ns as f64), number / window_ns);
        }
    }
}
