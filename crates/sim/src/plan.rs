//! What will happen in a run, drawn before it starts: the ailment, the changes, the rhythm of the jobs.
//!
//! What is usual (changes of innocent services, jobs, noise) is drawn from a stream that knows nothing of the fault, so
//! the healthy run of a seed is the background of all its faulty runs.

mod changes;
mod choose;

use crate::ailment::Ailment;
use crate::dice::{Dice, Purpose};
use crate::scenario::nanos;
use crate::shop::{Graph, ServiceId};
use crate::{Scenario, Truth};

pub(crate) use changes::{Change, ChangeKind, version};

/// A job that runs every so often.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Job {
    pub(crate) service: ServiceId,
    pub(crate) operation: usize,
    pub(crate) every: i64,
    pub(crate) next: i64,
}

/// A peer that is slow for some seconds, as databases are when they tidy up. Not worth a call at night.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hiccup {
    pub(crate) peer: usize,
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) factor: f64,
}

/// The plan of a run.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) ailment: Option<Ailment>,
    /// In order of time.
    pub(crate) changes: Vec<Change>,
    pub(crate) jobs: Vec<Job>,
    pub(crate) hiccups: Vec<Hiccup>,
    pub(crate) truth: Truth,
}

impl Plan {
    pub(crate) fn new(scenario: &Scenario, graph: &Graph) -> Self {
        let mut usual = Dice::new(scenario.seed, Purpose::Background, 0);
        let mut changes = changes::innocent(scenario, graph, &mut usual);
        let jobs = jobs(scenario, graph, &mut usual);
        let hiccups = hiccups(scenario, graph, &mut usual);
        let mut truth = Truth {
            seed: scenario.seed,
            innocent_changes: changes.iter().map(|c| c.truth(graph)).collect(),
            services: graph.services.iter().map(|s| s.name.to_owned()).collect(),
            start_unix_nano: scenario.start_unix_nano,
            end_unix_nano: scenario.end_unix_nano(),
            ..Truth::default()
        };
        let ailment = scenario.fault.map(|fault| {
            let mut dice = Dice::new(scenario.seed, Purpose::Plan, fault as u64);
            let busy: Vec<ServiceId> = changes.iter().filter(|c| c.kind.touches_service()).map(|c| c.service).collect();
            let ailment = choose::ailment(fault, scenario, graph, &busy, &mut dice);
            let guilty = changes::guilty(&ailment, graph, &mut dice);
            choose::tell(&ailment, graph, &mut truth);
            truth.guilty_change = guilty.as_ref().map(|c| c.truth(graph));
            changes.extend(guilty);
            if scenario.announced {
                changes.extend(changes::experiment(&ailment, graph, &mut dice));
            }
            ailment
        });
        changes.sort_by_key(|c| c.at);
        Self { ailment, changes, jobs, hiccups, truth }
    }
}

/// About one every two minutes somewhere in the shop.
fn hiccups(scenario: &Scenario, graph: &Graph, dice: &mut Dice) -> Vec<Hiccup> {
    let length = scenario.end_unix_nano() - scenario.start_unix_nano;
    let mut out: Vec<Hiccup> = (0..dice.count(length as f64 / 120e9))
        .map(|_| {
            let from = scenario.start_unix_nano + (length as f64 * dice.unit()) as i64;
            let to = from + (dice.between(2.0, 7.0) * 1e9) as i64;
            Hiccup { peer: dice.below(graph.peers.len()), from, to, factor: dice.between(1.5, 3.0) }
        })
        .collect();
    out.sort_by_key(|h| h.from);
    out
}

/// Jobs, each with a rhythm and a phase of its own.
fn jobs(scenario: &Scenario, graph: &Graph, dice: &mut Dice) -> Vec<Job> {
    const SECOND: i64 = 1_000_000_000;
    let every_s = |route: &str| match route {
        "import-feed" => 3,
        "close-waves" => 60,
        "refresh-ranking" => 75,
        _ => 110,
    };
    let mut jobs = Vec::new();
    for (service, spec) in graph.services.iter().enumerate() {
        for (operation, o) in spec.operations.iter().enumerate().filter(|(_, o)| o.method == "cron") {
            let every = every_s(o.route) * SECOND;
            let next = scenario.start_unix_nano - nanos(crate::WARM_UP) + (every as f64 * dice.unit()) as i64;
            jobs.push(Job { service, operation, every, next });
        }
    }
    jobs
}
