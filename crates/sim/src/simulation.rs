//! The run itself: what happens in each stretch of event time, in order; what is sent twice, twice.

mod cluster;
mod consumers;
mod events;

use std::collections::BTreeMap;

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;

use crate::dice::{Dice, Purpose};
use crate::plan::Plan;
use crate::scenario::nanos;
use crate::shop::{Graph, ServiceId};
use crate::traffic::{MIX, Rhythm};
use crate::walk::Walk;
use crate::world::World;
use crate::{Scenario, Step, Truth, WARM_UP};

/// A run, step by step in event-time order.
#[derive(Debug)]
pub struct Simulation {
    scenario: Scenario,
    plan: Plan,
    world: World,
    rhythm: Rhythm,
    mix: Vec<((ServiceId, usize), f64)>,
    /// Replacements of pods to come: when, of which service, which slot.
    rollouts: Vec<(i64, ServiceId, usize)>,
    /// Whether the events of the cluster are collected.
    has_cluster_events: bool,
    /// By queue and lane: until when a consumer is at work.
    busy_until: BTreeMap<(usize, usize), i64>,
    next_change: usize,
    now: i64,
    number: u64,
    /// A step that the exporters are about to send again.
    again: Option<Step>,
}

impl Simulation {
    /// Draws the plan of a run; the shop warms up when the first step is asked for.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        let scenario = &scenario.within_limits();
        let graph = Graph::shop();
        let mut plan = Plan::new(scenario, &graph);
        let total: f64 = MIX.iter().map(|m| m.2).sum();
        let mix = MIX.iter().filter_map(|(s, r, w)| graph.find(s, r).map(|t| (t, w / total))).collect();
        let begin = scenario.start_unix_nano - nanos(WARM_UP);
        let mut world = World::new(scenario.seed, graph, &plan, begin);
        world.storm_retries = scenario.storm_retries;
        let truth = &mut plan.truth;
        if let Some(ailment) = &plan.ailment
            && ailment.hurt.iter().filter(|h| **h).count() < ailment.hurt.len()
        {
            let one = ailment.hurt.iter().position(|h| *h).and_then(|slot| world.pods.of(ailment.service).get(slot));
            truth.component = one.map(|pod| world.pods.all[*pod].name.clone());
        }
        Self {
            scenario: scenario.clone(),
            plan,
            world,
            rhythm: Rhythm::new(scenario.seed),
            mix,
            rollouts: Vec::new(),
            has_cluster_events: Dice::new(scenario.seed, Purpose::Background, 1).chance(0.7),
            busy_until: BTreeMap::new(),
            next_change: 0,
            now: begin,
            number: 0,
            again: None,
        }
    }

    /// What was done to whom.
    #[must_use]
    pub fn truth(&self) -> &Truth {
        &self.plan.truth
    }

    /// An ordinary stretch before the start, of which nothing is told: it fills counters and teaches what is usual.
    fn warm_up(&mut self) {
        while self.now < self.scenario.start_unix_nano {
            let to = (self.now + 1_000_000_000).min(self.scenario.start_unix_nano);
            self.advance(to);
        }
        self.world.loads.iter_mut().for_each(|l| l.learn_usual(WARM_UP.as_secs_f64()));
    }

    /// All that happens up to `to`.
    fn advance(&mut self, to: i64) -> Step {
        let from = self.now;
        let seconds = (to - from) as f64 / 1e9;
        self.world.hiccups.retain(|h| h.to > from);
        self.changes(to);
        self.replace_pods(to);
        self.restart_pods(from, to);
        self.cluster_events(from, to);
        self.requests(from, to, seconds);
        self.consume(to);
        self.jobs(to);
        self.world.end_step(seconds);
        let metrics = self.metrics(from, to);
        self.now = to;
        self.number += 1;
        let (logs, traces) = self.world.outbox.take(to, &self.world.pods);
        Step { at_unix_nano: to, logs, metrics, traces }
    }

    fn requests(&mut self, from: i64, to: i64, seconds: f64) {
        let mut arrivals = Vec::new();
        let level = self.scenario.rate * self.rhythm.level(from) * seconds;
        for (at, ((service, operation), share)) in self.mix.iter().enumerate() {
            let mut dice = Dice::new(self.world.seed, Purpose::Traffic, self.number << 8 | at as u64);
            let is_small = self.world.graph.service(*service).name == "partner-api";
            let surge = self.world.ask(1.0, |a| a.surge(*service, from, is_small));
            for n in 0..dice.count(level * share * surge) {
                let start = from + ((to - from) as f64 * dice.unit()) as i64;
                arrivals.push((start, at, n, (*service, *operation)));
            }
        }
        arrivals.sort_unstable();
        for (start, at, n, target) in arrivals {
            let index = self.number << 32 | (at as u64) << 24 | n as u64;
            let mut dice = Dice::new(self.world.seed, Purpose::Request, index);
            let (pod, stands) = self.world.choose_pod(target.0, start, &mut dice);
            if stands && !self.world.ask(false, |a| a.is_dark(target.0, start)) {
                Walk::new(&mut self.world, dice).serve(target, pod, start, None);
            }
        }
    }

    fn jobs(&mut self, to: i64) {
        for at in 0..self.plan.jobs.len() {
            while self.plan.jobs[at].next < to {
                let job = self.plan.jobs[at];
                self.plan.jobs[at].next += job.every;
                let index = 1 << 63 | (at as u64) << 48 | (job.next / 1_000_000_000) as u64;
                let mut dice = Dice::new(self.world.seed, Purpose::Request, index);
                let (pod, stands) = self.world.choose_pod(job.service, job.next, &mut dice);
                // Rhythms are not exact, and an import is sometimes skipped or doubled.
                let runs = if job.every < 10_000_000_000 { dice.count(self.rhythm.mood(job.next)) } else { 1 };
                let start = job.next + (dice.unit() * 4e8) as i64;
                for _ in 0..if stands { runs } else { 0 } {
                    let dice = Dice::new(self.world.seed, Purpose::Request, dice.bits() | 1 << 63);
                    Walk::new(&mut self.world, dice).serve((job.service, job.operation), pod, start, None);
                }
            }
        }
    }

    fn metrics(&mut self, from: i64, to: i64) -> Option<ExportMetricsServiceRequest> {
        let interval = nanos(self.scenario.metric_interval);
        let mut out = Vec::new();
        // Each exporter has a phase of its own.
        let due = |n: usize| {
            let phase = (n as i64).wrapping_mul(7_368_787_001).rem_euclid(interval);
            let next = from + (phase - from).rem_euclid(interval);
            (next < to).then_some(next)
        };
        for pod in self.world.pods.serving() {
            if let Some(at) = due(pod) {
                out.extend(self.world.export(pod, at));
            }
        }
        let began = self.scenario.start_unix_nano - 86_400_000_000_000;
        for peer in 0..self.world.graph.peers.len() {
            if let Some(at) = due(peer + 4_096) {
                out.extend(self.world.export_peer(peer, at, began));
            }
        }
        (!out.is_empty()).then_some(ExportMetricsServiceRequest { resource_metrics: out })
    }
}

impl Iterator for Simulation {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        let end = self.scenario.end_unix_nano();
        if self.number == 0 {
            self.warm_up();
        }
        if let Some(again) = self.again.take() {
            return Some(again);
        }
        if self.now >= end {
            return None;
        }
        let length = nanos(self.scenario.step);
        let step = self.advance(self.now.saturating_add(length).min(end));
        let every = u64::from(self.scenario.resend_every_steps);
        self.again = (every > 0 && self.number.is_multiple_of(every)).then(|| step.clone());
        Some(step)
    }
}
