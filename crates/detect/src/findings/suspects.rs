//! Suspects: the most blamed services, with a probability, a kind, the reasoning in words and what supports it.

use decant_model::{Change, Evidence, EvidenceKind, LogPattern, MetricShift, SpanEdge, Suspect, TraceExample, Verdict};

use super::plain::plain;
use super::verdict::Judged;
use super::{Told, kinds};
use crate::blame::Blame;
use crate::evidence::Aspect;
use crate::ids::{mix, text_id};

/// Suspects told.
const MAX_SUSPECTS: usize = 8;
/// Evidence cited for one.
const MAX_EVIDENCE: usize = 8;
/// How steeply probability rises with blame; and the blame of "somebody else".
const SLOPE: f64 = 4.0;
const NOBODY: f64 = 0.4;
/// That probability is too unsure of the first when it is low and a little too sure when it is high; the logistic curve
/// that mends it has two numbers, learnt on 317 simulated faults and 53 labelled captures, each kind weighing as much. With
/// each type of fault left out in turn, those told 0.8 to 0.9 were right in 0.91 of 57, those above in 0.98 of 298.
const INTERCEPT: f64 = 1.84;
const FLATTENING: f64 = 0.55;
/// Odds beyond this were not seen often enough to be told.
const MOST_CERTAIN: f64 = 0.995;

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
    let scores = calibrated(&blames.iter().map(|b| b.score).collect::<Vec<_>>());
    // Of the only source there is nothing to say but what kind of fault it is.
    let is_alone = told.material.live.services.len() <= 1;
    blames
        .iter()
        .zip(scores)
        .take(MAX_SUSPECTS)
        .enumerate()
        .map(|(rank, (blame, score))| {
            let service = told.material.name(blame.service).to_owned();
            let kind = kinds::of(told, blame, patterns);
            Suspect {
                id: mix(&[text_id("suspect"), blame.service]),
                rank: rank as u32 + 1,
                score,
                component: component(&service, shifts),
                kind: kind.to_owned(),
                what: words(told, blame, &service, shifts, edges),
                evidence: evidence(&service, patterns, shifts, edges, traces),
                service,
            }
        })
        .filter(|suspect| !is_alone || suspect.kind != "unknown")
        .collect()
}

/// Probabilities that each is the cause, of blames in falling order.
fn calibrated(blames: &[f64]) -> Vec<f64> {
    let all: f64 = blames.iter().map(|b| (SLOPE * b).exp()).sum::<f64>() + (SLOPE * NOBODY).exp();
    let mut scores: Vec<f64> = blames.iter().map(|b| (SLOPE * b).exp() / all).collect();
    let Some(first) = scores.first().copied() else { return scores };
    let told = first.clamp(1.0 - MOST_CERTAIN, MOST_CERTAIN);
    let mended = 1.0 / (1.0 + (-(INTERCEPT + FLATTENING * (told / (1.0 - told)).ln())).exp());
    // Who is hardly ahead of another is no surer than the two of them are apart.
    let second = scores.get(1).copied().unwrap_or(0.0);
    let mended = mended.min(first / (first + second).max(f64::MIN_POSITIVE));
    // The others share what is left as before.
    let rest = (1.0 - mended) / (1.0 - first).max(1e-9);
    scores.iter_mut().skip(1).for_each(|score| *score = (*score * rest).min(mended));
    if let Some(score) = scores.first_mut() {
        *score = mended;
    }
    scores
}

/// The pod of the strongest shift, when the service has shifts of one only.
fn component(service: &str, shifts: &[MetricShift]) -> Option<String> {
    let mut pods: Vec<&String> =
        shifts.iter().filter(|s| s.service == service).filter_map(|s| s.component.as_ref()).collect();
    let first = pods.first().copied().cloned();
    pods.dedup();
    first.filter(|_| pods.len() == 1)
}

fn words(told: &Told<'_>, blame: &Blame, service: &str, shifts: &[MetricShift], edges: &[SpanEdge]) -> String {
    let mut said: Vec<String> = Vec::new();
    for (aspect, part) in blame.parts.iter().take(4) {
        if *part < 0.02 {
            continue;
        }
        let text = match aspect {
            Aspect::Gap => {
                edges.iter().find(|e| e.what == "gap" && (e.callee == service || e.caller == service)).map_or_else(
                    || aspect_words(*aspect).to_owned(),
                    |e| {
                        format!(
                            "calls {} -> {} lose time on the way ({}, {} before)",
                            plain(&e.caller),
                            plain(&e.callee),
                            ms(e.after.gap_p50_ms),
                            ms(e.before.gap_p50_ms)
                        )
                    },
                )
            }
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
                    Some(s) => format!("{} went from {} to {}", plain(&s.metric), number(s.before), number(s.peak)),
                    None if series.is_empty() => continue,
                    None => format!("{} changed", plain(series)),
                }
            }
            plain => aspect_words(*plain).to_owned(),
        };
        if !said.contains(&text) {
            said.push(text);
        }
    }
    if said.is_empty() { "it changed with the incident".to_owned() } else { said.join("; ") }
}

/// What an aspect says, without figures.
pub(crate) fn aspect_words(aspect: Aspect) -> &'static str {
    match aspect {
        Aspect::Lost => "records that its calls always wrote are missing",
        Aspect::Gained | Aspect::Rising => "its calls write records that they did not write",
        Aspect::GainedError | Aspect::RisingError => "it logs errors that it did not log",
        Aspect::Falling => "it logs less than usual",
        Aspect::Gap => "time is lost on the way to and from it",
        Aspect::Unanswered => "calls to or from it get no answer",
        Aspect::Silence => "nothing is heard of it",
        Aspect::Accused => "failures of its callers name it",
        Aspect::Clock => "its clock and those of its neighbours disagree",
        Aspect::SelfTime => "its own work takes longer",
        Aspect::Latency => "calls to it take longer",
        Aspect::OwnErrors => "its calls fail while its callees do not",
        Aspect::EdgeErrors => "calls to or from it fail",
        Aspect::Ended => "its callers do nothing more after having called it",
        Aspect::BrokeOff => "its calls do nothing more after another one, which did all it always does",
        Aspect::Structure => "its calls call others than they did",
        Aspect::ThroughputDown => "fewer calls reach it",
        Aspect::ThroughputUp => "more calls reach it",
        Aspect::Resource(_) => "a resource is used more",
        Aspect::Symptom(_) => "a metric of it changed",
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_fall_with_blame_and_add_up_to_one_at_most() {
        for blames in [&[1.5, 0.2, 0.1][..], &[0.3, 0.3, 0.3], &[40.0, 0.0], &[0.01], &[]] {
            let scores = calibrated(blames);
            assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
            assert!(scores.iter().sum::<f64>() <= 1.0 + 1e-9, "{scores:?}");
            assert!(scores.iter().all(|s| (0.0..=1.0).contains(s)), "{scores:?}");
        }
    }

    #[test]
    fn nobody_is_certain() {
        assert!(calibrated(&[40.0, 0.0]).first().is_some_and(|s| *s < 0.995));
    }
}
