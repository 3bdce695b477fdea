//! Figures of the store on this machine: `cargo run --release -p decant-store --example measure [FOLDER]`.

#![expect(clippy::print_stdout, reason = "a program whose purpose is to print")]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Result;
use decant_model::{Batch, LogRecord, LogsBuilder, Position, Resource, ResourceTable, Rows, Severity, Signal};
use decant_store::{Place, ScanRequest, Spool, SpoolConfig, Store, StoreConfig};

const SECOND: i64 = 1_000_000_000;
const SERVICES: u64 = 12;

/// Log records of 12 services, a millisecond apart, ids and numbers differing from line to line.
fn batch(offset: i64, rows: u64) -> Batch {
    let mut resources = ResourceTable::default();
    for service in 0..SERVICES {
        resources.intern(Resource::new([
            ("service.name".to_owned(), format!("service-{service}")),
            ("k8s.pod.name".to_owned(), format!("service-{service}-7d9f8b6c5-x2x{service}")),
        ]));
    }
    let mut logs = LogsBuilder::default();
    for row in 0..rows {
        let number = offset as u64 * rows + row;
        let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut trace_id = [0; 16];
        trace_id[..8].copy_from_slice(&(mixed >> 8).to_le_bytes());
        let body = format!(
            "GET /api/v1/orders/{} completed with status {} in {} ms for user <user:{:x}> after {} attempts",
            mixed % 100_000,
            [200, 200, 200, 404, 500][(mixed % 5) as usize],
            mixed >> 20 & 0x3ff,
            mixed >> 40,
            mixed & 3
        );
        let record = LogRecord {
            time_unix_nano: Some(1_795_500_000 * SECOND + number as i64 * 1_000_000),
            severity: Severity::INFO,
            resource: (mixed % SERVICES) as u32,
            body: &body,
            trace_id: Some(trace_id),
            ordinal: row + 1,
            ..LogRecord::default()
        };
        logs.push(&record, [("http.request.method", "GET"), ("thread.name", "worker-3"), ("code.line", "117")]);
    }
    Batch {
        position: Position { source: "otlp_logs".to_owned(), partition: 0, offset },
        resources,
        rows: Rows::Logs(logs.finish()),
    }
}

fn main() -> Result<()> {
    let temporary = tempfile::tempdir()?;
    let folder = std::env::args_os().nth(1).map_or_else(|| temporary.path().to_owned(), PathBuf::from);
    let (store, _) = Store::open(&folder.join("store"), StoreConfig::default())?;

    for (groups, rows) in [(600, 100), (20, 50_000)] {
        let first = store.summary().logs.rows as i64;
        let batches: Vec<Batch> = (0..groups).map(|at| batch(first + at, rows)).collect();
        let before = store.summary().bytes();
        let begin = Instant::now();
        for batch in &batches {
            store.append(std::slice::from_ref(batch))?;
        }
        let took = begin.elapsed();
        let bytes = store.summary().bytes() - before;
        let all = groups as f64 * rows as f64;
        println!(
            "append: {groups} groups of {rows} rows: {:.1} ms a group, {:.0} rows/s, {:.1} bytes a row, {} a file",
            ms(took) / groups as f64,
            all / took.as_secs_f64(),
            bytes as f64 / all,
            bytes / groups as u64,
        );
    }

    read(&store, "before merging")?;
    let begin = Instant::now();
    let mut merged = 0;
    while let Some(compacted) = store.compact()? {
        merged += compacted.segments_merged;
    }
    println!("merge: {merged} segments in {:.0} ms, {} left", ms(begin.elapsed()), store.summary().logs.segments);
    read(&store, "after merging")?;

    let batches: Vec<Batch> = (0..60).map(|at| batch(at, 8_192)).collect();
    let bytes: usize = batches.iter().map(Batch::memory_bytes).sum();
    let begin = Instant::now();
    let mut spool = Spool::new(SpoolConfig { memory_max_bytes: 0, ..SpoolConfig::default() });
    for batch in batches {
        spool.push(batch)?;
    }
    let spooled = spool.finish()?;
    let wrote = begin.elapsed();
    let begin = Instant::now();
    let mut rows = 0;
    for batch in spooled.iter()? {
        rows += batch?.len();
    }
    let mib = bytes as f64 / f64::from(1 << 20);
    println!(
        "spool: {rows} rows, {mib:.0} MiB: out at {:.0} MiB/s, back at {:.0} MiB/s",
        mib / wrote.as_secs_f64(),
        mib / begin.elapsed().as_secs_f64()
    );
    Ok(())
}

fn read(store: &Store, when: &str) -> Result<()> {
    let logs = ScanRequest::of(Signal::Logs);
    let newest = store.summary().logs.newest_unix_nano.unwrap_or(0);
    let rows = |request: &ScanRequest| -> Result<(usize, f64)> {
        let begin = Instant::now();
        let mut rows = 0;
        for batch in store.scan(request) {
            rows += batch?.len();
        }
        Ok((rows, ms(begin.elapsed())))
    };
    let (all, took) = rows(&logs)?;
    println!("scan {when}: {all} rows in {took:.0} ms, {:.0} rows/s", all as f64 / took * 1e3);
    let one = ScanRequest { services: Some(vec!["service-3".to_owned()]), ..logs.clone() };
    let minute = ScanRequest { from_unix_nano: Some(newest - 60 * SECOND), ..one.clone() };
    let trace = ScanRequest { trace_id: Some([1; 16]), ..logs };
    for (what, request) in [("one service", one), ("its last minute", minute), ("one trace", trace)] {
        let (found, took) = rows(&request)?;
        println!("scan {when}, {what}: {found} rows in {took:.0} ms");
    }
    let begin = Instant::now();
    let place = Place::Time { service: "service-3".to_owned(), unix_nano: newest - 300 * SECOND, ordinal: 0 };
    let near = store.snapshot().near(&place, 20, 20)?;
    println!("near {when}: {} rows in {:.1} ms", near.len(), ms(begin.elapsed()));
    Ok(())
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
