//! The empirical null: how far signals of one class stray at the same time in the whole system.
//!
//! A class is a metric, or "gaps of edges", or "templates per call". If half of a class strays by five standard errors, five
//! is nothing special there, be it that its spread is badly known or that the whole system feels the same (Efron 2004).
//! So each z is divided by the spread of its class, if that is more than one.

use std::ops::Range;

use crate::material::Material;
use crate::signal::{Contrast, What};
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
        What::EdgeErrors { .. } => 4,
        What::Unanswered { .. } => 12,
        What::Impossible { .. } => 13,
        What::Silence { .. } => 14,
        What::EdgeLatency { .. } => 5,
        What::EdgeGap { .. } => 6,
        What::SelfTime { .. } => 7,
        What::Child { .. } => 8,
        What::Fanout { .. } => 9,
        What::Last { .. } => 15,
        What::Throughput { .. } => 10,
        What::Metric { series } | What::MetricRate { series } => {
            material.live.series.get(&series).map_or(11, |s| s.metric)
        }
    }
}

/// Spread of z of each class, at least one.
///
/// Only of metrics is the tail asked too: what befalls a service shows in one or two series of each metric, but in many of
/// its edges and templates.
pub(crate) fn spreads(classes: &[(u64, Range<usize>)], contrasts: &[Contrast]) -> Vec<f64> {
    let mut z: Vec<f64> = Vec::new();
    let of_class = |(class, range): &(u64, Range<usize>)| {
        // What cannot be compared says nothing of the class.
        let members = contrasts.get(range.clone()).unwrap_or_default();
        z.clear();
        z.extend(members.iter().filter(|c| c.before.is_some() && c.after.is_some()).map(|c| c.z.abs()));
        let members = z.len();
        let mut at = |q: f64| quantile(&mut z, q).unwrap_or(1.0);
        // Of normal values half lie within 0.674, three quarters within 1.15, nine tenths within 1.645.
        let spread: f64 = match members {
            0..LEAST_MEMBERS => 1.0,
            n if n < TAIL_MEMBERS || *class <= FIXED_CLASSES => at(0.5) / 0.674,
            _ => (at(0.5) / 0.674).max(at(0.9) / 1.645),
        };
        spread.max(1.0)
    };
    classes.iter().map(of_class).collect()
}
