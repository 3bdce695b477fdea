//! Which service a fault hurts, and how.

use crate::ailment::{Ailment, Outage};
use crate::dice::Dice;
use crate::shop::{Act, Graph, PeerKind, ServiceId, each};
use crate::{Fault, Scenario, Truth};

const SECOND: f64 = 1e9;

/// Draws the ailment. `busy` services have a change of their own and are left alone, so that the truth is one.
pub(super) fn ailment(
    fault: Fault,
    scenario: &Scenario,
    graph: &Graph,
    busy: &[ServiceId],
    dice: &mut Dice,
) -> Ailment {
    let all = candidates(fault, graph);
    let free: Vec<_> = all.iter().copied().filter(|c| !busy.contains(&c.service)).collect();
    let chosen = dice.pick(if free.is_empty() { &all } else { &free });
    let (onset, ended) = (scenario.onset_unix_nano(), scenario.ended_unix_nano());
    let replicas = graph.service(chosen.service).replicas;
    let can_be_one =
        matches!(fault, Fault::CpuStress | Fault::MemoryStress | Fault::IoStress | Fault::DiskFill | Fault::ClockSkew);
    let mut hurt = vec![true; replicas];
    if can_be_one && replicas > 1 && dice.chance(0.35) {
        let one = dice.below(replicas);
        hurt.iter_mut().enumerate().for_each(|(slot, h)| *h = slot == one);
    }
    // What hurts one pod of several must hurt it well to be seen at all.
    let weakest = if hurt.iter().all(|h| *h) { 0.0 } else { 0.4 };
    let strength = weakest + (1.0 - weakest) * dice.unit();
    let variant = dice.below(6);
    let offset_s = dice.between(40.0, 400.0) * if dice.chance(0.5) { 1.0 } else { -1.0 };
    let mut ailment = Ailment {
        fault,
        service: chosen.service,
        hurt,
        strength,
        onset,
        ended,
        peer: chosen.peer,
        operation: chosen.operation,
        statement: chosen.statement,
        variant: if matches!(fault, Fault::DnsFailure | Fault::SlowQuery) { usize::from(variant > 1) } else { variant },
        outages: Vec::new(),
        clock_offset: (offset_s * SECOND) as i64,
    };
    ailment.outages = outages(&ailment, dice);
    ailment
}

/// A place where a fault can strike.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    service: ServiceId,
    peer: Option<usize>,
    operation: Option<usize>,
    statement: Option<&'static str>,
}

fn candidates(fault: Fault, graph: &Graph) -> Vec<Candidate> {
    let mut out = Vec::new();
    for (service, spec) in graph.services.iter().enumerate().filter(|(_, s)| s.name != "feed-sync") {
        let whole = Candidate { service, peer: None, operation: None, statement: None };
        let is_entry =
            graph.callers(service).is_empty() && spec.operations.iter().any(crate::shop::Operation::is_served);
        let is_called = !graph.callers(service).is_empty();
        match fault {
            Fault::CpuStress | Fault::MemoryStress | Fault::ProcessKill | Fault::ClockSkew => out.push(whole),
            Fault::IoStress | Fault::DiskFill if spec.volume.is_some() => out.push(whole),
            Fault::NetworkBlackhole | Fault::NetworkLatency | Fault::PacketLoss if is_called || is_entry => {
                out.push(whole);
            }
            Fault::CertificateExpiry if is_called => out.push(whole),
            Fault::TrafficSurge if is_entry => out.push(whole),
            Fault::DnsFailure if calls_out(graph, service) => out.push(whole),
            Fault::ApplicationException | Fault::BadData => {
                let usable = |o: &&crate::shop::Operation| {
                    o.method != "cron" && (fault == Fault::ApplicationException || reads_records(o.acts))
                };
                let operations = spec.operations.iter().enumerate().filter(|(_, o)| usable(o));
                out.extend(operations.map(|(o, _)| Candidate { operation: Some(o), ..whole }));
            }
            Fault::SlowQuery => {
                out.extend(statements(graph, service).into_iter().map(|(operation, peer, statement)| Candidate {
                    service,
                    peer: Some(peer),
                    operation: Some(operation),
                    statement: Some(statement),
                }));
            }
            Fault::DependencyFailure => {
                let sole = |p: &usize| {
                    let peer = &graph.peers[*p];
                    peer.kind != PeerKind::Kafka && graph.users(peer.name).iter().eq([&service])
                };
                out.extend((0..graph.peers.len()).filter(sole).map(|p| Candidate { peer: Some(p), ..whole }));
            }
            _ => {}
        }
    }
    out
}

fn calls_out(graph: &Graph, service: ServiceId) -> bool {
    let mut found = false;
    let mut look = |a: &Act| found |= matches!(a, Act::Call { .. } | Act::Provider { .. });
    graph.service(service).operations.iter().filter(|o| o.method != "cron").for_each(|o| each(o.acts, &mut look));
    found
}

fn reads_records(acts: &'static [Act]) -> bool {
    let mut found = false;
    each(acts, &mut |a| found |= matches!(a, Act::Query { .. } | Act::Cache { .. } | Act::Provider { .. }));
    found
}

/// Reads that every request of the operation makes.
fn statements(graph: &Graph, service: ServiceId) -> Vec<(usize, usize, &'static str)> {
    let mut out = Vec::new();
    for (at, operation) in graph.service(service).operations.iter().enumerate().filter(|(_, o)| o.method != "cron") {
        each(operation.acts, &mut |act| {
            if let Act::Query { peer, statement, .. } = act
                && (statement.starts_with("SELECT") || !statement.contains(' ') || statement.starts_with("find"))
                && let Some(peer) = graph.peer(peer)
            {
                out.push((at, peer, *statement));
            }
        });
    }
    out
}

/// When containers go away and come back.
fn outages(ailment: &Ailment, dice: &mut Dice) -> Vec<Outage> {
    let mut out = Vec::new();
    let (gap, down, reason) = match ailment.fault {
        Fault::ProcessKill => ((16.0, 30.0), (4.0, 10.0), "Error"),
        Fault::MemoryStress if ailment.strength > 0.45 => ((38.0, 55.0), (4.0, 8.0), "OOMKilled"),
        _ => return out,
    };
    for slot in (0..ailment.hurt.len()).filter(|s| ailment.hurt[*s]) {
        let first =
            if ailment.fault == Fault::ProcessKill { dice.between(0.0, 2.0) } else { dice.between(gap.0, gap.1) };
        let mut at = ailment.onset + (first * SECOND) as i64;
        while at < ailment.ended {
            let to = at + (dice.between(down.0, down.1) * SECOND) as i64;
            out.push(Outage { slot, from: at, to, reason });
            at = to + (dice.between(gap.0, gap.1) * SECOND) as i64;
        }
    }
    out.sort_by_key(|o| o.from);
    out
}

/// Writes the ailment into the truth.
pub(super) fn tell(ailment: &Ailment, graph: &Graph, truth: &mut Truth) {
    let spec = graph.service(ailment.service);
    let peer = ailment.peer.map(|p| graph.peers[p].name.to_owned());
    truth.fault = Some(ailment.fault.as_str().to_owned());
    truth.kind = Some(ailment.fault.kind().to_owned());
    truth.service = Some(spec.name.to_owned());
    truth.onset_unix_nano = Some(ailment.onset);
    truth.ended_unix_nano = Some(ailment.ended);
    truth.strength_percent = Some((ailment.strength * 100.0) as u8);
    truth.operation = ailment.operation.map(|o| spec.operations[o].span_name());
    truth.component = match ailment.fault {
        Fault::DependencyFailure => peer.clone(),
        Fault::SlowQuery => ailment.statement.map(str::to_owned),
        Fault::IoStress | Fault::DiskFill => spec.volume.map(str::to_owned),
        _ => None,
    };
    if ailment.fault == Fault::DependencyFailure {
        truth.also.extend(peer);
    }
}
