//! Something counted per event-time window, sparse and sorted: as [`crate::windows::Windows`], for any cell.

/// (window, cell), sorted by window.
#[derive(Clone, Debug)]
pub(crate) struct Timeline<T> {
    cells: Vec<(i64, T)>,
}

impl<T> Default for Timeline<T> {
    fn default() -> Self {
        Self { cells: Vec::new() }
    }
}

impl<T: Default> Timeline<T> {
    /// The cell of a window, made when there is none.
    pub(crate) fn at(&mut self, window: i64) -> &mut T {
        let at = match self.cells.last() {
            Some((last, _)) if *last == window => self.cells.len() - 1,
            Some((last, _)) if *last > window => match self.cells.binary_search_by_key(&window, |(w, _)| *w) {
                Ok(at) => at,
                Err(at) => {
                    self.cells.insert(at, (window, T::default()));
                    at
                }
            },
            _ => {
                self.cells.push((window, T::default()));
                self.cells.len() - 1
            }
        };
        &mut self.cells[at].1
    }

    pub(crate) fn merge_with(&mut self, other: Self, mut merge: impl FnMut(&mut T, T)) {
        for (window, cell) in other.cells {
            merge(self.at(window), cell);
        }
    }

    /// Makes each window `factor` times as long.
    pub(crate) fn coarsen(&mut self, factor: i64, merge: impl Fn(&mut T, T)) {
        for (window, cell) in std::mem::take(&mut self.cells) {
            merge(self.at(window.div_euclid(factor)), cell);
        }
    }

    /// Cells in `from..to`.
    pub(crate) fn range(&self, from: i64, to: i64) -> &[(i64, T)] {
        let start = self.cells.partition_point(|(w, _)| *w < from);
        let end = self.cells.partition_point(|(w, _)| *w < to).max(start);
        &self.cells[start..end]
    }

    pub(crate) fn cells(&self) -> &[(i64, T)] {
        &self.cells
    }

    pub(crate) fn forget_before(&mut self, window: i64) {
        let end = self.cells.partition_point(|(w, _)| *w < window);
        self.cells.drain(..end);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }
}
