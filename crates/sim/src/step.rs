//! What a run hands out: the export requests of one stretch of event time.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;

/// All that the exporters of the shop send up to a moment. Steps come in order of time; within one, records of a
/// resource are in order of their own time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Step {
    /// The moment of sending: no record was observed later.
    pub at_unix_nano: i64,
    pub logs: Option<ExportLogsServiceRequest>,
    pub metrics: Option<ExportMetricsServiceRequest>,
    pub traces: Option<ExportTraceServiceRequest>,
}

impl Step {
    /// Number of log records, spans and data points.
    #[must_use]
    pub fn records(&self) -> usize {
        self.log_records() + self.spans() + self.points()
    }

    /// The requests as OTLP/JSON, one line each: `{"resourceLogs":[..]}` and so on.
    ///
    /// # Errors
    /// When a number has no JSON form; what a run makes has one.
    pub fn json_lines(&self) -> Result<Vec<String>, serde_json::Error> {
        let mut lines = Vec::new();
        lines.extend(self.logs.as_ref().map(serde_json::to_string).transpose()?);
        lines.extend(self.metrics.as_ref().map(serde_json::to_string).transpose()?);
        lines.extend(self.traces.as_ref().map(serde_json::to_string).transpose()?);
        Ok(lines)
    }

    #[must_use]
    pub fn log_records(&self) -> usize {
        let groups = self.logs.iter().flat_map(|r| &r.resource_logs);
        groups.flat_map(|g| &g.scope_logs).map(|s| s.log_records.len()).sum()
    }

    #[must_use]
    pub fn spans(&self) -> usize {
        let groups = self.traces.iter().flat_map(|r| &r.resource_spans);
        groups.flat_map(|g| &g.scope_spans).map(|s| s.spans.len()).sum()
    }

    /// Data points of all metrics.
    #[must_use]
    pub fn points(&self) -> usize {
        use opentelemetry_proto::tonic::metrics::v1::metric::Data;
        let groups = self.metrics.iter().flat_map(|r| &r.resource_metrics);
        let metrics = groups.flat_map(|g| &g.scope_metrics).flat_map(|s| &s.metrics);
        metrics
            .map(|m| match &m.data {
                Some(Data::Gauge(d)) => d.data_points.len(),
                Some(Data::Sum(d)) => d.data_points.len(),
                Some(Data::Histogram(d)) => d.data_points.len(),
                Some(Data::ExponentialHistogram(d)) => d.data_points.len(),
                Some(Data::Summary(d)) => d.data_points.len(),
                None => 0,
            })
            .sum()
    }
}
