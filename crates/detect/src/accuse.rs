//! Who accuses whom: failed calls name the one they called, and blame moves along.
//!
//! "checkout answered 502" in the storefront is no defect of the storefront. Of all failures that began with an episode,
//! the share that accuses one callee is the share of the caller's blame that it hands on; the callee hands on what it
//! received as far as its own failures accuse another, and so the end of the chain gets it. What fails towards many
//! callees at once accuses none of them, and who cannot resolve a name fails by himself.

use std::collections::{BTreeMap, BTreeSet};

use crate::blame::{Blame, echoes};
use crate::evidence::Aspect;
use crate::findings::kinds;
use crate::ids::{NONE, text_id};
use crate::material::Material;
use crate::onset::Episode;
use crate::statistics::rate_z;

/// Failures of a service by whom they accuse: (windows, counts), the noise of ordinary days included.
#[derive(Clone, Debug)]
struct Complaint {
    from: u64,
    about: u64,
    counts: Vec<(usize, f64)>,
    total: f64,
}

/// All complaints of the stretch, prepared once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Complaints {
    list: Vec<Complaint>,
    windows: usize,
}

/// Share of a caller's blame that it hands on, by callee.
pub(crate) type Flows = BTreeMap<u64, BTreeMap<u64, f64>>;

/// z at which an increase of failures is half believed.
const HALF: f64 = 3.0;

impl Complaints {
    pub(crate) fn new(material: &Material<'_>) -> Self {
        let graph = Graph::new(material);
        let mut sums: BTreeMap<(u64, u64), BTreeMap<usize, f64>> = BTreeMap::new();
        for cell in material.facts.failures.values() {
            let about = graph.accused(material, cell.service, cell.about, cell.note);
            let counts = sums.entry((cell.service, about)).or_default();
            for (window, count) in cell.windows.range(material.stretch.from, material.stretch.to) {
                if let Some(index) = material.stretch.index(*window) {
                    *counts.entry(index as usize).or_default() += f64::from(*count);
                }
            }
        }
        let list = sums
            .into_iter()
            .map(|((from, about), counts)| {
                let counts: Vec<(usize, f64)> = counts.into_iter().collect();
                let total = counts.iter().map(|(_, n)| n).sum();
                Complaint { from, about, counts, total }
            })
            .collect();
        Self { list, windows: material.stretch.len() }
    }

    /// What of each service's failures began with the episode, and whom it accuses.
    pub(crate) fn flows(&self, episode: Episode) -> Flows {
        let inside = episode.to.saturating_sub(episode.from) as f64;
        let outside = (self.windows as f64 - inside).max(0.0);
        let mut excess: BTreeMap<u64, BTreeMap<u64, (f64, f64)>> = BTreeMap::new();
        for c in &self.list {
            let during: f64 =
                c.counts.iter().filter(|(w, _)| (episode.from..episode.to).contains(w)).map(|(_, n)| n).sum();
            let usual = if outside > 0.0 { (c.total - during) / outside * inside } else { 0.0 };
            let z = if outside > 0.0 { rate_z(during, inside, c.total - during, outside) } else { 0.0 };
            if during > usual && z > 0.0 {
                excess.entry(c.from).or_default().insert(c.about, (during - usual, z));
            }
        }
        excess
            .into_iter()
            .map(|(from, about)| {
                let all: f64 = about.values().map(|(n, _)| n).sum();
                // Of how many callees a service complains, by the shares: one that cannot reach any is at fault itself.
                let blamed = || about.iter().filter(|(to, _)| **to != NONE);
                let named: f64 = blamed().map(|(_, (n, _))| n).sum();
                let squares: f64 = blamed().map(|(_, (n, _))| (n / named) * (n / named)).sum();
                let flows = blamed().map(|(to, (n, z))| (*to, n / all * squares * z * z / (z * z + HALF * HALF)));
                (from, flows.collect())
            })
            .collect()
    }
}

/// Most of its blame that a service can hand on, and how long a chain can be.
const MOST_HANDED_ON: f64 = 0.9;
const LONGEST_CHAIN: usize = 8;

/// Hands blame on along the flows. Two callers that accuse one service are two witnesses of one thing, hence the root of
/// the sum of squares.
pub(crate) fn hand_on(blames: &mut Vec<Blame>, flows: &Flows) {
    let given =
        |service: u64| flows.get(&service).into_iter().flatten().map(|(to, share)| (*to, MOST_HANDED_ON * share));
    let kept = |service: u64| 1.0 - given(service).map(|(_, share)| share).sum::<f64>().min(1.0);
    let mut moving: BTreeMap<u64, f64> = BTreeMap::new();
    for blame in blames.iter_mut().filter(|blame| flows.contains_key(&blame.service)) {
        let stays = kept(blame.service);
        for (_, part) in blame.parts.iter_mut().filter(|(a, _)| echoes(*a)) {
            *moving.entry(blame.service).or_default() += *part;
            *part *= stays;
        }
    }
    let mut received: BTreeMap<u64, f64> = BTreeMap::new();
    for _ in 0..LONGEST_CHAIN {
        let mut next: BTreeMap<u64, f64> = BTreeMap::new();
        for (from, amount) in &moving {
            for (to, share) in given(*from) {
                *next.entry(to).or_default() += (amount * share) * (amount * share);
            }
        }
        next.values_mut().for_each(|squares| *squares = squares.sqrt());
        for (to, amount) in &next {
            *received.entry(*to).or_default() += amount * kept(*to);
        }
        moving = next;
    }
    let places = blames.iter().enumerate().filter(|(_, b)| received.contains_key(&b.service));
    let known: BTreeMap<u64, usize> = places.map(|(at, b)| (b.service, at)).collect();
    for (service, amount) in received {
        match known.get(&service).and_then(|at| blames.get_mut(*at)) {
            Some(blame) => blame.parts.push((Aspect::Accused, amount)),
            None => blames.push(Blame { service, score: 0.0, parts: vec![(Aspect::Accused, amount)] }),
        }
    }
    for blame in blames {
        blame.parts.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        blame.score = blame.parts.iter().map(|(_, p)| p).sum();
    }
}

/// Who can be accused.
struct Graph {
    /// Services that send spans of their own.
    senders: BTreeSet<u64>,
    callees: BTreeMap<u64, BTreeSet<u64>>,
}

impl Graph {
    fn new(material: &Material<'_>) -> Self {
        let senders = material.facts.operations.values().map(|o| o.service).collect();
        let mut callees: BTreeMap<u64, BTreeSet<u64>> = BTreeMap::new();
        for pair in material.facts.pairs.values() {
            callees.entry(pair.caller).or_default().insert(pair.callee);
        }
        Self { senders, callees }
    }

    /// Whom a failure accuses: a service that sends spans of its own; `NONE` for the speaker itself.
    fn accused(&self, material: &Material<'_>, service: u64, about: u64, note: u64) -> u64 {
        let text = material.name(note);
        if kinds::is_own(text) {
            return NONE;
        }
        let known = |id: u64| id != NONE && id != service && self.senders.contains(&id);
        if about != NONE {
            let host = material.name(about).split(['.', ':', '/']).next().unwrap_or("");
            return [about, text_id(host)].into_iter().find(|id| known(*id)).unwrap_or(NONE);
        }
        let callees = self.callees.get(&service).into_iter().flatten().copied();
        let named = callees.filter(|id| known(*id) && names(text, material.name(*id)));
        named.max_by_key(|id| material.name(*id).len()).unwrap_or(NONE)
    }
}

/// Whether a text has a name in it, as a word of its own.
fn names(text: &str, name: &str) -> bool {
    let inner = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    !name.is_empty()
        && text.match_indices(name).any(|(at, _)| {
            let before = text.get(..at).and_then(|t| t.chars().next_back());
            let after = text.get(at + name.len()..).and_then(|t| t.chars().next());
            !before.is_some_and(inner) && !after.is_some_and(inner)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From, about, counts by window.
    type Case<'a> = (u64, u64, &'a [(usize, f64)]);

    fn complaints(list: &[Case<'_>]) -> Complaints {
        let list = list.iter().map(|(from, about, counts)| Complaint {
            from: *from,
            about: *about,
            counts: counts.to_vec(),
            total: counts.iter().map(|(_, n)| n).sum(),
        });
        Complaints { list: list.collect(), windows: 20 }
    }

    const EPISODE: Episode = Episode { from: 10, to: 20, weight: 0.0 };

    fn share(list: &[Case<'_>], from: u64, to: u64) -> f64 {
        complaints(list).flows(EPISODE).get(&from).and_then(|f| f.get(&to)).copied().unwrap_or(0.0)
    }

    #[test]
    fn what_fails_towards_one_callee_accuses_it() {
        assert!(share(&[(1, 2, &[(11, 20.0), (15, 20.0)])], 1, 2) > 0.7);
    }

    #[test]
    fn what_fails_towards_all_accuses_none_of_them() {
        let all: [Case<'_>; 3] = [(1, 2, &[(11, 20.0)]), (1, 3, &[(12, 20.0)]), (1, 4, &[(12, 20.0)])];
        assert!(share(&all, 1, 2) < 0.15);
    }

    #[test]
    fn what_always_failed_accuses_nobody_anew() {
        assert!(share(&[(1, 2, &[(3, 9.0), (11, 10.0)])], 1, 2) < 0.1);
    }

    #[test]
    fn own_failures_stay() {
        assert!(share(&[(1, NONE, &[(11, 50.0)]), (1, 2, &[(11, 2.0)])], 1, 2) < 0.1);
    }

    #[test]
    fn blame_goes_to_the_end_of_the_chain() {
        let blame = |service, part| Blame { service, score: part, parts: vec![(Aspect::GainedError, part)] };
        let mut blames = vec![blame(1, 1.0), blame(2, 0.4)];
        let to = |callee| BTreeMap::from([(callee, 1.0)]);
        hand_on(&mut blames, &Flows::from([(1, to(2)), (2, to(3))]));
        let score = |service| blames.iter().find(|b| b.service == service).map_or(0.0, |b| b.score);
        assert!(score(3) > 1.0 && score(3) > 5.0 * score(1) && score(3) > 5.0 * score(2), "{blames:?}");
    }

    #[test]
    fn names_are_words_of_their_own() {
        assert!(names("lookup payment.shop.svc: no such host", "payment"));
        assert!(names("circuit breaker payment is open", "payment"));
        assert!(!names("statement on orders-db cancelled", "orders"));
        assert!(!names("prepayment", "payment"));
    }
}
