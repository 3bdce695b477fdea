//! Telling what was found: the analysis as the plain data of [`decant_model::Findings`].

mod edges;
mod healthy;
pub(crate) mod kinds;
mod patterns;
pub(crate) mod plain;
mod shifts;
mod suspects;
mod traces;
pub(crate) mod verdict;

pub(crate) use suspects::aspect_words;

use std::collections::BTreeSet;

use decant_model::{Findings, Scope};

use crate::analysis::Analysis;
use crate::changes;
use crate::chaos;
use crate::material::Material;

/// What several parts of the telling need.
pub(crate) struct Told<'a> {
    pub(crate) material: &'a Material<'a>,
    pub(crate) analysis: &'a Analysis,
    /// Start and end of the incident.
    pub(crate) incident: Option<(i64, i64)>,
}

impl Told<'_> {
    /// Start of a window by its index in the stretch.
    fn time(&self, index: usize) -> i64 {
        (self.material.stretch.from + index as i64).saturating_mul(self.material.config.window_ns())
    }
}

/// All findings of an analysis.
pub(crate) fn tell(material: &Material<'_>, analysis: &Analysis, service: Option<&str>) -> Findings {
    let mut told = Told { material, analysis, incident: None };
    let judged = verdict::judge(&told);
    if judged.verdict == decant_model::Verdict::Incident {
        told.incident = analysis.episode.map(|e| (told.time(e.from), told.time(e.to)));
    }
    let log_patterns = patterns::tell(&told);
    let metric_shifts = shifts::tell(&told);
    let span_edges = edges::tell(&told);
    let traces = traces::tell(&told);
    let mut suspects = suspects::tell(&told, &judged, &log_patterns, &metric_shifts, &span_edges, &traces);
    let context =
        changes::Context { suspects: &suspects, patterns: &log_patterns, shifts: &metric_shifts, edges: &span_edges };
    let changes::Weighed { changes, none } = changes::weigh(&told, &judged, &context);
    suspects::cite_changes(&mut suspects, &changes);
    let verdict_reason = none.map_or(judged.reason.clone(), |none| format!("{}; {none}", judged.reason));
    let incidents = verdict::incidents(&told, &judged, &suspects);
    let (resilience, resilience_omitted) = chaos::score(material, &incidents);
    let mut findings = Findings {
        scope: scope(material),
        verdict: judged.verdict,
        verdict_reason,
        incidents,
        resilience,
        suspects,
        changes,
        log_patterns,
        metric_shifts,
        span_edges,
        traces,
        topology: edges::topology(&told),
        healthy: healthy::tell(&told, &judged),
        missing: healthy::missing(&told),
        ..Findings::default()
    };
    if let Some(service) = service {
        narrow(&mut findings, service);
    }
    findings.counts.notes.extend(material.notes());
    let omitted = [
        ("incidents over the limit", analysis.others_omitted),
        ("changes without a verdict", analysis.verdicts.omitted),
        ("services with experiments over the limit", resilience_omitted),
    ];
    findings
        .counts
        .notes
        .extend(omitted.into_iter().filter(|(_, n)| *n > 0).map(|(what, n)| (what.to_owned(), n as u64)));
    findings
}

fn scope(material: &Material<'_>) -> Scope {
    let services: BTreeSet<String> =
        material.live.services.values().map(|s| material.name(s.name).to_owned()).filter(|s| !s.is_empty()).collect();
    let window = material.config.window_ns();
    let from = (material.stretch.len() > 0).then(|| material.stretch.from.saturating_mul(window));
    let to = material.live.newest().map(|t| t.saturating_add(1)).filter(|_| from.is_some());
    Scope { from_unix_nano: from, to_unix_nano: to, services: services.into_iter().collect() }
}

/// Keeps what concerns a service and its neighbours in the graph.
fn narrow(findings: &mut Findings, service: &str) {
    let mut near: BTreeSet<String> = BTreeSet::from([service.to_owned()]);
    for edge in &findings.topology {
        if edge.caller == service {
            near.insert(edge.callee.clone());
        }
        if edge.callee == service {
            near.insert(edge.caller.clone());
        }
    }
    findings.log_patterns.retain(|p| near.contains(&p.service));
    findings.metric_shifts.retain(|m| near.contains(&m.service));
    findings.span_edges.retain(|e| e.caller == service || e.callee == service);
    findings.traces.retain(|t| t.spans.iter().any(|s| s.service == service));
    findings.topology.retain(|e| e.caller == service || e.callee == service);
    findings.suspects.retain(|s| near.contains(&s.service));
    findings.resilience.retain(|r| near.contains(&r.service));
    for (rank, suspect) in findings.suspects.iter_mut().enumerate() {
        suspect.rank = rank as u32 + 1;
    }
}
