//! Surges: load travels from caller to callee, and what breaks under it is the doing of whoever sends more.
//!
//! Of a service that gets several times the calls it got, the part of its blame which that rise explains is handed to the
//! callers that send the rise, if they too get more than before (a caller that tries again because the callee is ill does
//! not). So it ends at the service where the rise comes in; there it is the requests' own doing.

use std::collections::BTreeMap;

use crate::accuse::Flows;
use crate::blame::Blame;
use crate::evidence::Aspect;
use crate::ids::{IdMap, NONE};
use crate::material::Material;
use crate::onset::Episode;
use crate::statistics::rate_z;

/// Calls by window, and by window of the baseline: sums up to each, and of all.
#[derive(Clone, Debug, Default)]
struct Counts {
    sums: Vec<f64>,
    base_sums: Vec<f64>,
}

/// Calls of one service by another, by place of their window; there are many such pairs, and few are ever asked about.
#[derive(Clone, Debug, Default)]
struct Calls {
    live: Vec<(u32, f64)>,
    base: Vec<(u32, f64)>,
}

/// Sums up to each value, and of all.
fn sums(values: &[f64]) -> Vec<f64> {
    let mut sum = 0.0;
    let upto = values.iter().map(|n| {
        sum += n;
        sum
    });
    std::iter::once(0.0).chain(upto).collect()
}

impl Calls {
    /// In so many windows, and so many of the baseline.
    fn counts(&self, windows: (usize, usize)) -> Counts {
        let of = |calls: &[(u32, f64)], windows: usize| {
            let mut each = vec![0.0; windows];
            for (at, n) in calls {
                if let Some(window) = each.get_mut(*at as usize) {
                    *window += n;
                }
            }
            sums(&each)
        };
        Counts { sums: of(&self.live, windows.0), base_sums: of(&self.base, windows.1) }
    }
}

/// What sums were made of.
fn each(sums: &[f64]) -> impl Iterator<Item = f64> {
    sums.windows(2).map(|w| w[1] - w[0])
}

impl Counts {
    fn windows(&self) -> usize {
        self.sums.len().saturating_sub(1)
    }

    /// Whether there is any chance of a surge: cheap, since nearly all services have none.
    ///
    /// The load must be up in all of the `lead`, or it is an earlier burst that happens to come before.
    fn may_surge(&self, episode: Episode, lead: usize) -> bool {
        let at = |w: usize| self.sums.get(w.min(self.windows())).copied().unwrap_or_default();
        let during = at(episode.to) - at(episode.from);
        let inside = episode.to.saturating_sub(episode.from) as f64;
        let outside = (self.windows() + self.base_sums.len().saturating_sub(1)) as f64 - inside;
        let before = at(usize::MAX) - during + self.base_sums.last().copied().unwrap_or_default();
        let raised = ORDINARY * before / outside.max(1.0);
        let is_up = |from: usize, to: usize| (at(to) - at(from)) / (to - from).max(1) as f64 >= raised;
        let blocks = (episode.from..episode.from + lead).step_by(LEAD_STEP);
        during >= FEW_CALLS
            && outside > 0.0
            && is_up(episode.from, episode.to.max(episode.from))
            && blocks.into_iter().all(|from| is_up(from, from + LEAD_STEP))
    }
}

/// Loads of all services, prepared once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Loads {
    entries: BTreeMap<u64, Counts>,
    /// By (callee, caller).
    calls: BTreeMap<(u64, u64), Calls>,
    /// Windows of the stretch and of the baseline.
    windows: (usize, usize),
}

/// What explains nothing yet, and what explains all: how many times the calls of the busiest time of such a length.
const ORDINARY: f64 = 1.2;
const EXPLAINS_ALL: f64 = 2.0;
/// Calls during an episode that are too few to speak of a surge.
const FEW_CALLS: f64 = 20.0;
/// z at which a rise is half believed.
const HALF: f64 = 6.0;
/// Windows that the assumption of pure chance is worth, as in [`crate::signal`].
const CHANCE_WORTH: f64 = 4.0;
/// Fewest windows outside an episode that tell what is usual.
const LEAST_USUAL: usize = 5;
/// The same as a share of the episode: jobs come in bursts, and a moment does not know their rhythm.
const LEAST_USUAL_SHARE: f64 = 0.3;
/// Windows by which a surge may precede what it breaks.
const LEADS: [usize; 5] = [0, LEAD_STEP, 2 * LEAD_STEP, 3 * LEAD_STEP, 4 * LEAD_STEP];
const LEAD_STEP: usize = 3;
/// Weight of a surge that comes in from outside.
const WEIGHT: f64 = 1.2;
/// Most of its blame that a service can hand on, and how long a chain can be.
const MOST_HANDED_ON: f64 = 0.95;
const LONGEST_CHAIN: usize = 8;

impl Loads {
    pub(crate) fn new(material: &Material<'_>) -> Self {
        let stretch = material.stretch;
        let trained: Vec<i64> = material.base_spans.all().iter().map(|(w, _)| *w).collect();
        let windows = (stretch.len(), trained.len());
        // A busier hour than this one is known to be borne as it is.
        let load = material.load.max(1.0);
        let live = |window: u32, n: u32| Some((stretch.index(window)?, f64::from(n)));
        let base = |window: u32, n: u32| {
            let at = trained.binary_search(&i64::from(window)).ok()?;
            Some((at as u32, load * f64::from(n)))
        };
        let mut entries: IdMap<Calls> = IdMap::default();
        let mut calls: BTreeMap<(u64, u64), Calls> = BTreeMap::new();
        for cell in material.facts.operations.values() {
            let into = &mut entries.entry(cell.service).or_default().live;
            into.extend(
                cell.windows.cells().iter().filter(|(_, c)| c.entries > 0).filter_map(|(w, c)| live(*w, c.entries)),
            );
        }
        for cell in material.facts.pairs.values() {
            let into = &mut calls.entry((cell.callee, cell.caller)).or_default().live;
            into.extend(cell.windows.cells().iter().filter_map(|(w, c)| live(*w, c.calls)));
        }
        for cell in material.base_facts.operations.values() {
            if let Some(calls) = entries.get_mut(&cell.service) {
                calls.base.extend(cell.windows.cells().iter().filter_map(|(w, c)| base(*w, c.entries)));
            }
        }
        for cell in material.base_facts.pairs.values() {
            if let Some(calls) = calls.get_mut(&(cell.callee, cell.caller)) {
                calls.base.extend(cell.windows.cells().iter().filter_map(|(w, c)| base(*w, c.calls)));
            }
        }
        let entries = entries.into_iter().map(|(service, calls)| (service, calls.counts(windows))).collect();
        Self { entries, calls, windows }
    }

    /// Calls during an episode, those to expect by the time outside, and how sure the rise is, given how much the load
    /// varies anyway.
    fn rise(counts: &Counts, episode: Episode) -> (f64, f64, f64) {
        let is_inside = |w: usize| (episode.from..episode.to).contains(&w);
        let windows = || each(&counts.sums).enumerate();
        let during: f64 = windows().filter(|(w, _)| is_inside(*w)).map(|(_, n)| n).sum();
        let usual: Vec<f64> =
            windows().filter(|(w, _)| !is_inside(*w)).map(|(_, n)| n).chain(each(&counts.base_sums)).collect();
        if usual.len() < LEAST_USUAL {
            return (during, during, 0.0);
        }
        let (inside, outside) = (episode.to.saturating_sub(episode.from) as f64, usual.len() as f64);
        let before: f64 = usual.iter().sum();
        let mean = before / outside;
        let level = during / inside.max(1.0);
        let unrest = |n: f64, mean: f64| (n - mean) * (n - mean) / mean.max(1e-9);
        let pearson = usual.iter().map(|n| unrest(*n, mean)).sum::<f64>()
            + windows().filter(|(w, _)| is_inside(*w)).map(|(_, n)| unrest(n, level)).sum::<f64>();
        let dispersion = ((CHANCE_WORTH + pearson) / (CHANCE_WORTH + outside + inside - 2.0)).max(1.0);
        let z = rate_z(during, inside, before, outside).max(0.0) / dispersion.sqrt();
        (during, mean * inside, z * z / (z * z + HALF * HALF))
    }

    /// How much of what a service suffers its rise can explain.
    fn explains(counts: &Counts, episode: Episode, lead: usize) -> f64 {
        if !counts.may_surge(episode, lead) {
            return 0.0;
        }
        let (during, usual, belief) = Self::rise(counts, episode);
        if usual <= 0.0 {
            return 0.0;
        }
        let usual = usual.max(busiest(counts, episode));
        belief * ((during / usual - ORDINARY) / (EXPLAINS_ALL - ORDINARY)).clamp(0.0, 1.0)
    }

    /// Share of a service's blame that goes to whom; to [`NONE`], what comes in from outside. What breaks under load
    /// breaks some time after it rose: of several leads the one that explains most.
    pub(crate) fn flows(&self, episode: Episode) -> Flows {
        let mut best: (f64, Flows) = (0.0, Flows::new());
        let leads = LEADS.into_iter().filter(|lead| *lead <= episode.from);
        let episodes: Vec<(usize, Episode)> =
            leads.map(|lead| (lead, Episode { from: episode.from - lead, ..episode })).collect();
        let mut explained = vec![BTreeMap::new(); episodes.len()];
        for (service, counts) in &self.entries {
            for ((lead, episode), explained) in episodes.iter().zip(&mut explained) {
                let explains = Self::explains(counts, *episode, *lead);
                if explains > 0.0 {
                    explained.insert(*service, explains);
                }
            }
        }
        for ((_, episode), explained) in episodes.iter().zip(&explained) {
            let flows = self.flows_in(*episode, explained);
            let outside = flows.values().filter_map(|f| f.get(&NONE)).fold(0.0_f64, |a, b| a.max(*b));
            if outside > best.0 {
                best = (outside, flows);
            }
        }
        best.1
    }

    /// By how much of each service's blame its rise explains.
    fn flows_in(&self, episode: Episode, explained: &BTreeMap<u64, f64>) -> Flows {
        let mut flows = Flows::new();
        for (service, explains) in explained {
            let Some((during, usual, _)) = self.entries.get(service).map(|c| Self::rise(c, episode)) else { continue };
            let mut from_callers = 0.0;
            for ((_, caller), calls) in self.calls.range((*service, 0)..=(*service, u64::MAX)) {
                let (with, without, _) = Self::rise(&calls.counts(self.windows), episode);
                let share = ((with - without) / (during - usual)).clamp(0.0, 1.0);
                from_callers += share;
                let theirs = explained.get(caller).copied().unwrap_or(0.0);
                if share * theirs > 0.0 {
                    flows.entry(*service).or_default().insert(*caller, share * explains.min(theirs));
                }
            }
            let outside = (1.0 - from_callers).max(0.0);
            if outside > 0.0 {
                flows.entry(*service).or_default().insert(NONE, outside * explains);
            }
        }
        flows
    }
}

/// Calls that the busiest time outside an episode brings in a time of its length: who works in bursts has had some before.
fn busiest(counts: &Counts, episode: Episode) -> f64 {
    let inside = episode.to.saturating_sub(episode.from);
    let part = |from: usize, to: usize| counts.sums.get(from..=to.min(counts.windows())).unwrap_or_default();
    // Runs by the sums up to each of their windows.
    let outside = [part(0, episode.from), part(episode.to, usize::MAX), counts.base_sums.as_slice()];
    let longest = outside.iter().map(|run| run.len().saturating_sub(1)).max().unwrap_or(0);
    let length = inside.min(longest);
    if length == 0 || (length as f64) < LEAST_USUAL_SHARE * inside as f64 {
        return f64::INFINITY;
    }
    let calls = outside.iter().flat_map(|run| run.iter().zip(run.iter().skip(length))).map(|(from, to)| to - from);
    calls.fold(0.0, f64::max) * inside as f64 / length as f64
}

/// Hands blame on to those who send the rise, and accuses those where it comes in.
pub(crate) fn hand_on(blames: &mut [Blame], flows: &Flows) {
    let to = |service: u64, all: bool| {
        let flows = flows.get(&service).into_iter().flatten();
        flows.filter(move |(to, _)| all || **to != NONE).map(|(to, share)| (*to, MOST_HANDED_ON * share))
    };
    let mut moving: BTreeMap<u64, f64> = BTreeMap::new();
    let mut received: BTreeMap<u64, f64> = BTreeMap::new();
    for blame in blames.iter_mut().filter(|blame| flows.contains_key(&blame.service)) {
        let given: f64 = to(blame.service, false).map(|(_, share)| share).sum::<f64>().min(1.0);
        for (_, part) in &mut blame.parts {
            *moving.entry(blame.service).or_default() += *part;
            *part *= 1.0 - given;
        }
        let outside: f64 = to(blame.service, true).filter(|(to, _)| *to == NONE).map(|(_, share)| share).sum();
        if outside > 0.0 {
            received.insert(blame.service, WEIGHT * outside);
        }
    }
    for _ in 0..LONGEST_CHAIN {
        let mut next: BTreeMap<u64, f64> = BTreeMap::new();
        for (from, amount) in &moving {
            for (caller, share) in to(*from, false) {
                *next.entry(caller).or_default() += (amount * share) * (amount * share);
            }
        }
        next.values_mut().for_each(|squares| *squares = squares.sqrt());
        for (service, amount) in &next {
            let given: f64 = to(*service, false).map(|(_, share)| share).sum::<f64>().min(1.0);
            *received.entry(*service).or_default() += amount * (1.0 - given);
        }
        moving = next;
    }
    for blame in blames {
        let Some(amount) = received.get(&blame.service).filter(|a| **a > 0.0) else { continue };
        match blame.parts.iter_mut().find(|(a, _)| *a == Aspect::ThroughputUp) {
            // The same calls were a witness already.
            Some((_, part)) => *part = part.max(*amount),
            None => blame.parts.push((Aspect::ThroughputUp, *amount)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EPISODE: Episode = Episode { from: 10, to: 20, weight: 0.0 };

    const WINDOWS: usize = 20;

    fn steady(before: f64, after: f64) -> Vec<f64> {
        (0..WINDOWS).map(|w| if w < 10 { before } else { after }).collect()
    }

    fn counts(live: &[f64]) -> Counts {
        Counts { sums: sums(live), base_sums: Vec::new() }
    }

    fn calls(live: &[f64]) -> Calls {
        Calls { live: (0..).zip(live.iter().copied()).collect(), base: Vec::new() }
    }

    fn loads(entries: &[(u64, f64, f64)], between: &[(u64, u64, f64, f64)]) -> Loads {
        Loads {
            entries: entries.iter().map(|(s, a, b)| (*s, counts(&steady(*a, *b)))).collect(),
            calls: between.iter().map(|(to, from, a, b)| ((*to, *from), calls(&steady(*a, *b)))).collect(),
            windows: (WINDOWS, 0),
        }
    }

    fn blamed(loads: &Loads, blames: &[(u64, f64)]) -> Vec<(u64, f64)> {
        let mut blames: Vec<Blame> = blames
            .iter()
            .map(|(service, part)| Blame { service: *service, score: *part, parts: vec![(Aspect::OwnErrors, *part)] })
            .collect();
        hand_on(&mut blames, &loads.flows(EPISODE));
        blames.iter().map(|b| (b.service, b.parts.iter().map(|(_, p)| p).sum())).collect()
    }

    #[test]
    fn what_breaks_under_load_is_the_doing_of_where_it_comes_in() {
        let loads = loads(&[(1, 20.0, 80.0), (2, 20.0, 80.0)], &[(2, 1, 20.0, 80.0)]);
        let scores = blamed(&loads, &[(1, 0.1), (2, 3.0)]);
        assert!(scores[0].1 > 3.0 && scores[1].1 < 0.5, "{scores:?}");
    }

    #[test]
    fn calls_that_come_in_are_one_witness() {
        let loads = loads(&[(1, 20.0, 80.0)], &[]);
        let up = |part: f64| {
            let mut blames = vec![Blame { service: 1, score: part, parts: vec![(Aspect::ThroughputUp, part)] }];
            hand_on(&mut blames, &loads.flows(EPISODE));
            blames[0].parts[0].1
        };
        assert!(up(0.0) > 0.5 && (up(0.3) - up(0.0)).abs() < 1e-9 && (up(2.0) - 2.0).abs() < 1e-9);
    }

    #[test]
    fn who_tries_again_sends_no_surge() {
        let loads = loads(&[(1, 20.0, 20.0), (2, 20.0, 40.0)], &[(2, 1, 20.0, 40.0)]);
        assert_eq!(blamed(&loads, &[(1, 0.1), (2, 3.0)]), [(1, 0.1), (2, 3.0)]);
    }

    #[test]
    fn where_load_comes_and_goes_a_rise_is_no_surge() {
        let mut live = steady(20.0, 50.0);
        live[..10].copy_from_slice(&[60.0, 2.0, 70.0, 0.0, 3.0, 55.0, 1.0, 4.0, 0.0, 5.0]);
        let loads = Loads { entries: BTreeMap::from([(1, counts(&live))]), ..Loads::default() };
        assert!(blamed(&loads, &[(1, 0.0)])[0].1 < 0.4);
    }

    #[test]
    fn a_burst_like_those_before_is_no_surge() {
        let mut live = steady(8.0, 8.0);
        live[3..6].fill(30.0);
        live[12..15].fill(33.0);
        let loads = Loads { entries: BTreeMap::from([(1, counts(&live))]), ..Loads::default() };
        assert!(loads.flows(Episode { from: 12, to: 15, weight: 0.0 }).is_empty());
    }

    #[test]
    fn an_ordinary_day_hands_nothing_on() {
        let loads = loads(&[(1, 20.0, 24.0), (2, 20.0, 24.0)], &[(2, 1, 20.0, 24.0)]);
        assert_eq!(blamed(&loads, &[(1, 0.1), (2, 3.0)]), [(1, 0.1), (2, 3.0)]);
    }
}
