//! One system of three services, one thing that changes in it, and the detector that must see it: by the kind of evidence
//! that is told, and of whom. And the same system when nothing changes.

use decant_detect::{Ask, Config, History, Named, Roller};
use decant_model::{
    Batch, Findings, LogRecord, LogsBuilder, MetricKind, MetricPoint, MetricsBuilder, Position, Resource,
    ResourceTable, Rows, Severity, SpanKind, SpanRecord, SpansBuilder, StatusCode, Temporality, Verdict,
};

const START: i64 = 1_700_000_000_000_000_000;
const SECOND: i64 = 1_000_000_000;
const MS: i64 = 1_000_000;
/// Seconds in all, and when it begins.
const LENGTH: i64 = 900;
const ONSET: i64 = 600;

/// `web` calls `cart`, `cart` calls `stock`: what each call does, by the second.
#[derive(Clone, Copy)]
struct World {
    /// Milliseconds of work in `stock`, and of the way between `cart` and it.
    stock_ms: fn(i64) -> i64,
    way_ms: fn(i64) -> i64,
    /// Whether `stock` fails, and whether it answers.
    fails: fn(i64) -> bool,
    answers: fn(i64) -> bool,
    /// Whether `stock` logs that it looked something up, and how often it says so.
    logs: fn(i64) -> usize,
    /// Share of its memory limit that `stock` uses.
    memory: fn(i64) -> f64,
    /// Requests a second.
    requests: fn(i64) -> i64,
    /// Whether `stock` is there at all.
    lives: fn(i64) -> bool,
    /// Whether `cart` asks `stock`, and whether `web` asks it for offers once `cart` has answered.
    asks: fn(i64) -> bool,
    offers: fn(i64) -> bool,
}

const WELL: World = World {
    stock_ms: |_| 10,
    way_ms: |_| 2,
    fails: |_| false,
    answers: |_| true,
    logs: |_| 1,
    memory: |_| 0.3,
    requests: |_| 4,
    lives: |_| true,
    asks: |_| true,
    offers: |_| false,
};

fn is_on(second: i64) -> bool {
    second >= ONSET
}

/// A little noise, the same each time.
fn noise(n: i64) -> i64 {
    let mixed = (n as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    ((mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 56) as i64
}

fn trace_id(n: u64) -> [u8; 16] {
    (u128::from(n) + 1).to_be_bytes()
}

const SERVICES: [&str; 3] = ["web", "cart", "stock"];

fn resources() -> ResourceTable {
    let mut table = ResourceTable::default();
    for service in SERVICES {
        table.intern(Resource::new([("service.name".to_owned(), service.to_owned())]));
    }
    table
}

impl World {
    fn spans(&self, spans: &mut SpansBuilder, second: i64, n: i64) {
        let start = START + second * SECOND + n * 200 * MS;
        let id = (second * 100 + n) as u64;
        let stock = ((self.stock_ms)(second) * 1_000 + noise(id as i64) * 10) * 1_000;
        let way = ((self.way_ms)(second) * 1_000 + noise(id as i64 + 7)) * 1_000;
        let total = stock + way;
        let lives = (self.lives)(second) && (self.answers)(second);
        let failed = (self.fails)(second) || !lives;
        let status = |of: bool| if of { StatusCode::Error } else { StatusCode::Unset };
        let calls = [
            (0, SpanKind::Server, "GET /", 0, total + 6 * MS, status(failed)),
            (0, SpanKind::Client, "cart", MS, total + 4 * MS, status(failed)),
            (1, SpanKind::Server, "POST /cart", 2 * MS, total + 2 * MS, status(failed)),
            (1, SpanKind::Client, "stock", 3 * MS, total, status(failed)),
            (2, SpanKind::Server, "GET /stock", 3 * MS + way / 2, stock, status((self.fails)(second))),
        ];
        for (at, (service, kind, name, inset, length, status)) in calls.into_iter().enumerate() {
            if (service == 2 && !lives) || (at >= 3 && !(self.asks)(second)) {
                continue;
            }
            spans.push(
                &SpanRecord {
                    start_unix_nano: start + inset,
                    end_unix_nano: start + inset + length,
                    trace_id: trace_id(id),
                    span_id: (id * 8 + at as u64 + 1).to_le_bytes(),
                    parent_span_id: (at > 0).then(|| (id * 8 + at as u64).to_le_bytes()),
                    name,
                    kind,
                    status,
                    resource: service,
                    ..SpanRecord::default()
                },
                (kind == SpanKind::Client).then_some(("peer.service", name)),
            );
        }
        if (self.offers)(second) {
            spans.push(
                &SpanRecord {
                    start_unix_nano: start + total + 5 * MS + 1,
                    end_unix_nano: start + total + 6 * MS - 1,
                    trace_id: trace_id(id),
                    span_id: (id * 8 + 6).to_le_bytes(),
                    parent_span_id: Some((id * 8 + 1).to_le_bytes()),
                    name: "offers",
                    kind: SpanKind::Client,
                    ..SpanRecord::default()
                },
                [("peer.service", "stock")],
            );
        }
    }

    fn logs(&self, logs: &mut LogsBuilder, shapes: &mut Vec<u64>, second: i64, n: i64) {
        for (service, body) in [(0, "request done"), (1, "cart priced"), (2, "stock looked up")] {
            let times = if service == 2 { (self.logs)(second) * usize::from((self.lives)(second)) } else { 1 };
            for _ in 0..times {
                logs.push(
                    &LogRecord {
                        time_unix_nano: Some(START + second * SECOND + n * 200 * MS + 5 * MS),
                        severity: Severity::INFO,
                        resource: service,
                        body,
                        trace_id: Some(trace_id((second * 100 + n) as u64)),
                        ..LogRecord::default()
                    },
                    [],
                );
                shapes.push(u64::from(service) + 1);
            }
        }
    }

    fn metrics(&self, metrics: &mut MetricsBuilder, second: i64) {
        for service in 0..SERVICES.len() as u32 {
            if service == 2 && !(self.lives)(second) {
                continue;
            }
            let level = if service == 2 { (self.memory)(second) } else { 0.3 };
            let sway = noise(second * 3 + i64::from(service)) as f64 / 25_600.0;
            metrics.push(
                &MetricPoint {
                    name: "container.memory.utilization",
                    unit: "1",
                    kind: MetricKind::Gauge,
                    temporality: Temporality::Unspecified,
                    time_unix_nano: START + second * SECOND,
                    value: Some(level + sway),
                    resource: service,
                    ..MetricPoint::default()
                },
                [],
            );
        }
    }

    fn findings(&self) -> Findings {
        let config = Config::default();
        let (mut roller, mut history) = (Roller::new(&config), History::new(&config));
        for second in 0..LENGTH {
            let (mut spans, mut logs, mut shapes) = (SpansBuilder::default(), LogsBuilder::default(), Vec::new());
            for n in 0..(self.requests)(second) {
                self.spans(&mut spans, second, n);
                self.logs(&mut logs, &mut shapes, second, n);
            }
            let mut logs = logs.finish();
            logs.shape_id = shapes.into();
            let mut metrics = MetricsBuilder::default();
            if second % 10 == 0 {
                self.metrics(&mut metrics, second);
            }
            for rows in [Rows::Traces(spans.finish()), Rows::Logs(logs), Rows::Metrics(metrics.finish())] {
                roller.push(&Batch { position: Position::default(), resources: resources(), rows });
            }
            if second % 30 == 29 {
                history.absorb(roller.take());
            }
        }
        history.absorb(roller.take());
        let text = |shape: u64| ["request done", "cart priced", "stock looked up"][shape as usize - 1].to_owned();
        history.findings(&Ask::default(), &|shape| Some(Named { id: shape, text: text(shape), slots: Vec::new() }))
    }
}

/// The first suspect and the onset must be right.
fn check(what: &str, world: World, suspects: &[&str]) -> Findings {
    let found = world.findings();
    assert_eq!(found.verdict, Verdict::Incident, "{what}: {}", found.verdict_reason);
    let first = found.suspects.first().map_or("", |s| s.service.as_str());
    assert!(suspects.contains(&first), "{what}: {first} is blamed");
    let onset = (found.incidents[0].onset_unix_nano - START) / SECOND - ONSET;
    assert!(onset.abs() <= 20, "{what}: onset {onset:+} s");
    found
}

#[test]
fn a_system_in_which_nothing_changes_has_no_incident() {
    let found = WELL.findings();
    assert_eq!(found.verdict, Verdict::NoIncident, "{}", found.verdict_reason);
}

#[test]
fn a_service_of_which_nothing_is_heard_is_silent() {
    check("silence", World { lives: |s| !is_on(s), ..WELL }, &["stock"]);
}

#[test]
fn calls_that_are_not_answered_are_counted_by_who_was_called() {
    check("unanswered", World { answers: |s| !is_on(s) || s % 2 == 0, ..WELL }, &["stock"]);
}

#[test]
fn failures_are_counted_where_no_callee_explains_them() {
    let found = check("errors", World { fails: |s| is_on(s) && s % 3 == 0, ..WELL }, &["stock"]);
    assert!(found.span_edges.iter().any(|e| e.callee == "stock" && e.what == "errors"), "{:#?}", found.span_edges);
}

#[test]
fn work_that_takes_longer_is_told_of_the_operation_that_does_it() {
    let found = check("self time", World { stock_ms: |s| if is_on(s) { 80 } else { 10 }, ..WELL }, &["stock"]);
    assert!(found.span_edges.iter().any(|e| e.callee == "stock" && e.what == "latency"), "{:#?}", found.span_edges);
}

#[test]
fn a_longer_way_is_told_of_the_edge() {
    let found = check("gap", World { way_ms: |s| if is_on(s) { 60 } else { 2 }, ..WELL }, &["cart", "stock"]);
    assert!(found.span_edges.iter().any(|e| e.callee == "stock" && e.what == "gap"), "{:#?}", found.span_edges);
}

#[test]
fn who_stops_after_a_call_that_went_as_always_broke_off_by_itself() {
    let found = check("broke off", World { offers: |s| !is_on(s), ..WELL }, &["web"]);
    let why = &found.suspects[0].what;
    assert!(why.contains("do nothing more after another one"), "{why}");
}

#[test]
fn who_stops_after_a_call_that_fell_short_was_let_down() {
    let found = check("let down", World { offers: |s| !is_on(s), asks: |s| !is_on(s), ..WELL }, &["cart"]);
    let why = &found.suspects[0].what;
    assert!(why.contains("its callers do nothing more after having called it"), "{why}");
}

#[test]
fn more_requests_than_ever_are_told_of_where_they_come_in() {
    check("requests", World { requests: |s| if is_on(s) { 20 } else { 4 }, ..WELL }, &["web"]);
}

#[test]
fn a_template_that_vanished_is_told() {
    let found = check("vanished", World { logs: |s| usize::from(!is_on(s)), ..WELL }, &["stock"]);
    let pattern = found.log_patterns.iter().find(|p| p.template == "stock looked up").unwrap();
    assert_eq!((pattern.novelty.as_str(), pattern.significance > 4.0), ("vanished", true));
}

#[test]
fn a_resource_that_fills_up_is_told() {
    let found = check("memory", World { memory: |s| if is_on(s) { 0.97 } else { 0.3 }, ..WELL }, &["stock"]);
    let shift = found.metric_shifts.first().unwrap();
    assert_eq!((shift.service.as_str(), shift.after.is_some_and(|a| a > 0.9)), ("stock", true));
}
