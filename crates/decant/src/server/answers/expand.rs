//! What stands behind a handle: the finding in full, then the raw rows it was made of.

use std::collections::BTreeSet;

use decant_context::{Handles, Kind, PageItem};
use decant_egress::{Answer, ExpandQuery, ServiceError};
use decant_engine::Ask;
use decant_model::{Findings, Signal};
use decant_store::{ScanRequest, Store};

use super::{Answers, blocking, describe, page, records, request};

/// Raw rows of one answer; a page shows as many as its budget holds, its cursor the others.
const ROWS_MAX: usize = 2_000;
/// One more is read, which tells that there are more.
const ROWS_READ: Option<usize> = Some(ROWS_MAX + 1);
/// Rows on either side of a change.
const CHANGE_WINDOW_NS: i64 = 1_000_000;

pub(super) async fn answer(answers: &Answers, query: ExpandQuery) -> Result<Answer, ServiceError> {
    let request = request(&query.fit)?;
    let Some((findings, kind, id)) = find(answers, &query.handle).await? else {
        return Err(ServiceError::NotFound(format!(
            "{:?} names nothing that is known now: take a handle from a recent answer",
            query.handle
        )));
    };
    let handles = Handles::of(&findings);
    let title = format!("expand {}", handles.get(kind, id));
    let mut items = described(&findings, &handles, kind, id);
    let scans = scans(&findings, kind, id);
    let template = findings.log_patterns.iter().find(|p| kind == Kind::LogPattern && p.id == id).map(|p| p.template_id);
    let store = answers.store.clone();
    let mut rows = match template {
        Some(template) => {
            let (shapes, unreadable) = shapes(answers, scans.clone(), template).await?;
            let narrowed = scans.into_iter().map(|scan| ScanRequest { shapes: Some(shapes.clone()), ..scan }).collect();
            blocking(move || Ok(read(&store, narrowed, unreadable))).await?
        }
        None => blocking(move || Ok(read(&store, scans, 0))).await?,
    };
    if kind == Kind::Trace {
        // What is missing has no time, and stays first.
        rows.sort_by_key(|item| item.at_unix_nano);
    }
    items.append(&mut rows);
    page(title, request, query.cursor, &items)
}

/// The findings in which the handle names something.
pub(super) async fn find(answers: &Answers, handle: &str) -> Result<Option<(Findings, Kind, u64)>, ServiceError> {
    for ask in answers.remembered() {
        let ask = Ask { service: None, ..ask };
        let mut findings = answers.findings(ask.clone()).await?;
        let store = answers.store.clone();
        let findings = blocking(move || {
            super::quiet::add_excerpts(&mut findings, &store);
            Ok(findings)
        })
        .await?;
        if let Some((kind, id)) = Handles::of(&findings).resolve(handle) {
            return Ok(Some((findings, kind, id)));
        }
        // What an answer held and is no longer found stands in the findings of the checkpoint.
        if let Some(held) = answers.findings_held(ask).await?.held
            && let Some((kind, id)) = Handles::of(&held).resolve(handle)
        {
            return Ok(Some((*held, kind, id)));
        }
    }
    Ok(None)
}

/// The finding itself; for an incident or a suspect, what supports it too.
fn described(findings: &Findings, handles: &Handles, kind: Kind, id: u64) -> Vec<PageItem> {
    let mut wanted = vec![handles.get(kind, id)];
    if let Some(suspect) = findings.suspects.iter().find(|s| kind == Kind::Suspect && s.id == id) {
        wanted.extend(suspect.evidence.iter().map(|e| handles.get(e.kind.into(), e.id)));
    }
    if kind == Kind::Incident {
        wanted.extend(findings.suspects.iter().map(|s| handles.get(Kind::Suspect, s.id)));
    }
    let all = describe::all(findings, handles);
    let of = |handle: &String| all.iter().find(|item| item.handle == *handle).cloned();
    wanted.iter().filter_map(of).collect()
}

/// Where the raw rows behind a finding are.
fn scans(findings: &Findings, kind: Kind, id: u64) -> Vec<ScanRequest> {
    let within = |signal| ScanRequest {
        from_unix_nano: findings.scope.from_unix_nano,
        to_unix_nano: findings.scope.to_unix_nano,
        rows_max: ROWS_READ,
        ..ScanRequest::of(signal)
    };
    let of_service = |signal, service: &str| ScanRequest { services: Some(vec![service.to_owned()]), ..within(signal) };
    match kind {
        Kind::LogPattern => {
            let pattern = findings.log_patterns.iter().find(|p| p.id == id);
            pattern.map(|p| of_service(Signal::Logs, &p.service)).into_iter().collect()
        }
        Kind::MetricShift => {
            let shift = findings.metric_shifts.iter().find(|m| m.id == id);
            let of = |m: &decant_model::MetricShift| ScanRequest {
                names: Some(vec![m.metric.clone()]),
                ..of_service(Signal::Metrics, &m.service)
            };
            shift.map(of).into_iter().collect()
        }
        Kind::SpanEdge => {
            let edge = findings.span_edges.iter().find(|e| e.id == id);
            let of = |e: &decant_model::SpanEdge| {
                [&e.callee, &e.caller]
                    .into_iter()
                    .filter(|s| !s.is_empty())
                    .map(|service| ScanRequest {
                        names: Some(vec![e.operation.clone()]),
                        ..of_service(Signal::Traces, service)
                    })
                    .collect()
            };
            edge.map(of).unwrap_or_default()
        }
        Kind::Trace => {
            let trace = findings.traces.iter().find(|t| t.id == id).and_then(|t| trace_id(&t.trace_id));
            let of = |id| {
                [Signal::Traces, Signal::Logs].map(|signal| ScanRequest {
                    trace_id: Some(id),
                    rows_max: ROWS_READ,
                    ..ScanRequest::of(signal)
                })
            };
            trace.map(of).into_iter().flatten().collect()
        }
        Kind::Change => {
            let change = findings.changes.iter().find(|c| c.id == id);
            let of = |c: &decant_model::Change| ScanRequest {
                from_unix_nano: Some(c.at_unix_nano.saturating_sub(CHANGE_WINDOW_NS)),
                to_unix_nano: Some(c.at_unix_nano.saturating_add(CHANGE_WINDOW_NS)),
                ..within(Signal::Logs)
            };
            change.map(of).into_iter().collect()
        }
        Kind::Excerpt => {
            let excerpt = findings.excerpts.iter().find(|x| x.id == id);
            let of = |x: &decant_model::Excerpt| {
                let ordinals = x.lines.iter().map(|l| l.ordinal);
                let (first, last) = (ordinals.clone().min().unwrap_or(0), ordinals.max().unwrap_or(0));
                ScanRequest {
                    ordinals: Some((first.saturating_sub(20), last + 20)),
                    ..of_service(Signal::Logs, &x.source)
                }
            };
            excerpt.map(of).into_iter().collect()
        }
        Kind::Incident | Kind::Suspect => Vec::new(),
    }
}

/// The rows of some scans; before them, what of them is not there. So many parts of the store are known to be unreadable.
fn read(store: &Store, scans: Vec<ScanRequest>, known_unreadable: usize) -> Vec<PageItem> {
    let (mut rows, mut is_cut, mut unreadable) = (Vec::new(), false, known_unreadable);
    for scan in scans {
        let (mut found, mut failed) = (Vec::new(), 0);
        for batch in store.scan(&scan) {
            match batch {
                Ok(batch) => records::items(&batch, &mut found),
                Err(error) => {
                    tracing::warn!(%error, "a segment could not be read for an answer");
                    failed += 1;
                }
            }
        }
        // Several scans may meet the same ones.
        unreadable = unreadable.max(failed);
        is_cut |= found.len() > ROWS_MAX;
        found.truncate(ROWS_MAX);
        rows.append(&mut found);
    }
    let told = format!("only the first {ROWS_MAX} rows stand here: search with from and to for others");
    let mut items: Vec<PageItem> = is_cut.then(|| records::cut(told)).into_iter().collect();
    items.extend(records::unreadable(unreadable));
    items.append(&mut rows);
    items
}

/// The shapes of a template that occur in the rows in question, and how many parts of the store could not be asked.
async fn shapes(answers: &Answers, scans: Vec<ScanRequest>, template: u64) -> Result<(Vec<u64>, usize), ServiceError> {
    let store = answers.store.clone();
    let (met, unreadable) = blocking(move || {
        let snapshot = store.snapshot();
        let (mut met, mut unreadable) = (BTreeSet::new(), 0);
        for scan in scans {
            let (counts, failed) = snapshot.shapes(&ScanRequest { rows_max: None, ..scan });
            met.extend(counts.into_keys());
            unreadable = failed.max(unreadable);
        }
        Ok((met, unreadable))
    })
    .await?;
    let shapes = answers
        .on_correlator(move |correlator, _| {
            let dictionary = correlator.dictionary();
            let is_meant = |shape: &u64| dictionary.get(*shape).is_some_and(|t| t.id == template);
            met.into_iter().filter(is_meant).collect()
        })
        .await?;
    Ok((shapes, unreadable))
}

fn trace_id(hex: &str) -> Option<[u8; 16]> {
    u128::from_str_radix(hex, 16).ok().map(u128::to_be_bytes)
}
