//! The parts of a bundle: what each offers, and how it is written.
//!
//! One file a list. Each has three functions over the same findings: `offers` (items and details with their strength and
//! size), `text` (the section as a model reads it) and `json` (the list's items). What is shown of an item depends on its
//! level alone, so both forms show the same. Text that is ours begins a line or stands bare; text of the telemetry stands
//! in one of the frames of [`crate::quote`].

mod changes;
mod counts;
mod edges;
mod excerpts;
mod healthy;
mod incidents;
mod metrics;
mod missing;
mod patterns;
mod suspects;
mod topology;
mod traces;
mod verdict;

use serde_json::{Map, Value};

pub(crate) use verdict::bundle_id;

use crate::SCHEMA;
use crate::plan::{Offer, Step};
use crate::selection::{List, Selection};
use crate::source::{Capture, Source};

/// A selection over its findings.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) source: &'a Source<'a>,
    pub(crate) selection: &'a Selection,
}

impl View<'_> {
    /// Shown items of a list with their levels, in the order of the plan.
    fn shown(self, list: List) -> impl Iterator<Item = (usize, u8)> {
        let chosen = self.selection.chosen(list);
        chosen.order.iter().map(move |index| (*index as usize, self.selection.level(list, *index)))
    }

    /// The same in the order of the findings, which is that of rank.
    fn ranked(self, list: List) -> impl Iterator<Item = (usize, u8)> {
        let levels = &self.selection.chosen(list).levels;
        levels.iter().enumerate().filter(|(_, level)| **level > 0).map(|(index, level)| (index, *level))
    }

    /// Items that are not shown, by the name under which the bundle counts them; none with a count of 0.
    fn omitted(self) -> Vec<(&'static str, u64)> {
        let lists = List::ALL.into_iter().map(|list| {
            let shown = self.selection.chosen(list).order.len();
            (list.field(), (self.source.len(list) - shown) as u64)
        });
        let within = [
            ("excerpts.lines", excerpts::lines_omitted(self)),
            ("suspects.evidence", suspects::evidence_omitted(self)),
            ("traces.spans", traces::spans_omitted(self)),
        ];
        lists.chain(within).filter(|(_, count)| *count > 0).collect()
    }
}

/// What a list has to say, in any order; details of an item are weaker than its head.
pub(crate) fn offers(source: &Source<'_>, list: List) -> Vec<Offer> {
    match list {
        List::Incidents => incidents::offers(source),
        List::Suspects => suspects::offers(source),
        List::Changes => changes::offers(source),
        List::Excerpts => excerpts::offers(source),
        List::LogPatterns => patterns::offers(source),
        List::MetricShifts => metrics::offers(source),
        List::SpanEdges => edges::offers(source),
        List::Traces => traces::offers(source),
        List::Healthy => healthy::offers(source),
        List::Missing => missing::offers(source),
        List::Topology => topology::offers(source),
    }
}

/// The text for models. What holds still from one revision to the next comes first.
pub(crate) fn text(source: &Source<'_>, selection: &Selection) -> String {
    let view = View { source, selection };
    let mut out = String::new();
    verdict::text(view, &mut out);
    // Excerpts lead where they are the evidence, and follow where they only go with it.
    let (first, last) = match source.capture {
        Capture::System => (None, Some(List::Excerpts)),
        Capture::Log | Capture::Logs => (Some(List::Excerpts), None),
    };
    let others = |list: &List| *list != List::Excerpts;
    let (summary, evidence) = List::ALL.split_at(3);
    let order = summary.iter().copied().chain(first).chain(evidence.iter().copied().filter(others));
    for list in order.chain(last) {
        match list {
            List::Incidents => incidents::text(view, &mut out),
            List::Suspects => suspects::text(view, &mut out),
            List::Changes => changes::text(view, &mut out),
            List::Excerpts => excerpts::text(view, &mut out),
            List::LogPatterns => patterns::text(view, &mut out),
            List::MetricShifts => metrics::text(view, &mut out),
            List::SpanEdges => edges::text(view, &mut out),
            List::Traces => traces::text(view, &mut out),
            List::Healthy => healthy::text(view, &mut out),
            List::Missing => missing::text(view, &mut out),
            List::Topology => topology::text(view, &mut out),
        }
    }
    counts::text(view, &mut out);
    out
}

/// The JSON form; its `budget`, which is known last, is null.
pub(crate) fn json(source: &Source<'_>, selection: &Selection) -> Value {
    let view = View { source, selection };
    let mut fields = Map::new();
    // In the smallest of budgets a delta has no room for the name of its form, which its reader knows.
    if selection.note || source.delta.is_none() {
        fields.insert("schema".to_owned(), SCHEMA.into());
    }
    verdict::json(view, &mut fields);
    for list in List::ALL {
        let items = match list {
            List::Incidents => incidents::json(view),
            List::Suspects => suspects::json(view),
            List::Changes => changes::json(view),
            List::Excerpts => excerpts::json(view),
            List::LogPatterns => patterns::json(view),
            List::MetricShifts => metrics::json(view),
            List::SpanEdges => edges::json(view),
            List::Traces => traces::json(view),
            List::Healthy => healthy::json(view),
            List::Missing => missing::json(view),
            List::Topology => topology::json(view),
        };
        if selection.complete || !items.is_empty() {
            fields.insert(list.field().to_owned(), Value::Array(items));
        }
    }
    counts::json(view, &mut fields);
    fields.insert("budget".to_owned(), Value::Null);
    Value::Object(fields)
}

/// A list's heading, once there is something below it.
fn heading(out: &mut String, started: &mut bool, title: &str) {
    if !*started {
        *started = true;
        out.push_str("## ");
        out.push_str(title);
        out.push('\n');
    }
}

/// An offer of an item's next level.
fn raise(list: List, index: usize, strength: f64, bytes: usize) -> Offer {
    Offer { step: Step::Raise(list, index as u32), strength: strength.clamp(0.0, 1.0), bytes }
}

/// Significance on a scale of 0 to 1.
fn weight(significance: f64) -> f64 {
    if significance.is_finite() { (significance / (significance + 12.0)).clamp(0.02, 1.0) } else { 0.02 }
}

/// Inserts `value` under `name` unless it is null: unknown is absent.
fn put(fields: &mut Map<String, Value>, name: &str, value: Value) {
    if !value.is_null() {
        fields.insert(name.to_owned(), value);
    }
}
