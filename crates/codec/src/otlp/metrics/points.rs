//! Data points to rows, one a point; the table in the model's `metrics` says what each kind fills.

use decant_model::{Batch, MetricKind, MetricPoint, Temporality};

use super::super::histogram::{Side, explicit};
use super::super::rendered::Rendered;
use super::super::resource::{as_pairs, model_resource, scope_attributes};
use super::super::sink::MetricsSink;
use super::super::value::{TooDeep, push_display, push_json_float, push_json_object};
use super::{Buckets, Exemplar, Metric, Point, ResourceMetrics, Series};
use crate::{DecodeError, Limits};

const TEMPORALITIES: [&str; 3] = ["UNSPECIFIED", "DELTA", "CUMULATIVE"];
/// `DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK`: the series ended, there is no value.
const NO_RECORDED_VALUE: u64 = 1;

/// Adds all points to the sink; returns how many.
pub(in super::super) fn append(
    groups: &[ResourceMetrics<'_>],
    limits: &Limits,
    sink: &mut MetricsSink,
    out: &mut Vec<Batch>,
) -> Result<usize, DecodeError> {
    let metrics = groups.iter().flat_map(|g| &g.scope_metrics.0).flat_map(|s| &s.metrics.0);
    let points = metrics.flat_map(Metric::series).map(|(_, series)| series.data_points.0.len()).sum();
    if points > limits.max_records {
        return Err(DecodeError::TooManyRecords { limit: limits.max_records });
    }
    append_checked(groups, limits, sink, out).map_err(|TooDeep| DecodeError::TooDeep { limit: limits.max_depth })?;
    Ok(points)
}

impl<'a> Metric<'a> {
    fn series(&self) -> impl Iterator<Item = (MetricKind, &Series<'a>)> {
        [
            (MetricKind::Gauge, &self.gauge),
            (MetricKind::Sum, &self.sum),
            (MetricKind::Histogram, &self.histogram),
            (MetricKind::ExponentialHistogram, &self.exponential_histogram),
            (MetricKind::Summary, &self.summary),
        ]
        .into_iter()
        .filter_map(|(kind, series)| series.as_ref().map(|s| (kind, s)))
    }
}

#[derive(Default)]
struct Scratch {
    rendered: Rendered,
    bounds: Vec<f64>,
    buckets: Vec<f64>,
    exemplars: String,
    negative: Vec<u64>,
    positive: Vec<u64>,
}

fn append_checked(
    groups: &[ResourceMetrics<'_>],
    limits: &Limits,
    sink: &mut MetricsSink,
    out: &mut Vec<Batch>,
) -> Result<(), TooDeep> {
    let mut scratch = Scratch::default();
    for group in groups {
        let resource = model_resource(group.resource.as_ref(), limits.max_depth)?;
        let mut at = sink.intern(resource.clone());
        for scope in &group.scope_metrics.0 {
            let scope_attributes = scope_attributes(scope.scope.as_ref(), limits.max_depth)?;
            for metric in &scope.metrics.0 {
                for (kind, series) in metric.series() {
                    for point in &series.data_points.0 {
                        let attributes = point.attributes.0.as_slice();
                        scratch.rendered.set(attributes, 0, limits.max_attributes, limits.max_depth)?;
                        scratch.fill(kind, point, limits.max_depth)?;
                        if sink.make_room(metric.name.as_str().len() + scratch.exemplars.len(), out) {
                            at = sink.intern(resource.clone());
                        }
                        let mut row = row(kind, point, &scratch);
                        row.name = metric.name.as_str();
                        row.unit = metric.unit.as_str();
                        let temporality = series.aggregation_temporality.number(&TEMPORALITIES);
                        row.temporality = Temporality::from_number(temporality);
                        row.monotonic = series.is_monotonic.unwrap_or(false);
                        row.resource = at;
                        sink.builder.push(&row, scratch.rendered.pairs(attributes).chain(as_pairs(&scope_attributes)));
                    }
                }
            }
        }
    }
    Ok(())
}

fn row<'a>(kind: MetricKind, point: &Point<'_>, scratch: &'a Scratch) -> MetricPoint<'a> {
    let recorded = point.flags.0 & NO_RECORDED_VALUE == 0;
    let number = matches!(kind, MetricKind::Gauge | MetricKind::Sum);
    let start = point.start_time_unix_nano.time();
    let value = point.as_double.map(|v| v.0).or_else(|| point.as_int.map(|v| v.0 as f64));
    MetricPoint {
        kind,
        time_unix_nano: point.time_unix_nano.time().or(start).unwrap_or(0),
        start_unix_nano: start,
        value: value.filter(|_| number && recorded),
        count: (!number && recorded).then_some(point.count.0),
        sum: point.sum.map(|v| v.0).filter(|_| !number && recorded),
        min: point.min.map(|v| v.0).filter(|_| !number && recorded),
        max: point.max.map(|v| v.0).filter(|_| !number && recorded),
        bounds: &scratch.bounds,
        buckets: &scratch.buckets,
        exemplars: (!scratch.exemplars.is_empty()).then_some(scratch.exemplars.as_str()),
        ..MetricPoint::default()
    }
}

impl Scratch {
    fn fill(&mut self, kind: MetricKind, point: &Point<'_>, depth: usize) -> Result<(), TooDeep> {
        self.bounds.clear();
        self.buckets.clear();
        match kind {
            MetricKind::Gauge | MetricKind::Sum => {}
            MetricKind::Histogram => {
                // The two lists must fit each other; when they do not, the counts cannot be told apart.
                if point.bucket_counts.0.len() == point.explicit_bounds.0.len() + 1 {
                    self.bounds.extend(point.explicit_bounds.0.iter().map(|b| b.0));
                    self.buckets.extend(point.bucket_counts.0.iter().map(|c| c.0 as f64));
                }
            }
            MetricKind::ExponentialHistogram => {
                let negative = side(point.negative.as_ref(), &mut self.negative);
                let positive = side(point.positive.as_ref(), &mut self.positive);
                // Scales beyond these have all their bounds at one value or at infinity.
                let scale = point.scale.0.clamp(-10, 20) as i32;
                let (zeros, threshold) = (point.zero_count.0, point.zero_threshold.0);
                explicit(scale, zeros, threshold, negative, positive, &mut self.bounds, &mut self.buckets);
            }
            MetricKind::Summary => {
                self.bounds.extend(point.quantile_values.0.iter().map(|q| q.quantile.0));
                self.buckets.extend(point.quantile_values.0.iter().map(|q| q.value.0));
            }
        }
        push_exemplars(&point.exemplars.0, &mut self.exemplars, depth)
    }
}

fn side<'a>(buckets: Option<&Buckets>, counts: &'a mut Vec<u64>) -> Side<'a> {
    counts.clear();
    let Some(buckets) = buckets else { return Side::default() };
    counts.extend(buckets.bucket_counts.0.iter().map(|c| c.0));
    Side { offset: i32::try_from(buckets.offset.0).unwrap_or(0), counts }
}

fn push_exemplars(exemplars: &[Exemplar<'_>], out: &mut String, depth: usize) -> Result<(), TooDeep> {
    out.clear();
    for (i, exemplar) in exemplars.iter().enumerate() {
        out.push(if i == 0 { '[' } else { ',' });
        push_display(out, format_args!("{{\"time_unix_nano\":{},\"value\":", exemplar.time_unix_nano.0));
        match (exemplar.as_double, exemplar.as_int) {
            (Some(value), _) => push_json_float(out, value.0),
            (None, Some(value)) => push_display(out, value.0),
            (None, None) => out.push_str("null"),
        }
        if exemplar.trace_id.known().is_some() {
            out.push_str(",\"trace_id\":\"");
            exemplar.trace_id.push_hex(out);
            out.push_str("\",\"span_id\":\"");
            exemplar.span_id.push_hex(out);
            out.push('"');
        }
        out.push_str(",\"attributes\":");
        push_json_object(&exemplar.filtered_attributes.0, out, depth)?;
        out.push('}');
    }
    if !exemplars.is_empty() {
        out.push(']');
    }
    Ok(())
}
