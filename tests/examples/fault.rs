//! One simulated run, and what the core says of the service that was hurt: for whoever works on detection.
//!
//! `cargo run --release -p decant-tests --example fault -- dns-failure 3`
#![expect(clippy::print_stdout, reason = "a measuring tool prints")]

use decant_sim::{Fault, Scenario};
use decant_tests::judge;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_else(|| "cpu-stress".to_owned());
    let seed = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(1);
    let fault: Option<Fault> = if name == "none" { None } else { Some(name.parse().expect("a fault's name")) };
    let judged = judge(&Scenario { seed, fault, ..Scenario::default() });
    let (truth, findings) = (&judged.truth, &judged.findings);
    let hurt = truth.service.as_deref().unwrap_or("");
    println!("truth: {hurt} {:?} {:?} {:?}, also {:?}", truth.kind, truth.component, truth.operation, truth.also);
    println!("verdict: {} {}", findings.verdict.as_str(), findings.verdict_reason);
    for incident in &findings.incidents {
        let onset = truth.onset_unix_nano.map(|onset| (incident.onset_unix_nano - onset) / 1_000_000_000);
        println!("incident: {} onset error {onset:?} s", incident.title);
    }
    for s in &findings.suspects {
        println!("suspect {} {:.2} {} ({}): {}", s.rank, s.score, s.service, s.kind, s.what);
    }
    for p in findings.log_patterns.iter().filter(|p| p.service == hurt).take(12) {
        println!(
            "  log {} {} {:.0} x{} {:?}>{:?} {}",
            p.severity.as_str(),
            p.novelty.as_str(),
            p.significance,
            p.count,
            p.before_per_min,
            p.after_per_min,
            p.examples.first().map_or(p.template.as_str(), |e| e.text.as_str())
        );
    }
    for m in findings.metric_shifts.iter().filter(|m| m.service == hurt).take(12) {
        println!("  metric {:.0} {} {:?} > {:?} ({:?})", m.significance, m.metric, m.before, m.after, m.peak);
    }
    for e in findings.span_edges.iter().filter(|e| e.callee == hurt || e.caller == hurt).take(12) {
        println!("  edge {:.0} {} > {} {} {}", e.significance, e.caller, e.callee, e.operation, e.what);
    }
    for c in &findings.changes {
        println!("  change {:.2} {} {:?} {}", c.score, c.kind, c.service, c.title);
    }
}
