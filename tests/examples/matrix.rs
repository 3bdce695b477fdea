//! Every simulated fault with many seeds: what is found, when, how sure, and how right that sureness is.
//!
//! `cargo run --release -p decant-tests --example matrix -- 1 20 [FAULT...]` runs seeds 1 to 20. A row per run, then a
//! table by fault, the changes, and the share that is right by the score that was given.
#![expect(clippy::print_stdout, reason = "a measuring tool prints")]

use decant_model::Change;
use decant_sim::{Fault, Scenario, Truth};
use decant_tests::{Judged, judge};

/// One run, judged.
struct Row {
    fault: Fault,
    rank: Option<usize>,
    is_kind_right: bool,
    onset_error_s: Option<i64>,
    /// Scores of the suspects, and whether they are right.
    scores: Vec<(f64, bool)>,
    changes: Vec<(f64, bool)>,
    /// Rank of the guilty change, where there is one.
    guilty: Option<usize>,
}

impl Row {
    fn of(fault: Fault, judged: &Judged) -> Self {
        let (truth, findings) = (&judged.truth, &judged.findings);
        let suspects = &findings.suspects;
        let is_guilty = |c: &Change| is_guilty(truth, c);
        Self {
            fault,
            rank: suspects.iter().position(|s| truth.blames(&s.service)).map(|at| at + 1),
            is_kind_right: judged.is_right(),
            onset_error_s: findings
                .incidents
                .first()
                .zip(truth.onset_unix_nano)
                .map(|(i, onset)| (i.onset_unix_nano - onset) / 1_000_000_000),
            scores: suspects.iter().map(|s| (s.score, truth.blames(&s.service))).collect(),
            changes: findings.changes.iter().map(|c| (c.score, is_guilty(c))).collect(),
            guilty: truth
                .guilty_change
                .as_ref()
                .map(|_| findings.changes.iter().position(is_guilty).map_or(99, |at| at + 1)),
        }
    }
}

fn is_guilty(truth: &Truth, change: &Change) -> bool {
    truth.guilty_change.as_ref().is_some_and(|g| {
        // A flag is known by its key, which is no revision.
        let same_place = change.service.as_ref() == Some(&g.service) && change.at_unix_nano == g.at_unix_nano;
        change.revision.as_ref() == Some(&g.revision) || same_place
    })
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default: u64| arguments.next().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (first, last) = (number(1), number(3));
    let wanted: Vec<Fault> = arguments.map(|name| name.parse().expect("a fault's name")).collect();
    let mut rows = Vec::new();
    for fault in Fault::ALL.into_iter().filter(|f| wanted.is_empty() || wanted.contains(f)) {
        for seed in first..=last {
            let judged = judge(&Scenario { seed, fault: Some(fault), ..Scenario::default() });
            let row = Row::of(fault, &judged);
            let said = judged.findings.suspects.first();
            println!(
                "{:<5} {fault:<20} {seed:>3}: {}, kind {}, rank {:?}, said {}, onset {:?} s, guilty change {:?}, most accused {:.2}",
                if row.is_kind_right { "right" } else { "wrong" },
                judged.truth.service.as_deref().unwrap_or("-"),
                judged.truth.kind.as_deref().unwrap_or("-"),
                row.rank,
                said.map_or_else(String::new, |s| format!("{} ({}, {:.2})", s.service, s.kind, s.score)),
                row.onset_error_s,
                row.guilty,
                row.changes.first().map_or(0.0, |c| c.0),
            );
            rows.push(row);
        }
    }
    summary(&rows);
}

fn summary(rows: &[Row]) {
    println!("\nfault                  runs  A@1  A@3 kind  onset within 10 s, 30 s  change@1 of  accused wrongly");
    for fault in Fault::ALL.into_iter().map(Some).chain([None]) {
        let of: Vec<&Row> = rows.iter().filter(|r| fault.is_none_or(|f| r.fault == f)).collect();
        if of.is_empty() {
            continue;
        }
        let count = |is: &dyn Fn(&Row) -> bool| of.iter().filter(|r| is(r)).count();
        let within = |s: i64| count(&|r| r.onset_error_s.is_some_and(|e| e.abs() <= s));
        let wrongly = count(&|r| r.changes.iter().any(|(score, is_guilty)| *score >= 0.5 && !is_guilty));
        println!(
            "{:<22} {:>4} {:>4} {:>4} {:>4} {:>18} {:>4} {:>9} {:>2} {:>16}",
            fault.map_or("all", Fault::as_str),
            of.len(),
            count(&|r| r.rank == Some(1)),
            count(&|r| r.rank.is_some_and(|k| k <= 3)),
            count(&|r| r.is_kind_right),
            within(10),
            within(30),
            count(&|r| r.guilty == Some(1)),
            count(&|r| r.guilty.is_some()),
            wrongly,
        );
    }
    let mut errors: Vec<i64> = rows.iter().filter_map(|r| r.onset_error_s).map(i64::abs).collect();
    errors.sort_unstable();
    let at = |q: f64| errors.get((q * errors.len().saturating_sub(1) as f64).round() as usize).copied().unwrap_or(0);
    println!(
        "\nonset off by {} s in the median, {} s at the 90th percentile, of {} told",
        at(0.5),
        at(0.9),
        errors.len()
    );
    reliability("suspects", rows.iter().flat_map(|r| r.scores.iter().copied()));
    reliability("changes", rows.iter().flat_map(|r| r.changes.iter().copied()));
}

/// Share that is right by score given.
fn reliability(what: &str, scores: impl Iterator<Item = (f64, bool)>) {
    let mut bins = [(0_usize, 0.0, 0_usize); 10];
    for (score, is_right) in scores {
        let bin = &mut bins[((score * 10.0) as usize).min(9)];
        *bin = (bin.0 + 1, bin.1 + score, bin.2 + usize::from(is_right));
    }
    println!("\n{what}: score  number  mean  right");
    for (at, (n, sum, right)) in bins.into_iter().enumerate().filter(|(_, b)| b.0 > 0) {
        let (low, mean, share) = (at as f64 / 10.0, sum / n as f64, right as f64 / n as f64);
        println!("  {low:.1} to {:.1}  {n:>5}  {mean:.2}  {share:.2}", low + 0.1);
    }
}
