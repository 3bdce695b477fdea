//! Calls between services, a row each: only the measures that are known, and of those that hardly moved only the first.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use decant_model::{EdgeStats, SpanEdge};
use serde_json::{Map, Value};

use super::{Part, View, by_weight, heading, put, raise, weight};
use crate::handles::Kind;
use crate::plan::Offer;
use crate::selection::List;
use crate::source::Source;
use crate::{figures, quote};

pub(super) fn offers(source: &Source<'_>) -> Vec<Offer> {
    let mut callees: HashMap<&str, i32> = HashMap::new();
    let edges = by_weight(source, List::SpanEdges, &source.findings.span_edges, |e| (e.significance, e.id));
    edges
        .into_iter()
        .map(|(index, edge)| {
            let callee = callees.entry(&edge.callee).or_default();
            let own = 0.5 * weight(edge.significance) * 0.85_f64.powi(*callee);
            *callee += 1;
            let bytes = 90 + edge.caller.len() + edge.callee.len() + edge.operation.len();
            raise(List::SpanEdges, index, own.max(source.support(Kind::SpanEdge, edge.id)), bytes)
        })
        .collect()
}

pub(super) fn text(view: View<'_>, out: &mut String) {
    let mut started = false;
    let title = if view.is_late == Some(true) {
        "new calls"
    } else if view.part == Part::Rest {
        "more calls (weaker evidence about a suspect, or none)"
    } else if view.source.is_split {
        "calls (caller > callee operation, what changed; was: before T0; gap is time between the two)"
    } else {
        "calls (caller > callee operation; before > after T0; gap is time between the two)"
    };
    for (index, _) in view.steady(List::SpanEdges, |index| place(view.source, index)) {
        let Some(edge) = view.source.findings.span_edges.get(index) else { continue };
        heading(out, &mut started, title);
        row(view, edge, out);
    }
}

fn row(view: View<'_>, edge: &SpanEdge, out: &mut String) {
    let source = view.source;
    let caller = if edge.caller.is_empty() { "outside".into() } else { quote::inline(&edge.caller) };
    let _infallible = write!(
        out,
        "[{}] {caller} > {} {}",
        source.handle(Kind::SpanEdge, edge.id),
        quote::inline(&edge.callee),
        quote::inline(&edge.operation),
    );
    if !edge.what.is_empty() {
        let _infallible = write!(out, " {}", quote::ours(&edge.what));
    }
    let mut separator = ":";
    if view.is_split() {
        let is_gap = edge.what.contains("gap");
        for (name, before, _, show) in measures(edge) {
            let Some(before) = before.filter(|_| name != "gap" || is_gap) else { continue };
            let was = if separator == ":" { " was" } else { "" };
            let _infallible = write!(out, "{separator}{was} {name} {}", figures::before(before, show));
            separator = ",";
        }
        out.push('\n');
        return;
    }
    for (name, before, after, show) in measures(edge) {
        let told = match (before, after) {
            _ if moved(before, after) => figures::change(before, after, show),
            // How busy the edge is, though that did not change.
            (_, Some(steady)) if name == "calls/min" => show(figures::rounded(steady, 2)),
            _ => continue,
        };
        let _infallible = write!(out, "{separator} {name} {told}");
        separator = ",";
    }
    out.push('\n');
}

type Measure = (&'static str, Option<f64>, Option<f64>, fn(f64) -> String);

fn measures(edge: &SpanEdge) -> [Measure; 5] {
    let (before, after) = (&edge.before, &edge.after);
    [
        ("calls/min", before.calls_per_min, after.calls_per_min, figures::figure),
        ("errors", before.error_ratio, after.error_ratio, figures::percent),
        ("p50", before.p50_ms, after.p50_ms, figures::milliseconds),
        ("p99", before.p99_ms, after.p99_ms, figures::milliseconds),
        ("gap", before.gap_p50_ms, after.gap_p50_ms, figures::milliseconds),
    ]
}

/// What speaks for the first suspect first, then other calls of it and to it, then callee by callee.
fn place<'a>(source: &'a Source<'_>, index: usize) -> (bool, bool, &'a str, &'a str, &'a str, u64) {
    source.findings.span_edges.get(index).map_or((true, true, "", "", "", 0), |e| {
        let uncited = source.is_uncited(Kind::SpanEdge, e.id);
        let is_first = source.is_first(&e.callee) || source.is_first(&e.caller);
        (uncited, !is_first, e.callee.as_str(), e.caller.as_str(), e.operation.as_str(), e.id)
    })
}

/// What moves, by handle: the measures that did; how many are told.
pub(super) fn after(view: View<'_>, told: &HashSet<(List, usize)>, out: &mut String) -> usize {
    let mut line = super::Line::new("calls");
    for (index, _) in view.steady(List::SpanEdges, |index| place(view.source, index)) {
        let Some(edge) = view.source.findings.span_edges.get(index) else { continue };
        if !told.contains(&(List::SpanEdges, index)) || view.source.is_gone(List::SpanEdges, index) {
            continue;
        }
        // Room is left for all, so that what fits does not hang on which moved.
        let is_told = |before, after| !view.selection.omissions || moved(before, after);
        let moved = measures(edge).into_iter().filter(|(_, before, after, _)| is_told(*before, *after));
        let measures_told: Vec<String> = moved
            .filter_map(|(name, before, after, show)| Some(format!("{name} {}", figures::after(before, after?, show))))
            .collect();
        if !measures_told.is_empty() {
            line.push(&view.source.handle(Kind::SpanEdge, edge.id), &measures_told.join(" "));
        }
    }
    line.end(out)
}

/// Whether a measure is known and differs by a tenth.
fn moved(before: Option<f64>, after: Option<f64>) -> bool {
    match (before, after) {
        (None, None) => false,
        (Some(before), Some(after)) => (after - before).abs() > 0.1 * before.abs(),
        _ => true,
    }
}

pub(super) fn json(view: View<'_>) -> Vec<Value> {
    view.shown(List::SpanEdges)
        .filter_map(|(index, _)| {
            let edge = view.source.findings.span_edges.get(index)?;
            let mut fields = Map::new();
            fields.insert("handle".to_owned(), view.source.handle(Kind::SpanEdge, edge.id).into());
            fields.insert("caller".to_owned(), quote::json(&edge.caller, 200).into());
            fields.insert("callee".to_owned(), quote::json(&edge.callee, 200).into());
            fields.insert("operation".to_owned(), quote::json(&edge.operation, 200).into());
            fields.insert("before".to_owned(), stats(&edge.before));
            fields.insert("after".to_owned(), stats(&edge.after));
            fields.insert("significance".to_owned(), figures::number(edge.significance));
            fields.insert("what".to_owned(), quote::ours(&edge.what).into());
            Some(Value::Object(fields))
        })
        .collect()
}

fn stats(stats: &EdgeStats) -> Value {
    let mut fields = Map::new();
    for (name, value) in [
        ("calls_per_min", stats.calls_per_min),
        ("error_ratio", stats.error_ratio),
        ("p50_ms", stats.p50_ms),
        ("p99_ms", stats.p99_ms),
        ("gap_p50_ms", stats.gap_p50_ms),
    ] {
        put(&mut fields, name, value.map_or(Value::Null, figures::number));
    }
    Value::Object(fields)
}
