//! What the store counts; in the text format of <https://prometheus.io/docs/instrumenting/exposition_formats/>.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use decant_model::Signal;

use crate::store::{SignalSummary, Summary};

/// Counters of one store since it was opened.
#[derive(Debug, Default)]
pub struct Metrics {
    pub(crate) appends: AtomicU64,
    pub(crate) append_failures: AtomicU64,
    pub(crate) rows_written: AtomicU64,
    pub(crate) bytes_written: AtomicU64,
    pub(crate) segments_written: AtomicU64,
    pub(crate) rows_superseded: AtomicU64,
    pub(crate) segments_expired: AtomicU64,
    pub(crate) rows_expired: AtomicU64,
    pub(crate) bytes_expired: AtomicU64,
    pub(crate) leftovers_removed: AtomicU64,
    pub(crate) segments_read: AtomicU64,
    pub(crate) segments_unreadable: AtomicU64,
    pub(crate) resources_missing: AtomicU64,
    pub(crate) append_micros: AtomicU64,
    pub(crate) segments_merged: AtomicU64,
    pub(crate) bytes_merged: AtomicU64,
}

impl Metrics {
    fn all(&self) -> [(&'static str, &'static str, &AtomicU64); 16] {
        [
            ("appends_total", "Groups of batches made durable.", &self.appends),
            ("append_failures_total", "Groups of batches that could not be made durable.", &self.append_failures),
            ("rows_written_total", "Rows made durable.", &self.rows_written),
            ("bytes_written_total", "Bytes of segment files written.", &self.bytes_written),
            ("segments_written_total", "Segment files written.", &self.segments_written),
            ("rows_superseded_total", "Rows replaced by a replay of their position.", &self.rows_superseded),
            ("segments_expired_total", "Segments deleted by retention.", &self.segments_expired),
            ("rows_expired_total", "Rows deleted by retention.", &self.rows_expired),
            ("bytes_expired_total", "Bytes deleted by retention.", &self.bytes_expired),
            ("leftovers_removed_total", "Files of a crashed run that were removed.", &self.leftovers_removed),
            ("segments_read_total", "Segment files opened to answer a question.", &self.segments_read),
            ("segments_unreadable_total", "Segment files that could not be read.", &self.segments_unreadable),
            ("resources_missing_total", "Rows read whose resource is not in the table.", &self.resources_missing),
            ("append_microseconds_total", "Time spent in making groups durable.", &self.append_micros),
            ("segments_merged_total", "Small segments that became part of a larger one.", &self.segments_merged),
            ("bytes_merged_total", "Bytes written by merging.", &self.bytes_merged),
        ]
    }

    /// One counter by its name without prefix and `_total`; `None` when there is no such counter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<u64> {
        let found = self.all().into_iter().find(|(n, _, _)| n.strip_suffix("_total") == Some(name))?;
        Some(found.2.load(Relaxed))
    }

    /// Appends all counters.
    pub fn write_prometheus(&self, out: &mut String) {
        for (name, help, counter) in self.all() {
            let value = counter.load(Relaxed);
            // Writing to a string does not fail.
            writeln!(
                out,
                "# HELP decant_store_{name} {help}\n# TYPE decant_store_{name} counter\ndecant_store_{name} {value}"
            )
            .ok();
        }
    }

    pub(crate) fn write_summary(&self, summary: &Summary, out: &mut String) {
        let gauges = [
            ("segments", "Segments now.", (|s| s.segments) as fn(&SignalSummary) -> u64),
            ("rows", "Rows now.", |s| s.rows),
            ("bytes", "Bytes of segment files now.", |s| s.bytes),
        ];
        for (name, help, of) in gauges {
            writeln!(out, "# HELP decant_store_{name} {help}\n# TYPE decant_store_{name} gauge").ok();
            for signal in Signal::ALL {
                let value = of(&summary.of(signal));
                writeln!(out, "decant_store_{name}{{signal=\"{}\"}} {value}", signal.as_str()).ok();
            }
        }
    }
}

pub(crate) fn add(counter: &AtomicU64, n: usize) {
    counter.fetch_add(n as u64, Relaxed);
}
