//! The store itself: one process, one appender at a time, any number of readers.
//!
//! All methods block on the disk; a program with an event loop calls them on a thread of their own. Readers take a
//! [`Snapshot`] and are in nobody's way; writers ([`append`](Store::append), [`retain`](Store::retain), the end of a
//! [`compact`](Store::compact)) queue for one lock.

mod append;
mod recovery;
mod upkeep;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use decant_model::Signal;

use crate::config::StoreConfig;
use crate::lock::Lock;
use crate::manifest::{Manifest, View};
use crate::metrics::Metrics;
use crate::scan::{Scan, ScanRequest, Snapshot};
use crate::{SegmentId, StoreError, secret};

/// An open store.
#[derive(Debug)]
pub struct Store {
    root: PathBuf,
    config: StoreConfig,
    writer: Mutex<Writer>,
    view: RwLock<Arc<View>>,
    metrics: Arc<Metrics>,
    /// One merge at a time; segments that could not be read are set aside.
    merging: Mutex<BTreeSet<SegmentId>>,
    /// Held as long as the store is open.
    _lock: Lock,
}

#[derive(Debug)]
struct Writer {
    manifest: Manifest,
    next_segment: u64,
}

/// What [`Store::open`] found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// There was no store here before.
    pub is_new: bool,
    pub segments: u64,
    pub rows: u64,
    pub bytes: u64,
    /// Files of a run that ended in the middle; their rows were acknowledged to nobody.
    pub leftovers_removed: u64,
    /// Of a last manifest line that was cut off.
    pub torn_bytes: u64,
    /// Segments whose file is missing or has another size than it was written with: reading them will fail.
    pub segments_damaged: u64,
}

/// What [`Store::append`] made durable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Appended {
    pub segments: u64,
    pub rows: u64,
    pub bytes: u64,
    /// Older rows whose place the new ones took.
    pub rows_superseded: u64,
}

/// How much is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub logs: SignalSummary,
    pub metrics: SignalSummary,
    pub traces: SignalSummary,
}

/// How much of one signal is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SignalSummary {
    pub segments: u64,
    pub rows: u64,
    pub bytes: u64,
    /// Earliest and latest time of a row; `None` when no row has one.
    pub oldest_unix_nano: Option<i64>,
    pub newest_unix_nano: Option<i64>,
}

impl Summary {
    #[must_use]
    pub fn of(&self, signal: Signal) -> SignalSummary {
        match signal {
            Signal::Logs => self.logs,
            Signal::Metrics => self.metrics,
            Signal::Traces => self.traces,
        }
    }

    /// Of all signals together.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.logs.bytes + self.metrics.bytes + self.traces.bytes
    }
}

impl Store {
    /// Opens the store in a folder, or makes one there.
    ///
    /// # Errors
    /// Another process has it open, a newer build wrote it, its manifest is damaged, or the disk fails.
    pub fn open(root: &Path, config: StoreConfig) -> Result<(Self, Recovered), StoreError> {
        recovery::open(root, config)
    }

    /// What the store holds now.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot { view: self.view(), metrics: self.metrics.clone() }
    }

    /// [`Snapshot::scan`] on the present moment.
    #[must_use]
    pub fn scan(&self, request: &ScanRequest) -> Scan {
        self.snapshot().scan(request)
    }

    #[must_use]
    pub fn summary(&self) -> Summary {
        let view = self.view();
        let of = |signal: Signal| {
            let mut summary = SignalSummary::default();
            for segment in view.segments.values().map(|entry| &entry.segment).filter(|s| s.signal == signal) {
                summary.segments += 1;
                summary.rows += segment.live_rows();
                summary.bytes += segment.bytes;
                summary.oldest_unix_nano =
                    [summary.oldest_unix_nano, segment.from_unix_nano].into_iter().flatten().min();
                summary.newest_unix_nano = summary.newest_unix_nano.max(segment.to_unix_nano);
            }
            summary
        };
        Summary { logs: of(Signal::Logs), metrics: of(Signal::Metrics), traces: of(Signal::Traces) }
    }

    /// A secret of this store, such as the key of its pseudonyms: made by `random` the first time, the same ever after.
    /// Only the store's owner may read its file.
    ///
    /// # Errors
    /// The name is not of lower-case letters, digits and hyphens, or the file cannot be read or written.
    pub fn secret_or_insert(&self, name: &str, random: impl FnOnce() -> [u8; 32]) -> Result<[u8; 32], StoreError> {
        let _one_at_a_time = self.writer();
        secret::get_or_insert(&self.root, name, random)
    }

    /// Counters since the store was opened.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Appends the counters and the sizes of now.
    pub fn write_prometheus(&self, out: &mut String) {
        self.metrics.write_prometheus(out);
        self.metrics.write_summary(&self.summary(), out);
    }

    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn view(&self) -> Arc<View> {
        self.view.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn show(&self, view: View) {
        *self.view.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(view);
    }

    /// A writer that panicked left nothing half done: the manifest's line is the one moment that counts.
    fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Writer {
    fn new_segment(&mut self) -> u64 {
        let id = self.next_segment;
        self.next_segment += 1;
        id
    }
}
