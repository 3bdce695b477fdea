//! Where words occur: among the findings first, then in the newest records.

use decant_context::{Handles, PageItem};
use decant_egress::{Answer, SearchQuery, ServiceError};
use decant_engine::Ask;
use decant_model::Signal;
use decant_store::{ScanRequest, Store};

use super::{Answers, Times, blocking, describe, page_of, records, request};

/// Records of a signal that are looked through, and matches among them that are kept.
const LOOKED_AT_MAX: usize = 1_000_000;
const MATCHES_MAX: usize = 2_000;

pub(super) async fn answer(answers: &Answers, query: SearchQuery) -> Result<Answer, ServiceError> {
    let request = request(&query.fit)?;
    let question = format!("{:?}", (&query.from, &query.to, &query.service));
    let times = Times { from: query.from, to: query.to, at: None };
    let ask = answers.ask(times, query.service).await?;
    let findings = answers.findings(ask.clone()).await?;
    answers.remember(ask.clone());
    let store = answers.store.clone();
    let words: Vec<String> = query.query.split_whitespace().map(str::to_lowercase).collect();
    blocking(move || {
        let handles = Handles::of(&findings);
        let mut items: Vec<PageItem> =
            describe::all(&findings, &handles).into_iter().filter(|item| matches(item, &words)).collect();
        items.append(&mut in_records(&store, &ask, &words));
        page_of(format!("search: {}", query.query), question, request, query.cursor, &items)
    })
    .await
}

fn in_records(store: &Store, ask: &Ask, words: &[String]) -> Vec<PageItem> {
    let (mut all, mut cut, mut unreadable) = (Vec::new(), Vec::new(), 0);
    for (signal, name) in [(Signal::Logs, "log records"), (Signal::Traces, "spans")] {
        let request = ScanRequest {
            from_unix_nano: ask.from,
            to_unix_nano: ask.to,
            services: ask.service.clone().map(|service| vec![service]),
            newest_first: true,
            ..ScanRequest::of(signal)
        };
        let (mut found, mut looked_at) = (Vec::new(), 0);
        for batch in store.scan(&request) {
            if looked_at >= LOOKED_AT_MAX || found.len() >= MATCHES_MAX {
                let told = format!("of {name} only the newest {looked_at} were looked through: give to for older ones");
                cut.push(records::cut(told));
                break;
            }
            let batch = match batch {
                Ok(batch) => batch,
                Err(error) => {
                    tracing::warn!(%error, "a segment could not be read for an answer");
                    unreadable += 1;
                    continue;
                }
            };
            looked_at += batch.len();
            let mut items = Vec::new();
            records::items(&batch, &mut items);
            found.extend(items.into_iter().filter(|item| matches(item, words)));
        }
        all.append(&mut found);
    }
    all.sort_by_key(|item| std::cmp::Reverse(item.at_unix_nano));
    cut.extend(records::unreadable(unreadable));
    cut.append(&mut all);
    cut
}

/// Whether every word stands in the item's text or service, in any case.
fn matches(item: &PageItem, words: &[String]) -> bool {
    let text = item.text.to_lowercase();
    let service = item.service.as_deref().unwrap_or_default().to_lowercase();
    words.iter().all(|word| text.contains(word.as_str()) || service.contains(word.as_str()))
}
