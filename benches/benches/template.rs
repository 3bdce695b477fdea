//! The template miner beside its peers: learn and match on one core, a fresh miner for every pass.
//!
//! Sets: a shuffled mix of the Loghub-2k systems; the same with every digit randomised; the bodies of the Train-Ticket
//! captures. They are looked for in `DECANT_SHARED` or beside the repository; without them, generated lines are used.
//! Peers run with their defaults: `logdrain` with numeric tokens parametrised, as it comes, `drain3` likewise.

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use decant_template::{Config, Miner};

/// Counts allocations, so that the hit path's freedom from them is a measured number.
struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

// SAFETY: every call is handed to the system's allocator unchanged.
#[expect(unsafe_code, reason = "an allocator cannot be written without it; it lives in this bench only")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(ptr, layout) }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.realloc(ptr, layout, new_size) }
    }
}

#[global_allocator]
static GLOBAL: Counting = Counting;

/// Xorshift: the same lines in every run.
struct Rng(u64);

impl Rng {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }

    fn shuffle(&mut self, lines: &mut [String]) {
        for i in (1..lines.len()).rev() {
            let j = usize::try_from(self.below(i as u64 + 1)).unwrap_or(0);
            lines.swap(i, j);
        }
    }
}

fn shared() -> Option<PathBuf> {
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared"));
    let path = std::env::var_os("DECANT_SHARED").map_or(beside, PathBuf::from);
    path.join("data").is_dir().then_some(path)
}

fn mix(rng: &mut Rng) -> Option<Vec<String>> {
    let mut lines = Vec::new();
    for system in std::fs::read_dir(shared()?.join("data/loghub2k")).ok()?.flatten() {
        let bytes = std::fs::read(system.path().join("messages.txt")).ok()?;
        lines.extend(String::from_utf8_lossy(&bytes).lines().map(str::to_owned));
    }
    lines.sort();
    let mut lines: Vec<String> = (0..5).flat_map(|_| lines.clone()).collect();
    rng.shuffle(&mut lines);
    Some(lines)
}

fn with_random_digits(lines: &[String], rng: &mut Rng) -> Vec<String> {
    let digit = |c: char, rng: &mut Rng| {
        if c.is_ascii_digit() {
            char::from_digit(u32::try_from(rng.below(10)).unwrap_or(0), 10).unwrap_or(c)
        } else {
            c
        }
    };
    lines.iter().map(|line| line.chars().map(|c| digit(c, rng)).collect()).collect()
}

fn train_ticket() -> Option<Vec<String>> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(shared()?.join("data/incidents/train-ticket"))
        .ok()?
        .flatten()
        .map(|case| case.path().join("logs.jsonl.zst"))
        .filter(|p| p.is_file())
        .collect();
    paths.sort();
    let mut out = Vec::new();
    for path in paths {
        let text = zstd::decode_all(std::fs::File::open(path).ok()?).unwrap_or_default();
        for line in text.split(|b| *b == b'\n') {
            let Ok(value) = serde_json::from_slice::<serde_json::Value>(line) else { continue };
            bodies(&value, &mut out);
        }
    }
    (!out.is_empty()).then_some(out)
}

fn bodies(value: &serde_json::Value, out: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(map) => {
            if let Some(body) = map.get("body").and_then(|b| b.get("stringValue")).and_then(|s| s.as_str()) {
                out.push(body.to_owned());
            }
            map.values().for_each(|v| bodies(v, out));
        }
        serde_json::Value::Array(items) => items.iter().for_each(|v| bodies(v, out)),
        _ => {}
    }
}

fn generated(rng: &mut Rng) -> Vec<String> {
    let one = |rng: &mut Rng| match rng.below(5) {
        0 => format!("GET /api/v1/orders/{}/items 200 {}ms", rng.below(100_000), rng.below(900)),
        1 => format!("user=u{} logged in from 10.0.{}.{}", rng.below(9_999), rng.below(255), rng.below(255)),
        2 => format!("cache miss for key order:{} after {} tries", rng.below(100_000), rng.below(9)),
        3 => {
            format!("worker {} stored block blk_{} of {} bytes", rng.below(64), rng.below(1 << 40), rng.below(1 << 20))
        }
        _ => format!("request {:016x} to payment-{}:8080 failed: connection refused", rng.below(1 << 60), rng.below(8)),
    };
    (0..100_000).map(|_| one(rng)).collect()
}

fn ours(lines: &[String]) -> u64 {
    let mut miner = Miner::new(&Config::default());
    lines.iter().fold(0, |sum, line| sum ^ miner.learn(line))
}

fn compare(c: &mut Criterion, name: &str, lines: &[String]) {
    let bytes: usize = lines.iter().map(String::len).sum();
    let mut warm = Miner::new(&Config::default());
    lines.iter().for_each(|line| {
        warm.learn(line);
    });
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    lines.iter().for_each(|line| {
        warm.learn(line);
    });
    let spent = ALLOCATIONS.load(Ordering::Relaxed) - before;
    let counts = warm.learned().counts();
    #[expect(clippy::print_stdout, reason = "the measured number of allocations has no place in criterion's report")]
    {
        println!(
            "{name}: {} lines, {bytes} bytes, {} shapes, {spent} allocations in a warm pass",
            lines.len(),
            counts.shapes
        );
    }
    let mut group = c.benchmark_group(name);
    group.sample_size(10);
    for (unit, throughput) in
        [("lines", Throughput::Elements(lines.len() as u64)), ("bytes", Throughput::Bytes(bytes as u64))]
    {
        group.throughput(throughput);
        group.bench_function(format!("decant/{unit}"), |b| b.iter(|| black_box(ours(lines))));
    }
    group.throughput(Throughput::Elements(lines.len() as u64));
    group.bench_function("logdrain", |b| {
        b.iter(|| {
            let miner = logdrain::Miner::builder().build().ok();
            for line in lines {
                black_box(miner.as_ref().map(|m| m.add(line)));
            }
        });
    });
    group.bench_function("drain3", |b| {
        b.iter(|| {
            let mut miner = drain3::Matcher::new(drain3::Config::default());
            lines.iter().filter(|line| black_box(miner.add_log_message(line)).is_ok()).count()
        });
    });
    group.finish();
}

fn template(c: &mut Criterion) {
    let mut rng = Rng(0x9e37_79b9_7f4a_7c15);
    let lines = generated(&mut rng);
    compare(c, "generated", &lines);
    if let Some(lines) = mix(&mut rng) {
        compare(c, "mix", &lines);
        compare(c, "mix-random-digits", &with_random_digits(&lines, &mut rng));
    }
    if let Some(lines) = train_ticket() {
        compare(c, "train-ticket", &lines);
    }
}

criterion_group!(benches, template);
criterion_main!(benches);
