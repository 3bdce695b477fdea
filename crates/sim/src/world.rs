//! The state that requests share: pods, load, breakers, queues, meters, what waits to be sent.

use std::collections::{BTreeMap, VecDeque};

use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::trace::v1::Span;

use crate::ailment::Ailment;
use crate::dice::{Dice, Purpose};
use crate::line::Entry;
use crate::load::{Breaker, BreakerKey, Load, queueing, shed};
use crate::meters::Meters;
use crate::otlp::time;
use crate::outbox::Outbox;
use crate::plan::{Hiccup, Plan};
use crate::pods::{PodId, Pods};
use crate::shop::{Graph, ServiceId};
use crate::vars::Vars;

/// A message in a queue.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) sent: i64,
    pub(crate) trace: [u8; 16],
    pub(crate) span: [u8; 8],
    pub(crate) vars: Vars,
}

/// Messages that one consumer group has not taken yet.
#[derive(Debug)]
pub(crate) struct Queue {
    pub(crate) topic: &'static str,
    pub(crate) consumer: (ServiceId, usize),
    pub(crate) messages: VecDeque<Message>,
    pub(crate) produced: u64,
    pub(crate) consumed: u64,
}

/// Longest backlog kept; older messages expire, as a topic's retention has it.
pub(crate) const MAX_BACKLOG: usize = 10_000;

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) graph: Graph,
    pub(crate) ailment: Option<Ailment>,
    pub(crate) hiccups: Vec<Hiccup>,
    pub(crate) pods: Pods,
    pub(crate) loads: Vec<Load>,
    pub(crate) breakers: BTreeMap<BreakerKey, Breaker>,
    pub(crate) queues: Vec<Queue>,
    pub(crate) meters: Meters,
    /// What each peer has done since it began.
    pub(crate) peer_operations: Vec<f64>,
    pub(crate) outbox: Outbox,
    /// For what is no request's own: batching, late sending.
    pub(crate) dice: Dice,
    /// Of [`Scenario`](crate::Scenario).
    pub(crate) storm_retries: u32,
}

impl World {
    pub(crate) fn new(seed: u64, graph: Graph, plan: &Plan, now: i64) -> Self {
        let graph_peers = graph.peers.len();
        let topics = ["orders.placed"];
        let queues = topics
            .into_iter()
            .flat_map(|topic| graph.consumers(topic).into_iter().map(move |consumer| (topic, consumer)))
            .map(|(topic, consumer)| Queue { topic, consumer, messages: VecDeque::new(), produced: 0, consumed: 0 })
            .collect();
        Self {
            seed,
            pods: Pods::new(seed, &graph, now),
            loads: vec![Load::default(); graph.services.len()],
            graph,
            ailment: plan.ailment.clone(),
            hiccups: plan.hiccups.clone(),
            peer_operations: vec![1e7; graph_peers],
            breakers: BTreeMap::new(),
            queues,
            meters: Meters::default(),
            outbox: Outbox::default(),
            dice: Dice::new(seed, Purpose::Batch, 0),
            storm_retries: 0,
        }
    }

    /// Asks the ailment, if there is one.
    pub(crate) fn ask<T>(&self, healthy: T, question: impl FnOnce(&Ailment) -> T) -> T {
        self.ailment.as_ref().map_or(healthy, question)
    }

    /// A pod that takes a request: one that stands, when one does.
    pub(crate) fn choose_pod(&self, service: ServiceId, at: i64, dice: &mut Dice) -> (PodId, bool) {
        let pods = self.pods.of(service);
        let first = dice.below(pods.len());
        let away = |slot: usize| self.ask(false, |a| a.is_away(service, slot, at));
        // The balancer learns late that a pod is gone: one in four requests still goes there.
        if away(first)
            && dice.chance(0.75)
            && let Some(slot) = (0..pods.len()).find(|slot| !away(*slot))
        {
            return (pods[slot], true);
        }
        (pods[first], !away(first))
    }

    /// How many times longer a peer takes just now.
    pub(crate) fn hiccup(&self, peer: usize, at: i64) -> f64 {
        let mut begun = self.hiccups.iter().take_while(|h| h.from <= at);
        let now = begun.find(|h| h.peer == peer && at < h.to);
        now.map_or(1.0, |h| h.factor)
    }

    /// Ends a step: averages move on, and so do the counters of peers.
    pub(crate) fn end_step(&mut self, seconds: f64) {
        self.loads.iter_mut().for_each(|l| l.end_step(seconds));
        for (id, operations) in self.peer_operations.iter_mut().enumerate() {
            let users = self.graph.users(self.graph.peers[id].name);
            let ratio = users.iter().map(|s| self.loads[*s].served_ratio()).sum::<f64>() / users.len().max(1) as f64;
            *operations += 180.0 * ratio.min(10.0) * seconds;
        }
    }

    /// CPU demand against capacity on a pod; above 1 it is overloaded.
    pub(crate) fn utilisation(&self, service: ServiceId, slot: usize, at: i64) -> f64 {
        let usual = self.graph.service(service).cpu_usual;
        usual * self.loads[service].work_ratio() * self.ask(1.0, |a| a.work_factor(service, slot, at)).min(2.5)
    }

    /// How many times longer computing takes on a pod.
    pub(crate) fn slowness(&self, service: ServiceId, slot: usize, at: i64) -> f64 {
        let pod = &self.pods.all[self.pods.of(service)[slot]];
        // Caches and compilers are cold at first.
        let warming = if at - pod.started < 10_000_000_000 { 1.5 } else { 1.0 };
        warming * queueing(self.utilisation(service, slot, at)) * self.ask(1.0, |a| a.work_factor(service, slot, at))
    }

    pub(crate) fn sheds(&self, service: ServiceId, slot: usize, at: i64, dice: &mut Dice) -> bool {
        dice.chance(shed(self.utilisation(service, slot, at)))
    }

    /// Whether what a pod writes at a moment is ever seen.
    fn is_seen(&self, pod: PodId, at: i64) -> bool {
        let pod = &self.pods.all[pod];
        self.ask(true, |a| !a.is_dark(pod.service, at) && !a.is_away(pod.service, pod.slot, at))
    }

    fn clock_offset(&self, pod: PodId, at: i64) -> i64 {
        let pod = &self.pods.all[pod];
        self.ask(0, |a| a.clock_offset(pod.service, pod.slot, at))
    }

    /// When a record written at a moment is sent: at once, but for the few that wait in a buffer.
    fn sent(&mut self, at: i64) -> i64 {
        if self.dice.chance(0.004) { at + (self.dice.between(1.0, 6.0) * 1e9) as i64 } else { at }
    }

    /// Writes a log record.
    pub(crate) fn log(&mut self, pod: PodId, mut entry: Entry<'_>) {
        let at = entry.at;
        let sent = self.sent(at);
        if !self.is_seen(pod, at) || !self.is_seen(pod, sent) {
            return;
        }
        entry.at += self.clock_offset(pod, at);
        let service = self.graph.service(self.pods.all[pod].service);
        let record = entry.record(service, &self.pods.all[pod]);
        self.outbox.log(pod, sent, record);
    }

    /// Writes a record that has its form already: a change event, an event of the cluster.
    pub(crate) fn event(&mut self, pod: PodId, at: i64, mut record: LogRecord) {
        record.time_unix_nano = time(at);
        self.outbox.log(pod, at, record);
    }

    /// Ends a span; its times are true ones and become those of the pod's clock.
    pub(crate) fn span(&mut self, pod: PodId, start: i64, end: i64, mut span: Span) {
        let sent = self.sent(end);
        let (service, slot) = (self.pods.all[pod].service, self.pods.all[pod].slot);
        if !self.is_seen(pod, end) || self.ask(false, |a| a.dies(service, slot, start, sent)) {
            return;
        }
        let offset = self.clock_offset(pod, start);
        span.start_time_unix_nano = time(start + offset);
        span.end_time_unix_nano = time(end + offset);
        for event in &mut span.events {
            event.time_unix_nano = time(end + offset);
        }
        self.outbox.span(pod, sent, span);
    }
}
