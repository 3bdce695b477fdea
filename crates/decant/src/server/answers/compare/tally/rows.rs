//! Rows of a batch, counted in.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use decant_model::arrow_array::Array as _;
use decant_model::{Batch, MetricKind, Metrics, Rows, StatusCode, Temporality};

use super::{Buckets, KEYS_MAX, Key, Of, SLICES, Slice, Tally, Totals};

impl Tally {
    pub(super) fn slice(&self, time: i64) -> usize {
        let (length, since) = (self.span.to.saturating_sub(self.span.from).max(1), time.saturating_sub(self.span.from));
        ((since.max(0) as f64 / length as f64 * SLICES as f64) as usize).min(SLICES - 1)
    }

    /// Takes a batch; the time of its first row.
    pub(in super::super) fn take(&mut self, batch: &Batch) -> i64 {
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
                        squares: if is_timed { millis * millis } else { 0.0 },
                    });
                }
                self.put(batch, Of::Spans, found);
            }
            Rows::Metrics(points) => {
                for row in 0..points.len() {
                    at(points.time_unix_nano.value(row));
                }
                self.take_points(batch, points);
            }
        }
        if first <= last {
            let heard = self.heard.get_or_insert((first, last));
            *heard = (heard.0.min(first), heard.1.max(last));
        }
        first
    }

    fn take_points(&mut self, batch: &Batch, points: &Metrics) {
        let mut found: BTreeMap<(u32, &str), Totals> = BTreeMap::new();
        for row in 0..points.len() {
            let (resource, name) = (points.resource.value(row), points.name.value(row));
            let time = points.time_unix_nano.value(row);
            let key =
                || Key { signal: Of::Metrics, service: batch.service(resource).to_owned(), name: name.to_owned() };
            let id = || {
                let mut hasher = DefaultHasher::new();
                (batch.resources.get(resource).map_or(0, |r| r.id()), name).hash(&mut hasher);
                points.attributes.of(row).for_each(|attribute| attribute.hash(&mut hasher));
                hasher.finish()
            };
            let kind = points.kind(row);
            if !matches!(kind, MetricKind::Gauge | MetricKind::Sum) {
                if points.count.is_null(row) || points.sum.is_null(row) || !points.sum.value(row).is_finite() {
                    continue;
                }
                let point = (time, points.count.value(row) as f64, points.sum.value(row));
                let is_delta = points.temporality(row) == Temporality::Delta;
                let buckets = match kind {
                    MetricKind::Summary => Buckets::default(),
                    _ => Buckets::new(&points.bounds(row), &points.buckets(row)),
                };
                self.is_partial |= !self.distributions.take(id(), is_delta, point, buckets, key, KEYS_MAX);
                continue;
            }
            if points.value.is_null(row) || !points.value.value(row).is_finite() {
                continue;
            }
            let value = points.value.value(row);
            let is_counter = kind == MetricKind::Sum
                && points.temporality(row) == Temporality::Cumulative
                && points.monotonic.value(row);
            if is_counter {
                self.is_partial |= !self.counters.take(id(), (time, value), key, KEYS_MAX);
                continue;
            }
            let slice = self.slice(time);
            let point = Slice { rows: 1, values: 1, sum: value, squares: value * value, ..Slice::default() };
            found.entry((resource, name)).or_default().slices[slice].add(point);
        }
        self.put(batch, Of::Metrics, found);
    }

    fn put(&mut self, batch: &Batch, signal: Of, found: BTreeMap<(u32, &str), Totals>) {
        for ((resource, name), totals) in found {
            let key = Key { signal, service: batch.service(resource).to_owned(), name: name.to_owned() };
            self.add(key, &totals);
        }
    }
}
