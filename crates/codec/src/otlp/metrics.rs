//! The five kinds of OTLP metrics as borrowed structs. How they become rows is in `points`.

mod points;

use opentelemetry_proto::tonic::metrics::v1 as proto;
use serde::Deserialize;

use super::ids::Id;
use super::lenient::{Choice, Float, List, Signed, Text, Unsigned};
use super::resource::{Resource, Scope};
use super::value::{KeyValue, pairs};

pub(super) use points::append;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ResourceMetrics<'a> {
    #[serde(borrow)]
    resource: Option<Resource<'a>>,
    #[serde(borrow, rename = "scopeMetrics", alias = "scope_metrics", alias = "instrumentationLibraryMetrics")]
    scope_metrics: List<ScopeMetrics<'a>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct ScopeMetrics<'a> {
    #[serde(borrow, alias = "instrumentationLibrary")]
    scope: Option<Scope<'a>>,
    #[serde(borrow)]
    metrics: List<Metric<'a>>,
}

/// A metric has one of the five; JSON that has several has all its points taken.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Metric<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    unit: Text<'a>,
    #[serde(borrow)]
    gauge: Option<Series<'a>>,
    #[serde(borrow)]
    sum: Option<Series<'a>>,
    #[serde(borrow)]
    histogram: Option<Series<'a>>,
    #[serde(borrow, alias = "exponential_histogram")]
    exponential_histogram: Option<Series<'a>>,
    #[serde(borrow)]
    summary: Option<Series<'a>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Series<'a> {
    #[serde(borrow, alias = "data_points")]
    data_points: List<Point<'a>>,
    #[serde(borrow, alias = "aggregation_temporality")]
    aggregation_temporality: Choice<'a>,
    #[serde(alias = "is_monotonic")]
    is_monotonic: Option<bool>,
}

/// The fields of all kinds of points; the kind says which of them count.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Point<'a> {
    #[serde(borrow)]
    attributes: List<KeyValue<'a>>,
    #[serde(alias = "start_time_unix_nano")]
    start_time_unix_nano: Unsigned,
    #[serde(alias = "time_unix_nano")]
    time_unix_nano: Unsigned,
    #[serde(borrow)]
    exemplars: List<Exemplar<'a>>,
    flags: Unsigned,
    #[serde(alias = "as_double")]
    as_double: Option<Float>,
    #[serde(alias = "as_int")]
    as_int: Option<Signed>,
    count: Unsigned,
    sum: Option<Float>,
    min: Option<Float>,
    max: Option<Float>,
    #[serde(alias = "bucket_counts")]
    bucket_counts: List<Unsigned>,
    #[serde(alias = "explicit_bounds")]
    explicit_bounds: List<Float>,
    scale: Signed,
    #[serde(alias = "zero_count")]
    zero_count: Unsigned,
    #[serde(alias = "zero_threshold")]
    zero_threshold: Float,
    positive: Option<Buckets>,
    negative: Option<Buckets>,
    #[serde(alias = "quantile_values")]
    quantile_values: List<Quantile>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Buckets {
    offset: Signed,
    #[serde(alias = "bucket_counts")]
    bucket_counts: List<Unsigned>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
struct Quantile {
    quantile: Float,
    value: Float,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Exemplar<'a> {
    #[serde(borrow, alias = "filtered_attributes")]
    filtered_attributes: List<KeyValue<'a>>,
    #[serde(alias = "time_unix_nano")]
    time_unix_nano: Unsigned,
    #[serde(alias = "trace_id")]
    trace_id: Id<16>,
    #[serde(alias = "span_id")]
    span_id: Id<8>,
    #[serde(alias = "as_double")]
    as_double: Option<Float>,
    #[serde(alias = "as_int")]
    as_int: Option<Signed>,
}

impl<'a> From<&'a proto::ResourceMetrics> for ResourceMetrics<'a> {
    fn from(group: &'a proto::ResourceMetrics) -> Self {
        Self {
            resource: group.resource.as_ref().map(Resource::from),
            scope_metrics: List(group.scope_metrics.iter().map(ScopeMetrics::from).collect()),
        }
    }
}

impl<'a> From<&'a proto::ScopeMetrics> for ScopeMetrics<'a> {
    fn from(group: &'a proto::ScopeMetrics) -> Self {
        Self {
            scope: group.scope.as_ref().map(Scope::from),
            metrics: List(group.metrics.iter().map(Metric::from).collect()),
        }
    }
}

impl<'a> From<&'a proto::Metric> for Metric<'a> {
    fn from(metric: &'a proto::Metric) -> Self {
        use proto::metric::Data;
        let mut out = Self { name: metric.name.as_str().into(), unit: metric.unit.as_str().into(), ..Self::default() };
        match &metric.data {
            Some(Data::Gauge(data)) => out.gauge = Some(Series::new(&data.data_points, 0, None)),
            Some(Data::Sum(data)) => {
                out.sum = Some(Series::new(&data.data_points, data.aggregation_temporality, Some(data.is_monotonic)));
            }
            Some(Data::Histogram(data)) => {
                out.histogram = Some(Series::new(&data.data_points, data.aggregation_temporality, None));
            }
            Some(Data::ExponentialHistogram(data)) => {
                out.exponential_histogram = Some(Series::new(&data.data_points, data.aggregation_temporality, None));
            }
            Some(Data::Summary(data)) => out.summary = Some(Series::new(&data.data_points, 0, None)),
            None => {}
        }
        out
    }
}

impl<'a> Series<'a> {
    fn new<P>(points: &'a [P], temporality: i32, is_monotonic: Option<bool>) -> Self
    where
        Point<'a>: From<&'a P>,
    {
        Self {
            data_points: List(points.iter().map(Point::from).collect()),
            aggregation_temporality: Choice::Number(temporality),
            is_monotonic,
        }
    }
}

impl<'a> From<&'a proto::NumberDataPoint> for Point<'a> {
    fn from(point: &'a proto::NumberDataPoint) -> Self {
        use proto::number_data_point::Value;
        let (as_double, as_int) = match point.value {
            Some(Value::AsDouble(value)) => (Some(Float(value)), None),
            Some(Value::AsInt(value)) => (None, Some(Signed(value))),
            None => (None, None),
        };
        Self {
            attributes: pairs(&point.attributes),
            start_time_unix_nano: Unsigned(point.start_time_unix_nano),
            time_unix_nano: Unsigned(point.time_unix_nano),
            exemplars: exemplars(&point.exemplars),
            flags: Unsigned(point.flags.into()),
            as_double,
            as_int,
            ..Self::default()
        }
    }
}

impl<'a> From<&'a proto::HistogramDataPoint> for Point<'a> {
    fn from(point: &'a proto::HistogramDataPoint) -> Self {
        Self {
            attributes: pairs(&point.attributes),
            start_time_unix_nano: Unsigned(point.start_time_unix_nano),
            time_unix_nano: Unsigned(point.time_unix_nano),
            exemplars: exemplars(&point.exemplars),
            flags: Unsigned(point.flags.into()),
            count: Unsigned(point.count),
            sum: point.sum.map(Float),
            min: point.min.map(Float),
            max: point.max.map(Float),
            bucket_counts: List(point.bucket_counts.iter().copied().map(Unsigned).collect()),
            explicit_bounds: List(point.explicit_bounds.iter().copied().map(Float).collect()),
            ..Self::default()
        }
    }
}

impl<'a> From<&'a proto::ExponentialHistogramDataPoint> for Point<'a> {
    fn from(point: &'a proto::ExponentialHistogramDataPoint) -> Self {
        let side = |side: &Option<proto::exponential_histogram_data_point::Buckets>| {
            side.as_ref().map(|b| Buckets {
                offset: Signed(b.offset.into()),
                bucket_counts: List(b.bucket_counts.iter().copied().map(Unsigned).collect()),
            })
        };
        Self {
            attributes: pairs(&point.attributes),
            start_time_unix_nano: Unsigned(point.start_time_unix_nano),
            time_unix_nano: Unsigned(point.time_unix_nano),
            exemplars: exemplars(&point.exemplars),
            flags: Unsigned(point.flags.into()),
            count: Unsigned(point.count),
            sum: point.sum.map(Float),
            min: point.min.map(Float),
            max: point.max.map(Float),
            scale: Signed(point.scale.into()),
            zero_count: Unsigned(point.zero_count),
            zero_threshold: Float(point.zero_threshold),
            positive: side(&point.positive),
            negative: side(&point.negative),
            ..Self::default()
        }
    }
}

impl<'a> From<&'a proto::SummaryDataPoint> for Point<'a> {
    fn from(point: &'a proto::SummaryDataPoint) -> Self {
        Self {
            attributes: pairs(&point.attributes),
            start_time_unix_nano: Unsigned(point.start_time_unix_nano),
            time_unix_nano: Unsigned(point.time_unix_nano),
            flags: Unsigned(point.flags.into()),
            count: Unsigned(point.count),
            sum: Some(Float(point.sum)),
            quantile_values: List(
                point
                    .quantile_values
                    .iter()
                    .map(|q| Quantile { quantile: Float(q.quantile), value: Float(q.value) })
                    .collect(),
            ),
            ..Self::default()
        }
    }
}

fn exemplars(exemplars: &[proto::Exemplar]) -> List<Exemplar<'_>> {
    use proto::exemplar::Value;
    List(
        exemplars
            .iter()
            .map(|e| {
                let (as_double, as_int) = match e.value {
                    Some(Value::AsDouble(value)) => (Some(Float(value)), None),
                    Some(Value::AsInt(value)) => (None, Some(Signed(value))),
                    None => (None, None),
                };
                Exemplar {
                    filtered_attributes: pairs(&e.filtered_attributes),
                    time_unix_nano: Unsigned(e.time_unix_nano),
                    trace_id: Id::from_bytes(&e.trace_id),
                    span_id: Id::from_bytes(&e.span_id),
                    as_double,
                    as_int,
                }
            })
            .collect(),
    )
}
