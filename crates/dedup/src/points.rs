//! Redelivered metric points: a second row of the same series, time and value.

use decant_model::arrow_array::Array as _;
use decant_model::{Metrics, ResourceTable};
use xxhash_rust::xxh3::Xxh3;

use crate::seen::Seen;

/// Which rows are the first of their identity.
pub(crate) fn first(points: &mut Metrics, resources: &ResourceTable, seen: &mut Seen) -> Vec<bool> {
    (0..points.len()).map(|row| !seen.check(identity(points, resources, row))).collect()
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
