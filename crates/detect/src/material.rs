//! What one answer is made from: rollups, facts of traces and patterns, live and from the baseline, and the stretch.

use std::collections::{BTreeMap, BTreeSet};

use crate::Config;
use crate::ids::IdMap;
use crate::patterns::Patterns;
use crate::role::Role;
use crate::rollup::{Rollups, Series, Stub};
use crate::seasons::{NO_PROFILE, Seasons};
use crate::stretch::{Observed, Stretch};
use crate::traces::Facts;
use crate::windows::Windows;

/// Borrowed state, prepared for the detectors.
pub(crate) struct Material<'a> {
    pub(crate) config: &'a Config,
    pub(crate) live: &'a Rollups,
    pub(crate) baseline: &'a Rollups,
    pub(crate) facts: &'a Facts,
    pub(crate) base_facts: &'a Facts,
    pub(crate) patterns: Patterns<'a>,
    /// The windows in which a change is looked for; what came before them trains.
    pub(crate) stretch: Stretch,
    /// The windows that the answer tells of.
    pub(crate) told: Stretch,
    /// The window from which on nothing is known: an answer up to some moment is the same whatever came after.
    pub(crate) until: i64,
    pub(crate) logs: Observed,
    pub(crate) spans: Observed,
    pub(crate) base_logs: Observed,
    pub(crate) base_spans: Observed,
    /// What metrics are about.
    pub(crate) roles: IdMap<Role>,
    /// Series that tell how long a certificate is still good.
    pub(crate) expiring: Vec<u64>,
    /// Resources of services that are told as a share of a capacity.
    pub(crate) shares: BTreeSet<(u64, Role)>,
    /// Spans of traces held whole.
    pub(crate) stubs: &'a [Stub],
    /// How many times as much work came in a second as in the baseline.
    pub(crate) load: f64,
    /// What is usual at an hour, from other days.
    pub(crate) seasons: &'a Seasons,
}

/// Beyond this a baseline is of another system.
const MOST_LOAD: f64 = 100.0;

/// Records of all services by window: logs, spans, points.
pub(crate) fn totals(rollups: &Rollups) -> (Windows, Windows, Windows) {
    let totals = &rollups.totals;
    (totals.logs.clone(), totals.spans.clone(), totals.points.clone())
}

/// Roles of all metrics.
pub(crate) fn roles(live: &Rollups) -> IdMap<Role> {
    let mut roles = IdMap::default();
    for series in live.series.values() {
        roles.entry(series.metric).or_insert_with(|| Role::of(live.names.text(series.metric)));
    }
    roles
}

/// Series that tell how long a certificate is still good.
pub(crate) fn expiring(live: &Rollups, roles: &IdMap<Role>) -> Vec<u64> {
    let is_left = |name: &str| ["remain", "expir", "left"].iter().any(|w| name.contains(w));
    live.series
        .iter()
        .filter(|(_, s)| roles.get(&s.metric) == Some(&Role::Certificate) && is_left(live.names.text(s.metric)))
        .map(|(key, _)| *key)
        .collect()
}

/// Which resources of which services are told as shares.
pub(crate) fn shares(live: &Rollups, roles: &IdMap<Role>) -> BTreeSet<(u64, Role)> {
    live.series
        .values()
        .filter_map(|s| Some((s, *roles.get(&s.metric)?)))
        .filter(|(s, role)| role.is_resource() && capacity(live, s).is_some())
        .map(|(s, role)| (s.service, role))
        .collect()
}

fn capacity(live: &Rollups, series: &Series) -> Option<f64> {
    let greatest = || series.points.iter().fold(0.0_f64, |a, p| a.max(p.value.abs()));
    crate::detectors::capacity(live.names.text(series.metric), live.names.text(series.unit), greatest)
}

/// How many times as much work comes in a second, by the medians of windows, as in a baseline: an hour with other load is
/// no fault, and all that is counted by the second follows it. 1 when that is not known.
pub(crate) fn load(live: (&Facts, &Observed), base: (&Facts, &Observed)) -> f64 {
    if base.1.all().is_empty() {
        return 1.0;
    }
    let work = |(facts, observed): (&Facts, &Observed)| {
        let mut entries: BTreeMap<i64, f64> = BTreeMap::new();
        for cell in facts.operations.values() {
            for (window, stats) in cell.windows.cells() {
                *entries.entry(i64::from(*window)).or_default() += f64::from(stats.entries);
            }
        }
        let rate = |(window, seconds): &(i64, f64)| entries.get(window).copied().unwrap_or(0.0) / seconds;
        let mut rates: Vec<f64> = observed.all().iter().filter(|(_, s)| *s > 0.0).map(rate).collect();
        crate::statistics::median(&mut rates)
    };
    match (work(live), work(base)) {
        (Some(live), Some(base)) if live > 0.0 && base > 0.0 => (live / base).clamp(1.0 / MOST_LOAD, MOST_LOAD),
        _ => 1.0,
    }
}

impl Material<'_> {
    pub(crate) fn name(&self, id: u64) -> &str {
        let text = self.live.names.text(id);
        if text.is_empty() { self.baseline.names.text(id) } else { text }
    }

    /// The moment from which on nothing is known.
    pub(crate) fn until_ns(&self) -> i64 {
        self.until.saturating_mul(self.config.window_ns())
    }

    pub(crate) fn role(&self, metric: u64) -> Role {
        self.roles.get(&metric).copied().unwrap_or(Role::Other)
    }

    /// Whether a resource of a service is told as a share of its capacity, beside which absolute numbers say little.
    pub(crate) fn has_share(&self, service: u64, role: Role) -> bool {
        self.shares.contains(&(service, role))
    }

    /// The capacity of which a series tells the used share.
    pub(crate) fn capacity(&self, series: &Series) -> Option<f64> {
        capacity(self.live, series)
    }

    /// What limits turned away, by the limit's name.
    pub(crate) fn notes(&self) -> BTreeMap<String, u64> {
        let mut notes = BTreeMap::new();
        for (name, count) in self.live.notes.iter().chain(&self.facts.notes) {
            *notes.entry((*name).to_owned()).or_default() += count;
        }
        if self.seasons.omitted > 0 {
            notes.insert(NO_PROFILE.to_owned(), self.seasons.omitted);
        }
        notes
    }

    /// Whether the baseline heard logs of a service: only then is a template that it lacks a new one.
    pub(crate) fn base_has_logs(&self, service: u64) -> bool {
        self.baseline.services.get(&service).is_some_and(|s| s.logs.total() + s.timeless > 0)
    }
}
