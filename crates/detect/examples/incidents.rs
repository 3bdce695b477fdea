//! Runs labelled captures through decode, shapes and rollups into a history, and prints how the truth was ranked.
//!
//! `cargo run --release -p decant-detect --example incidents -- CASES_DIR [CASE...]`; a case is a folder with
//! `truth.json` and OTLP/JSON lines, `baseline` in it names a sibling folder.
#![expect(clippy::print_stdout, reason = "a measuring tool prints")]

use std::path::{Path, PathBuf};

use decant_codec::text::{DecodeOptions, FileDecoder};
use decant_detect::{Ask, Config, History, Named, Roller, Rollups};
use decant_model::{Batch, Findings, Rows, Verdict};
use decant_template::Miner;

fn read(folder: &Path, miner: &mut Miner) -> Rollups {
    let config = Config::default();
    let mut roller = Roller::new(&config);
    let Ok(entries) = std::fs::read_dir(folder) else { return Rollups::default() };
    let mut files: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
    files.sort();
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !name.contains(".jsonl") || name.starts_with("alert") {
            continue;
        }
        let raw = std::fs::read(&file).unwrap_or_default();
        let bytes = if name.ends_with(".zst") { zstd::decode_all(raw.as_slice()).unwrap_or_default() } else { raw };
        let mut decoder = FileDecoder::new(&name, DecodeOptions::default());
        let mut batches = Vec::new();
        decoder.push(&bytes, &mut batches);
        let _counts = decoder.finish(&mut batches);
        for batch in batches {
            roller.push(&shaped(batch, miner));
        }
    }
    roller.take()
}

fn shaped(mut batch: Batch, miner: &mut Miner) -> Batch {
    if let Rows::Logs(logs) = &mut batch.rows {
        let shapes: Vec<u64> = (0..logs.len()).map(|row| miner.learn(&lettered(logs.body.value(row)))).collect();
        logs.shape_id = shapes.into();
    }
    batch
}

/// Source lines behind a hash sign as letters, which no miner takes for a variable.
fn lettered(text: &str) -> String {
    if std::env::var("LETTERS").is_err() {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut within = false;
    for c in text.chars() {
        if c == '#' {
            within = true;
            out.push(c);
        } else if within && c.is_ascii_digit() {
            out.push((b'a' + (c as u8 - b'0')) as char);
        } else {
            within = false;
            out.push(c);
        }
    }
    out
}

fn main() {
    let mut args = std::env::args().skip(1);
    let dir = PathBuf::from(args.next().expect("usage: incidents CASES_DIR [CASE...]"));
    let wanted: Vec<String> = args.collect();
    let mut cases: Vec<PathBuf> =
        std::fs::read_dir(&dir).expect("a folder of cases").flatten().map(|e| e.path()).collect();
    cases.sort();
    let mut tally = Tally::default();
    for case in cases {
        let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !wanted.is_empty() && !wanted.iter().any(|w| name.contains(w.as_str())) {
            continue;
        }
        let truth: serde_json::Value = std::fs::read(case.join("truth.json"))
            .ok()
            .and_then(|b| serde_json::from_slice(&b).ok())
            .unwrap_or(serde_json::Value::Null);
        let mut miner = Miner::new(&decant_template::Config::default());
        let mut history = History::new(&Config::default());
        history.absorb(read(&case, &mut miner));
        if let Some(base) = truth["baseline"].as_str() {
            history.absorb_baseline(read(&dir.join(base), &mut miner));
        }
        print!(
            "== {name} {} {}",
            truth["service"].as_str().or(truth["first_failing_service"].as_str()).unwrap_or("-"),
            truth["fault_type"].as_str().unwrap_or("-")
        );
        let dictionary = miner.learned().dictionary();
        let findings = history.findings(&Ask::default(), &|shape| {
            dictionary.get(shape).map(|t| Named { id: t.id, text: t.text.clone(), slots: Vec::new() })
        });
        tally.report(&truth, &findings);
    }
    tally.total();
}

/// One case, judged.
struct Row {
    fault: String,
    rank: usize,
    kind: bool,
    incident: bool,
    change: Option<usize>,
    abstained: Option<bool>,
}

#[derive(Default)]
struct Tally {
    rows: Vec<Row>,
}

impl Tally {
    fn report(&mut self, truth: &serde_json::Value, findings: &Findings) {
        let service = truth["service"].as_str().or(truth["first_failing_service"].as_str()).unwrap_or("-");
        let mut services: Vec<&str> = Vec::new();
        for suspect in &findings.suspects {
            if !services.contains(&suspect.service.as_str()) {
                services.push(&suspect.service);
            }
        }
        let also: Vec<&str> = truth["also"].as_array().into_iter().flatten().filter_map(|v| v.as_str()).collect();
        let rank = services.iter().position(|s| *s == service || also.contains(s)).map_or(99, |r| r + 1);
        let kind = truth["kind"].as_str().is_none_or(|k| findings.suspects.first().is_some_and(|s| s.kind == k));
        let mut revisions: Vec<&str> = Vec::new();
        for change in &findings.changes {
            if let Some(revision) = change.revision.as_deref().filter(|r| !revisions.contains(r)) {
                revisions.push(revision);
            }
        }
        let culprit = truth["root_cause_commit"].as_str().or(truth["guilty_change"]["revision"].as_str());
        let guilty = culprit.filter(|c| *c != "none");
        let change =
            guilty.map(|c| revisions.iter().position(|r| c.starts_with(r) || r.starts_with(c)).map_or(99, |r| r + 1));
        let abstained = (culprit == Some("none")).then(|| findings.changes.iter().all(|c| c.score < 0.5));
        let fault = truth["fault_type"]
            .as_str()
            .or(truth["fault"].as_str())
            .unwrap_or(if culprit.is_some() { "change" } else { "healthy" })
            .to_owned();
        let incident = findings.verdict == Verdict::Incident;
        let seconds = |i: i64| i / 1_000_000_000;
        let (onset, length, confidence) = findings.incidents.first().map_or((0, 0, 0.0), |i| {
            (seconds(i.onset_unix_nano), seconds(i.last_unix_nano - i.onset_unix_nano), i.confidence)
        });
        let inject = truth["inject_ns"].as_i64().or(truth["onset_unix_nano"].as_i64()).map_or(onset, seconds);
        print!(
            " {} W{} rank {rank} onset {:+} s for {length} s, {confidence:.3}",
            findings.verdict.as_str(),
            findings.verdict_reason.split("evidence ").nth(1).unwrap_or("-"),
            onset - inject
        );
        if let Some(first) = findings.suspects.first() {
            print!(", first {} {:.2} {}", first.service, first.score, first.kind);
        }
        if findings.incidents.len() > 1 {
            print!(", {} incidents", findings.incidents.len());
        }
        if let Some(change) = change {
            print!(", change {change}");
        }
        if let Some(abstained) = abstained {
            print!(", abstained {abstained}");
        }
        println!();
        let shown = std::env::var("SHOW").ok().and_then(|v| v.parse().ok()).unwrap_or(0);
        for (at, s) in findings.suspects.iter().enumerate() {
            if at < shown || (shown > 0 && s.service == service) {
                println!("      {} {:.2} {} [{}] {}", at + 1, s.score, s.service, s.kind, s.what);
            }
        }
        if std::env::var("CHANGES").is_ok() {
            println!("      {}", findings.verdict_reason);
            for c in findings.changes.iter().take(6) {
                let hit = guilty.is_some_and(|g| c.revision.as_deref().is_some_and(|r| g.starts_with(r)));
                println!(
                    "      {} {:.2} {:?} {} -- {} {}",
                    c.rank,
                    c.score,
                    c.service,
                    c.title,
                    c.why,
                    if hit { "<== CULPRIT" } else { "" }
                );
            }
            for p in findings.log_patterns.iter().take(5) {
                println!("      log {:?} {} {} x{} {:.1}", p.novelty, p.service, p.template, p.count, p.significance);
            }
        }
        self.rows.push(Row { fault, rank, kind, incident, change, abstained });
    }

    fn total(&self) {
        let mut faults: Vec<&str> = self.rows.iter().map(|r| r.fault.as_str()).collect();
        faults.sort_unstable();
        faults.dedup();
        for fault in faults.into_iter().chain(["all"]) {
            let rows: Vec<&Row> =
                self.rows.iter().filter(|r| r.fault == fault || (fault == "all" && r.fault != "healthy")).collect();
            let at = |n: usize| rows.iter().filter(|r| r.rank <= n).count();
            let change = |n: usize| rows.iter().filter(|r| r.change.is_some_and(|c| c <= n)).count();
            println!(
                "{fault:16} n {} A@1 {} A@3 {} A@5 {} kind {} incident {} change@1 {} @3 {} of {} abstained {} of {}",
                rows.len(),
                at(1),
                at(3),
                at(5),
                rows.iter().filter(|r| r.rank == 1 && r.kind).count(),
                rows.iter().filter(|r| r.incident).count(),
                change(1),
                change(3),
                rows.iter().filter(|r| r.change.is_some()).count(),
                rows.iter().filter(|r| r.abstained == Some(true)).count(),
                rows.iter().filter(|r| r.abstained.is_some()).count(),
            );
        }
    }
}
