//! Builds the metrics of one resource.

use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::metrics::v1::exponential_histogram_data_point::Buckets;
use opentelemetry_proto::tonic::metrics::v1::summary_data_point::ValueAtQuantile;
use opentelemetry_proto::tonic::metrics::v1::{
    self as metrics, AggregationTemporality, Exemplar, ExponentialHistogramDataPoint, Gauge, HistogramDataPoint,
    Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, SummaryDataPoint, exemplar, metric::Data,
    number_data_point::Value,
};
use opentelemetry_proto::tonic::resource::v1::Resource;

use super::{BOUNDS_S, Histogram, SCALE};
use crate::otlp::{scope, time};

const CUMULATIVE: i32 = AggregationTemporality::Cumulative as i32;

/// The forms that SDKs and exporters of the field have for durations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durations {
    /// Explicit buckets since the process began.
    Cumulative,
    /// Explicit buckets since the last export.
    Delta { since: i64 },
    /// Exponential buckets since the process began.
    Exponential,
}

/// Metrics of one resource at one moment.
#[derive(Debug)]
pub(crate) struct Export {
    at: u64,
    started: u64,
    durations: Durations,
    metrics: Vec<Metric>,
}

impl Export {
    pub(crate) fn new(at: i64, started: i64) -> Self {
        Self { at: time(at), started: time(started), durations: Durations::Cumulative, metrics: Vec::new() }
    }

    /// In which form histograms of durations are sent.
    pub(crate) fn with_durations(mut self, durations: Durations) -> Self {
        self.durations = durations;
        self
    }

    /// One more point; points of a name that was used last are put together.
    fn push(&mut self, name: &str, unit: &str, data: Data) {
        if let Some(last) = self.metrics.last_mut().filter(|m| m.name == name) {
            match (&mut last.data, data) {
                (Some(Data::Gauge(old)), Data::Gauge(new)) => old.data_points.extend(new.data_points),
                (Some(Data::Sum(old)), Data::Sum(new)) => old.data_points.extend(new.data_points),
                (Some(Data::Histogram(old)), Data::Histogram(new)) => old.data_points.extend(new.data_points),
                (Some(Data::ExponentialHistogram(old)), Data::ExponentialHistogram(new)) => {
                    old.data_points.extend(new.data_points);
                }
                _ => {}
            }
            return;
        }
        let metric = Metric { name: name.to_owned(), unit: unit.to_owned(), data: Some(data), ..Metric::default() };
        self.metrics.push(metric);
    }

    fn number(&self, value: Value, attributes: Vec<KeyValue>, is_sum: bool) -> NumberDataPoint {
        NumberDataPoint {
            attributes,
            start_time_unix_nano: if is_sum { self.started } else { 0 },
            time_unix_nano: self.at,
            value: Some(value),
            ..NumberDataPoint::default()
        }
    }

    pub(crate) fn gauge(&mut self, name: &str, unit: &str, value: f64, attributes: Vec<KeyValue>) {
        let point = self.number(Value::AsDouble(value), attributes, false);
        self.push(name, unit, Data::Gauge(Gauge { data_points: vec![point] }));
    }

    pub(crate) fn whole(&mut self, name: &str, unit: &str, value: f64, attributes: Vec<KeyValue>) {
        let point = self.number(Value::AsInt(value.round() as i64), attributes, false);
        self.push(name, unit, Data::Gauge(Gauge { data_points: vec![point] }));
    }

    /// A level that goes up and down, as OpenTelemetry's up-down counters are sent.
    pub(crate) fn level(&mut self, name: &str, unit: &str, value: f64, attributes: Vec<KeyValue>) {
        let point = self.number(Value::AsInt(value.round() as i64), attributes, true);
        let sum = Sum { data_points: vec![point], aggregation_temporality: CUMULATIVE, is_monotonic: false };
        self.push(name, unit, Data::Sum(sum));
    }

    pub(crate) fn count(&mut self, name: &str, unit: &str, value: f64, attributes: Vec<KeyValue>) {
        let value = if unit == "s" { Value::AsDouble(value) } else { Value::AsInt(value as i64) };
        let point = self.number(value, attributes, true);
        let sum = Sum { data_points: vec![point], aggregation_temporality: CUMULATIVE, is_monotonic: true };
        self.push(name, unit, Data::Sum(sum));
    }

    pub(crate) fn histogram(&mut self, name: &str, unit: &str, of: &Histogram, attributes: Vec<KeyValue>) {
        let data = match self.durations {
            Durations::Exponential => self.exponential(of, attributes),
            Durations::Cumulative => self.explicit(of, attributes, self.started, CUMULATIVE),
            Durations::Delta { since } => {
                self.explicit(of, attributes, time(since), AggregationTemporality::Delta as i32)
            }
        };
        self.push(name, unit, data);
    }

    fn explicit(&self, of: &Histogram, attributes: Vec<KeyValue>, since: u64, aggregation_temporality: i32) -> Data {
        let count = of.counts.iter().sum();
        let point = HistogramDataPoint {
            attributes,
            start_time_unix_nano: since,
            time_unix_nano: self.at,
            count,
            sum: Some(of.sum),
            min: (count > 0).then_some(of.min),
            max: (count > 0).then_some(of.max),
            bucket_counts: of.counts.to_vec(),
            explicit_bounds: BOUNDS_S.to_vec(),
            exemplars: self.exemplars(of),
            ..HistogramDataPoint::default()
        };
        Data::Histogram(metrics::Histogram { data_points: vec![point], aggregation_temporality })
    }

    fn exponential(&self, of: &Histogram, attributes: Vec<KeyValue>) -> Data {
        let (first, last) = (of.fine.keys().next(), of.fine.keys().next_back());
        let positive = first.zip(last).map(|(first, last)| Buckets {
            offset: *first,
            bucket_counts: (*first..=*last).map(|at| of.fine.get(&at).copied().unwrap_or(0)).collect(),
        });
        let count = of.counts.iter().sum();
        let point = ExponentialHistogramDataPoint {
            attributes,
            start_time_unix_nano: self.started,
            time_unix_nano: self.at,
            count,
            sum: Some(of.sum),
            min: (count > 0).then_some(of.min),
            max: (count > 0).then_some(of.max),
            scale: SCALE,
            positive,
            exemplars: self.exemplars(of),
            ..ExponentialHistogramDataPoint::default()
        };
        let data_points = vec![point];
        Data::ExponentialHistogram(metrics::ExponentialHistogram { data_points, aggregation_temporality: CUMULATIVE })
    }

    /// The newest request, when it is over by now.
    fn exemplars(&self, of: &Histogram) -> Vec<Exemplar> {
        let newest = of.exemplar.iter().filter(|(_, _, end)| time(*end) <= self.at);
        newest
            .map(|(seconds, context, end)| Exemplar {
                time_unix_nano: time(*end),
                trace_id: context.trace.to_vec(),
                span_id: context.span.to_vec(),
                value: Some(exemplar::Value::AsDouble(*seconds)),
                ..Exemplar::default()
            })
            .collect()
    }

    /// Quantiles as a Prometheus client has them.
    pub(crate) fn summary(&mut self, name: &str, unit: &str, of: &Histogram, attributes: Vec<KeyValue>) {
        let count: u64 = of.counts.iter().sum();
        let mean = if count > 0 { of.sum / count as f64 } else { 0.0 };
        let low = if count > 0 { of.min } else { 0.0 };
        let quantile = |quantile: f64, value: f64| ValueAtQuantile { quantile, value };
        let point = SummaryDataPoint {
            attributes,
            start_time_unix_nano: self.started,
            time_unix_nano: self.at,
            count,
            sum: of.sum,
            quantile_values: vec![quantile(0.0, low), quantile(0.5, mean), quantile(1.0, of.max)],
            ..SummaryDataPoint::default()
        };
        self.push(name, unit, Data::Summary(metrics::Summary { data_points: vec![point] }));
    }

    pub(crate) fn finish(self, resource: Resource, scope_name: &str) -> ResourceMetrics {
        ResourceMetrics {
            resource: Some(resource),
            scope_metrics: vec![ScopeMetrics {
                scope: Some(scope(scope_name, "0.48.0")),
                metrics: self.metrics,
                ..ScopeMetrics::default()
            }],
            ..ResourceMetrics::default()
        }
    }
}
