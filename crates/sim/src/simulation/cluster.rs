//! What the cluster does with pods: rollouts, restarts, and the events that tell of them.

use opentelemetry_proto::tonic::logs::v1::LogRecord;

use super::Simulation;
use crate::line::Entry;
use crate::otlp::{any, kv};
use crate::pods::PodId;
use crate::shop::{INFO, WARN};

const SECOND: i64 = 1_000_000_000;

impl Simulation {
    /// Puts new pods in the place of old ones, as far as rollouts have come.
    pub(super) fn replace_pods(&mut self, to: i64) {
        let due: Vec<_> = self.rollouts.extract_if(.., |r| r.0 < to).collect();
        for (at, service, slot) in due {
            let old = self.world.pods.of(service)[slot];
            let new = self.world.pods.replace(&self.world.graph, service, slot, at);
            self.start_up(new, at);
            let name = self.world.pods.all[old].name.clone();
            self.cluster_event(old, at + SECOND, "Killing", &format!("Stopping container of {name}"), false);
            self.cluster_event(new, at, "Started", "Started container", false);
        }
    }

    /// Brings containers back that were away.
    pub(super) fn restart_pods(&mut self, from: i64, to: i64) {
        let Some(ailment) = &self.world.ailment else { return };
        let service = ailment.service;
        let outages: Vec<_> = ailment.outages.clone();
        for outage in outages {
            let pod = self.world.pods.of(service)[outage.slot];
            if (from..to).contains(&outage.from) {
                let text = if outage.reason == "OOMKilled" {
                    "Container was OOMKilled, exit code 137"
                } else {
                    "Container terminated with exit code 137"
                };
                self.cluster_event(pod, outage.from + SECOND, outage.reason, text, true);
                self.cluster_event(pod, outage.to - SECOND, "BackOff", "Back-off restarting failed container", true);
            }
            if (from..to).contains(&outage.to) {
                let state = &mut self.world.pods.all[pod];
                (state.started, state.restarts) = (outage.to, state.restarts + 1);
                self.world.meters.restart(pod);
                self.start_up(pod, outage.to);
            }
        }
    }

    /// Probes from the node that a service does not answer.
    pub(super) fn cluster_events(&mut self, from: i64, to: i64) {
        let Some(ailment) = &self.world.ailment else { return };
        let service = ailment.service;
        if !ailment.is_dark(service, from) || (from / SECOND) % 10 != 4 || from / SECOND == to / SECOND {
            return;
        }
        for pod in self.world.pods.of(service).to_vec() {
            let ip = self.world.pods.all[pod].ip.clone();
            let text = format!("Readiness probe failed: Get \"http://{ip}:8080/ready\": context deadline exceeded");
            self.cluster_event(pod, from, "Unhealthy", &text, true);
        }
    }

    fn cluster_event(&mut self, pod: PodId, at: i64, reason: &str, text: &str, is_warning: bool) {
        if !self.has_cluster_events {
            return;
        }
        let pod = &self.world.pods.all[pod];
        let service = self.world.graph.service(pod.service).name;
        let record = LogRecord {
            severity_number: i32::from(if is_warning { WARN } else { INFO }),
            severity_text: if is_warning { "Warning" } else { "Normal" }.to_owned(),
            body: Some(any(text)),
            event_name: "k8s.event".to_owned(),
            attributes: vec![
                kv("service.name", service),
                kv("k8s.event.reason", reason),
                kv("k8s.object.kind", "Pod"),
                kv("k8s.pod.name", pod.name.as_str()),
                kv("k8s.namespace.name", "shop"),
            ],
            ..LogRecord::default()
        };
        let reporter = self.world.pods.reporter(service);
        self.world.event(reporter, at, record);
    }

    /// The first words of a process.
    fn start_up(&mut self, pod: PodId, at: i64) {
        let service = self.world.graph.service(self.world.pods.all[pod].service);
        let logger = service.operations.first().map_or("main", |o| o.logger);
        let database = service.pool.map(|p| format!("connection pool to {} ready, size {}", p.peer, p.size));
        let texts =
            [Some(format!("starting {}", service.name)), database, Some("listening on 0.0.0.0:8080".to_owned())];
        for (n, text) in texts.into_iter().flatten().enumerate() {
            let at = at + 40_000_000 * (1 + n as i64 * 9);
            let entry = Entry { at, severity: INFO, logger, text, fields: Vec::new(), exception: None, context: None };
            self.world.log(pod, entry);
        }
    }
}
