//! Log records of OTLP.
//!
//! Severity comes from the number, else from the text; a text that the number does not imply is kept as an attribute.
//! A time of zero is unknown, and order is then the observed time's.

use decant_model::{Batch, LogRecord as Row, Severity};
use opentelemetry_proto::tonic::logs::v1 as proto;
use serde::Deserialize;

use super::ids::Id;
use super::lenient::{Choice, List, Text, Unsigned};
use super::rendered::Rendered;
use super::resource::{Resource, Scope, as_pairs, model_resource, scope_attributes};
use super::sink::LogsSink;
use super::value::{KeyValue, TooDeep, Value, pairs};
use crate::{DecodeError, Limits, severity};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ResourceLogs<'a> {
    #[serde(borrow)]
    resource: Option<Resource<'a>>,
    #[serde(borrow, rename = "scopeLogs", alias = "scope_logs", alias = "instrumentationLibraryLogs")]
    scope_logs: List<ScopeLogs<'a>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct ScopeLogs<'a> {
    #[serde(borrow, alias = "instrumentationLibrary")]
    scope: Option<Scope<'a>>,
    #[serde(borrow, rename = "logRecords", alias = "log_records", alias = "logs")]
    log_records: List<LogRecord<'a>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct LogRecord<'a> {
    #[serde(alias = "time_unix_nano")]
    time_unix_nano: Unsigned,
    #[serde(alias = "observed_time_unix_nano")]
    observed_time_unix_nano: Unsigned,
    #[serde(borrow, alias = "severity_number")]
    severity_number: Choice<'a>,
    #[serde(borrow, alias = "severity_text")]
    severity_text: Text<'a>,
    #[serde(borrow)]
    body: Value<'a>,
    #[serde(borrow)]
    attributes: List<KeyValue<'a>>,
    #[serde(alias = "dropped_attributes_count")]
    dropped_attributes_count: Unsigned,
    #[serde(alias = "trace_id")]
    trace_id: Id<16>,
    #[serde(alias = "span_id")]
    span_id: Id<8>,
    #[serde(borrow, alias = "event_name")]
    event_name: Text<'a>,
}

impl<'a> From<&'a proto::ResourceLogs> for ResourceLogs<'a> {
    fn from(group: &'a proto::ResourceLogs) -> Self {
        Self {
            resource: group.resource.as_ref().map(Resource::from),
            scope_logs: List(group.scope_logs.iter().map(ScopeLogs::from).collect()),
        }
    }
}

impl<'a> From<&'a proto::ScopeLogs> for ScopeLogs<'a> {
    fn from(group: &'a proto::ScopeLogs) -> Self {
        Self {
            scope: group.scope.as_ref().map(Scope::from),
            log_records: List(group.log_records.iter().map(LogRecord::from).collect()),
        }
    }
}

impl<'a> From<&'a proto::LogRecord> for LogRecord<'a> {
    fn from(record: &'a proto::LogRecord) -> Self {
        Self {
            time_unix_nano: Unsigned(record.time_unix_nano),
            observed_time_unix_nano: Unsigned(record.observed_time_unix_nano),
            severity_number: Choice::Number(record.severity_number),
            severity_text: record.severity_text.as_str().into(),
            body: record.body.as_ref().map(Value::from).unwrap_or_default(),
            attributes: pairs(&record.attributes),
            dropped_attributes_count: Unsigned(record.dropped_attributes_count.into()),
            trace_id: Id::from_bytes(&record.trace_id),
            span_id: Id::from_bytes(&record.span_id),
            event_name: record.event_name.as_str().into(),
        }
    }
}

/// Adds all records to the sink; returns how many.
pub(super) fn append(
    groups: &[ResourceLogs<'_>],
    limits: &Limits,
    sink: &mut LogsSink,
    out: &mut Vec<Batch>,
) -> Result<usize, DecodeError> {
    let records = groups.iter().flat_map(|g| &g.scope_logs.0).map(|s| s.log_records.0.len()).sum();
    if records > limits.max_records {
        return Err(DecodeError::TooManyRecords { limit: limits.max_records });
    }
    append_checked(groups, limits, sink, out).map_err(|TooDeep| DecodeError::TooDeep { limit: limits.max_depth })?;
    Ok(records)
}

fn append_checked(
    groups: &[ResourceLogs<'_>],
    limits: &Limits,
    sink: &mut LogsSink,
    out: &mut Vec<Batch>,
) -> Result<(), TooDeep> {
    let mut rendered = Rendered::default();
    let mut body = String::new();
    let mut ordinal = 0;
    for group in groups {
        let resource = model_resource(group.resource.as_ref(), limits.max_depth)?;
        let mut at = sink.intern(resource.clone());
        for scope in &group.scope_logs.0 {
            let scope_attributes = scope_attributes(scope.scope.as_ref(), limits.max_depth)?;
            for record in &scope.log_records.0 {
                let attributes = record.attributes.0.as_slice();
                let dropped = record.dropped_attributes_count.0;
                rendered.set(attributes, dropped, limits.max_attributes, limits.max_depth)?;
                let severity = record.severity(&mut rendered);
                let text = match record.body.as_text() {
                    Some(text) => text,
                    None => {
                        body.clear();
                        record.body.push_text(&mut body, limits.max_depth)?;
                        &body
                    }
                };
                if sink.make_room(text.len(), out) {
                    at = sink.intern(resource.clone());
                }
                let row = Row {
                    time_unix_nano: record.time_unix_nano.time(),
                    observed_time_unix_nano: record.observed_time_unix_nano.time(),
                    severity,
                    resource: at,
                    event_name: record.event_name.filled(),
                    body: text,
                    trace_id: record.trace_id.known(),
                    span_id: record.span_id.known(),
                    ordinal,
                };
                sink.builder.push(&row, rendered.pairs(attributes).chain(as_pairs(&scope_attributes)));
                ordinal += 1;
            }
        }
    }
    Ok(())
}

const SEVERITIES: [&str; 25] = [
    "UNSPECIFIED",
    "TRACE",
    "TRACE2",
    "TRACE3",
    "TRACE4",
    "DEBUG",
    "DEBUG2",
    "DEBUG3",
    "DEBUG4",
    "INFO",
    "INFO2",
    "INFO3",
    "INFO4",
    "WARN",
    "WARN2",
    "WARN3",
    "WARN4",
    "ERROR",
    "ERROR2",
    "ERROR3",
    "ERROR4",
    "FATAL",
    "FATAL2",
    "FATAL3",
    "FATAL4",
];

impl LogRecord<'_> {
    fn severity(&self, rendered: &mut Rendered) -> Severity {
        let text = self.severity_text.as_str().trim();
        let from_text = severity::from_word(text.as_bytes());
        if from_text.is_none() {
            rendered.text("log.record.severity_text", text);
        }
        match self.severity_number.number(&SEVERITIES) {
            number @ 1..=24 => Severity(number as u8),
            _ => from_text.unwrap_or_default(),
        }
    }
}
