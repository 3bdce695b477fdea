//! Findings made by hand: an incident in a service graph, a failed build, a quiet window.

use std::collections::BTreeMap;

use decant_model::{
    Change, Counts, EdgeStats, Evidence, EvidenceKind, Excerpt, ExcerptLine, Findings, HealthyCheck, Incident,
    IncidentState, LogExample, LogPattern, MetricShift, Novelty, Scope, Severity, SlotSummary, SpanEdge, Suspect,
    TopologyEdge, TraceExample, TraceSpan, Verdict,
};

const SECOND: i64 = 1_000_000_000;
const ONSET: i64 = 1_750_000_000 * SECOND;

/// The database of `orders` stops answering after a deployment.
pub(crate) fn incident() -> Findings {
    Findings {
        scope: Scope {
            from_unix_nano: Some(ONSET - 60 * SECOND),
            to_unix_nano: Some(ONSET + 120 * SECOND),
            services: ["cart", "orders", "orders-db", "web"].map(str::to_owned).to_vec(),
        },
        verdict: Verdict::Incident,
        verdict_reason: "Errors of orders rose 40-fold within 10 s and stay there; five signals agree.".to_owned(),
        incidents: vec![Incident {
            id: 11,
            revision: 2,
            state: IncidentState::Open,
            onset_unix_nano: ONSET,
            last_unix_nano: ONSET + 118 * SECOND,
            title: "orders cannot reach orders-db".to_owned(),
            services: ["orders", "web", "cart"].map(str::to_owned).to_vec(),
            confidence: 0.97,
            ..Incident::default()
        }],
        suspects: vec![
            Suspect {
                id: 21,
                rank: 1,
                score: 0.81,
                service: "orders".to_owned(),
                component: Some("orders-7d9f".to_owned()),
                kind: "unreachable".to_owned(),
                what: "Its calls to orders-db time out from T0 on, while the database's own spans stay fast."
                    .to_owned(),
                evidence: vec![
                    Evidence { kind: EvidenceKind::LogPattern, id: 31 },
                    Evidence { kind: EvidenceKind::SpanEdge, id: 51 },
                    Evidence { kind: EvidenceKind::Change, id: 61 },
                ],
            },
            Suspect {
                id: 22,
                rank: 2,
                score: 0.11,
                service: "web".to_owned(),
                kind: "dependency".to_owned(),
                what: "Its errors follow those of orders by 2 s.".to_owned(),
                evidence: vec![Evidence { kind: EvidenceKind::LogPattern, id: 32 }],
                ..Suspect::default()
            },
        ],
        changes: vec![Change {
            id: 61,
            rank: 1,
            score: 0.74,
            at_unix_nano: ONSET - 20 * SECOND,
            kind: "deployment".to_owned(),
            service: Some("orders".to_owned()),
            revision: Some("4f2c9d1".to_owned()),
            title: "Use the new pool (#812)".to_owned(),
            why: "The only change within ten minutes, in the first suspect.".to_owned(),
            ..Change::default()
        }],
        log_patterns: vec![pool_timeout(), upstream_failed()],
        metric_shifts: vec![MetricShift {
            id: 41,
            service: "orders".to_owned(),
            component: Some("orders-7d9f".to_owned()),
            metric: "db.client.connections.usage".to_owned(),
            unit: "{connection}".to_owned(),
            attributes: vec![("state".to_owned(), "used".to_owned())],
            before: Some(12.0),
            after: Some(50.0),
            peak: Some(50.0),
            onset_unix_nano: Some(ONSET + 3 * SECOND),
            significance: 41.0,
        }],
        span_edges: vec![SpanEdge {
            id: 51,
            caller: "orders".to_owned(),
            callee: "orders-db".to_owned(),
            operation: "SELECT orders".to_owned(),
            before: stats(120.0, 0.0, 4.2, 11.0, 0.8),
            after: stats(118.0, 0.42, 2_900.0, 3_010.0, 2_890.0),
            significance: 77.0,
            what: "gap".to_owned(),
        }],
        traces: vec![trace()],
        topology: [("web", "orders", 240), ("web", "cart", 90), ("orders", "orders-db", 230)]
            .map(|(caller, callee, calls)| TopologyEdge { caller: caller.to_owned(), callee: callee.to_owned(), calls })
            .to_vec(),
        healthy: vec![HealthyCheck {
            subject: "cart".to_owned(),
            what: "rates, errors and durations as before".to_owned(),
        }],
        resilience: Vec::new(),
        excerpts: Vec::new(),
        missing: vec!["No metrics of orders-db.".to_owned()],
        counts: counts(9_120, 7_800, 1_200, 100, 20),
        held: None,
    }
}

fn pool_timeout() -> LogPattern {
    LogPattern {
        id: 31,
        template_id: 0x31,
        template: "could not get connection from pool <name> within <num> ms".to_owned(),
        service: "orders".to_owned(),
        severity: Severity::ERROR,
        count: 812,
        before_per_min: Some(0.0),
        after_per_min: Some(406.0),
        first_unix_nano: Some(ONSET + 200_000_000),
        last_unix_nano: Some(ONSET + 118 * SECOND),
        novelty: Novelty::New,
        significance: 120.0,
        examples: vec![example("could not get connection from pool \"main\" within 3000 ms", 200)],
        slots: vec![
            SlotSummary { kind: "name".to_owned(), distinct: 1, top: vec![("\"main\"".to_owned(), 812)] },
            SlotSummary {
                kind: "num".to_owned(),
                distinct: 3,
                top: vec![("3000".to_owned(), 800), ("2999".to_owned(), 9)],
            },
        ],
    }
}

fn upstream_failed() -> LogPattern {
    LogPattern {
        id: 32,
        template_id: 0x32,
        template: "upstream orders failed: status=503".to_owned(),
        service: "web".to_owned(),
        severity: Severity::WARN,
        count: 700,
        before_per_min: Some(1.5),
        after_per_min: Some(350.0),
        first_unix_nano: Some(ONSET - 50 * SECOND),
        last_unix_nano: Some(ONSET + 117 * SECOND),
        novelty: Novelty::Rising,
        significance: 90.0,
        examples: vec![example("upstream orders failed: status=503", 2_300)],
        slots: Vec::new(),
    }
}

fn example(text: &str, offset_ms: i64) -> LogExample {
    LogExample {
        time_unix_nano: Some(ONSET + offset_ms * 1_000_000),
        source: "logs.jsonl".to_owned(),
        ordinal: 17,
        text: text.to_owned(),
        flagged: false,
    }
}

fn stats(calls: f64, errors: f64, p50: f64, p99: f64, gap: f64) -> EdgeStats {
    EdgeStats {
        calls_per_min: Some(calls),
        error_ratio: Some(errors),
        p50_ms: Some(p50),
        p99_ms: Some(p99),
        gap_p50_ms: Some(gap),
    }
}

fn trace() -> TraceExample {
    let span = |depth, service: &str, name: &str, duration_ms, self_ms, note: Option<&str>| TraceSpan {
        depth,
        service: service.to_owned(),
        name: name.to_owned(),
        offset_ms: f64::from(depth) * 2.0,
        duration_ms,
        self_ms,
        error: note.is_some(),
        note: note.map(str::to_owned),
    };
    TraceExample {
        id: 71,
        trace_id: "0af7651916cd43dd8448eb211c80319c".to_owned(),
        start_unix_nano: ONSET + 5 * SECOND,
        duration_ms: 3_020.0,
        why: "the slowest failed call of the incident".to_owned(),
        spans: vec![
            span(0, "web", "POST /checkout", 3_020.0, 4.0, None),
            span(1, "orders", "create order", 3_012.0, 8.0, None),
            span(2, "orders", "SELECT orders", 3_001.0, 3_001.0, Some("timeout: pool main")),
        ],
        spans_total: 9,
    }
}

fn counts(records: u64, logs: u64, spans: u64, points: u64, dropped: u64) -> Counts {
    Counts {
        bytes_in: 2_400_000,
        records_in: records,
        logs,
        spans,
        metric_points: points,
        repeats: 6_100,
        dropped: BTreeMap::from([("unreadable".to_owned(), dropped)]),
        notes: BTreeMap::from([("redacted.email".to_owned(), 4)]),
    }
}

/// A test of a build fails.
pub(crate) fn failed_build() -> Findings {
    let lines = |lines: &[(u64, &str, f64)]| -> Vec<ExcerptLine> {
        lines
            .iter()
            .map(|(ordinal, text, weight)| ExcerptLine {
                ordinal: *ordinal,
                text: (*text).to_owned(),
                weight: *weight,
                flagged: false,
            })
            .collect()
    };
    Findings {
        verdict: Verdict::Incident,
        verdict_reason: "A test failed, and the job ended with exit code 101.".to_owned(),
        excerpts: vec![
            Excerpt {
                id: 81,
                source: "raw.log".to_owned(),
                why: "first failure".to_owned(),
                score: 1.0,
                lines: lines(&[
                    (211, "test cart::tests::adds_up ... FAILED", 0.9),
                    (214, "---- cart::tests::adds_up stdout ----", 0.5),
                    (215, "thread 'cart::tests::adds_up' panicked at src/cart.rs:88:9:", 1.0),
                    (216, "assertion `left == right` failed", 0.9),
                    (217, "  left: 3", 0.8),
                    (218, " right: 4", 0.8),
                    (219, "stack backtrace:", 0.1),
                ]),
            },
            Excerpt {
                id: 82,
                source: "raw.log".to_owned(),
                why: "summary".to_owned(),
                score: 0.8,
                lines: lines(&[
                    (240, "test result: FAILED. 41 passed; 1 failed; 0 ignored", 0.9),
                    (243, "##[error]Process completed with exit code 101.", 1.0),
                ]),
            },
        ],
        log_patterns: vec![
            LogPattern {
                id: 91,
                template: "test result: FAILED. 41 passed; 1 failed; 0 ignored".to_owned(),
                count: 1,
                novelty: Novelty::Unknown,
                ..LogPattern::default()
            },
            LogPattern {
                id: 92,
                template: "Downloaded <name> v<num>".to_owned(),
                count: 133,
                novelty: Novelty::Unknown,
                examples: vec![LogExample {
                    ordinal: 12,
                    text: "Downloaded serde v1.0.9".to_owned(),
                    ..LogExample::default()
                }],
                ..LogPattern::default()
            },
        ],
        counts: Counts { bytes_in: 31_000, records_in: 243, logs: 243, ..Counts::default() },
        ..Findings::default()
    }
}

/// Nothing is wrong.
pub(crate) fn quiet() -> Findings {
    let all = incident();
    Findings {
        verdict: Verdict::NoIncident,
        verdict_reason: "Rates, errors and durations of 4 services are within their usual ranges.".to_owned(),
        incidents: Vec::new(),
        suspects: Vec::new(),
        changes: Vec::new(),
        log_patterns: Vec::new(),
        metric_shifts: Vec::new(),
        span_edges: Vec::new(),
        traces: Vec::new(),
        healthy: all
            .scope
            .services
            .iter()
            .map(|name| HealthyCheck { subject: name.clone(), what: "no series or pattern moved".to_owned() })
            .collect(),
        ..all
    }
}
