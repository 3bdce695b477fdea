//! Changes weighed: which of them, if any, is the cause?
//!
//! A change is a cause only if it came before (within hours), reached a suspect or what a suspect depends on, and touches
//! what then went wrong. The last is judged by words: those of the title, the files and the diff that also stand in what
//! changed (new errors, shifted metrics, failed calls), rare words more than common ones. The score is a probability;
//! without words in common a change near in time is still only a candidate.

use std::collections::{BTreeMap, BTreeSet};

use decant_model::{Change, LogPattern, MetricShift, Novelty, Suspect, Verdict};

use crate::findings::Told;
use crate::findings::verdict::Judged;
use crate::ids::{mix, text_id};
use crate::rollup::ChangeEvent;

/// How far back a change may lie and still be a cause.
const REACH_NS: i64 = 6 * 3600 * 1_000_000_000;

pub(crate) fn weigh(
    told: &Told<'_>,
    judged: &Judged,
    suspects: &[Suspect],
    patterns: &[LogPattern],
    shifts: &[MetricShift],
) -> Vec<Change> {
    let mut events: Vec<&ChangeEvent> = told.material.live.changes.values().collect();
    events.sort_by(|a, b| {
        (a.time, &a.kind, &a.service, &a.revision, &a.title).cmp(&(b.time, &b.kind, &b.service, &b.revision, &b.title))
    });
    let symptoms = symptom_words(suspects, patterns, shifts);
    let merged = merge(&events);
    let documents: Vec<BTreeSet<String>> = merged.iter().map(|m| words(&m.text)).collect();
    let mut frequency: BTreeMap<&str, f64> = BTreeMap::new();
    for document in &documents {
        for word in document {
            *frequency.entry(word).or_default() += 1.0;
        }
    }
    let count = documents.len().max(1) as f64;
    let mut changes: Vec<Change> = merged
        .iter()
        .zip(&documents)
        .map(|(m, document)| {
            let overlap: f64 = document
                .iter()
                .filter_map(|w| {
                    symptoms
                        .get(w)
                        .map(|weight| weight * (count / frequency.get(w.as_str()).copied().unwrap_or(1.0)).ln_1p())
                })
                .sum();
            score(told, judged, suspects, m, overlap)
        })
        .collect();
    changes.sort_by(|a, b| b.score.total_cmp(&a.score).then(b.at_unix_nano.cmp(&a.at_unix_nano)).then(a.id.cmp(&b.id)));
    changes.truncate(told.material.config.max_findings);
    for (rank, change) in changes.iter_mut().enumerate() {
        change.rank = rank as u32 + 1;
    }
    changes
}

/// A commit and its deployments, as one.
struct Merged {
    first: ChangeEvent,
    /// When it took effect: the deployment, else the event itself.
    effect: i64,
    services: BTreeSet<String>,
    text: String,
    deployed: bool,
}

fn merge(events: &[&ChangeEvent]) -> Vec<Merged> {
    let mut merged: Vec<Merged> = Vec::new();
    for event in events {
        let deploys = event.kind.contains("deploy") || event.kind.contains("rollout");
        let text = format!("{} {} {}", event.title, event.files, event.diff);
        let same =
            event.revision.as_ref().and_then(|r| merged.iter_mut().find(|m| m.first.revision.as_ref() == Some(r)));
        match same {
            Some(known) => {
                known.text.push(' ');
                known.text.push_str(&text);
                if !event.service.is_empty() {
                    known.services.insert(event.service.clone());
                }
                if deploys && !known.deployed {
                    known.effect = event.time;
                    known.deployed = true;
                }
                if known.first.diff.is_empty() && !event.diff.is_empty() {
                    known.first.title.clone_from(&event.title);
                    known.first.diff.clone_from(&event.diff);
                }
            }
            None => merged.push(Merged {
                first: (*event).clone(),
                effect: event.time,
                services: Some(event.service.clone()).filter(|s| !s.is_empty()).into_iter().collect(),
                text,
                deployed: deploys,
            }),
        }
    }
    merged
}

fn score(told: &Told<'_>, judged: &Judged, suspects: &[Suspect], merged: &Merged, overlap: f64) -> Change {
    let onset = told.incident.map(|(from, _)| from);
    let mut reasons: Vec<String> = Vec::new();
    let mut log_odds = -4.5;
    match onset {
        None => reasons.push("there is no incident to explain".to_owned()),
        Some(onset) => {
            let before_s = (onset - merged.effect) as f64 / 1e9;
            // An onset is known to half a minute or so.
            if before_s < -30.0 {
                log_odds -= 3.0;
                reasons.push("it came after the onset".to_owned());
            } else if onset - merged.effect > REACH_NS {
                log_odds -= 2.0;
                reasons.push("it came long before the onset".to_owned());
            } else {
                log_odds += 1.0 / (1.0 + before_s.max(0.0) / 1800.0);
                // What works for twenty minutes seldom breaks by itself after that.
                log_odds -= ((before_s - 1200.0) / 1200.0).clamp(0.0, 2.0);
                reasons.push(format!("{:.0} min before the onset", before_s.max(0.0) / 60.0));
            }
        }
    }
    if suspects.first().is_some_and(|s| matches!(s.kind.as_str(), "dependency" | "dns" | "traffic")) {
        log_odds -= 1.2;
        reasons.push("what is seen points outside the code".to_owned());
    }
    let rank = suspects.iter().position(|s| merged.services.contains(&s.service));
    let named = suspects.iter().position(|s| mentions(&merged.text, &s.service));
    match rank.or(named) {
        Some(0) => {
            log_odds += 1.0;
            reasons.push("it touches the first suspect".to_owned());
        }
        Some(_) => {
            log_odds += 0.3;
            reasons.push("it touches a suspect".to_owned());
        }
        None => {}
    }
    if overlap > 0.0 {
        log_odds += overlap.min(9.0) * 0.45;
        if overlap > 2.0 {
            reasons.push("its words stand in what went wrong".to_owned());
        }
    }
    if is_harmless(&merged.first.title) {
        log_odds -= 1.5;
        reasons.push("by its title it changes no behaviour".to_owned());
    }
    match Touch::of(&merged.first.diff) {
        Touch::Values => {
            log_odds += 0.5;
            reasons.push("its diff changes values".to_owned());
        }
        Touch::OnlyAdds => {
            log_odds -= 1.0;
            reasons.push("its diff only adds".to_owned());
        }
        Touch::Unknown if !merged.deployed => {
            log_odds -= 1.0;
            reasons.push("it was not seen to be deployed, and has no diff".to_owned());
        }
        Touch::Unknown | Touch::Code => {}
    }
    let odds = if judged.verdict == Verdict::Incident { log_odds } else { log_odds.min(-2.0) };
    let event = &merged.first;
    Change {
        id: mix(&[
            text_id("change"),
            text_id(&event.kind),
            text_id(&event.service),
            text_id(event.revision.as_deref().unwrap_or("")),
            text_id(&event.title),
            event.time as u64,
        ]),
        rank: 0,
        score: 1.0 / (1.0 + (-odds).exp()),
        at_unix_nano: merged.effect,
        kind: event.kind.clone(),
        service: merged.services.first().cloned(),
        revision: event.revision.clone(),
        title: event.title.clone(),
        why: reasons.join("; "),
    }
}

/// What a diff does to what was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Touch {
    Unknown,
    OnlyAdds,
    /// Lines are rewritten.
    Code,
    /// Numbers, durations or versions are others than before.
    Values,
}

impl Touch {
    fn of(diff: &str) -> Self {
        let lines = |sign: char| -> Vec<&str> {
            diff.lines()
                .filter(|l| l.starts_with(sign))
                .map(|l| l.trim_start_matches(sign).trim())
                .filter(|l| !l.is_empty())
                .collect()
        };
        let (gone, come) = (lines('-'), lines('+'));
        if gone.is_empty() && come.is_empty() {
            return Self::Unknown;
        }
        if gone.is_empty() {
            return Self::OnlyAdds;
        }
        // The same line but for its digits.
        let letters = |l: &str| l.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
        let has_digit = |l: &str| l.bytes().any(|b| b.is_ascii_digit());
        let revalued = |a: &&str| {
            has_digit(a)
                && come.iter().any(|b| *a != *b && (letters(a) == letters(b) || same_key(a, b)) && has_digit(b))
        };
        if gone.iter().any(revalued) { Self::Values } else { Self::Code }
    }
}

/// Whether two lines give a value to the same name.
fn same_key(a: &str, b: &str) -> bool {
    let key = |l: &str| l.split([':', '=', ' ']).next().map(str::to_owned).unwrap_or_default();
    key(a).len() >= 3 && key(a) == key(b)
}

/// Whether a title says that nothing which runs is touched, or only how it is observed.
fn is_harmless(title: &str) -> bool {
    let kind = title.split([':', '(']).next().unwrap_or("").trim().to_ascii_lowercase();
    let words = words(title);
    // Conventional Commits' types that by convention change no behaviour.
    ["docs", "test", "tests", "style", "ci"].contains(&kind.as_str())
        || [
            "typo",
            "comment",
            "readme",
            "changelog",
            "codeowner",
            "gofmt",
            "lint",
            "import",
            "healthz",
            "readyz",
            "probe",
            "logging",
            "histogram",
            "counter",
            "dashboard",
            "restyle",
        ]
        .iter()
        .any(|w| words.contains(*w))
}

fn mentions(text: &str, service: &str) -> bool {
    let stem = service.trim_end_matches("service").trim_end_matches("-svc").trim_end_matches(['-', '_']);
    stem.len() >= 4 && text.to_ascii_lowercase().contains(&stem.to_ascii_lowercase())
}

/// Words of what went wrong, each with how sure it is that it did.
fn symptom_words(suspects: &[Suspect], patterns: &[LogPattern], shifts: &[MetricShift]) -> BTreeMap<String, f64> {
    let mut found: BTreeMap<String, f64> = BTreeMap::new();
    let mut add = |text: &str, weight: f64| {
        for word in words(text) {
            let known = found.entry(word).or_default();
            *known = known.max(weight);
        }
    };
    for pattern in patterns.iter().filter(|p| matches!(p.novelty, Novelty::New | Novelty::Rising)).take(20) {
        let weight = if pattern.severity.is_error() { 1.0 } else { 0.6 };
        add(pattern.examples.first().map_or(pattern.template.as_str(), |e| e.text.as_str()), weight);
    }
    for shift in shifts.iter().take(20) {
        add(&shift.metric, 0.8);
    }
    for suspect in suspects.iter().take(3) {
        add(&suspect.service, 0.5);
    }
    found
}

/// Words of four letters or more, split at case and punctuation, in lower case.
fn words(text: &str) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let mut word = String::new();
    let mut last = ' ';
    for c in text.chars().chain([' ']) {
        let breaks = !c.is_ascii_alphanumeric() || (c.is_ascii_uppercase() && last.is_ascii_lowercase());
        if breaks && !word.is_empty() {
            if word.len() >= 4 && word.bytes().any(|b| b.is_ascii_alphabetic()) {
                out.insert(word.trim_end_matches('s').to_owned());
            }
            word.clear();
        }
        if c.is_ascii_alphanumeric() {
            word.push(c.to_ascii_lowercase());
        }
        last = c;
    }
    out
}
