//! Change events: deployments, commits, flags, configuration. Most did nothing.

use crate::ailment::Ailment;
use crate::dice::Dice;
use crate::scenario::nanos;
use crate::shop::{Act, Graph, ServiceId, each};
use crate::{ChangeTruth, Fault, Scenario};

/// What was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ChangeKind {
    /// To this version.
    Deployment {
        version: String,
    },
    Commit {
        file: String,
        diff: String,
    },
    Flag {
        key: String,
        change: &'static str,
    },
    Config {
        key: &'static str,
    },
    /// An experiment of a chaos engineering tool.
    Experiment {
        fault: Fault,
        phase: &'static str,
    },
}

impl ChangeKind {
    pub(crate) fn event_name(&self) -> &'static str {
        match self {
            Self::Deployment { .. } => "deployment",
            Self::Commit { .. } => "vcs.commit",
            Self::Flag { .. } => "feature_flag.change",
            Self::Config { .. } => "config.change",
            Self::Experiment { .. } => "chaos.experiment",
        }
    }

    /// Whether a running service is changed, and not only a repository.
    pub(crate) fn touches_service(&self) -> bool {
        !matches!(self, Self::Commit { .. })
    }
}

/// A change at its time.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) at: i64,
    pub(crate) service: ServiceId,
    pub(crate) kind: ChangeKind,
    pub(crate) revision: String,
    pub(crate) author: &'static str,
    pub(crate) title: String,
    /// When the new pods take over; only of deployments.
    pub(crate) rollout: Option<i64>,
}

impl Change {
    pub(crate) fn truth(&self, graph: &Graph) -> ChangeTruth {
        ChangeTruth {
            at_unix_nano: self.at,
            kind: self.kind.event_name().to_owned(),
            service: graph.service(self.service).name.to_owned(),
            revision: self.revision.clone(),
        }
    }
}

const AUTHORS: &[&str] = &["m.okafor", "t.lindqvist", "a.duarte", "j.brenner", "s.iyer", "l.moreau"];
const TITLES: &[&str] = &[
    "bump dependencies",
    "tidy log fields",
    "add readiness details",
    "rename helper, no functional change",
    "translate error pages",
    "raise test coverage",
    "drop unused endpoint",
    "document retry settings",
];

/// A version of a service after so many deployments.
pub(crate) fn version(service: ServiceId, deployments: usize) -> String {
    format!("{}.{}.{}", 1 + service % 3, 4 + service * 7 % 23, service * 3 % 10 + deployments)
}

/// The changes of an ordinary day, in order of time.
pub(super) fn innocent(scenario: &Scenario, graph: &Graph, dice: &mut Dice) -> Vec<Change> {
    let length = nanos(scenario.healthy) + nanos(scenario.faulty) + nanos(scenario.recovery);
    let minutes = length as f64 / 60e9;
    let services = graph.services.len();
    let mut out: Vec<Change> = Vec::new();
    let draw = |dice: &mut Dice| scenario.start_unix_nano + (length as f64 * dice.between(0.05, 0.97)) as i64;
    for _ in 0..dice.count(0.16 * minutes).min(3) {
        let (at, service) = (draw(dice), dice.below(services));
        if out.iter().any(|c| c.service == service) {
            continue;
        }
        let mut change = deployment(at, service, dice);
        change.title = format!("{}: {}", graph.service(service).name, dice.pick(TITLES));
        out.push(change);
    }
    for _ in 0..dice.count(0.5 * minutes).min(12) {
        let service = dice.below(services);
        let name = graph.service(service).name;
        let file = format!("services/{name}/README.md");
        let diff = format!("@@ {file} @@\n-Retries: 2\n+Retries: 2 (see runbook)");
        let title = format!("{name}: {}", dice.pick(TITLES));
        out.push(Change { kind: ChangeKind::Commit { file, diff }, title, ..plain(draw(dice), service, dice) });
    }
    if dice.chance(0.35) {
        let service = dice.below(services);
        let key = format!("{}-new-layout", graph.service(service).name);
        let change = Change {
            title: format!("{key} off->on"),
            kind: ChangeKind::Flag { key: key.clone(), change: "off->on" },
            revision: key,
            ..plain(draw(dice), service, dice)
        };
        out.push(change);
    }
    if dice.chance(0.25) {
        let service = dice.below(services);
        let kind = ChangeKind::Config { key: "log.sampling" };
        let title = "log.sampling 0.10 -> 0.12".to_owned();
        out.push(Change { kind, title, ..plain(draw(dice), service, dice) });
    }
    out.sort_by_key(|c| c.at);
    out
}

fn plain(at: i64, service: ServiceId, dice: &mut Dice) -> Change {
    let kind = ChangeKind::Config { key: "" };
    Change {
        at,
        service,
        kind,
        revision: dice.hex(40),
        author: dice.pick(AUTHORS),
        title: String::new(),
        rollout: None,
    }
}

fn deployment(at: i64, service: ServiceId, dice: &mut Dice) -> Change {
    let version = version(service, 1);
    let rollout = Some(at + (dice.between(3.0, 12.0) * 1e9) as i64);
    Change { kind: ChangeKind::Deployment { version }, rollout, ..plain(at, service, dice) }
}

/// The announcements of an experiment: that it begins, and that it is over.
pub(super) fn experiment(ailment: &Ailment, graph: &Graph, dice: &mut Dice) -> [Change; 2] {
    let (fault, name) = (ailment.fault, graph.service(ailment.service).name);
    let change = plain(ailment.onset, ailment.service, dice);
    [(ailment.onset, "started"), (ailment.ended, "ended")].map(|(at, phase)| Change {
        at,
        kind: ChangeKind::Experiment { fault, phase },
        title: format!("experiment {fault} on {name} {phase}"),
        ..change.clone()
    })
}

/// The change that brings the fault, when one does.
pub(super) fn guilty(ailment: &Ailment, graph: &Graph, dice: &mut Dice) -> Option<Change> {
    let name = graph.service(ailment.service).name;
    match ailment.fault {
        Fault::SlowQuery => {
            let at = ailment.onset - (dice.between(4.0, 15.0) * 1e9) as i64;
            let table = ailment.statement.map_or("", |s| table_of(graph, ailment, s));
            let title = if ailment.variant == 0 {
                format!("{name}: load details of each {table} row when listing")
            } else {
                format!("{name}: widen filter on {table}")
            };
            Some(Change { title, rollout: Some(ailment.onset), ..deployment(at, ailment.service, dice) })
        }
        Fault::ApplicationException if dice.chance(0.4) => {
            let key = format!("{name}-tiered-rules");
            let kind = ChangeKind::Flag { key: key.clone(), change: "off->on" };
            let title = format!("{key} off->on");
            let at = ailment.onset - (dice.between(0.5, 3.0) * 1e9) as i64;
            Some(Change { kind, title, revision: key, ..plain(at, ailment.service, dice) })
        }
        _ => None,
    }
}

fn table_of(graph: &Graph, ailment: &Ailment, statement: &str) -> &'static str {
    let mut found = "";
    for operation in graph.service(ailment.service).operations {
        each(operation.acts, &mut |act| {
            if let Act::Query { statement: s, table, .. } = act
                && *s == statement
            {
                found = table;
            }
        });
    }
    found
}
