//! Statistics of one service before and after the onset.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use decant_sim::{Fault, Scenario, Simulation, Step, Truth};
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::metrics::v1::{metric::Data, number_data_point};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::Span;

pub(crate) const SERVER: i32 = 2;
pub(crate) const CLIENT: i32 = 3;

pub(crate) fn scenario(seed: u64, fault: Option<Fault>) -> Scenario {
    Scenario { seed, fault, healthy: Duration::from_secs(50), faulty: Duration::from_secs(60), ..Scenario::default() }
}

pub(crate) fn attribute(attributes: &[KeyValue], key: &str) -> String {
    let value = attributes.iter().find(|a| a.key == key).and_then(|a| a.value.as_ref()?.value.as_ref());
    match value {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        Some(other) => format!("{other:?}"),
        None => String::new(),
    }
}

pub(crate) fn service(resource: &Option<Resource>) -> String {
    resource.as_ref().map(|r| attribute(&r.attributes, "service.name")).unwrap_or_default()
}

pub(crate) fn body(log: &LogRecord) -> String {
    match log.body.as_ref().and_then(|b| b.value.as_ref()) {
        Some(Value::StringValue(text)) => text.clone(),
        other => format!("{other:?}"),
    }
}

pub(crate) fn logs(step: &Step) -> impl Iterator<Item = (String, &LogRecord)> {
    let groups = step.logs.iter().flat_map(|r| &r.resource_logs);
    groups.flat_map(|g| g.scope_logs.iter().flat_map(|s| &s.log_records).map(|r| (service(&g.resource), r)))
}

pub(crate) fn spans(step: &Step) -> impl Iterator<Item = (String, &Span)> {
    let groups = step.traces.iter().flat_map(|r| &r.resource_spans);
    groups.flat_map(|g| g.scope_spans.iter().flat_map(|s| &s.spans).map(|r| (service(&g.resource), r)))
}

/// Spans of one kind: durations in milliseconds, and how many failed.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    pub(crate) ms: Vec<f64>,
    pub(crate) failed: usize,
}

impl Calls {
    pub(crate) fn quantile(&self, q: f64) -> f64 {
        let mut sorted = self.ms.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get((sorted.len() as f64 * q) as usize).or(sorted.last()).copied().unwrap_or(0.0)
    }

    pub(crate) fn failed_share(&self) -> f64 {
        self.failed as f64 / self.ms.len().max(1) as f64
    }
}

/// What was seen of the hurt service in one part of the run.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Requests that it served, and messages that it processed.
    pub(crate) served: Calls,
    /// Calls of others to it.
    pub(crate) called: Calls,
    /// Its calls to others and to peers.
    pub(crate) calls: Calls,
    pub(crate) writes: Calls,
    /// Its queries, by statement.
    pub(crate) queries: BTreeMap<String, Calls>,
    pub(crate) texts: Vec<String>,
    /// Texts of all other services, warnings and worse.
    pub(crate) complaints: Vec<String>,
    /// Largest value of each gauge or sum.
    pub(crate) most: BTreeMap<String, f64>,
    pub(crate) least: BTreeMap<String, f64>,
    pub(crate) records: usize,
    /// Farthest distance of a record's event time from its observed time, in seconds.
    pub(crate) skew_s: f64,
    pub(crate) versions: BTreeSet<String>,
}

impl Seen {
    pub(crate) fn says(&self, words: &[&str]) -> usize {
        self.texts.iter().filter(|t| words.iter().any(|w| t.contains(w))).count()
    }

    pub(crate) fn others_say(&self, words: &[&str]) -> usize {
        self.complaints.iter().filter(|t| words.iter().any(|w| t.contains(w))).count()
    }

    pub(crate) fn most(&self, metric: &str) -> f64 {
        self.most.get(metric).copied().unwrap_or(0.0)
    }
}

/// Runs a fault and returns the truth, what was seen before the onset, and what after.
pub(crate) fn observe(seed: u64, fault: Fault) -> (Truth, Seen, Seen) {
    let scenario = scenario(seed, Some(fault));
    let run = Simulation::new(&scenario);
    let truth = run.truth().clone();
    let (mut before, mut after) = (Seen::default(), Seen::default());
    let hurt = truth.service.clone().expect("a faulty run hurts a service");
    for step in run {
        let seen = if step.at_unix_nano <= scenario.onset_unix_nano() { &mut before } else { &mut after };
        look(&step, &hurt, seen);
    }
    (truth, before, after)
}

fn look(step: &Step, hurt: &str, seen: &mut Seen) {
    for (service, log) in logs(step) {
        if service == hurt {
            seen.records += 1;
            seen.texts.push(format!("{} {}", body(log), attribute(&log.attributes, "exception.stacktrace")));
            let skew = log.time_unix_nano as f64 - log.observed_time_unix_nano as f64;
            seen.skew_s = seen.skew_s.max(skew.abs() / 1e9);
        } else if log.severity_number >= 13 {
            seen.complaints.push(format!("{} {}", body(log), attribute(&log.attributes, "error.message")));
        }
    }
    for (service, span) in spans(step) {
        let ms = (span.end_time_unix_nano as f64 - span.start_time_unix_nano as f64) / 1e6;
        let failed = span.status.as_ref().is_some_and(|s| s.code == 2);
        let mut to: Vec<&mut Calls> = Vec::new();
        if service == hurt {
            seen.records += 1;
            match span.kind {
                SERVER | 5 => to.push(&mut seen.served),
                CLIENT => to.push(&mut seen.calls),
                _ if span.name.starts_with("write ") => to.push(&mut seen.writes),
                _ => {}
            }
            let statement = attribute(&span.attributes, "db.query.text");
            if !statement.is_empty() {
                to.push(seen.queries.entry(statement).or_default());
            }
        } else if span.kind == CLIENT && attribute(&span.attributes, "peer.service") == hurt {
            to.push(&mut seen.called);
        }
        for calls in to {
            calls.ms.push(ms);
            calls.failed += usize::from(failed);
        }
    }
    for group in step.metrics.iter().flat_map(|r| &r.resource_metrics) {
        if service(&group.resource) != hurt {
            continue;
        }
        seen.versions.insert(attribute(
            &group.resource.as_ref().expect("every group has a resource").attributes,
            "service.version",
        ));
        for metric in group.scope_metrics.iter().flat_map(|s| &s.metrics) {
            let points = match &metric.data {
                Some(Data::Gauge(d)) => &d.data_points,
                Some(Data::Sum(d)) => &d.data_points,
                _ => continue,
            };
            for point in points {
                let value = match point.value {
                    Some(number_data_point::Value::AsDouble(v)) => v,
                    Some(number_data_point::Value::AsInt(v)) => v as f64,
                    None => continue,
                };
                let most = seen.most.entry(metric.name.clone()).or_insert(value);
                *most = most.max(value);
                let least = seen.least.entry(metric.name.clone()).or_insert(value);
                *least = least.min(value);
            }
        }
    }
}
