//! The policy `repeats: drop`: equal rows of a batch become one, which says how many they were and until when.
//!
//! It works within a batch, so that what is stored of a batch is a function of the batch: it is durable with it, a
//! replay overwrites it, and no count waits in memory for its window to end. [`unfold`] goes the other way, for whoever
//! counts rows.

use std::collections::HashMap;

use decant_model::arrow_array::{Array as _, BooleanArray, Int64Array, UInt32Array};
use decant_model::{Batch, Logs, Rows};
use foldhash::fast::FixedState;

use crate::logs::Marks;

/// Rows of one unfolded batch.
const ROWS_MAX: usize = 65_536;
/// No batch that is taken in has more rows; a row of a damaged store that says so is taken for this many.
const FOLDED_MAX: u32 = 1 << 24;

/// Rows that a fold took away.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Gone {
    pub(crate) rows: u64,
    /// Those of them that were near repeats.
    pub(crate) near_repeats: u64,
}

/// Rows that become one.
struct Group {
    /// The earliest of them.
    row: usize,
    records: u64,
    until: Option<i64>,
    /// All of them are.
    repeat: bool,
    near_repeat: bool,
}

/// The batch with one row for each key; events are no repeats of each other and stay. With `keep_last` the last row stays
/// too: where rows are messages, it tells how far the batch reaches.
pub(crate) fn fold(batch: &mut Batch, marks: &Marks, keep_last: bool) -> Gone {
    let Rows::Logs(logs) = &batch.rows else { return Gone::default() };
    let (groups, rows) = (groups(logs, marks, keep_last), logs.len());
    if groups.len() == rows {
        return Gone::default();
    }
    let near_repeats = logs.near_repeat.true_count();
    let mut kept: Vec<Group> = groups;
    kept.sort_unstable_by_key(|group| group.row);
    let mut keep = vec![false; rows];
    for group in &kept {
        if let Some(keep) = keep.get_mut(group.row) {
            *keep = true;
        }
    }
    // One flag a row was made from the columns themselves, so the lengths agree.
    let Ok(Rows::Logs(mut left)) = batch.rows.filter(keep) else { return Gone::default() };
    left.repeat = kept.iter().map(|g| Some(g.repeat)).collect::<BooleanArray>();
    left.near_repeat = kept.iter().map(|g| Some(g.near_repeat)).collect::<BooleanArray>();
    let further = |group: &Group| u32::try_from(group.records - 1).unwrap_or(u32::MAX);
    left.folded = UInt32Array::from_iter_values(kept.iter().map(further));
    left.folded_until_unix_nano = kept.iter().map(|g| g.until.filter(|_| g.records > 1)).collect::<Int64Array>();
    let near_repeats = near_repeats.saturating_sub(left.near_repeat.true_count()) as u64;
    let gone = Gone { rows: (rows - left.len()) as u64, near_repeats };
    batch.rows = Rows::Logs(left);
    gone
}

fn groups(logs: &Logs, marks: &Marks, keep_last: bool) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut known: HashMap<u64, usize, FixedState> = HashMap::default();
    for (row, &key) in marks.keys.iter().enumerate() {
        let time = logs.time(row);
        let (repeat, near_repeat) = (logs.repeat.value(row), logs.near_repeat.value(row));
        let new = Group { row, records: 1, until: time, repeat, near_repeat };
        if logs.event_name.is_valid(row) || (keep_last && row + 1 == logs.len()) {
            groups.push(new);
            continue;
        }
        let at = *known.entry(key).or_insert(groups.len());
        match groups.get_mut(at) {
            None => groups.push(new),
            Some(group) => {
                if time < logs.time(group.row) {
                    group.row = row;
                }
                group.records += 1;
                group.until = group.until.max(time);
                // The first one is among them: then the row stands for it. Else it is a near repeat if one of them is none
                // that is exact.
                let first = !(group.repeat || group.near_repeat) || !(repeat || near_repeat);
                group.near_repeat = !first && (group.near_repeat || near_repeat);
                group.repeat = !first && !group.near_repeat;
            }
        }
    }
    groups
}

/// A batch's rows with those that they stand for: as many as came in, in batches of bounded size. Where a row stands for
/// several, the first and the last have their own times and the others are spread evenly between them.
#[must_use]
pub fn unfold(batch: Batch) -> Vec<Batch> {
    let Rows::Logs(logs) = &batch.rows else { return vec![batch] };
    if logs.folded.values().iter().all(|&further| further == 0) {
        return vec![batch];
    }
    let mut out = Vec::new();
    let (mut rows, mut times) = (Vec::new(), Vec::new());
    let mut flush = |rows: &mut Vec<u32>, times: &mut Vec<Option<i64>>| {
        let (rows, times) = (std::mem::take(rows), std::mem::take(times));
        let folded = rows.len();
        // The numbers are those of rows.
        if let Ok(Rows::Logs(mut unfolded)) = batch.rows.take(rows) {
            unfolded.time_unix_nano = Int64Array::from(times);
            unfolded.folded = UInt32Array::from(vec![0; folded]);
            unfolded.folded_until_unix_nano = Int64Array::new_null(folded);
            out.push(Batch { rows: Rows::Logs(unfolded), ..batch.clone() });
        }
    };
    for row in 0..logs.len() {
        let further = i64::from(logs.folded.value(row).min(FOLDED_MAX));
        let own = logs.time_unix_nano.is_valid(row).then(|| logs.time_unix_nano.value(row));
        let first = logs.time(row);
        let until = logs.folded_until_unix_nano.is_valid(row).then(|| logs.folded_until_unix_nano.value(row));
        for at in 0..=further {
            rows.push(row as u32);
            times.push(match (first, until) {
                (Some(first), Some(until)) if at > 0 => Some(between(first, until, at, further)),
                _ => own,
            });
            if rows.len() >= ROWS_MAX {
                flush(&mut rows, &mut times);
            }
        }
    }
    if !rows.is_empty() {
        flush(&mut rows, &mut times);
    }
    out
}

fn between(first: i64, until: i64, at: i64, of: i64) -> i64 {
    let offset = (i128::from(until) - i128::from(first)) * i128::from(at) / i128::from(of.max(1));
    i64::try_from(i128::from(first) + offset).unwrap_or(until)
}
