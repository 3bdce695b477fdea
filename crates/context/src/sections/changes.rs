//! Change events, weighed; below 0.5 they are not accused.

use std::cmp::Reverse;
use std::fmt::Write as _;

use decant_model::{Change, ChangeVerdict, Outcome};
use serde_json::{Map, Value, json};

use super::{View, heading, put, raise};
use crate::handles::Kind;
use crate::plan::Offer;
use crate::selection::List;
use crate::source::Source;
use crate::{figures, quote};

pub(super) fn offers(source: &Source<'_>) -> Vec<Offer> {
    let tenths = |score: f64| (score.clamp(0.1, 1.0) * 10.0).round();
    let mut changes: Vec<(usize, &Change)> = source.findings.changes.iter().enumerate().collect();
    // Scores move a little with every sample; the latest of those that weigh alike comes first.
    changes.sort_by_key(|(_, c)| (Reverse(tenths(c.score) as u8), Reverse(c.at_unix_nano), c.id));
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
    let is_split = view.source.is_split;
    let mut shown: Vec<&Change> =
        view.ranked(List::Changes).filter_map(|(index, _)| view.source.findings.changes.get(index)).collect();
    if is_split {
        shown.sort_by_key(|change| (change.at_unix_nano, change.id));
    }
    let title = if is_split {
        "changes (in order of time)"
    } else {
        "changes (rank, probability to be the cause; below 0.5 not accused)"
    };
    for change in shown {
        heading(out, &mut started, title);
        let handle = view.source.handle(Kind::Change, change.id);
        if is_split {
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
        if !change.why.is_empty() {
            let _infallible = write!(out, ": {}", quote::ours(&change.why));
        }
        if let Some(verdict) = &change.verdict {
            let _infallible = write!(out, "; {}", quote::ours(&words(verdict, is_split)));
        }
        out.push('\n');
    }
}

/// Probabilities below it are told as none.
const TOLD: f64 = 0.05;

/// What moves, by handle.
pub(super) fn after(view: View<'_>, out: &mut String) {
    let mut line = super::Line::new("changes, probability to be the cause (below 0.5 not accused; none: below 0.05)");
    for (index, _) in view.ranked(List::Changes) {
        let Some(change) = view.source.findings.changes.get(index) else { continue };
        if change.score >= TOLD {
            line.push(&view.source.handle(Kind::Change, change.id), &figures::probability(change.score));
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
            fields.insert("score".to_owned(), figures::number(change.score));
            fields.insert("at".to_owned(), figures::rfc3339(change.at_unix_nano).into());
            fields.insert("kind".to_owned(), quote::json(&change.kind, 100).into());
            put(&mut fields, "service", json!(change.service.as_ref().map(|name| quote::json(name, 200))));
            put(&mut fields, "revision", json!(change.revision.as_ref().map(|name| quote::json(name, 200))));
            fields.insert("title".to_owned(), quote::json(&change.title, 300).into());
            fields.insert("why".to_owned(), quote::ours(&change.why).into());
            put(&mut fields, "verdict", change.verdict.as_ref().map_or(Value::Null, verdict));
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
