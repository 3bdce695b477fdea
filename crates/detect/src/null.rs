//! The empirical null: how far signals of one class stray at the same time in the whole system.
//!
//! A class is a metric, or "gaps of edges", or "templates per call". If half of a class strays by five standard errors, five
//! is nothing special there, be it that its spread is badly known or that the whole system feels the same (Efron 2004).
//! So each z is divided by the spread of its class, if that is more than one.

use crate::signal::What;
use crate::statistics::quantile;

/// Fewest members that say how a class behaves.
const LEAST_MEMBERS: usize = 8;
/// Fewest that say how its tail behaves.
const TAIL_MEMBERS: usize = 20;

/// Classes that are not a metric.
const FIXED_CLASSES: u64 = 16;

/// The class of a signal, which may be of a metric.
pub(crate) fn class(what: What, metric: u64) -> u64 {
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
        What::Metric { .. } | What::MetricRate { .. } => metric,
    }
}

/// Members that tell how a class of any size behaves: a quantile of so many is known to about three parts in a hundred.
const ENOUGH_MEMBERS: usize = 2_048;

/// Every how many members of a class of some size are asked how the class behaves.
pub(crate) fn step(members: usize) -> usize {
    members.div_ceil(ENOUGH_MEMBERS).max(1)
}

/// Spread of z of a class, at least one, by the sizes of its members' z. What cannot be compared says nothing of the class.
///
/// Only of metrics is the tail asked too: what befalls a service shows in one or two series of each metric, but in many of
/// its edges and templates.
pub(crate) fn spread(class: u64, z: &mut [f64]) -> f64 {
    let members = z.len();
    let mut at = |q: f64| quantile(z, q).unwrap_or(1.0);
    // Of normal values half lie within 0.674, three quarters within 1.15, nine tenths within 1.645.
    let spread: f64 = match members {
        0..LEAST_MEMBERS => 1.0,
        n if n < TAIL_MEMBERS || class <= FIXED_CLASSES => at(0.5) / 0.674,
        _ => (at(0.5) / 0.674).max(at(0.9) / 1.645),
    };
    spread.max(1.0)
}
