//! The laws of dedup: counts are conserved, the first occurrence always passes, order of batches apart.

use decant_dedup::{Config, Dedup};
use decant_model::{
    Batch, LogRecord, LogsBuilder, MetricPoint, MetricsBuilder, Position, Resource, ResourceTable, Rows, Severity,
    SpanRecord, SpansBuilder,
};
use proptest::prelude::*;

fn table() -> ResourceTable {
    let mut table = ResourceTable::default();
    table.intern(Resource::new([("service.name".to_owned(), "cart".to_owned())]));
    table
}

fn logs(rows: &[(i64, &str)]) -> Batch {
    let mut builder = LogsBuilder::default();
    for (time, body) in rows {
        let record = LogRecord { time_unix_nano: Some(*time), severity: Severity::ERROR, body, ..LogRecord::default() };
        builder.push(&record, []);
    }
    Batch { position: Position::default(), resources: table(), rows: Rows::Logs(builder.finish()) }
}

fn spans(ids: &[u8]) -> Batch {
    let mut builder = SpansBuilder::default();
    for id in ids {
        builder.push(&SpanRecord { trace_id: [1; 16], span_id: [*id; 8], name: "GET", ..SpanRecord::default() }, []);
    }
    Batch { position: Position::default(), resources: table(), rows: Rows::Traces(builder.finish()) }
}

fn points(values: &[(i64, f64)]) -> Batch {
    let mut builder = MetricsBuilder::default();
    for (time, value) in values {
        let point = MetricPoint { name: "cpu", time_unix_nano: *time, value: Some(*value), ..MetricPoint::default() };
        builder.push(&point, [("cpu", "0")]);
    }
    Batch { position: Position::default(), resources: table(), rows: Rows::Metrics(builder.finish()) }
}

fn marks(batch: &Batch) -> Vec<bool> {
    match &batch.rows {
        Rows::Logs(rows) => (0..rows.len()).map(|i| rows.repeat.value(i)).collect(),
        _ => panic!("not logs"),
    }
}

#[test]
fn the_second_of_two_equal_records_is_a_repeat() {
    let mut dedup = Dedup::new(Config::default());
    assert_eq!(marks(&dedup.push(logs(&[(1, "a"), (2, "b"), (3, "a")]))), [false, false, true]);
    assert_eq!(dedup.counts().repeats, 1);
}

#[test]
fn a_new_window_tells_a_running_fault_again() {
    let mut dedup = Dedup::new(Config::default());
    let out = dedup.push(logs(&[(1, "down"), (2, "down"), (10_000_000_001, "down")]));
    assert_eq!(marks(&out), [false, true, false]);
}

#[test]
fn a_span_delivered_twice_counts_once() {
    let mut dedup = Dedup::new(Config::default());
    assert_eq!(dedup.push(spans(&[1, 2, 1])).len(), 2);
    assert_eq!(dedup.push(spans(&[2, 3])).len(), 1);
    assert_eq!(dedup.counts().redelivered, 2);
}

#[test]
fn a_span_without_an_id_has_no_identity() {
    let mut dedup = Dedup::new(Config::default());
    assert_eq!(dedup.push(spans(&[0, 0])).len(), 2);
}

#[test]
fn a_point_delivered_twice_counts_once_and_a_new_value_passes() {
    let mut dedup = Dedup::new(Config::default());
    assert_eq!(dedup.push(points(&[(1, 0.5), (1, 0.5), (1, 0.6), (2, 0.5)])).len(), 3);
}

proptest! {
    #[test]
    fn counts_are_conserved(
        rows in prop::collection::vec((0_i64..40, "[ab]{1,2}"), 0..200),
        ids in prop::collection::vec(0_u8..9, 0..60),
        max_keys in 1_usize..50,
    ) {
        let mut dedup = Dedup::new(Config { max_keys, ..Config::default() });
        let rows: Vec<(i64, &str)> = rows.iter().map(|(t, b)| (t * 1_000_000_000, b.as_str())).collect();
        let out = dedup.push(logs(&rows));
        prop_assert_eq!(out.len(), rows.len());
        let marked = marks(&out).iter().filter(|m| **m).count();
        let kept = dedup.push(spans(&ids)).len();
        let counts = dedup.counts();
        prop_assert_eq!(counts.repeats, marked as u64);
        prop_assert_eq!(counts.redelivered, (ids.len() - kept) as u64);
        prop_assert_eq!(counts.seen, counts.first + counts.repeats + counts.redelivered);
    }

    #[test]
    fn with_room_enough_exactly_the_distinct_records_pass(
        rows in prop::collection::vec((0_i64..3, "[a-d]"), 0..200),
    ) {
        let mut dedup = Dedup::new(Config::default());
        let rows: Vec<(i64, &str)> = rows.iter().map(|(w, b)| (w * 10_000_000_000, b.as_str())).collect();
        let out = dedup.push(logs(&rows));
        let distinct: std::collections::BTreeSet<_> = rows.iter().collect();
        prop_assert_eq!(marks(&out).iter().filter(|m| !**m).count(), distinct.len());
    }
}
