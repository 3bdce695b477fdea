//! All that is known of a system: the rollups of its lanes, merged, within the limits.

mod clock;
mod heard;

use std::collections::BTreeMap;

use decant_model::Findings;

use self::clock::Clock;
use crate::analysis::Analysis;
use crate::material::{self, Material};
use crate::patterns::Patterns;
use crate::rollup::Rollups;
use crate::seasons::{NO_PROFILE, Seasons};
use crate::stretch::{Observed, Stretch};
use crate::traces::Traces;
use crate::windows::Windows;
use crate::{Ask, Config, Named};

/// Windows by which lanes, or services, may be apart: what is no farther ahead of most than that is believed.
const APART: i64 = 30;

/// The correlator's memory.
#[derive(Debug)]
pub struct History {
    config: Config,
    live: Rollups,
    baseline: Rollups,
    traces: Traces,
    baseline_traces: Traces,
    clock: Clock,
    newest: Option<i64>,
    seasons: Seasons,
    /// How much longer windows are than those of the lanes.
    factor: i64,
}

impl History {
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self {
            config: config.clone(),
            live: Rollups::default(),
            baseline: Rollups::default(),
            traces: Traces::default(),
            baseline_traces: Traces::default(),
            clock: Clock::default(),
            newest: None,
            seasons: Seasons::default(),
            factor: 1,
        }
    }

    /// Takes in what lanes saw; order does not matter.
    pub fn absorb(&mut self, mut rollups: Rollups) {
        self.newest = self.newest.max(rollups.newest());
        self.clock.hear(&rollups, self.config.window_ns() / self.factor, self.config.max_services);
        let (stubs, sightings) = rollups.take_traces();
        self.traces.absorb(stubs, sightings, self.clock.now(), &self.config);
        rollups.coarsen(self.factor);
        self.live.merge(rollups, &self.config);
        self.live.newest = self.newest();
        self.live.thin(self.config.max_points);
        if self.config.whole_capture { self.coarsen() } else { self.forget() }
    }

    /// Doubles the windows until all of the capture fits.
    fn coarsen(&mut self) {
        while self.overlong().is_some() {
            self.factor *= 2;
            self.config.window_s = self.config.window_s.saturating_mul(2);
            self.live.coarsen(2);
            self.baseline.coarsen(2);
            self.traces.coarsen(2);
            self.baseline_traces.coarsen(2);
        }
    }

    /// Drops what is older than the windows that are kept, an eighth of them at a time; late rows too, and what is as far
    /// ahead of time.
    fn forget(&mut self) {
        let (Some((first, last)), Some(now)) = (self.overlong(), self.clock.now()) else { return };
        let (now, kept) = (self.config.window(now), self.kept());
        let (from, to) = (now.saturating_sub(kept), now.saturating_add(kept));
        if first < from.saturating_sub(kept / 8) || last > to {
            let from = self.learn(first, from);
            self.live.keep(from, to, self.config.window_ns());
            self.traces.keep(from, to);
        }
    }

    /// Learns what is usual at the hours of the windows that are about to be forgotten, up to where whole blocks of them
    /// end.
    fn learn(&mut self, first: i64, before: i64) -> i64 {
        let Some((from, to)) = self.seasons.due(first, before, &self.config) else { return before };
        let mut seasons = std::mem::take(&mut self.seasons);
        let mut material = self.material(&Ask::default(), &|_| None);
        material.stretch = Stretch { from, to };
        seasons.learn(&material);
        self.seasons = seasons;
        to
    }

    fn kept(&self) -> i64 {
        i64::try_from(self.config.max_windows).unwrap_or(i64::MAX)
    }

    /// The span of what was heard, when it is longer than the windows that are kept. A few records whose clock is wrong
    /// do not make it longer.
    fn overlong(&self) -> Option<(i64, i64)> {
        let (first, last) = self.live.span()?;
        if last.saturating_sub(first) < self.kept() {
            return None;
        }
        let (first, last) = self.live.totals.all().span_of_note()?;
        (last.saturating_sub(first) >= self.kept()).then_some((first, last))
    }

    /// Takes in a capture of the same system when it was well: it trains and is never reported.
    pub fn absorb_baseline(&mut self, mut rollups: Rollups) {
        let (stubs, sightings) = rollups.take_traces();
        self.baseline_traces.absorb(stubs, sightings, None, &self.config);
        rollups.coarsen(self.factor);
        self.baseline.merge(rollups, &self.config);
        self.baseline.thin(self.config.max_points);
    }

    /// Newest event time seen. Where time goes on, clocks that are ahead aside: one record from tomorrow ends no incident.
    #[must_use]
    pub fn newest(&self) -> Option<i64> {
        let newest = self.newest?;
        let Some(reach) = self.clock.reach().filter(|_| !self.config.whole_capture) else { return Some(newest) };
        let is_ahead = newest > reach.saturating_add(APART.saturating_mul(self.config.window_ns()));
        Some(if is_ahead { reach } else { newest })
    }

    /// Length of a window, which grows with a capture that is read whole.
    pub(crate) fn window_ns(&self) -> i64 {
        self.config.window_ns()
    }

    /// What limits turned away and what could not be used, by name; of traces what is settled.
    #[must_use]
    pub fn notes(&self) -> BTreeMap<&'static str, u64> {
        let mut notes = self.live.notes.clone();
        for (name, count) in self.traces.settled_notes() {
            *notes.entry(name).or_default() += count;
        }
        if self.seasons.omitted > 0 {
            notes.insert(NO_PROFILE, self.seasons.omitted);
        }
        notes
    }

    fn material(&self, ask: &Ask, name: &dyn Fn(u64) -> Option<Named>) -> Material<'_> {
        let config = &self.config;
        let (live, base) = (&self.live.totals, &self.baseline.totals);
        let window_s = f64::from(config.window_s.max(1));
        let whole = |windows: &Windows| windows.first().zip(windows.last()).map(|(a, b)| (a, b + 1));
        let (from, to) = match (whole(&live.logs), whole(&live.spans)) {
            (Some(a), Some(b)) => (a.0.min(b.0), a.1.max(b.1)),
            (Some(a), None) | (None, Some(a)) => a,
            (None, None) => whole(&live.points).unwrap_or_default(),
        };
        // Records whose clock is wrong by hours or years are counted, and not looked at window by window.
        let (from, to) = if to - from > self.kept() {
            let (first, last) = self.live.totals.all().span_of_note().unwrap_or((from, to - 1));
            let now = self.clock.now().filter(|_| !self.config.whole_capture);
            let last = now.map_or(last, |now| last.min(config.window(now) + self.kept() / 8));
            (first.max(last.saturating_sub(self.kept())), last + 1)
        } else {
            (from, to)
        };
        let from = ask.from.map_or(from, |t| config.window(t).max(from));
        let to = ask.to.map_or(to, |t| (config.window(t.saturating_sub(1)) + 1).min(to)).max(from);
        let roles = material::roles(&self.live);
        let facts = (self.traces.facts(), self.baseline_traces.facts());
        let spans = (Observed::of(&live.spans, window_s), Observed::of(&base.spans, window_s));
        Material {
            config,
            live: &self.live,
            baseline: &self.baseline,
            load: material::load((facts.0, &spans.0), (facts.1, &spans.1)),
            facts: facts.0,
            base_facts: facts.1,
            patterns: Patterns::new(&self.live, &self.baseline, name),
            stretch: Stretch { from, to },
            told: self.told((from, to), ask),
            until: if ask.to.is_some() { to } else { i64::MAX },
            logs: Observed::of(&live.logs, window_s),
            spans: spans.0,
            base_logs: Observed::of(&base.logs, window_s),
            base_spans: spans.1,
            expiring: material::expiring(&self.live, &roles),
            shares: material::shares(&self.live, &roles),
            roles,
            stubs: self.traces.stubs(),
            seasons: &self.seasons,
        }
    }

    /// The windows that the answer tells of: the stretch. Where no end is asked for it goes on to the newest record of any
    /// kind; what clocks that are ahead have stamped is left out, except in a capture that is read whole.
    fn told(&self, (from, to): (i64, i64), ask: &Ask) -> Stretch {
        if ask.to.is_some() || from >= to {
            return Stretch { from, to };
        }
        let ahead = self.live.newest.map(|newest| self.config.window(newest).saturating_add(APART + 1));
        let last = ahead.and_then(|ahead| self.live.records.last_before(ahead));
        Stretch { from, to: last.map_or(to, |last| last + 1).max(from) }
    }

    /// What there is to say, of all services. `name` maps a shape to its template; excerpts are left to others, and so are
    /// counts but for those of the records in scope.
    pub fn findings(&mut self, ask: &Ask, name: &dyn Fn(u64) -> Option<Named>) -> Findings {
        self.traces.look_ahead(&self.config);
        self.baseline_traces.look_ahead(&self.config);
        let material = self.material(ask, name);
        let analysis = Analysis::new(&material, ask.at);
        crate::findings::tell(&material, &analysis)
    }
}
