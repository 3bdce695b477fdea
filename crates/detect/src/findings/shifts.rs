//! Metrics whose level changed.

use decant_model::MetricShift;

use super::Told;
use crate::evidence::Item;
use crate::ids::{mix, text_id};
use crate::rollup::Series;
use crate::signal::What;
use crate::statistics::{median, significance};

pub(crate) fn tell(told: &Told<'_>) -> Vec<MetricShift> {
    let Some(episode) = told.analysis.episode.filter(|_| told.incident.is_some()) else { return Vec::new() };
    let (from, to) = (told.time(episode.from), told.time(episode.to));
    let mut items: Vec<(u64, bool, Item)> = told
        .analysis
        .ledger
        .services
        .values()
        .flat_map(|a| a.values().flatten())
        .filter_map(|item| match item.what {
            What::Metric { series } => Some((series, false, *item)),
            What::MetricRate { series } => Some((series, true, *item)),
            _ => None,
        })
        .collect();
    items.sort_by(|a, b| b.2.strength.total_cmp(&a.2.strength).then(a.0.cmp(&b.0)).then(a.1.cmp(&b.1)));
    items.truncate(told.material.config.max_findings);
    items
        .into_iter()
        .filter_map(|(key, rate, item)| {
            Some(one(told, key, told.material.live.series.get(&key)?, rate, item, (from, to)))
        })
        .collect()
}

fn one(told: &Told<'_>, key: u64, series: &Series, rate: bool, item: Item, (from, to): (i64, i64)) -> MetricShift {
    let material = told.material;
    let levels = if rate { series.rates() } else { series.levels() };
    let inside: Vec<(i64, f64)> = levels.iter().copied().filter(|(t, _)| (from..to).contains(t)).collect();
    let mut before: Vec<f64> = levels.iter().filter(|(t, _)| *t < from).map(|(_, v)| *v).collect();
    let mut after: Vec<f64> = inside.iter().map(|(_, v)| *v).collect();
    let up = item.z > 0.0;
    let peak = inside.iter().copied().reduce(|a, b| if (b.1 > a.1) == up { b } else { a });
    let before = median(&mut before);
    // The first point that is nearer to the peak than to the healthy level.
    let onset = before.zip(peak).and_then(|(b, (_, p))| inside.iter().find(|(_, v)| (v - p).abs() <= (v - b).abs()));
    let name = material.name(series.metric);
    MetricShift {
        id: mix(&[text_id("metric"), key, u64::from(rate)]),
        service: material.name(series.service).to_owned(),
        component: Some(material.name(series.instance).to_owned()).filter(|c| !c.is_empty()),
        metric: if rate { format!("{name} (count)") } else { name.to_owned() },
        unit: if rate { "1/s".to_owned() } else { material.name(series.unit).to_owned() },
        // Which library measured it tells nothing about what was measured.
        attributes: series.attributes.iter().filter(|(key, _)| !key.starts_with("otel.scope.")).cloned().collect(),
        before,
        after: median(&mut after),
        peak: peak.map(|(_, v)| v),
        onset_unix_nano: onset.map(|(t, _)| *t),
        significance: significance(item.z),
    }
}
