//! Rollups: what a lane boils its records down to, about a thousandth of them in size.
//!
//! Log records become counts per (service, shape, severity) and window; metric points one value per series and slot;
//! spans become **stubs** (ids, times, status), since caller and callee may have passed through different lanes and meet
//! only in [`crate::History`]; change events are kept whole. Law: merging is commutative and associative, and what two
//! batches yield does not depend on where one ended and the other began.

mod change_event;
mod log_cell;
mod records;
mod roller;
mod series;
mod service_seen;
mod stub;

use std::collections::BTreeMap;

pub(crate) use change_event::ChangeEvent;
pub(crate) use log_cell::{Exemplar, LogCell};
pub(crate) use records::Records;
pub use roller::Roller;
pub(crate) use series::{Attributes, Part, Point, Series, SeriesKind, Told};
pub(crate) use service_seen::ServiceSeen;
pub(crate) use stub::{Sighting, Stub};

use crate::Config;
use crate::ids::{IdMap, Names};
use crate::windows::Windows;

/// Records of all services by window and signal.
#[derive(Clone, Debug, Default)]
pub(crate) struct Totals {
    pub(crate) logs: Windows,
    pub(crate) spans: Windows,
    pub(crate) points: Windows,
}

impl Totals {
    fn add(&mut self, seen: &ServiceSeen) {
        self.logs.merge(&seen.logs);
        self.spans.merge(&seen.spans);
        self.points.merge(&seen.points);
    }

    /// Of all signals.
    pub(crate) fn all(&self) -> Windows {
        let mut all = self.logs.clone();
        all.merge(&self.spans);
        all.merge(&self.points);
        all
    }
}

/// What one lane saw since it was last asked.
#[derive(Clone, Debug, Default)]
pub struct Rollups {
    pub(crate) names: Names,
    pub(crate) services: IdMap<ServiceSeen>,
    /// Of all services, where rollups are merged.
    pub(crate) totals: Totals,
    pub(crate) records: Records,
    pub(crate) logs: IdMap<LogCell>,
    pub(crate) series: IdMap<Series>,
    /// No fewer points than all series have: they are counted when these are too many.
    points_at_most: usize,
    pub(crate) stubs: Vec<Stub>,
    pub(crate) sightings: Vec<Sighting>,
    pub(crate) changes: IdMap<ChangeEvent>,
    pub(crate) notes: BTreeMap<&'static str, u64>,
    pub(crate) newest: Option<i64>,
}

impl Rollups {
    /// Takes over all of another lane's, within the limits.
    pub fn merge(&mut self, other: Self, config: &Config) {
        let mut notes = std::mem::take(&mut self.notes);
        self.names.merge(other.names, config.max_names);
        self.merge_services(other.services, config.max_services, &mut notes);
        union(&mut self.logs, other.logs, config.max_log_keys, "log keys over the limit", &mut notes, |a, b| {
            a.merge(b);
        });
        let per_series = config.max_points_per_series;
        self.points_at_most += other.series.values().map(|s| s.points.len()).sum::<usize>();
        union(&mut self.series, other.series, config.max_series, "series over the limit", &mut notes, |a, b| {
            a.merge(&b, per_series);
        });
        union(&mut self.changes, other.changes, config.max_changes, "changes over the limit", &mut notes, |_, _| {});
        self.newest = self.newest.max(other.newest);
        self.records.merge(other.records);
        self.stubs.extend(other.stubs);
        self.sightings.extend(other.sightings);
        for (name, count) in other.notes {
            *notes.entry(name).or_default() += count;
        }
        self.notes = notes;
    }

    fn merge_services(&mut self, from: IdMap<ServiceSeen>, limit: usize, notes: &mut BTreeMap<&'static str, u64>) {
        let mut services: Vec<(u64, ServiceSeen)> = from.into_iter().collect();
        services.sort_unstable_by_key(|(key, _)| *key);
        for (key, seen) in services {
            let is_room = self.services.len() < limit;
            match self.services.get_mut(&key) {
                Some(known) => {
                    self.totals.add(&seen);
                    known.merge(seen);
                }
                None if is_room => {
                    self.totals.add(&seen);
                    self.services.insert(key, seen);
                }
                None => *notes.entry("services over the limit").or_default() += 1,
            }
        }
    }

    /// Empty ones, with room for as much as these hold.
    fn successor(&self) -> Self {
        let mut next = Self::default();
        next.names.reserve(&self.names);
        next.services.reserve(self.services.len());
        next.logs.reserve(self.logs.len());
        next.series.reserve(self.series.len());
        next.stubs.reserve(self.stubs.len());
        next.sightings.reserve(self.sightings.len());
        next
    }

    /// Spans and sightings, which are joined elsewhere.
    pub(crate) fn take_traces(&mut self) -> (Vec<Stub>, Vec<Sighting>) {
        (std::mem::take(&mut self.stubs), std::mem::take(&mut self.sightings))
    }

    /// Newest event time seen.
    pub(crate) fn newest(&self) -> Option<i64> {
        self.newest
    }

    /// Forgets all but the windows `from..to` of such a length, and what then has nothing left.
    pub(crate) fn keep(&mut self, from: i64, to: i64, window_ns: i64) {
        let times = (from.saturating_mul(window_ns), to.saturating_mul(window_ns));
        self.logs.retain(|_, cell| {
            cell.windows.keep(from, to);
            cell.total() > 0
        });
        self.series.retain(|_, series| {
            series.keep(times.0, times.1);
            !series.points.is_empty()
        });
        self.services.retain(|_, seen| {
            let windows = [&mut seen.logs, &mut seen.spans, &mut seen.points];
            let left = windows.into_iter().fold(0, |left, windows| {
                windows.keep(from, to);
                left + windows.entries().len()
            });
            left > 0 || seen.timeless > 0
        });
        let totals = [&mut self.totals.logs, &mut self.totals.spans, &mut self.totals.points];
        let ahead: u64 = totals.into_iter().map(|windows| windows.keep(from, to)).sum();
        if ahead > 0 {
            *self.notes.entry("records ahead of time").or_default() += ahead;
        }
        self.records.keep(from, to);
        self.changes.retain(|_, change| change.time >= times.0);
    }

    /// Halves the resolution of the older half of every series until all points fit.
    pub(crate) fn thin(&mut self, limit: usize) {
        if self.points_at_most <= limit {
            return;
        }
        let mut points: usize = self.series.values().map(|s| s.points.len()).sum();
        while points > limit.max(2 * self.series.len()) {
            let gone: usize = self.series.values_mut().map(Series::thin).sum();
            if gone == 0 {
                break;
            }
            points -= gone;
            *self.notes.entry("points thinned out").or_default() += gone as u64;
        }
        self.points_at_most = points;
    }

    /// Whether nothing was seen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.services.is_empty() && self.changes.is_empty()
    }
}

/// Adds the entries of `from` to `into`: known keys are merged, new ones taken while there is room.
pub(crate) fn union<V>(
    into: &mut IdMap<V>,
    from: IdMap<V>,
    limit: usize,
    over: &'static str,
    notes: &mut BTreeMap<&'static str, u64>,
    mut merge: impl FnMut(&mut V, V),
) {
    let mut new: Vec<(u64, V)> = Vec::new();
    for (key, value) in from {
        match into.get_mut(&key) {
            Some(known) => merge(known, value),
            None => new.push((key, value)),
        }
    }
    new.sort_unstable_by_key(|(key, _)| *key);
    for (key, value) in new {
        if into.len() < limit {
            into.insert(key, value);
        } else {
            *notes.entry(over).or_default() += 1;
        }
    }
}
