//! What the end-to-end tests share: a simulated run taken through the whole synchronous core.

use std::time::Duration;

use decant_codec::{Limits, otlp};
use decant_engine::{Ask, Config, Correlator, Lane};
use decant_model::{Findings, Position};
use decant_sim::{Scenario, Simulation, Step, Truth};

/// What was done, and what the core says about it.
#[derive(Debug)]
pub struct Judged {
    pub truth: Truth,
    pub findings: Findings,
    /// Rows that the simulation made.
    pub records: usize,
}

impl Judged {
    /// Whether the first suspect is the service that was hurt.
    #[must_use]
    pub fn service_is_right(&self) -> bool {
        self.findings.suspects.first().is_some_and(|suspect| self.truth.blames(&suspect.service))
    }

    /// Whether, besides, the kind of fault fits.
    #[must_use]
    pub fn is_right(&self) -> bool {
        let kind = self.findings.suspects.first().map(|suspect| suspect.kind.as_str());
        self.service_is_right() && kind == self.truth.kind.as_deref()
    }
}

/// Runs a scenario to its end and asks what happened.
///
/// # Panics
/// When the codec refuses what the simulation made.
#[must_use]
pub fn judge(scenario: &Scenario) -> Judged {
    let config = Config::default();
    let (mut lane, mut correlator) = (Lane::new(&config), Correlator::new(&config));
    let mut simulation = Simulation::new(scenario);
    let mut records = 0;
    for step in &mut simulation {
        records += step.records();
        for batch in batches(&step) {
            drop(lane.push(batch));
        }
        correlator.absorb(lane.take());
    }
    let findings = correlator.findings(&Ask::default(), Vec::new(), &lane.counts());
    Judged { truth: simulation.truth().clone(), findings, records }
}

/// Runs a scenario and asks what happened as soon as events of so long after its start were heard, one answer a time.
///
/// # Panics
/// When the codec refuses what the simulation made.
#[must_use]
pub fn revisions(scenario: &Scenario, asked: &[Duration]) -> Vec<Findings> {
    let config = Config::default();
    let (mut lane, mut correlator) = (Lane::new(&config), Correlator::new(&config));
    let (mut told, mut heard) = (Vec::new(), Duration::ZERO);
    for step in &mut Simulation::new(scenario) {
        for batch in batches(&step) {
            drop(lane.push(batch));
        }
        correlator.absorb(lane.take());
        heard += scenario.step;
        if asked.contains(&heard) {
            told.push(correlator.findings_held(&Ask::default(), Vec::new(), &lane.counts()));
        }
    }
    told
}

fn batches(step: &Step) -> Vec<decant_model::Batch> {
    let (limits, position) = (Limits::default(), Position::default);
    let logs = step.logs.as_ref().map(|r| otlp::logs_from_request(r, &limits, position()));
    let metrics = step.metrics.as_ref().map(|r| otlp::metrics_from_request(r, &limits, position()));
    let traces = step.traces.as_ref().map(|r| otlp::traces_from_request(r, &limits, position()));
    let decoded = [logs, metrics, traces].into_iter().flatten();
    decoded.map(|batch| batch.expect("the codec takes what the simulation makes")).collect()
}
