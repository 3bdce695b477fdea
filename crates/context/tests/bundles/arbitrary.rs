//! Any findings: sizes from none to many, texts of every kind, numbers that are none.

use decant_model::{
    Change, ChangeVerdict, Counts, EdgeStats, Evidence, EvidenceKind, Excerpt, ExcerptLine, Experiment, Findings,
    HealthyCheck, Incident, LogExample, LogPattern, MetricShift, Novelty, Outcome, Resilience, Scope, Severity,
    SlotSummary, SpanEdge, Survival, Suspect, TopologyEdge, TraceExample, TraceSpan, Verdict,
};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

/// What telemetry may hold.
fn text() -> BoxedStrategy<String> {
    prop_oneof![
        6 => "[a-z]{2,9}( [a-z0-9./:=_-]{1,9}){0,12}",
        2 => r#"(\PC|[\n\r\t"`|{}\[\]/\\#]){0,60}"#,
        1 => r#"[\n ]{0,4}[/#|`"{]{1,9}[a-z]{1,5}[\n/ ]{0,4}"#,
        1 => "[a-f0-9]{100,1500}",
    ]
    .boxed()
}

fn name() -> BoxedStrategy<String> {
    prop_oneof![5 => "[a-z]{2,8}(-[a-z]{2,8}){0,2}", 1 => text()].boxed()
}

fn number() -> BoxedStrategy<f64> {
    prop_oneof![6 => 0.0..500.0_f64, 1 => any::<f64>(), 1 => Just(0.0)].boxed()
}

fn time() -> BoxedStrategy<i64> {
    prop_oneof![6 => 1_750_000_000_000_000_000..1_750_000_600_000_000_000_i64, 1 => any::<i64>()].boxed()
}

fn id() -> BoxedStrategy<u64> {
    prop_oneof![0..40_u64, any::<u64>()].boxed()
}

fn stats() -> impl Strategy<Value = EdgeStats> {
    vec(option::of(number()), 5).prop_map(|values| EdgeStats {
        calls_per_min: values[0],
        error_ratio: values[1],
        p50_ms: values[2],
        p99_ms: values[3],
        gap_p50_ms: values[4],
    })
}

fn incident() -> impl Strategy<Value = Incident> {
    (id(), time(), text(), option::of(name()), vec(name(), 0..20), number()).prop_map(
        |(id, time, title, first, services, confidence)| Incident {
            id,
            onset_unix_nano: time,
            last_unix_nano: time,
            title,
            first_suspect: first.unwrap_or_default(),
            services,
            confidence,
            ..Incident::default()
        },
    )
}

fn evidence() -> impl Strategy<Value = Evidence> {
    let kinds = [
        EvidenceKind::LogPattern,
        EvidenceKind::MetricShift,
        EvidenceKind::SpanEdge,
        EvidenceKind::Trace,
        EvidenceKind::Change,
        EvidenceKind::Excerpt,
    ];
    (prop::sample::select(kinds.to_vec()), id()).prop_map(|(kind, id)| Evidence { kind, id })
}

fn suspect() -> impl Strategy<Value = Suspect> {
    (id(), number(), name(), option::of(name()), text(), vec(evidence(), 0..12)).prop_map(
        |(id, score, service, component, what, evidence)| Suspect {
            id,
            rank: 1,
            score,
            service,
            component,
            kind: "unknown".to_owned(),
            what,
            evidence,
        },
    )
}

fn verdict() -> impl Strategy<Value = ChangeVerdict> {
    let outcomes = vec![Outcome::Pass, Outcome::Warning, Outcome::Regression, Outcome::Wait];
    (prop::sample::select(outcomes), text(), vec(text(), 0..6), option::of(any::<u64>()))
        .prop_map(|(outcome, reason, evidence, wait_s)| ChangeVerdict { outcome, reason, evidence, wait_s })
}

fn change() -> impl Strategy<Value = Change> {
    (id(), number(), time(), text(), option::of(name()), text(), option::of(verdict())).prop_map(
        |(id, score, time, title, service, why, verdict)| Change {
            id,
            rank: 1,
            score,
            at_unix_nano: time,
            kind: "deployment".to_owned(),
            revision: service.clone(),
            service,
            title,
            why,
            verdict,
        },
    )
}

fn resilience() -> impl Strategy<Value = Resilience> {
    let survivals = vec![Survival::Healthy, Survival::Recovered, Survival::Incident, Survival::Unknown];
    let numbers = (option::of(time()), option::of(any::<u64>()), option::of(id()));
    let experiment = (id(), time(), numbers, text(), prop::sample::select(survivals)).prop_map(
        |(id, at_unix_nano, (ended_unix_nano, sick_s, incident), fault, survival)| Experiment {
            id,
            at_unix_nano,
            ended_unix_nano,
            fault,
            survival,
            sick_s,
            incident,
        },
    );
    (name(), number(), any::<u64>(), vec(experiment, 0..7)).prop_map(|(service, score, age_s, experiments)| {
        let experiments_total = experiments.len() as u64 + age_s % 3;
        Resilience { service, score, age_s, experiments, experiments_total }
    })
}

fn pattern() -> impl Strategy<Value = LogPattern> {
    let example = (option::of(time()), name(), any::<u64>(), text(), any::<bool>()).prop_map(
        |(time_unix_nano, source, ordinal, text, flagged)| LogExample {
            time_unix_nano,
            source,
            ordinal,
            text,
            flagged,
        },
    );
    let slot = (name(), 0..9_u64, vec((text(), any::<u64>()), 0..5)).prop_map(|(kind, distinct, top)| SlotSummary {
        kind,
        distinct,
        top,
    });
    let head = (id(), text(), name(), 0..25_u8, any::<u64>());
    let numbers = (option::of(number()), option::of(number()), option::of(time()), number(), 0..6_usize);
    (head, numbers, vec(example, 0..3), vec(slot, 0..10)).prop_map(|(head, numbers, examples, slots)| LogPattern {
        id: head.0,
        template_id: head.0,
        template: head.1,
        service: head.2,
        severity: Severity(head.3),
        count: head.4,
        before_per_min: numbers.0,
        after_per_min: numbers.1,
        first_unix_nano: numbers.2,
        last_unix_nano: numbers.2,
        significance: numbers.3,
        novelty: [
            Novelty::New,
            Novelty::Rising,
            Novelty::Falling,
            Novelty::Vanished,
            Novelty::Steady,
            Novelty::Unknown,
        ][numbers.4],
        examples,
        slots,
    })
}

fn shift() -> impl Strategy<Value = MetricShift> {
    let names = (name(), option::of(name()), name(), text(), vec((name(), text()), 0..9));
    (id(), names, vec(option::of(number()), 3), option::of(time()), number()).prop_map(
        |(id, names, values, onset_unix_nano, significance)| MetricShift {
            id,
            service: names.0,
            component: names.1,
            metric: names.2,
            unit: names.3,
            attributes: names.4,
            before: values[0],
            after: values[1],
            peak: values[2],
            onset_unix_nano,
            significance,
        },
    )
}

fn edge() -> impl Strategy<Value = SpanEdge> {
    (id(), name(), name(), text(), stats(), stats(), number()).prop_map(
        |(id, caller, callee, operation, before, after, significance)| SpanEdge {
            id,
            caller,
            callee,
            operation,
            before,
            after,
            significance,
            what: "latency".to_owned(),
        },
    )
}

fn trace() -> impl Strategy<Value = TraceExample> {
    let span = (0..30_u32, name(), text(), number(), any::<bool>(), option::of(text())).prop_map(
        |(depth, service, name, ms, error, note)| TraceSpan {
            depth,
            service,
            name,
            offset_ms: ms,
            duration_ms: ms,
            self_ms: ms,
            error,
            note,
        },
    );
    (id(), name(), time(), number(), text(), vec(span, 0..20), 0..30_u64).prop_map(
        |(id, trace_id, start_unix_nano, duration_ms, why, spans, spans_total)| TraceExample {
            id,
            trace_id,
            start_unix_nano,
            duration_ms,
            why,
            spans,
            spans_total,
        },
    )
}

fn excerpt() -> impl Strategy<Value = Excerpt> {
    let line = (1..400_u64, text(), number(), any::<bool>()).prop_map(|(ordinal, text, weight, flagged)| ExcerptLine {
        ordinal,
        text,
        weight,
        flagged,
    });
    (id(), name(), text(), number(), vec(line, 0..15)).prop_map(|(id, source, why, score, mut lines)| {
        lines.sort_by_key(|line| line.ordinal);
        Excerpt { id, source, why, score, lines }
    })
}

fn counts() -> impl Strategy<Value = Counts> {
    (any::<u32>(), btree_map(name(), any::<u32>().prop_map(u64::from), 0..4)).prop_map(|(n, dropped)| Counts {
        bytes_in: u64::from(n),
        records_in: u64::from(n),
        notes: dropped.clone(),
        dropped,
        ..Counts::default()
    })
}

prop_compose! {
    /// Any findings at all.
    pub(crate) fn findings()(
        head in (option::of(time()), vec(name(), 0..30), 0..3_usize, text(), counts()),
        first in (vec(incident(), 0..3), vec(suspect(), 0..6), vec(change(), 0..4)),
        second in (vec(pattern(), 0..12), vec(shift(), 0..12), vec(edge(), 0..12), vec(trace(), 0..4)),
        third in (vec((name(), name(), 0..999_u64), 0..20), vec((name(), text()), 0..6), vec(excerpt(), 0..6)),
        missing in vec(text(), 0..3),
        resilience in vec(resilience(), 0..4),
    ) -> Findings {
        Findings {
            scope: Scope { from_unix_nano: head.0, to_unix_nano: head.0, services: head.1 },
            verdict: [Verdict::Incident, Verdict::NoIncident, Verdict::InsufficientData][head.2],
            verdict_reason: head.3,
            counts: head.4,
            incidents: first.0,
            suspects: first.1,
            changes: first.2,
            log_patterns: second.0,
            metric_shifts: second.1,
            span_edges: second.2,
            traces: second.3,
            topology: third.0.into_iter().map(|(caller, callee, calls)| TopologyEdge { caller, callee, calls }).collect(),
            healthy: third.1.into_iter().map(|(subject, what)| HealthyCheck { subject, what }).collect(),
            resilience,
            excerpts: third.2,
            missing,
            held: None,
        }
    }
}

prop_compose! {
    /// Findings about an incident with those of a checkpoint, which has some of its items and some of others.
    pub(crate) fn held()(
        mut now in findings(), other in findings(), incident in incident(), suspect in suspect(), keep in 0..12_usize,
    ) -> Findings {
        now.verdict = Verdict::Incident;
        now.incidents.insert(0, incident);
        now.suspects.insert(0, Suspect { score: 0.9, ..suspect });
        now.suspects.iter_mut().skip(1).for_each(|suspect| suspect.score = 0.01);
        now.changes.iter_mut().for_each(|change| change.score = change.score.clamp(0.0, 0.4));
        let mut then = now.clone();
        then.suspects.truncate(1 + keep);
        then.changes.truncate(keep);
        then.log_patterns.truncate(keep);
        then.log_patterns.extend(other.log_patterns);
        then.metric_shifts.truncate(keep);
        then.metric_shifts.extend(other.metric_shifts);
        then.span_edges.truncate(keep);
        then.span_edges.extend(other.span_edges);
        then.traces = other.traces;
        then.healthy.extend(other.healthy);
        then.topology.truncate(keep);
        now.held = Some(Box::new(then));
        now
    }
}
