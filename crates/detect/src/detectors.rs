//! All signals of a system over one stretch, each prepared for comparisons.

mod logs;
mod metrics;
mod silence;
mod traces;

pub(crate) use metrics::capacity;

use std::ops::Range;

use crate::material::Material;
use crate::null;
use crate::signal::{Prefix, Signal, What};

/// A signal, ready to be compared.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    pub(crate) what: What,
    /// The service that it is about.
    pub(crate) service: u64,
    pub(crate) prefix: Prefix,
}

/// All signals, each class of them together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Signals {
    pub(crate) all: Vec<Prepared>,
    /// Classes ([`null::class`]) and where they lie in `all`.
    pub(crate) classes: Vec<(u64, Range<usize>)>,
}

/// Everything that can be watched, in a fixed order.
pub(crate) fn all(material: &Material<'_>) -> Signals {
    let mut all: Vec<(u64, Prepared)> = Vec::new();
    // Each signal is boiled down before the next one is made: there may be hundreds of thousands.
    let mut out = |Signal { what, service, values }: Signal| {
        let prepared = Prepared { what, service, prefix: Prefix::new(values, what.has_history()) };
        all.push((null::class(material, what), prepared));
    };
    for detector in DETECTORS {
        detector(material, &mut out);
    }
    // Levels and rates of one metric are a class: each kind lies together, or every second member would be of one kind.
    all.sort_unstable_by_key(|(class, s)| (*class, matches!(s.what, What::MetricRate { .. }), s.service, s.what));
    let mut classes: Vec<(u64, Range<usize>)> = Vec::new();
    for (at, (class, _)) in all.iter().enumerate() {
        match classes.last_mut() {
            Some((last, range)) if last == class => range.end = at + 1,
            _ => classes.push((*class, at..at + 1)),
        }
    }
    Signals { all: all.into_iter().map(|(_, s)| s).collect(), classes }
}

/// Hands over one signal after another.
type Detector = fn(&Material<'_>, &mut dyn FnMut(Signal));

const DETECTORS: [Detector; 9] = [
    logs::rates,
    traces::presence,
    traces::operations,
    traces::edges,
    traces::pairs,
    traces::children,
    traces::throughput,
    silence::silence,
    metrics::series,
];
