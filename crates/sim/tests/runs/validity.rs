//! The requests are valid OTLP, and the codec reads every row of them.

use std::collections::{BTreeMap, BTreeSet};

use decant_codec::{Limits, otlp};
use decant_model::{Position, Signal};
use decant_sim::{Fault, Simulation};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use prost::Message as _;

use crate::support::{logs, scenario, spans};

#[test]
fn spans_have_ids_ordered_times_and_parents() {
    let scenario = scenario(6, None);
    let mut all = BTreeSet::new();
    let mut parents = Vec::new();
    for step in Simulation::new(&scenario) {
        for (service, span) in spans(&step) {
            assert_eq!((span.trace_id.len(), span.span_id.len()), (16, 8));
            assert!(span.trace_id.iter().any(|b| *b != 0) && span.span_id.iter().any(|b| *b != 0));
            assert!(span.start_time_unix_nano <= span.end_time_unix_nano, "{service} {span:?}");
            assert!(span.end_time_unix_nano < step.at_unix_nano as u64);
            assert!(!span.name.is_empty() && (1..=5).contains(&span.kind));
            assert!(all.insert((span.trace_id.clone(), span.span_id.clone())), "twice: {span:?}");
            if !span.parent_span_id.is_empty() {
                parents.push((span.trace_id.clone(), span.parent_span_id.clone(), span.start_time_unix_nano));
            }
        }
    }
    // What was still open at the end has no parent yet, and what began before the start never will.
    let settled =
        (scenario.start_unix_nano as u64 + 15_000_000_000)..(scenario.end_unix_nano() as u64 - 15_000_000_000);
    let (mut found, mut orphans) = (0, 0);
    for (trace, parent, start) in parents {
        if settled.contains(&start) {
            if all.contains(&(trace, parent)) { found += 1 } else { orphans += 1 }
        }
    }
    assert!(found > 5_000 && orphans == 0, "{found} {orphans}");
}

#[test]
fn log_records_have_times_severities_and_known_spans() {
    let scenario = scenario(6, None);
    let mut seen = BTreeSet::new();
    let mut told = Vec::new();
    for step in Simulation::new(&scenario) {
        for (_, span) in spans(&step) {
            seen.insert(span.span_id.clone());
        }
        for (service, log) in logs(&step) {
            assert!(log.time_unix_nano > 0 && log.time_unix_nano <= log.observed_time_unix_nano, "{service} {log:?}");
            assert!(log.observed_time_unix_nano <= step.at_unix_nano as u64);
            assert!((1..=24).contains(&log.severity_number));
            if !log.span_id.is_empty() {
                told.push((log.span_id.clone(), log.time_unix_nano));
            }
        }
    }
    let settled = (scenario.start_unix_nano as u64)..(scenario.end_unix_nano() as u64 - 15_000_000_000);
    let unknown = told.iter().filter(|t| settled.contains(&t.1) && !seen.contains(&t.0)).count();
    assert!(told.len() > 2_000 && unknown == 0, "{} {unknown}", told.len());
}

#[test]
fn counters_never_fall_within_one_process_and_buckets_add_up() {
    let mut last: BTreeMap<String, f64> = BTreeMap::new();
    let mut points = 0;
    for step in Simulation::new(&scenario(6, Some(Fault::ProcessKill))) {
        for group in step.metrics.iter().flat_map(|r| &r.resource_metrics) {
            let resource = format!("{:?}", group.resource);
            for metric in group.scope_metrics.iter().flat_map(|s| &s.metrics) {
                let mut grows = |key: String, value: f64| {
                    points += 1;
                    let before = last.insert(key.clone(), value).unwrap_or(0.0);
                    assert!(value >= before, "{key} fell from {before} to {value}");
                };
                let key = |start: u64, attributes: &dyn std::fmt::Debug| {
                    format!("{resource} {} {start} {attributes:?}", metric.name)
                };
                match &metric.data {
                    Some(Data::Sum(sum)) if sum.is_monotonic => {
                        for p in &sum.data_points {
                            use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value;
                            assert!(p.start_time_unix_nano > 0 && p.start_time_unix_nano < p.time_unix_nano);
                            let value = match p.value {
                                Some(Value::AsDouble(v)) => v,
                                Some(Value::AsInt(v)) => v as f64,
                                None => continue,
                            };
                            grows(key(p.start_time_unix_nano, &p.attributes), value);
                        }
                    }
                    Some(Data::ExponentialHistogram(histogram)) => {
                        for p in &histogram.data_points {
                            let counted: u64 = p.positive.iter().flat_map(|b| &b.bucket_counts).sum();
                            assert_eq!(counted + p.zero_count, p.count);
                            grows(key(p.start_time_unix_nano, &p.attributes), p.count as f64);
                        }
                    }
                    Some(Data::Histogram(histogram)) => {
                        for p in &histogram.data_points {
                            assert_eq!(p.bucket_counts.iter().sum::<u64>(), p.count);
                            assert_eq!(p.bucket_counts.len(), p.explicit_bounds.len() + 1);
                            grows(key(p.start_time_unix_nano, &p.attributes), p.count as f64);
                        }
                    }
                    _ => {}
                }
            }
        }
    }
    assert!(points > 5_000, "{points}");
}

#[test]
fn the_codec_reads_every_row_of_both_wire_forms() {
    let limits = Limits::default();
    for fault in [None, Some(Fault::ClockSkew), Some(Fault::ApplicationException), Some(Fault::TrafficSurge)] {
        for step in Simulation::new(&scenario(9, fault)).step_by(5) {
            let mut rows = 0;
            let mut count = |signal: Signal, proto: Vec<u8>, json: Vec<u8>| {
                let one = otlp::decode_proto(signal, &proto, &limits, Position::default()).unwrap();
                let other = otlp::decode_json(signal, &json, &limits, Position::default()).unwrap();
                assert_eq!(one.len(), other.len());
                rows += one.len();
            };
            if let Some(request) = &step.logs {
                count(Signal::Logs, request.encode_to_vec(), serde_json::to_vec(request).unwrap());
            }
            if let Some(request) = &step.metrics {
                count(Signal::Metrics, request.encode_to_vec(), serde_json::to_vec(request).unwrap());
            }
            if let Some(request) = &step.traces {
                count(Signal::Traces, request.encode_to_vec(), serde_json::to_vec(request).unwrap());
            }
            assert_eq!(rows, step.records());
            let lines = step.json_lines().unwrap();
            let batches =
                lines.iter().flat_map(|l| otlp::decode_any_json(l.as_bytes(), &limits, Position::default()).unwrap());
            assert_eq!(batches.map(|b| b.len()).sum::<usize>(), step.records());
        }
    }
}
