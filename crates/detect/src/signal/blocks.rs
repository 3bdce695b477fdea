//! What is usual for a time of some length: a signal's own history, in blocks.
//!
//! A z of windows takes them for independent. What comes in bursts (a nightly job), in waves (a season) or with a memory
//! strays further in a time of ten windows than ten windows tell. So the stretch is divided into blocks, and the times
//! outside an episode that are as long as it say how far such times stray: the mean square between them by the one within
//! is 1 when windows are independent (one-way analysis of variance). Two more questions are asked of blocks ([`reaches`]):
//! is a value beyond all that was seen, and is the noise louder than it was.
//!
//! A search asks about many episodes of one signal after another, so blocks are summed up from the first one on, and
//! nothing of them is kept beside the signal.

use std::ops::Range;

/// Blocks of a stretch: enough to tell how they differ.
pub(super) const MOST_BLOCKS: usize = 32;
/// Blocks that an assumption is worth: that windows are independent, that noise is normal.
pub(super) const WORTH: f64 = 4.0;

/// Sums of the blocks before each, and of all.
pub(super) type Upto = [f64; MOST_BLOCKS + 1];

/// How a stretch is divided.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Grid {
    /// Windows in a block.
    length: usize,
    pub(super) count: usize,
}

/// What of a stretch is taken for usual: the windows before the episode, and those after it when they are known to be well.
#[derive(Clone, Copy, Debug)]
pub(super) struct Usual {
    pub(super) after: bool,
}

/// Blocks before an episode, in it and after it that are asked.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    pub(super) before: Range<usize>,
    pub(super) inside: Range<usize>,
    pub(super) after: Range<usize>,
}

/// What a range of blocks sums up to.
pub(super) fn sum(upto: &Upto, range: &Range<usize>) -> f64 {
    let at = |block: usize| upto.get(block).copied().unwrap_or_default();
    at(range.end) - at(range.start)
}

impl Grid {
    pub(super) fn new(windows: usize) -> Self {
        let length = windows.div_ceil(MOST_BLOCKS).max(1);
        Self { length, count: windows.div_ceil(length) }
    }

    /// The block of a window.
    pub(super) fn block(self, window: u32) -> usize {
        (window as usize / self.length.max(1)).min(self.count)
    }

    /// The window behind a block.
    pub(super) fn end(self, block: usize) -> u32 {
        ((block + 1) * self.length) as u32
    }

    /// The blocks that windows `from..to` touch.
    pub(super) fn blocks(self, from: usize, to: usize) -> (usize, usize) {
        let length = self.length.max(1);
        let (from, to) = ((from / length).min(self.count), to.div_ceil(length).min(self.count));
        (from, to.max(from))
    }

    /// Around an episode of blocks `from..to`.
    pub(super) fn parts(self, usual: Usual, (from, to): (usize, usize)) -> Parts {
        Parts { before: 0..from, inside: from..to, after: to..if usual.after { self.count } else { to } }
    }
}

/// Chances and events, or points and levels, of the blocks before each.
#[derive(Clone, Debug)]
pub(super) struct Blocks {
    n: Upto,
    sum: Upto,
}

impl Default for Blocks {
    fn default() -> Self {
        Self { n: [0.0; MOST_BLOCKS + 1], sum: [0.0; MOST_BLOCKS + 1] }
    }
}

/// Adds to every block what came before it.
pub(super) fn add_up(of_each: &mut Upto) {
    let mut all = 0.0;
    for block in of_each {
        let own = *block;
        *block = all;
        all += own;
    }
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
    fn square(&self, n: f64, sum: f64) -> Option<f64> {
        let off = sum - n * self.mean;
        (n > 0.0).then(|| if self.unit > 0.0 { off * off / (n * self.unit) } else { 0.0 })
    }
}

impl Blocks {
    /// Of (window, chances or points, events or levels).
    pub(super) fn fill(&mut self, grid: Grid, cells: impl IntoIterator<Item = (u32, f64, f64)>) {
        *self = Self::default();
        for (window, n, sum) in cells {
            let block = grid.block(window);
            self.n[block] += n;
            self.sum[block] += sum;
        }
        // What lies beyond the last block is in none.
        (self.n[grid.count], self.sum[grid.count]) = (0.0, 0.0);
        add_up(&mut self.n);
        add_up(&mut self.sum);
    }

    fn told(&self, range: &Range<usize>) -> (f64, f64) {
        (sum(&self.n, range), sum(&self.sum, range))
    }

    /// How many times the variance of the difference of two means, of the episode and of what is usual, exceeds what
    /// windows tell, at least 1. `unit` is the variance of an event, or of a level, by the mean that holds at the time.
    pub(super) fn unrest(&self, parts: &Parts, unit: impl Fn(f64) -> f64) -> f64 {
        let Parts { before, inside, after } = parts;
        let ((n, sum), (m, more), (k, most)) = (self.told(before), self.told(after), self.told(inside));
        let (outer, inner) = (Around::new(n + m, sum + more, &unit), Around::new(k, most, &unit));
        let (Some(outer), Some(inner)) = (outer, inner) else { return 1.0 };
        let outside = before.len() + after.len();
        // How much a time of so many blocks strays: never less than shorter ones do. What happens inside is no guide.
        let (mut most, mut length) = (1.0_f64, 1);
        let (mut of_outside, mut of_inside) = (1.0, 1.0);
        while length <= outside.max(inside.len()) {
            // Whole runs of that length, counted from the episode's ends: the nearest times say most.
            let earlier = (1..=before.len() / length).map(|at| before.end - at * length);
            let later = (0..after.len() / length).map(|at| after.start + at * length);
            let (mut squares, mut count) = (0.0, 0.0);
            for from in earlier.chain(later) {
                let (n, sum) = self.told(&(from..from + length));
                if let Some(square) = outer.square(n, sum) {
                    squares += square;
                    count += 1.0;
                }
            }
            if count < 2.0 {
                break;
            }
            most = most.max((WORTH + squares) / (WORTH + count - 1.0));
            if length <= outside.max(1) {
                of_outside = most;
            }
            if length <= inside.len().max(1) {
                of_inside = most;
            }
            length *= 2;
        }
        let (outer_error, inner_error) = (outer.unit / outer.n, inner.unit / inner.n);
        (of_outside * outer_error + of_inside * inner_error) / (outer_error + inner_error)
    }
}
