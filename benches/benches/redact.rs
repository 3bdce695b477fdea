//! Redaction of log bodies on one core, beside two peers in the same run: a count of the newlines, which is about what
//! reading the bytes costs, and a `RegexSet` of twenty rules as secret scanners publish them, asked line by line.
//!
//! Sets: each Loghub-2k system, their mix, logs of builds, the bodies of Train Ticket. They are looked for in
//! `DECANT_SHARED` or beside the repository; without them, generated lines are used. A table of medians is printed first:
//! megabytes a second, microseconds a record, and how many times the newlines' and the rules' time that is. Times are those
//! that the thread was on a processor, so that a busy machine disturbs them less.

use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use decant_model::{Batch, LogRecord, LogsBuilder, Position, ResourceTable, Rows};
use decant_redact::{Config, Redactor};
use regex::bytes::{RegexSet, RegexSetBuilder};

/// Passes of which the median is printed.
const PASSES: usize = 9;

/// Records of a batch.
const BATCH: usize = 8192;

/// Rules of the kinds that scanners of secrets publish.
const RULES: &[&str] = &[
    r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b",
    r"\bAIza[\w-]{35}\b",
    r"\bgh[pousr]_[0-9a-zA-Z]{36}\b",
    r"\bgithub_pat_\w{82}\b",
    r"\bglpat-[\w-]{20}\b",
    r"\bxox[abprs]-[0-9A-Za-z-]{20,}",
    r"\b[rs]k_(?:live|test)_[0-9a-zA-Z]{20,}\b",
    r"\bsk-(?:proj-|ant-)?[\w-]{40,}\b",
    r"\bnpm_[0-9a-zA-Z]{36}\b",
    r"\bpypi-AgE[\w-]{50,}\b",
    r"\bhvs\.[\w-]{24,}\b",
    r"\bdop_v1_[a-f0-9]{64}\b",
    r"\bSG\.[\w-]{22}\.[\w-]{43}\b",
    r"\bey[a-zA-Z0-9]{17,}\.ey[a-zA-Z0-9/_-]{17,}\.[a-zA-Z0-9/_-]{10,}",
    r"-----BEGIN [A-Z ]*PRIVATE KEY",
    r"(?i)(?:password|passwd|pwd|secret|token|api[_-]?key)\s*[=:]\s*\S{8,}",
    r"(?i)\bbearer\s+[\w.~+/-]{16,}",
    r"://[^/\s:@]+:[^/\s@]+@",
    r"\b[\w.+-]+@[\w-]+\.[\w.-]+\b",
    r"\b(?:4\d{3}|5[1-5]\d{2})[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}\b",
];

fn shared() -> Option<PathBuf> {
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared"));
    let path = std::env::var_os("DECANT_SHARED").map_or(beside, PathBuf::from);
    path.join("data").is_dir().then_some(path)
}

/// The lines of the file of that name in each folder.
fn logs(folder: &str, file: &str) -> Vec<(String, Vec<String>)> {
    let Some(entries) = shared().and_then(|s| std::fs::read_dir(s.join("data").join(folder)).ok()) else {
        return vec![];
    };
    let lines = |path: &Path| {
        let bytes = std::fs::read(path.join(file)).ok()?;
        Some(String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect())
    };
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut all: Vec<_> =
        entries.flatten().map(|e| e.path()).filter_map(|path| Some((name(&path), lines(&path)?))).collect();
    all.sort();
    all
}

/// The bodies of a few captures.
fn train_ticket() -> Vec<String> {
    let Some(root) = shared().map(|s| s.join("data/incidents/train-ticket")) else { return vec![] };
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(root).into_iter().flatten().flatten().map(|e| e.path().join("logs.jsonl.zst")).collect();
    paths.sort();
    let mut out = Vec::new();
    for path in paths.into_iter().filter(|p| p.is_file()).take(3) {
        let text = std::fs::File::open(path).ok().and_then(|file| zstd::decode_all(file).ok()).unwrap_or_default();
        for line in text.split(|b| *b == b'\n') {
            serde_json::from_slice(line).iter().for_each(|value| bodies(value, &mut out));
        }
    }
    out
}

fn bodies(value: &serde_json::Value, out: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(map) => {
            let body = map.get("body").and_then(|b| b.get("stringValue")).and_then(|s| s.as_str());
            out.extend(body.map(str::to_owned));
            map.values().for_each(|v| bodies(v, out));
        }
        serde_json::Value::Array(items) => items.iter().for_each(|v| bodies(v, out)),
        _ => {}
    }
}

fn generated() -> Vec<String> {
    (0..100_000_u64)
        .map(|n| match n % 5 {
            0 => format!(
                "2026-01-05 10:{:02}:{:02},{:03} INFO GET /api/orders/{n} 200 {}ms",
                n % 60,
                n % 59,
                n % 997,
                n % 900
            ),
            1 => format!("user=u{} logged in from 10.0.{}.{}", n % 9_999, n % 255, n % 253),
            2 => format!("worker {} stored block blk_{} of {} bytes", n % 64, n * 7_919_777_777, n * 3_571),
            3 => format!("request {:016x} to payment-{}:8080 failed: connection refused", n * 0x9e37_79b9_7f4a, n % 8),
            _ => format!("mail to customer{n}@example.com queued, password=hunter{n}"),
        })
        .collect()
}

fn batches(lines: &[String]) -> Vec<Batch> {
    let batch = |lines: &[String]| {
        let mut logs = LogsBuilder::default();
        for body in lines {
            logs.push(&LogRecord { body, ..LogRecord::default() }, []);
        }
        Batch { position: Position::default(), resources: ResourceTable::default(), rows: Rows::Logs(logs.finish()) }
    };
    lines.chunks(BATCH).map(batch).collect()
}

/// Seconds that this thread was on a processor.
fn processor_seconds() -> f64 {
    let nanos = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    nanos.and_then(|s| s.split(' ').next()?.parse::<f64>().ok()).unwrap_or(0.0) / 1e9
}

/// The median of some passes of at least 20 ms, in seconds a pass.
fn median(mut pass: impl FnMut()) -> f64 {
    let mut all: Vec<f64> = (0..PASSES)
        .map(|_| {
            let (start, mut passes) = (processor_seconds(), 0_u32);
            while passes == 0 || processor_seconds() - start < 0.02 {
                pass();
                passes += 1;
            }
            (processor_seconds() - start) / f64::from(passes)
        })
        .collect();
    all.sort_by(f64::total_cmp);
    all.get(PASSES / 2).copied().unwrap_or_default()
}

#[expect(clippy::print_stdout, reason = "criterion has no table of several sets side by side")]
fn table(sets: &[(String, Vec<String>)], rules: &RegexSet) {
    println!("{:>24} {:>9} {:>8} {:>8} {:>10} {:>9}", "set", "records", "MB/s", "us/rec", "x newlines", "x rules");
    for (name, lines) in sets {
        let joined = lines.join("\n");
        let batches = batches(lines);
        let mut redactor = Redactor::new(&Config::default());
        let ours = median(|| batches.iter().for_each(|b| drop(black_box(redactor.push(b.clone())))));
        let newlines = median(|| {
            black_box(memchr::memchr_iter(b'\n', joined.as_bytes()).count());
        });
        let asked = lines.get(..lines.len().min(20_000)).unwrap_or_default();
        let rules = median(|| {
            black_box(asked.iter().filter(|line| rules.is_match(line.as_bytes())).count());
        });
        let (bytes, records) = (joined.len() as f64, lines.len() as f64);
        let rules = rules * records / asked.len() as f64;
        println!(
            "{name:>24} {records:>9} {:>8.0} {:>8.3} {:>10.1} {:>9.3}",
            bytes / ours / 1e6,
            ours * 1e6 / records,
            ours / newlines,
            ours / rules
        );
    }
}

fn redact(c: &mut Criterion) {
    let mut sets = logs("loghub2k", "raw.log");
    let mix: Vec<String> = sets.iter().flat_map(|(_, lines)| lines.clone()).collect();
    if !mix.is_empty() {
        sets.push(("mix".into(), mix.clone()));
    }
    let builds: Vec<String> = logs("ci-logs", "raw.log").into_iter().flat_map(|(_, lines)| lines).collect();
    sets.extend([
        ("builds".into(), builds),
        ("train-ticket".into(), train_ticket()),
        ("generated".into(), generated()),
    ]);
    sets.retain(|(_, lines)| !lines.is_empty());
    let rules = RegexSetBuilder::new(RULES).unicode(false).build().unwrap_or_else(|e| panic!("a rule is wrong: {e}"));
    table(&sets, &rules);
    let lines = if mix.is_empty() { generated() } else { mix };
    let batches = batches(&lines);
    let mut group = c.benchmark_group("redact");
    group.sample_size(10);
    group.throughput(Throughput::Bytes(lines.iter().map(|l| l.len() as u64).sum()));
    group.bench_function("decant", |b| {
        let mut redactor = Redactor::new(&Config::default());
        b.iter(|| batches.iter().for_each(|batch| drop(black_box(redactor.push(batch.clone())))));
    });
    group.bench_function("regex-set", |b| {
        b.iter(|| lines.iter().filter(|line| rules.is_match(line.as_bytes())).count());
    });
    group.finish();
}

criterion_group!(benches, redact);
criterion_main!(benches);
