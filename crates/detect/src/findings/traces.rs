//! Traces that show the fault: slow or failed ones through the first suspect.

use decant_model::{TraceExample, TraceSpan};

use super::Told;
use crate::ids::{NONE, mix, text_id};
use crate::rollup::Stub;

/// Examples told, and spans of each.
const MAX_EXAMPLES: usize = 3;
const MAX_SPANS: usize = 24;

pub(crate) fn tell(told: &Told<'_>) -> Vec<TraceExample> {
    let (Some((from, to)), Some(blame)) = (told.incident, told.analysis.blames.first()) else { return Vec::new() };
    // The worst spans of the suspect, one a trace.
    let mut worst: Vec<&Stub> =
        told.material.stubs.iter().filter(|s| s.service == blame.service && (from..to).contains(&s.end)).collect();
    let badness = |s: &Stub| (s.error, s.end.saturating_sub(s.start));
    worst.sort_by(|a, b| badness(b).cmp(&badness(a)).then(a.trace.cmp(&b.trace)).then(a.span.cmp(&b.span)));
    let mut chosen: Vec<[u8; 16]> = Vec::new();
    for stub in worst {
        if chosen.len() < MAX_EXAMPLES && !chosen.contains(&stub.trace) {
            chosen.push(stub.trace);
        }
    }
    chosen.into_iter().map(|trace| one(told, trace, blame.service)).collect()
}

fn one(told: &Told<'_>, trace: [u8; 16], suspect: u64) -> TraceExample {
    let mut spans: Vec<&Stub> = told.material.stubs.iter().filter(|s| s.trace == trace).collect();
    spans.sort_unstable();
    spans.dedup();
    let start = spans.iter().map(|s| s.start).min().unwrap_or(0);
    let end = spans.iter().map(|s| s.end).max().unwrap_or(start);
    let mut told_spans = Vec::new();
    let known = |id: u64| spans.iter().any(|s| s.span == id);
    let mut open: Vec<(u32, &Stub)> =
        spans.iter().rev().filter(|s| s.parent == 0 || !known(s.parent)).map(|s| (0, *s)).collect();
    let mut seen = 0;
    while let Some((depth, span)) = open.pop() {
        seen += 1;
        if seen > spans.len() {
            break;
        }
        let children: Vec<&Stub> =
            spans.iter().copied().filter(|s| s.parent == span.span && s.span != span.span).collect();
        let covered: i64 =
            children.iter().map(|c| c.end.min(span.end) - c.start.max(span.start)).filter(|d| *d > 0).sum();
        let length = span.end.saturating_sub(span.start).max(0);
        if told_spans.len() < MAX_SPANS {
            told_spans.push(TraceSpan {
                depth,
                service: told.material.name(span.service).to_owned(),
                name: told.material.name(span.operation).to_owned(),
                offset_ms: span.start.saturating_sub(start) as f64 / 1e6,
                duration_ms: span.duration_ms(),
                self_ms: (length - covered).max(0) as f64 / 1e6,
                error: span.error,
                note: (span.note != NONE).then(|| told.material.name(span.note).to_owned()).filter(|n| !n.is_empty()),
            });
        }
        open.extend(children.into_iter().rev().map(|c| (depth + 1, c)));
    }
    let failed = spans.iter().any(|s| s.error && s.service == suspect);
    let service = told.material.name(suspect);
    TraceExample {
        id: mix(&[
            text_id("trace"),
            u64::from_le_bytes(trace[..8].try_into().unwrap_or_default()),
            u64::from_le_bytes(trace[8..].try_into().unwrap_or_default()),
        ]),
        trace_id: trace.iter().map(|b| format!("{b:02x}")).collect(),
        start_unix_nano: start,
        duration_ms: end.saturating_sub(start).max(0) as f64 / 1e6,
        why: if failed {
            format!("failed in {service} during the incident")
        } else {
            format!("slowest through {service} during the incident")
        },
        spans: told_spans,
        spans_total: spans.len() as u64,
    }
}
