//! Where telemetry may carry a secret.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{
    Exemplar, Gauge, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, number_data_point,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};

use super::Specimen;
use crate::Step;
use crate::otlp::{any, kv, time};

/// A field of OTLP, or an encoding within a log's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    Body,
    BodyJson,
    BodyLogfmt,
    BodyNested,
    BodyUrl,
    BodyBase64,
    BodyPercent,
    /// After a line break, as in a stack trace.
    BodyLater,
    LogAttribute,
    LogNestedAttribute,
    LogAttributeKey,
    LogResource,
    LogScope,
    LogEventName,
    SpanName,
    SpanAttribute,
    SpanEventName,
    SpanEventAttribute,
    SpanLinkAttribute,
    SpanStatus,
    SpanTraceState,
    SpanResource,
    MetricAttribute,
    MetricExemplar,
    MetricResource,
    MetricScope,
    MetricName,
}

impl Place {
    /// All of them.
    pub const ALL: [Self; 27] = [
        Self::Body,
        Self::BodyJson,
        Self::BodyLogfmt,
        Self::BodyNested,
        Self::BodyUrl,
        Self::BodyBase64,
        Self::BodyPercent,
        Self::BodyLater,
        Self::LogAttribute,
        Self::LogNestedAttribute,
        Self::LogAttributeKey,
        Self::LogResource,
        Self::LogScope,
        Self::LogEventName,
        Self::SpanName,
        Self::SpanAttribute,
        Self::SpanEventName,
        Self::SpanEventAttribute,
        Self::SpanLinkAttribute,
        Self::SpanStatus,
        Self::SpanTraceState,
        Self::SpanResource,
        Self::MetricAttribute,
        Self::MetricExemplar,
        Self::MetricResource,
        Self::MetricScope,
        Self::MetricName,
    ];

    /// Whether the specimen can stand there as it would in life: keys and names have no line breaks, and what needs a
    /// key of its own does not stand where there is none.
    #[must_use]
    pub fn holds(self, specimen: &Specimen) -> bool {
        match self {
            Self::LogAttributeKey
            | Self::LogEventName
            | Self::SpanEventName
            | Self::SpanTraceState
            | Self::MetricName => specimen.key.is_none() && !specimen.value.contains('\n'),
            Self::BodyLogfmt | Self::BodyUrl => !specimen.value.contains(['\n', ' ']),
            _ => true,
        }
    }
}

/// The specimen as the text of a log line, in the encoding that the place asks for.
#[must_use]
pub fn plant_text(specimen: &Specimen, place: Place) -> String {
    let (text, value) = (specimen.text(), &specimen.value);
    let key = specimen.key.unwrap_or("value");
    match place {
        Place::BodyJson => {
            let json = serde_json::json!({"level": "info", "msg": "request received", "input": {key: value, "n": 3}});
            json.to_string()
        }
        Place::BodyLogfmt => format!("level=info msg=\"request received\" {key}={value} n=3"),
        Place::BodyUrl => format!("GET https://shop.example/callback?{key}={}&n=3 200", percent(value, b"-_.~+/=:@")),
        // Of a few bytes the base64 is a word as any other; a payload has more.
        Place::BodyBase64 if text.len() < 12 => {
            format!("payload {} received", STANDARD.encode(format!("input {text}")))
        }
        Place::BodyBase64 => format!("payload {} received", STANDARD.encode(&text)),
        Place::BodyPercent => format!("GET /login?next=%2Fhome%3F{} 302", percent(&text, b"-_.~")),
        Place::BodyLater => format!("request failed\n\tat handler line 12\n\tinput: {text}\n\tat server line 80"),
        _ => format!("request received with {text} from client"),
    }
}

fn percent(text: &str, kept: &[u8]) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || kept.contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// An export request with the specimen at a place; a [`Step`] of one signal.
#[must_use]
pub fn plant(specimen: &Specimen, place: Place, at_unix_nano: i64) -> Step {
    use Place as P;
    let here = |wanted: Place| (place == wanted).then_some(specimen);
    match place {
        P::SpanName
        | P::SpanAttribute
        | P::SpanEventName
        | P::SpanEventAttribute
        | P::SpanLinkAttribute
        | P::SpanStatus
        | P::SpanTraceState
        | P::SpanResource => {
            let span = span(specimen, place, at_unix_nano);
            let scope_spans = vec![ScopeSpans { spans: vec![span], ..ScopeSpans::default() }];
            let group =
                ResourceSpans { resource: resource(here(P::SpanResource)), scope_spans, ..ResourceSpans::default() };
            let traces = Some(ExportTraceServiceRequest { resource_spans: vec![group] });
            Step { at_unix_nano, traces, ..Step::default() }
        }
        P::MetricAttribute | P::MetricExemplar | P::MetricResource | P::MetricScope | P::MetricName => {
            let metrics = vec![metric(specimen, place, at_unix_nano)];
            let scope_metrics =
                vec![ScopeMetrics { scope: scope(here(P::MetricScope)), metrics, ..ScopeMetrics::default() }];
            let group = ResourceMetrics {
                resource: resource(here(P::MetricResource)),
                scope_metrics,
                ..ResourceMetrics::default()
            };
            let metrics = Some(ExportMetricsServiceRequest { resource_metrics: vec![group] });
            Step { at_unix_nano, metrics, ..Step::default() }
        }
        _ => {
            let log_records = vec![record(specimen, place, at_unix_nano)];
            let scope_logs = vec![ScopeLogs { scope: scope(here(P::LogScope)), log_records, ..ScopeLogs::default() }];
            let group =
                ResourceLogs { resource: resource(here(P::LogResource)), scope_logs, ..ResourceLogs::default() };
            let logs = Some(ExportLogsServiceRequest { resource_logs: vec![group] });
            Step { at_unix_nano, logs, ..Step::default() }
        }
    }
}

/// The specimen as an attribute: under its own key, else within a text.
fn attribute(specimen: &Specimen) -> KeyValue {
    match specimen.key {
        Some(key) => kv(key, specimen.value.as_str()),
        None => kv("request.detail", format!("client sent {}", specimen.value)),
    }
}

fn resource(specimen: Option<&Specimen>) -> Option<Resource> {
    let mut attributes = vec![kv("service.name", "gate")];
    attributes.extend(specimen.map(attribute));
    Some(Resource { attributes, ..Resource::default() })
}

fn scope(specimen: Option<&Specimen>) -> Option<InstrumentationScope> {
    let attributes = specimen.map(attribute).into_iter().collect();
    Some(InstrumentationScope { name: "gate.http".to_owned(), attributes, ..InstrumentationScope::default() })
}

/// A map in a list in a map.
fn nested(specimen: &Specimen) -> AnyValue {
    let map = |values| AnyValue { value: Some(Value::KvlistValue(KeyValueList { values })) };
    let inner = map(vec![kv("n", 3), attribute(specimen)]);
    let list = AnyValue { value: Some(Value::ArrayValue(ArrayValue { values: vec![any("first"), inner] })) };
    map(vec![KeyValue { key: "inputs".to_owned(), value: Some(list), ..KeyValue::default() }])
}

fn record(specimen: &Specimen, place: Place, at: i64) -> LogRecord {
    let mut record = LogRecord {
        time_unix_nano: time(at),
        observed_time_unix_nano: time(at),
        severity_number: 9,
        body: Some(any("request received")),
        ..LogRecord::default()
    };
    match place {
        Place::LogAttribute => record.attributes.push(attribute(specimen)),
        Place::LogNestedAttribute => {
            let value = Some(nested(specimen));
            record.attributes.push(KeyValue { key: "request".to_owned(), value, ..KeyValue::default() });
        }
        Place::LogAttributeKey => record.attributes.push(kv(&specimen.value, "seen")),
        Place::LogEventName => record.event_name = format!("seen {}", specimen.value),
        Place::BodyNested => record.body = Some(nested(specimen)),
        Place::LogResource | Place::LogScope => {}
        _ => record.body = Some(any(plant_text(specimen, place))),
    }
    record
}

fn span(specimen: &Specimen, place: Place, at: i64) -> Span {
    let mut span = Span {
        trace_id: vec![7; 16],
        span_id: vec![7; 8],
        name: "GET /callback".to_owned(),
        kind: 2,
        start_time_unix_nano: time(at),
        end_time_unix_nano: time(at + 1_000_000),
        ..Span::default()
    };
    let event = |name: String, attributes| Event { time_unix_nano: time(at), name, attributes, ..Event::default() };
    match place {
        Place::SpanName => span.name = format!("GET /callback {}", specimen.text()),
        Place::SpanAttribute => span.attributes.push(attribute(specimen)),
        Place::SpanEventName => span.events.push(event(format!("seen {}", specimen.value), vec![])),
        Place::SpanEventAttribute => span.events.push(event("seen".to_owned(), vec![attribute(specimen)])),
        Place::SpanLinkAttribute => {
            let attributes = vec![attribute(specimen)];
            span.links.push(Link { trace_id: vec![9; 16], span_id: vec![9; 8], attributes, ..Link::default() });
        }
        Place::SpanStatus => span.status = Some(Status { code: 2, message: format!("bad input: {}", specimen.text()) }),
        Place::SpanTraceState => span.trace_state = format!("gate={}", specimen.value),
        _ => {}
    }
    span
}

fn metric(specimen: &Specimen, place: Place, at: i64) -> Metric {
    let mut point = NumberDataPoint {
        time_unix_nano: time(at),
        value: Some(number_data_point::Value::AsDouble(1.0)),
        ..NumberDataPoint::default()
    };
    match place {
        Place::MetricAttribute => point.attributes.push(attribute(specimen)),
        Place::MetricExemplar => {
            let filtered_attributes = vec![attribute(specimen)];
            point.exemplars.push(Exemplar { filtered_attributes, time_unix_nano: time(at), ..Exemplar::default() });
        }
        _ => {}
    }
    let name = if place == Place::MetricName { format!("seen {}", specimen.value) } else { "gate.requests".to_owned() };
    Metric { name, data: Some(Data::Gauge(Gauge { data_points: vec![point] })), ..Metric::default() }
}
