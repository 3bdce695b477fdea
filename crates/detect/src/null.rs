//! The empirical null: how far signals of one class stray at the same time in the whole system.
//!
//! A class is a metric, or "gaps of edges", or "templates per call". If half of a class strays by five standard errors, five
//! is nothing special there, be it that its spread is badly known or that the whole system feels the same (Efron 2004).
//! So each z is divided by the spread of its class, if that is more than one.

use crate::ids::IdMap;
use crate::material::Material;
use crate::signal::What;
use crate::statistics::quantile;

/// Fewest members that say how a class behaves.
const LEAST_MEMBERS: usize = 8;
/// Fewest that say how its tail behaves.
const TAIL_MEMBERS: usize = 20;

/// Classes that are not a metric.
const FIXED_CLASSES: u64 = 16;

/// The class of a signal.
pub(crate) fn class(material: &Material<'_>, what: What) -> u64 {
    match what {
        What::Rate { .. } => 1,
        What::Presence { .. } => 2,
        What::OwnErrors { .. } => 3,
        What::EdgeErrors { .. } | What::Unanswered { .. } => 4,
        What::EdgeLatency { .. } => 5,
        What::EdgeGap { .. } => 6,
        What::SelfTime { .. } => 7,
        What::Child { .. } => 8,
        What::Fanout { .. } => 9,
        What::Throughput { .. } => 10,
        What::Metric { series } | What::MetricRate { series } => {
            material.live.series.get(&series).map_or(11, |s| s.metric)
        }
    }
}

/// Spread of z by class, at least one.
///
/// Only of metrics is the tail asked too: what befalls a service shows in one or two series of each metric, but in many of
/// its edges and templates.
pub(crate) fn spreads(classes: &[u64], z: &[f64]) -> IdMap<f64> {
    let mut by_class: IdMap<Vec<f64>> = IdMap::default();
    for (class, z) in classes.iter().zip(z) {
        // What cannot be compared says nothing of the class.
        if *z != 0.0 {
            by_class.entry(*class).or_default().push(z.abs());
        }
    }
    by_class
        .into_iter()
        .map(|(class, mut z)| {
            let spread = match z.len() {
                0..LEAST_MEMBERS => 1.0,
                n if n < TAIL_MEMBERS || class <= FIXED_CLASSES => 1.4826 * quantile(&mut z, 0.5).unwrap_or(1.0),
                // Heavy tails show only in company: nine of ten normal values lie within 1.645.
                _ => (1.4826 * quantile(&mut z, 0.5).unwrap_or(1.0)).max(quantile(&mut z, 0.9).unwrap_or(1.0) / 1.645),
            };
            (class, spread.max(1.0))
        })
        .collect()
}
