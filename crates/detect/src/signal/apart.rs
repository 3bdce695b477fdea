//! How far two stretches are apart, by their sums: z of levels and of counts.
//!
//! Nearly all comparisons of a search tell nothing. Whether one does is asked first, by the same inequalities multiplied
//! out, so that no division is made: [`are_close`] of levels and [`are_even`] of counts. Where they hold, z is 0 or no
//! greater than `least`.

use super::sums::Sums;
use super::{Form, Spread};
use crate::statistics::{rate_z, share_z, t_z};

/// What rounding may do to both sides.
const ROUNDING: f64 = 1.0 - 1e-9;

/// Whether [`level_z`] is no greater than `least`.
#[inline]
pub(super) fn are_close(after: Sums, before: Sums, prior: Spread, least: f64) -> bool {
    let (n, m) = (after.n, before.n);
    let freedom = n + m - 2.0 + prior.worth;
    if n <= 0.0 || m <= 0.0 || freedom <= 0.0 {
        return true;
    }
    let step = after.sum * m - before.sum * n;
    let deviations =
        (after.squares * n - after.sum * after.sum) * m + (before.squares * m - before.sum * before.sum) * n;
    let variances = deviations + prior.variance * prior.worth * n * m;
    step * step * freedom <= least * least * (n + m) * variances * ROUNDING
}

/// Whether [`count_z`] is no greater than `least`.
#[inline]
pub(super) fn are_even(after: Sums, before: Sums, form: Form, least: f64) -> bool {
    let (a, n, b, m) = (after.sum, after.n, before.sum, before.n);
    if n <= 0.0 || m <= 0.0 {
        return true;
    }
    let off = a * m - b * n;
    let unit = match form {
        Form::Share => (a + b) * ((n + m) - (a + b)),
        Form::Rate => (a + b) * (n + m),
    };
    2.0 * off * off * (n + m) <= least * least * unit * n * m * ROUNDING
}

/// Signed root of twice the log-likelihood ratio of two means, the spread moderated by the prior; and the variance. A z up
/// to `least` may be told as 0.
pub(super) fn level_z(after: Sums, before: Sums, prior: Spread, least: f64) -> (f64, f64) {
    let freedom = after.n + before.n - 2.0 + prior.worth;
    if freedom <= 0.0 {
        return (0.0, 0.0);
    }
    let variance = (after.deviation() + before.deviation() + prior.variance * prior.worth) / freedom;
    let step = after.mean() - before.mean();
    let error = (variance * (1.0 / after.n + 1.0 / before.n)).max(f64::MIN_POSITIVE);
    // A z is less than its t.
    if step * step <= least * least * error {
        return (0.0, variance);
    }
    (t_z(step / error.sqrt(), freedom), variance)
}

/// A z of two counts, trusted less where they vary more than chance within the stretches; and by
/// how much they do. A z up to `least` may be told as 0.
pub(super) fn count_z(after: Sums, before: Sums, form: Form, least: f64) -> (f64, f64, Option<Form>) {
    /// Windows that the assumption of pure chance is worth.
    const CHANCE_WORTH: f64 = 4.0;
    let (a, n, b, m) = (after.sum, after.n, before.sum, before.n);
    let pooled = (a + b) / (n + m);
    let unit = form.variance(pooled);
    // Twice the statistic of Pearson is no less than the likelihood ratio's, since ln x < x - 1.
    let off = a - n * pooled;
    if 2.0 * off * off * (1.0 / n + 1.0 / m) <= least * least * unit {
        return (0.0, 0.0, Some(form));
    }
    let plain = match form {
        Form::Share => share_z(a, n, b, m),
        Form::Rate => rate_z(a, n, b, m),
    };
    if unit <= 0.0 {
        return (plain, 0.0, Some(form));
    }
    let pearson = (after.deviation() + before.deviation()) / unit;
    let freedom = f64::from((after.windows - 1.0).max(0.0) + (before.windows - 1.0).max(0.0));
    let dispersion = ((CHANCE_WORTH + pearson) / (CHANCE_WORTH + freedom)).max(1.0);
    (plain / dispersion.sqrt(), dispersion, Some(form))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sums(cells: &[(u32, u32)], of: impl Fn(u32, u32) -> Sums) -> Sums {
        cells.iter().map(|(k, n)| of(*k, *n)).fold(Sums::default(), Sums::plus)
    }

    proptest! {
        #[test]
        fn what_is_taken_for_alike_has_no_greater_z(
            after in prop::collection::vec((0_u32..9, 1_u32..9), 0..12),
            before in prop::collection::vec((0_u32..9, 1_u32..9), 0..40),
            least in 0.5_f64..3.0,
        ) {
            let [a, b] = [&after, &before].map(|cells| sums(cells, |k, n| Sums::level(f64::from(k) / f64::from(n))));
            let prior = Spread { variance: 0.01, worth: 4.0, unit: 0.0 };
            let z = level_z(a, b, prior, 0.0).0;
            if are_close(a, b, prior, least) {
                prop_assert!(a.n == 0.0 || b.n == 0.0 || z.abs() <= least, "level {z}");
            } else {
                prop_assert!(a.n > 0.0 && b.n > 0.0 && z != 0.0);
            }
            for form in [Form::Share, Form::Rate] {
                let [a, b] = [&after, &before].map(|cells| sums(cells, |k, n| Sums::count(k.min(n).into(), n.into(), 0.0)));
                if are_even(a, b, form, least) && a.n > 0.0 && b.n > 0.0 {
                    let z = count_z(a, b, form, 0.0).0;
                    prop_assert!(z.abs() <= least, "{form:?} {z}");
                }
            }
        }
    }
}
