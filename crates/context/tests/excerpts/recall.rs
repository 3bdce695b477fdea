//! How much of the labelled evidence of real CI failures stands in bundles made of excerpts alone.
//!
//! The logs are not part of the repository: the test looks for them in `$DECANT_SHARED`, else beside the workspace.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test that tells its figures, or that it was skipped")]

use std::collections::HashSet;
use std::path::PathBuf;

use decant_codec::text::{DecodeOptions, FileDecoder};
use decant_context::excerpts::{Config, Excerpter};
use decant_context::{Request, bundle};
use decant_model::{Findings, Verdict};
use serde_json::Value;

fn cases() -> Option<Vec<PathBuf>> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared"));
    let shared = std::env::var_os("DECANT_SHARED").map_or_else(beside, PathBuf::from);
    let mut cases: Vec<PathBuf> =
        std::fs::read_dir(shared.join("data/ci-logs")).ok()?.map(|entry| entry.unwrap().path()).collect();
    cases.retain(|case| case.join("raw.log").exists());
    cases.sort();
    (!cases.is_empty()).then_some(cases)
}

fn findings(log: &[u8]) -> Findings {
    let mut decoder = FileDecoder::new("raw.log", DecodeOptions::default());
    let mut batches = Vec::new();
    decoder.push(log, &mut batches);
    let _counts = decoder.finish(&mut batches);
    let mut excerpter = Excerpter::new(&Config::default());
    batches.iter().for_each(|batch| excerpter.push(batch));
    Findings { excerpts: excerpter.finish(), verdict: Verdict::Incident, ..Findings::default() }
}

fn fold(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn words(text: &str) -> HashSet<String> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.split(|c| !is_word(c)).filter(|w| w.len() >= 2).map(str::to_lowercase).collect()
}

/// The forms of a signal that count: not shorter than four characters, and no bare number.
fn forms(signal: &Value) -> Vec<String> {
    let aliases = signal["aliases"].as_array().into_iter().flatten();
    let all = std::iter::once(&signal["value"]).chain(aliases).filter_map(Value::as_str).map(fold);
    all.filter(|v| v.chars().count() >= 4 && !v.bytes().all(|b| b.is_ascii_digit())).collect()
}

fn is_found(signal: &Value, text: &str, lines: &[HashSet<String>]) -> bool {
    let told = |form: &String| {
        let wanted = words(form);
        let mostly = |line: &HashSet<String>| line.intersection(&wanted).count() * 5 >= wanted.len() * 4;
        text.contains(form.as_str()) || (wanted.len() >= 3 && lines.iter().any(mostly))
    };
    let place = || {
        let file = signal["file"].as_str().unwrap_or_default().to_lowercase();
        let name = file.rsplit('/').next().unwrap_or_default().to_owned();
        let line = signal["line"].as_u64().map(|n| n.to_string());
        text.contains(&name) && line.is_none_or(|n| text.split(|c: char| !c.is_ascii_alphanumeric()).any(|w| w == n))
    };
    forms(signal).iter().any(told) || (signal["value"].is_null() && signal["file"].is_string() && place())
}

fn recall(truth: &Value, shown: &str) -> f64 {
    let text = fold(shown);
    let lines: Vec<_> = shown.lines().map(words).collect();
    let (mut all, mut found) = (0.0, 0.0);
    for signal in truth["required_signals"].as_array().unwrap() {
        let scored = !forms(signal).is_empty() || (signal["value"].is_null() && signal["file"].is_string());
        let weight = match signal["importance"].as_str() {
            Some("critical") if scored => 1.0,
            Some("important") if scored => 0.5,
            _ => 0.0,
        };
        all += weight;
        found += if weight > 0.0 && is_found(signal, &text, &lines) { weight } else { 0.0 };
    }
    if all > 0.0 { found / all } else { 1.0 }
}

#[test]
fn labelled_evidence_of_real_failures_is_kept() {
    let Some(cases) = cases() else {
        println!("skipped: no CI logs in $DECANT_SHARED or beside the workspace");
        return;
    };
    let budgets = [(1_000, 0.82), (2_000, 0.92), (4_000, 0.97)];
    let mut sums = [0.0; 3];
    for case in &cases {
        let truth: Value = serde_json::from_slice(&std::fs::read(case.join("ground_truth.json")).unwrap()).unwrap();
        let findings = findings(&std::fs::read(case.join("raw.log")).unwrap());
        for (sum, (budget_tokens, _)) in sums.iter_mut().zip(budgets) {
            *sum += recall(&truth, &bundle(&findings, &Request { budget_tokens, ..Request::default() }).text);
        }
    }
    for (sum, (budget_tokens, least)) in sums.into_iter().zip(budgets) {
        let mean = sum / cases.len() as f64;
        println!("{mean:.3} of the evidence at {budget_tokens} tokens over {} cases", cases.len());
        assert!(mean >= least, "{mean:.3} at {budget_tokens} tokens, less than {least}");
    }
}
