//! Records on their way: what pods have written and not yet sent, in order of time.

use std::collections::BTreeMap;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};

use crate::otlp::{scope, time};
use crate::pods::{PodId, Pods};

#[derive(Debug)]
enum Record {
    Log(LogRecord),
    Span(Span),
}

#[derive(Debug)]
struct Waiting {
    sent: i64,
    number: u64,
    pod: PodId,
    record: Record,
}

/// Records that wait for their time of sending.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    waiting: Vec<Waiting>,
    number: u64,
}

impl Outbox {
    pub(crate) fn log(&mut self, pod: PodId, sent: i64, log: LogRecord) {
        self.push(pod, sent, Record::Log(log));
    }

    pub(crate) fn span(&mut self, pod: PodId, sent: i64, span: Span) {
        self.push(pod, sent, Record::Span(span));
    }

    fn push(&mut self, pod: PodId, sent: i64, record: Record) {
        self.number += 1;
        self.waiting.push(Waiting { sent, number: self.number, pod, record });
    }

    /// What is sent before `until`, one group a pod.
    pub(crate) fn take(
        &mut self,
        until: i64,
        pods: &Pods,
    ) -> (Option<ExportLogsServiceRequest>, Option<ExportTraceServiceRequest>) {
        let mut due: Vec<Waiting> = self.waiting.extract_if(.., |w| w.sent < until).collect();
        due.sort_by_key(|w| (w.sent, w.number));
        let mut logs: BTreeMap<PodId, Vec<LogRecord>> = BTreeMap::new();
        let mut spans: BTreeMap<PodId, Vec<Span>> = BTreeMap::new();
        for Waiting { sent, number, pod, record } in due {
            match record {
                Record::Log(mut log) => {
                    let observed = sent + 2_000_000 + (number % 61) as i64 * 1_000_000;
                    log.observed_time_unix_nano = time(observed.min(until));
                    logs.entry(pod).or_default().push(log);
                }
                Record::Span(span) => spans.entry(pod).or_default().push(span),
            }
        }
        let logs = ExportLogsServiceRequest {
            resource_logs: logs
                .into_iter()
                .map(|(pod, log_records)| ResourceLogs {
                    resource: Some(pods.all[pod].resource.clone()),
                    scope_logs: vec![ScopeLogs { log_records, ..ScopeLogs::default() }],
                    ..ResourceLogs::default()
                })
                .collect(),
        };
        let traces = ExportTraceServiceRequest {
            resource_spans: spans
                .into_iter()
                .map(|(pod, spans)| ResourceSpans {
                    resource: Some(pods.all[pod].resource.clone()),
                    scope_spans: vec![ScopeSpans {
                        scope: Some(scope("shop.tracing", "1.9.0")),
                        spans,
                        ..ScopeSpans::default()
                    }],
                    ..ResourceSpans::default()
                })
                .collect(),
        };
        ((!logs.resource_logs.is_empty()).then_some(logs), (!traces.resource_spans.is_empty()).then_some(traces))
    }
}
