//! Which segments to merge: many small files make every reading slow.
//!
//! Segments of one signal are of a tier by their bytes (below 256 KiB, 4 MiB, 64 MiB; larger ones are left alone). When a
//! tier has [`RUN`] segments, its first ones in the order of their places become one of the next tier, so a row is
//! rewritten at most three times, and a store with an append a second has some dozens of small files, not thousands.
//! Neighbours in time are merged with each other, so a merged segment's window stays narrow.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use decant_model::Signal;

use crate::manifest::{Entry, View};
use crate::segment::SegmentId;

/// Segments that make a merge worth its while.
pub(crate) const RUN: usize = 16;
/// Segments that are merged at once at most: after a long pause there are more than a run.
const RUN_MAX: usize = 128;
/// Bytes that are merged at once at most.
const MERGED_MAX_BYTES: u64 = 256 << 20;
/// Upper ends of the tiers.
const TIERS_BYTES: [u64; 3] = [256 << 10, 4 << 20, 64 << 20];

/// What a merge did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compacted {
    /// Segments that were merged into one.
    pub segments_merged: u64,
    pub rows: u64,
    pub bytes_before: u64,
    pub bytes_after: u64,
}

/// The next segments to merge, in the order of their places: of the signal and tier with the most of them, so that none
/// waits behind a busier one for ever. `None`: there is nothing to do.
pub(crate) fn next_run(view: &View, set_aside: &BTreeSet<SegmentId>) -> Option<Vec<Arc<Entry>>> {
    let mut tiers: BTreeMap<(Signal, usize), Vec<Arc<Entry>>> = BTreeMap::new();
    for signal in Signal::ALL {
        for entry in view.of(signal).into_iter().filter(|entry| !set_aside.contains(&entry.segment.id)) {
            if let Some(tier) = TIERS_BYTES.iter().position(|&max| entry.segment.bytes < max) {
                tiers.entry((signal, tier)).or_default().push(entry);
            }
        }
    }
    tiers.into_values().filter(|tier| tier.len() >= RUN).max_by_key(Vec::len).map(first_of_tier)
}

/// As many as make a segment of a size that is good to read.
fn first_of_tier(tier: Vec<Arc<Entry>>) -> Vec<Arc<Entry>> {
    let mut bytes = 0;
    let fits = |entry: &Arc<Entry>| {
        bytes += entry.segment.bytes;
        bytes <= MERGED_MAX_BYTES
    };
    tier.into_iter().take(RUN_MAX).take_while(fits).collect()
}
