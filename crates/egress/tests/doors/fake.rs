//! A service that remembers what it was asked and answers from a literal; some words make it fail on purpose.

use std::{
    future::pending,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use decant_egress::{
    Answer, Answering, BundleQuery, CompareQuery, ContextService, Desk, Door, ExpandQuery, Limits, Metrics, Question,
    SearchQuery, ServiceError, ServicesQuery, Status, TimelineQuery, TopologyQuery,
};
use serde_json::{Value, json};

#[derive(Debug, Default)]
pub(crate) struct Fake {
    asked: Mutex<Vec<String>>,
    pub(crate) draining: AtomicBool,
}

impl Fake {
    /// The last question, as `Debug` writes it.
    pub(crate) fn last(&self) -> String {
        self.asked.lock().unwrap().last().cloned().unwrap_or_default()
    }

    fn heard(&self, query: &impl std::fmt::Debug) {
        self.asked.lock().unwrap().push(format!("{query:?}"));
    }
}

pub(crate) const BUNDLE_TEXT: &str = "verdict: incident\nsuspect 1: checkout (exception)\n";
pub(crate) const PAGE_TEXT: &str = "2 of 9\n";

impl ContextService for Fake {
    fn bundle(&self, query: BundleQuery) -> Answering<'_> {
        self.heard(&query);
        Box::pin(async move {
            match query.service.as_deref() {
                Some("unreadable") => Err(ServiceError::InvalidArgument("from is no time".to_owned())),
                Some("absent") => Err(ServiceError::NotFound("no service is called absent".to_owned())),
                Some("draining") => Err(ServiceError::Unavailable("draining".to_owned())),
                Some("broken") => Err(ServiceError::Internal("a fault of ours".to_owned())),
                Some("slow") => pending().await,
                _ => Ok(Answer { text: BUNDLE_TEXT.to_owned(), json: bundle(), used_tokens: 42 }),
            }
        })
    }

    fn search(&self, query: SearchQuery) -> Answering<'_> {
        self.heard(&query);
        Box::pin(async { Ok(a_page()) })
    }

    fn expand(&self, query: ExpandQuery) -> Answering<'_> {
        self.heard(&query);
        Box::pin(async { Ok(a_page()) })
    }

    fn services(&self, query: ServicesQuery) -> Answering<'_> {
        self.heard(&query);
        Box::pin(async { Ok(a_page()) })
    }

    fn compare(&self, query: CompareQuery) -> Answering<'_> {
        self.heard(&query);
        Box::pin(async { Ok(a_page()) })
    }

    fn timeline(&self, query: TimelineQuery) -> Answering<'_> {
        self.heard(&query);
        Box::pin(async { Ok(a_page()) })
    }

    fn topology(&self, query: TopologyQuery) -> Answering<'_> {
        self.heard(&query);
        Box::pin(async { Ok(a_page()) })
    }

    fn status(&self) -> Status {
        if self.draining.load(Ordering::Relaxed) { Status::NotReady("draining".to_owned()) } else { Status::Ready }
    }
}

pub(crate) struct Desks {
    pub(crate) fake: Arc<Fake>,
    pub(crate) desk: Desk,
    pub(crate) metrics: Arc<Metrics>,
}

impl Desks {
    pub(crate) fn count(&self, door: Door, question: Question, outcome: &str) -> u64 {
        self.metrics.questions(door, question, outcome)
    }
}

pub(crate) fn desks(limits: Limits) -> Desks {
    let fake = Arc::new(Fake::default());
    let metrics = Arc::new(Metrics::default());
    let desk = Desk::new(fake.clone(), limits, metrics.clone());
    Desks { fake, desk, metrics }
}

fn a_page() -> Answer {
    Answer { text: PAGE_TEXT.to_owned(), json: page(), used_tokens: 7 }
}

pub(crate) fn page() -> Value {
    json!({
        "schema": "decant.context.v1",
        "title": "search: timeout",
        "budget": {"limit": 4000, "used": 7, "tokenizer": "o200k_base"},
        "shown": 2, "total": 9, "next_cursor": "c2",
        "items": [
            {"handle": "L1", "kind": "log_pattern", "service": "checkout", "at": "2026-01-02T03:04:05Z",
             "text": "timeout after <num> ms", "flagged": false},
            {"handle": "S1", "kind": "service", "service": null, "at": null, "text": "cart", "flagged": true},
        ],
    })
}

/// Every field of the contract has a value that is not its default.
pub(crate) fn bundle() -> Value {
    json!({
        "schema": "decant.context.v1",
        "bundle_id": "b-1",
        "revision": 3,
        "scope": {"from": "2026-01-02T03:00:00Z", "to": null, "services": ["cart", "checkout"]},
        "budget": {"limit": 4000, "used": 42, "tokenizer": "o200k_base"},
        "verdict": "incident",
        "verdict_reason": "errors of checkout rose tenfold",
        "delta": {"since": 2, "unchanged": {"log_patterns": 4}, "gone": ["p1a2b"]},
        "incidents": [{"handle": "I1", "revision": 2, "state": "open", "onset": "2026-01-02T03:04:05Z",
            "last": "2026-01-02T03:09:05Z", "title": "checkout fails", "services": ["checkout"], "confidence": 0.97,
            "first_suspect": "checkout"}],
        "suspects": [{"handle": "U1", "rank": 1, "score": 0.9, "service": "checkout", "component": "pod-1",
            "kind": "exception", "what": "a new exception", "evidence": ["L1", "M1"]}],
        "changes": [{"handle": "C1", "rank": 1, "score": 0.7, "at": "2026-01-02T03:03:00Z", "kind": "deployment",
            "service": "checkout", "revision": "abc123", "title": "checkout 1.2.3", "why": "a minute before the onset",
            "verdict": {"outcome": "WAIT", "reason": "too early to say", "evidence": ["checkout: slower"], "wait_s": 90}}],
        "log_patterns": [{"handle": "L1", "template_id": "00ff", "template": "timeout after <num> ms",
            "service": "checkout", "severity": "error", "count": 812, "before_per_min": 0.5, "after_per_min": 160,
            "first": "2026-01-02T03:04:05Z", "last": "2026-01-02T03:09:05Z", "novelty": "rising", "significance": 120.5,
            "examples": [{"at": "2026-01-02T03:04:05Z", "source": "pod-1", "ordinal": 17, "text": "timeout after 5 ms",
                "flagged": true}],
            "slots": [{"kind": "num", "distinct": 2, "top": [{"value": "5", "count": 800}]}]}],
        "metric_shifts": [{"handle": "M1", "service": "checkout", "component": "pod-1", "metric": "cpu.usage",
            "unit": "1", "attributes": {"cpu": "0"}, "before": 0.2, "after": 0.95, "peak": 1.5,
            "onset": "2026-01-02T03:04:00Z", "significance": 44.0}],
        "span_edges": [{"handle": "E1", "caller": "web", "callee": "checkout", "operation": "POST /pay",
            "before": {"calls_per_min": 60.5, "error_ratio": 0.01, "p50_ms": 5.5, "p99_ms": 20.5, "gap_p50_ms": 0.3},
            "after": {"calls_per_min": 50.5, "error_ratio": 0.6, "p50_ms": 900.5, "p99_ms": 5000, "gap_p50_ms": 0.5},
            "significance": 80.0, "what": "latency"}],
        "traces": [{"handle": "T1", "trace_id": "0af7651916cd43dd8448eb211c80319c", "start": "2026-01-02T03:05:00Z",
            "duration_ms": 1234.5, "why": "slowest with an error", "spans": [{"depth": 1, "service": "checkout",
                "name": "charge", "offset_ms": 3.5, "duration_ms": 1200.5, "self_ms": 1100.5, "error": true,
                "note": "deadline exceeded"}], "spans_total": 14}],
        "topology": [{"caller": "web", "callee": "checkout", "calls": 4000}],
        "resilience": [{"service": "checkout", "score": 0.5, "age_s": 600, "experiments_total": 1, "experiments": [{"handle": "C2",
            "at": "2026-01-02T03:00:00Z", "ended": "2026-01-02T03:02:00Z", "fault": "cpu", "survival": "recovered",
            "sick_s": 130, "incident": "I1"}]}],
        "healthy": [{"subject": "cart", "what": "latency, errors and logs as before"}],
        "excerpts": [{"handle": "X1", "source": "build.log", "why": "the first failure", "score": 9.5,
            "lines": [{"ordinal": 311, "text": "assertion failed", "flagged": true}]}],
        "missing": ["no traces for service db"],
        "omitted": {"log_patterns": 31},
        "counts": {"bytes_in": 1000, "records_in": 116, "logs": 100, "spans": 10, "metric_points": 5, "repeats": 3,
            "dropped": {"too_long": 1}, "notes": {"redacted_email": 2}},
    })
}
