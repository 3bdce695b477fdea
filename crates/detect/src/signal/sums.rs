//! Sums of one stretch of a signal, which tell its mean and spread, and how much a window resembles the one before it.

/// For counts `n` is the chances, `sum` the events and `squares` the sum of events squared by chances.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    pub(super) windows: f32,
    /// Windows that follow another one, and the sum of products of what each of the two departs from the signal's mean
    /// (by the root of its chances). Of levels they are not asked.
    pub(super) pairs: f32,
    pub(super) last: f32,
    pub(super) n: f64,
    pub(super) sum: f64,
    pub(super) squares: f64,
    pub(super) products: f64,
}

/// A resemblance beyond this is a trend, of which the windows tell no more.
const MOST_MEMORY: f64 = 0.9;

impl Sums {
    pub(super) fn level(value: f64) -> Self {
        Self { windows: 1.0, n: 1.0, sum: value, squares: value * value, ..Self::default() }
    }

    pub(super) fn count(events: f64, chances: f64, centre: f64) -> Self {
        if chances <= 0.0 {
            return Self::default();
        }
        let last = ((events - centre * chances) / chances.sqrt()) as f32;
        Self { windows: 1.0, last, n: chances, sum: events, squares: events * events / chances, ..Self::default() }
    }

    pub(super) fn plus(self, other: Self) -> Self {
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
    pub(super) fn then(self, next: Self) -> Self {
        let sums = self.plus(next);
        if self.windows > 0.0 && next.windows > 0.0 {
            let products = sums.products + f64::from(self.last) * f64::from(next.last);
            return Self { pairs: sums.pairs + 1.0, products, ..sums };
        }
        sums
    }

    pub(super) fn minus(self, other: Self) -> Self {
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
    pub(super) fn memory(self, centre: f64, worth: f64) -> f64 {
        let (deviation, pairs) = (self.deviation(), f64::from(self.pairs));
        if pairs < 2.0 || deviation <= 0.0 {
            return 0.0;
        }
        let off = self.sum - centre * self.n;
        let windows = f64::from(self.windows);
        let together = (self.products - pairs / windows * off * off / self.n) * windows / pairs;
        (together / deviation).clamp(0.0, MOST_MEMORY) * pairs / (pairs + worth)
    }

    pub(super) fn mean(self) -> f64 {
        self.sum / self.n
    }

    /// Sum of squared deviations from the mean.
    pub(super) fn deviation(self) -> f64 {
        if self.n > 0.0 { (self.squares - self.sum * self.sum / self.n).max(0.0) } else { 0.0 }
    }
}
