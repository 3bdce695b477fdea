//! Change events, weighed; below 0.5 they are not accused.

use std::cmp::Reverse;
use std::fmt::Write as _;

use decant_model::Change;
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
            raise(List::Changes, index, strength, 90 + change.title.len().min(160) + change.why.len())
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
        out.push('\n');
    }
}

/// What moves, by handle.
pub(super) fn after(view: View<'_>, out: &mut String) {
    let mut line = super::Line::new("changes, probability to be the cause (below 0.5 not accused)");
    for (index, _) in view.ranked(List::Changes) {
        let Some(change) = view.source.findings.changes.get(index) else { continue };
        line.push(&view.source.handle(Kind::Change, change.id), &figures::probability(change.score));
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
            Some(Value::Object(fields))
        })
        .collect()
}
