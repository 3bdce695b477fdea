//! What is kept of a span until its trace is joined, and of a log record that names its trace.

use decant_model::SpanKind;

/// A span without its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stub {
    pub(crate) trace: [u8; 16],
    pub(crate) start: i64,
    pub(crate) end: i64,
    pub(crate) span: u64,
    /// 0 for a root.
    pub(crate) parent: u64,
    pub(crate) service: u64,
    pub(crate) operation: u64,
    /// Peer named by the span's attributes, 0 if none.
    pub(crate) peer: u64,
    /// Status message or exception, 0 if none.
    pub(crate) note: u64,
    pub(crate) kind: SpanKind,
    pub(crate) error: bool,
    /// The peer is a database.
    pub(crate) database: bool,
}

impl Stub {
    pub(crate) fn duration_ms(&self) -> f64 {
        (self.end.saturating_sub(self.start)).max(0) as f64 / 1e6
    }
}

/// A template of a service seen in a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Sighting {
    pub(crate) trace: [u8; 16],
    /// 0 when the record names none.
    pub(crate) span: u64,
    pub(crate) service: u64,
    pub(crate) shape: u64,
    pub(crate) time: i64,
}
