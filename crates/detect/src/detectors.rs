//! All signals of a system over one stretch, each prepared for comparisons.

mod logs;
mod metrics;
mod silence;
mod traces;

pub(crate) use metrics::capacity;

use std::ops::Range;

use crate::material::Material;
use crate::null;
use crate::signal::{Inside, Prefix, Signal, What};

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
    /// Windows at which stretches may begin and end, in order.
    cuts: Vec<usize>,
}

impl Signals {
    /// Prepares comparisons of stretches.
    pub(crate) fn cut(&mut self, stretches: &[(usize, usize)]) {
        let mut cuts: Vec<usize> = stretches.iter().flat_map(|(from, to)| [*from, *to]).collect();
        cuts.sort_unstable();
        cuts.dedup();
        self.all.iter_mut().for_each(|s| s.prefix.cut(&cuts));
        self.cuts = cuts;
    }

    /// A stretch at whose ends the signals are cut.
    pub(crate) fn inside(&self, from: usize, to: usize) -> Inside {
        let at = |window: usize| self.cuts.partition_point(|cut| *cut < window);
        Inside { cuts: (at(from), at(to)), windows: (from, to) }
    }
}

/// Everything that can be watched, in a fixed order.
pub(crate) fn all(material: &Material<'_>) -> Signals {
    let windows = material.stretch.len();
    let mut all: Vec<(u64, Prepared)> = Vec::new();
    // Each detector's signals are boiled down before the next one makes its own.
    let mut found: Vec<Signal> = Vec::new();
    for detector in DETECTORS {
        detector(material, &mut found);
        all.extend(found.drain(..).map(|Signal { what, service, values }| {
            (
                null::class(material, what),
                Prepared { what, service, prefix: Prefix::new(values, windows, what.has_history()) },
            )
        }));
    }
    metrics::series(material, |Signal { what, service, values }| {
        let prepared = Prepared { what, service, prefix: Prefix::new(values, windows, what.has_history()) };
        all.push((null::class(material, what), prepared));
    });
    all.sort_unstable_by_key(|(class, s)| (*class, s.service, s.what));
    let mut classes: Vec<(u64, Range<usize>)> = Vec::new();
    for (at, (class, _)) in all.iter().enumerate() {
        match classes.last_mut() {
            Some((last, range)) if last == class => range.end = at + 1,
            _ => classes.push((*class, at..at + 1)),
        }
    }
    Signals { all: all.into_iter().map(|(_, s)| s).collect(), classes, cuts: Vec::new() }
}

/// What makes signals, but for metrics, of which there are so many that each is boiled down at once.
const DETECTORS: [fn(&Material<'_>, &mut Vec<Signal>); 8] = [
    logs::rates,
    traces::presence,
    traces::operations,
    traces::edges,
    traces::pairs,
    traces::children,
    traces::throughput,
    silence::silence,
];
