//! Redelivered metric points: a second row of the same series, time and value.

use decant_model::arrow_array::{Array as _, BooleanArray};
use decant_model::{Metrics, ResourceTable};
use xxhash_rust::xxh3::Xxh3;

use crate::seen::Seen;

/// Removes the redelivered rows; returns how many.
pub(crate) fn remove_redelivered(points: &mut Metrics, resources: &ResourceTable, seen: &mut Seen) -> u64 {
    let keep: Vec<bool> = (0..points.len()).map(|row| !seen.check(identity(points, resources, row))).collect();
    let removed = keep.iter().filter(|k| !**k).count() as u64;
    if removed > 0
        && let Ok(batch) = points.to_record_batch()
        && let Ok(batch) = arrow_select::filter::filter_record_batch(&batch, &BooleanArray::from(keep))
        && let Ok(kept) = Metrics::from_record_batch(&batch)
    {
        *points = kept;
        return removed;
    }
    0
}

fn identity(points: &Metrics, resources: &ResourceTable, row: usize) -> u64 {
    let mut hash = Xxh3::new();
    let resource = resources.get(points.resource.value(row)).map_or(0, |r| r.id());
    hash.update(&resource.to_le_bytes());
    hash.update(points.name.value(row).as_bytes());
    hash.update(&points.time_unix_nano.value(row).to_le_bytes());
    for (key, value) in points.attributes.of(row) {
        hash.update(key.as_bytes());
        hash.update(&[0xff]);
        hash.update(value.as_bytes());
        hash.update(&[0xfe]);
    }
    hash.update(&points.value.value(row).to_bits().to_le_bytes());
    hash.update(&[u8::from(points.value.is_valid(row)), u8::from(points.count.is_valid(row))]);
    hash.update(&points.count.value(row).to_le_bytes());
    hash.update(&points.sum.value(row).to_bits().to_le_bytes());
    hash.digest()
}
