//! Counts, errors and means of one window by what was logged, called or measured.

use std::collections::BTreeMap;

use decant_model::arrow_array::Array as _;
use decant_model::{Batch, Rows, Signal, StatusCode};
use decant_store::{ScanRequest, Store};

/// Rows of one signal that are looked through, the newest first.
const ROWS_MAX: usize = 1_000_000;
/// Things told apart; rows of others are left out, and the answer says so.
const KEYS_MAX: usize = 100_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Of {
    Logs,
    Spans,
    Metrics,
}

impl Of {
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
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) signal: Of,
    pub(super) service: String,
    /// Template, operation or metric.
    pub(super) name: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Totals {
    pub(super) rows: u64,
    pub(super) errors: u64,
    pub(super) values: u64,
    pub(super) sum: f64,
}

impl Totals {
    pub(super) fn mean(&self) -> Option<f64> {
        (self.values > 0).then(|| self.sum / self.values as f64).filter(|mean| mean.is_finite())
    }

    fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.errors += other.errors;
        self.values += other.values;
        self.sum += other.sum;
    }
}

#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) totals: BTreeMap<Key, Totals>,
    /// Logs by service and shape, until the shapes have names.
    shapes: BTreeMap<(String, u64), Totals>,
    /// A limit was met.
    pub(super) is_partial: bool,
}

impl Tally {
    pub(super) fn of(store: &Store, from: i64, to: i64, service: Option<&str>) -> Self {
        let mut tally = Self::default();
        for signal in [Signal::Logs, Signal::Traces, Signal::Metrics] {
            let request = ScanRequest {
                from_unix_nano: Some(from),
                to_unix_nano: Some(to),
                services: service.map(|service| vec![service.to_owned()]),
                newest_first: true,
                rows_max: Some(ROWS_MAX),
                ..ScanRequest::of(signal)
            };
            let mut rows = 0;
            for batch in store.scan(&request) {
                match batch {
                    Ok(batch) => {
                        rows += batch.len();
                        tally.take(&batch);
                    }
                    Err(error) => {
                        tally.is_partial = true;
                        tracing::warn!(%error, "a segment could not be read for an answer");
                    }
                }
            }
            tally.is_partial |= rows >= ROWS_MAX;
        }
        tally
    }

    pub(super) fn shapes(&self) -> impl Iterator<Item = u64> {
        self.shapes.keys().map(|(_, shape)| *shape)
    }

    /// Shapes of one template put together under its text.
    pub(super) fn named(mut self, names: &BTreeMap<u64, (u64, String)>) -> Self {
        for ((service, shape), totals) in std::mem::take(&mut self.shapes) {
            let name = names.get(&shape).map_or_else(|| format!("shape {shape:016x}"), |(_, text)| text.clone());
            self.totals.entry(Key { signal: Of::Logs, service, name }).or_default().add(totals);
        }
        self
    }

    fn take(&mut self, batch: &Batch) {
        match &batch.rows {
            Rows::Logs(logs) => {
                // Neighbours are mostly of one kind: a map of the batch's own first.
                let mut found: BTreeMap<(u32, u64), Totals> = BTreeMap::new();
                for row in 0..logs.len() {
                    let totals = found.entry((logs.resource.value(row), logs.shape_id.value(row))).or_default();
                    let records = logs.records(row);
                    let errors = if logs.severity(row).is_error() { records } else { 0 };
                    totals.add(Totals { rows: records, errors, ..Totals::default() });
                }
                for ((resource, shape), totals) in found {
                    let key = (batch.service(resource).to_owned(), shape);
                    if self.shapes.len() >= KEYS_MAX && !self.shapes.contains_key(&key) {
                        self.is_partial = true;
                        continue;
                    }
                    self.shapes.entry(key).or_default().add(totals);
                }
            }
            Rows::Traces(spans) => {
                let mut found: BTreeMap<(u32, &str), Totals> = BTreeMap::new();
                for row in 0..spans.len() {
                    let (start, end) = (spans.start_unix_nano.value(row), spans.end_unix_nano.value(row));
                    let millis = end.saturating_sub(start) as f64 / 1e6;
                    let is_timed = spans.end_unix_nano.is_valid(row);
                    found.entry((spans.resource.value(row), spans.name.value(row))).or_default().add(Totals {
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
                    let value = points.value.value(row);
                    let totals = Totals { rows: 1, values: 1, sum: value, ..Totals::default() };
                    if value.is_finite() {
                        found.entry((points.resource.value(row), points.name.value(row))).or_default().add(totals);
                    }
                }
                self.put(batch, Of::Metrics, found);
            }
        }
    }

    fn put(&mut self, batch: &Batch, signal: Of, found: BTreeMap<(u32, &str), Totals>) {
        for ((resource, name), totals) in found {
            let key = Key { signal, service: batch.service(resource).to_owned(), name: name.to_owned() };
            if self.totals.len() >= KEYS_MAX && !self.totals.contains_key(&key) {
                self.is_partial = true;
                continue;
            }
            self.totals.entry(key).or_default().add(totals);
        }
    }
}
