//! The lane, stage by stage, on one core: decode (protobuf), redact, template, dedup, roll up; then what the correlator
//! adds. Every pass begins with fresh state, so that nothing is a redelivery of the pass before.
//!
//! Input: captures of Train Ticket, looked for in `DECANT_SHARED` or beside the repository (`DECANT_BENCH_CASES` of them,
//! four by default), as requests of 512 records at most, the way a collector sends them. Without them, a simulated shop
//! in a retry storm. A table of medians is printed first: nanoseconds a record, and each stage's share of the lane.

use std::hint::black_box;
use std::path::PathBuf;
use std::time::Instant;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use decant_codec::{Limits, otlp};
use decant_dedup::{Dedup, Mode, Passed};
use decant_detect::Roller;
use decant_engine::{Ask, Config, Correlator, Lane};
use decant_model::arrow_array::UInt64Array;
use decant_model::{Batch, Position, Rows, Signal};
use decant_redact::Redactor;
use decant_sim::{Fault, Scenario, Simulation};
use decant_template::Miner;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;

/// Passes of which the median is printed.
const PASSES: usize = 7;

/// One request, as it comes over the wire.
struct Request {
    signal: Signal,
    bytes: Vec<u8>,
}

fn shared() -> Option<PathBuf> {
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared"));
    let path = std::env::var_os("DECANT_SHARED").map_or(beside, PathBuf::from);
    path.join("data").is_dir().then_some(path)
}

fn train_ticket() -> Option<Vec<Request>> {
    let cases = std::env::var("DECANT_BENCH_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(4);
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(shared()?.join("data/incidents/train-ticket")).ok()?.flatten().map(|e| e.path()).collect();
    folders.sort();
    let mut out = Vec::new();
    for folder in folders.iter().filter(|f| f.join("traces.jsonl.zst").is_file()).take(cases) {
        for file in ["logs", "metrics", "traces"] {
            let Ok(file) = std::fs::File::open(folder.join(format!("{file}.jsonl.zst"))) else { continue };
            let text = zstd::decode_all(file).unwrap_or_default();
            text.split(|b| *b == b'\n').for_each(|line| out.extend(request(line)));
        }
    }
    (!out.is_empty()).then_some(out)
}

/// A line of OTLP/JSON as a request.
fn request(line: &[u8]) -> Option<Request> {
    let head = line.get(..line.len().min(40)).unwrap_or_default();
    let is = |word: &str| String::from_utf8_lossy(head).contains(word);
    let limits = Limits::default();
    let bytes = if is("resourceLogs") {
        serde_json::from_slice::<ExportLogsServiceRequest>(line).ok()?.encode_to_vec()
    } else if is("resourceMetrics") {
        serde_json::from_slice::<ExportMetricsServiceRequest>(line).ok()?.encode_to_vec()
    } else if is("resourceSpans") {
        serde_json::from_slice::<ExportTraceServiceRequest>(line).ok()?.encode_to_vec()
    } else {
        return None;
    };
    let signal = [("resourceLogs", Signal::Logs), ("resourceMetrics", Signal::Metrics)];
    let signal = signal.into_iter().find(|(word, _)| is(word)).map_or(Signal::Traces, |(_, signal)| signal);
    otlp::decode_proto(signal, &bytes, &limits, Position::default()).ok()?;
    Some(Request { signal, bytes })
}

fn simulated() -> Vec<Request> {
    let storm =
        Scenario { fault: Some(Fault::PacketLoss), storm_retries: 40, resend_every_steps: 9, ..Scenario::default() };
    let mut out = Vec::new();
    for step in Simulation::new(&storm) {
        out.extend(step.logs.map(|r| Request { signal: Signal::Logs, bytes: r.encode_to_vec() }));
        out.extend(step.metrics.map(|r| Request { signal: Signal::Metrics, bytes: r.encode_to_vec() }));
        out.extend(step.traces.map(|r| Request { signal: Signal::Traces, bytes: r.encode_to_vec() }));
    }
    out
}

fn decode(requests: &[Request]) -> Vec<Batch> {
    let limits = Limits::default();
    let position = |offset: usize| Position {
        source: "otlp_grpc".to_owned(),
        partition: 0,
        offset: i64::try_from(offset).unwrap_or(0),
    };
    let batch = |(at, r): (usize, &Request)| otlp::decode_proto(r.signal, &r.bytes, &limits, position(at)).ok();
    requests.iter().enumerate().filter_map(batch).collect()
}

fn redact(config: &Config, batches: &[Batch]) -> Vec<Batch> {
    let mut redactor = Redactor::new(&config.redact);
    batches.iter().map(|batch| redactor.push(batch.clone())).collect()
}

fn template(config: &Config, mut batches: Vec<Batch>) -> Vec<Batch> {
    let mut miner = Miner::new(&config.template);
    for batch in &mut batches {
        if let Rows::Logs(logs) = &mut batch.rows {
            let shapes = (0..logs.len()).map(|row| miner.learn(logs.body.value(row)));
            logs.shape_id = UInt64Array::from_iter_values(shapes);
        }
    }
    batches
}

fn dedup(config: &Config, batches: &[Batch]) -> Vec<Batch> {
    let mut dedup = Dedup::new(config.dedup.clone());
    let pass = |batch: &Batch| {
        let received = dedup.receive(batch.clone());
        let Passed { stored, counted } = dedup.mark(received);
        black_box(stored);
        counted
    };
    batches.iter().map(pass).collect()
}

fn roll_up(config: &Config, batches: &[Batch]) -> Roller {
    let mut roller = Roller::new(&config.detect);
    batches.iter().for_each(|batch| roller.push(batch));
    roller
}

fn lane(config: &Config, requests: &[Request]) -> (Lane, usize) {
    let mut lane = Lane::new(config);
    let rows = decode(requests).into_iter().map(|batch| lane.push(batch).len()).sum();
    (lane, rows)
}

/// What the correlator takes over: a yield for each 64 requests.
fn correlate(config: &Config, batches: &[Batch]) -> Correlator {
    let mut correlator = Correlator::new(config);
    let mut roller = Roller::new(&config.detect);
    for some in batches.chunks(64) {
        some.iter().for_each(|batch| roller.push(batch));
        let rollups = roller.take();
        correlator.absorb(decant_engine::Yield { rollups, ..decant_engine::Yield::default() });
    }
    correlator
}

/// What one question costs, however many records there were.
fn answer(correlator: &mut Correlator) -> usize {
    correlator.findings(&Ask::default(), Vec::new(), &decant_engine::LaneCounts::default()).suspects.len()
}

/// What this thread has run, in seconds: other work on the machine does not count. On other systems than Linux, the time.
fn now(start: Instant) -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanos.map_or_else(|| start.elapsed().as_secs_f64(), |nanos| nanos / 1e9)
}

/// Median seconds of a stage.
fn median<T>(mut stage: impl FnMut() -> T) -> f64 {
    let start = Instant::now();
    let mut seconds: Vec<f64> = (0..PASSES)
        .map(|_| {
            let begin = now(start);
            black_box(stage());
            now(start) - begin
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    seconds.get(PASSES / 2).copied().unwrap_or_default()
}

fn measure(c: &mut Criterion, name: &str, requests: &[Request]) {
    let config = Config::default();
    let mut near = config.clone();
    near.dedup.mode = Mode::Near;
    let decoded = decode(requests);
    let redacted = redact(&config, &decoded);
    let shaped = template(&config, redacted.clone());
    let counted = dedup(&config, &shaped);
    let records: usize = decoded.iter().map(Batch::len).sum();
    let of = |signal: Signal| decoded.iter().filter(|b| b.signal() == signal).map(Batch::len).sum::<usize>();
    let bytes: usize = requests.iter().map(|r| r.bytes.len()).sum();

    let stages = [
        ("decode", median(|| decode(requests))),
        ("redact", median(|| redact(&config, &decoded))),
        ("template", median(|| template(&config, redacted.clone()))),
        ("dedup", median(|| dedup(&config, &shaped))),
        ("roll up", median(|| roll_up(&config, &counted))),
    ];
    let whole: f64 = stages.iter().map(|(_, s)| s).sum();
    let roll_up_s = stages.last().map_or(0.0, |(_, s)| *s);
    let mut correlator = correlate(&config, &counted);
    let further = [
        ("lane as one", median(|| lane(&config, requests))),
        ("dedup, near", median(|| dedup(&near, &shaped))),
        ("correlate", median(|| correlate(&config, &counted)) - roll_up_s),
    ];
    let answer_s = median(|| answer(&mut correlator));
    #[expect(clippy::print_stdout, reason = "shares of one another have no place in criterion's report")]
    {
        println!(
            "{name}: {records} records ({} logs, {} points, {} spans), {} requests, {bytes} bytes",
            of(Signal::Logs),
            of(Signal::Metrics),
            of(Signal::Traces),
            requests.len()
        );
        for (stage, seconds) in stages.iter().chain(&further) {
            println!(
                "  {stage:<26} {:>8.0} ns a record {:>6.1} %",
                seconds * 1e9 / records as f64,
                seconds / whole * 100.0
            );
        }
        println!("  one answer: {:.0} ms", answer_s * 1e3);
    }

    let mut group = c.benchmark_group(format!("lane/{name}"));
    group.sample_size(10);
    group.throughput(Throughput::Elements(records as u64));
    group.bench_function("decode", |b| b.iter(|| black_box(decode(requests))));
    group.bench_function("redact", |b| b.iter(|| black_box(redact(&config, &decoded))));
    group.bench_function("template", |b| b.iter(|| black_box(template(&config, redacted.clone()))));
    group.bench_function("dedup", |b| b.iter(|| black_box(dedup(&config, &shaped))));
    group.bench_function("roll-up", |b| b.iter(|| black_box(roll_up(&config, &counted))));
    group.bench_function("lane", |b| b.iter(|| black_box(lane(&config, requests))));
    group.finish();
}

fn lanes(c: &mut Criterion) {
    measure(c, "simulated", &simulated());
    if let Some(requests) = train_ticket() {
        measure(c, "train-ticket", &requests);
    }
}

criterion_group!(benches, lanes);
criterion_main!(benches);
