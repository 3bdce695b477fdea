//! What is usual for a time of some length: a signal's own history, in blocks.
//!
//! A z of windows takes them for independent. What comes in bursts (a nightly job), in waves (a season) or with a memory
//! strays further in a time of ten windows than ten windows tell. So the stretch is divided into blocks, and the times
//! outside an episode that are as long as it say how far such times stray: the mean square between them by the one within
//! is 1 when windows are independent (one-way analysis of variance). Two more questions are asked of blocks: is a value
//! beyond all that was seen, and is the noise louder than it was; both measured by how much blocks outside differ.

use std::ops::Range;

use super::{Contrast, Values};
use crate::statistics::{excess_z, t_z};

/// Blocks of a stretch: enough to tell how they differ, few enough to be kept of every signal.
const MOST_BLOCKS: usize = 32;
/// Blocks that an assumption is worth: that windows are independent, that noise is normal.
const WORTH: f64 = 4.0;
/// Fewest blocks outside that tell what is usual.
const LEAST_USUAL: usize = 8;
/// Fewest points of a block that tell how loud it is.
const LEAST_POINTS: f32 = 4.0;
/// Share of the usual variance below which noise is as good as none.
const HARDLY_ANY: f32 = 0.01;

/// One block: chances and events, or points and the sum of their levels.
#[derive(Clone, Copy, Debug, Default)]
struct Block {
    n: f32,
    sum: f32,
}

/// More of a block of levels.
#[derive(Clone, Copy, Debug)]
struct Reach {
    low: f32,
    high: f32,
    /// Logarithm of the variance, told from steps, which know nothing of levels and slow waves (von Neumann 1941); not a
    /// number where there are too few points.
    loud: f32,
}

/// The blocks of a signal.
#[derive(Clone, Debug, Default)]
pub(super) struct Blocks {
    /// Windows in a block.
    length: usize,
    blocks: Vec<Block>,
    /// Empty for counts.
    reaches: Vec<Reach>,
    /// The blocks that reach highest and lowest.
    extremes: [usize; 2],
}

fn sums(run: &[Block]) -> (f64, f64) {
    run.iter().fold((0.0, 0.0), |(n, sum), b| (n + f64::from(b.n), sum + f64::from(b.sum)))
}

/// Blocks around a common mean.
#[derive(Clone, Copy, Debug)]
struct Around {
    n: f64,
    mean: f64,
    unit: f64,
}

impl Around {
    fn new(n: f64, sum: f64, unit: impl Fn(f64) -> f64) -> Option<Self> {
        let mean = sum / n;
        (n > 0.0).then(|| Self { n, mean, unit: unit(mean) })
    }

    /// The squared deviation of a run, in units of what its windows tell.
    fn square(&self, run: &[Block]) -> Option<f64> {
        let (n, sum) = sums(run);
        let off = sum - n * self.mean;
        (n > 0.0).then(|| if self.unit > 0.0 { off * off / (n * self.unit) } else { 0.0 })
    }
}

/// What of a stretch is taken for usual: the windows before the episode, and those after it when they are known to be well.
#[derive(Clone, Copy, Debug)]
pub(super) struct Usual {
    pub(super) after: bool,
}

impl Blocks {
    pub(super) fn new(values: &Values, windows: usize) -> Self {
        let length = windows.div_ceil(MOST_BLOCKS).max(1);
        let count = windows.div_ceil(length);
        let mut blocks = vec![Block::default(); count];
        let mut reaches = Vec::new();
        match values {
            Values::Count { cells, .. } => {
                for (window, events, chances) in cells {
                    if let Some(block) = blocks.get_mut(*window as usize / length).filter(|_| *chances > 0.0) {
                        block.n += chances;
                        block.sum += events;
                    }
                }
            }
            Values::Level { cells, prior, .. } => {
                reaches.resize(count, Reach { low: f32::INFINITY, high: f32::NEG_INFINITY, loud: 0.0 });
                let mut last: Option<(usize, f32)> = None;
                for (window, level) in cells {
                    let at = *window as usize / length;
                    let (Some(block), Some(reach)) = (blocks.get_mut(at), reaches.get_mut(at)) else { continue };
                    block.n += 1.0;
                    block.sum += level;
                    reach.low = reach.low.min(*level);
                    reach.high = reach.high.max(*level);
                    if let Some((_, before)) = last.filter(|(block, _)| *block == at) {
                        reach.loud += (level - before) * (level - before);
                    }
                    last = Some((at, *level));
                }
                for (block, reach) in blocks.iter().zip(&mut reaches) {
                    let own = reach.loud / (2.0 * (block.n - 1.0));
                    let known = block.n >= LEAST_POINTS;
                    reach.loud = if known { (own + HARDLY_ANY * prior.variance as f32).ln() } else { f32::NAN };
                }
            }
        }
        let extremes = [
            (0..reaches.len()).max_by(|a, b| reaches[*a].high.total_cmp(&reaches[*b].high)).unwrap_or_default(),
            (0..reaches.len()).min_by(|a, b| reaches[*a].low.total_cmp(&reaches[*b].low)).unwrap_or_default(),
        ];
        Self { length, blocks, reaches, extremes }
    }

    /// Blocks before an episode, in it and after it that are asked.
    fn ranges(&self, usual: Usual, (from, to): (usize, usize)) -> [Range<usize>; 3] {
        let (length, count) = (self.length.max(1), self.blocks.len());
        let (from, to) = ((from / length).min(count), to.div_ceil(length).min(count));
        let end = if usual.after { count } else { to };
        [0..from, from..to.max(from), to.max(from)..end.max(to.max(from))]
    }

    fn parts<'a, T>(&self, of: &'a [T], usual: Usual, windows: (usize, usize)) -> [&'a [T]; 3] {
        self.ranges(usual, windows).map(|range| of.get(range).unwrap_or_default())
    }

    /// How many times the variance of the difference of two means, of the episode and of what is usual, exceeds what
    /// windows tell, at least 1. `unit` is the variance of an event, or of a level, by the mean that holds at the time.
    pub(super) fn unrest(&self, usual: Usual, windows: (usize, usize), unit: impl Fn(f64) -> f64) -> f64 {
        let [before, inside, after] = self.parts(&self.blocks, usual, windows);
        let ((n, sum), (m, more), (k, most)) = (sums(before), sums(after), sums(inside));
        let (outer, inner) = (Around::new(n + m, sum + more, &unit), Around::new(k, most, &unit));
        let (Some(outer), Some(inner)) = (outer, inner) else { return 1.0 };
        let longest = (before.len() + after.len()).max(inside.len());
        // How much a time of so many blocks strays: never less than shorter ones do. What happens inside is no guide.
        let mut strays: Vec<(usize, f64)> = Vec::new();
        let (mut most, mut length) = (1.0_f64, 1);
        while length <= longest {
            // Whole runs of that length, counted from the episode's ends: the nearest times say most.
            let runs = before.rchunks_exact(length).chain(after.chunks_exact(length));
            let (squares, count) = runs.filter_map(|r| outer.square(r)).fold((0.0, 0.0), |(s, n), x| (s + x, n + 1.0));
            if count < 2.0 {
                break;
            }
            most = most.max((WORTH + squares) / (WORTH + count - 1.0));
            strays.push((length, most));
            length *= 2;
        }
        let of = |blocks: usize| strays.iter().rev().find(|(l, _)| *l <= blocks.max(1)).map_or(1.0, |(_, s)| *s);
        let (outer_error, inner_error) = (outer.unit / outer.n, inner.unit / inner.n);
        (of(before.len() + after.len()) * outer_error + of(inside.len()) * inner_error) / (outer_error + inner_error)
    }

    /// Whether a level inside is beyond all that is usual: by the extremes of blocks, which are Gumbel distributed (the
    /// tails of levels, told on a scale of logarithms, fall exponentially).
    pub(super) fn beyond(&self, usual: Usual, windows: (usize, usize), spread: f64) -> Option<Contrast> {
        let [earlier, _, later] = self.ranges(usual, windows);
        if self.extremes.iter().all(|at| earlier.contains(at) || later.contains(at)) {
            return None;
        }
        let [before, inside, after] = self.parts(&self.reaches, usual, windows);
        let side = |sign: f64, of: fn(&Reach) -> f32| {
            let most = inside.iter().map(|r| sign * f64::from(of(r))).fold(f64::MIN, f64::max);
            let (mut values, mut count) = ([0.0; MOST_BLOCKS], 0);
            let outside = before.iter().chain(after).filter(|r| r.low <= r.high);
            for (value, reach) in values.iter_mut().zip(outside) {
                *value = sign * f64::from(of(reach));
                count += 1;
            }
            let usual = values.get(..count).unwrap_or_default();
            let greatest = usual.iter().copied().fold(f64::MIN, f64::max);
            let news = most > greatest && count >= LEAST_USUAL;
            let z = if news { excess_z(usual, most, inside.len() as f64, spread, WORTH) } else { 0.0 };
            Contrast { z: sign * z, before: Some(sign * greatest), after: Some(sign * most) }
        };
        let (high, low) = (side(1.0, |r| r.high), side(-1.0, |r| r.low));
        let most = if high.z >= -low.z { high } else { low };
        (most.z.abs() > 0.0).then_some(most)
    }

    /// Whether the noise is louder, or lower, than usual: by the logarithms of the blocks' variances.
    pub(super) fn loudness(&self, usual: Usual, windows: (usize, usize)) -> Option<Contrast> {
        let [before, inside, after] = self.parts(&self.reaches, usual, windows);
        let [error_before, _, error_after] = self.parts(&self.blocks, usual, windows);
        let sums = |runs: [&[Reach]; 2]| {
            let loud = runs.into_iter().flatten().map(|r| f64::from(r.loud)).filter(|l| l.is_finite());
            loud.fold((0.0, 0.0, 0.0), |(n, sum, squares), x| (n + 1.0, sum + x, squares + x * x))
        };
        let ((n, sum, squares), (m, inner, _)) = (sums([before, after]), sums([inside, &[]]));
        if n < LEAST_USUAL as f64 || m < 1.0 {
            return None;
        }
        let (usual, now) = (sum / n, inner / m);
        // Variance of the logarithm of a variance that comes from so many steps.
        let counted = error_before.iter().chain(error_after).filter(|b| b.n >= LEAST_POINTS);
        let error = counted.map(|b| 3.0 / f64::from(b.n - 1.0)).sum::<f64>() / n;
        let freedom = n - 1.0 + WORTH;
        let variance = ((squares - sum * sum / n).max(0.0) + WORTH * error) / freedom;
        let t = (now - usual) / (variance * (1.0 / m + 1.0 / n)).sqrt();
        Some(Contrast { z: t_z(t, freedom), before: Some(usual), after: Some(now) })
    }
}
