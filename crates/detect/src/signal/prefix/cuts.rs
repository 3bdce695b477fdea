//! Some episodes of a stretch, and the windows at which signals are summed up for them.

use crate::signal::blocks::Grid;

/// An episode, by its cuts, by its windows and by its blocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inside {
    pub(crate) cuts: (usize, usize),
    pub(crate) windows: (usize, usize),
    pub(super) blocks: (usize, usize),
    /// Of the time before, what the regime in which it begins does not know: sums up to the so manieth regime, and blocks.
    pub(super) gone: (usize, usize),
}

/// Windows at which some episodes begin and end.
#[derive(Clone, Debug)]
pub(crate) struct Cuts {
    /// In order.
    pub(super) windows: Vec<usize>,
    pub(crate) episodes: Vec<Inside>,
    pub(super) grid: Grid,
}

impl Cuts {
    /// Of episodes in a stretch of so many windows.
    pub(crate) fn new(episodes: impl Iterator<Item = (usize, usize)> + Clone, windows: usize) -> Self {
        let mut cuts: Vec<usize> = episodes.clone().flat_map(|(from, to)| [from, to]).collect();
        cuts.sort_unstable();
        cuts.dedup();
        let at = |window: usize| cuts.partition_point(|cut| *cut < window);
        let grid = Grid::new(windows);
        let inside = |(from, to)| Inside {
            cuts: (at(from), at(to)),
            windows: (from, to),
            blocks: grid.blocks(from, to),
            gone: (0, 0),
        };
        let episodes = episodes.map(inside).collect();
        Self { windows: cuts, episodes, grid }
    }
}
