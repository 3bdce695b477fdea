//! A mergeable sketch of positive numbers: counts in buckets of equal ratio (DDSketch, Masson et al., VLDB 2019).
//!
//! A quantile is right to within 5 %. Merging adds counts, so order and grouping never matter.

/// Ratio of a bucket's bounds.
const RATIO: f64 = 1.105;
/// Farthest bucket, up or down: its bound is still a finite number.
const GREATEST: f64 = 7_000.0;

/// Counts by bucket, sorted by bucket. Zero and negative numbers share the lowest.
#[derive(Clone, Debug)]
pub(crate) enum Sketch {
    /// Most are of a single edge in a single window: a few calls, which need no list.
    Few { len: u8, buckets: [i16; FEW], counts: [u16; FEW] },
    #[expect(clippy::box_collection, reason = "a list would make all sketches twice as large")]
    Many(Box<Vec<(i16, u32)>>),
}

/// Buckets of a sketch without a list.
const FEW: usize = 3;

impl Default for Sketch {
    fn default() -> Self {
        Self::Few { len: 0, buckets: [0; FEW], counts: [0; FEW] }
    }
}

impl PartialEq for Sketch {
    fn eq(&self, other: &Self) -> bool {
        self.entries().eq(other.entries())
    }
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
        let many = match self {
            Self::Few { len, buckets, counts } => {
                let used = usize::from(*len);
                let at = buckets[..used].partition_point(|b| *b < bucket);
                let is_known = at < used && buckets[at] == bucket;
                let known = if is_known { u32::from(counts[at]) } else { 0 };
                match u16::try_from(known.saturating_add(count)) {
                    Ok(sum) if is_known => {
                        counts[at] = sum;
                        return;
                    }
                    Ok(sum) if used < FEW => {
                        buckets.copy_within(at..used, at + 1);
                        counts.copy_within(at..used, at + 1);
                        (buckets[at], counts[at]) = (bucket, sum);
                        *len += 1;
                        return;
                    }
                    _ => {}
                }
                let list: Vec<(i16, u32)> = self.entries().collect();
                *self = Self::Many(Box::new(list));
                return self.add_bucket(bucket, count);
            }
            Self::Many(many) => many,
        };
        match many.binary_search_by_key(&bucket, |(b, _)| *b) {
            Ok(at) => many[at].1 = many[at].1.saturating_add(count),
            Err(at) => many.insert(at, (bucket, count)),
        }
    }

    fn entries(&self) -> impl Iterator<Item = (i16, u32)> + '_ {
        let (few, many): (usize, &[(i16, u32)]) = match self {
            Self::Few { len, .. } => (usize::from(*len), &[]),
            Self::Many(many) => (0, many),
        };
        let few = (0..few).filter_map(move |at| match self {
            Self::Few { buckets, counts, .. } => Some((*buckets.get(at)?, u32::from(*counts.get(at)?))),
            Self::Many(_) => None,
        });
        few.chain(many.iter().copied())
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (bucket, count) in other.entries() {
            self.add_bucket(bucket, count);
        }
    }

    pub(crate) fn count(&self) -> u64 {
        self.entries().map(|(_, count)| u64::from(count)).sum()
    }

    /// The `q`-quantile, 0 to 1; `None` when empty.
    pub(crate) fn quantile(&self, q: f64) -> Option<f64> {
        let rank = (q.clamp(0.0, 1.0) * self.count().saturating_sub(1) as f64).floor() as u64;
        let mut seen = 0;
        for (bucket, count) in self.entries() {
            seen += u64::from(count);
            if seen > rank {
                return Some(Self::middle(bucket));
            }
        }
        None
    }

    fn middle(bucket: i16) -> f64 {
        if bucket == i16::MIN { 0.0 } else { RATIO.powf(f64::from(bucket) - 0.5) }
    }

    /// The values' logarithms, zeros taken as [`FLOOR`].
    pub(crate) fn logs(&self) -> Logs {
        let mut logs = Logs { count: 0, sum: 0.0, most: f64::MIN };
        for (bucket, count) in self.entries() {
            let middle = if bucket == i16::MIN { f64::MIN } else { (f64::from(bucket) - 0.5) * RATIO.ln() };
            logs.most = logs.most.max(middle).max(FLOOR.ln());
            logs.sum += middle.max(FLOOR.ln()) * f64::from(count);
            logs.count += u64::from(count);
        }
        logs
    }
}

/// Durations below this are all alike, in milliseconds.
const FLOOR: f64 = 0.05;

/// Logarithms of values in sum, and the greatest of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Logs {
    count: u64,
    sum: f64,
    most: f64,
}

impl Logs {
    /// The mean; `None` when empty.
    pub(crate) fn mean(self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }

    /// The mean of all but the greatest; `None` when there is no other.
    pub(crate) fn mean_of_others(self) -> Option<f64> {
        (self.count > 1).then(|| (self.sum - self.most) / (self.count - 1) as f64)
    }
}

/// The mean and the greatest of logarithms alone, for where no quantile is asked. They are kept in whole thousandths, so
/// that order and grouping do not matter here either.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(Rust, packed(4))]
pub(crate) struct LogMean {
    count: u32,
    most: i32,
    thousandths: i64,
}

impl LogMean {
    /// Counts one value; what is not a number is left out.
    pub(crate) fn add(&mut self, value: f64) {
        if !value.is_nan() {
            let thousandths = (value.clamp(FLOOR, f64::MAX).ln() * 1_000.0).round();
            self.merge(Self { count: 1, most: thousandths as i32, thousandths: thousandths as i64 });
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        if other.count > 0 {
            self.most = if self.count > 0 { other.most.max(self.most) } else { other.most };
            self.count = self.count.saturating_add(other.count);
            self.thousandths += other.thousandths;
        }
    }

    /// All of them.
    pub(crate) fn logs(self) -> Logs {
        let Self { count, most, thousandths } = self;
        Logs { count: u64::from(count), sum: thousandths as f64 / 1_000.0, most: f64::from(most) / 1_000.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Sketch {
        fn and(mut self, other: &Self) -> Self {
            self.merge(other);
            self
        }
    }

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
        assert!(odd.logs().mean().is_some_and(f64::is_finite));
        let mut mean = LogMean::default();
        [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 0.0].into_iter().for_each(|v| mean.add(v));
        assert!(mean.logs().mean().is_some_and(f64::is_finite));
    }

    #[test]
    fn the_slowest_can_be_left_out_of_either() {
        for (values, others) in [
            (&[][..], None),
            (&[0.5][..], None),
            (&[0.5, 0.1][..], Some(0.1_f64)),
            (&[100.0, 900.0, 100.0][..], Some(100.0)),
        ] {
            let (mut whole, mut first, mut then) = (LogMean::default(), LogMean::default(), LogMean::default());
            for (at, value) in values.iter().enumerate() {
                whole.add(*value);
                if at == 0 { first.add(*value) } else { then.add(*value) }
            }
            then.merge(first);
            assert_eq!(then, whole);
            for logs in [whole.logs(), of(values).logs()] {
                let apart = logs.mean_of_others().zip(others).map_or(0.0, |(a, b)| (a - b.ln()).abs());
                assert!(apart < 0.06 && logs.mean_of_others().is_some() == others.is_some(), "{values:?} {logs:?}");
            }
        }
    }

    #[test]
    fn a_sketch_that_outgrows_its_room_counts_on() {
        let mut sketch = of(&[1.0, 2.0, 4.0]);
        assert!(matches!(sketch, Sketch::Few { .. }));
        (0..u32::from(u16::MAX)).for_each(|_| sketch.add(2.0));
        [8.0, 0.5].into_iter().for_each(|v| sketch.add(v));
        assert!(matches!(sketch, Sketch::Many(_)));
        assert_eq!(sketch.count(), 5 + u64::from(u16::MAX));
        assert_eq!(sketch, of(&[0.5, 8.0, 4.0, 1.0]).and(&of(&vec![2.0; 1 + usize::from(u16::MAX)])));
        assert_eq!(size_of::<Sketch>(), 16);
    }

    #[test]
    fn merging_is_adding() {
        let (mut a, b) = (of(&[1.0, 2.0, 3.0]), of(&[3.0, 4.0]));
        a.merge(&b);
        assert_eq!(a, of(&[4.0, 3.0, 3.0, 2.0, 1.0]));
    }
}
