//! A signal prepared for comparisons of any two stretches.

use super::blocks::{Blocks, Usual};
use super::{Contrast, Form, Spread, Values};
use crate::statistics::{rate_z, share_z, t_z};

/// Sums of one stretch. For counts `n` is the chances, `sum` the events and `squares` the sum of events squared by chances.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    windows: f32,
    /// Windows that follow another one, and the sum of products of what each of the two departs from the signal's mean
    /// (by the root of its chances).
    pairs: f32,
    last: f32,
    n: f64,
    sum: f64,
    squares: f64,
    products: f64,
}

impl Sums {
    fn level(value: f64, centre: f64) -> Self {
        let last = (value - centre) as f32;
        Self { windows: 1.0, last, n: 1.0, sum: value, squares: value * value, ..Self::default() }
    }

    fn count(events: f64, chances: f64, centre: f64) -> Self {
        if chances <= 0.0 {
            return Self::default();
        }
        let last = ((events - centre * chances) / chances.sqrt()) as f32;
        Self { windows: 1.0, last, n: chances, sum: events, squares: events * events / chances, ..Self::default() }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            windows: self.windows + other.windows,
            pairs: self.pairs + other.pairs,
            last: if other.windows > 0.0 { other.last } else { self.last },
            n: self.n + other.n,
            sum: self.sum + other.sum,
            squares: self.squares + other.squares,
            products: self.products + other.products,
        }
    }

    /// With one more window, which follows the last.
    fn then(self, next: Self) -> Self {
        let sums = self.plus(next);
        if self.windows > 0.0 && next.windows > 0.0 {
            let products = sums.products + f64::from(self.last) * f64::from(next.last);
            return Self { pairs: sums.pairs + 1.0, products, ..sums };
        }
        sums
    }

    fn minus(self, other: Self) -> Self {
        Self {
            windows: self.windows - other.windows,
            pairs: self.pairs - other.pairs,
            last: self.last,
            n: self.n - other.n,
            sum: self.sum - other.sum,
            squares: self.squares - other.squares,
            products: self.products - other.products,
        }
    }

    /// How far a window resembles the one before it (autocorrelation at lag one), drawn towards none by some windows' worth.
    fn memory(self, centre: f64, worth: f64) -> f64 {
        let (deviation, pairs) = (self.deviation(), f64::from(self.pairs));
        if pairs < 2.0 || deviation <= 0.0 {
            return 0.0;
        }
        let off = self.sum - centre * self.n;
        let windows = f64::from(self.windows);
        let together = (self.products - pairs / windows * off * off / self.n) * windows / pairs;
        (together / deviation).clamp(0.0, MOST_MEMORY) * pairs / (pairs + worth)
    }

    fn mean(self) -> f64 {
        self.sum / self.n
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
/// Windows that the assumption of no memory is worth.
const MEMORY_WORTH: f64 = 4.0;
/// A z up to this is no evidence at all, so it is not asked how usual it is.
const NO_NEWS: f64 = 1.5;

/// An episode, by its cuts and by its windows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inside {
    pub(crate) cuts: (usize, usize),
    pub(crate) windows: (usize, usize),
}

/// A signal prepared for comparisons: its cells, and sums of all before each of some windows, the **cuts**. A hundred
/// thousand signals over thousands of windows have no room for a sum at each, and a search looks at a few only.
#[derive(Clone, Debug)]
pub(crate) struct Prefix {
    cells: Cells,
    /// The mean of all cells.
    centre: f64,
    cuts: Vec<Sums>,
    base: Sums,
    judge: Judge,
    blocks: Blocks,
    has_history: bool,
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

    fn sums(&self, at: usize, centre: f64) -> Sums {
        match self {
            Self::Count(cells) => Sums::count(f64::from(cells[at].1), f64::from(cells[at].2), centre),
            Self::Level(cells) => Sums::level(f64::from(cells[at].1), centre),
        }
    }

    /// The mean of all.
    fn centre(&self) -> f64 {
        let all = (0..self.len()).fold(Sums::default(), |all, at| all.plus(self.sums(at, 0.0)));
        if all.n > 0.0 { all.mean() } else { 0.0 }
    }
}

impl Prefix {
    /// Of a stretch of so many windows; [`super::What::has_history`].
    pub(crate) fn new(mut values: Values, windows: usize, has_history: bool) -> Self {
        match &mut values {
            Values::Count { cells, .. } => cells.sort_by_key(|c| c.0),
            Values::Level { cells, .. } => cells.sort_by_key(|c| c.0),
        }
        let blocks = Blocks::new(&values, windows);
        let (cells, base, judge) = match values {
            Values::Count { cells, base, form } => {
                let cells = Cells::Count(cells);
                let centre = cells.centre();
                let counts = base.iter().map(|(k, n)| Sums::count(*k, *n, centre));
                (cells, counts.fold(Sums::default(), Sums::then), Judge::Count(form))
            }
            Values::Level { cells, base, prior } => {
                let cells = Cells::Level(cells);
                let centre = cells.centre();
                let levels = base.iter().map(|x| Sums::level(*x, centre));
                (cells, levels.fold(Sums::default(), Sums::then), Judge::Level(prior))
            }
        };
        let centre = cells.centre();
        Self { cells, centre, cuts: Vec::new(), base, judge, blocks, has_history }
    }

    /// Sums up to each of some windows, which ascend, and all.
    pub(crate) fn cut(&mut self, windows: &[usize]) {
        self.cuts.clear();
        self.cuts.reserve_exact(windows.len() + 1);
        let (mut at, mut sums) = (0, Sums::default());
        for window in windows {
            while at < self.cells.len() && self.cells.window(at) < *window {
                sums = sums.then(self.cells.sums(at, self.centre));
                at += 1;
            }
            self.cuts.push(sums);
        }
        self.cuts.push((at..self.cells.len()).fold(sums, |sum, at| sum.then(self.cells.sums(at, self.centre))));
    }

    /// Sums before a cut.
    fn before(&self, cut: usize) -> Sums {
        self.cuts.get(cut).copied().unwrap_or_default()
    }

    /// What lies inside against all that is known to be outside, live and baseline. `None` when it is not the inside but
    /// the outside that departs from the baseline.
    pub(crate) fn contrast(&self, at: Inside) -> Option<Contrast> {
        let earlier = self.before(at.cuts.0);
        let inside = self.before(at.cuts.1).minus(earlier);
        if self.base.n <= 0.0 {
            return Some(self.compare(inside, earlier, at));
        }
        let all = self.cuts.last().copied().unwrap_or_default();
        let outside = all.minus(inside);
        let contrast = self.compare(inside, outside.plus(self.base), at);
        let odd_one_out =
            outside.n <= 0.0 || self.compare(outside, inside.plus(self.base), at).z.abs() <= contrast.z.abs();
        odd_one_out.then_some(contrast)
    }

    /// What lies inside against the baseline alone; `None` when it knows nothing of the signal.
    pub(crate) fn against_base(&self, at: Inside) -> Option<Contrast> {
        let inside = || self.before(at.cuts.1).minus(self.before(at.cuts.0));
        (self.base.n > 0.0).then(|| self.compare(inside(), self.base, at))
    }

    /// Whether a level is beyond all that was seen; `None` of counts, and where too little was seen.
    pub(crate) fn beyond(&self, at: Inside) -> Option<Contrast> {
        let Judge::Level(prior) = self.judge else { return None };
        self.blocks.beyond(self.usual(), at.windows, prior.variance.sqrt())
    }

    /// Whether a level varies more or less than it did; `None` of counts, and where too little was seen.
    pub(crate) fn loudness(&self, at: Inside) -> Option<Contrast> {
        matches!(self.judge, Judge::Level(_)).then(|| self.blocks.loudness(self.usual(), at.windows)).flatten()
    }

    /// Without a baseline nothing but the time before is known to be well.
    fn usual(&self) -> Usual {
        Usual { after: self.base.n > 0.0 }
    }

    /// What comes in bursts longer than a window varies more in sum than its windows tell (Bartlett 1946).
    fn bursts(&self, before: Sums) -> f64 {
        let is_rate = matches!(self.judge, Judge::Count(Form::Rate));
        let memory = if is_rate { before.memory(self.centre, MEMORY_WORTH) } else { 0.0 };
        (1.0 + memory) / (1.0 - memory)
    }

    fn compare(&self, after: Sums, before: Sums, at: Inside) -> Contrast {
        let (a, b) = ((after.n > 0.0).then(|| after.mean()), (before.n > 0.0).then(|| before.mean()));
        let (z, scale) = match (a, b, self.judge) {
            (Some(_), Some(_), Judge::Count(form)) => count_z(after, before, form),
            (Some(_), Some(_), Judge::Level(prior)) => level_z(after, before, prior),
            _ => (0.0, 0.0),
        };
        // The variance of an event, or of a level, by its mean.
        let unit = |mean: f64| match self.judge {
            Judge::Level(_) => scale,
            Judge::Count(form) => scale * form.variance(mean),
        };
        let z = if z.abs() > NO_NEWS && self.has_history {
            z / self.blocks.unrest(self.usual(), at.windows, unit).max(self.bursts(before)).sqrt()
        } else {
            z
        };
        let z = if z.is_finite() { z.clamp(-MOST_Z, MOST_Z) } else { 0.0 };
        Contrast { z, before: b, after: a }
    }
}

/// Signed root of twice the log-likelihood ratio of two means, the spread moderated by the prior; and the variance.
fn level_z(after: Sums, before: Sums, prior: Spread) -> (f64, f64) {
    let freedom = after.n + before.n - 2.0 + prior.worth;
    if freedom <= 0.0 {
        return (0.0, 0.0);
    }
    let variance = (after.deviation() + before.deviation() + prior.variance * prior.worth) / freedom;
    let step = after.mean() - before.mean();
    let t = step / (variance * (1.0 / after.n + 1.0 / before.n)).max(f64::MIN_POSITIVE).sqrt();
    (t_z(t, freedom), variance)
}

/// A z of two counts, trusted less where they vary more than chance within the stretches; and by
/// how much they do.
fn count_z(after: Sums, before: Sums, form: Form) -> (f64, f64) {
    /// Windows that the assumption of pure chance is worth.
    const CHANCE_WORTH: f64 = 4.0;
    let plain = match form {
        Form::Share => share_z(after.sum, after.n, before.sum, before.n),
        Form::Rate => rate_z(after.sum, after.n, before.sum, before.n),
    };
    let pooled = (after.sum + before.sum) / (after.n + before.n);
    let unit = form.variance(pooled);
    if unit <= 0.0 {
        return (plain, 0.0);
    }
    let pearson = (after.deviation() + before.deviation()) / unit;
    let freedom = f64::from((after.windows - 1.0).max(0.0) + (before.windows - 1.0).max(0.0));
    let dispersion = ((CHANCE_WORTH + pearson) / (CHANCE_WORTH + freedom)).max(1.0);
    (plain / dispersion.sqrt(), dispersion)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// z of the last four of windows with so many events each against those before.
    fn z(events: &[f32], form: Form, chances: f32) -> f64 {
        let cells = (0..).zip(events).map(|(at, k)| (at, *k, chances)).collect();
        let windows = events.len();
        let mut prefix = Prefix::new(Values::Count { cells, base: Vec::new(), form }, windows, true);
        prefix.cut(&[windows - 4, windows]);
        prefix.contrast(Inside { cuts: (0, 1), windows: (windows - 4, windows) }).map_or(0.0, |c| c.z)
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
        let expected = rate_z(80.0, 40.0, steady[..48].iter().sum::<f32>().into(), 480.0);
        assert!((z(&steady, Form::Rate, 10.0) - expected).abs() < 1e-6, "{}", z(&steady, Form::Rate, 10.0));
    }
}
