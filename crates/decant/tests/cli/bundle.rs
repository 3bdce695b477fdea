//! `decant bundle` on what it should be able to read.

use std::fs;
use std::io::Write as _;

use serde_json::Value;
use tiktoken_rs::{cl100k_base, o200k_base};

use crate::run::{failing_log, run, run_with_input};

#[test]
fn the_line_that_explains_a_failure_is_in_the_bundle() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("app.log"), failing_log()).unwrap();
    let ran = run(folder.path(), &["bundle", "app.log"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("ledger rejected currency XTS"), "{}", ran.out);
}

#[test]
fn the_budget_binds_what_is_printed_in_both_forms_and_tokenizers() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("app.log"), failing_log().repeat(20)).unwrap();
    let (o200k, cl100k) = (o200k_base().unwrap(), cl100k_base().unwrap());
    for budget in [100, 400, 1500, 6000] {
        for format in ["text", "json"] {
            for (name, counter) in [("o200k_base", &o200k), ("cl100k_base", &cl100k)] {
                let text = budget.to_string();
                let ran = run(
                    folder.path(),
                    &["bundle", "app.log", "--budget", &text, "--format", format, "--tokenizer", name],
                );
                assert_eq!(ran.code, 0, "{}", ran.err);
                let tokens = counter.encode_ordinary(&ran.out).len();
                assert!(tokens <= budget, "{format} {name}: {tokens} tokens, budget {budget}");
            }
        }
    }
}

#[test]
fn compressed_files_directories_and_standard_input_give_the_same_findings() {
    let folder = tempfile::tempdir().unwrap();
    let log = failing_log();
    let gzip = {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(log.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    fs::create_dir_all(folder.path().join("deep/er")).unwrap();
    fs::write(folder.path().join("plain"), &log).unwrap();
    fs::write(folder.path().join("packed"), gzip).unwrap();
    fs::write(folder.path().join("zipped"), zstd::encode_all(log.as_bytes(), 1).unwrap()).unwrap();
    fs::write(folder.path().join("deep/er/app"), &log).unwrap();
    let counts = |out: &str| {
        let bundle: Value = serde_json::from_str(out).expect("the output is JSON");
        (bundle["counts"]["logs"].clone(), bundle["verdict"].clone())
    };
    let expected = counts(&run_with_input(&["bundle", "-", "--format", "json"], log.as_bytes()).out);
    assert_eq!(expected.0, 500);
    for path in ["plain", "packed", "zipped", "deep"] {
        assert_eq!(counts(&run(folder.path(), &["bundle", path, "--format", "json"]).out), expected, "{path}");
    }
}

#[test]
fn a_relative_window_is_relative_to_the_newest_record() {
    let ran = run_with_input(&["bundle", "-", "--from", "-1m", "--format", "json"], failing_log().as_bytes());
    let bundle: Value = serde_json::from_str(&ran.out).expect("the output is JSON");
    let logs = bundle["counts"]["logs"].as_u64().unwrap();
    assert_eq!(logs, 61, "{}", ran.out);
    assert_eq!(bundle["counts"]["dropped"]["outside the window"], 500 - logs);
}

#[test]
fn a_log_of_years_is_counted_whole() {
    // A record a day: in windows of ten seconds nearly all of them would be empty.
    let day = |i: i64| jiff::Timestamp::from_second(1_600_000_000 + i * 86_400).unwrap();
    let log: String = (0..1500).map(|i| format!("{} ERROR backup: volume {i} is missing\n", day(i))).collect();
    let ran = run_with_input(&["bundle", "-", "--format", "json"], log.as_bytes());
    assert_eq!(ran.code, 0, "{}", ran.err);
    let bundle: Value = serde_json::from_str(&ran.out).expect("the output is JSON");
    let counts: u64 = bundle["log_patterns"].as_array().unwrap().iter().map(|p| p["count"].as_u64().unwrap()).sum();
    assert_eq!(counts, 1500, "{bundle}");
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let first = run_with_input(&["bundle", "-"], failing_log().as_bytes());
    let second = run_with_input(&["bundle", "-"], failing_log().as_bytes());
    assert_eq!(first.out, second.out);
}

#[test]
fn secrets_are_not_in_the_bundle() {
    let secret = ["hunter2", "correct", "horse"].join("-");
    let log = failing_log().replace("currency XTS", &format!("login with password={secret}"));
    let ran = run_with_input(&["bundle", "-"], log.as_bytes());
    assert_eq!(ran.code, 0);
    assert!(ran.out.contains("ledger rejected login"), "{}", ran.out);
    assert!(!ran.out.contains(&secret), "{}", ran.out);
}

#[test]
fn the_json_form_is_the_published_one() {
    let ran = run_with_input(&["bundle", "-", "--format", "json"], failing_log().as_bytes());
    let bundle: Value = serde_json::from_str(&ran.out).expect("the output is JSON");
    assert_eq!(bundle["schema"], "decant.context.v1");
    let schema = decant_egress::bundle_schema();
    assert_eq!(decant_egress::undescribed(schema, &bundle), Vec::<String>::new());
    for field in schema["$defs"]["Bundle"]["required"].as_array().expect("the schema names what is required") {
        assert!(bundle.get(field.as_str().unwrap()).is_some(), "{field} is missing: {bundle}");
    }
}

#[test]
fn people_get_markdown_and_a_page_that_needs_nothing_else() {
    let markdown = run_with_input(&["bundle", "-", "--format", "markdown"], failing_log().as_bytes()).out;
    assert!(markdown.contains("ledger rejected currency XTS") && markdown.contains("```"), "{markdown}");
    let html = run_with_input(&["bundle", "-", "--format", "html"], failing_log().as_bytes()).out;
    assert!(html.starts_with("<!doctype html>") || html.starts_with("<!DOCTYPE html>"), "{html}");
    assert!(
        html.contains("ledger rejected currency XTS") && !html.contains("<script") && !html.contains("http://"),
        "{html}"
    );
}
