//! Exponential histograms as explicit bounds.
//!
//! A bucket of index `i` at scale `s` holds values in `(base^i, base^(i+1)]` with `base = 2^(2^-s)`; negative values
//! mirror them, and values up to the zero threshold are counted apart. Laid out in ascending order:
//!
//! `.. | -base^(o+1) | -base^o | zero threshold | base^o | base^(o+1) | .. | overflow (0)`
//!
//! The bucket below the first negative bound and the gaps beside zero are empty, and so is the overflow: n bounds,
//! n + 1 counts. Source: OpenTelemetry metrics data model, "ExponentialHistogram".

/// One side of a point: index of the first bucket, and the counts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Side<'a> {
    pub(super) offset: i32,
    pub(super) counts: &'a [u64],
}

/// Appends the bounds and counts of a point to `bounds` and `buckets`, which are cleared first.
pub(super) fn explicit(
    scale: i32,
    zero_count: u64,
    zero_threshold: f64,
    negative: Side<'_>,
    positive: Side<'_>,
    bounds: &mut Vec<f64>,
    buckets: &mut Vec<f64>,
) {
    bounds.clear();
    buckets.clear();
    let power = |index: i64| 2f64.powf(index as f64 * 2f64.powi(-scale));
    let mut bucket = |bound: f64, count: u64| {
        bounds.push(bound);
        buckets.push(count as f64);
    };
    if !negative.counts.is_empty() {
        let first = i64::from(negative.offset);
        bucket(-power(first + negative.counts.len() as i64), 0);
        for (i, &count) in negative.counts.iter().enumerate().rev() {
            bucket(-power(first + i as i64), count);
        }
    }
    let zero_threshold = if zero_threshold >= 0.0 { zero_threshold } else { 0.0 };
    bucket(zero_threshold, zero_count);
    if !positive.counts.is_empty() {
        let first = i64::from(positive.offset);
        if power(first) > zero_threshold {
            bucket(power(first), 0);
        }
        for (i, &count) in positive.counts.iter().enumerate() {
            bucket(power(first + i as i64 + 1), count);
        }
    }
    buckets.push(0.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_of_zero_are_laid_out_in_ascending_order() {
        let (mut bounds, mut buckets) = (Vec::new(), Vec::new());
        let negative = Side { offset: 0, counts: &[5, 6] };
        let positive = Side { offset: 1, counts: &[7, 8] };
        explicit(0, 3, 0.0, negative, positive, &mut bounds, &mut buckets);
        assert_eq!(bounds, [-4.0, -2.0, -1.0, 0.0, 2.0, 4.0, 8.0]);
        assert_eq!(buckets, [0.0, 6.0, 5.0, 3.0, 0.0, 7.0, 8.0, 0.0]);
    }

    #[test]
    fn a_point_without_buckets_has_only_its_zero_count() {
        let (mut bounds, mut buckets) = (vec![1.0], vec![1.0]);
        explicit(20, 2, 0.5, Side::default(), Side::default(), &mut bounds, &mut buckets);
        assert_eq!((bounds, buckets), (vec![0.5], vec![2.0, 0.0]));
    }
}
