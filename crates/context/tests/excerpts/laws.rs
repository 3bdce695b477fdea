//! What holds for every input.

use decant_context::excerpts::{Config, Excerpter};
use proptest::prelude::*;

use crate::harness::{batch, excerpts, worthiest};
use crate::noise::{passing, preamble, step};

#[test]
fn nothing_is_said_about_a_log_in_which_nothing_failed() {
    let text = format!("{}{}", preamble("quiet"), passing("test NAME ... ok", 500));
    let found = excerpts(&text);
    let best = found.iter().map(|e| e.score).fold(0.0, f64::max);
    assert!(best < 0.7, "{best}: {}", worthiest(&text, 300));
}

#[test]
fn what_is_kept_does_not_grow_with_the_log() {
    let mut excerpter = Excerpter::new(&Config { max_lines_per_source: 200, ..Config::default() });
    let part = passing("ERROR in NAME: request NAME failed with code 7", 2_000);
    for _ in 0..20 {
        excerpter.push(&batch(&part));
    }
    let lines: usize = excerpter.finish().iter().map(|e| e.lines.len()).sum();
    assert!(lines <= 500, "{lines}");
}

#[test]
fn ordinals_that_start_again_do_not_hide_lines() {
    let mut excerpter = Excerpter::new(&Config::default());
    for i in 0..3 {
        excerpter.push(&batch(&format!("request {i}\nERROR: part {i} is broken")));
    }
    let mut lines: Vec<_> = excerpter.finish().into_iter().flat_map(|e| e.lines).map(|l| (l.ordinal, l.text)).collect();
    lines.sort();
    assert_eq!(lines.len(), 6, "{lines:?}");
    assert!(lines.is_sorted_by(|a, b| a.0 < b.0) && lines[5].1.contains("part 2"), "{lines:?}");
}

#[test]
fn what_is_kept_does_not_grow_with_the_number_of_sources() {
    let mut excerpter = Excerpter::new(&Config { max_lines: 400, ..Config::default() });
    for i in 0..60 {
        let mut part = batch(&passing(&format!("FATAL {i}: cannot NAME"), 40));
        part.position.source = format!("{i}.log");
        excerpter.push(&part);
    }
    let found = excerpter.finish();
    let lines: usize = found.iter().map(|e| e.lines.len()).sum();
    let sources: std::collections::BTreeSet<_> = found.iter().map(|e| e.source.as_str()).collect();
    assert!(lines <= 1_000 && sources.len() > 50, "{lines} lines, {} sources", sources.len());
}

#[test]
fn sources_past_the_limit_are_counted() {
    let mut excerpter = Excerpter::new(&Config { max_sources: 1, ..Config::default() });
    let mut other = batch("ERROR: b\nERROR: c");
    other.position.source = "other.log".to_owned();
    excerpter.push(&batch("ERROR: a"));
    excerpter.push(&other);
    assert_eq!(excerpter.lines_passed_over(), 2);
    assert_eq!(excerpter.finish().len(), 1);
}

#[test]
fn a_record_of_several_lines_counts_them() {
    let text = "start\nERROR: broken\n  at f (a.js:1:2)";
    let found = excerpts(text);
    let ordinals: Vec<u64> = found.iter().flat_map(|e| e.lines.iter().map(|l| l.ordinal)).collect();
    assert_eq!(ordinals, [1, 2, 3]);
}

#[test]
fn the_cause_outweighs_the_repeats_of_its_consequences() {
    let echo = "worker NAME could not start: state is missing\n".repeat(80);
    let output = format!("fatal: cannot open database: disk I/O error\n{echo}");
    let shown = worthiest(&format!("{}{}", preamble("j"), step("./run", &output, 1)), 150);
    assert!(shown.contains("disk I/O error"), "{shown}");
}

proptest! {
    #[test]
    fn any_text_gives_lines_of_the_text_in_their_order(lines in prop::collection::vec("[ -~é]{0,80}|.*(error|FAILED|exit code 1).*", 0..120)) {
        let lines: Vec<String> = lines.iter().map(|l| l.replace(['\n', '\r'], " ")).collect();
        let found = excerpts(&lines.join("\n"));
        let mut seen = std::collections::BTreeSet::new();
        for excerpt in &found {
            prop_assert!(excerpt.score > 0.0 && excerpt.score <= 1.0);
            prop_assert!(excerpt.lines.is_sorted_by(|a, b| a.ordinal < b.ordinal));
            for line in &excerpt.lines {
                prop_assert!(seen.insert(line.ordinal));
                prop_assert!(line.weight > 0.0 && line.weight <= 1.0 + 1e-9);
                prop_assert!((line.ordinal as usize) <= lines.len());
            }
        }
        prop_assert_eq!(found.len(), excerpts(&lines.join("\n")).len());
    }
}

#[test]
fn an_excerpt_says_what_it_holds_and_calls_no_step_failed() {
    let output = "FAILED tests/test_cart.py::test_total\nE   AssertionError: assert 3 == 4";
    let found = excerpts(&format!("{}{}", preamble("test"), step("pytest", output, 1)));
    let of = |text: &str| found.iter().find(|e| e.lines.iter().any(|line| line.text.contains(text))).unwrap();
    let why = of("assert 3 == 4").why.as_str();
    assert!(why.contains("error") && why.contains("exit status"), "{why}");
    assert_eq!(of("Complete job name").why, "step or command");
}
