use super::*;
use decant_model::{
    Batch, LogRecord, LogsBuilder, MetricKind, MetricPoint, MetricsBuilder, Position, Resource, ResourceTable, Rows,
    Severity, SpanRecord, SpansBuilder, StatusCode, Temporality,
};

const MINUTE: i64 = 60_000_000_000;

fn batch(rows: impl FnOnce(u32) -> Rows) -> Batch {
    let mut resources = ResourceTable::default();
    let cart = resources.intern(Resource::new([("service.name".to_owned(), "cart".to_owned())]));
    Batch { position: Position::default(), resources, rows: rows(cart) }
}

fn tallied(batches: &[Batch]) -> Tally {
    let mut tally = Tally::new(Span { from: 0, to: 12 * MINUTE });
    for batch in batches {
        tally.take(batch);
    }
    tally.finish();
    tally.named(&BTreeMap::from([(7, (70, "sold <num>".to_owned()))]))
}

fn of(tally: &Tally, signal: Of, name: &str) -> Totals {
    tally.totals.get(&Key { signal, service: "cart".to_owned(), name: name.to_owned() }).copied().unwrap_or_default()
}

#[test]
fn logs_are_counted_by_template_and_slice() {
    let logs = |shape: u64, minutes: &[i64], severity| {
        batch(|resource| {
            let mut logs = LogsBuilder::default();
            for minute in minutes {
                let time_unix_nano = Some(minute * MINUTE);
                logs.push(&LogRecord { time_unix_nano, severity, resource, body: "x", ..LogRecord::default() }, []);
            }
            let mut logs = logs.finish();
            logs.shape_id = vec![shape; minutes.len()].into();
            Rows::Logs(logs)
        })
    };
    let tally = tallied(&[logs(7, &[0, 0, 11], Severity::INFO), logs(8, &[5], Severity::ERROR)]);
    let sold = of(&tally, Of::Logs, "sold <num>");
    assert_eq!((sold.slices[0].rows, sold.slices[11].rows, sold.all().errors), (2, 1, 0));
    assert_eq!(of(&tally, Of::Logs, "shape 0000000000000008").slices[5].errors, 1);
    assert_eq!(tally.heard, Some((0, 11 * MINUTE)));
}

#[test]
fn spans_are_counted_with_their_errors_and_durations() {
    let tally = tallied(&[batch(|resource| {
        let mut spans = SpansBuilder::default();
        for (minute, ms, status) in [(1, 10, StatusCode::Unset), (1, 30, StatusCode::Error)] {
            let start_unix_nano = minute * MINUTE;
            let end_unix_nano = start_unix_nano + ms * 1_000_000;
            spans.push(
                &SpanRecord { start_unix_nano, end_unix_nano, name: "add", status, resource, ..SpanRecord::default() },
                [],
            );
        }
        Rows::Traces(spans.finish())
    })]);
    let add = of(&tally, Of::Spans, "add").slices[1];
    assert_eq!((add.rows, add.errors, add.mean()), (2, 1, Some(20.0)));
}

#[test]
fn cumulative_sums_are_rates_and_gauges_are_means() {
    let points = |kind, values: &[(i64, f64)]| {
        batch(|resource| {
            let mut metrics = MetricsBuilder::default();
            for (minute, value) in values {
                metrics.push(
                    &MetricPoint {
                        name: if kind == MetricKind::Sum { "requests" } else { "queue" },
                        kind,
                        temporality: Temporality::Cumulative,
                        monotonic: kind == MetricKind::Sum,
                        time_unix_nano: minute * MINUTE,
                        value: Some(*value),
                        resource,
                        ..MetricPoint::default()
                    },
                    [],
                );
            }
            Rows::Metrics(metrics.finish())
        })
    };
    // 100 and 100, then begun anew: 40.
    let tally = tallied(&[
        points(MetricKind::Sum, &[(3, 1_200.0), (4, 40.0)]),
        points(MetricKind::Sum, &[(1, 1_000.0), (2, 1_100.0)]),
        points(MetricKind::Gauge, &[(1, 4.0), (2, 6.0), (3, f64::NAN)]),
    ]);
    let requests = of(&tally, Of::Metrics, "requests");
    assert_eq!((requests.rate_per_min, requests.rate_points, requests.all().mean()), (80.0, 4, None));
    assert_eq!(of(&tally, Of::Metrics, "queue").all().mean(), Some(5.0));
}

#[test]
fn histograms_tell_how_many_values_came_how_great_and_in_which_buckets() {
    // (minute, count, sum, buckets up to 10, up to 100, beyond)
    type Point = (i64, u64, f64, [f64; 3]);
    let check = |temporality, told: &[Point], values: u64, mean: f64, expected: [f64; 3]| {
        let batch = batch(|resource| {
            let mut metrics = MetricsBuilder::default();
            for (minute, count, sum, buckets) in told {
                let point = MetricPoint {
                    name: "latency",
                    kind: MetricKind::Histogram,
                    temporality,
                    time_unix_nano: minute * MINUTE,
                    count: Some(*count),
                    sum: Some(*sum),
                    bounds: &[10.0, 100.0],
                    buckets,
                    resource,
                    ..MetricPoint::default()
                };
                metrics.push(&point, []);
            }
            Rows::Metrics(metrics.finish())
        });
        let tally = tallied(&[batch]);
        let all = of(&tally, Of::Metrics, "latency").all();
        assert_eq!((all.values, all.mean()), (values, Some(mean)), "{temporality:?}");
        let key = Key { signal: Of::Metrics, service: "cart".to_owned(), name: "latency".to_owned() };
        assert_eq!(tally.buckets.get(&key), Some(&Buckets::new(&[10.0, 100.0], &expected)), "{temporality:?}");
    };
    let delta = [(1, 4, 20.0, [4.0, 0.0, 0.0]), (2, 6, 180.0, [3.0, 3.0, 0.0])];
    check(Temporality::Delta, &delta, 10, 20.0, [7.0, 3.0, 0.0]);
    // Of what came before the first point nothing is known of when it came; points come in any order.
    let cumulative = [(3, 120, 3_000.0, [80.0, 39.0, 1.0]), (1, 100, 1_000.0, [80.0, 20.0, 0.0])];
    check(Temporality::Cumulative, &cumulative, 20, 100.0, [0.0, 19.0, 1.0]);
    // Begun anew.
    let anew = [(1, 100, 1_000.0, [80.0, 20.0, 0.0]), (2, 8, 80.0, [7.0, 1.0, 0.0])];
    check(Temporality::Cumulative, &anew, 8, 10.0, [7.0, 1.0, 0.0]);
}

#[test]
fn processes_that_follow_each_other_grow_no_faster_than_one() {
    // Sixty a minute; each process counts from zero, six points of ten seconds.
    let pods = |apart: i64| {
        let mut resources = ResourceTable::default();
        let mut metrics = MetricsBuilder::default();
        for pod in 0..10 {
            let named = |key: &str, value: &str| (key.to_owned(), value.to_owned());
            let attributes = [named("service.name", "cart"), named("service.instance.id", &pod.to_string())];
            let resource = resources.intern(Resource::new(attributes));
            for point in 0..=6 {
                let point = MetricPoint {
                    name: "requests",
                    kind: MetricKind::Sum,
                    temporality: Temporality::Cumulative,
                    monotonic: true,
                    time_unix_nano: pod * apart + point * MINUTE / 6,
                    value: Some(10.0 * point as f64),
                    resource,
                    ..MetricPoint::default()
                };
                metrics.push(&point, []);
            }
        }
        let batch = Batch { position: Position::default(), resources, rows: Rows::Metrics(metrics.finish()) };
        of(&tallied(&[batch]), Of::Metrics, "requests").rate_per_min
    };
    for (apart, expected) in [(MINUTE, 60.0), (0, 600.0)] {
        assert!((pods(apart) - expected).abs() < 1e-6, "{apart}: {}", pods(apart));
    }
}

#[test]
fn rates_are_those_of_the_stretch_that_was_looked_through() {
    let mut tally = tallied(&[]);
    assert!((tally.minutes(Of::Logs) - 12.0).abs() < 1e-9);
    tally.covered_from.insert(Of::Logs, 9 * MINUTE);
    assert!((tally.minutes(Of::Logs) - 3.0).abs() < 1e-9 && (tally.minutes(Of::Spans) - 12.0).abs() < 1e-9);
}
