//! What was checked and is well: a finding too, for it keeps a reader from looking there.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{View, heading, raise};
use crate::plan::Offer;
use crate::quote;
use crate::selection::List;
use crate::source::Source;

pub(super) fn offers(source: &Source<'_>) -> Vec<Offer> {
    let checks = source.findings.healthy.iter().enumerate();
    checks
        .map(|(index, check)| {
            raise(List::Healthy, index, 0.97_f64.powi(index as i32), 6 + check.subject.len() + check.what.len())
        })
        .collect()
}

pub(super) fn text(view: View<'_>, out: &mut String) {
    let mut started = false;
    for (index, _) in view.ranked(List::Healthy) {
        let Some(check) = view.source.findings.healthy.get(index) else { continue };
        heading(out, &mut started, "checked and well");
        let _infallible = writeln!(out, "- {}: {}", quote::inline(&check.subject), quote::ours(&check.what));
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
