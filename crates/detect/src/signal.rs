//! A signal: one thing that was watched over time, in a form in which any two stretches can be compared.
//!
//! There are three forms. A **rate** is so many events in so many seconds, a **share** so many of so many chances (failed
//! calls of calls), a **level** one number a window (a metric, the mean logarithm of a duration). All are judged by one
//! measure: twice the log-likelihood ratio of "two behaviours" against "one", whose signed root is a z ([`prefix`]). Counts
//! that vary more from window to window than chance would have it are trusted less (quasi-likelihood, McCullagh 1983); the
//! spread of levels is moderated by that of their peers (Smyth 2004), since a handful of points cannot tell their own. What
//! comes in bursts, waves or slow turns is measured by how far other times of that length stray ([`blocks`]).

mod apart;
mod blocks;
mod odd_call;
mod prefix;
mod reaches;
mod sums;
mod watched;

use std::rc::Rc;

pub(crate) use prefix::{Cut, Cuts, Inside, Prefix, Room};
pub(crate) use watched::{Events, Watched};

/// What is watched, by keys into the rollups and facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum What {
    /// Records of a template in a service: pattern key.
    Rate { pattern: u64 },
    /// Calls of an operation in which a template was logged: presence key and pattern key.
    Presence { place: u64, pattern: u64 },
    /// Calls of an operation that failed by themselves.
    OwnErrors { operation: u64 },
    /// Failed calls over an edge.
    EdgeErrors { edge: u64 },
    /// Calls between two services that were not answered.
    Unanswered { pair: u64 },
    /// Calls between two services with impossible times.
    Impossible { pair: u64 },
    /// Durations of an edge.
    EdgeLatency { edge: u64 },
    /// Time between caller and callee.
    EdgeGap { edge: u64 },
    /// Self time of an operation.
    SelfTime { operation: u64 },
    /// Calls of an operation with a certain child.
    Child { child: u64 },
    /// Calls of an operation that called nothing after a certain child.
    Last { child: u64 },
    /// Number of such children a call.
    Fanout { child: u64 },
    /// Windows without a word of a service.
    Silence { service: u64 },
    /// Calls into a service a second.
    Throughput { service: u64 },
    /// A metric series.
    Metric { series: u64 },
    /// Events a second of a histogram or summary.
    MetricRate { series: u64 },
}

impl What {
    /// Whether its own history tells how far it strays. Durations are spared because measured captures of three minutes
    /// lose a case with it: so little history tells less of durations than their class does.
    pub(crate) fn has_history(self) -> bool {
        !matches!(self, Self::EdgeLatency { .. } | Self::EdgeGap { .. } | Self::SelfTime { .. } | Self::Fanout { .. })
    }
}

/// A signal and how its values are read, as a detector makes it.
pub(crate) struct Signal<'a> {
    pub(crate) what: What,
    /// The service that it is about.
    pub(crate) service: u64,
    /// The metric that it is of, or [`crate::ids::NONE`].
    pub(crate) metric: u64,
    pub(crate) values: Values<'a>,
}

/// Where events and their chances are read.
pub(crate) trait Shares {
    /// Adds (window, events, chances) to a list, in order.
    fn read(&self, cells: &mut Vec<(u32, f32, f32)>);

    /// Looks at what will soon be read.
    fn look(&self) {}
}

/// Where levels are read.
pub(crate) trait Levels {
    /// Adds (window, level) to a list, in order; and for each of them, when it is asked, what the level is without its
    /// greatest call, which is NaN where there is no other.
    fn read(&self, cells: &mut Vec<(u32, f32)>, others: Option<&mut Vec<f32>>);

    /// Looks at what will soon be read.
    fn look(&self) {}
}

/// Looks at every cell that begins another line of the processor's cache. What lies scattered in memory comes to hand much
/// sooner when it is looked at together than when each is waited for in its turn.
pub(crate) fn look_at<T>(cells: &[T], word: impl Fn(&T) -> u32) {
    const LINE: usize = 64;
    let step = (LINE / size_of::<T>().max(1)).max(1);
    std::hint::black_box(cells.iter().step_by(step).fold(0, |all, cell| all | word(cell)));
}

/// The forms; windows are indices into the stretch looked at, `base` is what the baseline and the time before it say.
///
/// There are hundreds of thousands of signals with hundreds of windows each, all of which the rollups hold already: so
/// they are read from there when a signal is asked, one signal after another, and not copied.
pub(crate) enum Values<'a> {
    Share {
        cells: Box<dyn Shares + 'a>,
        base: Vec<(f64, f64)>,
    },
    /// Events in the seconds watched; and of the time before the stretch, in one, and of the baseline.
    Rate {
        events: Events,
        over: Rc<Watched>,
        earlier: (f64, f64),
        base: Events,
        base_over: Rc<Watched>,
    },
    Level {
        cells: Box<dyn Levels + 'a>,
        /// Levels are means of calls, of which one may be left out.
        of_calls: bool,
        base: Vec<f64>,
        prior: Spread,
    },
}

#[cfg(test)]
impl Values<'_> {
    /// Of levels that are told at once, and what they are without their greatest calls if they are of calls.
    pub(crate) fn of_levels(cells: Vec<(u32, f32)>, others: Vec<f32>, prior: Spread) -> Self {
        struct Told(Vec<(u32, f32)>, Vec<f32>);
        impl Levels for Told {
            fn read(&self, cells: &mut Vec<(u32, f32)>, others: Option<&mut Vec<f32>>) {
                cells.extend(&self.0);
                others.into_iter().for_each(|others| others.extend(&self.1));
            }
        }
        let of_calls = !others.is_empty();
        Self::Level { cells: Box::new(Told(cells, others)), of_calls, base: Vec::new(), prior }
    }
}

/// Whether events are bounded by the chances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Rate,
    Share,
}

impl Form {
    /// The variance of an event by chance, given how many there are in a chance.
    fn variance(self, mean: f64) -> f64 {
        match self {
            Self::Rate => mean,
            Self::Share => mean * (1.0 - mean),
        }
    }
}

/// A spread known beforehand: variance and how many observations it is worth.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spread {
    pub(crate) variance: f64,
    pub(crate) worth: f64,
    /// What the levels are told in, when they are put on a scale: asinh(value / unit); else 0.
    pub(crate) unit: f64,
}

/// How two stretches differ.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Contrast {
    /// Signed root of twice the log-likelihood ratio: positive when more came after.
    pub(crate) z: f64,
    /// Share or mean level before; `None` when that stretch says nothing.
    pub(crate) before: Option<f64>,
    pub(crate) after: Option<f64>,
}
