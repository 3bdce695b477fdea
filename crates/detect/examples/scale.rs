//! What rolling up and detection cost at scale: memory and time for many series and services.
//!
//! `cargo run --release -p decant-detect --example scale -- [SERIES [SERVICES [MINUTES [INTERVAL_S [PASSES]]]]]`; the
//! defaults are 100,000 series of 5,000 services over an hour, a point each 15 s, and for each service an operation that is
//! called by another service, and two passes. Prints processor time per record of [`Roller::push`] by signal, peak memory,
//! and processor time of each pass (all on one thread; other work on the machine does not count). Reads Linux' `/proc`.
#![expect(clippy::print_stdout, reason = "a measuring tool prints")]

use decant_detect::{Ask, Config, History, Named, Roller};
use decant_model::{
    Batch, LogRecord, LogsBuilder, MetricKind, MetricPoint, MetricsBuilder, Position, Resource, ResourceTable, Rows,
    Severity, SpanKind, SpanRecord, SpansBuilder, Temporality,
};

/// As the binary has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const START: i64 = 1_700_000_000_000_000_000;
const SECOND: i64 = 1_000_000_000;

/// A cheap source of numbers: splitmix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Nearly normal: the sum of four.
    fn normal(&mut self) -> f64 {
        ((0..4).map(|_| self.unit()).sum::<f64>() - 2.0) * 1.732
    }
}

/// Services that one batch tells of.
const OF_BATCH: usize = 50;

struct World {
    services: usize,
    series: usize,
    dice: Dice,
}

impl World {
    fn resources(&self, from: usize) -> ResourceTable {
        let mut table = ResourceTable::default();
        for service in from..(from + OF_BATCH).min(self.services) {
            let name = format!("service-{service}");
            let pod = format!("{name}-0");
            table.intern(Resource::new([
                ("service.name".to_owned(), name),
                ("service.instance.id".to_owned(), pod),
                ("service.version".to_owned(), "1.0".to_owned()),
            ]));
        }
        table
    }

    fn metrics(&mut self, from: usize, second: i64) -> Batch {
        let resources = self.resources(from);
        let mut rows = MetricsBuilder::default();
        let each = self.series / self.services;
        for resource in 0..resources.len() {
            for n in 0..each {
                // Every other one counts up; all sway by a tenth.
                let counter = n % 2 == 1;
                let name = format!("app.metric_{}", n / 2);
                let sway = 1.0 + 0.1 * self.dice.normal();
                let value = if counter { 100.0 * (second as f64 + sway) } else { 100.0 * sway };
                rows.push(
                    &MetricPoint {
                        name: &name,
                        kind: if counter { MetricKind::Sum } else { MetricKind::Gauge },
                        temporality: Temporality::Cumulative,
                        monotonic: counter,
                        time_unix_nano: START + second * SECOND,
                        value: Some(value),
                        resource: resource as u32,
                        ..MetricPoint::default()
                    },
                    [("kind", if counter { "total" } else { "level" })],
                );
            }
        }
        Batch { position: Position::default(), resources, rows: Rows::Metrics(rows.finish()) }
    }

    fn spans(&mut self, from: usize, second: i64) -> Batch {
        let resources = self.resources(from);
        let mut rows = SpansBuilder::default();
        for callee in 0..resources.len() {
            let caller = (callee + 1) % resources.len();
            let trace = [self.dice.next().to_le_bytes(), self.dice.next().to_le_bytes()].concat();
            let trace_id: [u8; 16] = trace.try_into().unwrap_or_default();
            let ids = [self.dice.next(), self.dice.next(), self.dice.next()].map(u64::to_le_bytes);
            let ms = (20.0 * (0.3 * self.dice.normal()).exp() * 1e6) as i64;
            let kinds = [
                (caller, SpanKind::Server, "handle"),
                (caller, SpanKind::Client, "call"),
                (callee, SpanKind::Server, "serve"),
            ];
            for (at, (service, kind, name)) in kinds.into_iter().enumerate() {
                let inset = at as i64 * 1_000_000;
                rows.push(
                    &SpanRecord {
                        start_unix_nano: START + second * SECOND + inset,
                        end_unix_nano: START + second * SECOND + ms + 4_000_000 - inset,
                        trace_id,
                        span_id: ids[at],
                        parent_span_id: at.checked_sub(1).map(|p| ids[p]),
                        name,
                        kind,
                        resource: service as u32,
                        ..SpanRecord::default()
                    },
                    [("http.response.status_code", "200"), ("http.route", "/orders/{id}")],
                );
            }
        }
        Batch { position: Position::default(), resources, rows: Rows::Traces(rows.finish()) }
    }

    fn logs(&mut self, from: usize, second: i64) -> Batch {
        let resources = self.resources(from);
        let mut rows = LogsBuilder::default();
        let mut shapes = Vec::new();
        for resource in 0..resources.len() {
            let shape = self.dice.next() % 4 + 1;
            rows.push(
                &LogRecord {
                    time_unix_nano: Some(START + second * SECOND),
                    severity: Severity::INFO,
                    resource: resource as u32,
                    body: "order 4711 was accepted",
                    ..LogRecord::default()
                },
                [],
            );
            shapes.push(shape);
        }
        let mut rows = rows.finish();
        rows.shape_id = shapes.into();
        Batch { position: Position::default(), resources, rows: Rows::Logs(rows) }
    }
}

/// Nanoseconds that this thread has been running.
fn clock() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|ns| ns.parse().ok()).unwrap_or(0)
}

/// Rows and nanoseconds of one signal.
#[derive(Default)]
struct Cost {
    rows: usize,
    ns: u64,
}

impl Cost {
    fn push(&mut self, roller: &mut Roller, batch: &Batch) {
        self.rows += batch.len();
        let start = clock();
        roller.push(batch);
        self.ns += clock() - start;
    }

    fn each(&self) -> f64 {
        self.ns as f64 / self.rows.max(1) as f64
    }
}

/// The process's greatest and present resident size in MiB, as Linux tells it.
fn memory() -> (u64, u64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let of = |key: &str| {
        let line = status.lines().find(|l| l.starts_with(key));
        line.and_then(|l| l.split_whitespace().nth(1)).and_then(|n| n.parse::<u64>().ok()).unwrap_or(0) / 1024
    };
    (of("VmHWM:"), of("VmRSS:"))
}

fn main() {
    let args: Vec<usize> = std::env::args().skip(1).filter_map(|a| a.parse().ok()).collect();
    let arg = |at: usize, default: usize| args.get(at).copied().unwrap_or(default);
    let (series, services, minutes, interval) = (arg(0, 100_000), arg(1, 5_000), arg(2, 60), arg(3, 15));
    let config = Config::default();
    let (mut roller, mut history) = (Roller::new(&config), History::new(&config));
    let mut world = World { services, series, dice: Dice(7) };
    let (mut metrics, mut spans, mut logs) = (Cost::default(), Cost::default(), Cost::default());
    let mut absorbing = 0;
    for second in (0..minutes * 60).step_by(interval) {
        for from in (0..services).step_by(OF_BATCH) {
            let second = second as i64;
            metrics.push(&mut roller, &world.metrics(from, second));
            spans.push(&mut roller, &world.spans(from, second));
            logs.push(&mut roller, &world.logs(from, second));
        }
        let start = clock();
        history.absorb(roller.take());
        absorbing += clock() - start;
    }
    println!("{series} series, {services} services, {minutes} min, a point each {interval} s");
    for (name, cost) in [("metric points", &metrics), ("spans", &spans), ("log records", &logs)] {
        println!("Roller::push: {:.0} ns each of {} {name}", cost.each(), cost.rows);
    }
    let rows = metrics.rows + spans.rows + logs.rows;
    println!("History::absorb: {:.0} ns a record", absorbing as f64 / rows as f64);
    println!("memory: {} MiB now, {} MiB at most", memory().1, memory().0);
    let name = |shape: u64| Some(Named { id: shape, text: format!("order <*> template {shape}"), slots: Vec::new() });
    for _ in 0..arg(4, 2) {
        let start = clock();
        let findings = history.findings(&Ask::default(), &name);
        let ms = (clock() - start) / 1_000_000;
        println!("one pass: {ms} ms, verdict {}, {} MiB at most", findings.verdict.as_str(), memory().0);
    }
    println!("notes: {:?}", history.notes());
}
