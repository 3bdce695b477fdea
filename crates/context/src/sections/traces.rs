//! Example traces, a row a span. Every level shows six spans more: those that took longest or failed, in their order.
//! Parents last longer than their children, so what is shown hangs together.

use std::fmt::Write as _;

use decant_model::{TraceExample, TraceSpan};
use serde_json::{Map, Value, json};

use super::{View, heading, put, raise};
use crate::handles::Kind;
use crate::plan::Offer;
use crate::selection::List;
use crate::source::Source;
use crate::{figures, quote};

const SPANS_A_LEVEL: usize = 6;
/// Indentation stops here.
const DEPTH_MAX: usize = 12;

pub(super) fn offers(source: &Source<'_>) -> Vec<Offer> {
    let mut offers = Vec::new();
    for (index, trace) in source.findings.traces.iter().enumerate() {
        let strength = (0.3 * 0.6_f64.powi(index as i32)).max(source.support(Kind::Trace, trace.id));
        let levels = trace.spans.chunks(SPANS_A_LEVEL).count().clamp(1, usize::from(u8::MAX));
        for level in 0..levels {
            let spans = trace.spans.len().saturating_sub(level * SPANS_A_LEVEL).min(SPANS_A_LEVEL);
            let head = if level == 0 { 100 + trace.why.len() } else { 0 };
            offers.push(raise(List::Traces, index, strength * 0.6_f64.powi(level as i32), head + 60 * spans));
        }
    }
    offers
}

/// The spans that a level shows.
fn spans(trace: &TraceExample, level: u8) -> Vec<&TraceSpan> {
    let weight = |span: &TraceSpan| if span.error { 3.0 * span.duration_ms } else { span.duration_ms };
    let mut spans: Vec<(usize, &TraceSpan)> = trace.spans.iter().enumerate().collect();
    spans.sort_by(|(_, a), (_, b)| weight(b).total_cmp(&weight(a)));
    spans.truncate(usize::from(level) * SPANS_A_LEVEL);
    spans.sort_by_key(|(index, _)| *index);
    spans.into_iter().map(|(_, span)| span).collect()
}

fn spans_total(trace: &TraceExample) -> u64 {
    trace.spans_total.max(trace.spans.len() as u64)
}

/// Spans of shown traces that are not shown.
pub(super) fn spans_omitted(view: View<'_>) -> u64 {
    view.shown(List::Traces)
        .filter_map(|(index, level)| {
            let trace = view.source.findings.traces.get(index)?;
            Some(spans_total(trace) - spans(trace, level).len() as u64)
        })
        .sum()
}

pub(super) fn text(view: View<'_>, out: &mut String) {
    let mut started = false;
    let start = |index: usize| view.source.findings.traces.get(index).map(|trace| (trace.start_unix_nano, trace.id));
    for (index, level) in view.steady(List::Traces, start) {
        let Some(trace) = view.source.findings.traces.get(index) else { continue };
        let new = if view.is_late == Some(true) { "new " } else { "" };
        heading(out, &mut started, &format!("{new}traces (offset, duration, of it own time)"));
        let shown = spans(trace, level);
        let _infallible = writeln!(
            out,
            "[{}] trace {} at {}, {}, {} of {} spans: {}",
            view.source.handle(Kind::Trace, trace.id),
            quote::inline(quote::short_hex(&trace.trace_id)),
            view.source.relative(trace.start_unix_nano),
            figures::milliseconds(trace.duration_ms),
            shown.len(),
            spans_total(trace),
            quote::ours(&trace.why),
        );
        for span in shown {
            row(span, out);
        }
    }
}

fn row(span: &TraceSpan, out: &mut String) {
    let indent = " ".repeat((span.depth as usize).min(DEPTH_MAX) + 1);
    let _infallible = write!(
        out,
        "{indent}{} {} +{} {} own {}",
        quote::inline(&span.service),
        quote::inline(&span.name),
        figures::milliseconds(span.offset_ms.max(0.0)),
        figures::milliseconds(span.duration_ms),
        figures::milliseconds(span.self_ms),
    );
    if span.error {
        out.push_str(" ERROR");
    }
    // A status without a message says no more than the mark.
    if let Some(note) = span.note.as_ref().filter(|note| !note.eq_ignore_ascii_case("error")) {
        let _infallible = write!(out, " {}", quote::inline(note));
    }
    out.push('\n');
}

pub(super) fn json(view: View<'_>) -> Vec<Value> {
    view.shown(List::Traces)
        .filter_map(|(index, level)| {
            let trace = view.source.findings.traces.get(index)?;
            let spans: Vec<Value> = spans(trace, level).into_iter().map(span).collect();
            Some(json!({
                "handle": view.source.handle(Kind::Trace, trace.id),
                "trace_id": quote::json(&trace.trace_id, 64),
                "start": figures::rfc3339(trace.start_unix_nano),
                "duration_ms": figures::number(trace.duration_ms),
                "why": quote::ours(&trace.why),
                "spans": spans,
                "spans_total": spans_total(trace),
            }))
        })
        .collect()
}

fn span(span: &TraceSpan) -> Value {
    let mut fields = Map::new();
    fields.insert("depth".to_owned(), span.depth.into());
    fields.insert("service".to_owned(), quote::json(&span.service, 200).into());
    fields.insert("name".to_owned(), quote::json(&span.name, 200).into());
    fields.insert("offset_ms".to_owned(), figures::number(span.offset_ms));
    fields.insert("duration_ms".to_owned(), figures::number(span.duration_ms));
    fields.insert("self_ms".to_owned(), figures::number(span.self_ms));
    fields.insert("error".to_owned(), span.error.into());
    put(&mut fields, "note", json!(span.note.as_ref().map(|note| quote::json(note, 400))));
    Value::Object(fields)
}
