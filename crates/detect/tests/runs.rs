//! Simulated runs: two faults at different times, and at once; changes that broke something and changes that did not;
//! experiments that were stood and others; data that comes late.

#![expect(clippy::print_stdout, reason = "the figures are the point")]

use std::time::Duration;

use decant_codec::text::{DecodeOptions, FileDecoder};
use decant_codec::{Limits, otlp};
use decant_detect::{Ask, Config, History, Named, Register, Roller, Rollups};
use decant_model::{Batch, Findings, Incident, Outcome, Position, Rows, Survival, Verdict};
use decant_sim::{Fault, Scenario, Simulation, Step, Truth};
use decant_template::Miner;
use serde_json::Value;

/// A system that is watched.
struct Watched {
    roller: Roller,
    miner: Miner,
    history: History,
}

impl Watched {
    fn new() -> Self {
        let config = Config::default();
        Self {
            roller: Roller::new(&config),
            miner: Miner::new(&decant_template::Config::default()),
            history: History::new(&config),
        }
    }

    fn rolled(&mut self, batches: Vec<Batch>) -> Rollups {
        for mut batch in batches {
            if let Rows::Logs(logs) = &mut batch.rows {
                let shapes: Vec<u64> = (0..logs.len()).map(|row| self.miner.learn(logs.body.value(row))).collect();
                logs.shape_id = shapes.into();
            }
            self.roller.push(&batch);
        }
        self.roller.take()
    }

    fn watch(&mut self, batches: Vec<Batch>) {
        let rollups = self.rolled(batches);
        self.history.absorb(rollups);
    }

    fn run(&mut self, scenario: &Scenario) -> Truth {
        let mut simulation = Simulation::new(scenario);
        for step in &mut simulation {
            self.watch(batches(&step));
        }
        simulation.truth().clone()
    }

    fn findings(&mut self) -> Findings {
        let dictionary = self.miner.learned().dictionary();
        self.history.findings(&Ask::default(), &|shape| {
            dictionary.get(shape).map(|t| Named { id: t.id, text: t.text.clone(), slots: Vec::new() })
        })
    }
}

fn batches(step: &Step) -> Vec<Batch> {
    let (limits, position) = (Limits::default(), Position::default);
    let logs = step.logs.as_ref().map(|r| otlp::logs_from_request(r, &limits, position()));
    let metrics = step.metrics.as_ref().map(|r| otlp::metrics_from_request(r, &limits, position()));
    let traces = step.traces.as_ref().map(|r| otlp::traces_from_request(r, &limits, position()));
    [logs, metrics, traces]
        .into_iter()
        .flatten()
        .map(|batch| batch.expect("the codec takes what the simulation makes"))
        .collect()
}

/// The same in a region of its own: services and what they call have its name before theirs.
fn moved(step: &Step, region: &str, services: &[String]) -> Vec<Batch> {
    let mut decoder = FileDecoder::new("moved.jsonl", DecodeOptions::default());
    let mut batches = Vec::new();
    let parts = [
        step.logs.as_ref().map(|r| serde_json::to_value(r).expect("requests have a JSON form")),
        step.metrics.as_ref().map(|r| serde_json::to_value(r).expect("requests have a JSON form")),
        step.traces.as_ref().map(|r| serde_json::to_value(r).expect("requests have a JSON form")),
    ];
    for mut part in parts.into_iter().flatten() {
        rename(&mut part, region, services);
        decoder.push(format!("{part}\n").as_bytes(), &mut batches);
    }
    let _counts = decoder.finish(&mut batches);
    batches
}

fn rename(part: &mut Value, region: &str, services: &[String]) {
    match part {
        Value::String(text) => {
            let peer = ["-db", "-cache", "-store"].iter().any(|end| text.ends_with(end)) && !text.contains(' ');
            if peer || text == "broker" || services.contains(text) {
                *text = format!("{region}-{text}");
            }
        }
        Value::Array(parts) => parts.iter_mut().for_each(|part| rename(part, region, services)),
        Value::Object(fields) => fields.values_mut().for_each(|part| rename(part, region, services)),
        _ => {}
    }
}

const fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

fn fault(seed: u64, fault: Fault) -> Scenario {
    Scenario { seed, fault: Some(fault), healthy: seconds(300), recovery: seconds(240), ..Scenario::default() }
}

/// Whether an incident of the run is told, and how many seconds too late.
fn told(findings: &Findings, truth: &Truth, region: &str) -> Option<i64> {
    let onset = truth.onset_unix_nano?;
    let blames = |name: &str| truth.blames(name.strip_prefix(region).unwrap_or(name));
    let of = findings.incidents.iter().filter(|i| blames(&i.first_suspect));
    of.map(|i| (i.onset_unix_nano - onset) / 1_000_000_000).find(|late| late.abs() <= 60)
}

#[test]
fn two_faults_at_different_times_are_two_incidents() {
    let (mut both, mut extra, mut runs) = (0, 0, 0);
    for (seed, one, two) in [
        (1, Fault::PacketLoss, Fault::DiskFill),
        (2, Fault::CpuStress, Fault::NetworkBlackhole),
        (3, Fault::ApplicationException, Fault::NetworkLatency),
        (4, Fault::DnsFailure, Fault::MemoryStress),
    ] {
        let mut watched = Watched::new();
        let first = fault(seed, one);
        let then = Scenario { start_unix_nano: first.end_unix_nano(), ..fault(seed, two) };
        let (first, then) = (watched.run(&first), watched.run(&then));
        let findings = watched.findings();
        let (a, b) = (told(&findings, &first, ""), told(&findings, &then, ""));
        for i in &findings.incidents {
            println!("seed {seed}: {} {} {:.2} hit {}", i.title, i.state.as_str(), i.confidence, i.services.len());
        }
        println!("seed {seed}: {one} {:?} told {a:?}, {two} {:?} told {b:?}", first.service, then.service);
        runs += 1;
        both += usize::from(a.is_some() && b.is_some());
        extra += findings.incidents.len().saturating_sub(2);
        let ids: std::collections::BTreeSet<u64> = findings.incidents.iter().map(|i| i.id).collect();
        assert_eq!(ids.len(), findings.incidents.len(), "each has an id of its own");
    }
    println!("{both} of {runs} runs: both faults told; {extra} incidents besides");
    assert!(both + 1 >= runs && extra <= runs, "{both} of {runs}, {extra} besides");
}

#[test]
fn two_faults_at_once_are_two_incidents_when_no_calls_connect_them() {
    let (mut both, mut runs) = (0, 0);
    for (seed, one, two) in [
        (1, Fault::CpuStress, Fault::NetworkBlackhole),
        (2, Fault::ApplicationException, Fault::PacketLoss),
        (3, Fault::NetworkLatency, Fault::DiskFill),
    ] {
        let mut watched = Watched::new();
        let (mut east, mut west) = (Simulation::new(&fault(seed, one)), Simulation::new(&fault(seed + 50, two)));
        let services = east.truth().services.clone();
        while let (Some(a), Some(b)) = (east.next(), west.next()) {
            watched.watch(moved(&a, "east", &services));
            watched.watch(moved(&b, "west", &services));
        }
        let findings = watched.findings();
        let (a, b) = (told(&findings, east.truth(), "east-"), told(&findings, west.truth(), "west-"));
        for i in &findings.incidents {
            let onset = i.onset_unix_nano / 1_000_000_000 - fault(1, one).onset_unix_nano() / 1_000_000_000;
            println!("seed {seed}: {} {} {onset:+} s hit {:?}", i.title, i.state.as_str(), i.services);
        }
        println!("seed {seed}: {one} {:?} {a:?}, {two} {:?} {b:?}", east.truth().service, west.truth().service);
        runs += 1;
        both += usize::from(a.is_some() && b.is_some());
    }
    println!("{both} of {runs} runs: both faults told");
    assert!(both + 1 >= runs, "{both} of {runs}");
}

#[test]
fn a_deployment_that_broke_something_is_a_regression_and_the_others_are_not() {
    let (mut right, mut guilty, mut wrong, mut innocent) = (0, 0, 0, 0);
    for seed in 1..=4 {
        let mut watched = Watched::new();
        let run = Scenario { faulty: seconds(420), ..fault(seed, Fault::SlowQuery) };
        let truth = watched.run(&Scenario { recovery: Duration::ZERO, ..run });
        for change in watched.findings().changes {
            let Some(verdict) = &change.verdict else { continue };
            let is_guilty = truth.guilty_change.as_ref().is_some_and(|g| change.revision.as_ref() == Some(&g.revision));
            println!(
                "seed {seed}: {} {} {:?}{}: {} {:?}",
                verdict.outcome.as_str(),
                change.kind,
                change.service,
                if is_guilty { " (guilty)" } else { "" },
                verdict.reason,
                verdict.evidence
            );
            let is_regression = verdict.outcome == Outcome::Regression;
            if is_guilty {
                guilty += 1;
                right += usize::from(is_regression && !verdict.evidence.is_empty());
            } else {
                innocent += 1;
                wrong += usize::from(is_regression);
            }
        }
    }
    println!("{right} of {guilty} guilty changes are regressions, {wrong} of {innocent} innocent ones");
    assert!(guilty > 0 && right + 1 >= guilty, "{right} of {guilty}");
    assert!(wrong * 5 <= innocent, "{wrong} of {innocent}");
}

#[test]
fn changes_of_a_healthy_shop_pass_or_wait() {
    let (mut told, mut bad) = (0, 0);
    for seed in 1..=4 {
        let mut watched = Watched::new();
        watched.run(&Scenario { seed, healthy: seconds(900), ..Scenario::default() });
        for change in watched.findings().changes {
            let Some(verdict) = &change.verdict else { continue };
            println!("seed {seed}: {} {} {}", verdict.outcome.as_str(), change.title, verdict.reason);
            told += 1;
            bad += usize::from(verdict.outcome == Outcome::Regression);
            assert_eq!(verdict.wait_s.is_some(), verdict.outcome == Outcome::Wait && verdict.reason.contains("ask"));
        }
    }
    println!("{bad} of {told} changes of healthy shops are called regressions");
    assert!(told >= 4 && bad * 10 <= told, "{bad} of {told}");
}

#[test]
fn healthy_shops_have_no_incident() {
    for seed in 1..=5 {
        let mut watched = Watched::new();
        watched.run(&Scenario { seed, healthy: seconds(240), faulty: Duration::ZERO, ..Scenario::default() });
        let findings = watched.findings();
        println!("seed {seed}: {}", findings.verdict_reason);
        assert_eq!(findings.verdict, Verdict::NoIncident, "seed {seed}: {:?}", findings.suspects.first());
        assert!(findings.incidents.is_empty() && findings.suspects.is_empty(), "seed {seed}");
    }
}

#[test]
fn experiments_are_scored_by_what_came_of_them() {
    let mut watched = Watched::new();
    let first = Scenario { announced: true, ..fault(1, Fault::NetworkBlackhole) };
    // Announced, and then nothing was done.
    let then = Scenario { start_unix_nano: first.end_unix_nano(), fault: None, ..first.clone() };
    let (truth, _) = (watched.run(&first), watched.run(&then));
    let findings = watched.findings();
    println!("{:#?}", findings.resilience);
    let of = findings.resilience.iter().find(|r| Some(&r.service) == truth.service.as_ref()).unwrap();
    assert_eq!(of.experiments.len(), 1);
    let experiment = &of.experiments[0];
    assert_eq!((experiment.fault.as_str(), experiment.survival), ("network-blackhole", Survival::Recovered));
    assert!(experiment.sick_s.is_some_and(|s| (60..=240).contains(&s)), "{experiment:?}");
    assert!(findings.incidents.iter().any(|i| Some(i.id) == experiment.incident));
    assert_eq!(experiment.ended_unix_nano, truth.ended_unix_nano);
    assert!(of.score < 0.6 && of.age_s > 300, "{of:?}");
}

#[test]
fn late_data_raises_the_revision_and_not_the_id_and_no_order_changes_what_is_told_in_the_end() {
    let run = Scenario { recovery: seconds(60), ..fault(2, Fault::NetworkBlackhole) };
    let mut watched = Watched::new();
    let steps: Vec<Rollups> = Simulation::new(&run).map(|step| watched.rolled(batches(&step))).collect();
    let dictionary = watched.miner.learned().dictionary();
    let name = |shape: u64| dictionary.get(shape).map(|t| Named { id: t.id, text: t.text.clone(), slots: Vec::new() });
    // Every seventh step within the fault comes at the end.
    let is_late = |at: usize| at.is_multiple_of(7) && (300..420).contains(&at);
    let config = Config::default();
    let (mut register, mut history) = (Register::new(&config), History::new(&config));
    let (late, timely): (Vec<_>, Vec<_>) = steps.iter().cloned().enumerate().partition(|(at, _)| is_late(*at));
    let mut ask = |history: &mut History| {
        let mut findings = history.findings(&Ask::default(), &name);
        register.revise(history, &mut findings);
        findings
    };
    timely.into_iter().for_each(|(_, rollups)| history.absorb(rollups));
    let before = ask(&mut history).incidents[0].clone();
    let again = ask(&mut history).incidents[0].clone();
    late.into_iter().for_each(|(_, rollups)| history.absorb(rollups));
    let after = ask(&mut history);
    assert_eq!((before.id, before.revision), (again.id, again.revision), "asking changes nothing");
    assert_eq!(after.incidents[0].id, before.id);
    assert!(after.incidents[0].revision > before.revision);
    // The same in another order, asked once. Traces wait for 300 s, so nothing comes later than that.
    let mut other = History::new(&config);
    steps.chunks(240).for_each(|late| late.iter().rev().for_each(|rollups| other.absorb(rollups.clone())));
    let mut replayed = other.findings(&Ask::default(), &name);
    Register::new(&config).revise(&other, &mut replayed);
    assert_eq!(replayed.incidents[0].id, after.incidents[0].id);
    let mut after = after;
    // How often and when it was asked before shows in these two, and in nothing else.
    let asked = |incident: &mut Incident| (incident.revision, incident.anchor_unix_nano) = (0, 0);
    after.incidents.iter_mut().chain(&mut replayed.incidents).for_each(asked);
    assert_eq!(format!("{replayed:?}"), format!("{after:?}"));
}
