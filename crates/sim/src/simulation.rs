//! The run itself.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;

use crate::scenario::nanos;
use crate::{Scenario, Step, Truth};

/// A run, step by step in event-time order.
#[derive(Debug)]
pub struct Simulation {
    scenario: Scenario,
    truth: Truth,
    now: i64,
}

impl Simulation {
    /// Draws the plan of a run.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        let truth = Truth {
            seed: scenario.seed,
            fault: scenario.fault.map(|f| f.as_str().to_owned()),
            service: scenario.fault.map(|_| "checkout".to_owned()),
            kind: scenario.fault.map(|f| f.kind().to_owned()),
            onset_unix_nano: scenario.fault.map(|_| scenario.onset_unix_nano()),
            ended_unix_nano: scenario.fault.map(|_| scenario.ended_unix_nano()),
            start_unix_nano: scenario.start_unix_nano,
            end_unix_nano: scenario.end_unix_nano(),
            ..Truth::default()
        };
        Self { scenario: scenario.clone(), truth, now: scenario.start_unix_nano }
    }

    /// What was done to whom.
    #[must_use]
    pub fn truth(&self) -> &Truth {
        &self.truth
    }
}

impl Iterator for Simulation {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        if self.now >= self.scenario.end_unix_nano() {
            return None;
        }
        self.now += nanos(self.scenario.step).max(1_000_000);
        Some(Step { at_unix_nano: self.now, logs: Some(ExportLogsServiceRequest::default()), ..Step::default() })
    }
}
