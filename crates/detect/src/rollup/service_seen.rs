//! When a service was heard of, signal by signal, and in which versions.

use std::collections::BTreeMap;

use crate::windows::Windows;

/// Records of a service by window and signal.
#[derive(Clone, Debug, Default)]
pub(crate) struct ServiceSeen {
    pub(crate) name: u64,
    pub(crate) logs: Windows,
    pub(crate) spans: Windows,
    pub(crate) points: Windows,
    /// Log records without a time.
    pub(crate) timeless: u64,
    /// First time that a `service.version` was told, by the id of its text.
    pub(crate) versions: BTreeMap<u64, i64>,
    /// Records stamped far from when they were observed: sum of the offsets in milliseconds, and how many.
    pub(crate) offset_ms: i64,
    pub(crate) offset_records: u64,
}

/// Versions remembered of a service.
const MAX_VERSIONS: usize = 16;

impl ServiceSeen {
    pub(crate) fn version(&mut self, version: u64, time: i64) {
        if let Some(first) = self.versions.get_mut(&version) {
            *first = time.min(*first);
        } else if self.versions.len() < MAX_VERSIONS {
            self.versions.insert(version, time);
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.logs.merge(&other.logs);
        self.spans.merge(&other.spans);
        self.points.merge(&other.points);
        self.timeless += other.timeless;
        for (version, time) in other.versions {
            self.version(version, time);
        }
        self.offset_ms = self.offset_ms.saturating_add(other.offset_ms);
        self.offset_records += other.offset_records;
    }
}
