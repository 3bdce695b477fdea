//! Batches in a line, and what comes out of them.

use decant_dedup::{Dedup, Passed};
use decant_model::arrow_array::UInt64Array;
use decant_model::{
    Batch, LogRecord, Logs, LogsBuilder, MetricPoint, MetricsBuilder, Position, Resource, ResourceTable, Rows,
    Severity, SpanRecord, SpansBuilder,
};

pub(crate) const SECOND: i64 = 1_000_000_000;

/// A log row: time, body, value of the attribute `user`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Log {
    pub(crate) time: Option<i64>,
    pub(crate) body: String,
    pub(crate) user: String,
    pub(crate) ordinal: u64,
}

pub(crate) fn log(time: i64, body: &str) -> Log {
    Log { time: Some(time), body: body.to_owned(), ..Log::default() }
}

pub(crate) fn at(source: &str, offset: i64) -> Position {
    Position { source: source.to_owned(), partition: 0, offset }
}

fn table() -> ResourceTable {
    let mut table = ResourceTable::default();
    table.intern(Resource::new([("service.name".to_owned(), "cart".to_owned())]));
    table
}

/// The shape is that of the body without its digits.
pub(crate) fn logs(position: Position, rows: &[Log]) -> Batch {
    let mut builder = LogsBuilder::default();
    for row in rows {
        let record = LogRecord {
            time_unix_nano: row.time,
            severity: Severity::ERROR,
            body: &row.body,
            ordinal: row.ordinal,
            ..LogRecord::default()
        };
        builder.push(&record, (!row.user.is_empty()).then_some(("user", row.user.as_str())));
    }
    let mut logs = builder.finish();
    let shape = |row: &Log| row.body.bytes().filter(|b| !b.is_ascii_digit()).fold(7, |h, b| h * 31 + u64::from(b));
    logs.shape_id = UInt64Array::from_iter_values(rows.iter().map(shape));
    Batch { position, resources: table(), rows: Rows::Logs(logs) }
}

pub(crate) fn spans(position: Position, ids: &[u8]) -> Batch {
    let mut builder = SpansBuilder::default();
    for id in ids {
        builder.push(&SpanRecord { trace_id: [1; 16], span_id: [*id; 8], name: "GET", ..SpanRecord::default() }, []);
    }
    Batch { position, resources: table(), rows: Rows::Traces(builder.finish()) }
}

pub(crate) fn points(values: &[(i64, f64)]) -> Batch {
    let mut builder = MetricsBuilder::default();
    for (time, value) in values {
        let point = MetricPoint { name: "cpu", time_unix_nano: *time, value: Some(*value), ..MetricPoint::default() };
        builder.push(&point, [("cpu", "0")]);
    }
    Batch { position: Position::default(), resources: table(), rows: Rows::Metrics(builder.finish()) }
}

pub(crate) fn push(dedup: &mut Dedup, batch: Batch) -> Passed {
    let received = dedup.receive(batch);
    dedup.mark(received)
}

pub(crate) fn columns(batch: &Batch) -> &Logs {
    match &batch.rows {
        Rows::Logs(logs) => logs,
        _ => panic!("not logs"),
    }
}

pub(crate) fn bodies(batch: &Batch) -> Vec<&str> {
    let logs = columns(batch);
    (0..logs.len()).map(|row| logs.body.value(row)).collect()
}

/// Span ids, by their first byte.
pub(crate) fn ids(batch: &Batch) -> Vec<u8> {
    match &batch.rows {
        Rows::Traces(spans) => (0..spans.len()).map(|row| spans.span(row)[0]).collect(),
        _ => panic!("not spans"),
    }
}

/// `.` first, `=` repeat, `~` near repeat.
pub(crate) fn marks(batch: &Batch) -> String {
    let logs = columns(batch);
    let mark = |row| match (logs.repeat.value(row), logs.near_repeat.value(row)) {
        (false, false) => '.',
        (true, false) => '=',
        (false, true) => '~',
        (true, true) => '!',
    };
    (0..logs.len()).map(mark).collect()
}

/// Records that a batch's rows stand for.
pub(crate) fn records(batch: &Batch) -> u64 {
    match &batch.rows {
        Rows::Logs(logs) => (0..logs.len()).map(|row| logs.records(row)).sum(),
        _ => batch.len() as u64,
    }
}
