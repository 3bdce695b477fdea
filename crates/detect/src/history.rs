//! All that is known of a system: the rollups of its lanes, merged, within the limits.

use std::collections::BTreeMap;

use decant_model::{Findings, Scope, Verdict};

use crate::rollup::Rollups;
use crate::{Ask, Config, Named};

/// The correlator's memory.
#[derive(Debug)]
pub struct History {
    config: Config,
    live: Rollups,
    baseline: Rollups,
    newest: Option<i64>,
}

impl History {
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self { config: config.clone(), live: Rollups::default(), baseline: Rollups::default(), newest: None }
    }

    /// Takes in what lanes saw; order does not matter.
    pub fn absorb(&mut self, rollups: Rollups) {
        self.newest = self.newest.max(rollups.newest());
        self.live.merge(rollups, &self.config);
    }

    /// Takes in a capture of the same system when it was well: it trains and is never reported.
    pub fn absorb_baseline(&mut self, rollups: Rollups) {
        self.baseline.merge(rollups, &self.config);
    }

    /// Newest event time seen.
    #[must_use]
    pub fn newest(&self) -> Option<i64> {
        self.newest
    }

    /// What the limits turned away, by the limit's name.
    #[must_use]
    pub fn notes(&self) -> &BTreeMap<&'static str, u64> {
        &self.live.notes
    }

    /// What there is to say. `name` maps a shape to its template; excerpts and counts are left to others.
    pub fn findings(&self, ask: &Ask, name: &dyn Fn(u64) -> Option<Named>) -> Findings {
        let _ = name;
        let mut services: Vec<String> =
            self.live.services.keys().map(|id| self.live.names.text(*id).to_owned()).filter(|s| !s.is_empty()).collect();
        services.sort_unstable();
        Findings {
            scope: Scope { from_unix_nano: ask.from, to_unix_nano: ask.to, services },
            verdict: Verdict::InsufficientData,
            ..Findings::default()
        }
    }
}
