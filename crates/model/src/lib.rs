//! The vocabulary of Decant: what every other crate may name.
//!
//! Telemetry is held in **batches**: one signal, one set of resources, Arrow columns ([`Logs`], [`Spans`], [`Metrics`]).
//! A batch is made once, at decode, and its columns travel unchanged through the lane into Parquet; a stage replaces a
//! column, never a row. What the analysis finds is told in [`Findings`]: plain data, in the words of the field, from
//! which a bundle is packed. Nothing here does I/O, reads a clock or can be serialised: wire forms live at the edges.

mod attributes;
mod batch;
mod columns;
mod edge_stats;
mod findings;
mod logs;
mod metrics;
mod resource;
mod spans;
mod verdicts;

pub use attributes::{Attributes, AttributesBuilder};
pub use batch::{Batch, Position, Rows, Signal};
pub use edge_stats::EdgeStats;
pub use findings::{
    Change, Counts, Evidence, EvidenceKind, Excerpt, ExcerptLine, Findings, HealthyCheck, Incident, IncidentState,
    LogExample, LogPattern, MetricShift, Novelty, Scope, SlotSummary, SpanEdge, Suspect, TopologyEdge, TraceExample,
    TraceSpan, Verdict,
};
pub use logs::{LogRecord, Logs, LogsBuilder, Severity};
pub use metrics::{MetricKind, MetricPoint, Metrics, MetricsBuilder, Temporality};
pub use resource::{Resource, ResourceTable};
pub use spans::{SpanKind, SpanRecord, Spans, SpansBuilder, StatusCode};
pub use verdicts::{ChangeVerdict, Experiment, Outcome, Resilience, Survival};

pub use arrow_array;
