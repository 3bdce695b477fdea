//! What happened, in order of time.

use decant_context::{Handles, Kind, PageItem};
use decant_egress::{Answer, ServiceError, TimelineQuery};
use decant_model::{Findings, IncidentState, Novelty};

use super::{Answers, Times, blocking, describe, page_of, request};

pub(super) async fn answer(answers: &Answers, query: TimelineQuery) -> Result<Answer, ServiceError> {
    let request = request(&query.fit)?;
    let question = format!("{:?}", (&query.from, &query.to, &query.service));
    let times = Times { from: query.from, to: query.to, at: None };
    let ask = answers.ask(times, query.service).await?;
    let findings = answers.findings(ask.clone()).await?;
    answers.remember(ask);
    blocking(move || page_of("timeline".to_owned(), question, request, query.cursor, &items(&findings))).await
}

/// Everything with a time. A pattern that vanished stands where it was last seen, and an incident that ended has an end.
fn items(findings: &Findings) -> Vec<PageItem> {
    let handles = Handles::of(findings);
    let mut items: Vec<PageItem> =
        describe::all(findings, &handles).into_iter().filter(|item| item.at_unix_nano.is_some()).collect();
    let of_pattern =
        |item: &PageItem| findings.log_patterns.iter().find(|p| handles.get(Kind::LogPattern, p.id) == item.handle);
    items.retain_mut(|item| {
        let Some(pattern) = of_pattern(item) else { return true };
        if pattern.novelty == Novelty::Vanished {
            item.at_unix_nano = pattern.last_unix_nano;
            item.text.insert_str(0, "last seen: ");
        }
        // What was said before and after alike did not happen at some time.
        pattern.novelty != Novelty::Steady && item.at_unix_nano.is_some()
    });
    let ended = findings.incidents.iter().filter(|incident| incident.state == IncidentState::Resolved);
    items.extend(ended.map(|incident| PageItem {
        handle: handles.get(Kind::Incident, incident.id),
        kind: Kind::Incident.as_str().to_owned(),
        at_unix_nano: Some(incident.last_unix_nano),
        flagged: decant_engine::instruction_like(&incident.title).is_some(),
        text: format!("newest anomaly of: {}", incident.title),
        ..PageItem::default()
    }));
    items.sort_by(|a, b| (a.at_unix_nano, &a.kind, &a.handle).cmp(&(b.at_unix_nano, &b.kind, &b.handle)));
    items
}

#[cfg(test)]
mod tests {
    use super::*;
    use decant_model::{Change, LogPattern};

    #[test]
    fn what_vanished_stands_where_it_was_last_seen_and_what_is_steady_nowhere() {
        let pattern = |id, template: &str, novelty| LogPattern {
            id,
            template: template.to_owned(),
            first_unix_nano: Some(10),
            last_unix_nano: Some(50),
            novelty,
            ..LogPattern::default()
        };
        let findings = Findings {
            log_patterns: vec![
                pattern(1, "gone", Novelty::Vanished),
                pattern(2, "began", Novelty::New),
                pattern(3, "always", Novelty::Steady),
            ],
            changes: vec![Change { at_unix_nano: 30, title: "deployed".to_owned(), ..Change::default() }],
            ..Findings::default()
        };
        let told: Vec<(Option<i64>, bool)> =
            items(&findings).iter().map(|item| (item.at_unix_nano, item.text.contains("last seen"))).collect();
        assert_eq!(told, [(Some(10), false), (Some(30), false), (Some(50), true)]);
    }
}
