//! All signals of a system over one stretch, each prepared for comparisons.

mod logs;
mod metrics;
mod silence;
mod traces;

pub(crate) use metrics::capacity;

use std::collections::BTreeMap;

use crate::material::Material;
use crate::null;
use crate::regimes::Regimes;
use crate::seasons::Usuals;
use crate::signal::{Prefix, Signal, What};

/// A signal, ready to be compared.
pub(crate) struct Prepared<'a> {
    pub(crate) what: What,
    /// The service that it is about.
    pub(crate) service: u64,
    pub(crate) prefix: Prefix<'a>,
}

/// All signals by their classes ([`null::class`]), in a fixed order.
#[derive(Default)]
pub(crate) struct Signals<'a> {
    pub(crate) classes: BTreeMap<u64, Vec<Prepared<'a>>>,
    pub(crate) regimes: Regimes,
    pub(crate) usuals: Usuals<'a>,
}

impl<'a> Signals<'a> {
    pub(crate) fn len(&self) -> usize {
        self.classes.values().map(Vec::len).sum()
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Prepared<'a>> {
        self.classes.values().flatten()
    }
}

/// Everything that can be watched.
pub(crate) fn all<'a>(material: &'a Material<'a>) -> Signals<'a> {
    let mut signals = Signals { regimes: Regimes::of(material), usuals: Usuals::of(material), ..Signals::default() };
    let mut out = |Signal { what, service, metric, values }: Signal<'a>| {
        let prepared = Prepared { what, service, prefix: Prefix::new(values, what.has_history()) };
        signals.classes.entry(null::class(what, metric)).or_default().push(prepared);
    };
    for detector in DETECTORS {
        detector(material, &mut out);
    }
    for members in signals.classes.values_mut() {
        // Levels and rates of one metric are a class: each kind lies together, or every second member would be of one kind.
        members.sort_unstable_by_key(|s| (matches!(s.what, What::MetricRate { .. }), s.service, s.what));
    }
    signals
}

/// Hands over one signal after another.
type Detector = for<'a> fn(&'a Material<'a>, &mut dyn FnMut(Signal<'a>));

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
