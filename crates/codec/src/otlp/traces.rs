//! Spans of OTLP. Events and links become JSON arrays:
//!
//! - event: `{"time_unix_nano":1,"name":"exception","attributes":{"exception.type":"IOError"}}`
//! - link: `{"trace_id":"..","span_id":"..","attributes":{}}`

use decant_model::{Batch, SpanKind, SpanRecord, StatusCode};
use opentelemetry_proto::tonic::trace::v1 as proto;
use serde::Deserialize;

use super::ids::Id;
use super::lenient::{Choice, List, Text, Unsigned};
use super::rendered::Rendered;
use super::resource::{Resource, Scope, as_pairs, model_resource, scope_attributes};
use super::sink::SpansSink;
use super::value::{KeyValue, TooDeep, pairs, push_display, push_json_object, push_json_string};
use crate::{DecodeError, Limits};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ResourceSpans<'a> {
    #[serde(borrow)]
    resource: Option<Resource<'a>>,
    #[serde(borrow, rename = "scopeSpans", alias = "scope_spans", alias = "instrumentationLibrarySpans")]
    scope_spans: List<ScopeSpans<'a>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct ScopeSpans<'a> {
    #[serde(borrow, alias = "instrumentationLibrary")]
    scope: Option<Scope<'a>>,
    #[serde(borrow)]
    spans: List<Span<'a>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Span<'a> {
    #[serde(alias = "trace_id")]
    trace_id: Id<16>,
    #[serde(alias = "span_id")]
    span_id: Id<8>,
    #[serde(alias = "parent_span_id")]
    parent_span_id: Id<8>,
    #[serde(borrow, alias = "trace_state")]
    trace_state: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    kind: Choice<'a>,
    #[serde(alias = "start_time_unix_nano")]
    start_time_unix_nano: Unsigned,
    #[serde(alias = "end_time_unix_nano")]
    end_time_unix_nano: Unsigned,
    #[serde(borrow)]
    attributes: List<KeyValue<'a>>,
    #[serde(alias = "dropped_attributes_count")]
    dropped_attributes_count: Unsigned,
    #[serde(borrow)]
    events: List<Event<'a>>,
    #[serde(alias = "dropped_events_count")]
    dropped_events_count: Unsigned,
    #[serde(borrow)]
    links: List<Link<'a>>,
    #[serde(alias = "dropped_links_count")]
    dropped_links_count: Unsigned,
    #[serde(borrow)]
    status: Option<Status<'a>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Event<'a> {
    #[serde(alias = "time_unix_nano")]
    time_unix_nano: Unsigned,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    attributes: List<KeyValue<'a>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Link<'a> {
    #[serde(alias = "trace_id")]
    trace_id: Id<16>,
    #[serde(alias = "span_id")]
    span_id: Id<8>,
    #[serde(borrow)]
    attributes: List<KeyValue<'a>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Status<'a> {
    #[serde(borrow)]
    code: Choice<'a>,
    #[serde(borrow)]
    message: Text<'a>,
}

impl<'a> From<&'a proto::ResourceSpans> for ResourceSpans<'a> {
    fn from(group: &'a proto::ResourceSpans) -> Self {
        Self {
            resource: group.resource.as_ref().map(Resource::from),
            scope_spans: List(group.scope_spans.iter().map(ScopeSpans::from).collect()),
        }
    }
}

impl<'a> From<&'a proto::ScopeSpans> for ScopeSpans<'a> {
    fn from(group: &'a proto::ScopeSpans) -> Self {
        Self { scope: group.scope.as_ref().map(Scope::from), spans: List(group.spans.iter().map(Span::from).collect()) }
    }
}

impl<'a> From<&'a proto::Span> for Span<'a> {
    fn from(span: &'a proto::Span) -> Self {
        Self {
            trace_id: Id::from_bytes(&span.trace_id),
            span_id: Id::from_bytes(&span.span_id),
            parent_span_id: Id::from_bytes(&span.parent_span_id),
            trace_state: span.trace_state.as_str().into(),
            name: span.name.as_str().into(),
            kind: Choice::Number(span.kind),
            start_time_unix_nano: Unsigned(span.start_time_unix_nano),
            end_time_unix_nano: Unsigned(span.end_time_unix_nano),
            attributes: pairs(&span.attributes),
            dropped_attributes_count: Unsigned(span.dropped_attributes_count.into()),
            events: List(span.events.iter().map(Event::from).collect()),
            dropped_events_count: Unsigned(span.dropped_events_count.into()),
            links: List(span.links.iter().map(Link::from).collect()),
            dropped_links_count: Unsigned(span.dropped_links_count.into()),
            status: span
                .status
                .as_ref()
                .map(|s| Status { code: Choice::Number(s.code), message: s.message.as_str().into() }),
        }
    }
}

impl<'a> From<&'a proto::span::Event> for Event<'a> {
    fn from(event: &'a proto::span::Event) -> Self {
        Self {
            time_unix_nano: Unsigned(event.time_unix_nano),
            name: event.name.as_str().into(),
            attributes: pairs(&event.attributes),
        }
    }
}

impl<'a> From<&'a proto::span::Link> for Link<'a> {
    fn from(link: &'a proto::span::Link) -> Self {
        Self {
            trace_id: Id::from_bytes(&link.trace_id),
            span_id: Id::from_bytes(&link.span_id),
            attributes: pairs(&link.attributes),
        }
    }
}

/// Adds all spans to the sink; returns how many.
pub(super) fn append(
    groups: &[ResourceSpans<'_>],
    limits: &Limits,
    sink: &mut SpansSink,
    out: &mut Vec<Batch>,
) -> Result<usize, DecodeError> {
    let spans = groups.iter().flat_map(|g| &g.scope_spans.0).map(|s| s.spans.0.len()).sum();
    if spans > limits.max_records {
        return Err(DecodeError::TooManyRecords { limit: limits.max_records });
    }
    append_checked(groups, limits, sink, out).map_err(|TooDeep| DecodeError::TooDeep { limit: limits.max_depth })?;
    Ok(spans)
}

const KINDS: [&str; 6] = ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"];
const CODES: [&str; 3] = ["UNSET", "OK", "ERROR"];

fn append_checked(
    groups: &[ResourceSpans<'_>],
    limits: &Limits,
    sink: &mut SpansSink,
    out: &mut Vec<Batch>,
) -> Result<(), TooDeep> {
    let mut rendered = Rendered::default();
    let (mut events, mut links) = (String::new(), String::new());
    for group in groups {
        let resource = model_resource(group.resource.as_ref(), limits.max_depth)?;
        let mut at = sink.intern(resource.clone());
        for scope in &group.scope_spans.0 {
            let scope_attributes = scope_attributes(scope.scope.as_ref(), limits.max_depth)?;
            for span in &scope.spans.0 {
                let attributes = span.attributes.0.as_slice();
                let dropped = span.dropped_attributes_count.0;
                rendered.set(attributes, dropped, limits.max_attributes, limits.max_depth)?;
                rendered.count("otel.dropped_events_count", span.dropped_events_count.0);
                rendered.count("otel.dropped_links_count", span.dropped_links_count.0);
                rendered.text("w3c.tracestate", span.trace_state.as_str());
                push_events(&span.events.0, &mut events, limits.max_depth)?;
                push_links(&span.links.0, &mut links, limits.max_depth)?;
                if sink.make_room(span.name.as_str().len() + events.len() + links.len(), out) {
                    at = sink.intern(resource.clone());
                }
                let (start, end) = (span.start_time_unix_nano.time(), span.end_time_unix_nano.time());
                let status = span.status.as_ref();
                let row = SpanRecord {
                    start_unix_nano: start.or(end).unwrap_or(0),
                    end_unix_nano: end.or(start).unwrap_or(0),
                    trace_id: span.trace_id.0,
                    span_id: span.span_id.0,
                    parent_span_id: span.parent_span_id.known(),
                    name: span.name.as_str(),
                    kind: SpanKind::from_number(span.kind.number(&KINDS)),
                    status: StatusCode::from_number(status.map_or(0, |s| s.code.number(&CODES))),
                    status_message: status.and_then(|s| s.message.filled()),
                    resource: at,
                    events: (!events.is_empty()).then_some(events.as_str()),
                    links: (!links.is_empty()).then_some(links.as_str()),
                };
                sink.builder.push(&row, rendered.pairs(attributes).chain(as_pairs(&scope_attributes)));
            }
        }
    }
    Ok(())
}

fn push_events(events: &[Event<'_>], out: &mut String, depth: usize) -> Result<(), TooDeep> {
    out.clear();
    for (i, event) in events.iter().enumerate() {
        out.push(if i == 0 { '[' } else { ',' });
        push_display(out, format_args!("{{\"time_unix_nano\":{},\"name\":", event.time_unix_nano.0));
        push_json_string(out, event.name.as_str());
        out.push_str(",\"attributes\":");
        push_json_object(&event.attributes.0, out, depth)?;
        out.push('}');
    }
    if !events.is_empty() {
        out.push(']');
    }
    Ok(())
}

fn push_links(links: &[Link<'_>], out: &mut String, depth: usize) -> Result<(), TooDeep> {
    out.clear();
    for (i, link) in links.iter().enumerate() {
        out.push_str(if i == 0 { "[{\"trace_id\":\"" } else { ",{\"trace_id\":\"" });
        link.trace_id.push_hex(out);
        out.push_str("\",\"span_id\":\"");
        link.span_id.push_hex(out);
        out.push_str("\",\"attributes\":");
        push_json_object(&link.attributes.0, out, depth)?;
        out.push('}');
    }
    if !links.is_empty() {
        out.push(']');
    }
    Ok(())
}
