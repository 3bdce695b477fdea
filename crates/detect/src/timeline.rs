//! Something counted per event-time window, sparse and sorted: as [`crate::windows::Windows`], for any cell.

/// (window, cell), sorted by window. Windows are numbers from 1970 on; there are millions of cells, so they take half the
/// room that they have elsewhere.
#[derive(Clone, Debug)]
pub(crate) struct Timeline<T> {
    cells: Vec<(u32, T)>,
}

/// Makes room for one more, by a quarter where there is none: doubling would waste half of a history's memory.
pub(crate) fn grow<T>(list: &mut Vec<T>) {
    if list.len() == list.capacity() {
        list.reserve_exact(list.len() / 4 + 4);
    }
}

/// A window as it is kept. Times lie between 1970 and 2116, and windows of a second end in 2106.
pub(crate) fn short(window: i64) -> u32 {
    u32::try_from(window.max(0)).unwrap_or(u32::MAX)
}

impl<T> Default for Timeline<T> {
    fn default() -> Self {
        Self { cells: Vec::new() }
    }
}

impl<T: Default> Timeline<T> {
    /// The cell of a window, made when there is none.
    pub(crate) fn at(&mut self, window: impl Into<i64>) -> &mut T {
        let window = short(window.into());
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
            merge(self.at(i64::from(window).div_euclid(factor)), cell);
        }
    }

    /// Cells in `from..to`.
    pub(crate) fn range(&self, from: i64, to: i64) -> &[(u32, T)] {
        let start = self.cells.partition_point(|(w, _)| i64::from(*w) < from);
        let end = self.cells.partition_point(|(w, _)| i64::from(*w) < to).max(start);
        &self.cells[start..end]
    }

    pub(crate) fn cells(&self) -> &[(u32, T)] {
        &self.cells
    }

    /// Forgets all but the windows `from..to`.
    pub(crate) fn keep(&mut self, from: i64, to: i64) {
        self.cells.truncate(self.cells.partition_point(|(w, _)| i64::from(*w) < to));
        self.cells.drain(..self.cells.partition_point(|(w, _)| i64::from(*w) < from));
    }

    /// What is of a window or newer, replaced.
    pub(crate) fn replace_from(&mut self, window: i64, cells: Vec<(u32, T)>) {
        self.cells.truncate(self.cells.partition_point(|(w, _)| i64::from(*w) < window));
        self.cells.extend(cells);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }
}
