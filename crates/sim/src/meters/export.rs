//! Builds the metrics of one resource.

use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, Gauge, HistogramDataPoint, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum,
    metric::Data, number_data_point::Value,
};
use opentelemetry_proto::tonic::resource::v1::Resource;

use super::{BOUNDS_S, Histogram};
use crate::otlp::{scope, time};

const CUMULATIVE: i32 = AggregationTemporality::Cumulative as i32;

/// Metrics of one resource at one moment.
#[derive(Debug)]
pub(crate) struct Export {
    at: u64,
    started: u64,
    metrics: Vec<Metric>,
}

impl Export {
    pub(crate) fn new(at: i64, started: i64) -> Self {
        Self { at: time(at), started: time(started), metrics: Vec::new() }
    }

    /// One more point; points of a name that was used last are put together.
    fn push(&mut self, name: &str, unit: &str, data: Data) {
        if let Some(last) = self.metrics.last_mut().filter(|m| m.name == name) {
            match (&mut last.data, data) {
                (Some(Data::Gauge(old)), Data::Gauge(new)) => old.data_points.extend(new.data_points),
                (Some(Data::Sum(old)), Data::Sum(new)) => old.data_points.extend(new.data_points),
                (Some(Data::Histogram(old)), Data::Histogram(new)) => old.data_points.extend(new.data_points),
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
        let count = of.counts.iter().sum();
        let point = HistogramDataPoint {
            attributes,
            start_time_unix_nano: self.started,
            time_unix_nano: self.at,
            count,
            sum: Some(of.sum),
            min: (count > 0).then_some(of.min),
            max: (count > 0).then_some(of.max),
            bucket_counts: of.counts.to_vec(),
            explicit_bounds: BOUNDS_S.to_vec(),
            ..HistogramDataPoint::default()
        };
        let data = opentelemetry_proto::tonic::metrics::v1::Histogram {
            data_points: vec![point],
            aggregation_temporality: CUMULATIVE,
        };
        self.push(name, unit, Data::Histogram(data));
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
