//! Which services there are, and how each fares.

use decant_context::{Handles, Kind, PageItem};
use decant_egress::{Answer, ServiceError, ServicesQuery};
use decant_engine::Ask;
use decant_model::Findings;

use super::{Answers, page, request};

pub(super) async fn answer(answers: &Answers, query: ServicesQuery) -> Result<Answer, ServiceError> {
    let request = request(&query.fit)?;
    let findings = answers.findings(Ask::default()).await?;
    page("services".to_owned(), request, query.cursor, &items(&findings))
}

fn items(findings: &Findings) -> Vec<PageItem> {
    let handles = Handles::of(findings);
    let of = |service: &String| {
        let suspect = findings.suspects.iter().find(|s| s.service == *service);
        let calls: u64 = findings.topology.iter().filter(|e| e.callee == *service).map(|e| e.calls).sum();
        let names = |side: Vec<&str>| {
            let named: Vec<&str> =
                side.into_iter().map(|name| if name.is_empty() { "outside" } else { name }).collect();
            if named.is_empty() { "none".to_owned() } else { named.join(", ") }
        };
        let callers = findings.topology.iter().filter(|e| e.callee == *service).map(|e| e.caller.as_str()).collect();
        let callees = findings.topology.iter().filter(|e| e.caller == *service).map(|e| e.callee.as_str()).collect();
        let patterns = findings.log_patterns.iter().filter(|p| p.service == *service).count();
        let shifts = findings.metric_shifts.iter().filter(|m| m.service == *service).count();
        let mut text = format!(
            "{calls} calls in; callers: {}; callees: {}; {patterns} log patterns and {shifts} metric shifts of note",
            names(callers),
            names(callees)
        );
        if let Some(suspect) = suspect {
            text.push_str(&format!("; suspect {} ({}, score {:.2})", suspect.rank, suspect.kind, suspect.score));
        }
        PageItem {
            handle: suspect.map_or_else(String::new, |s| handles.get(Kind::Suspect, s.id)),
            kind: "service".to_owned(),
            service: Some(service.clone()),
            at_unix_nano: None,
            flagged: decant_engine::instruction_like(&text).is_some(),
            text,
        }
    };
    findings.scope.services.iter().map(of).collect()
}
