//! Suspects in order of rank. Level 1 is who and how likely, 2 adds the reasoning and the handles of the evidence.

use std::fmt::Write as _;

use decant_model::Suspect;
use serde_json::{Map, Value, json};

use super::{View, heading, put, raise};
use crate::handles::Kind;
use crate::plan::Offer;
use crate::selection::List;
use crate::source::{EVIDENCE_SHOWN, Source, beside_first};
use crate::{figures, quote};

/// Suspects that are named before the reasoning of all but the first.
const NAMED: usize = 3;
/// What the reasoning about an unlikely suspect is worth beside that about the first.
const UNLIKELY: f64 = 0.02;

pub(super) fn offers(source: &Source<'_>) -> Vec<Offer> {
    let suspects = source.findings.suspects.iter().enumerate();
    suspects
        .flat_map(|(index, suspect)| {
            let strength = 0.75_f64.powi(index as i32);
            let reasoning = suspect.what.len() + 9 * suspect.evidence.len().min(EVIDENCE_SHOWN);
            // Who else it may be is a short line each, and worth more than why.
            let named = if index < NAMED { 1.0 - 0.01 * index as f64 } else { strength };
            // Why it may be one that it is not is hardly worth a line.
            let why = strength * beside_first(&source.findings.suspects, suspect).max(UNLIKELY);
            [raise(List::Suspects, index, named, 60), raise(List::Suspects, index, why, reasoning)]
        })
        .collect()
}

fn evidence(source: &Source<'_>, suspect: &Suspect, level: u8) -> Vec<String> {
    let handles = suspect.evidence.iter().take(evidence_at(level));
    handles.map(|evidence| source.handle(evidence.kind.into(), evidence.id)).collect()
}

fn evidence_at(level: u8) -> usize {
    if level > 1 { EVIDENCE_SHOWN } else { 0 }
}

/// Evidence that shown suspects have beyond what their lines name.
pub(super) fn evidence_omitted(view: View<'_>) -> u64 {
    view.ranked(List::Suspects)
        .filter_map(|(index, level)| Some((view.source.findings.suspects.get(index)?, level)))
        .map(|(suspect, level)| suspect.evidence.len().saturating_sub(evidence_at(level)) as u64)
        .sum()
}

/// Tenths where revisions follow: hundredths move with every sample.
fn score(view: View<'_>, score: f64) -> String {
    if view.source.is_split && score >= 0.1 { format!("{:.1}", score.min(1.0)) } else { figures::probability(score) }
}

/// The reasons; where revisions follow, without their figures, which rows of the evidence tell too, and in an order of
/// their own: both change with every sample.
fn what(view: View<'_>, suspect: &Suspect) -> String {
    if !view.source.is_split {
        return suspect.what.clone();
    }
    let mut clauses: Vec<String> = suspect.what.split("; ").map(figures::still).collect();
    clauses.sort_unstable();
    clauses.join("; ")
}

/// What moves, by handle: how likely each is.
pub(super) fn after(view: View<'_>, out: &mut String) {
    let mut line = super::Line::new("suspects, probability");
    for (index, _) in view.ranked(List::Suspects).filter(|(index, _)| !view.source.is_gone(List::Suspects, *index)) {
        let Some(suspect) = view.source.findings.suspects.get(index).filter(|s| is_likely(view.source, s)) else {
            continue;
        };
        let now = view.source.score(Kind::Suspect, suspect.id, suspect.score);
        line.push(&view.source.handle(Kind::Suspect, suspect.id), &score(view, now));
    }
    line.end(out);
}

/// The names of those that hardly are it, of which one more or less is named from one revision to the next.
pub(super) fn unlikely(view: View<'_>, out: &mut String) {
    let shown = view.ranked(List::Suspects).filter_map(|(index, _)| view.source.findings.suspects.get(index));
    let mut named: Vec<(&str, String)> = shown
        .filter(|suspect| !is_likely(view.source, suspect))
        .map(|suspect| (suspect.service.as_str(), view.source.handle(Kind::Suspect, suspect.id)))
        .collect();
    named.sort_unstable();
    let mut line = super::Line::new("hardly suspects");
    for (service, handle) in &named {
        line.push(&format!("[{handle}]"), &quote::inline(service));
    }
    line.end(out);
}

fn is_likely(source: &Source<'_>, suspect: &Suspect) -> bool {
    beside_first(&source.findings.suspects, suspect) > 0.0
}

pub(super) fn text(view: View<'_>, out: &mut String) {
    let mut started = false;
    for (index, level) in view.ranked(List::Suspects) {
        let Some(suspect) = view.source.findings.suspects.get(index) else { continue };
        let is_split = view.source.is_split;
        if is_split && !is_likely(view.source, suspect) {
            continue;
        }
        let title = if view.is_late == Some(true) {
            "new suspects"
        } else if is_split {
            "suspects (rank, kind)"
        } else {
            "suspects (rank, probability, kind)"
        };
        heading(out, &mut started, title);
        let handle = view.source.handle(Kind::Suspect, suspect.id);
        let _infallible = write!(out, "{}. [{handle}] {}", suspect.rank, quote::inline(&suspect.service));
        if !is_split {
            let _infallible = write!(out, " {}", score(view, suspect.score));
        }
        let _infallible = write!(out, " {}", quote::inline(&suspect.kind));
        if let Some(component) = &suspect.component {
            let _infallible = write!(out, " at {}", quote::inline(component));
        }
        if level > 1 && !suspect.what.is_empty() {
            let _infallible = write!(out, ": {}", quote::ours(&what(view, suspect)));
        }
        let mut handles = evidence(view.source, suspect, level);
        if view.source.is_split {
            handles.sort_unstable();
        }
        if !handles.is_empty() {
            let _infallible = write!(out, " Evidence: [{}]", handles.join(" "));
        }
        out.push('\n');
    }
}

pub(super) fn json(view: View<'_>) -> Vec<Value> {
    view.ranked(List::Suspects)
        .filter_map(|(index, level)| {
            let suspect = view.source.findings.suspects.get(index)?;
            let mut fields = Map::new();
            fields.insert("handle".to_owned(), view.source.handle(Kind::Suspect, suspect.id).into());
            fields.insert("rank".to_owned(), suspect.rank.into());
            let now = view.source.score(Kind::Suspect, suspect.id, suspect.score);
            fields.insert("score".to_owned(), figures::number(now));
            fields.insert("service".to_owned(), quote::json(&suspect.service, 200).into());
            put(&mut fields, "component", json!(suspect.component.as_ref().map(|name| quote::json(name, 200))));
            fields.insert("kind".to_owned(), quote::json(&suspect.kind, 40).into());
            let what = if level > 1 { quote::ours(&suspect.what) } else { String::new() };
            fields.insert("what".to_owned(), what.into());
            fields.insert("evidence".to_owned(), json!(evidence(view.source, suspect, level)));
            Some(Value::Object(fields))
        })
        .collect()
}
