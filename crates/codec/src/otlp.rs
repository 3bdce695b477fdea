//! OTLP requests to batches.
//!
//! Two wire forms, one meaning: protobuf messages and OTLP/JSON are both seen as the borrowed structs of `logs`,
//! `metrics` and `traces` here, and only those are turned into columns. JSON is read leniently, since captures are
//! written by many hands: snake_case beside camelCase, 64-bit numbers as numbers or strings, enums as numbers or names,
//! absent and `null` fields, unknown fields. Scope and dropped counts become attributes with the names that the
//! OpenTelemetry specification gives for formats without a place of their own (`otel.scope.name`, ...).

mod envelope;
mod histogram;
mod ids;
mod lenient;
mod logs;
mod metrics;
mod rendered;
mod resource;
mod sink;
mod traces;
mod value;

use decant_model::{Batch, Position, Signal};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message as _;

pub(crate) use envelope::Envelope;
pub(crate) use ids::id_from_text;
pub(crate) use sink::{LogsSink, MetricsSink, Sinks, SpansSink};
pub(crate) use value::{KeyValue, Value};

use crate::{DecodeError, Limits};

/// All records of a request as one batch.
///
/// # Errors
/// When a limit is passed.
pub fn logs_from_request(
    request: &ExportLogsServiceRequest,
    limits: &Limits,
    position: Position,
) -> Result<Batch, DecodeError> {
    let mut sink = LogsSink::unbounded();
    let groups: Vec<_> = request.resource_logs.iter().map(logs::ResourceLogs::from).collect();
    logs::append(&groups, limits, &mut sink, &mut Vec::new())?;
    Ok(sink.finish(position))
}

/// All data points of a request as one batch.
///
/// # Errors
/// When a limit is passed.
pub fn metrics_from_request(
    request: &ExportMetricsServiceRequest,
    limits: &Limits,
    position: Position,
) -> Result<Batch, DecodeError> {
    let mut sink = MetricsSink::unbounded();
    let groups: Vec<_> = request.resource_metrics.iter().map(metrics::ResourceMetrics::from).collect();
    metrics::append(&groups, limits, &mut sink, &mut Vec::new())?;
    Ok(sink.finish(position))
}

/// All spans of a request as one batch.
///
/// # Errors
/// When a limit is passed.
pub fn traces_from_request(
    request: &ExportTraceServiceRequest,
    limits: &Limits,
    position: Position,
) -> Result<Batch, DecodeError> {
    let mut sink = SpansSink::unbounded();
    let groups: Vec<_> = request.resource_spans.iter().map(traces::ResourceSpans::from).collect();
    traces::append(&groups, limits, &mut sink, &mut Vec::new())?;
    Ok(sink.finish(position))
}

/// One `Export*ServiceRequest` (or `LogsData`, `MetricsData`, `TracesData`, which have the same bytes).
///
/// # Errors
/// When the bytes are malformed or a limit is passed.
pub fn decode_proto(signal: Signal, bytes: &[u8], limits: &Limits, position: Position) -> Result<Batch, DecodeError> {
    check_size(bytes, limits)?;
    match signal {
        Signal::Logs => logs_from_request(&ExportLogsServiceRequest::decode(bytes)?, limits, position),
        Signal::Metrics => metrics_from_request(&ExportMetricsServiceRequest::decode(bytes)?, limits, position),
        Signal::Traces => traces_from_request(&ExportTraceServiceRequest::decode(bytes)?, limits, position),
    }
}

/// One OTLP/JSON request of `signal`; what it holds of other signals is ignored, as unknown fields are.
///
/// # Errors
/// When the bytes are malformed or a limit is passed.
pub fn decode_json(signal: Signal, bytes: &[u8], limits: &Limits, position: Position) -> Result<Batch, DecodeError> {
    check_size(bytes, limits)?;
    let envelope = Envelope::read(bytes)?;
    let none = &mut Vec::new();
    match signal {
        Signal::Logs => {
            let mut sink = LogsSink::unbounded();
            logs::append(envelope.logs(), limits, &mut sink, none)?;
            Ok(sink.finish(position))
        }
        Signal::Metrics => {
            let mut sink = MetricsSink::unbounded();
            metrics::append(envelope.metrics(), limits, &mut sink, none)?;
            Ok(sink.finish(position))
        }
        Signal::Traces => {
            let mut sink = SpansSink::unbounded();
            traces::append(envelope.traces(), limits, &mut sink, none)?;
            Ok(sink.finish(position))
        }
    }
}

/// One OTLP/JSON message of any signals: a batch for each that has rows, in the order logs, metrics, traces.
///
/// # Errors
/// When the bytes are malformed or a limit is passed.
pub fn decode_any_json(bytes: &[u8], limits: &Limits, position: Position) -> Result<Vec<Batch>, DecodeError> {
    check_size(bytes, limits)?;
    let envelope = Envelope::read(bytes)?;
    let mut sinks = Sinks::new(position, usize::MAX, usize::MAX);
    let mut out = Vec::new();
    sinks.append(&envelope, limits, &mut out)?;
    sinks.flush(&mut out);
    Ok(out)
}

fn check_size(bytes: &[u8], limits: &Limits) -> Result<(), DecodeError> {
    if bytes.len() > limits.max_bytes {
        return Err(DecodeError::TooLarge { bytes: bytes.len(), limit: limits.max_bytes });
    }
    Ok(())
}
