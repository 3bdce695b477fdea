//! Batches to store, and rows as plain values to compare.

use std::path::Path;

use decant_model::{
    Batch, LogRecord, LogsBuilder, MetricPoint, MetricsBuilder, Position, Resource, ResourceTable, Rows, Severity,
    Signal, SpanRecord, SpansBuilder,
};
use decant_store::{ScanRequest, Store, StoreConfig};

pub(crate) const SECOND: i64 = 1_000_000_000;
/// 2026-11-24 06:00:00.
pub(crate) const NOON: i64 = 1_795_500_000 * SECOND;

pub(crate) fn open(folder: &Path) -> Store {
    Store::open(folder, StoreConfig::default()).unwrap().0
}

/// A folder in memory where there is such a thing: for laws that synchronise often and are not about crashes.
pub(crate) fn memory_folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

pub(crate) fn position(source: &str, offset: i64) -> Position {
    Position { source: source.to_owned(), partition: 0, offset }
}

pub(crate) fn table(services: &[&str]) -> ResourceTable {
    let mut table = ResourceTable::default();
    for service in services {
        table.intern(resource(service));
    }
    table
}

pub(crate) fn resource(service: &str) -> Resource {
    Resource::new([
        ("service.name".to_owned(), service.to_owned()),
        ("host.name".to_owned(), format!("{service}-host")),
    ])
}

/// Log records of one service: (seconds since [`NOON`], body). Ordinals count from 1.
pub(crate) fn logs(position: Position, service: &str, records: &[(Option<i64>, &str)]) -> Batch {
    let mut builder = LogsBuilder::default();
    for (at, &(seconds, body)) in records.iter().enumerate() {
        let record = LogRecord {
            time_unix_nano: seconds.map(|s| NOON + s * SECOND),
            severity: Severity::INFO,
            body,
            ordinal: at as u64 + 1,
            trace_id: body.contains("traced").then_some([7; 16]),
            ..LogRecord::default()
        };
        builder.push(&record, [("http.route", "/cart"), ("thread", "main")]);
    }
    Batch { position, resources: table(&[service]), rows: Rows::Logs(builder.finish()) }
}

/// One log record a second from `first`, each body naming its second.
pub(crate) fn log_line(offset: i64, service: &str, first: i64, count: i64) -> Batch {
    let bodies: Vec<String> = (first..first + count).map(|second| format!("{service} at {second}")).collect();
    let records: Vec<(Option<i64>, &str)> = (first..).map(Some).zip(bodies.iter().map(String::as_str)).collect();
    logs(position("topic", offset), service, &records)
}

pub(crate) fn points(position: Position, service: &str, points: &[(i64, &str, f64)]) -> Batch {
    let mut builder = MetricsBuilder::default();
    for &(seconds, name, value) in points {
        let point = MetricPoint {
            name,
            unit: "1",
            time_unix_nano: NOON + seconds * SECOND,
            value: Some(value),
            ..MetricPoint::default()
        };
        builder.push(&point, [("cpu", "0")]);
    }
    Batch { position, resources: table(&[service]), rows: Rows::Metrics(builder.finish()) }
}

pub(crate) fn spans(position: Position, service: &str, spans: &[(i64, &str, u8)]) -> Batch {
    let mut builder = SpansBuilder::default();
    for &(seconds, name, trace) in spans {
        let span = SpanRecord {
            start_unix_nano: NOON + seconds * SECOND,
            end_unix_nano: NOON + (seconds + 1) * SECOND,
            trace_id: [trace; 16],
            span_id: [trace; 8],
            name,
            events: Some("[]"),
            ..SpanRecord::default()
        };
        builder.push(&span, [("peer", "db")]);
    }
    Batch { position, resources: table(&[service]), rows: Rows::Traces(builder.finish()) }
}

/// A row in words: position, seconds since [`NOON`], service and what it says.
pub(crate) fn words(batch: &Batch) -> Vec<String> {
    let Position { source, partition, offset } = &batch.position;
    let said = |row: usize| match &batch.rows {
        Rows::Logs(logs) => {
            let time = logs.time(row).map_or("-".to_owned(), |t| ((t - NOON) / SECOND).to_string());
            let attributes: Vec<String> = logs.attributes.of(row).map(|(k, v)| format!("{k}={v}")).collect();
            (time, logs.resource.value(row), format!("{} {}", logs.body.value(row), attributes.join(",")))
        }
        Rows::Metrics(metrics) => {
            let time = (metrics.time_unix_nano.value(row) - NOON) / SECOND;
            let said = format!("{} {}", metrics.name.value(row), metrics.value.value(row));
            (time.to_string(), metrics.resource.value(row), said)
        }
        Rows::Traces(spans) => {
            let time = (spans.start_unix_nano.value(row) - NOON) / SECOND;
            (time.to_string(), spans.resource.value(row), spans.name.value(row).to_owned())
        }
    };
    (0..batch.len())
        .map(|row| {
            let (time, index, said) = said(row);
            let host = batch.resources.get(index).and_then(|r| r.get("host.name")).unwrap_or("?");
            format!("{source}/{partition}@{offset} {time} {}({host}) {said}", batch.service(index))
        })
        .collect()
}

/// All rows that answer, in the order in which they come.
pub(crate) fn scanned(store: &Store, request: &ScanRequest) -> Vec<String> {
    store.scan(request).flat_map(|batch| words(&batch.unwrap())).collect()
}

pub(crate) fn all(store: &Store, signal: Signal) -> Vec<String> {
    scanned(store, &ScanRequest::of(signal))
}

/// The bodies of all log records that answer.
pub(crate) fn bodies(store: &Store, request: &ScanRequest) -> Vec<String> {
    store.scan(request).flat_map(|batch| of_logs(&batch.unwrap())).collect()
}

pub(crate) fn of_logs(batch: &Batch) -> Vec<String> {
    let Rows::Logs(logs) = &batch.rows else { panic!("not logs") };
    logs.body.iter().map(|body| body.unwrap_or_default().to_owned()).collect()
}
