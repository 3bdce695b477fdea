//! Levels of metrics, put on a scale on which series of one metric can be compared.
//!
//! A value is taken as asinh(x / unit), where the unit is the metric's typical magnitude over all its series: equal
//! steps are equal ratios for large values, while a tiny series that doubles stays tiny. The time before the stretch
//! trains; it may hold older faults, so far outliers are left out of it.

#[cfg(test)]
mod corpus;

use crate::ids::IdMap;
use crate::material::Material;
use crate::rollup::{Series, Told};
use crate::signal::{ReadLevels, Signal, Spread, Values, What};
use crate::statistics::{centre, median, quantile};

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

/// The scale of a metric.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    unit: f64,
    variance: f64,
}

impl Scale {
    pub(crate) fn apply(self, value: f64) -> f64 {
        asinh(value / self.unit)
    }
}

/// As [`f64::asinh`], to within some units in the last place, in a third of its time: it is taken of every point.
fn asinh(x: f64) -> f64 {
    let size = x.abs();
    let root = (size * size + 1.0).sqrt();
    let of_size = if size < 0.25 {
        (size + size * size / (1.0 + root)).ln_1p()
    } else if size < 1e150 {
        (size + root).ln()
    } else {
        size.ln() + std::f64::consts::LN_2
    };
    of_size.copysign(x)
}

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
            (metric, scale(&series, material.name(metric), unit))
        })
        .collect()
}

/// The capacity of which a metric is a share: 100 for percentages, 1 for ratios, `None` for others.
pub(crate) fn capacity(name: &str, unit: &str, greatest: f64) -> Option<f64> {
    let name = name.to_ascii_lowercase();
    let percent = unit == "%" || ["%", "percent", "pct"].iter().any(|w| name.contains(w));
    let ratio = unit == "1" || ["utili", "ratio", "usage_rate", "fraction"].iter().any(|w| name.contains(w));
    if percent || (ratio && greatest > 2.0) { Some(100.0) } else { ratio.then_some(1.0) }
}

fn scale(series: &[&Series], name: &str, unit_name: &str) -> Scale {
    let levels: Vec<Vec<f64>> = series.iter().map(|s| s.levels().into_iter().map(|(_, v)| v).collect()).collect();
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
        capacity(name, unit_name, greatest).map_or(much, |c| much.max(SMALL_SHARE * c))
    } else {
        median(&mut sizes).unwrap_or(greatest)
    };
    let unit = unit.max(f64::MIN_POSITIVE);
    let least = if resource { LEAST_RESOURCE_SPREAD } else { LEAST_SPREAD };
    let mut variances: Vec<f64> = levels
        .iter()
        .filter(|l| l.len() >= 3)
        .filter_map(|l| centre(&l.iter().map(|v| asinh(v / unit)).collect::<Vec<_>>()))
        .map(|(_, spread)| spread * spread)
        .collect();
    // Steps from point to point: few of them belong to a fault, many to a restless metric.
    let mut steps: Vec<f64> =
        levels.iter().flat_map(|l| l.windows(2).map(|w| (asinh(w[1] / unit) - asinh(w[0] / unit)).abs())).collect();
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
    let mut base = Vec::new();
    for (metric, service, key, series) in all {
        let Some(scale) = scales.get(&metric).copied() else { continue };
        let mut push = |what, told, scale| {
            let watched = Watched::new(material, series, told, scale);
            if let Some(values) = watched.values(&mut base) {
                out(Signal { what, service, metric, values });
            }
        };
        push(What::Metric { series: key }, Told::Levels, scale);
        if series.kind.is_pair() {
            let mut sizes: Vec<f64> = series.rates().iter().map(|(_, v)| v.abs()).collect();
            let unit = median(&mut sizes).unwrap_or(1.0).max(1e-9);
            let scale = Scale { unit, variance: LEAST_SPREAD * LEAST_SPREAD };
            push(What::MetricRate { series: key }, Told::Rates, scale);
        }
    }
}

/// A series in a stretch.
#[derive(Clone, Copy)]
struct Watched<'a> {
    series: &'a Series,
    told: Told,
    scale: Scale,
    /// Points before the stretch, and those up to its end.
    before: usize,
    upto: usize,
    start_ns: i64,
    window_ns: i64,
}

impl<'a> Watched<'a> {
    fn new(material: &Material<'_>, series: &'a Series, told: Told, scale: Scale) -> Self {
        let (stretch, window_ns) = (material.stretch, material.config.window_ns());
        let [start_ns, end_ns] = [stretch.from, stretch.to].map(|window| window.saturating_mul(window_ns));
        let points = &series.points;
        // Nearly always all of them lie within.
        let before = |time: i64| match (points.first(), points.last()) {
            (Some(first), _) if first.time >= time => 0,
            (_, Some(last)) if last.time < time => points.len(),
            _ => points.partition_point(|p| p.time < time),
        };
        Self { series, told, scale, before: before(start_ns), upto: before(end_ns), start_ns, window_ns }
    }

    /// `None` when nothing lies in the stretch.
    fn values(self, base: &mut Vec<f64>) -> Option<Values<'a>> {
        let Self { series, told, scale, before, upto, .. } = self;
        if !series.tells(told, before..upto) {
            return None;
        }
        base.clear();
        series.visit(told, 0..before, |_, value| base.push(scale.apply(value)));
        if let Some((middle, spread)) = centre(base) {
            let far = OUTLIER * spread.max(scale.variance.sqrt());
            base.retain(|x| (x - middle).abs() <= far);
        }
        let prior = Spread { variance: scale.variance, worth: SPREAD_WORTH, unit: scale.unit };
        let cells: ReadLevels<'a> = Box::new(move |cells, _| self.read(cells));
        Some(Values::Level { cells, of_calls: false, base: base.clone(), prior })
    }

    fn read(&self, cells: &mut Vec<(u32, f32)>) {
        self.series.visit(self.told, self.before..self.upto, |time, value| {
            let window = (time - self.start_ns) / self.window_ns;
            cells.push((window as u32, self.scale.apply(value) as f32));
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_is_the_inverse_hyperbolic_sine() {
        for x in [0.0, 1e-300, 1e-9, 1e-3, 0.2499, 0.25, 1.0, 7.5, 1e6, 1e149, 1e151, 1e300, f64::INFINITY] {
            for x in [x, -x] {
                let expected: f64 = x.asinh();
                let apart = (asinh(x) - expected).abs() / expected.abs().max(f64::MIN_POSITIVE);
                assert!(apart <= 1e-14 || (x.is_infinite() && asinh(x).is_infinite()), "{x}: {}", asinh(x));
            }
        }
        assert!(asinh(f64::NAN).is_nan());
    }
}
