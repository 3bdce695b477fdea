//! Incidents beside the one that is meant, each analysed as it is.

use std::collections::BTreeSet;

use super::{Analysis, Best, Search};
use crate::blame::{self, Blame};
use crate::detectors::Signals;
use crate::evidence::Evidence;
use crate::onset::{self, Episode};
use crate::several::{self, Seen};

/// Those told, and how many more the limit left out.
#[derive(Default)]
pub(super) struct Others {
    pub(super) told: Vec<Analysis>,
    pub(super) omitted: usize,
}

/// What the search saw beside the incident that is meant, which is `best`: `earlier` is known already, `well` windows were
/// taken for well.
pub(super) fn find(
    search: &mut Search<'_>,
    signals: &Signals<'_>,
    best: &Best,
    meant: Seen,
    earlier: Option<Seen>,
    well: usize,
    enough: impl Fn(Episode) -> f64,
) -> Others {
    let limit = search.material.config.max_incidents.saturating_sub(1);
    let mut others = Others { told: Vec::new(), omitted: 0 };
    let known: Vec<Seen> = [meant].into_iter().chain(earlier).collect();
    others.add(beside(search, best, enough(best.episode), limit + 1), meant, limit);
    let mut found: Vec<Seen> = earlier.into_iter().collect();
    found.extend(several::others(&search.seen, &known, &enough));
    others.omitted += found.len().saturating_sub(limit);
    found.truncate(limit);
    let count = signals.len();
    let fine = onset::affordable(count);
    let episodes = |(at, seen): (usize, &Seen)| -> Vec<Episode> {
        let Episode { from, to, .. } = seen.episode;
        let near = onset::around(from, to, search.windows, well, count);
        let all = [from].into_iter().chain(near.filter(|_| at < fine));
        all.map(|from| Episode::new(from, to)).collect()
    };
    let episodes: Vec<Vec<Episode>> = found.iter().enumerate().map(episodes).collect();
    let all = episodes.concat();
    if all.is_empty() {
        return others;
    }
    let mut ledgers = Evidence::of(search.material, signals, &all).ledgers(search.material, &all);
    for (seen, episodes) in found.iter().zip(episodes) {
        (search.best, search.only) = (None, Some(seen.service));
        for (episode, ledger) in episodes.into_iter().zip(&mut ledgers) {
            search.judge(ledger, episode);
        }
        let Some(best) = search.best.take() else { continue };
        let more = beside(search, &best, enough(best.episode), limit + 1);
        others.add([Analysis::of(0, Some(best))].into_iter().chain(more), meant, limit);
    }
    search.only = None;
    others
}

impl Others {
    /// Tells more of them within the limit; what is blamed on the same service at the same time is told already.
    fn add(&mut self, more: impl IntoIterator<Item = Analysis>, meant: Seen, limit: usize) {
        let of = |analysis: &Analysis| Some((analysis.blames.first()?.service, analysis.episode?));
        for analysis in more {
            let Some((service, episode)) = of(&analysis) else { continue };
            let same = |(other, at): (u64, Episode)| other == service && at.from < episode.to && episode.from < at.to;
            if same((meant.service, meant.episode)) || self.told.iter().filter_map(of).any(same) {
                continue;
            }
            if self.told.len() < limit {
                self.told.push(analysis);
            } else {
                self.omitted += 1;
            }
        }
    }
}

/// Incidents of the same time: what is left to blame without the first suspect, its callers and its callees, be it through
/// others, is of another cause, if it is enough by itself.
fn beside(search: &Search<'_>, best: &Best, enough: f64, limit: usize) -> Vec<Analysis> {
    let Some(mut first) = best.blames.first().map(|blame| blame.service) else { return Vec::new() };
    let (mut ledger, mut found) = (best.ledger.clone(), Vec::new());
    let mut explained = BTreeSet::new();
    let (flows, surges) = (search.complaints.flows(best.episode), search.loads.flows(best.episode));
    while found.len() < limit {
        explained.extend(search.graph.near(first));
        ledger.services.retain(|service, _| !explained.contains(service));
        let (blames, _) = blame::rank(&search.graph, &ledger, &flows, &surges);
        let next = blames.iter().find(|blame| !explained.contains(&blame.service));
        let Some(next) = next else { break };
        let Some(weight) = several::own_incident(next, best.episode.weight, enough) else { break };
        first = next.service;
        let near = search.graph.near(first);
        let victims = blames
            .iter()
            .filter(|b| b.service != first && near.contains(&b.service) && !explained.contains(&b.service));
        let blames: Vec<Blame> = [next].into_iter().chain(victims).cloned().collect();
        let episode = Episode { weight, ..best.episode };
        let best = Best { objective: 0.0, episode, ledger: ledger.clone(), blames };
        found.push(Analysis::of(0, Some(best)));
    }
    found
}
