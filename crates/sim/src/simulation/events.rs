//! Change events, told as OTLP log records with an event name.

use opentelemetry_proto::tonic::logs::v1::LogRecord;

use super::Simulation;
use crate::otlp::{any, kv};
use crate::plan::{Change, ChangeKind};
use crate::shop::INFO;

impl Simulation {
    /// Tells of the changes before `to` and plans what they bring.
    pub(super) fn changes(&mut self, to: i64) {
        while let Some(change) = self.plan.changes.get(self.next_change).filter(|c| c.at < to).cloned() {
            self.next_change += 1;
            let name = self.world.graph.service(change.service).name;
            let reporter = if matches!(change.kind, ChangeKind::Commit { .. }) { "vcs" } else { name };
            let reporter = self.world.pods.reporter(reporter);
            self.world.event(reporter, change.at, record(&change, name));
            if let Some(rollout) = change.rollout {
                self.world.pods.upgrade(change.service);
                let slots = self.world.graph.service(change.service).replicas;
                self.rollouts
                    .extend((0..slots).map(|slot| (rollout + slot as i64 * 1_500_000_000, change.service, slot)));
            }
        }
    }
}

fn record(change: &Change, service: &str) -> LogRecord {
    let mut attributes = vec![kv("service.name", service)];
    match &change.kind {
        ChangeKind::Deployment { version } => {
            attributes.push(kv("service.version", version.as_str()));
            attributes.push(kv("vcs.ref.head.revision", change.revision.as_str()));
            attributes.push(kv("deployment.status", "succeeded"));
        }
        ChangeKind::Commit { file, diff } => {
            attributes.push(kv("vcs.ref.head.revision", change.revision.as_str()));
            attributes.push(kv("vcs.author", change.author));
            attributes.push(kv("vcs.files_changed", file.as_str()));
            attributes.push(kv("vcs.diff", diff.as_str()));
        }
        ChangeKind::Flag { key, change: what } => {
            attributes.push(kv("feature_flag.key", key.as_str()));
            attributes.push(kv("feature_flag.change", *what));
            attributes.push(kv("enduser.id", change.author));
        }
        ChangeKind::Experiment { fault, phase } => {
            attributes.push(kv("chaos.experiment.name", fault.as_str()));
            attributes.push(kv("chaos.experiment.phase", *phase));
        }
        ChangeKind::Config { key } => {
            attributes.push(kv("config.key", *key));
            attributes.push(kv("vcs.ref.head.revision", change.revision.as_str()));
            attributes.push(kv("enduser.id", change.author));
        }
    }
    LogRecord {
        severity_number: i32::from(INFO),
        severity_text: "INFO".to_owned(),
        body: Some(any(change.title.as_str())),
        event_name: change.kind.event_name().to_owned(),
        attributes,
        ..LogRecord::default()
    }
}
