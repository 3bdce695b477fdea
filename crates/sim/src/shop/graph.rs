//! The shop's parts by number, and who leans on whom.

use std::collections::{BTreeMap, BTreeSet};

use super::{Act, Operation, Peer, Service, buying, delivering, entry, peers, selling};

/// Index of a service.
pub(crate) type ServiceId = usize;

/// All services and peers.
#[derive(Debug)]
pub(crate) struct Graph {
    pub(crate) services: Vec<&'static Service>,
    pub(crate) peers: &'static [Peer],
    by_name: BTreeMap<&'static str, ServiceId>,
}

impl Graph {
    pub(crate) fn shop() -> Self {
        let services: Vec<&'static Service> =
            [entry::SERVICES, selling::SERVICES, buying::SERVICES, delivering::SERVICES]
                .into_iter()
                .flatten()
                .collect();
        let by_name = services.iter().enumerate().map(|(id, s)| (s.name, id)).collect();
        Self { services, peers: peers::PEERS, by_name }
    }

    pub(crate) fn service(&self, id: ServiceId) -> &'static Service {
        self.services[id]
    }

    /// A service and its operation of that route.
    pub(crate) fn find(&self, service: &str, route: &str) -> Option<(ServiceId, usize)> {
        let id = *self.by_name.get(service)?;
        let operation = self.service(id).operations.iter().position(|o| o.route == route)?;
        Some((id, operation))
    }

    pub(crate) fn operation(&self, (service, operation): (ServiceId, usize)) -> &'static Operation {
        &self.service(service).operations[operation]
    }

    pub(crate) fn peer(&self, name: &str) -> Option<usize> {
        self.peers.iter().position(|p| p.name == name)
    }

    /// Services that consume a topic, with the operation that does.
    pub(crate) fn consumers(&self, topic: &str) -> Vec<(ServiceId, usize)> {
        let polls = |(id, s): (ServiceId, &&'static Service)| {
            let operation = s.operations.iter().position(|o| o.method == "poll" && o.route == topic);
            operation.map(|o| (id, o))
        };
        self.services.iter().enumerate().filter_map(polls).collect()
    }

    /// Services that call `service`.
    pub(crate) fn callers(&self, service: ServiceId) -> BTreeSet<ServiceId> {
        let name = self.service(service).name;
        let calls = |s: &&'static Service| {
            let mut found = false;
            s.operations.iter().for_each(|o| {
                each(o.acts, &mut |a| found |= matches!(a, Act::Call { service, .. } if *service == name));
            });
            found
        };
        self.services.iter().enumerate().filter(|(_, s)| calls(s)).map(|(id, _)| id).collect()
    }

    /// Services that use a peer.
    pub(crate) fn users(&self, peer: &str) -> BTreeSet<ServiceId> {
        let uses = |s: &&'static Service| {
            let mut found = false;
            s.operations.iter().for_each(|o| each(o.acts, &mut |a| found |= peer_of(a) == Some(peer)));
            found
        };
        self.services.iter().enumerate().filter(|(_, s)| uses(s)).map(|(id, _)| id).collect()
    }
}

fn peer_of(act: &Act) -> Option<&'static str> {
    match act {
        Act::Query { peer, .. } | Act::Cache { peer, .. } | Act::Provider { peer, .. } => Some(peer),
        Act::Publish { .. } => Some("broker"),
        _ => None,
    }
}

/// Visits all acts, nested ones too.
pub(crate) fn each(acts: &'static [Act], visit: &mut impl FnMut(&'static Act)) {
    for act in acts {
        visit(act);
        match act {
            Act::Sometimes(_, inner) | Act::Repeat(_, _, inner) => each(inner, visit),
            _ => {}
        }
    }
}
