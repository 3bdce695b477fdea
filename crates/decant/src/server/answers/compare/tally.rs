//! Counts, errors and means of one window by what was logged, called or measured.
//!
//! A window is cut into equal **slices**, so that what varies from slice to slice by itself is not taken for a difference.
//! Cumulative series are no numbers but counters ([`counters`]). Beyond a number of rows only the newest are looked
//! through; then the stretch that they cover is told, and all rates are those of that stretch.

mod counters;

use std::collections::BTreeMap;

use decant_model::arrow_array::Array as _;
use decant_model::{Batch, MetricKind, Rows, Signal, StatusCode, Temporality};
use decant_store::{ScanRequest, Store};

use super::Span;
use counters::Counters;

/// Rows of one signal that are looked through, the newest first.
const ROWS_MAX: usize = 1_000_000;
/// Things told apart; rows of others are left out, and the answer says so.
const KEYS_MAX: usize = 100_000;
/// Parts of a window.
pub(super) const SLICES: usize = 12;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Of {
    Logs,
    Spans,
    Metrics,
}

impl Of {
    pub(super) const ALL: [Self; 3] = [Self::Logs, Self::Spans, Self::Metrics];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Logs => "log",
            Self::Spans => "span",
            Self::Metrics => "metric",
        }
    }

    /// Whether the number of rows says something of the system; of points it says how often they are sampled.
    pub(super) fn counts(self) -> bool {
        self != Self::Metrics
    }

    pub(super) fn unit(self) -> &'static str {
        if self == Self::Spans { " ms" } else { "" }
    }

    fn signal(self) -> Signal {
        match self {
            Self::Logs => Signal::Logs,
            Self::Spans => Signal::Traces,
            Self::Metrics => Signal::Metrics,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) signal: Of,
    pub(super) service: String,
    /// Template, operation or metric.
    pub(super) name: String,
}

/// Rows, errors and values of a slice.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Slice {
    pub(super) rows: u64,
    pub(super) errors: u64,
    pub(super) values: u64,
    pub(super) sum: f64,
}

impl Slice {
    fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.errors += other.errors;
        self.values += other.values;
        self.sum += other.sum;
    }

    pub(super) fn mean(&self) -> Option<f64> {
        (self.values > 0).then(|| self.sum / self.values as f64).filter(|mean| mean.is_finite())
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Totals {
    pub(super) slices: [Slice; SLICES],
    /// Increase a minute of cumulative series, all together, and from how many points it is known.
    pub(super) rate_per_min: f64,
    pub(super) rate_points: u64,
}

impl Totals {
    pub(super) fn all(&self) -> Slice {
        let mut all = Slice::default();
        self.slices.iter().for_each(|slice| all.add(*slice));
        all
    }

    fn add(&mut self, other: &Self) {
        self.slices.iter_mut().zip(other.slices).for_each(|(slice, other)| slice.add(other));
        self.rate_per_min += other.rate_per_min;
        self.rate_points += other.rate_points;
    }
}

#[derive(Debug)]
pub(super) struct Tally {
    span: Span,
    pub(super) totals: BTreeMap<Key, Totals>,
    /// Logs by service and shape, until the shapes have names.
    shapes: BTreeMap<(String, u64), Totals>,
    counters: Counters,
    /// Where the rows that were looked through begin, by signal, where that is not all.
    pub(super) covered_from: BTreeMap<Of, i64>,
    /// Times of the first and the last row.
    pub(super) heard: Option<(i64, i64)>,
    /// Rows were left out for want of room, or could not be read.
    pub(super) is_partial: bool,
}

impl Tally {
    /// An empty one of a window.
    pub(super) fn new(span: Span) -> Self {
        Self {
            span,
            totals: BTreeMap::new(),
            shapes: BTreeMap::new(),
            counters: Counters::default(),
            covered_from: BTreeMap::new(),
            heard: None,
            is_partial: false,
        }
    }

    pub(super) fn of(store: &Store, span: Span, service: Option<&str>) -> Self {
        let mut tally = Self::new(span);
        for of in Of::ALL {
            let request = ScanRequest {
                from_unix_nano: Some(span.from),
                to_unix_nano: Some(span.to),
                services: service.map(|service| vec![service.to_owned()]),
                newest_first: true,
                rows_max: Some(ROWS_MAX),
                ..ScanRequest::of(of.signal())
            };
            let (mut rows, mut first) = (0, span.to);
            for batch in store.scan(&request) {
                match batch {
                    Ok(batch) => {
                        rows += batch.len();
                        first = first.min(tally.take(&batch));
                    }
                    Err(error) => {
                        tally.is_partial = true;
                        tracing::warn!(%error, "a segment could not be read for an answer");
                    }
                }
            }
            if rows >= ROWS_MAX {
                tally.covered_from.insert(of, first.max(span.from));
            }
        }
        tally.finish();
        tally
    }

    /// Minutes of the window that the rows of a signal cover.
    pub(super) fn minutes(&self, of: Of) -> f64 {
        let from = self.covered_from.get(&of).copied().unwrap_or(self.span.from);
        Span { from, to: self.span.to }.minutes()
    }

    pub(super) fn shapes(&self) -> impl Iterator<Item = u64> {
        self.shapes.keys().map(|(_, shape)| *shape)
    }

    /// Shapes of one template put together under its text.
    pub(super) fn named(mut self, names: &BTreeMap<u64, (u64, String)>) -> Self {
        for ((service, shape), totals) in std::mem::take(&mut self.shapes) {
            let name = names.get(&shape).map_or_else(|| format!("shape {shape:016x}"), |(_, text)| text.clone());
            self.totals.entry(Key { signal: Of::Logs, service, name }).or_default().add(&totals);
        }
        self
    }

    /// Counters become rates once all their points are there.
    pub(super) fn finish(&mut self) {
        for (key, rate_per_min, points) in std::mem::take(&mut self.counters).rates() {
            if self.totals.len() >= KEYS_MAX && !self.totals.contains_key(&key) {
                self.is_partial = true;
                continue;
            }
            let rated = Totals { rate_per_min, rate_points: points, ..Totals::default() };
            self.totals.entry(key).or_default().add(&rated);
        }
    }

    fn slice(&self, time: i64) -> usize {
        let (length, since) = (self.span.to.saturating_sub(self.span.from).max(1), time.saturating_sub(self.span.from));
        ((since.max(0) as f64 / length as f64 * SLICES as f64) as usize).min(SLICES - 1)
    }

    /// Takes a batch; the time of its first row.
    pub(super) fn take(&mut self, batch: &Batch) -> i64 {
        let (mut first, mut last) = (i64::MAX, i64::MIN);
        let mut at = |time: i64| {
            (first, last) = (first.min(time), last.max(time));
            time
        };
        match &batch.rows {
            Rows::Logs(logs) => {
                // Neighbours are mostly of one kind: a map of the batch's own first.
                let mut found: BTreeMap<(u32, u64), Totals> = BTreeMap::new();
                for row in 0..logs.len() {
                    let slice = self.slice(logs.time(row).map_or(self.span.from, &mut at));
                    let totals = found.entry((logs.resource.value(row), logs.shape_id.value(row))).or_default();
                    let records = logs.records(row);
                    let errors = if logs.severity(row).is_error() { records } else { 0 };
                    totals.slices[slice].add(Slice { rows: records, errors, ..Slice::default() });
                }
                for ((resource, shape), totals) in found {
                    let key = (batch.service(resource).to_owned(), shape);
                    if self.shapes.len() >= KEYS_MAX && !self.shapes.contains_key(&key) {
                        self.is_partial = true;
                        continue;
                    }
                    self.shapes.entry(key).or_default().add(&totals);
                }
            }
            Rows::Traces(spans) => {
                let mut found: BTreeMap<(u32, &str), Totals> = BTreeMap::new();
                for row in 0..spans.len() {
                    let (start, end) = (spans.start_unix_nano.value(row), spans.end_unix_nano.value(row));
                    let millis = end.saturating_sub(start) as f64 / 1e6;
                    let is_timed = spans.end_unix_nano.is_valid(row);
                    let slice = self.slice(at(start));
                    let totals = found.entry((spans.resource.value(row), spans.name.value(row))).or_default();
                    totals.slices[slice].add(Slice {
                        rows: 1,
                        errors: u64::from(spans.status(row) == StatusCode::Error),
                        values: u64::from(is_timed),
                        sum: if is_timed { millis } else { 0.0 },
                    });
                }
                self.put(batch, Of::Spans, found);
            }
            Rows::Metrics(points) => {
                let mut found: BTreeMap<(u32, &str), Totals> = BTreeMap::new();
                for row in (0..points.len()).filter(|&row| points.value.is_valid(row)) {
                    let (value, resource, name) =
                        (points.value.value(row), points.resource.value(row), points.name.value(row));
                    let time = at(points.time_unix_nano.value(row));
                    if !value.is_finite() {
                        continue;
                    }
                    let is_counter = points.kind(row) == MetricKind::Sum
                        && points.temporality(row) == Temporality::Cumulative
                        && points.monotonic.value(row);
                    if is_counter {
                        let instance = batch.resources.get(resource).map_or(0, |r| r.id());
                        let attributes = points.attributes.of(row);
                        let key = || Key {
                            signal: Of::Metrics,
                            service: batch.service(resource).to_owned(),
                            name: name.to_owned(),
                        };
                        self.is_partial |=
                            !self.counters.take(instance, name, attributes, (time, value), key, KEYS_MAX);
                        continue;
                    }
                    let slice = self.slice(time);
                    let point = Slice { rows: 1, values: 1, sum: value, ..Slice::default() };
                    found.entry((resource, name)).or_default().slices[slice].add(point);
                }
                self.put(batch, Of::Metrics, found);
            }
        }
        if first <= last {
            let heard = self.heard.get_or_insert((first, last));
            *heard = (heard.0.min(first), heard.1.max(last));
        }
        first
    }

    fn put(&mut self, batch: &Batch, signal: Of, found: BTreeMap<(u32, &str), Totals>) {
        for ((resource, name), totals) in found {
            let key = Key { signal, service: batch.service(resource).to_owned(), name: name.to_owned() };
            if self.totals.len() >= KEYS_MAX && !self.totals.contains_key(&key) {
                self.is_partial = true;
                continue;
            }
            self.totals.entry(key).or_default().add(&totals);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use decant_model::{
        LogRecord, LogsBuilder, MetricPoint, MetricsBuilder, Position, Resource, ResourceTable, Severity, SpanRecord,
        SpansBuilder,
    };

    const MINUTE: i64 = 60_000_000_000;

    fn batch(rows: impl FnOnce(u32) -> Rows) -> Batch {
        let mut resources = ResourceTable::default();
        let cart = resources.intern(Resource::new([("service.name".to_owned(), "cart".to_owned())]));
        Batch { position: Position::default(), resources, rows: rows(cart) }
    }

    fn tallied(batches: &[Batch]) -> Tally {
        let mut tally = Tally::new(Span { from: 0, to: 12 * MINUTE });
        for batch in batches {
            tally.take(batch);
        }
        tally.finish();
        tally.named(&BTreeMap::from([(7, (70, "sold <num>".to_owned()))]))
    }

    fn of(tally: &Tally, signal: Of, name: &str) -> Totals {
        tally
            .totals
            .get(&Key { signal, service: "cart".to_owned(), name: name.to_owned() })
            .copied()
            .unwrap_or_default()
    }

    #[test]
    fn logs_are_counted_by_template_and_slice() {
        let logs = |shape: u64, minutes: &[i64], severity| {
            batch(|resource| {
                let mut logs = LogsBuilder::default();
                for minute in minutes {
                    let time_unix_nano = Some(minute * MINUTE);
                    logs.push(&LogRecord { time_unix_nano, severity, resource, body: "x", ..LogRecord::default() }, []);
                }
                let mut logs = logs.finish();
                logs.shape_id = vec![shape; minutes.len()].into();
                Rows::Logs(logs)
            })
        };
        let tally = tallied(&[logs(7, &[0, 0, 11], Severity::INFO), logs(8, &[5], Severity::ERROR)]);
        let sold = of(&tally, Of::Logs, "sold <num>");
        assert_eq!((sold.slices[0].rows, sold.slices[11].rows, sold.all().errors), (2, 1, 0));
        assert_eq!(of(&tally, Of::Logs, "shape 0000000000000008").slices[5].errors, 1);
        assert_eq!(tally.heard, Some((0, 11 * MINUTE)));
    }

    #[test]
    fn spans_are_counted_with_their_errors_and_durations() {
        let tally = tallied(&[batch(|resource| {
            let mut spans = SpansBuilder::default();
            for (minute, ms, status) in [(1, 10, StatusCode::Unset), (1, 30, StatusCode::Error)] {
                let start_unix_nano = minute * MINUTE;
                let end_unix_nano = start_unix_nano + ms * 1_000_000;
                spans.push(
                    &SpanRecord {
                        start_unix_nano,
                        end_unix_nano,
                        name: "add",
                        status,
                        resource,
                        ..SpanRecord::default()
                    },
                    [],
                );
            }
            Rows::Traces(spans.finish())
        })]);
        let add = of(&tally, Of::Spans, "add").slices[1];
        assert_eq!((add.rows, add.errors, add.mean()), (2, 1, Some(20.0)));
    }

    #[test]
    fn cumulative_sums_are_rates_and_gauges_are_means() {
        let points = |kind, values: &[(i64, f64)]| {
            batch(|resource| {
                let mut metrics = MetricsBuilder::default();
                for (minute, value) in values {
                    metrics.push(
                        &MetricPoint {
                            name: if kind == MetricKind::Sum { "requests" } else { "queue" },
                            kind,
                            temporality: Temporality::Cumulative,
                            monotonic: kind == MetricKind::Sum,
                            time_unix_nano: minute * MINUTE,
                            value: Some(*value),
                            resource,
                            ..MetricPoint::default()
                        },
                        [],
                    );
                }
                Rows::Metrics(metrics.finish())
            })
        };
        // 100 and 100, then begun anew: 40.
        let tally = tallied(&[
            points(MetricKind::Sum, &[(3, 1_200.0), (4, 40.0)]),
            points(MetricKind::Sum, &[(1, 1_000.0), (2, 1_100.0)]),
            points(MetricKind::Gauge, &[(1, 4.0), (2, 6.0), (3, f64::NAN)]),
        ]);
        let requests = of(&tally, Of::Metrics, "requests");
        assert_eq!((requests.rate_per_min, requests.rate_points, requests.all().mean()), (80.0, 4, None));
        assert_eq!(of(&tally, Of::Metrics, "queue").all().mean(), Some(5.0));
    }

    #[test]
    fn processes_that_follow_each_other_grow_no_faster_than_one() {
        // Sixty a minute; each process counts from zero, six points of ten seconds.
        let pods = |apart: i64| {
            let mut resources = ResourceTable::default();
            let mut metrics = MetricsBuilder::default();
            for pod in 0..10 {
                let named = |key: &str, value: &str| (key.to_owned(), value.to_owned());
                let attributes = [named("service.name", "cart"), named("service.instance.id", &pod.to_string())];
                let resource = resources.intern(Resource::new(attributes));
                for point in 0..=6 {
                    let point = MetricPoint {
                        name: "requests",
                        kind: MetricKind::Sum,
                        temporality: Temporality::Cumulative,
                        monotonic: true,
                        time_unix_nano: pod * apart + point * MINUTE / 6,
                        value: Some(10.0 * point as f64),
                        resource,
                        ..MetricPoint::default()
                    };
                    metrics.push(&point, []);
                }
            }
            let batch = Batch { position: Position::default(), resources, rows: Rows::Metrics(metrics.finish()) };
            of(&tallied(&[batch]), Of::Metrics, "requests").rate_per_min
        };
        for (apart, expected) in [(MINUTE, 60.0), (0, 600.0)] {
            assert!((pods(apart) - expected).abs() < 1e-6, "{apart}: {}", pods(apart));
        }
    }

    #[test]
    fn rates_are_those_of_the_stretch_that_was_looked_through() {
        let mut tally = tallied(&[]);
        assert!((tally.minutes(Of::Logs) - 12.0).abs() < 1e-9);
        tally.covered_from.insert(Of::Logs, 9 * MINUTE);
        assert!((tally.minutes(Of::Logs) - 3.0).abs() < 1e-9 && (tally.minutes(Of::Spans) - 12.0).abs() < 1e-9);
    }
}
