//! What was checked and is well: a finding too, for it keeps a reader from looking there.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{View, heading, raise};
use crate::plan::Offer;
use crate::quote;
use crate::selection::List;
use crate::source::Source;

pub(super) fn offers(source: &Source<'_>) -> Vec<Offer> {
    let mut said = HashSet::new();
    let checks = source.findings.healthy.iter().enumerate();
    checks
        .map(|(index, check)| {
            // The first of those of which the same is to be said opens their line.
            let line = if said.insert(check.what.as_str()) { 6 + check.what.len() } else { 2 };
            raise(List::Healthy, index, 0.97_f64.powi(index as i32), line + check.subject.len())
        })
        .collect()
}

/// A line for all of which the same is to be said.
pub(super) fn text(view: View<'_>, out: &mut String) {
    let mut lines: Vec<(&str, Vec<Cow<'_, str>>)> = Vec::new();
    let mut known: HashMap<&str, usize> = HashMap::new();
    for (index, _) in view.ranked(List::Healthy) {
        let Some(check) = view.source.findings.healthy.get(index) else { continue };
        let line = *known.entry(&check.what).or_insert_with(|| {
            lines.push((&check.what, Vec::new()));
            lines.len() - 1
        });
        if let Some((_, subjects)) = lines.get_mut(line) {
            subjects.push(quote::inline(&check.subject));
        }
    }
    let mut started = false;
    if view.source.is_split {
        lines.iter_mut().for_each(|(_, subjects)| subjects.sort_unstable());
        // What tells a number comes last: it moves.
        lines.sort_by_key(|(what, _)| what.contains(|c: char| c.is_ascii_digit()));
    }
    for (what, subjects) in lines {
        let title = if view.is_late == Some(true) { "well by now" } else { "checked and well" };
        heading(out, &mut started, title);
        let _infallible = writeln!(out, "- {}: {}", subjects.join(", "), quote::ours(what));
    }
}

pub(super) fn json(view: View<'_>) -> Vec<Value> {
    view.ranked(List::Healthy)
        .filter_map(|(index, _)| {
            let check = view.source.findings.healthy.get(index)?;
            Some(json!({"subject": quote::json(&check.subject, 200), "what": quote::ours(&check.what)}))
        })
        .collect()
}
