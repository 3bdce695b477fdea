//! Repeats among log rows: same resource, severity, shape and body in one event-time window. Rows without a time share
//! one window, since all that is known of them is that they belong together.

use decant_model::arrow_array::BooleanArray;
use decant_model::{Logs, ResourceTable};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::seen::Seen;

/// Fills the `repeat` column; returns how many rows are marked.
pub(crate) fn mark(logs: &mut Logs, resources: &ResourceTable, window_ms: i64, seen: &mut Seen) -> u64 {
    let ids: Vec<u64> = resources.iter().map(|r| r.id()).collect();
    let window_ns = window_ms.max(1).saturating_mul(1_000_000);
    let mut repeats = 0;
    let marks: Vec<bool> = (0..logs.len())
        .map(|row| {
            let resource = ids.get(logs.resource.value(row) as usize).copied().unwrap_or_default();
            let window = logs.time(row).map_or(i64::MIN, |t| t.div_euclid(window_ns));
            let seed = resource
                .rotate_left(17)
                .wrapping_add(logs.shape_id.value(row))
                .rotate_left(17)
                .wrapping_add(window as u64)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .wrapping_add(u64::from(logs.severity(row).0));
            let known = seen.check(xxh3_64_with_seed(logs.body.value(row).as_bytes(), seed));
            repeats += u64::from(known);
            known
        })
        .collect();
    logs.repeat = BooleanArray::from(marks);
    repeats
}
