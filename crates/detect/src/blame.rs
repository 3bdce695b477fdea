//! Who is to blame: services ranked by how much of what changed is theirs.
//!
//! Each aspect is a witness. What a witness says of a service counts by how it stands to the loudest of its kind (so
//! that z of different scales add up), damped while the loudest is still weak; witnesses differ in how well they tell a
//! cause from a victim, hence the weights.

use std::collections::{BTreeMap, BTreeSet};

use crate::accuse::{self, Flows};
use crate::evidence::{Aspect, Item, Ledger};
use crate::ids::{IdMap, NONE};
use crate::material::Material;
use crate::role::Role;
use crate::signal::What;
use crate::surge;
use crate::traces::PairCell;

/// A service and how much points at it.
#[derive(Clone, Debug)]
pub(crate) struct Blame {
    pub(crate) service: u64,
    pub(crate) score: f64,
    /// Contribution by aspect, the greatest first.
    pub(crate) parts: Vec<(Aspect, f64)>,
}

/// How much a witness is worth.
fn weight(aspect: Aspect) -> f64 {
    match aspect {
        Aspect::Lost => 1.0,
        Aspect::Gained => 0.25,
        Aspect::GainedError => 1.2,
        Aspect::Rising => 0.3,
        Aspect::RisingError => 0.8,
        Aspect::Falling => 0.3,
        Aspect::Gap => 1.3,
        Aspect::Unanswered => 1.5,
        Aspect::Clock => 1.5,
        Aspect::Silence => 1.8,
        // Comes from others' blame alone.
        Aspect::Accused => 0.0,
        Aspect::SelfTime => 0.6,
        Aspect::Latency => 0.4,
        Aspect::OwnErrors => 1.2,
        Aspect::EdgeErrors => 0.6,
        Aspect::Structure => 0.5,
        Aspect::Ended | Aspect::BrokeOff => 1.0,
        Aspect::ThroughputDown => 0.2,
        Aspect::ThroughputUp => 1.2,
        Aspect::Resource(Role::Cpu) => 1.2,
        Aspect::Resource(Role::Io) => 0.3,
        Aspect::Resource(_) => 1.0,
        Aspect::Symptom(Role::Errors | Role::Success) => 0.8,
        Aspect::Symptom(Role::Latency) => 0.25,
        Aspect::Symptom(_) => 0.2,
    }
}

/// Strength at which a witness is half believed.
const HALF: f64 = 4.0;

/// How far a strength is believed, 0 to 1: what a search through noise yields hardly, what a fault does nearly wholly.
fn believed(strength: f64) -> f64 {
    strength * strength / (strength * strength + HALF * HALF)
}

/// The graph as far as blame needs it, found once for all stretches.
#[derive(Clone, Debug, Default)]
pub(crate) struct Graph {
    /// Edges of each service on which an aspect could show.
    edges: BTreeMap<Aspect, IdMap<Ends>>,
    /// Whom an edge, or a pair of services, calls.
    called: IdMap<u64>,
    /// Direct callees by caller, and callers by callee.
    callees: IdMap<Vec<u64>>,
    callers: IdMap<Vec<u64>>,
}

impl Graph {
    pub(crate) fn new(material: &Material<'_>) -> Self {
        let (edges, called) = edge_counts(material);
        let mut graph = Self { edges, called, ..Self::default() };
        for edge in material.facts.edges.values().chain(material.base_facts.edges.values()) {
            if edge.caller != NONE && edge.caller != edge.callee {
                graph.callees.entry(edge.caller).or_default().push(edge.callee);
                graph.callers.entry(edge.callee).or_default().push(edge.caller);
            }
        }
        for services in graph.callees.values_mut().chain(graph.callers.values_mut()) {
            services.sort_unstable();
            services.dedup();
        }
        graph
    }

    /// The edges that some items tell of, as a service sees them.
    fn hurt(&self, service: u64, items: &[Item]) -> Ends {
        let mut hurt = Ends::default();
        for item in items {
            let (What::EdgeGap { edge: key } | What::Unanswered { pair: key } | What::Impossible { pair: key }) =
                item.what
            else {
                continue;
            };
            if self.called.get(&key) == Some(&service) { hurt.called += 1.0 } else { hurt.calls += 1.0 }
        }
        hurt
    }

    /// A service, whoever calls it and whomever it calls, be it through others: what befalls one of them may be its doing.
    pub(crate) fn near(&self, service: u64) -> BTreeSet<u64> {
        let mut near = reach(&self.callees, service);
        near.extend(reach(&self.callers, service));
        near
    }

    /// Direct callers and callees.
    pub(crate) fn neighbours(&self, service: u64) -> impl Iterator<Item = u64> {
        [&self.callers, &self.callees].into_iter().filter_map(move |of| of.get(&service)).flatten().copied()
    }
}

fn reach(next: &IdMap<Vec<u64>>, from: u64) -> BTreeSet<u64> {
    let (mut reached, mut open) = (BTreeSet::from([from]), vec![from]);
    while let Some(service) = open.pop() {
        open.extend(next.get(&service).into_iter().flatten().copied().filter(|s| reached.insert(*s)));
    }
    reached
}

/// All services with evidence, the most blamed first.
pub(crate) fn rank(graph: &Graph, ledger: &Ledger, flows: &Flows, surges: &Flows) -> (Vec<Blame>, f64) {
    let greatest = ledger.greatest();
    let mut blames: Vec<Blame> = ledger
        .services
        .iter()
        .filter(|(service, _)| **service != NONE)
        .map(|(service, aspects)| {
            let mut parts: Vec<(Aspect, f64)> = aspects
                .iter()
                .map(|(aspect, items)| {
                    let strength = items.first().map_or(0.0, |i| i.strength);
                    let most = greatest.get(aspect).copied().unwrap_or(1.0).max(1e-9);
                    let mut part = weight(*aspect) * believed(strength) * (strength / most);
                    if let Some(all) = graph.edges.get(aspect) {
                        let all = all.get(service).copied().unwrap_or_default();
                        part *= graph.hurt(*service, items).share_of(all);
                    }
                    (*aspect, part)
                })
                .collect();
            parts.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            Blame { service: *service, score: parts.iter().map(|(_, p)| p).sum(), parts }
        })
        .collect();
    let alarm = blames.iter().map(|b| b.score).sum();
    accuse::hand_on(&mut blames, flows);
    surge::hand_on(&mut blames, surges);
    excuse_surge(&mut blames, &graph.callers);
    excuse(&mut blames, &graph.callees);
    blames.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.service.cmp(&b.service)));
    (blames, alarm)
}

/// Edges of a service, by which end it is.
#[derive(Clone, Copy, Debug, Default)]
struct Ends {
    called: f64,
    calls: f64,
}

impl Ends {
    /// How much of all edges these are, from 0 to 1: half of it counted over all, half in the direction in which they are
    /// more of them. A way may be slow for what comes in alone, and who is called by one and calls ten is not less hurt.
    fn share_of(self, all: Self) -> f64 {
        let share = |hurt: f64, all: f64| if all > 0.0 { (hurt / all).min(1.0) } else { 0.0 };
        let one_way = share(self.called, all.called).max(share(self.calls, all.calls));
        0.5 * (share(self.called + self.calls, (all.called + all.calls).max(1.0)) + one_way)
    }
}

/// Edges of each service on which an aspect could show, and whom each calls. What all hurt edges have in common is to
/// blame: so an aspect of edges counts by the share of a service's edges that show it.
fn edge_counts(material: &Material<'_>) -> (BTreeMap<Aspect, IdMap<Ends>>, IdMap<u64>) {
    let mut gaps: IdMap<Ends> = IdMap::default();
    let mut pairs: IdMap<Ends> = IdMap::default();
    let mut called: IdMap<u64> = IdMap::default();
    for (key, edge) in &material.facts.edges {
        if edge.windows.cells().iter().any(|(_, c)| c.gap.count() > 0) {
            gaps.entry(edge.caller).or_default().calls += 1.0;
            gaps.entry(edge.callee).or_default().called += 1.0;
        }
        called.insert(*key, edge.callee);
    }
    for (key, pair) in &material.facts.pairs {
        // Peers that never answer (databases, others' services) cannot fall silent; who answered in the baseline can.
        let answers = |p: &PairCell| p.windows.cells().iter().any(|(_, c)| c.unanswered < c.calls);
        if answers(pair) || material.base_facts.pairs.get(key).is_some_and(answers) {
            pairs.entry(pair.caller).or_default().calls += 1.0;
            pairs.entry(pair.callee).or_default().called += 1.0;
        }
        called.insert(*key, pair.callee);
    }
    (BTreeMap::from([(Aspect::Gap, gaps), (Aspect::Unanswered, pairs.clone()), (Aspect::Clock, pairs)]), called)
}

/// Whether an aspect of a caller may only echo what its callee suffers.
pub(crate) fn echoes(aspect: Aspect) -> bool {
    !matches!(
        aspect,
        Aspect::Gap
            | Aspect::Unanswered
            | Aspect::Clock
            | Aspect::Silence
            | Aspect::Accused
            | Aspect::SelfTime
            | Aspect::Resource(_)
            | Aspect::ThroughputUp
    )
}

/// Load travels from caller to callee: a service that is called more often because its caller is is no source of it, and
/// what breaks there under the load is the surge's doing.
fn excuse_surge(blames: &mut [Blame], callers: &IdMap<Vec<u64>>) {
    let surge: IdMap<f64> = blames
        .iter()
        .map(|b| (b.service, b.parts.iter().filter(|(a, _)| *a == Aspect::ThroughputUp).map(|(_, p)| p).sum()))
        .collect();
    for blame in blames {
        let callers = callers.get(&blame.service).into_iter().flatten();
        let load = callers.filter_map(|caller| surge.get(caller)).fold(0.0_f64, |a, b| a.max(*b));
        let kept = 1.0 - MOST_EXCUSED * load / (load + HALF_EXCUSED);
        for (_, part) in &mut blame.parts {
            *part *= kept;
        }
    }
}

/// Share of an echo that a callee can excuse at most, and the strength of its cause at which half of that is excused.
const MOST_EXCUSED: f64 = 0.9;
const HALF_EXCUSED: f64 = 0.3;

/// Failures and delays travel from callee to caller: what a caller shows is excused as far as a callee shows a cause.
fn excuse(blames: &mut [Blame], callees: &IdMap<Vec<u64>>) {
    let own: IdMap<f64> = blames
        .iter()
        .map(|b| {
            let causes = |a: Aspect| {
                !matches!(
                    a,
                    Aspect::Symptom(_)
                        | Aspect::ThroughputDown
                        | Aspect::ThroughputUp
                        | Aspect::Falling
                        | Aspect::Latency
                        | Aspect::Structure
                )
            };
            (b.service, b.parts.iter().filter(|(a, _)| causes(*a)).map(|(_, p)| p).sum())
        })
        .collect();
    for blame in blames {
        let cause = callees
            .get(&blame.service)
            .into_iter()
            .flatten()
            .filter_map(|c| own.get(c))
            .fold(0.0_f64, |a, b| a.max(*b));
        let kept = 1.0 - MOST_EXCUSED * cause / (cause + HALF_EXCUSED);
        for (aspect, part) in &mut blame.parts {
            if echoes(*aspect) {
                *part *= kept;
            }
        }
        blame.parts.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        blame.score = blame.parts.iter().map(|(_, p)| p).sum();
    }
}
