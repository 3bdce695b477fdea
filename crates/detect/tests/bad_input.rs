//! Bad input: clocks that are wrong by years, duplicates, disorder, resets, values that are no numbers, spans without
//! parents, status or even a trace, services that others only speak of, and more label sets than there is room for. None
//! of it panics; what a limit turns away is counted.

use decant_detect::{Ask, Config, History, Roller};
use decant_model::{
    Batch, LogRecord, LogsBuilder, MetricKind, MetricPoint, MetricsBuilder, Position, Resource, ResourceTable, Rows,
    Severity, SpanKind, SpanRecord, SpansBuilder, StatusCode, Temporality,
};
use proptest::prelude::*;

const START: i64 = 1_700_000_000_000_000_000;
const SECOND: i64 = 1_000_000_000;

/// Times as wrong as they come, among usual ones.
fn time() -> impl Strategy<Value = i64> {
    prop_oneof![
        8 => (0..400_i64).prop_map(|s| START + s * SECOND),
        1 => prop_oneof![Just(i64::MIN), Just(i64::MAX), Just(0), Just(-1), Just(1)],
        1 => any::<i64>(),
        1 => (-40..40_i64).prop_map(|years| START + years * 31_557_600 * SECOND),
    ]
}

fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => (0..1_000_u32).prop_map(f64::from),
        1 => prop_oneof![
            Just(f64::NAN),
            Just(f64::INFINITY),
            Just(f64::NEG_INFINITY),
            Just(f64::MAX),
            Just(f64::MIN),
            Just(f64::MIN_POSITIVE),
            Just(-0.0),
        ],
        1 => any::<f64>(),
    ]
}

#[derive(Clone, Debug)]
struct Hostile {
    signal: u8,
    service: u8,
    time: i64,
    end: i64,
    value: f64,
    kind: u8,
    ids: (u8, u8, u8),
    peer: bool,
    copies: u8,
}

fn hostile() -> impl Strategy<Value = Hostile> {
    (0..3_u8, 0..4_u8, time(), time(), value(), 0..10_u8, (0..4_u8, 0..6_u8, 0..6_u8), any::<bool>(), 1..3_u8).prop_map(
        |(signal, service, time, end, value, kind, ids, peer, copies)| Hostile {
            signal,
            service,
            time,
            end,
            value,
            kind,
            ids,
            peer,
            copies,
        },
    )
}

fn batch(h: &Hostile) -> Batch {
    let mut resources = ResourceTable::default();
    let named = (h.service > 0).then(|| ("service.name".to_owned(), format!("service-{}", h.service)));
    let resource = resources.intern(Resource::new(named));
    let rows = match h.signal {
        0 => {
            let mut logs = LogsBuilder::default();
            for _ in 0..h.copies {
                logs.push(
                    &LogRecord {
                        time_unix_nano: (h.kind > 0).then_some(h.time),
                        observed_time_unix_nano: h.peer.then_some(h.end),
                        severity: Severity(h.kind * 3),
                        resource,
                        body: "text",
                        trace_id: h.peer.then_some([h.ids.0; 16]),
                        ..LogRecord::default()
                    },
                    [],
                );
            }
            let mut logs = logs.finish();
            logs.shape_id = vec![u64::from(h.ids.1); usize::from(h.copies)].into();
            Rows::Logs(logs)
        }
        1 => {
            let mut spans = SpansBuilder::default();
            for _ in 0..h.copies {
                spans.push(
                    &SpanRecord {
                        start_unix_nano: h.time,
                        end_unix_nano: h.end,
                        trace_id: [h.ids.0; 16],
                        span_id: [h.ids.1; 8],
                        parent_span_id: (h.ids.2 > 1).then_some([h.ids.2; 8]),
                        name: if h.kind == 0 { "" } else { "work" },
                        kind: SpanKind::from_number(i32::from(h.kind)),
                        status: if h.kind > 7 { StatusCode::Error } else { StatusCode::Unset },
                        resource,
                        ..SpanRecord::default()
                    },
                    h.peer.then_some(("peer.service", "only-a-peer")),
                );
            }
            Rows::Traces(spans.finish())
        }
        _ => {
            let mut metrics = MetricsBuilder::default();
            let kinds = [
                MetricKind::Gauge,
                MetricKind::Sum,
                MetricKind::Histogram,
                MetricKind::ExponentialHistogram,
                MetricKind::Summary,
            ];
            for _ in 0..h.copies {
                metrics.push(
                    &MetricPoint {
                        name: "some.metric",
                        kind: kinds[usize::from(h.kind) % kinds.len()],
                        temporality: if h.peer { Temporality::Delta } else { Temporality::Cumulative },
                        monotonic: h.kind > 4,
                        time_unix_nano: h.time,
                        value: (h.ids.0 > 0).then_some(h.value),
                        count: (h.ids.0 > 0).then_some(h.value.abs() as u64),
                        sum: (h.ids.1 > 0).then_some(h.value),
                        resource,
                        ..MetricPoint::default()
                    },
                    [],
                );
            }
            Rows::Metrics(metrics.finish())
        }
    };
    Batch { position: Position::default(), resources, rows }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_input_makes_it_panic_and_order_does_not_matter(
        live in proptest::collection::vec(hostile(), 1..80),
        base in proptest::collection::vec(hostile(), 0..20),
        whole_capture in any::<bool>(),
    ) {
        let found = |live: &[Hostile]| {
            // Few windows: what is forgotten, and what is made coarser, is met too.
            let config = Config { max_windows: 30, whole_capture, ..Config::default() };
            let roll = |records: &[Hostile]| {
                let mut roller = Roller::new(&config);
                records.iter().for_each(|h| roller.push(&batch(h)));
                roller.take()
            };
            let mut history = History::new(&config);
            history.absorb(roll(live));
            if !base.is_empty() {
                history.absorb_baseline(roll(&base));
            }
            format!("{:?}", history.findings(&Ask::default(), &|_| None))
        };
        let turned: Vec<Hostile> = live.iter().rev().cloned().collect();
        prop_assert_eq!(found(&live), found(&turned));
    }
}

#[test]
fn label_sets_without_end_are_bounded_and_counted() {
    let config = Config { max_series: 1_000, max_names: 500, ..Config::default() };
    let (mut roller, mut history) = (Roller::new(&config), History::new(&config));
    let (batches, of_each) = (20_u64, 1_000_u64);
    for n in 0..batches {
        let mut resources = ResourceTable::default();
        let resource = resources.intern(Resource::new([("service.name".to_owned(), "leaky".to_owned())]));
        let mut metrics = MetricsBuilder::default();
        for i in 0..of_each {
            let user = format!("user-{}", n * of_each + i);
            let point = MetricPoint {
                name: "requests",
                kind: MetricKind::Gauge,
                time_unix_nano: START + n as i64 * SECOND,
                value: Some(1.0),
                resource,
                ..MetricPoint::default()
            };
            metrics.push(&point, [("user.id", user.as_str())]);
        }
        roller.push(&Batch { position: Position::default(), resources, rows: Rows::Metrics(metrics.finish()) });
        history.absorb(roller.take());
    }
    let over = history.notes().get("series over the limit").copied().unwrap_or(0);
    assert_eq!(over, batches * of_each - 1_000);
}

#[test]
fn points_of_all_series_are_bounded_and_counted() {
    let config = Config { max_points: 2_000, ..Config::default() };
    let (mut roller, mut history) = (Roller::new(&config), History::new(&config));
    let (series, rounds) = (20_u64, 500_u64);
    for round in 0..rounds {
        let mut resources = ResourceTable::default();
        let resource = resources.intern(Resource::new([("service.name".to_owned(), "long".to_owned())]));
        let mut metrics = MetricsBuilder::default();
        for i in 0..series {
            let point = MetricPoint {
                name: "level",
                kind: MetricKind::Gauge,
                time_unix_nano: START + round as i64 * 10 * SECOND,
                value: Some(i as f64),
                resource,
                ..MetricPoint::default()
            };
            metrics.push(&point, [("n", i.to_string().as_str())]);
        }
        roller.push(&Batch { position: Position::default(), resources, rows: Rows::Metrics(metrics.finish()) });
        history.absorb(roller.take());
    }
    let gone = history.notes().get("points thinned out").copied().unwrap_or(0);
    assert!(series * rounds - gone <= 2_000, "{gone}");
    assert!(series * rounds - gone >= 1_000, "{gone}: more than had to");
}

#[test]
fn experiments_are_told_of_services_that_were_heard_and_their_names_are_cut() {
    let (mut roller, mut history) = (Roller::new(&Config::default()), History::new(&Config::default()));
    let mut resources = ResourceTable::default();
    let cart = resources.intern(Resource::new([("service.name".to_owned(), "cart".to_owned())]));
    // Of this one nothing is heard but that it is hurt.
    let ghost = resources.intern(Resource::new([("service.name".to_owned(), "ghost".to_owned())]));
    let mut logs = LogsBuilder::default();
    for n in 0..60 {
        let time_unix_nano = Some(START + n * 10 * SECOND);
        logs.push(&LogRecord { time_unix_nano, resource: cart, body: "sold", ..LogRecord::default() }, []);
    }
    let long = "\u{e9}".repeat(200_000);
    for resource in [cart, ghost] {
        let record = LogRecord {
            time_unix_nano: Some(START + 100 * SECOND),
            event_name: Some("chaos.experiment"),
            resource,
            body: &long,
            ..LogRecord::default()
        };
        logs.push(&record, [("chaos.experiment.name", long.as_str())]);
    }
    let rows = Rows::Logs(logs.finish());
    roller.push(&Batch { position: Position::default(), resources, rows });
    history.absorb(roller.take());
    let findings = history.findings(&Ask::default(), &|_| None);
    let told: Vec<(&str, u64)> =
        findings.resilience.iter().map(|of| (of.service.as_str(), of.experiments_total)).collect();
    assert_eq!(told, [("cart", 1)]);
    let fault = &findings.resilience[0].experiments[0].fault;
    assert!(!fault.is_empty() && fault.len() <= Config::default().max_exemplar_bytes, "{} bytes", fault.len());
    // They are records all the same.
    assert_eq!((findings.counts.logs, findings.counts.notes.get("log records that tell of changes")), (62, Some(&2)));
}
