//! How far a level's blocks reach, and how loud their noise is: is a value beyond all that was seen, and is the noise
//! louder than it was? Both are measured by how much the blocks outside an episode differ ([`super::blocks`]).

use std::ops::Range;

use super::Contrast;
use super::blocks::{Grid, MOST_BLOCKS, Parts, Upto, WORTH, add_up, sum};
use crate::statistics::{Gumbel, t_z};

/// Fewest blocks outside that tell what is usual.
const LEAST_USUAL: f64 = 8.0;
/// Fewest points of a block that tell how loud it is.
const LEAST_POINTS: f32 = 4.0;
/// Share of the usual variance below which noise is as good as none.
const HARDLY_ANY: f32 = 0.01;

/// The blocks of one signal after another.
#[derive(Clone, Debug)]
pub(super) struct Reaches {
    /// Blocks that have a point.
    heard: Upto,
    high: Side,
    low: Side,
    /// Blocks that tell how loud they are, that logarithm and its square, and the variance of such a logarithm.
    loud: [Upto; 4],
    any_loud: bool,
}

/// The greatest value of each block, or the least one with the other sign.
#[derive(Clone, Debug)]
struct Side {
    values: [f32; MOST_BLOCKS],
    /// The block that reaches farthest.
    farthest: usize,
    /// The greatest of the blocks before each, and of each and those behind it.
    before: [f32; MOST_BLOCKS + 1],
    behind: [f32; MOST_BLOCKS + 1],
    /// Sums of values and of squares, from a middle.
    middle: f64,
    sum: Upto,
    squares: Upto,
}

const NOTHING: f32 = f32::NEG_INFINITY;

impl Default for Side {
    fn default() -> Self {
        let upto = [0.0; MOST_BLOCKS + 1];
        let reach = [NOTHING; MOST_BLOCKS + 1];
        let values = [NOTHING; MOST_BLOCKS];
        Self { values, farthest: 0, before: reach, behind: reach, middle: 0.0, sum: upto, squares: upto }
    }
}

impl Default for Reaches {
    fn default() -> Self {
        let upto = [0.0; MOST_BLOCKS + 1];
        Self { heard: upto, high: Side::default(), low: Side::default(), loud: [upto; 4], any_loud: false }
    }
}

impl Side {
    fn add_up(&mut self, count: usize) {
        let values = &self.values[..count];
        (self.farthest, self.middle) = (0, 0.0);
        let mut most = NOTHING;
        for (at, value) in values.iter().enumerate() {
            self.before[at] = most;
            if *value >= most {
                (most, self.farthest) = (*value, at);
            }
        }
        self.before[count] = most;
        self.middle = if most.is_finite() { f64::from(most) } else { 0.0 };
        self.behind[count] = NOTHING;
        for at in (0..count).rev() {
            self.behind[at] = self.behind[at + 1].max(values[at]);
        }
        let (mut sum, mut squares) = (0.0, 0.0);
        for (at, value) in values.iter().enumerate() {
            (self.sum[at], self.squares[at]) = (sum, squares);
            if *value > NOTHING {
                let off = f64::from(*value) - self.middle;
                sum += off;
                squares += off * off;
            }
        }
        (self.sum[count], self.squares[count]) = (sum, squares);
    }

    /// The greatest inside when it is beyond all that is usual, which is told too.
    fn news(&self, parts: &Parts) -> Option<(f32, f32)> {
        let Parts { before, inside, after } = parts;
        if before.contains(&self.farthest) || after.contains(&self.farthest) {
            return None;
        }
        let most = if inside.contains(&self.farthest) {
            self.values[self.farthest]
        } else {
            self.values[inside.clone()].iter().copied().fold(NOTHING, f32::max)
        };
        let later = if after.is_empty() { NOTHING } else { self.behind[after.start] };
        // What a regime does not know is not usual.
        let earlier = if before.start == 0 {
            self.before[before.end]
        } else {
            self.values[before.clone()].iter().copied().fold(NOTHING, f32::max)
        };
        let usual = earlier.max(later);
        (most > usual).then_some((most, usual))
    }
}

impl Reaches {
    /// Of (window, level), by window; `variance` is the usual one.
    pub(super) fn fill(&mut self, grid: Grid, cells: &[(u32, f32)], variance: f64) {
        let count = grid.count;
        self.high.values = [NOTHING; MOST_BLOCKS];
        self.low.values = [NOTHING; MOST_BLOCKS];
        self.heard = [0.0; MOST_BLOCKS + 1];
        self.any_loud = false;
        let mut rest = cells;
        while let Some((window, _)) = rest.first() {
            let block = grid.block(*window);
            if block >= count {
                break;
            }
            let end = grid.end(block);
            let (mut low, mut high, mut points) = (f32::INFINITY, NOTHING, 0);
            for (_, level) in rest.iter().take_while(|(window, _)| *window < end) {
                low = low.min(*level);
                high = high.max(*level);
                points += 1;
            }
            let (own, others) = rest.split_at(points);
            rest = others;
            self.heard[block] = f64::from(u8::from(low <= high));
            (self.high.values[block], self.low.values[block]) = (high, -low);
            // The variance is told from steps, which know nothing of levels and slow waves (von Neumann 1941).
            let points = own.len() as f32;
            if points >= LEAST_POINTS {
                if !self.any_loud {
                    (self.any_loud, self.loud) = (true, [[0.0; MOST_BLOCKS + 1]; 4]);
                }
                let steps: f32 = own.windows(2).map(|w| (w[1].1 - w[0].1) * (w[1].1 - w[0].1)).sum();
                let loud = f64::from((steps / (2.0 * (points - 1.0)) + HARDLY_ANY * variance as f32).ln());
                if loud.is_finite() {
                    let of_each = [1.0, loud, loud * loud, 3.0 / f64::from(points - 1.0)];
                    self.loud.iter_mut().zip(of_each).for_each(|(upto, own)| upto[block] = own);
                }
            }
        }
        add_up(&mut self.heard);
        self.high.add_up(count);
        self.low.add_up(count);
        if self.any_loud {
            self.loud.iter_mut().for_each(add_up);
        }
    }

    /// Whether a level inside is beyond all that is usual: by the extremes of blocks, which are Gumbel distributed (the
    /// tails of levels, told on a scale of logarithms, fall exponentially). A z up to `least` is as good as none.
    pub(super) fn beyond(&self, parts: &Parts, spread: f64, least: f64) -> Option<Contrast> {
        let outside = |upto: &Upto| sum(upto, &parts.before) + sum(upto, &parts.after);
        let count = outside(&self.heard);
        if count < LEAST_USUAL {
            return None;
        }
        let side = |sign: f64, side: &Side| {
            let Some((most, usual)) = side.news(parts) else { return Contrast::default() };
            let (total, squares) = (outside(&side.sum), outside(&side.squares));
            let usual_ones = Gumbel {
                n: count,
                mean: side.middle + total / count,
                deviation: (squares - total * total / count).max(0.0),
                spread,
                worth: WORTH,
            };
            let z = usual_ones.excess_z(f64::from(most), parts.inside.len() as f64, least);
            Contrast { z: sign * z, before: Some(sign * f64::from(usual)), after: Some(sign * f64::from(most)) }
        };
        let (high, low) = (side(1.0, &self.high), side(-1.0, &self.low));
        let most = if high.z >= -low.z { high } else { low };
        (most.z.abs() > 0.0).then_some(most)
    }

    /// Whether the noise is louder, or lower, than usual: by the logarithms of the blocks' variances.
    pub(super) fn loudness(&self, parts: &Parts, least: f64) -> Option<Contrast> {
        if !self.any_loud {
            return None;
        }
        let of = |range: &Range<usize>| self.loud.each_ref().map(|upto| sum(upto, range));
        let ([before, inside, after], [heard, told, squares, errors]) =
            ([of(&parts.before), of(&parts.inside), of(&parts.after)], [0, 1, 2, 3]);
        let outside = |at: usize| before[at] + after[at];
        let (n, m) = (outside(heard), inside[heard]);
        if n < LEAST_USUAL || m < 1.0 {
            return None;
        }
        let (usual, now) = (outside(told) / n, inside[told] / m);
        // Variance of the logarithm of a variance that comes from so many steps.
        let error = outside(errors) / n;
        let freedom = n - 1.0 + WORTH;
        let spread = (outside(squares) - outside(told) * outside(told) / n).max(0.0);
        let variance = (spread + WORTH * error) / freedom;
        let t = (now - usual) / (variance * (1.0 / m + 1.0 / n)).sqrt();
        let z = if t.abs() > least { t_z(t, freedom) } else { 0.0 };
        Some(Contrast { z, before: Some(usual), after: Some(now) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_regime_does_not_know_is_not_usual() {
        let mut side = Side::default();
        side.values[..10].fill(10.0);
        side.values[10..30].fill(1.0);
        side.values[25] = 5.0;
        side.add_up(30);
        for (from, news) in [(0, None), (9, None), (10, Some((5.0, 1.0)))] {
            assert_eq!(side.news(&Parts { before: from..25, inside: 25..26, after: 26..30 }), news, "from {from}");
        }
    }
}
