//! What numbers say: resources, times and calls of a suspect, each for the kinds that show in it.

use super::Case;
use crate::blame::Blame;
use crate::evidence::{Aspect, Item};
use crate::findings::Told;
use crate::ids::NONE;
use crate::role::Role;
use crate::signal::What;

/// Strength of evidence at which it is half believed: chance alone has none, and the service is suspected anyway.
const HALF: f64 = 2.0;
/// Blame by an aspect at which it is fully believed.
const MUCH_BLAME: f64 = 0.6;
/// Shares of memory's limit that are full, and not yet.
const FULL: f64 = 0.9;
const ROOMY: f64 = 0.85;

fn believed(strength: f64) -> f64 {
    strength * strength / (strength * strength + HALF * HALF)
}

/// Adds what the numbers of a suspect say.
pub(super) fn look(told: &Told<'_>, blame: &Blame, case: &mut Case) {
    let service = blame.service;
    let part =
        |aspect: Aspect| blame.parts.iter().find(|(a, _)| *a == aspect).map_or(0.0, |(_, p)| (p / MUCH_BLAME).min(1.0));
    let sends_spans = told.material.live.services.get(&service).is_some_and(|s| s.spans.total() > 0);
    let ledger = told.analysis.ledger.services.get(&service);
    for (aspect, items) in ledger.into_iter().flatten() {
        let sure = believed(items.first().map_or(0.0, |i| i.strength));
        let up = items.first().is_some_and(|i| i.z > 0.0);
        match aspect {
            Aspect::Resource(Role::Cpu) if up => case.add("cpu", sure),
            Aspect::Resource(Role::Memory) if up => case.add("memory", 0.6 * sure),
            Aspect::Resource(Role::Disk) if up => case.add("disk", sure),
            Aspect::Resource(Role::Io) if up => case.add("io", sure),
            Aspect::Resource(Role::PacketLoss) if up => case.add("packet_loss", sure),
            Aspect::Resource(Role::Dns) => case.add("dns", sure),
            Aspect::Resource(Role::Certificate) => case.add("certificate", sure),
            Aspect::Resource(Role::Clock) => case.add("clock", sure),
            Aspect::Resource(Role::Restart) => case.add("restart", sure),
            Aspect::Clock => case.add("clock", sure * part(Aspect::Clock).sqrt()),
            // Of what sends no spans (a database) silence says only that it fails.
            Aspect::Silence if sends_spans => case.add("unreachable", sure),
            Aspect::Unanswered => case.add("unreachable", 0.5 * sure * part(Aspect::Unanswered)),
            Aspect::SelfTime => case.add("latency", 0.5 * sure),
            Aspect::Latency | Aspect::Symptom(Role::Latency) => case.add("latency", 0.4 * sure),
            Aspect::GainedError | Aspect::OwnErrors => case.add("exception", 0.5 * sure),
            Aspect::RisingError => case.add("exception", 0.3 * sure),
            _ => {}
        }
    }
    case.add("latency", part(Aspect::Gap));
    case.add("traffic", part(Aspect::ThroughputUp));
    if is_memory_full(told, service) {
        case.add("memory", 0.95);
    }
    if !sends_spans && is_called(told, service) {
        case.add("dependency", 0.9);
    }
    outward(told, service, part(Aspect::Gap), case);
}

/// Whether a service is there to be called: a database, a provider.
fn is_called(told: &Told<'_>, service: u64) -> bool {
    told.material.facts.pairs.values().any(|p| p.callee == service)
}

/// What its calls to things without spans of their own (databases, providers) speak for.
fn outward(told: &Told<'_>, service: u64, gap: f64, case: &mut Case) {
    let facts = &told.material.facts;
    let (mut slow, mut failing) = (0.0_f64, 0.0_f64);
    let rising = |i: &&Item| i.z > 0.0;
    for item in told.analysis.ledger.services.values().flat_map(|a| a.values().flatten()).filter(rising) {
        match item.what {
            What::EdgeLatency { edge } | What::EdgeErrors { edge } => {
                let Some(cell) = facts.edges.get(&edge).filter(|e| e.caller == service && e.caller != NONE) else {
                    continue;
                };
                let has_spans = told.material.live.services.get(&cell.callee).is_some_and(|s| s.spans.total() > 0);
                match item.what {
                    What::EdgeLatency { .. } if cell.database => slow = slow.max(believed(item.strength)),
                    What::EdgeErrors { .. } if !has_spans => failing = failing.max(believed(item.strength)),
                    _ => {}
                }
            }
            // The same statement again and again.
            What::Fanout { child } => {
                let child = facts.children.get(&child).filter(|c| c.service == service && c.child_service == service);
                let is_statement = child.is_some_and(|c| {
                    facts.edges.values().any(|e| e.database && e.caller == service && e.operation == c.child_operation)
                });
                if is_statement {
                    slow = slow.max(believed(item.strength));
                }
            }
            _ => {}
        }
    }
    // When all ways out are longer it is the way; when the other end fails it is the other end.
    case.add("slow_query", slow * (1.0 - gap) * (1.0 - failing));
    case.add("dependency", failing);
}

/// Memory that filled up explains the collections, and the restarts after it.
fn is_memory_full(told: &Told<'_>, service: u64) -> bool {
    let Some((from, to)) = told.incident else { return false };
    told.material.live.series.values().filter(|s| s.service == service).any(|series| {
        if Role::of(told.material.name(series.metric)) != Role::Memory {
            return false;
        }
        let Some(capacity) = told.material.capacity(series) else { return false };
        let most = |inside: bool| {
            let points = series.points.iter().filter(|p| (from..to).contains(&p.time) == inside && p.time < to);
            points.fold(0.0_f64, |a, p| a.max(p.value / capacity))
        };
        most(true) > FULL && most(false) < ROOMY
    })
}
