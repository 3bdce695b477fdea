//! Counts, errors and sums of one thing, slice by slice.

use decant_model::Signal;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Of {
    Logs,
    Spans,
    Metrics,
}

impl Of {
    pub(in super::super) const ALL: [Self; 3] = [Self::Logs, Self::Spans, Self::Metrics];

    pub(in super::super) fn as_str(self) -> &'static str {
        match self {
            Self::Logs => "log",
            Self::Spans => "span",
            Self::Metrics => "metric",
        }
    }

    /// Whether the number of rows says something of the system; of points it says how often they are sampled.
    pub(in super::super) fn counts(self) -> bool {
        self != Self::Metrics
    }

    pub(in super::super) fn unit(self) -> &'static str {
        if self == Self::Spans { " ms" } else { "" }
    }

    pub(super) fn signal(self) -> Signal {
        match self {
            Self::Logs => Signal::Logs,
            Self::Spans => Signal::Traces,
            Self::Metrics => Signal::Metrics,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) struct Key {
    pub(in super::super) signal: Of,
    pub(in super::super) service: String,
    /// Template, operation or metric.
    pub(in super::super) name: String,
}

/// Rows, errors and values of a slice.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in super::super) struct Slice {
    pub(in super::super) rows: u64,
    pub(in super::super) errors: u64,
    pub(in super::super) values: u64,
    pub(in super::super) sum: f64,
    /// Sum of the values' squares.
    pub(in super::super) squares: f64,
}

impl Slice {
    pub(super) fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.errors += other.errors;
        self.values += other.values;
        self.sum += other.sum;
        self.squares += other.squares;
    }

    pub(in super::super) fn mean(&self) -> Option<f64> {
        (self.values > 0).then(|| self.sum / self.values as f64).filter(|mean| mean.is_finite())
    }
}

/// Parts of a window.
pub(in super::super) const SLICES: usize = 12;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in super::super) struct Totals {
    pub(in super::super) slices: [Slice; SLICES],
    /// Increase a minute of cumulative series, all together, and from how many points it is known.
    pub(in super::super) rate_per_min: f64,
    pub(in super::super) rate_points: u64,
}

impl Totals {
    pub(in super::super) fn all(&self) -> Slice {
        let mut all = Slice::default();
        self.slices.iter().for_each(|slice| all.add(*slice));
        all
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.slices.iter_mut().zip(other.slices).for_each(|(slice, other)| slice.add(other));
        self.rate_per_min += other.rate_per_min;
        self.rate_points += other.rate_points;
    }
}
