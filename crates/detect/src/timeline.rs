//! Something counted per event-time window, sparse and sorted: as [`crate::windows::Windows`], for any cell.

/// (window, cell), sorted by window.
#[derive(Clone, Debug)]
pub(crate) struct Timeline<T> {
    cells: Vec<(i64, T)>,
}

/// Makes room for one more, by a quarter where there is none: doubling would waste half of a history's memory.
pub(crate) fn grow<T>(list: &mut Vec<T>) {
    if list.len() == list.capacity() {
        list.reserve_exact(list.len() / 4 + 4);
    }
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
                    grow(&mut self.cells);
                    self.cells.insert(at, (window, T::default()));
                    at
                }
            },
            _ => {
                grow(&mut self.cells);
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

    /// Forgets all but the windows `from..to`.
    pub(crate) fn keep(&mut self, from: i64, to: i64) {
        self.cells.truncate(self.cells.partition_point(|(w, _)| *w < to));
        self.cells.drain(..self.cells.partition_point(|(w, _)| *w < from));
    }

    /// What is of a window or newer, replaced.
    pub(crate) fn replace_from(&mut self, window: i64, cells: Vec<(i64, T)>) {
        self.cells.truncate(self.cells.partition_point(|(w, _)| *w < window));
        self.cells.extend(cells);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }
}
