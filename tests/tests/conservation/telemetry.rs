//! Telemetry as it comes: repeats, redeliveries, disorder, wrong clocks, lines that are no records.

use decant_codec::text::{DecodeOptions, FileDecoder};
use decant_model::{
    Batch, LogRecord, LogsBuilder, MetricKind, MetricPoint, MetricsBuilder, Position, Resource, ResourceTable, Rows,
    Severity, SpanRecord, SpansBuilder, StatusCode, Temporality,
};
use proptest::prelude::*;

pub(crate) const SECOND: i64 = 1_000_000_000;
/// 2023-11-14T22:13:20Z.
pub(crate) const START: i64 = 1_700_000_000 * SECOND;

/// A request, or a piece of a file, and how often it comes.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) lane: u8,
    service: u8,
    what: What,
    again: u8,
}

#[derive(Clone, Debug)]
enum What {
    /// Milliseconds since the start (`None`: no time), which text, severity.
    Logs(Vec<(Option<i64>, u8, u8)>),
    /// Start, duration, number.
    Spans(Vec<(i64, i64, u8)>),
    /// Time, value, name.
    Points(Vec<(i64, f64, u8)>),
    /// Lines of a file.
    Text(Vec<u8>),
}

fn ms() -> impl Strategy<Value = i64> {
    prop_oneof![
        20 => 0..600_000_i64,
        // An hour ahead, a year behind.
        1 => prop::sample::select(vec![3_600_000, -31_557_600_000_i64]),
    ]
}

pub(crate) fn sent() -> impl Strategy<Value = Sent> {
    let value =
        prop_oneof![9 => (0..100_u8).prop_map(f64::from), 1 => prop::sample::select(vec![f64::NAN, f64::INFINITY])];
    let what = prop_oneof![
        3 => prop::collection::vec((prop::option::weighted(0.9, ms()), 0..9_u8, 0..3_u8), 1..60).prop_map(What::Logs),
        2 => prop::collection::vec((ms(), 0..40_000_i64, any::<u8>()), 1..30).prop_map(What::Spans),
        2 => prop::collection::vec((ms(), value, 0..4_u8), 1..30).prop_map(What::Points),
        1 => prop::collection::vec(0..6_u8, 1..30).prop_map(What::Text),
    ];
    (any::<u8>(), 0..3_u8, what, 0..3_u8).prop_map(|(lane, service, what, again)| Sent { lane, service, what, again })
}

impl Sent {
    /// The batches of it, those that come again too.
    pub(crate) fn batches(&self) -> Vec<Batch> {
        let once = self.once();
        std::iter::repeat_n(once, 1 + usize::from(self.again / 2)).flatten().collect()
    }

    fn once(&self) -> Vec<Batch> {
        let mut resources = ResourceTable::default();
        let service = ["cart", "pay", "web"][usize::from(self.service)];
        let resource = resources.intern(Resource::new([("service.name".to_owned(), service.to_owned())]));
        let at = |ms: i64| START + ms * (SECOND / 1000);
        let rows = match &self.what {
            What::Text(lines) => return text(lines),
            What::Logs(records) => {
                let mut logs = LogsBuilder::default();
                for (ordinal, (ms, body, severity)) in (0..).zip(records) {
                    let text = body_of(*body, ordinal);
                    let record = LogRecord {
                        time_unix_nano: ms.map(at).filter(|_| *body != 1),
                        // A record may tell only when it was observed.
                        observed_time_unix_nano: ms.map(at),
                        severity: Severity(9 + 4 * severity),
                        event_name: (*body == 0).then_some("deployment"),
                        resource,
                        body: &text,
                        ordinal,
                        ..LogRecord::default()
                    };
                    logs.push(&record, []);
                }
                Rows::Logs(logs.finish())
            }
            What::Spans(records) => {
                let mut spans = SpansBuilder::default();
                for (start, duration, number) in records {
                    let start_unix_nano = at(*start);
                    let span = SpanRecord {
                        start_unix_nano,
                        end_unix_nano: start_unix_nano + duration * (SECOND / 1000),
                        trace_id: [number % 7; 16],
                        span_id: [*number; 8],
                        parent_span_id: (number % 3 == 0).then_some([number.wrapping_add(1); 8]),
                        name: "work",
                        status: if number % 5 == 0 { StatusCode::Error } else { StatusCode::Unset },
                        resource,
                        ..SpanRecord::default()
                    };
                    spans.push(&span, []);
                }
                Rows::Traces(spans.finish())
            }
            What::Points(records) => {
                let mut points = MetricsBuilder::default();
                for (time, value, name) in records {
                    let point = MetricPoint {
                        name: ["queue", "requests", "latency", "none"][usize::from(*name)],
                        kind: [MetricKind::Gauge, MetricKind::Sum, MetricKind::Histogram, MetricKind::Gauge]
                            [usize::from(*name)],
                        temporality: Temporality::Cumulative,
                        monotonic: *name == 1,
                        time_unix_nano: at(*time),
                        value: (*name < 2).then_some(*value),
                        count: (*name == 2).then_some(3),
                        sum: (*name == 2).then_some(*value),
                        resource,
                        ..MetricPoint::default()
                    };
                    points.push(&point, []);
                }
                Rows::Metrics(points.finish())
            }
        };
        vec![Batch { position: Position::default(), resources, rows }]
    }
}

/// Texts of which some are equal, some of one template, some all their own.
fn body_of(body: u8, ordinal: u64) -> String {
    match body {
        0 => "deployed build 7".to_owned(),
        1..=4 => format!("user {body} logged in"),
        5 | 6 => format!("request {ordinal} took {} ms", ordinal * 3),
        7 => "connection refused".to_owned(),
        _ => String::new(),
    }
}

/// A file, decoded as files are.
fn text(lines: &[u8]) -> Vec<Batch> {
    let mut bytes: Vec<u8> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        match line {
            0 => bytes.extend_from_slice(b"{\"resourceLogs\": [{\"broken\"\n"),
            1 => bytes.extend_from_slice(b"caf\xe9 \xff closed\n"),
            2 => bytes.extend_from_slice(b"\n"),
            3 => bytes.extend_from_slice(b"    at some.place(File.java:7)\n"),
            4 => bytes.extend_from_slice(format!("line {at} without a time\n").as_bytes()),
            _ => {
                let line = format!("2023-11-14T22:{:02}:{:02}Z ERROR worker gave up\n", 13 + at % 9, 20 + at % 40);
                bytes.extend_from_slice(line.as_bytes());
            }
        }
    }
    let mut batches = Vec::new();
    let mut decoder = FileDecoder::new("worker.log", DecodeOptions::default());
    decoder.push(&bytes, &mut batches);
    let records = decoder.finish(&mut batches).records;
    assert_eq!(records, batches.iter().map(|batch| batch.len() as u64).sum::<u64>(), "records that were read");
    // Each comes as a request of its own: what has the position of another would take its place in the store.
    batches.iter_mut().for_each(|batch| batch.position = Position::default());
    batches
}
