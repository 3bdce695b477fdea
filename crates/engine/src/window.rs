//! Cutting batches to a stretch of time and a service, for questions that name one before anything is learnt.

use decant_model::arrow_array::Array as _;
use decant_model::{Batch, Rows};

/// Which rows are meant; the end is exclusive. Rows without a time are inside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    pub from_unix_nano: Option<i64>,
    pub to_unix_nano: Option<i64>,
}

impl Window {
    /// Whether it leaves nothing out.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.from_unix_nano.is_none() && self.to_unix_nano.is_none()
    }

    fn holds(&self, time: Option<i64>) -> bool {
        time.is_none_or(|t| {
            self.from_unix_nano.is_none_or(|from| t >= from) && self.to_unix_nano.is_none_or(|to| t < to)
        })
    }
}

/// The rows of a batch inside the window, and how many were left out.
#[must_use]
pub fn restrict(batch: Batch, window: Window) -> (Batch, u64) {
    if window.is_open() {
        return (batch, 0);
    }
    let keep: Vec<bool> = match &batch.rows {
        Rows::Logs(rows) => (0..rows.len()).map(|row| window.holds(rows.time(row))).collect(),
        Rows::Metrics(rows) => times(&rows.time_unix_nano).map(|t| window.holds(t)).collect(),
        Rows::Traces(rows) => times(&rows.start_unix_nano).map(|t| window.holds(t)).collect(),
    };
    let left_out = keep.iter().filter(|k| !**k).count() as u64;
    if left_out == 0 {
        return (batch, 0);
    }
    // One flag a row was made just above, so the lengths agree.
    let Ok(rows) = batch.rows.filter(keep) else { return (batch, 0) };
    (Batch { rows, ..batch }, left_out)
}

fn times(column: &decant_model::arrow_array::Int64Array) -> impl Iterator<Item = Option<i64>> {
    (0..column.len()).map(|row| column.is_valid(row).then(|| column.value(row)))
}
