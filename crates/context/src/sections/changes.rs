//! Change events, weighed; below 0.5 they are not accused.

use std::cmp::Reverse;
use std::fmt::Write as _;

use decant_model::{Change, ChangeVerdict, Outcome, Verdict};
use serde_json::{Map, Value, json};

use super::{Part, View, heading, put, raise};
use crate::handles::Kind;
use crate::plan::Offer;
use crate::selection::List;
use crate::source::Source;
use crate::{figures, quote};

pub(super) fn offers(source: &Source<'_>) -> Vec<Offer> {
    let tenths = |score: f64| (score.clamp(0.1, 1.0) * 10.0).round();
    let mut changes: Vec<(usize, &Change)> = source.findings.changes.iter().enumerate().collect();
    // Scores move a little with every sample; of those that weigh alike the nearest to the onset comes first.
    let from_onset = |c: &Change| source.anchor_unix_nano.map_or(0, |anchor| anchor.abs_diff(c.at_unix_nano));
    changes.sort_by_key(|(index, c)| {
        (
            source.is_late(List::Changes, *index),
            Reverse(tenths(c.score) as u8),
            !source.is_evidence(List::Changes, *index),
            from_onset(c),
            c.id,
        )
    });
    changes
        .into_iter()
        .enumerate()
        .map(|(place, (index, change))| {
            let strength =
                (0.1 * tenths(change.score) * 0.85_f64.powi(place as i32)).max(source.support(Kind::Change, change.id));
            raise(
                List::Changes,
                index,
                strength,
                90 + change.title.len().min(160)
                    + change.why.len()
                    + change.verdict.as_ref().map_or(0, |v| words(v, false).len()),
            )
        })
        .collect()
}

pub(super) fn text(view: View<'_>, out: &mut String) {
    let mut started = false;
    // Where nothing is to be explained, they are ranked by nothing.
    let is_accusing = view.source.findings.verdict != Verdict::NoIncident;
    let is_split = view.source.is_split;
    let change = |index: usize| view.source.findings.changes.get(index);
    let mut shown: Vec<&Change> = if is_split {
        let shown = view.steady(List::Changes, |index| change(index).map(|change| (change.at_unix_nano, change.id)));
        shown.into_iter().filter_map(|(index, _)| change(index)).collect()
    } else {
        view.ranked(List::Changes).filter_map(|(index, _)| change(index)).collect()
    };
    if !is_accusing {
        shown.sort_by_key(|change| (change.at_unix_nano, change.id));
    }
    let title = if view.is_late == Some(true) {
        "new changes"
    } else if view.part == Part::Rest {
        "changes after T0"
    } else if !is_accusing {
        "changes (in order of time; none is accused, for there is no incident)"
    } else if is_split {
        "changes (in order of time)"
    } else {
        "changes (rank, probability to be the cause; below 0.5 not accused)"
    };
    for change in shown {
        heading(out, &mut started, title);
        let handle = view.source.handle(Kind::Change, change.id);
        if is_split || !is_accusing {
            let _infallible = write!(out, "[{handle}]");
        } else {
            let _infallible = write!(out, "{}. [{handle}] {}", change.rank, figures::probability(change.score));
        }
        let _infallible = write!(out, " {}", view.source.relative(change.at_unix_nano));
        let _infallible = write!(out, " {}", quote::inline(&change.kind));
        if let Some(service) = &change.service {
            let _infallible = write!(out, " {}", quote::inline(service));
        }
        if let Some(revision) = &change.revision {
            let _infallible = write!(out, " {}", quote::inline(quote::short_hex(revision)));
        }
        if !change.title.is_empty() {
            let _infallible = write!(out, " {}", quote::inline(&change.title));
        }
        let why = match is_accusing {
            true if is_split => without_times(&change.why),
            true => change.why.clone(),
            false => String::new(),
        };
        if !why.is_empty() {
            let _infallible = write!(out, ": {}", quote::ours(&why));
        }
        if let Some(verdict) = change.verdict.as_ref().filter(|verdict| !is_split || is_grave(verdict.outcome)) {
            let _infallible = write!(out, "; {}", quote::ours(&words(verdict, is_split)));
        }
        out.push('\n');
    }
}

/// Without what the row's time says, and without figures.
fn without_times(why: &str) -> String {
    let is_time = |clause: &str| clause.ends_with(" min before the onset") || clause == "it came after the onset";
    let clauses = why.split("; ").filter(|clause| !is_time(clause));
    clauses.map(figures::still).collect::<Vec<_>>().join("; ")
}

/// Whether it needs attention; the other outcomes follow each other while a change is watched.
fn is_grave(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Warning | Outcome::Regression)
}

/// A tenth: smaller probabilities are told as none, greater ones in tenths, rounded down so that what is not accused does
/// not look so.
const TENTH: f64 = 0.1;

/// What moves, by handle.
pub(super) fn after(view: View<'_>, out: &mut String) {
    let found = || view.ranked(List::Changes).filter(|(index, _)| !view.source.is_gone(List::Changes, *index));
    let mut line = super::Line::new("changes, probability to be the cause (others below a tenth)");
    for (index, _) in found() {
        let Some(change) = view.source.findings.changes.get(index) else { continue };
        // Room is left for those that are nearly told.
        let score = view.source.score(Kind::Change, change.id, change.score);
        if score >= TENTH || (!view.selection.omissions && score >= 0.5 * TENTH) {
            let tenths = (score.min(1.0) / TENTH + 1e-9).floor() * TENTH;
            line.push(&view.source.handle(Kind::Change, change.id), &format!("{tenths:.1}"));
        }
    }
    line.end(out);
    let mut line = super::Line::new("changes, how they went");
    for (index, _) in found() {
        let Some(change) = view.source.findings.changes.get(index) else { continue };
        let is_told = |outcome: Outcome| match change.verdict.as_ref().filter(|held| is_grave(held.outcome)) {
            Some(held) => outcome != held.outcome,
            None => view.source.is_held() || !is_grave(outcome),
        };
        if let Some(verdict) = view.source.verdict(change).filter(|verdict| is_told(verdict.outcome)) {
            line.push(&view.source.handle(Kind::Change, change.id), verdict.outcome.as_str());
        }
    }
    line.end(out);
}

pub(super) fn json(view: View<'_>) -> Vec<Value> {
    view.ranked(List::Changes)
        .filter_map(|(index, _)| {
            let change = view.source.findings.changes.get(index)?;
            let mut fields = Map::new();
            fields.insert("handle".to_owned(), view.source.handle(Kind::Change, change.id).into());
            fields.insert("rank".to_owned(), change.rank.into());
            let score = view.source.score(Kind::Change, change.id, change.score);
            fields.insert("score".to_owned(), figures::number(score));
            fields.insert("at".to_owned(), figures::rfc3339(change.at_unix_nano).into());
            fields.insert("kind".to_owned(), quote::json(&change.kind, 100).into());
            put(&mut fields, "service", json!(change.service.as_ref().map(|name| quote::json(name, 200))));
            put(&mut fields, "revision", json!(change.revision.as_ref().map(|name| quote::json(name, 200))));
            fields.insert("title".to_owned(), quote::json(&change.title, 300).into());
            fields.insert("why".to_owned(), quote::ours(&change.why).into());
            put(&mut fields, "verdict", view.source.verdict(change).map_or(Value::Null, verdict));
            Some(Value::Object(fields))
        })
        .collect()
}

/// How a change went, as text tells it: what needs no attention in a word, and what must hold still without figures.
fn words(verdict: &ChangeVerdict, is_still: bool) -> String {
    let outcome = verdict.outcome.as_str();
    match (verdict.outcome, verdict.wait_s) {
        (Outcome::Pass, _) => outcome.to_owned(),
        (Outcome::Wait, Some(_)) if is_still => outcome.to_owned(),
        (Outcome::Wait, Some(wait_s)) => format!("{outcome} {wait_s} s"),
        _ => {
            let reason = Some(&verdict.reason).filter(|_| !is_still || verdict.evidence.is_empty());
            let told: Vec<&str> =
                reason.into_iter().chain(verdict.evidence.iter().take(3)).map(String::as_str).collect();
            format!("{outcome}: {}", told.join("; "))
        }
    }
}

fn verdict(verdict: &ChangeVerdict) -> Value {
    let mut fields = Map::new();
    fields.insert("outcome".to_owned(), verdict.outcome.as_str().into());
    fields.insert("reason".to_owned(), quote::ours(&verdict.reason).into());
    fields.insert("evidence".to_owned(), verdict.evidence.iter().map(|e| quote::ours(e)).collect::<Vec<_>>().into());
    put(&mut fields, "wait_s", json!(verdict.wait_s));
    Value::Object(fields)
}
