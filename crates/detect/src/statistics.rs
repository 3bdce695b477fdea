//! The few tests on which every detector rests. Each yields a signed z ("how many standard errors"), and one function
//! turns z into -log10 p, so that counts, shares and levels are compared in one currency.

/// -log10 p never exceeds this: beyond it a number says nothing more, and sums stay finite.
pub(crate) const MOST: f64 = 300.0;

/// -log10 of the two-sided normal tail beyond |z|.
pub(crate) fn significance(z: f64) -> f64 {
    let z = z.abs();
    if z.is_nan() {
        return 0.0;
    }
    if z > 37.0 {
        // Mills' ratio: the tail is the density over z.
        return ((z * z / 2.0) / std::f64::consts::LN_10 + (z * (std::f64::consts::TAU / 4.0).sqrt()).log10())
            .min(MOST);
    }
    (-erfc(z / std::f64::consts::SQRT_2).log10()).clamp(0.0, MOST)
}

/// The complementary error function, relative error below 1.2e-7 everywhere (Numerical Recipes, 6.2).
fn erfc(x: f64) -> f64 {
    let t = 1.0 / (1.0 + x / 2.0);
    let series = [
        -1.265_512_23,
        1.000_023_68,
        0.374_091_96,
        0.096_784_18,
        -0.186_288_06,
        0.278_868_07,
        -1.135_203_98,
        1.488_515_87,
        -0.822_152_23,
        0.170_872_77,
    ];
    let sum = series.iter().rev().fold(0.0, |sum, c| sum * t + c);
    t * (-x * x + sum).exp()
}

/// Signed root of the likelihood ratio of two rates: `after` events in `after_time` against `before` in `before_time`.
pub(crate) fn rate_z(after: f64, after_time: f64, before: f64, before_time: f64) -> f64 {
    let (total, time) = (after + before, after_time + before_time);
    if total <= 0.0 || after_time <= 0.0 || before_time <= 0.0 {
        return 0.0;
    }
    let (expect_after, expect_before) = (total * after_time / time, total * before_time / time);
    let g = 2.0 * (part(after, expect_after) + part(before, expect_before));
    g.max(0.0).sqrt() * (after - expect_after).signum()
}

/// Signed root of the G statistic of two shares: `a` of `n` after against `b` of `m` before.
pub(crate) fn share_z(a: f64, n: f64, b: f64, m: f64) -> f64 {
    if n <= 0.0 || m <= 0.0 {
        return 0.0;
    }
    let (a, b) = (a.min(n), b.min(m));
    let share = (a + b) / (n + m);
    let g = part(a, n * share) + part(n - a, n * (1.0 - share)) + part(b, m * share) + part(m - b, m * (1.0 - share));
    (2.0 * g).max(0.0).sqrt() * (a / n - b / m).signum()
}

fn part(observed: f64, expected: f64) -> f64 {
    if observed <= 0.0 || expected <= 0.0 { 0.0 } else { observed * (observed / expected).ln() }
}

/// A t statistic as a z: the root of twice the log-likelihood ratio with so many degrees of freedom.
pub(crate) fn t_z(t: f64, freedom: f64) -> f64 {
    if freedom <= 0.0 { 0.0 } else { (freedom * (t * t / freedom).ln_1p()).sqrt() * t.signum() }
}

/// Values of earlier draws, each the greatest of some, which are taken for Gumbel distributed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gumbel {
    /// How many, their mean and the sum of squares of what they deviate from it.
    pub(crate) n: f64,
    pub(crate) mean: f64,
    pub(crate) deviation: f64,
    /// That of single values, and how many draws the scale that follows from it counts for.
    pub(crate) spread: f64,
    pub(crate) worth: f64,
}

impl Gumbel {
    /// The z of the greatest of `draws` further values, which is beyond all earlier ones. One up to `least` may be told
    /// as 0.
    pub(crate) fn excess_z(self, greatest: f64, draws: f64, least: f64) -> f64 {
        const MEAN: f64 = 0.577_215_7;
        let Self { n, mean, deviation, spread, worth } = self;
        let variance = (deviation + worth * spread * spread / 2.0) / (n - 1.0 + worth);
        let scale = (variance * 6.0).sqrt() / std::f64::consts::PI;
        if n < 1.0 || scale <= 0.0 {
            return 0.0;
        }
        let beyond = ((greatest - mean) / scale + MEAN).max(0.0);
        let draws = draws.max(1.0).ln();
        // The logarithm of a tail is at least z²/2, and that of this one at most what it is of an exponential one.
        if beyond - draws <= least * least / 2.0 {
            return 0.0;
        }
        // Of a scale that was learnt from so many values the tail is heavier than exponential.
        let known = n + worth;
        tail_z(known * (beyond / known).ln_1p() - draws)
    }
}

/// The z whose two-sided normal tail is e to the minus `log_tail`.
pub(crate) fn tail_z(log_tail: f64) -> f64 {
    /// Beyond this the hazard of the tail is that of Mills' ratio, to four digits.
    const FAR: f64 = 10.0;
    if log_tail <= 0.0 {
        return 0.0;
    }
    let log_tail = log_tail.min(MOST * std::f64::consts::LN_10);
    // Newton's method from above: the logarithm of the tail is concave, and above it lies that of e to the -z²/2.
    let mut z = (2.0 * log_tail).sqrt();
    for _ in 0..8 {
        let log = significance(z) * std::f64::consts::LN_10;
        let hazard = if z > FAR { z + 1.0 / z } else { (log - z * z / 2.0).exp() * std::f64::consts::FRAC_2_PI.sqrt() };
        let step = (log - log_tail) / hazard;
        z -= step;
        if step.abs() < 1e-6 {
            break;
        }
    }
    z
}

/// Median of a slice, which is put in another order on the way; `None` when empty.
pub(crate) fn median(values: &mut [f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// A quantile of a slice, which is put in another order on the way; between two values it is weighed how near each is.
pub(crate) fn quantile(values: &mut [f64], q: f64) -> Option<f64> {
    let last = values.len().checked_sub(1)?;
    let at = q.clamp(0.0, 1.0) * last as f64;
    let (_, low, above) = values.select_nth_unstable_by(at.floor() as usize, f64::total_cmp);
    let low = *low;
    let high = if at > at.floor() { above.iter().copied().min_by(f64::total_cmp).unwrap_or(low) } else { low };
    Some(low + (high - low) * (at - at.floor()))
}

/// Median and spread (1.4826 median absolute deviations: the standard deviation of a normal sample).
pub(crate) fn centre(values: &[f64]) -> Option<(f64, f64)> {
    let mut sorted = values.to_vec();
    let middle = median(&mut sorted)?;
    let mut deviations: Vec<f64> = values.iter().map(|v| (v - middle).abs()).collect();
    Some((middle, 1.4826 * median(&mut deviations)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn significance_follows_the_normal_tail() {
        for (z, expected) in [(0.0, 0.0), (1.96, 1.301), (3.29, 3.0), (-3.29, 3.0), (10.0, 22.818), (40.0, 300.0)] {
            assert!((significance(z) - expected).abs() < 0.01, "{z}: {}", significance(z));
        }
        assert!(significance(f64::NAN).abs() < 1e-12);
        assert!((significance(f64::INFINITY) - MOST).abs() < 1e-9);
    }

    #[test]
    fn equal_rates_and_shares_are_no_news() {
        assert!(rate_z(10.0, 1.0, 100.0, 10.0).abs() < 1e-6);
        assert!(share_z(5.0, 50.0, 10.0, 100.0).abs() < 1e-6);
        assert!(rate_z(100.0, 1.0, 100.0, 10.0) > 10.0);
        assert!(share_z(0.0, 50.0, 90.0, 100.0) < -8.0);
        assert!(rate_z(0.0, 0.0, 1.0, 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_z_of_a_tail_is_that_of_its_significance() {
        for z in [0.5, 2.0, 5.0, 20.0] {
            let found = tail_z(significance(z) * std::f64::consts::LN_10);
            assert!((found - z).abs() < 1e-4, "{z} {found}");
        }
    }

    #[test]
    fn the_farther_beyond_all_earlier_ones_the_greater_is_its_z() {
        let earlier = [1.0, 2.0, 1.5, 1.8, 2.2, 1.1, 1.9, 1.4];
        let mean = earlier.iter().sum::<f64>() / 8.0;
        let deviation = earlier.iter().map(|x| (x - mean) * (x - mean)).sum();
        let z = |greatest: f64, least: f64| {
            Gumbel { n: 8.0, mean, deviation, spread: 0.5, worth: 4.0 }.excess_z(greatest, 1.0, least)
        };
        assert!(z(2.3, 0.0) < 2.0 && z(5.0, 0.0) > 3.0 && z(5.0, 0.0) < z(9.0, 0.0));
        for greatest in [2.3, 2.6, 3.0, 5.0, 9.0] {
            let (all, told) = (z(greatest, 0.0), z(greatest, 2.0));
            assert!((all - told).abs() < 1e-12 || (told < 1e-12 && all <= 2.0), "{greatest}: {all} {told}");
        }
    }

    #[test]
    fn the_median_is_between_the_middle_two() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0, 10.0]), Some(2.5));
        assert_eq!(median(&mut []), None);
        assert_eq!(centre(&[1.0, 1.0, 1.0]), Some((1.0, 0.0)));
    }
}
