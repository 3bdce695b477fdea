//! Prints what redaction costs and changes on real lines: `cargo run --release -p decant-redact --example redact_speed -- FILE...`
//!
//! Each file's lines become log bodies in batches of 8,192; the columns are redacted for 0.2 s of processor time.

use std::io::Write as _;

use decant_model::{Batch, LogRecord, LogsBuilder, Position, ResourceTable, Rows};
use decant_redact::{Config, Redactor};

fn batches(text: &str) -> Vec<Batch> {
    let lines: Vec<&str> = text.lines().collect();
    let chunk = |lines: &[&str]| {
        let mut logs = LogsBuilder::default();
        for body in lines {
            logs.push(&LogRecord { body, ..LogRecord::default() }, []);
        }
        Batch { position: Position::default(), resources: ResourceTable::default(), rows: Rows::Logs(logs.finish()) }
    };
    lines.chunks(8192).map(chunk).collect()
}

/// Seconds that this thread was on a processor: on a busy machine, another thing than the time that passed.
fn cpu_seconds() -> f64 {
    let nanos = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    nanos.and_then(|s| s.split(' ').next()?.parse::<f64>().ok()).unwrap_or(0.0) / 1e9
}

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let (mut bytes_all, mut seconds_all) = (0.0, 0.0);
    for path in std::env::args().skip(1) {
        let text = String::from_utf8_lossy(&std::fs::read(&path)?).into_owned();
        let batches = batches(&text);
        let mut redactor = Redactor::new(&Config::default());
        let mut changed = 0;
        for batch in &batches {
            let Rows::Logs(old) = &batch.rows else { continue };
            let Rows::Logs(new) = redactor.push(batch.clone()).rows else { continue };
            changed += (0..old.len()).filter(|&i| old.body.value(i) != new.body.value(i)).count();
        }
        let counts = format!("{:?}", redactor.counts());
        let (start, mut passes) = (cpu_seconds(), 0);
        while cpu_seconds() - start < 0.2 && passes < 1000 {
            for batch in &batches {
                drop(redactor.push(batch.clone()));
            }
            passes += 1;
        }
        let bytes = (passes * text.len()) as f64;
        let seconds = cpu_seconds() - start;
        bytes_all += text.len() as f64;
        seconds_all += seconds / f64::from(passes as u32);
        let lines = text.lines().count();
        let micros = seconds * 1e6 / (passes * lines.max(1)) as f64;
        writeln!(
            out,
            "{:7.0} MB/s {micros:6.3} us/line {changed:6} of {lines:6} changed {path} {counts}",
            bytes / seconds / 1e6
        )?;
    }
    writeln!(out, "{:7.0} MB/s over all", bytes_all / seconds_all / 1e6)
}
