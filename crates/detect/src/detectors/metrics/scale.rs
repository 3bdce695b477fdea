//! The scale of a metric: the inverse hyperbolic sine of values in units.
//!
//! It is taken of every point of every series whenever one is asked, for which the libraries' take too long. So here it is
//! without a branch, and of many values at once, which the compiler turns into a few instructions for several of them.

use std::f64::consts::{LN_2, SQRT_2};

/// Values that are put on the scale at once.
pub(super) const AT_ONCE: usize = 32;

/// The scale of a metric.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    pub(super) unit: f64,
    pub(super) variance: f64,
}

impl Scale {
    #[inline]
    pub(crate) fn apply(self, value: f64) -> f64 {
        asinh(value / self.unit)
    }

    pub(super) fn apply_to(self, values: &mut [f64; AT_ONCE]) {
        for value in values {
            *value = self.apply(*value);
        }
    }
}

/// So many units are as good as any more.
const MOST: f64 = 1e150;

/// As [`f64::asinh`] up to [`MOST`], to within 1e-10 of it: levels are kept to seven digits.
#[inline]
fn asinh(x: f64) -> f64 {
    let size = x.abs();
    let size = if size < MOST { size } else { MOST };
    let root = (size * size + 1.0).sqrt();
    ln_1p(size + size * size / (1.0 + root)).copysign(x)
}

/// The logarithm of 1 + x for x of at least 0.
#[inline]
fn ln_1p(x: f64) -> f64 {
    const ONE: u64 = 1.0_f64.to_bits();
    const LEAST: u64 = (SQRT_2 / 2.0).to_bits();
    const FRACTION: u64 = (1 << 52) - 1;
    /// A number so great that its last bit is worth 1.
    const WHOLE: f64 = (1_u64 << 52) as f64;
    // 1 + x is m times a power of two, m from the root of a half to that of two.
    let sum = 1.0 + x;
    let bits = sum.to_bits() + (ONE - LEAST);
    let power = f64::from_bits(bits >> 52 | WHOLE.to_bits()) - (WHOLE + 1023.0);
    let m = f64::from_bits((bits & FRACTION) + LEAST);
    // Of small x the sum has lost digits.
    let lost = if sum < SQRT_2 { x - (sum - 1.0) } else { 0.0 };
    let less_one = m - 1.0 + lost;
    // Twice the inverse hyperbolic tangent of this is the logarithm of m.
    let ratio = less_one / (2.0 + less_one);
    let square = ratio * ratio;
    let (low, middle) = (1.0 + square * (1.0 / 3.0), 1.0 / 5.0 + square * (1.0 / 7.0));
    let fourth = square * square;
    let high = 1.0 / 9.0 + square * (1.0 / 11.0);
    let series = low + fourth * (middle + fourth * high);
    power * LN_2 + 2.0 * ratio * series
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_is_the_inverse_hyperbolic_sine() {
        let values = (-3_000..3_000).map(|at| (f64::from(at) / 10.0).exp());
        for x in values.chain([0.0, 1e-300, 0.2499, 0.25, 0.75, 1.0, 7.5, 1e149]) {
            for x in [x, -x] {
                let expected: f64 = x.asinh();
                let apart = (asinh(x) - expected).abs() / expected.abs().max(f64::MIN_POSITIVE);
                assert!(apart <= 1e-10, "{x}: {} {expected}", asinh(x));
            }
        }
        for x in [MOST, 1e300, f64::INFINITY] {
            assert_eq!((asinh(x), asinh(-x)), (asinh(MOST), -asinh(MOST)));
        }
    }

    #[test]
    fn many_values_are_put_on_the_scale_as_each_is() {
        let scale = Scale { unit: 3.0, variance: 0.0 };
        let mut values = std::array::from_fn(|at| (at as f64 - 9.0) * 1.7);
        let expected = values.map(|value| scale.apply(value));
        scale.apply_to(&mut values);
        assert_eq!(values.map(f64::to_bits), expected.map(f64::to_bits));
    }
}
