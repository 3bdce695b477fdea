//! The service graph: who calls whom, a line a caller. Edges that touch the suspects come first.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{View, heading, raise};
use crate::plan::Offer;
use crate::selection::List;
use crate::source::Source;
use crate::{figures, quote};

/// Suspects whose neighbours come first.
const SUSPECTS: usize = 3;

pub(super) fn offers(source: &Source<'_>) -> Vec<Offer> {
    let suspects: HashSet<&str> = source.likely().take(SUSPECTS).map(|suspect| suspect.service.as_str()).collect();
    // In the order of names: how busy an edge is changes with every sample.
    let mut edges: Vec<_> = source.findings.topology.iter().enumerate().collect();
    edges.sort_by_key(|(index, edge)| (source.is_late(List::Topology, *index), &edge.caller, &edge.callee));
    edges
        .into_iter()
        .enumerate()
        .map(|(place, (index, edge))| {
            let touches = suspects.contains(edge.caller.as_str()) || suspects.contains(edge.callee.as_str());
            let strength = if touches { 1.0 } else { 0.2 };
            raise(List::Topology, index, strength * 0.995_f64.powi(place.min(2_000) as i32), 8 + edge.callee.len())
        })
        .collect()
}

pub(super) fn text(view: View<'_>, out: &mut String) {
    let mut callers: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let is_split = view.source.is_split;
    for (index, _) in view.shown(List::Topology) {
        let Some(edge) = view.source.findings.topology.get(index) else { continue };
        let mut callee = quote::inline(&edge.callee).into_owned();
        if !is_split {
            let _infallible = write!(callee, " {}", figures::figure(edge.calls as f64));
        }
        callers.entry(&edge.caller).or_default().push(callee);
    }
    let mut started = false;
    let title = if view.is_late == Some(true) {
        "new in the topology (caller > callees)"
    } else if is_split {
        "topology (caller > callees)"
    } else {
        "topology (caller > callee calls)"
    };
    for (caller, mut callees) in callers {
        heading(out, &mut started, title);
        callees.sort_unstable();
        let caller = if caller.is_empty() { "outside".into() } else { quote::inline(caller) };
        let _infallible = writeln!(out, "{caller} > {}", callees.join(", "));
    }
}

pub(super) fn json(view: View<'_>) -> Vec<Value> {
    view.shown(List::Topology)
        .filter_map(|(index, _)| {
            let edge = view.source.findings.topology.get(index)?;
            Some(json!({
                "caller": quote::json(&edge.caller, 200),
                "callee": quote::json(&edge.callee, 200),
                "calls": edge.calls,
            }))
        })
        .collect()
}
