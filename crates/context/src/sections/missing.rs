//! Data that would be needed and is not there.

use std::fmt::Write as _;

use serde_json::Value;

use super::{View, heading, raise};
use crate::plan::Offer;
use crate::quote;
use crate::selection::List;
use crate::source::Source;

pub(super) fn offers(source: &Source<'_>) -> Vec<Offer> {
    let missing = source.findings.missing.iter().enumerate();
    missing.map(|(index, what)| raise(List::Missing, index, 0.95_f64.powi(index as i32), 3 + what.len())).collect()
}

pub(super) fn text(view: View<'_>, out: &mut String) {
    let mut started = false;
    for (index, _) in view.ranked(List::Missing) {
        let Some(what) = view.source.findings.missing.get(index) else { continue };
        heading(out, &mut started, "missing data");
        let _infallible = writeln!(out, "- {}", quote::ours(what));
    }
}

pub(super) fn json(view: View<'_>) -> Vec<Value> {
    view.ranked(List::Missing)
        .filter_map(|(index, _)| view.source.findings.missing.get(index))
        .map(|what| quote::ours(what).into())
        .collect()
}
