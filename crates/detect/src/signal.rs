//! A signal: one thing that was watched over time, in a form in which any two stretches can be compared.
//!
//! There are three forms. A **rate** is so many events in so many seconds, a **share** so many of so many chances (failed
//! calls of calls), a **level** one number a window (a metric, the mean logarithm of a duration). All are judged by one
//! measure: twice the log-likelihood ratio of "two behaviours" against "one", whose signed root is a z. Counts that vary
//! more from window to window than chance would have it are trusted less (quasi-likelihood, McCullagh 1983); the spread
//! of levels is moderated by that of their peers (Smyth 2004), since a handful of points cannot tell their own.

use crate::statistics::{rate_z, share_z};

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

/// A signal and its values by window, as a detector makes it.
#[derive(Clone, Debug)]
pub(crate) struct Signal {
    pub(crate) what: What,
    /// The service that it is about.
    pub(crate) service: u64,
    pub(crate) values: Values,
}

/// The forms; windows are indices into the stretch looked at, `base` is what the baseline and the time before it say.
#[derive(Clone, Debug)]
pub(crate) enum Values {
    /// (window, events, seconds or chances), by window.
    Count {
        cells: Vec<(u32, f32, f32)>,
        base: Vec<(f64, f64)>,
        form: Form,
    },
    Level {
        cells: Vec<(u32, f32)>,
        base: Vec<f64>,
        prior: Spread,
    },
}

/// Whether events are bounded by the chances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Rate,
    Share,
}

/// A spread known beforehand: variance and how many observations it is worth.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spread {
    pub(crate) variance: f64,
    pub(crate) worth: f64,
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

/// Sums of one stretch. For counts `n` is the chances, `sum` the events and `squares` the sum of events squared by chances;
/// `products` is that of each window's events with the last window's.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    windows: f64,
    n: f64,
    sum: f64,
    squares: f64,
    products: f64,
    /// The last window's events by the root of its chances.
    last: f64,
}

impl Sums {
    fn level(value: f64) -> Self {
        Self { windows: 1.0, n: 1.0, sum: value, squares: value * value, products: 0.0, last: value }
    }

    fn count(events: f64, chances: f64) -> Self {
        if chances <= 0.0 {
            return Self::default();
        }
        let last = events / chances.sqrt();
        Self { windows: 1.0, n: chances, sum: events, squares: events * events / chances, products: 0.0, last }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            windows: self.windows + other.windows,
            n: self.n + other.n,
            sum: self.sum + other.sum,
            squares: self.squares + other.squares,
            products: self.products + other.products,
            last: if other.windows > 0.0 { other.last } else { self.last },
        }
    }

    /// With one more window, which follows the last.
    fn then(self, next: Self) -> Self {
        let follows = self.windows > 0.0 && next.windows > 0.0;
        let sums = self.plus(next);
        Self { products: sums.products + if follows { self.last * next.last } else { 0.0 }, ..sums }
    }

    fn minus(self, other: Self) -> Self {
        Self {
            windows: self.windows - other.windows,
            n: self.n - other.n,
            sum: self.sum - other.sum,
            squares: self.squares - other.squares,
            products: self.products - other.products,
            last: self.last,
        }
    }

    fn mean(self) -> f64 {
        self.sum / self.n
    }

    /// How far a window resembles the one before it (autocorrelation at lag one), drawn towards none by some windows' worth.
    fn memory(self, worth: f64) -> f64 {
        let deviation = self.deviation();
        if self.windows < 3.0 || deviation <= 0.0 {
            return 0.0;
        }
        let pairs = self.windows - 1.0;
        let together = self.products - pairs / self.windows * self.sum * self.sum / self.n;
        (together / deviation).clamp(0.0, MOST_MEMORY) * pairs / (pairs + worth)
    }

    /// Sum of squared deviations from the mean.
    fn deviation(self) -> f64 {
        if self.n > 0.0 { (self.squares - self.sum * self.sum / self.n).max(0.0) } else { 0.0 }
    }
}

/// A resemblance beyond this is a trend, of which the windows tell no more.
const MOST_MEMORY: f64 = 0.9;

/// Beyond this a z says nothing more.
const MOST_Z: f64 = 100.0;

/// A signal prepared for comparisons: its cells, and sums of all before each of some windows, the **cuts**. A hundred
/// thousand signals over thousands of windows have no room for a sum at each, and a search looks at a few only.
#[derive(Clone, Debug)]
pub(crate) struct Prefix {
    cells: Cells,
    cuts: Vec<Sums>,
    base: Sums,
    judge: Judge,
}

#[derive(Clone, Copy, Debug)]
enum Judge {
    Count(Form),
    Level(Spread),
}

#[derive(Clone, Debug)]
enum Cells {
    Count(Vec<(u32, f32, f32)>),
    Level(Vec<(u32, f32)>),
}

impl Cells {
    fn len(&self) -> usize {
        match self {
            Self::Count(cells) => cells.len(),
            Self::Level(cells) => cells.len(),
        }
    }

    fn window(&self, at: usize) -> usize {
        match self {
            Self::Count(cells) => cells[at].0 as usize,
            Self::Level(cells) => cells[at].0 as usize,
        }
    }

    fn sums(&self, at: usize) -> Sums {
        match self {
            Self::Count(cells) => Sums::count(f64::from(cells[at].1), f64::from(cells[at].2)),
            Self::Level(cells) => Sums::level(f64::from(cells[at].1)),
        }
    }
}

impl Prefix {
    pub(crate) fn new(values: Values) -> Self {
        let (cells, base, judge) = match values {
            Values::Count { mut cells, base, form } => {
                cells.sort_by_key(|c| c.0);
                let base = base.iter().fold(Sums::default(), |sum, (k, n)| sum.then(Sums::count(*k, *n)));
                (Cells::Count(cells), base, Judge::Count(form))
            }
            Values::Level { mut cells, base, prior } => {
                cells.sort_by_key(|c| c.0);
                let base = base.iter().fold(Sums::default(), |sum, x| sum.then(Sums::level(*x)));
                (Cells::Level(cells), base, Judge::Level(prior))
            }
        };
        Self { cells, cuts: Vec::new(), base, judge }
    }

    /// Sums up to each of some windows, which ascend, and all.
    pub(crate) fn cut(&mut self, windows: &[usize]) {
        self.cuts.clear();
        self.cuts.reserve_exact(windows.len() + 1);
        let (mut at, mut sums) = (0, Sums::default());
        for window in windows {
            while at < self.cells.len() && self.cells.window(at) < *window {
                sums = sums.then(self.cells.sums(at));
                at += 1;
            }
            self.cuts.push(sums);
        }
        self.cuts.push((at..self.cells.len()).fold(sums, |sum, at| sum.then(self.cells.sums(at))));
    }

    /// Sums before a cut.
    fn before(&self, cut: usize) -> Sums {
        self.cuts.get(cut).copied().unwrap_or_default()
    }

    /// What lies between two cuts against all that is known to be outside, live and baseline. `None` when it is not the
    /// inside but the outside that departs from the baseline.
    pub(crate) fn contrast(&self, from: usize, to: usize) -> Option<Contrast> {
        let earlier = self.before(from);
        let inside = self.before(to).minus(earlier);
        if self.base.n <= 0.0 {
            // Nothing but the time before is known to be well.
            return Some(self.compare(inside, earlier));
        }
        let all = self.cuts.last().copied().unwrap_or_default();
        let outside = all.minus(inside);
        let contrast = self.compare(inside, outside.plus(self.base));
        let odd_one_out = outside.n <= 0.0 || self.compare(outside, inside.plus(self.base)).z.abs() <= contrast.z.abs();
        odd_one_out.then_some(contrast)
    }

    /// What lies between two cuts against the baseline alone; `None` when it knows nothing of the signal.
    pub(crate) fn against_base(&self, from: usize, to: usize) -> Option<Contrast> {
        (self.base.n > 0.0).then(|| self.compare(self.before(to).minus(self.before(from)), self.base))
    }

    fn compare(&self, after: Sums, before: Sums) -> Contrast {
        let (a, b) = ((after.n > 0.0).then(|| after.mean()), (before.n > 0.0).then(|| before.mean()));
        let z = match (a, b, self.judge) {
            (Some(_), Some(_), Judge::Count(form)) => count_z(after, before, form),
            (Some(a), Some(b), Judge::Level(prior)) => level_z(after, before, prior) * (a - b).signum(),
            _ => 0.0,
        };
        let z = if z.is_finite() { z.clamp(-MOST_Z, MOST_Z) } else { 0.0 };
        Contrast { z, before: b, after: a }
    }
}

/// Root of twice the log-likelihood ratio of two means, the spread moderated by the prior.
fn level_z(after: Sums, before: Sums, prior: Spread) -> f64 {
    let freedom = after.n + before.n - 2.0 + prior.worth;
    if freedom <= 0.0 {
        return 0.0;
    }
    let variance = (after.deviation() + before.deviation() + prior.variance * prior.worth) / freedom;
    let step = after.mean() - before.mean();
    let t2 = step * step / (variance * (1.0 / after.n + 1.0 / before.n)).max(f64::MIN_POSITIVE);
    // A t statistic as a z: the likelihood ratio with one degree less for each mean.
    (freedom * (t2 / freedom).ln_1p()).sqrt()
}

/// A z of two counts, trusted less where they vary more than chance within the stretches.
fn count_z(after: Sums, before: Sums, form: Form) -> f64 {
    /// Windows that the assumption of pure chance is worth.
    const CHANCE_WORTH: f64 = 4.0;
    let plain = match form {
        Form::Share => share_z(after.sum, after.n, before.sum, before.n),
        Form::Rate => rate_z(after.sum, after.n, before.sum, before.n),
    };
    let pooled = (after.sum + before.sum) / (after.n + before.n);
    let unit = if form == Form::Share { pooled * (1.0 - pooled) } else { pooled };
    if unit <= 0.0 {
        return plain;
    }
    let pearson = (after.deviation() + before.deviation()) / unit;
    let freedom = (after.windows - 1.0).max(0.0) + (before.windows - 1.0).max(0.0);
    let dispersion = (CHANCE_WORTH + pearson) / (CHANCE_WORTH + freedom);
    // What comes in bursts longer than a window varies more in sum than its windows tell (Bartlett 1946).
    let memory = if form == Form::Rate { before.memory(CHANCE_WORTH) } else { 0.0 };
    let bursts = (1.0 + memory) / (1.0 - memory);
    plain / (dispersion * bursts).max(1.0).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// z of the last four of windows with so many events each against those before.
    fn z(events: &[f32], form: Form, chances: f32) -> f64 {
        let cells = (0..).zip(events).map(|(at, k)| (at, *k, chances)).collect();
        let mut prefix = Prefix::new(Values::Count { cells, base: Vec::new(), form });
        let from = events.len() - 4;
        prefix.cut(&[from, events.len()]);
        prefix.contrast(0, 1).map_or(0.0, |c| c.z)
    }

    #[test]
    fn bursts_of_several_windows_are_trusted_less_than_single_ones() {
        let burst = |long: usize| -> Vec<f32> {
            (0..48).map(|at| if usize::is_multiple_of(at / long, 2) { 2.0 } else { 10.0 }).collect()
        };
        let then = |mut before: Vec<f32>| {
            before.extend([20.0; 4]);
            before
        };
        let [single, several] = [1, 6].map(|long| z(&then(burst(long)), Form::Rate, 10.0));
        assert!(several > 0.0 && several < single / 1.5, "{several} {single}");
    }

    #[test]
    fn what_comes_by_chance_alone_is_trusted_as_it_is() {
        let steady: Vec<f32> =
            (0..48_u32).map(|at| [5.0, 4.0, 6.0, 5.0, 7.0, 3.0, 5.0][at as usize * 3 % 7]).chain([20.0; 4]).collect();
        let expected = crate::statistics::rate_z(80.0, 40.0, steady[..48].iter().sum::<f32>().into(), 480.0);
        assert!((z(&steady, Form::Rate, 10.0) - expected).abs() < 1e-6, "{}", z(&steady, Form::Rate, 10.0));
    }
}
