//! What has to go: segments written too long ago, then the longest written while there are too many bytes.
//!
//! Age counts from when a segment was written, not from the times in its rows: a replayed capture of last year stays as
//! long as what arrived with it, and a clock that runs ahead keeps nothing for ever. Deletion honours snapshots: a file
//! goes with its last reader.

use crate::config::StoreConfig;
use crate::manifest::View;
use crate::segment::{Segment, SegmentId};

/// What was deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retained {
    pub segments_expired: u64,
    pub rows_expired: u64,
    pub bytes_expired: u64,
}

impl Retained {
    pub(crate) fn of<'a>(segments: impl Iterator<Item = &'a Segment>) -> Self {
        segments.fold(Self::default(), |sum, segment| Self {
            segments_expired: sum.segments_expired + 1,
            rows_expired: sum.rows_expired + segment.live_rows(),
            bytes_expired: sum.bytes_expired + segment.bytes,
        })
    }
}

/// The segments that have to go, the longest written first.
pub(crate) fn expired(view: &View, config: &StoreConfig, now_unix_nano: i64) -> Vec<SegmentId> {
    let mut segments: Vec<&Segment> = view.segments.values().map(|entry| &entry.segment).collect();
    segments.sort_by_key(|segment| (segment.written_unix_nano, segment.id));
    let max_age = config.max_age.and_then(|age| i64::try_from(age.as_nanos()).ok());
    let oldest = max_age.map(|age| now_unix_nano.saturating_sub(age));
    let mut bytes: u64 = segments.iter().map(|segment| segment.bytes).sum();
    let mut out = Vec::new();
    for segment in segments {
        let too_old = oldest.is_some_and(|oldest| segment.written_unix_nano < oldest);
        let too_much = config.max_bytes.is_some_and(|max| bytes > max);
        if !too_old && !too_much {
            break;
        }
        bytes -= segment.bytes;
        out.push(segment.id);
    }
    out
}
