//! The demo's promise, without the network: for every fault, the first suspect is the service that was hurt, and its kind
//! fits; a healthy shop gets no incident.
//!
//! One seed of each by default; `DECANT_FAULT_SEEDS=5` runs five (85 runs: use `--release`).

#![expect(clippy::print_stdout, reason = "the figures are the point")]

use decant_model::Verdict;
use decant_sim::{Fault, Scenario};
use decant_tests::judge;

fn seeds() -> u64 {
    std::env::var("DECANT_FAULT_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

#[test]
fn the_first_suspect_of_a_fault_is_the_service_that_was_hurt() {
    let (mut right, mut runs) = (0, 0);
    for fault in Fault::ALL {
        for seed in 1..=seeds() {
            let judged = judge(&Scenario { seed, fault: Some(fault), ..Scenario::default() });
            let first = judged.findings.suspects.first();
            runs += 1;
            right += u32::from(judged.is_right());
            println!(
                "{:<5} {fault:<22} seed {seed}: {} ({}) said {}",
                if judged.is_right() { "right" } else { "wrong" },
                judged.truth.service.as_deref().unwrap_or("-"),
                judged.truth.kind.as_deref().unwrap_or("-"),
                first.map_or_else(
                    || judged.findings.verdict.as_str().to_owned(),
                    |s| format!("{} ({}, {:.2})", s.service, s.kind, s.score)
                ),
            );
        }
    }
    println!("{right} of {runs} runs: first suspect and kind right");
    // 68 of 80 is the bar.
    assert!(right * 80 >= runs * 68, "{right} of {runs}");
}

#[test]
fn a_healthy_shop_has_no_incident() {
    for seed in 1..=seeds() {
        let judged = judge(&Scenario { seed, fault: None, ..Scenario::default() });
        let (verdict, reason) = (judged.findings.verdict, &judged.findings.verdict_reason);
        assert_eq!(verdict, Verdict::NoIncident, "seed {seed}: {reason}");
    }
}

#[test]
fn every_record_is_counted() {
    let judged = judge(&Scenario { seed: 1, fault: Some(Fault::PacketLoss), ..Scenario::default() });
    let counts = &judged.findings.counts;
    let dropped: u64 = counts.dropped.values().sum();
    assert_eq!(counts.records_in, judged.records as u64);
    assert_eq!(counts.records_in, counts.logs + counts.spans + counts.metric_points + dropped);
}
