//! A retry storm, in which exporters send some of it twice: each record counts once, no fault hides behind repeats, and
//! what the operator's policy leaves of the rows tells the same.

use std::time::Duration;

use decant_codec::{Limits, otlp};
use decant_engine::{Ask, Config, Correlator, Lane, LaneCounts};
use decant_model::{Batch, Findings, Position, Rows};
use decant_sim::{Fault, Scenario, Simulation, Step, Truth};

fn storm(resend_every_steps: u32) -> Scenario {
    Scenario {
        fault: Some(Fault::PacketLoss),
        healthy: Duration::from_secs(90),
        faulty: Duration::from_secs(60),
        rate: 6.0,
        storm_retries: 40,
        resend_every_steps,
        ..Scenario::default()
    }
}

fn batches(step: &Step, offset: i64) -> Vec<Batch> {
    let limits = Limits::default();
    let at = || Position { source: "otlp_grpc".to_owned(), partition: 0, offset };
    let logs = step.logs.as_ref().map(|r| otlp::logs_from_request(r, &limits, at()));
    let metrics = step.metrics.as_ref().map(|r| otlp::metrics_from_request(r, &limits, at()));
    let traces = step.traces.as_ref().map(|r| otlp::traces_from_request(r, &limits, at()));
    [logs, metrics, traces].into_iter().flatten().map(Result::unwrap).collect()
}

#[derive(Debug)]
struct Run {
    truth: Truth,
    /// Records that came, and those of them that came again.
    records: u64,
    again: u64,
    /// Retries that were logged, each once.
    retries: u64,
    counts: LaneCounts,
    findings: Findings,
    stored: Vec<Batch>,
}

fn is_retry(body: &str) -> bool {
    body.contains("retrying ")
}

fn retries(batch: &Batch) -> u64 {
    let Rows::Logs(logs) = &batch.rows else { return 0 };
    (0..logs.len()).filter(|row| is_retry(logs.body.value(*row))).map(|row| logs.records(row)).sum()
}

fn run(scenario: &Scenario, config: &Config) -> Run {
    let (mut lane, mut correlator) = (Lane::new(config), Correlator::new(config));
    let mut simulation = Simulation::new(scenario);
    let (mut records, mut again, mut logged, mut stored, mut last) = (0, 0, 0, Vec::new(), None);
    for (step, offset) in (&mut simulation).zip(0..) {
        records += step.records() as u64;
        let is_again = last == Some(step.at_unix_nano);
        last = Some(step.at_unix_nano);
        again += if is_again { step.records() as u64 } else { 0 };
        for batch in batches(&step, offset) {
            logged += if is_again { 0 } else { retries(&batch) };
            stored.push(lane.push(batch));
        }
        correlator.absorb(lane.take());
    }
    let counts = lane.counts();
    let findings = correlator.findings(&Ask::default(), Vec::new(), &counts);
    Run { truth: simulation.truth().clone(), records, again, retries: logged, counts, findings, stored }
}

/// Findings without the counts of what came in.
fn said(findings: &Findings) -> String {
    let counts = decant_model::Findings::default().counts;
    format!("{:#?}", Findings { counts, ..findings.clone() })
}

/// Retries, as the patterns of the findings count them.
fn told(findings: &Findings) -> u64 {
    findings.log_patterns.iter().filter(|p| is_retry(&p.template)).map(|p| p.count).sum()
}

fn dropping() -> Config {
    let section = decant_engine::RawDedupConfig { repeats: Some(decant_dedup::Repeats::Drop), ..Default::default() };
    Config { dedup: section.validate().expect("the section is right"), ..Config::default() }
}

#[test]
fn what_is_sent_twice_counts_once_and_repeats_hide_nothing() {
    let once = run(&storm(0), &Config::default());
    let twice = run(&storm(3), &Config::default());
    assert!(twice.again > 1_000 && once.counts.repeats > 500, "{} {}", twice.again, once.counts.repeats);
    // Conservation, and exactly what was sent again was found to be.
    for run in [&once, &twice] {
        let c = &run.counts;
        assert_eq!(c.records_in, run.records);
        assert_eq!(c.records_in, c.logs + c.spans + c.metric_points + c.redelivered);
    }
    assert_eq!(twice.counts.redelivered - once.counts.redelivered, twice.again);
    assert_eq!((twice.counts.logs, twice.counts.repeats), (once.counts.logs, once.counts.repeats));
    assert_eq!(said(&twice.findings), said(&once.findings));
    // The fault is seen, and how often the callers tried.
    let suspect = once.findings.suspects.first().map(|s| s.service.clone()).unwrap_or_default();
    assert!(once.truth.blames(&suspect), "{suspect} is blamed, {:?} it was", once.truth.service);
    let told = told(&once.findings);
    assert!(told > once.retries / 2 && told <= once.retries, "{told} of {} retries are told", once.retries);
}

#[test]
fn a_store_that_drops_repeats_rows_tells_the_same_before_and_after_a_restart() {
    let kept = run(&storm(3), &Config::default());
    let dropped = run(&storm(3), &dropping());
    assert_eq!(said(&dropped.findings), said(&kept.findings));
    let rows = |run: &Run| run.stored.iter().map(|batch| batch.len() as u64).sum::<u64>();
    assert_eq!(rows(&kept) - rows(&dropped), dropped.counts.folded);
    assert!(dropped.counts.folded > 200, "{}", dropped.counts.folded);
    assert_eq!(dropped.stored.iter().map(retries).sum::<u64>(), kept.retries);
    // After a restart the rows that are left are all there is to count.
    let config = dropping();
    let (mut lane, mut correlator) = (Lane::new(&config), Correlator::new(&config));
    dropped.stored.into_iter().for_each(|batch| lane.replay(batch));
    correlator.absorb(lane.take());
    assert_eq!(lane.counts().logs, kept.counts.logs);
    let findings = correlator.findings(&Ask::default(), Vec::new(), &lane.counts());
    assert_eq!(told(&findings), told(&kept.findings));
}
