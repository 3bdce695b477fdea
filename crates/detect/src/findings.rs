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
pub(crate) fn tell(material: &Material<'_>, analysis: &Analysis) -> Findings {
    let mut told = Told { material, analysis, incident: None };
    let judged = verdict::judge(&told);
    if judged.verdict == decant_model::Verdict::Incident {
        told.incident = analysis.episode.map(|e| (told.time(e.from), told.time(e.to)));
    }
    let (log_patterns, patterns_omitted) = patterns::tell(&told);
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
    count(&mut findings, material);
    findings.counts.notes.extend(material.notes());
    let omitted = [
        ("log records of patterns over the limit", patterns_omitted),
        ("incidents over the limit", analysis.others_omitted as u64),
        ("changes without a verdict", analysis.verdicts.omitted as u64),
        ("services with experiments over the limit", resilience_omitted as u64),
    ];
    findings.counts.notes.extend(omitted.into_iter().filter(|(_, n)| *n > 0).map(|(what, n)| (what.to_owned(), n)));
    findings
}

fn scope(material: &Material<'_>) -> Scope {
    let services: BTreeSet<String> =
        material.live.services.values().map(|s| material.name(s.name).to_owned()).filter(|s| !s.is_empty()).collect();
    let window = material.config.window_ns();
    let told = material.told;
    let from = (told.len() > 0).then(|| told.from.saturating_mul(window));
    // The end of the last window, or of what is in it.
    let to = material.live.records.newest.map(|t| t.saturating_add(1).min(told.to.saturating_mul(window)));
    let to = to.filter(|_| from.is_some());
    Scope { from_unix_nano: from, to_unix_nano: to, services: services.into_iter().collect() }
}

/// How many records the windows in scope hold.
fn count(findings: &mut Findings, material: &Material<'_>) {
    let (records, told) = (&material.live.records, (material.told.from, material.told.to));
    let counts = &mut findings.counts;
    counts.logs = records.logs.within(told);
    counts.spans = records.spans.within(told);
    counts.metric_points = records.points.within(told);
    counts.repeats = records.repeats.within(told);
    match records.changes.within(told) {
        0 => {}
        changes => drop(counts.notes.insert("log records that tell of changes".to_owned(), changes)),
    }
}

/// Keeps what concerns a service and its neighbours in the graph. Comes after [`crate::Register::revise`],
/// which needs all that was found.
pub fn narrow(findings: &mut Findings, service: &str) {
    let mut near: BTreeSet<String> = BTreeSet::from([service.to_owned()]);
    for edge in &findings.topology {
        if edge.caller == service {
            near.insert(edge.callee.clone());
        }
        if edge.callee == service {
            near.insert(edge.caller.clone());
        }
    }
    let records = |findings: &Findings| findings.log_patterns.iter().map(|p| p.count).sum::<u64>();
    let all = records(findings);
    findings.log_patterns.retain(|p| near.contains(&p.service));
    let others = all - records(findings);
    if others > 0 {
        findings.counts.notes.insert("log records of services farther away".to_owned(), others);
    }
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
