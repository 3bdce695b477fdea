//! Is something wrong? An incident needs enough evidence, and enough healthy time to know evidence when it is seen.

use decant_model::{Incident, IncidentState, Suspect, Verdict};

use super::plain::plain;
use super::{Told, kinds, patterns};
use crate::ids::{mix, text_id};
use crate::onset::Episode;
use crate::threshold;

/// The verdict and how sure it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Judged {
    pub(crate) verdict: Verdict,
    pub(crate) confidence: f64,
    pub(crate) reason: String,
    /// Whether there was healthy time to compare with.
    pub(crate) compared: bool,
}

/// How steeply confidence rises with weight.
const SLOPE: f64 = 6.0;

pub(crate) fn judge(told: &Told<'_>) -> Judged {
    let material = told.material;
    let window_s = u64::from(material.config.window_s.max(1));
    let (weight, before_s) = told.analysis.episode.map_or((0.0, 0), |e| {
        let rest = material.stretch.len().saturating_sub(e.to - e.from) as u64;
        (e.weight, rest * window_s)
    });
    let trained = !material.baseline.is_empty();
    let timed = material.stretch.len() > 0;
    let enough_history = trained || before_s >= u64::from(material.config.min_history_s);
    let errors = loud_errors(told);
    let confidence = confidence(told, told.analysis.episode.unwrap_or_default());
    if timed && enough_history && confidence >= 0.5 {
        let reason = format!("several signals changed together (weight of evidence {weight:.2})");
        return Judged { verdict: Verdict::Incident, confidence, reason, compared: true };
    }
    if errors > 0 && !trained && (!timed || before_s < u64::from(material.config.min_history_s) || is_logs_only(told)) {
        let reason = format!("{errors} error patterns, without healthy time to compare with");
        return Judged { verdict: Verdict::Incident, confidence: 0.6, reason, compared: false };
    }
    let whole_s = material.stretch.len() as u64 * window_s;
    if !timed || (!trained && whole_s < 2 * u64::from(material.config.min_history_s)) {
        let reason =
            format!("only {whole_s} s of telemetry with times and no baseline: too little to tell well from sick");
        return Judged { verdict: Verdict::InsufficientData, confidence: 0.0, reason, compared: false };
    }
    let reason =
        format!("nothing changed beyond what this system's own variation explains (weight of evidence {weight:.2})");
    Judged { verdict: Verdict::NoIncident, confidence, reason, compared: true }
}

/// Whether logs are all there is.
fn is_logs_only(told: &Told<'_>) -> bool {
    told.material.live.series.is_empty() && told.material.facts.operations.is_empty()
}

/// Patterns of errors, where logs are all there is.
fn loud_errors(told: &Told<'_>) -> usize {
    if !is_logs_only(told) {
        return 0;
    }
    told.material.patterns.by_key.values().filter(|p| p.severity.is_error() && p.cell.total() > 0).count()
}

/// From the first error to the newest record, where nothing but errors makes the incident: that it ended is not known.
fn errors(told: &Told<'_>) -> Option<(i64, i64)> {
    let errors = told.material.patterns.by_key.values().filter(|p| p.severity.is_error());
    let first = errors.filter_map(|p| p.cell.first.as_ref()?.time).min()?;
    Some((first, told.material.live.newest().unwrap_or(first)))
}

/// The incident that is meant, and others of the stretch.
pub(crate) fn incidents(told: &Told<'_>, judged: &Judged, suspects: &[Suspect]) -> Vec<Incident> {
    if judged.verdict != Verdict::Incident {
        return Vec::new();
    }
    let (onset, end) = told.incident.filter(|_| judged.compared).or_else(|| errors(told)).unwrap_or_default();
    let first = suspects.first().map_or("", |s| s.service.as_str());
    let kind = suspects.first().map_or("unknown", |s| s.kind.as_str());
    let title = if first.is_empty() { "errors in the logs".to_owned() } else { format!("{}: {kind}", plain(first)) };
    let meant = incident(told, (onset, end), first, title, judged.confidence);
    let others = told.analysis.others.iter().filter_map(|other| {
        let episode = other.episode?;
        let times = (told.time(episode.from), told.time(episode.to));
        let told = Told { material: told.material, analysis: other, incident: Some(times) };
        let blame = other.blames.first()?;
        let kind = kinds::of(&told, blame, &patterns::tell(&told).0);
        let first = told.material.name(blame.service);
        Some(incident(&told, times, first, format!("{}: {kind}", plain(first)), confidence(&told, episode)))
    });
    std::iter::once(meant).chain(others).collect()
}

/// Blame below this says nothing of whether a service was hit.
const LEAST_BLAME: f64 = 0.02;
/// Services of a blast radius.
const MAX_HIT: usize = 12;

fn incident(told: &Told<'_>, (onset, end): (i64, i64), first: &str, title: String, confidence: f64) -> Incident {
    let material = told.material;
    let newest = material.live.newest().unwrap_or(end);
    let window = material.config.window_ns();
    let hit = told.analysis.blames.iter().filter(|b| b.score >= LEAST_BLAME);
    let mut services: Vec<String> = hit.take(MAX_HIT).map(|b| material.name(b.service).to_owned()).collect();
    services.dedup();
    // The same incident may seem to begin a little earlier or later once more is known of it.
    let id_window = onset.div_euclid(ID_WINDOWS * window.max(1));
    Incident {
        id: mix(&[text_id("incident"), text_id(first), id_window as u64]),
        revision: 1,
        state: state(onset, end, newest, window),
        onset_unix_nano: onset,
        anchor_unix_nano: onset,
        last_unix_nano: end.min(newest),
        title,
        first_suspect: first.to_owned(),
        services,
        confidence,
    }
}

/// Windows of onset that give the same id.
const ID_WINDOWS: i64 = 6;

/// How sure it is that a stretch was sick.
fn confidence(told: &Told<'_>, episode: Episode) -> f64 {
    let config = &told.material.config;
    let well_s = episode.from as f64 * f64::from(config.window_s);
    let enough = threshold::enough(config, told.material.baseline.is_empty().then_some(well_s));
    1.0 / (1.0 + (-SLOPE * (episode.weight - enough)).exp())
}

/// Where in its life an incident is that was last seen at `end`.
fn state(onset: i64, end: i64, newest: i64, window: i64) -> IncidentState {
    if onset == 0 {
        // Without times.
        IncidentState::Open
    } else if end.saturating_add(6 * window) <= newest {
        IncidentState::Resolved
    } else if end.saturating_add(window) < newest {
        IncidentState::Recovering
    } else if newest.saturating_sub(onset) < 12 * window {
        IncidentState::Growing
    } else {
        IncidentState::Open
    }
}
