//! A mergeable sketch of positive numbers: counts in buckets of equal ratio (DDSketch, Masson et al., VLDB 2019).
//!
//! A quantile is right to within 5 %. Merging adds counts, so order and grouping never matter.

/// Ratio of a bucket's bounds.
const RATIO: f64 = 1.105;
/// Farthest bucket, up or down: its bound is still a finite number.
const GREATEST: f64 = 7_000.0;

/// Counts by bucket, sorted by bucket. Zero and negative numbers share the lowest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sketch {
    buckets: Vec<(i16, u32)>,
    total: u64,
}

impl Sketch {
    /// Counts one value; what is not a number is left out.
    pub(crate) fn add(&mut self, value: f64) {
        if value.is_nan() {
            return;
        }
        let bucket =
            if value <= 0.0 { i16::MIN } else { (value.ln() / RATIO.ln()).ceil().clamp(-GREATEST, GREATEST) as i16 };
        self.add_bucket(bucket, 1);
    }

    fn add_bucket(&mut self, bucket: i16, count: u32) {
        match self.buckets.binary_search_by_key(&bucket, |(b, _)| *b) {
            Ok(at) => self.buckets[at].1 = self.buckets[at].1.saturating_add(count),
            Err(at) => self.buckets.insert(at, (bucket, count)),
        }
        self.total += u64::from(count);
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (bucket, count) in &other.buckets {
            self.add_bucket(*bucket, *count);
        }
    }

    pub(crate) fn count(&self) -> u64 {
        self.total
    }

    /// The `q`-quantile, 0 to 1; `None` when empty.
    pub(crate) fn quantile(&self, q: f64) -> Option<f64> {
        let rank = (q.clamp(0.0, 1.0) * self.total.saturating_sub(1) as f64).floor() as u64;
        let mut seen = 0;
        for (bucket, count) in &self.buckets {
            seen += u64::from(*count);
            if seen > rank {
                return Some(Self::middle(*bucket));
            }
        }
        None
    }

    fn middle(bucket: i16) -> f64 {
        if bucket == i16::MIN { 0.0 } else { RATIO.powf(f64::from(bucket) - 0.5) }
    }

    /// Mean of the values' logarithms, zeros taken as [`FLOOR`].
    pub(crate) fn log_mean(&self) -> Option<f64> {
        if self.total == 0 {
            return None;
        }
        let logs = self.buckets.iter().map(|(bucket, count)| Self::middle(*bucket).max(FLOOR).ln() * f64::from(*count));
        Some(logs.sum::<f64>() / self.total as f64)
    }
}

/// Durations below this are all alike, in milliseconds.
const FLOOR: f64 = 0.05;

/// The mean of logarithms alone, for where no quantile is asked: a sixth of a sketch's size. The sum is kept in whole
/// thousandths, so that order and grouping do not matter here either.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LogMean {
    count: u32,
    thousandths: i64,
}

impl LogMean {
    /// Counts one value; what is not a number is left out.
    pub(crate) fn add(&mut self, value: f64) {
        if !value.is_nan() {
            self.count = self.count.saturating_add(1);
            self.thousandths += (value.clamp(FLOOR, f64::MAX).ln() * 1_000.0).round() as i64;
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.count = self.count.saturating_add(other.count);
        self.thousandths += other.thousandths;
    }

    /// The mean; `None` when empty.
    pub(crate) fn log_mean(self) -> Option<f64> {
        (self.count > 0).then(|| self.thousandths as f64 / 1_000.0 / f64::from(self.count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64]) -> Sketch {
        let mut sketch = Sketch::default();
        values.iter().for_each(|v| sketch.add(*v));
        sketch
    }

    #[test]
    fn quantiles_are_right_within_a_bucket() {
        let sketch = of(&(1..=1000).map(f64::from).collect::<Vec<_>>());
        for (q, expected) in [(0.0, 1.0), (0.5, 500.0), (0.99, 990.0), (1.0, 1000.0)] {
            let got = sketch.quantile(q).expect("not empty");
            assert!((got / expected - 1.0).abs() < 0.06, "{q}: {got}");
        }
    }

    #[test]
    fn odd_values_do_no_harm() {
        let odd = of(&[f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 0.0, f64::MIN_POSITIVE]);
        assert_eq!(odd.count(), 5);
        assert!(odd.quantile(1.0).is_some());
        assert!(odd.log_mean().is_some_and(f64::is_finite));
        let mut mean = LogMean::default();
        [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 0.0].into_iter().for_each(|v| mean.add(v));
        assert!(mean.log_mean().is_some_and(f64::is_finite));
    }

    #[test]
    fn merging_is_adding() {
        let (mut a, b) = (of(&[1.0, 2.0, 3.0]), of(&[3.0, 4.0]));
        a.merge(&b);
        assert_eq!(a, of(&[4.0, 3.0, 3.0, 2.0, 1.0]));
    }
}
