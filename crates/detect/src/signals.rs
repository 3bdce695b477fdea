//! All signals of a system over one stretch, each prepared for comparisons.

mod logs;
mod metrics;
mod silence;
mod traces;

pub(crate) use metrics::capacity;

use crate::material::Material;
use crate::signal::{Prefix, Signal};

/// A signal and its prefix sums.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    pub(crate) signal: Signal,
    pub(crate) prefix: Prefix,
}

/// Everything that can be watched, in a fixed order.
pub(crate) fn all(material: &Material<'_>) -> Vec<Prepared> {
    let mut signals = Vec::new();
    logs::rates(material, &mut signals);
    traces::presence(material, &mut signals);
    traces::operations(material, &mut signals);
    traces::edges(material, &mut signals);
    traces::pairs(material, &mut signals);
    traces::children(material, &mut signals);
    traces::throughput(material, &mut signals);
    silence::silence(material, &mut signals);
    metrics::series(material, &mut signals);
    signals.sort_unstable_by_key(|s| (s.service, s.what));
    let windows = material.stretch.len();
    signals.into_iter().map(|signal| Prepared { prefix: Prefix::new(&signal.values, windows), signal }).collect()
}
