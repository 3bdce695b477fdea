//! Who calls whom around a service: edges by their distance from it, the nearest and busiest first.

use std::collections::BTreeMap;

use decant_context::{Handles, Kind, PageItem};
use decant_egress::{Answer, ServiceError, TopologyQuery};
use decant_engine::Ask;
use decant_model::{Findings, TopologyEdge};

use super::{Answers, blocking, page, request};

pub(super) async fn answer(answers: &Answers, query: TopologyQuery) -> Result<Answer, ServiceError> {
    let request = request(&query.fit)?;
    let findings = answers.findings(Ask::default()).await?;
    blocking(move || {
        let title = query.service.as_ref().map_or_else(
            || "topology".to_owned(),
            |service| format!("topology: {} calls around {service}", query.depth),
        );
        let items = items(&findings, query.service.as_deref(), query.depth)?;
        page(title, request, query.cursor, &items)
    })
    .await
}

fn items(findings: &Findings, service: Option<&str>, depth: u64) -> Result<Vec<PageItem>, ServiceError> {
    let near = service.map(|service| distances(&findings.topology, service));
    if let (Some(service), Some(near)) = (service, &near)
        && near.len() < 2
        && !findings.scope.services.iter().any(|known| known == service)
    {
        return Err(ServiceError::NotFound(format!("no service is called {service:?}: list_services gives the names")));
    }
    // An edge is as far away as its nearer end.
    let distance = |edge: &TopologyEdge| match &near {
        None => Some(1),
        Some(near) => {
            let of = |name: &str| near.get(name).copied();
            [of(&edge.caller), of(&edge.callee)].into_iter().flatten().min().map(|nearer| nearer + 1)
        }
    };
    let mut edges: Vec<(u64, &TopologyEdge)> =
        findings.topology.iter().filter_map(|edge| Some((distance(edge)?, edge))).collect();
    edges.retain(|(away, _)| near.is_none() || *away <= depth);
    edges.sort_by(|a, b| {
        let names = |e: &TopologyEdge| (e.caller.clone(), e.callee.clone());
        (a.0, std::cmp::Reverse(a.1.calls)).cmp(&(b.0, std::cmp::Reverse(b.1.calls))).then(names(a.1).cmp(&names(b.1)))
    });
    let handles = Handles::of(findings);
    Ok(edges.into_iter().map(|(away, edge)| item(findings, &handles, edge, near.as_ref().map(|_| away))).collect())
}

fn item(findings: &Findings, handles: &Handles, edge: &TopologyEdge, away: Option<u64>) -> PageItem {
    let moved = findings.span_edges.iter().find(|e| e.caller == edge.caller && e.callee == edge.callee);
    let caller = if edge.caller.is_empty() { "outside" } else { &edge.caller };
    let mut text = format!("{caller} > {}, {} calls", edge.callee, edge.calls);
    if let Some(away) = away {
        text.push_str(&format!(", {away} away"));
    }
    if let Some(moved) = moved {
        text.push_str(&format!("; changed: {} {}", moved.operation, moved.what));
    }
    PageItem {
        handle: moved.map_or_else(String::new, |e| handles.get(Kind::SpanEdge, e.id)),
        kind: "call".to_owned(),
        service: None,
        at_unix_nano: None,
        flagged: decant_engine::instruction_like(&text).is_some(),
        text,
    }
}

/// Calls between a service and every other one that it is joined to, whichever way they go.
fn distances<'a>(edges: &'a [TopologyEdge], service: &'a str) -> BTreeMap<&'a str, u64> {
    let mut neighbours: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    // The outside is one name for many callers, and joins nothing.
    for edge in edges.iter().filter(|edge| !edge.caller.is_empty()) {
        neighbours.entry(&edge.caller).or_default().push(&edge.callee);
        neighbours.entry(&edge.callee).or_default().push(&edge.caller);
    }
    let mut near = BTreeMap::from([(service, 0)]);
    let mut open = std::collections::VecDeque::from([service]);
    while let Some(name) = open.pop_front() {
        let away = near.get(name).copied().unwrap_or_default() + 1;
        for &other in neighbours.get(name).into_iter().flatten() {
            if !near.contains_key(other) {
                near.insert(other, away);
                open.push_back(other);
            }
        }
    }
    near
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings() -> Findings {
        let edge = |(caller, callee, calls): (&str, &str, u64)| TopologyEdge {
            caller: caller.to_owned(),
            callee: callee.to_owned(),
            calls,
        };
        let edges =
            [("", "web", 90), ("web", "cart", 50), ("web", "pay", 80), ("pay", "bank", 9), ("bank", "vault", 3)];
        let mut findings = Findings { topology: edges.map(edge).to_vec(), ..Findings::default() };
        findings.scope.services = vec!["web".to_owned(), "alone".to_owned()];
        findings
    }

    #[test]
    fn edges_come_by_their_distance_then_by_calls() {
        let told = |service: Option<&str>, depth| -> Vec<String> {
            items(&findings(), service, depth).unwrap().into_iter().map(|item| item.text).collect()
        };
        assert_eq!(told(Some("pay"), 1), ["web > pay, 80 calls, 1 away", "pay > bank, 9 calls, 1 away"]);
        let two = ["outside > web, 90 calls, 2 away", "web > cart, 50 calls, 2 away", "bank > vault, 3 calls, 2 away"];
        assert_eq!(told(Some("pay"), 2)[2..], two);
        assert_eq!(told(None, 1).len(), 5);
        assert_eq!(told(Some("alone"), 3), [""; 0]);
        assert!(matches!(items(&findings(), Some("absent"), 1), Err(ServiceError::NotFound(_))));
    }
}
