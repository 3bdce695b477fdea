//! The fingerprint of a log batch: all its columns in one hash, a few gigabytes a second.
//!
//! A row alone cannot say whether it is a repeat or a redelivery: clocks of a millisecond give two equal lines of a tight
//! loop one time. Several rows that come again with the same times in the same order, or one whose clock is finer, are
//! the same delivery. Where there is no telling there is no fingerprint: better counted twice than lost.

use decant_model::arrow_array::{
    Array, ArrowPrimitiveType, FixedSizeBinaryArray, Int64Array, PrimitiveArray, StringArray,
};
use decant_model::{Batch, Logs};
use xxhash_rust::xxh3::Xxh3;

/// The tick of coarse clocks.
const MILLISECOND: i64 = 1_000_000;

/// `None` when no row has a time, or a single row none that is finer than a millisecond.
pub(crate) fn of(batch: &Batch, logs: &Logs) -> Option<u64> {
    let times = [&logs.time_unix_nano, &logs.observed_time_unix_nano];
    let told = |array: &&Int64Array| match batch.len() {
        1 => array.iter().flatten().any(|time| time % MILLISECOND != 0),
        _ => array.null_count() < array.len(),
    };
    if !times.iter().any(told) {
        return None;
    }
    let mut hash = Xxh3::new();
    hash.update(batch.position.source.as_bytes());
    hash.update(&batch.position.partition.to_le_bytes());
    for resource in batch.resources.iter() {
        hash.update(&resource.id().to_le_bytes());
    }
    numbers(&mut hash, &logs.resource);
    numbers(&mut hash, &logs.time_unix_nano);
    numbers(&mut hash, &logs.observed_time_unix_nano);
    numbers(&mut hash, &logs.severity_number);
    numbers(&mut hash, &logs.ordinal);
    text(&mut hash, &logs.event_name);
    text(&mut hash, &logs.body);
    ids(&mut hash, &logs.trace_id);
    ids(&mut hash, &logs.span_id);
    let (offsets, keys, values) = logs.attributes.columns();
    hash.update(offsets.inner().inner().as_slice());
    text(&mut hash, keys);
    text(&mut hash, values);
    Some(hash.digest())
}

fn frame(hash: &mut Xxh3, array: &dyn Array) {
    hash.update(&(array.len() as u64).to_le_bytes());
    hash.update(&(array.null_count() as u64).to_le_bytes());
}

fn numbers<T: ArrowPrimitiveType>(hash: &mut Xxh3, array: &PrimitiveArray<T>) {
    frame(hash, array);
    hash.update(array.values().inner().as_slice());
}

fn text(hash: &mut Xxh3, array: &StringArray) {
    frame(hash, array);
    hash.update(array.offsets().inner().inner().as_slice());
    hash.update(array.value_data());
}

fn ids(hash: &mut Xxh3, array: &FixedSizeBinaryArray) {
    frame(hash, array);
    hash.update(array.value_data());
}
