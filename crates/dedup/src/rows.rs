//! Redelivered spans and points: rows that say who they are.

use decant_model::arrow_array::Array as _;
use decant_model::{Metrics, ResourceTable, Spans};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::seen::{Bringer, Seen};

/// What becomes of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    New,
    /// The batch was here before, and brings what it brought.
    Again,
    /// Another batch brought it, or this one twice.
    Double,
}

/// The fates of a batch's rows, whose identities come in their order. `None` is a row without one.
pub(crate) fn fates(
    identities: impl Iterator<Item = Option<u64>>,
    seen: &mut Seen,
    bringer: Bringer,
    is_replay: bool,
) -> Vec<Fate> {
    let fresh = if is_replay { Fate::Again } else { Fate::New };
    identities
        .map(|identity| match identity.and_then(|identity| seen.check(identity, bringer)) {
            None => fresh,
            Some(known) if known.place == bringer.place && known.push != bringer.push => Fate::Again,
            Some(_) => Fate::Double,
        })
        .collect()
}

/// Trace id and span id; spans without a span id have no identity.
pub(crate) fn span(spans: &Spans, row: usize) -> Option<u64> {
    let span = spans.span(row);
    // The name and start are part of it: some exporters reuse ids for the two halves of one call.
    let seed = u64::from_le_bytes(span) ^ (spans.start_unix_nano.value(row) as u64).rotate_left(32);
    let named = xxh3_64_with_seed(spans.name.value(row).as_bytes(), seed);
    (span != [0; 8]).then(|| xxh3_64_with_seed(&spans.trace(row), named))
}

/// Series, time and value. Each part is hashed on top of those before it: short hashes cost less than one that is fed.
pub(crate) fn point(points: &Metrics, resources: &ResourceTable, row: usize) -> u64 {
    let resource = resources.get(points.resource.value(row)).map_or(0, |r| r.id());
    let mut hash = xxh3_64_with_seed(points.name.value(row).as_bytes(), resource);
    for (key, value) in points.attributes.of(row) {
        hash = xxh3_64_with_seed(value.as_bytes(), xxh3_64_with_seed(key.as_bytes(), hash));
    }
    let is_valid = u64::from(points.value.is_valid(row)) | u64::from(points.count.is_valid(row)) << 1;
    let numbers = [
        points.time_unix_nano.value(row).cast_unsigned(),
        points.value.value(row).to_bits(),
        points.count.value(row),
        points.sum.value(row).to_bits(),
        is_valid,
    ];
    let mut bytes = [0; 40];
    for (to, number) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(numbers) {
        *to = number.to_le_bytes();
    }
    xxh3_64_with_seed(&bytes, hash)
}
