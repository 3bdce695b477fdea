//! Healthy simulated runs: whether an incident is invented, and how much evidence chance alone piles up.
//!
//! `cargo run --release -p decant-tests --example healthy -- 1 20 30` runs seeds 1 to 20 for 30 minutes each. A row per
//! run, then the law that [`decant_detect`] rests its threshold on: how often an hour chance exceeds a weight.
#![expect(clippy::print_stdout, reason = "a measuring tool prints")]

use std::time::Duration;

use decant_model::Verdict;
use decant_sim::Scenario;
use decant_tests::judge;

fn main() {
    let numbers: Vec<u64> = std::env::args().skip(1).filter_map(|a| a.parse().ok()).collect();
    let number = |at: usize, default: u64| numbers.get(at).copied().unwrap_or(default);
    let (first, last, minutes) = (number(0, 1), number(1, 20), number(2, 30));
    let mut weights: Vec<f64> = Vec::new();
    let mut invented = 0;
    for seed in first..=last {
        let whole = Duration::from_secs(60 * minutes);
        let scenario = Scenario { seed, fault: None, healthy: whole, ..Scenario::default() };
        let scenario = Scenario { faulty: Duration::ZERO, recovery: Duration::ZERO, ..scenario };
        let findings = judge(&scenario).findings;
        invented += u32::from(findings.verdict == Verdict::Incident);
        let weight = findings.verdict_reason.rsplit("weight of evidence ").next().unwrap_or("");
        let weight: f64 = weight.split(')').next().unwrap_or("").parse().unwrap_or(0.0);
        println!(
            "seed {seed}: {} weight {weight:.3}{}",
            findings.verdict.as_str(),
            findings.suspects.first().map_or(String::new(), |s| format!(" {}: {}", s.service, s.what))
        );
        weights.push(weight);
    }
    weights.sort_by(f64::total_cmp);
    let runs = weights.len().max(1) as f64;
    let mean = weights.iter().sum::<f64>() / runs;
    let spread = (weights.iter().map(|w| (w - mean).powi(2)).sum::<f64>() / (runs - 1.0).max(1.0)).sqrt();
    // The greatest of many is Gumbel distributed: its scale is the standard deviation by pi / sqrt(6).
    let scale = spread * 6.0_f64.sqrt() / std::f64::consts::PI;
    let hours = runs * minutes as f64 / 60.0;
    println!(
        "{invented} incidents invented in {hours:.1} h; weight mean {mean:.3}, greatest {:.3}",
        weights.last().unwrap_or(&0.0)
    );
    println!("Gumbel: location {:.3}, scale {scale:.3}", mean - 0.5772 * scale);
}
