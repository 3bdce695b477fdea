//! Systems that send logs alone: there is no graph to reason over, so the lines that explain a failure speak.

use decant_context::excerpts::{Config, Excerpter, Heard};
use decant_engine::instruction_like;
use decant_model::{Findings, Signal};
use decant_store::{ScanRequest, Store};

/// Newest rows that are looked through.
const ROWS_MAX: usize = 200_000;

/// Adds excerpts when the findings have neither spans nor metrics to go by.
pub(super) fn add_excerpts(findings: &mut Findings, store: &Store) {
    if findings.counts.logs == 0 || findings.counts.spans > 0 || findings.counts.metric_points > 0 {
        return;
    }
    let request = ScanRequest {
        from_unix_nano: findings.scope.from_unix_nano,
        to_unix_nano: findings.scope.to_unix_nano,
        services: (!findings.scope.services.is_empty()).then(|| findings.scope.services.clone()),
        newest_first: true,
        rows_max: Some(ROWS_MAX),
        ..ScanRequest::of(Signal::Logs)
    };
    let mut batches = Vec::new();
    for batch in store.scan(&request) {
        match batch {
            Ok(batch) => batches.push(batch),
            Err(error) => tracing::warn!(%error, "a segment could not be read for an answer"),
        }
    }
    // What failed is told in the order in which it happened.
    let mut excerpter = Excerpter::new(&Config::default());
    batches.iter().rev().for_each(|batch| excerpter.push(batch));
    let failure = excerpter.failure();
    findings.excerpts = excerpter.finish();
    if let Some(failure) = failure {
        failure.settle(findings, Heard::Stream);
    }
    for line in findings.excerpts.iter_mut().flat_map(|excerpt| &mut excerpt.lines) {
        line.flagged |= instruction_like(&line.text).is_some();
    }
}
