//! Change events, weighed; below 0.5 they are not accused.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::{View, heading, put, raise};
use crate::handles::Kind;
use crate::plan::Offer;
use crate::selection::List;
use crate::source::Source;
use crate::{figures, quote};

pub(super) fn offers(source: &Source<'_>) -> Vec<Offer> {
    let changes = source.findings.changes.iter().enumerate();
    changes
        .map(|(index, change)| {
            let strength =
                (change.score.max(0.1) * 0.85_f64.powi(index as i32)).max(source.support(Kind::Change, change.id));
            raise(List::Changes, index, strength, 90 + change.title.len().min(160) + change.why.len())
        })
        .collect()
}

pub(super) fn text(view: View<'_>, out: &mut String) {
    let mut started = false;
    for (index, _) in view.ranked(List::Changes) {
        let Some(change) = view.source.findings.changes.get(index) else { continue };
        heading(out, &mut started, "changes (rank, probability to be the cause; below 0.5 not accused)");
        let _infallible = write!(
            out,
            "{}. [{}] {} {}",
            change.rank,
            view.source.handle(Kind::Change, change.id),
            figures::probability(change.score),
            view.source.relative(change.at_unix_nano),
        );
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
