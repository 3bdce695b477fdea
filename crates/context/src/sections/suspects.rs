//! Suspects in order of rank, each with the reasoning and the handles of its evidence.

use std::fmt::Write as _;

use decant_model::Suspect;
use serde_json::{Map, Value, json};

use super::{View, heading, put, raise};
use crate::handles::Kind;
use crate::plan::Offer;
use crate::selection::List;
use crate::source::{EVIDENCE_SHOWN, Source};
use crate::{figures, quote};

pub(super) fn offers(source: &Source<'_>) -> Vec<Offer> {
    let suspects = source.findings.suspects.iter().enumerate();
    suspects
        .map(|(index, suspect)| {
            let bytes = 60 + suspect.what.len() + 9 * suspect.evidence.len().min(EVIDENCE_SHOWN);
            raise(List::Suspects, index, 0.75_f64.powi(index as i32), bytes)
        })
        .collect()
}

fn evidence(source: &Source<'_>, suspect: &Suspect) -> Vec<String> {
    let handles = suspect.evidence.iter().take(EVIDENCE_SHOWN);
    handles.map(|evidence| source.handle(evidence.kind.into(), evidence.id)).collect()
}

/// Evidence that shown suspects have beyond what their lines name.
pub(super) fn evidence_omitted(view: View<'_>) -> u64 {
    view.ranked(List::Suspects)
        .filter_map(|(index, _)| view.source.findings.suspects.get(index))
        .map(|suspect| suspect.evidence.len().saturating_sub(EVIDENCE_SHOWN) as u64)
        .sum()
}

pub(super) fn text(view: View<'_>, out: &mut String) {
    let mut started = false;
    for (index, _) in view.ranked(List::Suspects) {
        let Some(suspect) = view.source.findings.suspects.get(index) else { continue };
        heading(out, &mut started, "suspects (rank, probability, kind)");
        let _infallible = write!(
            out,
            "{}. [{}] {} {} {}",
            suspect.rank,
            view.source.handle(Kind::Suspect, suspect.id),
            quote::inline(&suspect.service),
            figures::probability(suspect.score),
            quote::inline(&suspect.kind),
        );
        if let Some(component) = &suspect.component {
            let _infallible = write!(out, " at {}", quote::inline(component));
        }
        if !suspect.what.is_empty() {
            let _infallible = write!(out, ": {}", quote::ours(&suspect.what));
        }
        let handles = evidence(view.source, suspect);
        if !handles.is_empty() {
            let _infallible = write!(out, " Evidence: [{}]", handles.join(" "));
        }
        out.push('\n');
    }
}

pub(super) fn json(view: View<'_>) -> Vec<Value> {
    view.ranked(List::Suspects)
        .filter_map(|(index, _)| {
            let suspect = view.source.findings.suspects.get(index)?;
            let mut fields = Map::new();
            fields.insert("handle".to_owned(), view.source.handle(Kind::Suspect, suspect.id).into());
            fields.insert("rank".to_owned(), suspect.rank.into());
            fields.insert("score".to_owned(), figures::number(suspect.score));
            fields.insert("service".to_owned(), quote::json(&suspect.service, 200).into());
            put(&mut fields, "component", json!(suspect.component.as_ref().map(|name| quote::json(name, 200))));
            fields.insert("kind".to_owned(), quote::json(&suspect.kind, 40).into());
            fields.insert("what".to_owned(), quote::ours(&suspect.what).into());
            fields.insert("evidence".to_owned(), json!(evidence(view.source, suspect)));
            Some(Value::Object(fields))
        })
        .collect()
}
