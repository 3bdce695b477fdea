//! What the analysis found, as plain data: the material of which a bundle is packed.
//!
//! Times are nanoseconds since 1970, durations milliseconds, rates per minute. "Before" and "after" are the healthy
//! stretch (a baseline capture, or the time before the onset) and the time from the onset on; `None` where that stretch
//! holds no data, so that *unknown* is never shown as *zero*. `significance` is -log10 of the probability that the
//! healthy behaviour would show something as odd (capped at 300). Each item's `id` is a hash of its identity (not of its
//! numbers), from which a bundle makes the handle that `expand` takes: the same thing keeps its handle in every revision.
//! Text that came from telemetry has been through redaction and stays untrusted: the renderer quotes it.

use std::collections::BTreeMap;

use crate::{ChangeVerdict, EdgeStats, Resilience, Severity};

/// What there is to say about a stretch of telemetry.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    pub scope: Scope,
    pub verdict: Verdict,
    /// One plain sentence: why this verdict, how sure.
    pub verdict_reason: String,
    /// The one that is meant first, then others of the same stretch, the strongest first.
    pub incidents: Vec<Incident>,
    /// In order of rank.
    pub suspects: Vec<Suspect>,
    /// In order of score.
    pub changes: Vec<Change>,
    /// By service; empty unless experiments were seen.
    pub resilience: Vec<Resilience>,
    /// In order of significance, as all that follow.
    pub log_patterns: Vec<LogPattern>,
    pub metric_shifts: Vec<MetricShift>,
    pub span_edges: Vec<SpanEdge>,
    pub traces: Vec<TraceExample>,
    pub topology: Vec<TopologyEdge>,
    pub healthy: Vec<HealthyCheck>,
    pub excerpts: Vec<Excerpt>,
    /// Data that would be needed and is not there ("no traces for service x"), one sentence each.
    pub missing: Vec<String>,
    pub counts: Counts,
    /// Of an incident that lasts: what was to be said at its last checkpoint, a moment that follows from its onset and the
    /// time alone. Answers hold what stands there, so that revisions read alike.
    pub held: Option<Box<Findings>>,
}

/// Which telemetry was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    pub from_unix_nano: Option<i64>,
    /// Exclusive.
    pub to_unix_nano: Option<i64>,
    /// All services seen, sorted.
    pub services: Vec<String>,
}

/// The answer to "is something wrong?".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verdict {
    Incident,
    NoIncident,
    #[default]
    InsufficientData,
}

impl Verdict {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Incident => "incident",
            Self::NoIncident => "no_incident",
            Self::InsufficientData => "insufficient_data",
        }
    }
}

/// Where in its life an incident is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IncidentState {
    #[default]
    Open,
    Growing,
    Recovering,
    Resolved,
}

impl IncidentState {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Growing => "growing",
            Self::Recovering => "recovering",
            Self::Resolved => "resolved",
        }
    }
}

/// Anomalies that belong together in time and graph.
#[derive(Clone, Debug, Default)]
pub struct Incident {
    /// Hash of scope, first entity and onset window: the same incident on replay.
    pub id: u64,
    /// Raised by late data.
    pub revision: u32,
    pub state: IncidentState,
    pub onset_unix_nano: i64,
    /// The onset as it was told first, to which answers relate times: it stays while the onset moves little. 0: none.
    pub anchor_unix_nano: i64,
    /// Newest anomaly.
    pub last_unix_nano: i64,
    /// A few words of ours.
    pub title: String,
    /// Service of the first suspect; empty when there is none.
    pub first_suspect: String,
    /// Blast radius, the worst hit first.
    pub services: Vec<String>,
    /// Probability that this is an incident, 0 to 1.
    pub confidence: f64,
}

/// A possible root cause.
#[derive(Clone, Debug, Default)]
pub struct Suspect {
    pub id: u64,
    /// From 1.
    pub rank: u32,
    /// Calibrated probability that this is the cause, 0 to 1.
    pub score: f64,
    pub service: String,
    /// Pod, host, database, operation or peer below the service, when the evidence points there.
    pub component: Option<String>,
    /// What kind of fault it looks like: `cpu`, `memory`, `io`, `disk`, `restart`, `clock`, `unreachable`, `latency`,
    /// `packet_loss`, `dns`, `certificate`, `exception`, `slow_query`, `dependency`, `traffic`, `bad_data`, or `unknown`.
    pub kind: String,
    /// The reasoning in one or two sentences of ours.
    pub what: String,
    /// What supports it, the strongest first.
    pub evidence: Vec<Evidence>,
}

/// Which list of [`Findings`] a piece of evidence stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EvidenceKind {
    LogPattern,
    MetricShift,
    SpanEdge,
    Trace,
    Change,
    Excerpt,
}

/// A pointer to a finding by its `id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Evidence {
    pub kind: EvidenceKind,
    pub id: u64,
}

/// A change event, weighed.
#[derive(Clone, Debug, Default)]
pub struct Change {
    pub id: u64,
    /// From 1.
    pub rank: u32,
    /// Probability that this change is the cause; below 0.5 it is not accused.
    pub score: f64,
    pub at_unix_nano: i64,
    /// `deployment`, `vcs.commit`, `feature_flag.change`, `config.change`, ...: the event's name.
    pub kind: String,
    pub service: Option<String>,
    /// Commit or version as it was told.
    pub revision: Option<String>,
    pub title: String,
    /// Why it is or is not accused, in words of ours.
    pub why: String,
    /// How it went; of what changes a running service, and lies within the stretch.
    pub verdict: Option<ChangeVerdict>,
}

/// How a log pattern changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Novelty {
    New,
    Rising,
    Falling,
    Vanished,
    #[default]
    Steady,
    /// There is no healthy stretch to compare with.
    Unknown,
}

impl Novelty {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Rising => "rising",
            Self::Falling => "falling",
            Self::Vanished => "vanished",
            Self::Steady => "steady",
            Self::Unknown => "unknown",
        }
    }
}

/// One template in one service.
#[derive(Clone, Debug, Default)]
pub struct LogPattern {
    pub id: u64,
    pub template_id: u64,
    pub template: String,
    pub service: String,
    pub severity: Severity,
    /// Records in scope.
    pub count: u64,
    pub before_per_min: Option<f64>,
    pub after_per_min: Option<f64>,
    pub first_unix_nano: Option<i64>,
    pub last_unix_nano: Option<i64>,
    pub novelty: Novelty,
    pub significance: f64,
    /// One or two verbatim records, the first first.
    pub examples: Vec<LogExample>,
    /// The template's variable slots, in order.
    pub slots: Vec<SlotSummary>,
}

/// A record kept whole.
#[derive(Clone, Debug, Default)]
pub struct LogExample {
    pub time_unix_nano: Option<i64>,
    /// File or resource instance it came from.
    pub source: String,
    pub ordinal: u64,
    pub text: String,
    /// Instruction-like text was found in it.
    pub flagged: bool,
}

/// What stood in one slot of a template.
#[derive(Clone, Debug, Default)]
pub struct SlotSummary {
    pub kind: String,
    pub distinct: u64,
    pub top: Vec<(String, u64)>,
}

/// A series whose level, spread or slope changed.
#[derive(Clone, Debug, Default)]
pub struct MetricShift {
    pub id: u64,
    pub service: String,
    /// Pod, host, device, partition ... by which the series differs from its siblings.
    pub component: Option<String>,
    pub metric: String,
    pub unit: String,
    /// Attributes that tell the series apart.
    pub attributes: Vec<(String, String)>,
    /// Median before.
    pub before: Option<f64>,
    /// Median after.
    pub after: Option<f64>,
    /// Farthest value after.
    pub peak: Option<f64>,
    pub onset_unix_nano: Option<i64>,
    pub significance: f64,
}

/// Calls from one service to another (or to a peer seen only from outside).
#[derive(Clone, Debug, Default)]
pub struct SpanEdge {
    pub id: u64,
    /// Empty for entry points.
    pub caller: String,
    pub callee: String,
    pub operation: String,
    pub before: EdgeStats,
    pub after: EdgeStats,
    pub significance: f64,
    /// What changed, in a few words of ours: `latency`, `errors`, `gap`, `throughput`.
    pub what: String,
}

/// A trace kept as an example.
#[derive(Clone, Debug, Default)]
pub struct TraceExample {
    pub id: u64,
    /// 32 hex digits.
    pub trace_id: String,
    pub start_unix_nano: i64,
    pub duration_ms: f64,
    /// Why it was chosen, in words of ours.
    pub why: String,
    /// Depth first, the critical path; spans left out are counted in `spans_total`.
    pub spans: Vec<TraceSpan>,
    pub spans_total: u64,
}

/// A span of an example.
#[derive(Clone, Debug, Default)]
pub struct TraceSpan {
    pub depth: u32,
    pub service: String,
    pub name: String,
    pub offset_ms: f64,
    pub duration_ms: f64,
    pub self_ms: f64,
    pub error: bool,
    /// Status message or exception, if any.
    pub note: Option<String>,
}

/// An edge of the service graph.
#[derive(Clone, Debug, Default)]
pub struct TopologyEdge {
    pub caller: String,
    pub callee: String,
    pub calls: u64,
}

/// Something that was checked and is well.
#[derive(Clone, Debug, Default)]
pub struct HealthyCheck {
    /// What was checked: a service, or a kind of check over several.
    pub subject: String,
    /// In words of ours.
    pub what: String,
}

/// Consecutive lines of one source, kept verbatim because they explain a failure.
#[derive(Clone, Debug, Default)]
pub struct Excerpt {
    pub id: u64,
    /// File or service.
    pub source: String,
    /// Why it was chosen, in words of ours.
    pub why: String,
    /// The greater, the more it explains.
    pub score: f64,
    pub lines: Vec<ExcerptLine>,
}

/// A line of an excerpt; a gap in the ordinals is an omission and is shown as one.
#[derive(Clone, Debug, Default)]
pub struct ExcerptLine {
    /// Line number from 1.
    pub ordinal: u64,
    pub text: String,
    /// What the line is worth by itself, the greater the more.
    pub weight: f64,
    /// Instruction-like text was found in it.
    pub flagged: bool,
}

/// Where every record went. `records_in` = `logs` + `spans` + `metric_points` + all of `dropped`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub bytes_in: u64,
    pub records_in: u64,
    pub logs: u64,
    pub spans: u64,
    pub metric_points: u64,
    /// Marked as repeats by dedup; they are part of the numbers above.
    pub repeats: u64,
    /// Records that a named policy or limit left out.
    pub dropped: BTreeMap<String, u64>,
    /// Other things worth counting, by name: redactions by class, evictions, unreadable inputs.
    pub notes: BTreeMap<String, u64>,
}
