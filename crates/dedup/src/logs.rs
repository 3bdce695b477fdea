//! Repeats among log rows: marks, in the order in which they came.

use decant_model::arrow_array::BooleanArray;
use decant_model::{Logs, ResourceTable};

use crate::config::{Config, Mode};
use crate::keys::Keys;
use crate::seen::{Bringer, Seen};

/// What was seen of log rows.
#[derive(Debug)]
pub(crate) struct Marker {
    exact: Seen,
    near: Seen,
}

/// What one batch's rows were found to be.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    pub(crate) repeat: Vec<bool>,
    pub(crate) near_repeat: Vec<bool>,
    /// Rows of one key are repeats of each other, of the kind that the mode says.
    pub(crate) keys: Vec<u64>,
}

impl Marker {
    pub(crate) fn new(max_keys: usize) -> Self {
        Self { exact: Seen::new(max_keys), near: Seen::new(max_keys) }
    }

    pub(crate) fn evicted(&self) -> u64 {
        self.exact.evicted() + self.near.evicted()
    }

    /// Fills the columns.
    pub(crate) fn mark(
        &mut self,
        logs: &mut Logs,
        resources: &ResourceTable,
        config: &Config,
        bringer: Bringer,
    ) -> Marks {
        let rows = logs.len();
        let keys = Keys::new(logs, resources, config);
        let near_mode = config.mode == Mode::Near;
        let mut marks =
            Marks { repeat: Vec::with_capacity(rows), near_repeat: vec![false; rows], keys: Vec::with_capacity(rows) };
        // What the same batch brought before, it brings again as it did: its first occurrences are first ones.
        let came_before =
            |known: Option<Bringer>| known.is_some_and(|k| k.place != bringer.place || k.push == bringer.push);
        for row in 0..rows {
            let near = keys.near(row);
            let exact = keys.exact(row, near);
            let is_repeat = came_before(self.exact.check(exact, bringer));
            marks.repeat.push(is_repeat);
            if near_mode {
                let is_near = came_before(self.near.check(near, bringer));
                if let Some(mark) = marks.near_repeat.get_mut(row) {
                    *mark = is_near && !is_repeat;
                }
            }
            marks.keys.push(if near_mode { near } else { exact });
        }
        logs.repeat = BooleanArray::from(marks.repeat.clone());
        logs.near_repeat = BooleanArray::from(marks.near_repeat.clone());
        marks
    }
}
