//! Counts, errors and means of one window by what was logged, called or measured.
//!
//! A window is cut into equal **slices**, so that what varies from slice to slice by itself is not taken for a difference.
//! Cumulative series are no numbers but counters ([`counters`]), histograms and summaries many numbers
//! ([`distributions`]). Beyond a number of rows only the newest are looked through; then the stretch that they cover is
//! told, and all rates are those of that stretch.

mod counters;
mod distributions;
mod rows;
mod totals;

use std::collections::BTreeMap;

use decant_store::{ScanRequest, Store};

use super::Span;
use counters::Counters;
pub(super) use distributions::Buckets;
use distributions::Distributions;
pub(super) use totals::{Key, Of, SLICES, Slice, Totals};

/// Rows of one signal that are looked through, the newest first.
const ROWS_MAX: usize = 1_000_000;
/// Things told apart; rows of others are left out, and the answer says so.
const KEYS_MAX: usize = 100_000;

#[derive(Debug)]
pub(super) struct Tally {
    span: Span,
    pub(super) totals: BTreeMap<Key, Totals>,
    /// Logs by service and shape, until the shapes have names.
    shapes: BTreeMap<(String, u64), Totals>,
    counters: Counters,
    distributions: Distributions,
    /// Of what is told in buckets.
    pub(super) buckets: BTreeMap<Key, Buckets>,
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
            distributions: Distributions::default(),
            buckets: BTreeMap::new(),
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

    /// Counters become rates, and distributions values, once all their points are there.
    pub(super) fn finish(&mut self) {
        for (key, rate_per_min, points) in std::mem::take(&mut self.counters).rates() {
            self.add(key, &Totals { rate_per_min, rate_points: points, ..Totals::default() });
        }
        for (key, points, buckets) in std::mem::take(&mut self.distributions).grown() {
            let mut totals = Totals::default();
            points.into_iter().for_each(|(time, point)| totals.slices[self.slice(time)].add(point));
            if self.add(key.clone(), &totals) {
                self.buckets.entry(key).or_default().add(&buckets);
            }
        }
    }

    /// `false` when there was no room.
    fn add(&mut self, key: Key, totals: &Totals) -> bool {
        let is_room = self.totals.len() < KEYS_MAX || self.totals.contains_key(&key);
        if is_room {
            self.totals.entry(key).or_default().add(totals);
        }
        self.is_partial |= !is_room;
        is_room
    }
}

#[cfg(test)]
mod tests;
