//! What kind of thing changed at a service, and whom a signal speaks of.

use crate::ids::NONE;
use crate::material::Material;
use crate::role::{Role, of_host};
use crate::signal::What;

/// What kind of thing changed at a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Aspect {
    /// Templates that stand in a call no more; errors that cease are no complaint.
    Lost,
    /// Templates that stand in a call anew.
    Gained,
    /// The same, of errors.
    GainedError,
    /// Templates that came, by their rate alone.
    Rising,
    RisingError,
    /// Templates that went, by their rate alone.
    Falling,
    /// Calls that are not answered.
    Unanswered,
    /// Calls at impossible times.
    Clock,
    /// Nothing is heard of it.
    Silence,
    /// Failures of its callers name it.
    Accused,
    /// Way between caller and callee.
    Gap,
    SelfTime,
    /// Latency of calls into the service.
    Latency,
    /// Failures that no callee explains.
    OwnErrors,
    EdgeErrors,
    /// Children of calls that vanished or multiplied.
    Structure,
    /// Callers do nothing more after having called it.
    Ended,
    /// It does nothing more after having called another one, which did all that it always does.
    BrokeOff,
    ThroughputDown,
    ThroughputUp,
    /// A resource of the service.
    Resource(Role),
    /// A metric of how its requests fare.
    Symptom(Role),
}

impl Aspect {
    /// Whether it says that something fares worse. A new version writes other records and calls others: that is what it is
    /// for.
    pub(crate) fn is_harm(self) -> bool {
        !matches!(
            self,
            Self::Lost
                | Self::Gained
                | Self::Rising
                | Self::Falling
                | Self::BrokeOff
                | Self::Structure
                | Self::ThroughputDown
                | Self::ThroughputUp
                | Self::Symptom(Role::Throughput | Role::Network | Role::Other)
        )
    }
}

/// Whom a signal speaks of, and how.
pub(super) fn of(material: &Material<'_>, what: What, service: u64, z: f64) -> Vec<(u64, Aspect)> {
    let up = z > 0.0;
    let is_error = |pattern: u64| material.patterns.by_key.get(&pattern).is_some_and(|p| p.severity.is_error());
    let one = |aspect| vec![(service, aspect)];
    match what {
        What::Presence { pattern, .. } | What::Rate { pattern } if !up && is_error(pattern) => Vec::new(),
        What::Presence { pattern, .. } => one(match (up, is_error(pattern)) {
            (true, true) => Aspect::GainedError,
            (true, false) => Aspect::Gained,
            (false, _) => Aspect::Lost,
        }),
        What::Rate { pattern } => one(match (up, is_error(pattern)) {
            (true, true) => Aspect::RisingError,
            (true, false) => Aspect::Rising,
            (false, _) => Aspect::Falling,
        }),
        What::OwnErrors { .. } if up => one(Aspect::OwnErrors),
        What::EdgeErrors { edge } if up => both_ends(material, edge, Aspect::EdgeErrors),
        What::Unanswered { pair } if up => both_of(material, pair, Aspect::Unanswered),
        What::Impossible { pair } if up => both_of(material, pair, Aspect::Clock),
        What::EdgeGap { edge } if up => both_ends(material, edge, Aspect::Gap),
        What::EdgeLatency { .. } if up => one(Aspect::Latency),
        What::SelfTime { .. } if up => one(Aspect::SelfTime),
        What::Child { .. } | What::Fanout { .. } => one(Aspect::Structure),
        What::Last { child } if up => {
            material.facts.children.get(&child).map_or_else(Vec::new, |c| vec![(c.callee, Aspect::Ended)])
        }
        What::Silence { .. } if up => one(Aspect::Silence),
        What::Throughput { .. } => one(if up { Aspect::ThroughputUp } else { Aspect::ThroughputDown }),
        What::Metric { series } | What::MetricRate { series } => {
            let Some(series) = material.live.series.get(&series) else { return Vec::new() };
            let name = material.name(series.metric);
            let role =
                if matches!(what, What::MetricRate { .. }) { Role::Throughput } else { material.role(series.metric) };
            let bad = match role {
                Role::Success => !up,
                Role::Throughput | Role::Network | Role::Other | Role::Clock | Role::Queue => true,
                Role::Restart => true,
                // Time runs out evenly: no shift of it is news.
                Role::Certificate => return Vec::new(),
                _ => up,
            };
            if !bad {
                return Vec::new();
            }
            let share = material.has_share(series.service, role);
            let is_share = material.capacity(series).is_some();
            one(if role.is_resource() && !of_host(name) && (is_share || !share) {
                Aspect::Resource(role)
            } else {
                Aspect::Symptom(role)
            })
        }
        _ => Vec::new(),
    }
}

fn both_ends(material: &Material<'_>, edge: u64, aspect: Aspect) -> Vec<(u64, Aspect)> {
    material.facts.edges.get(&edge).map_or_else(Vec::new, |e| {
        [e.caller, e.callee].into_iter().filter(|s| *s != NONE).map(|s| (s, aspect)).collect()
    })
}

fn both_of(material: &Material<'_>, pair: u64, aspect: Aspect) -> Vec<(u64, Aspect)> {
    material.facts.pairs.get(&pair).map_or_else(Vec::new, |p| vec![(p.caller, aspect), (p.callee, aspect)])
}
