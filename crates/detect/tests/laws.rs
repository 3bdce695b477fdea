//! Laws: what is found does not depend on how records were cut into batches, which lane saw them, or in which order they
//! came; and no input makes it panic.

use decant_detect::{Ask, Config, History, Named, Roller, Rollups};
use decant_model::{
    Batch, LogRecord, LogsBuilder, MetricKind, MetricPoint, MetricsBuilder, Position, Resource, ResourceTable, Rows,
    Severity, SpanKind, SpanRecord, SpansBuilder, StatusCode, Temporality,
};
use proptest::prelude::*;

const START: i64 = 1_700_000_000_000_000_000;

/// One record of any signal, by small numbers.
#[derive(Clone, Debug)]
enum Record {
    Log { service: u8, second: u16, shape: u8, severe: bool, trace: Option<u8> },
    Span { service: u8, second: u16, trace: u8, span: u8, parent: u8, ms: u16, failed: bool },
    Point { service: u8, second: u16, metric: u8, value: u16 },
}

fn record() -> impl Strategy<Value = Record> {
    prop_oneof![
        (0..4_u8, 0..300_u16, 0..5_u8, any::<bool>(), proptest::option::of(0..20_u8))
            .prop_map(|(service, second, shape, severe, trace)| Record::Log { service, second, shape, severe, trace }),
        (0..4_u8, 0..300_u16, 0..20_u8, 1..12_u8, 0..12_u8, 0..900_u16, any::<bool>()).prop_map(
            |(service, second, trace, span, parent, ms, failed)| Record::Span {
                service,
                second,
                trace,
                span,
                parent,
                ms,
                failed
            }
        ),
        (0..4_u8, 0..300_u16, 0..6_u8, 0..1_000_u16).prop_map(|(service, second, metric, value)| Record::Point {
            service,
            second,
            metric,
            value
        }),
    ]
}

fn batch(record: &Record) -> Batch {
    let mut resources = ResourceTable::default();
    let mut owner =
        |service: u8| resources.intern(Resource::new([("service.name".to_owned(), format!("service-{service}"))]));
    let rows = match record {
        Record::Log { service, second, shape, severe, trace } => {
            let mut logs = LogsBuilder::default();
            let severity = if *severe { Severity::ERROR } else { Severity::INFO };
            let body = format!("template {shape}");
            logs.push(
                &LogRecord {
                    time_unix_nano: Some(START + i64::from(*second) * 1_000_000_000),
                    severity,
                    resource: owner(*service),
                    body: &body,
                    trace_id: trace.map(|t| [t + 1; 16]),
                    ..LogRecord::default()
                },
                [],
            );
            let mut logs = logs.finish();
            logs.shape_id = vec![u64::from(*shape) + 1].into();
            Rows::Logs(logs)
        }
        Record::Span { service, second, trace, span, parent, ms, failed } => {
            let mut spans = SpansBuilder::default();
            let start = START + i64::from(*second) * 1_000_000_000;
            spans.push(
                &SpanRecord {
                    start_unix_nano: start,
                    end_unix_nano: start + i64::from(*ms) * 1_000_000,
                    trace_id: [trace + 1; 16],
                    span_id: [*span; 8],
                    parent_span_id: (*parent > 0).then_some([*parent; 8]),
                    name: "work",
                    kind: SpanKind::from_number(i32::from(span % 4)),
                    status: if *failed { StatusCode::Error } else { StatusCode::Unset },
                    resource: owner(*service),
                    ..SpanRecord::default()
                },
                [],
            );
            Rows::Traces(spans.finish())
        }
        Record::Point { service, second, metric, value } => {
            let mut metrics = MetricsBuilder::default();
            let name = format!("metric.{metric}");
            let (kind, monotonic) = if metric % 2 == 0 { (MetricKind::Gauge, false) } else { (MetricKind::Sum, true) };
            metrics.push(
                &MetricPoint {
                    name: &name,
                    kind,
                    temporality: Temporality::Cumulative,
                    monotonic,
                    time_unix_nano: START + i64::from(*second) * 1_000_000_000,
                    value: Some(f64::from(*value)),
                    resource: owner(*service),
                    ..MetricPoint::default()
                },
                [],
            );
            Rows::Metrics(metrics.finish())
        }
    };
    Batch { position: Position::default(), resources, rows }
}

/// The rollups of each lane.
fn lanes(records: &[Record], lane_of: impl Fn(usize) -> usize, lanes: usize) -> Vec<Rollups> {
    let mut rollers: Vec<Roller> = (0..lanes).map(|_| Roller::new(&Config::default())).collect();
    for (i, record) in records.iter().enumerate() {
        rollers[lane_of(i)].push(&batch(record));
    }
    rollers.iter_mut().map(Roller::take).collect()
}

fn found(rollups: Vec<Rollups>) -> String {
    let mut history = History::new(&Config::default());
    rollups.into_iter().for_each(|r| history.absorb(r));
    let name = |shape: u64| Some(Named { id: shape, text: format!("template {shape}"), slots: Vec::new() });
    format!("{:#?}", history.findings(&Ask::default(), &name))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn lanes_may_be_many_and_merge_in_any_order(
        records in proptest::collection::vec(record(), 1..120),
        seed in 0..1_000_usize,
    ) {
        let one = found(lanes(&records, |_| 0, 1));
        let mut three = lanes(&records, |i| (i * 7 + seed) % 3, 3);
        three.rotate_left(seed % 3);
        prop_assert_eq!(one, found(three));
    }

    #[test]
    fn late_records_find_their_place(records in proptest::collection::vec(record(), 1..120), seed in 0..1_000_usize) {
        let mut late = records.clone();
        let middle = seed % records.len();
        late.rotate_left(middle);
        prop_assert_eq!(found(lanes(&records, |_| 0, 1)), found(lanes(&late, |_| 0, 1)));
    }

    #[test]
    fn what_was_told_in_two_parts_is_as_told_in_one(
        records in proptest::collection::vec(record(), 2..120),
        cut in 1..100_usize,
    ) {
        let cut = cut.min(records.len() - 1);
        let mut parts = lanes(&records[..cut], |_| 0, 1);
        parts.extend(lanes(&records[cut..], |_| 0, 1));
        prop_assert_eq!(found(lanes(&records, |_| 0, 1)), found(parts));
    }
}

#[test]
fn nothing_is_found_in_nothing() {
    let findings = History::new(&Config::default()).findings(&Ask::default(), &|_| None);
    assert!(findings.incidents.is_empty() && findings.suspects.is_empty());
    assert_eq!(findings.verdict, decant_model::Verdict::InsufficientData);
}
