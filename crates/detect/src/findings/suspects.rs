//! Suspects: the most blamed services, with a probability, a kind, the reasoning in words and what supports it.

use std::collections::BTreeMap;

use decant_model::{
    Change, Evidence, EvidenceKind, LogPattern, MetricShift, Novelty, SpanEdge, Suspect, TraceExample, Verdict,
};

use super::verdict::Judged;
use super::{Told, kinds};
use crate::blame::Blame;
use crate::evidence::Aspect;
use crate::ids::{mix, text_id};
use crate::role::Role;
use crate::signal::What;

/// Suspects told.
const MAX_SUSPECTS: usize = 8;
/// Evidence cited for one.
const MAX_EVIDENCE: usize = 8;
/// How steeply probability rises with blame; and the blame of "somebody else".
const SLOPE: f64 = 4.0;
const NOBODY: f64 = 0.4;

pub(crate) fn tell(
    told: &Told<'_>,
    judged: &Judged,
    patterns: &[LogPattern],
    shifts: &[MetricShift],
    edges: &[SpanEdge],
    traces: &[TraceExample],
) -> Vec<Suspect> {
    if judged.verdict != Verdict::Incident {
        return Vec::new();
    }
    let blames = &told.analysis.blames;
    let all: f64 = blames.iter().map(|b| (SLOPE * b.score).exp()).sum::<f64>() + (SLOPE * NOBODY).exp();
    blames
        .iter()
        .take(MAX_SUSPECTS)
        .enumerate()
        .map(|(rank, blame)| {
            let service = told.material.name(blame.service).to_owned();
            let votes = votes(told, blame, &service, patterns);
            let kind = kinds::winner(&votes);
            Suspect {
                id: mix(&[text_id("suspect"), blame.service]),
                rank: rank as u32 + 1,
                score: (SLOPE * blame.score).exp() / all,
                component: component(&service, shifts),
                kind: kind.to_owned(),
                what: format!(
                    "{votes:?} {:?} {}",
                    blame.parts.iter().take(5).map(|(a, p)| format!("{a:?} {p:.2}")).collect::<Vec<_>>(),
                    words(told, blame, &service, patterns, shifts, edges)
                ),
                evidence: evidence(&service, patterns, shifts, edges, traces),
                service,
            }
        })
        .collect()
}

fn votes(told: &Told<'_>, blame: &Blame, service: &str, patterns: &[LogPattern]) -> BTreeMap<&'static str, f64> {
    let mut votes = BTreeMap::new();
    let ledger = told.analysis.ledger.services.get(&blame.service);
    for (aspect, part) in &blame.parts {
        let items = ledger.and_then(|l| l.get(aspect)).map_or(&[][..], |i| i.as_slice());
        kinds::vote(*aspect, *part, items, &mut votes);
    }
    let is_news = |p: &LogPattern| matches!(p.novelty, Novelty::New | Novelty::Rising | Novelty::Unknown);
    for pattern in patterns.iter().filter(|p| p.service == service && is_news(p)).take(8) {
        let loud = if pattern.severity.is_error() { 1.0 } else { 0.4 };
        let text = pattern.examples.first().map_or(pattern.template.as_str(), |e| e.text.as_str());
        kinds::hear(text, loud, &mut votes);
    }
    for trace_note in told.notes_of(blame.service).into_iter().take(8) {
        kinds::hear(&trace_note, 0.7, &mut votes);
    }
    outward(told, blame.service, &mut votes);
    nearly_full(told, blame.service, &mut votes);
    votes
}

/// What its calls to things without telemetry of their own (databases, providers) speak for.
fn outward(told: &Told<'_>, service: u64, votes: &mut BTreeMap<&'static str, f64>) {
    let facts = &told.material.facts;
    let (mut slow, mut failing) = (0.0_f64, 0.0_f64);
    for item in told.analysis.ledger.services.values().flat_map(|a| a.values().flatten()).filter(|i| i.z > 0.0) {
        let (What::EdgeLatency { edge } | What::EdgeErrors { edge }) = item.what else { continue };
        let Some(cell) = facts.edges.get(&edge).filter(|e| e.caller == service) else { continue };
        let silent = told.material.live.services.get(&cell.callee).is_none_or(|s| s.spans.total() == 0);
        match item.what {
            What::EdgeLatency { .. } if cell.database => slow = slow.max(item.strength),
            What::EdgeErrors { .. } if silent => failing = failing.max(item.strength),
            _ => {}
        }
    }
    let half = 4.0;
    *votes.entry("slow_query").or_default() += 3.0 * slow / (slow + half);
    *votes.entry("dependency").or_default() += 4.0 * failing / (failing + half);
}

/// Memory that filled up explains the restarts after it.
fn nearly_full(told: &Told<'_>, service: u64, votes: &mut BTreeMap<&'static str, f64>) {
    let Some((from, to)) = told.incident else { return };
    for series in told.material.live.series.values().filter(|s| s.service == service) {
        if Role::of(told.material.name(series.metric)) != Role::Memory {
            continue;
        }
        let Some(capacity) = told.material.capacity(series) else { continue };
        let most = |inside: bool| {
            let points = series.points.iter().filter(|p| (from..to).contains(&p.time) == inside && p.time < to);
            points.fold(0.0_f64, |a, p| a.max(p.value / capacity))
        };
        if most(true) > 0.9 && most(false) < 0.85 {
            *votes.entry("memory").or_default() += 2.5;
            return;
        }
    }
}

impl Told<'_> {
    /// Notes of failed spans of a service during the incident, the most frequent first.
    fn notes_of(&self, service: u64) -> Vec<String> {
        let Some((from, to)) = self.incident else { return Vec::new() };
        let mut counts: BTreeMap<u64, u64> = BTreeMap::new();
        for stub in self
            .material
            .stubs
            .iter()
            // What its callers say of their failed calls to it counts as well.
            .filter(|s| (s.service == service || s.peer == service) && s.error && s.note != 0)
        {
            if (from..to).contains(&stub.end) {
                *counts.entry(stub.note).or_default() += 1;
            }
        }
        let mut counts: Vec<(u64, u64)> = counts.into_iter().collect();
        counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        counts.into_iter().map(|(note, _)| self.material.name(note).to_owned()).collect()
    }
}

/// The pod of the strongest shift, when the service has shifts of one only.
fn component(service: &str, shifts: &[MetricShift]) -> Option<String> {
    let mut pods: Vec<&String> =
        shifts.iter().filter(|s| s.service == service).filter_map(|s| s.component.as_ref()).collect();
    let first = pods.first().copied().cloned();
    pods.dedup();
    first.filter(|_| pods.len() == 1)
}

fn words(
    told: &Told<'_>,
    blame: &Blame,
    service: &str,
    patterns: &[LogPattern],
    shifts: &[MetricShift],
    edges: &[SpanEdge],
) -> String {
    let mut said: Vec<String> = Vec::new();
    for (aspect, part) in blame.parts.iter().take(4) {
        if *part < 0.02 {
            continue;
        }
        let text = match aspect {
            Aspect::Lost => "records that its calls always wrote are missing".to_owned(),
            Aspect::Gained | Aspect::Rising => "its calls write records that they did not write".to_owned(),
            Aspect::GainedError | Aspect::RisingError => "it logs errors that it did not log".to_owned(),
            Aspect::Falling => "it logs less than usual".to_owned(),
            Aspect::Gap => {
                edges.iter().find(|e| e.what == "gap" && (e.callee == service || e.caller == service)).map_or_else(
                    || "time is lost on the way to and from it".to_owned(),
                    |e| {
                        format!(
                            "calls {} -> {} lose {} on the way, {} before",
                            e.caller,
                            e.callee,
                            ms(e.after.gap_p50_ms),
                            ms(e.before.gap_p50_ms)
                        )
                    },
                )
            }
            Aspect::Unanswered => "calls to or from it get no answer".to_owned(),
            Aspect::Silence => "nothing is heard of it".to_owned(),
            Aspect::Accused => "failures of its callers name it".to_owned(),
            Aspect::Clock => "its clock and those of its neighbours disagree".to_owned(),
            Aspect::SelfTime => "its own work takes longer".to_owned(),
            Aspect::Latency => "calls to it take longer".to_owned(),
            Aspect::OwnErrors => "its calls fail while its callees do not".to_owned(),
            Aspect::EdgeErrors => "calls to or from it fail".to_owned(),
            Aspect::Structure => "its calls call others than they did".to_owned(),
            Aspect::ThroughputDown => "fewer calls reach it".to_owned(),
            Aspect::ThroughputUp => "more calls reach it".to_owned(),
            Aspect::Resource(_) | Aspect::Symptom(_) => {
                let series = told
                    .analysis
                    .ledger
                    .services
                    .get(&blame.service)
                    .and_then(|l| l.get(aspect))
                    .and_then(|i| i.first())
                    .and_then(|i| match i.what {
                        crate::signal::What::Metric { series } => told.material.live.series.get(&series),
                        _ => None,
                    })
                    .map_or("", |s| told.material.name(s.metric));
                match shifts.iter().find(|s| s.service == service && s.metric == series) {
                    Some(s) => format!("{} went from {} to {}", s.metric, number(s.before), number(s.peak)),
                    None if series.is_empty() => continue,
                    None => format!("{series} changed"),
                }
            }
        };
        if !said.contains(&text) {
            said.push(text);
        }
    }
    let _ = patterns;
    if said.is_empty() { "it changed with the incident".to_owned() } else { said.join("; ") }
}

fn ms(value: Option<f64>) -> String {
    value.map_or_else(
        || "an unknown time".to_owned(),
        |v| if v < 10.0 { format!("{v:.1} ms") } else { format!("{v:.0} ms") },
    )
}

fn number(value: Option<f64>) -> String {
    match value {
        None => "unknown".to_owned(),
        Some(v) if v.abs() >= 100.0 => format!("{v:.0}"),
        Some(v) => format!("{v:.2}"),
    }
}

fn evidence(
    service: &str,
    patterns: &[LogPattern],
    shifts: &[MetricShift],
    edges: &[SpanEdge],
    traces: &[TraceExample],
) -> Vec<Evidence> {
    let mut found: Vec<(f64, Evidence)> = Vec::new();
    for p in patterns.iter().filter(|p| p.service == service && p.significance > 1.0) {
        found.push((p.significance, Evidence { kind: EvidenceKind::LogPattern, id: p.id }));
    }
    for s in shifts.iter().filter(|s| s.service == service) {
        found.push((s.significance, Evidence { kind: EvidenceKind::MetricShift, id: s.id }));
    }
    for e in edges.iter().filter(|e| e.callee == service || e.caller == service) {
        found.push((e.significance, Evidence { kind: EvidenceKind::SpanEdge, id: e.id }));
    }
    for t in traces.iter().filter(|t| t.spans.iter().any(|s| s.service == service)).take(1) {
        found.push((0.5, Evidence { kind: EvidenceKind::Trace, id: t.id }));
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    found.truncate(MAX_EVIDENCE);
    found.into_iter().map(|(_, e)| e).collect()
}

/// Adds accused changes to the suspects whose service they touch.
pub(crate) fn cite_changes(suspects: &mut [Suspect], changes: &[Change]) {
    for change in changes.iter().filter(|c| c.score >= 0.5) {
        for suspect in suspects.iter_mut().filter(|s| Some(&s.service) == change.service.as_ref()) {
            suspect.evidence.push(Evidence { kind: EvidenceKind::Change, id: change.id });
        }
    }
}
