//! Changes weighed: which of them, if any, is the cause?
//!
//! One of them is guilty or none is, so their scores and that of "none" add up to one. Each change has a weight, the product
//! of how much likelier a guilty change than any change is to be like it: in **time** (what breaks does so soon), in **place**
//! (it touches the suspect or its neighbours), in **effect** (its diff can break something) and in **words** (what it changes
//! stands in what went wrong). "None" has the weight of what speaks for other causes ([`elsewhere`]). A change that is near
//! in time and place is accused only when little speaks for others.

mod diff;
mod elsewhere;
mod merged;
mod symptoms;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use decant_model::{Change, LogPattern, MetricShift, SpanEdge, Suspect, Verdict};

use self::diff::Touch;
use self::elsewhere::Elsewhere;
use self::merged::Merged;
pub(crate) use self::merged::deploys;
use self::symptoms::Symptoms;
use crate::findings::Told;
use crate::findings::plain::plain;
use crate::findings::verdict::Judged;
use crate::rollup::ChangeEvent;
use crate::verdicts::Verdicts;

/// Whether a change of this kind changes what runs: code, switches and settings; no commit, no report, no experiment.
pub(crate) fn runs(kind: &str) -> bool {
    deploys(kind) || ["release", "rollback", "migration", "flag", "config"].iter().any(|word| kind.contains(word))
}

/// How far back a change may lie and still be a cause.
const REACH_MIN: f64 = 360.0;
/// Rollouts, caches and load take so many minutes to show what a change did; guilt falls with one over the time beyond.
const TAKES_EFFECT_MIN: f64 = 5.0;
/// An onset is known to half a minute or so.
const SLACK_MIN: f64 = 0.6;
/// ln of the odds against "none" of a change that nothing else speaks for or against: one of a few in hours.
const RARE: f64 = -1.4;

/// How changes stand to an incident.
pub(crate) struct Weighed {
    pub(crate) changes: Vec<Change>,
    /// Why none of them is the cause, when so.
    pub(crate) none: Option<String>,
}

/// What is told before changes are.
pub(crate) struct Context<'a> {
    pub(crate) suspects: &'a [Suspect],
    pub(crate) patterns: &'a [LogPattern],
    pub(crate) shifts: &'a [MetricShift],
    pub(crate) edges: &'a [SpanEdge],
}

pub(crate) fn weigh(told: &Told<'_>, judged: &Judged, context: &Context<'_>) -> Weighed {
    let mut events: Vec<&ChangeEvent> = told.material.live.changes.values().collect();
    events.retain(|event| told.material.config.window(event.time) < told.material.until);
    events.sort_by(|a, b| {
        (a.time, &a.kind, &a.service, &a.revision, &a.title).cmp(&(b.time, &b.kind, &b.service, &b.revision, &b.title))
    });
    let known: BTreeSet<&str> =
        told.material.live.services.values().map(|s| told.material.name(s.name)).filter(|n| !n.is_empty()).collect();
    let merged = merged::merge(&events, &known);
    let symptoms = symptoms::of(told, context.patterns, context.shifts, context.edges);
    let scale = Scale::new(&merged, &symptoms);
    let place = Place::new(told, context.suspects);
    let weighed: Vec<(f64, Vec<String>)> = merged.iter().map(|m| weight(told, m, &symptoms, &scale, &place)).collect();
    let elsewhere = elsewhere::look(told, context.suspects, context.patterns);
    let none: f64 = elsewhere.iter().map(|e| e.log_ratio).sum::<f64>().exp();
    let all: f64 = none + weighed.iter().map(|(log_weight, _)| log_weight.exp()).sum::<f64>();
    let incident = judged.verdict == Verdict::Incident;
    let mut changes: Vec<Change> = merged
        .iter()
        .zip(weighed)
        .map(|(m, (log_weight, reasons))| {
            let score = if incident { log_weight.exp() / all } else { 0.0 };
            change(m, score, &reasons, &told.analysis.verdicts)
        })
        .collect();
    changes.sort_by(|a, b| b.score.total_cmp(&a.score).then(b.at_unix_nano.cmp(&a.at_unix_nano)).then(a.id.cmp(&b.id)));
    changes.truncate(told.material.config.max_findings);
    for (rank, change) in changes.iter_mut().enumerate() {
        change.rank = rank as u32 + 1;
    }
    let accused = changes.first().is_some_and(|c| c.score >= 0.5);
    let none = (incident && !accused && !changes.is_empty()).then(|| none_reason(&elsewhere, none / all));
    Weighed { changes, none }
}

fn none_reason(elsewhere: &[Elsewhere], share: f64) -> String {
    let reasons: Vec<&str> = elsewhere.iter().filter(|e| e.log_ratio > 0.3).map(|e| e.reason.as_str()).collect();
    match (share >= 0.5, reasons.is_empty()) {
        (true, false) => format!("no change explains it: {}", reasons.join(", and ")),
        (true, true) => "no change explains it".to_owned(),
        (false, _) => "no single change explains it better than the others".to_owned(),
    }
}

/// How common words are, among changes and on an ordinary day.
struct Scale {
    frequency: BTreeMap<String, f64>,
    documents: f64,
}

/// Fewer texts than this do not tell rare words from common ones.
const LEAST_DOCUMENTS: f64 = 20.0;
/// How often a word of what went wrong stands in the change that brought it about.
const HIT: f64 = 0.2;
/// Most that words add. Of a diff that has none of them as much is taken as of one that could not break anything.
const MOST_BY_WORDS: f64 = 4.0;
const NO_WORDS: f64 = 1.0;
/// Words around a diff say less than those it changes; notions less than words.
const AROUND: f64 = 0.5;
const NOTION: f64 = 0.5;
/// A stack names the file that a change touches: worth about as much as all words.
const NAMED_FILE: f64 = 4.0;

impl Scale {
    fn new(merged: &[Merged], symptoms: &Symptoms) -> Self {
        let mut frequency = symptoms.ordinary.clone();
        for change in merged {
            for word in change.changed.union(&change.around) {
                *frequency.entry(word.clone()).or_default() += 1.0;
            }
        }
        Self { frequency, documents: (merged.len() as f64 + symptoms.documents).max(LEAST_DOCUMENTS) }
    }

    /// ln of how much oftener a word of what went wrong stands in a guilty change than in any.
    fn telling(&self, word: &str) -> f64 {
        let known = self.frequency.get(word).copied().unwrap_or(1.0).max(1.0);
        let notion = if word.starts_with('~') { NOTION } else { 1.0 };
        notion * (HIT * self.documents / known).ln().max(0.0)
    }
}

/// Where it is: services by how near they are to what is suspected, as a logarithm.
struct Place {
    nearness: BTreeMap<String, f64>,
}

/// Place of a change of which it is not known what it touches, of neighbours of the first suspect, and of services that
/// have nothing to do with it.
const UNKNOWN_PLACE: f64 = -1.4;
const NEIGHBOUR: f64 = -1.2;
const FAR: f64 = -3.0;

impl Place {
    fn new(told: &Told<'_>, suspects: &[Suspect]) -> Self {
        let mut nearness = BTreeMap::new();
        for suspect in suspects {
            // The second is taken for half as likely as the first in one of two cases.
            nearness.entry(suspect.service.clone()).or_insert(-0.5 * f64::from(suspect.rank.max(1)).ln());
        }
        let Some(first) = suspects.first() else { return Self { nearness } };
        for pair in told.material.facts.pairs.values() {
            let (caller, callee) = (told.material.name(pair.caller), told.material.name(pair.callee));
            for (here, there) in [(caller, callee), (callee, caller)] {
                if here == first.service && !there.is_empty() {
                    let known = nearness.entry(there.to_owned()).or_insert(NEIGHBOUR);
                    *known = known.max(NEIGHBOUR);
                }
            }
        }
        Self { nearness }
    }

    fn of(&self, merged: &Merged) -> f64 {
        // Others may build on shared code too.
        let least = if merged.is_shared { UNKNOWN_PLACE } else { FAR };
        merged.services.iter().filter_map(|s| self.nearness.get(s)).fold(least, |a, b| a.max(*b))
    }
}

/// ln of how much likelier a guilty change is to be so long before, than any change; `None` after the onset.
fn timeliness(before_min: f64) -> Option<f64> {
    if !(-SLACK_MIN..=REACH_MIN).contains(&before_min) {
        return None;
    }
    let whole = ((REACH_MIN + TAKES_EFFECT_MIN) / TAKES_EFFECT_MIN).ln();
    Some((REACH_MIN / ((before_min.max(0.0) + TAKES_EFFECT_MIN) * whole)).ln())
}

/// What takes a change out of consideration.
const IMPOSSIBLE: f64 = -9.0;
/// By what it is: an experiment is meant to hurt; what a cluster or an alert reports is what came of it.
const EXPERIMENT: f64 = 2.0;
const REPORT: f64 = -6.0;
/// Flags are turned oftener than code is rolled out, and break no oftener.
const FLAG: f64 = -0.7;
const HARMLESS: f64 = -2.5;
/// Not seen to be deployed, where deployments are told of.
const UNDEPLOYED: f64 = -1.0;

/// ln of a change's weight, and the reasons in words.
fn weight(told: &Told<'_>, merged: &Merged, symptoms: &Symptoms, scale: &Scale, place: &Place) -> (f64, Vec<String>) {
    let mut reasons: Vec<String> = Vec::new();
    let Some((onset, _)) = told.incident else {
        return (IMPOSSIBLE, vec!["there is no incident to explain".to_owned()]);
    };
    let before_min = (onset - merged.effect) as f64 / 60e9;
    let Some(time) = timeliness(before_min) else {
        let when = if before_min < 0.0 { "it came after the onset" } else { "it came long before the onset" };
        return (IMPOSSIBLE, vec![when.to_owned()]);
    };
    reasons.push(format!("{:.0} min before the onset", before_min.max(0.0)));
    let near = place.of(merged);
    reasons.push(
        match near {
            n if n >= 0.0 => "it touches the first suspect",
            _ if merged.services.is_empty() => "what it touches is not known",
            UNKNOWN_PLACE => "others may build on it",
            FAR => "it touches nothing that is suspected",
            _ => "it touches a suspect or a neighbour",
        }
        .to_owned(),
    );
    let mut sum = RARE + time + near + merged.diff.touch.log_ratio();
    reasons.extend(merged.diff.touch.reason());
    if merged.first.kind.contains("flag") {
        sum += FLAG;
    }
    if merged.first.kind.contains("chaos") || merged.first.kind.contains("experiment") {
        sum += EXPERIMENT;
    } else if ["k8s", "kubernetes", "alert"].iter().any(|kind| merged.first.kind.starts_with(kind)) {
        sum += REPORT;
        reasons.push("it reports what happened".to_owned());
    }
    if merged.is_harmless() {
        sum += HARMLESS;
        reasons.push("it changes no behaviour".to_owned());
    }
    if merged.first.kind.contains("commit") && !merged.is_deployed {
        sum += UNDEPLOYED;
        reasons.push("it was not seen to be deployed".to_owned());
    }
    let (words, shared) = common_words(merged, symptoms, scale);
    sum += words;
    if !shared.is_empty() {
        reasons.push(format!("what went wrong also says {}", shared.join(", ")));
    }
    if let Some((part, file)) = named_file(merged, symptoms) {
        sum += NAMED_FILE * part;
        reasons.push(format!("errors name its file {}", plain(&file)));
    }
    (sum, reasons)
}

/// What the words in common are worth, and the most telling of them.
fn common_words(merged: &Merged, symptoms: &Symptoms, scale: &Scale) -> (f64, Vec<String>) {
    let mut shared: Vec<(f64, &str, &str)> = merged
        .changed
        .union(&merged.around)
        .filter_map(|word| {
            let share = if merged.changed.contains(word) { 1.0 } else { AROUND };
            let (weight, written) = symptoms.words.get(word)?;
            Some((share * weight * scale.telling(word), word.as_str(), written.as_str()))
        })
        .filter(|(worth, ..)| *worth > 0.0)
        .collect();
    shared.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    let sum: f64 = shared.iter().map(|(worth, ..)| worth).sum();
    // Words come together, so the second of them adds less than the first.
    let worth = MOST_BY_WORDS * (1.0 - (-sum / MOST_BY_WORDS).exp());
    let expected = if merged.diff.touch == Touch::Unknown { AROUND * NO_WORDS } else { NO_WORDS };
    let named = shared.iter().filter(|(worth, stem, _)| *worth > 0.5 && !stem.starts_with('~'));
    (worth - expected, named.take(3).map(|(_, _, written)| format!("\"{written}\"")).collect())
}

/// A file of the change that errors name, and how near to the top of the stack, 1 for the top.
fn named_file(merged: &Merged, symptoms: &Symptoms) -> Option<(f64, String)> {
    let mut best: Option<(f64, String)> = None;
    for error in &symptoms.errors {
        for file in merged.file_names() {
            let Some(at) = error.find(file) else { continue };
            let above = error.get(..at).unwrap_or("");
            // Frames above it, by the line numbers that stand behind files.
            let frames = above.match_indices(':').filter(|(i, _)| is_line(above, *i)).count();
            let part = 1.0 / (1.0 + frames as f64);
            if best.as_ref().is_none_or(|(known, _)| part > *known) {
                best = Some((part, file.to_owned()));
            }
        }
    }
    best
}

/// Whether a colon stands between a file's ending and a line number.
fn is_line(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|t| t.chars().next_back());
    let after = text.get(at + 1..).and_then(|t| t.chars().next());
    before.is_some_and(|c| c.is_ascii_lowercase()) && after.is_some_and(|c| c.is_ascii_digit())
}

fn change(merged: &Merged, score: f64, reasons: &[String], verdicts: &Verdicts) -> Change {
    let event = &merged.first;
    Change {
        id: event.id(),
        rank: 0,
        score,
        at_unix_nano: merged.effect,
        kind: event.kind.clone(),
        service: merged.services.first().cloned(),
        revision: event.revision.clone(),
        title: event.title.clone(),
        why: reasons.join("; "),
        verdict: verdicts.find(&merged.services, merged.effect).cloned(),
    }
}
