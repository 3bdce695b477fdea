//! Findings as items of a page: one line each, for search and expand.

use decant_context::{Handles, Kind, PageItem};
use decant_model::{EdgeStats, Findings};

/// All findings with a handle, in order of kind and rank.
pub(super) fn all(findings: &Findings, handles: &Handles) -> Vec<PageItem> {
    let mut out = Vec::new();
    let item = |kind: Kind, id: u64, service: &str, at: Option<i64>, text: String| PageItem {
        handle: handles.get(kind, id),
        kind: kind.as_str().to_owned(),
        service: (!service.is_empty()).then(|| service.to_owned()),
        at_unix_nano: at,
        flagged: decant_engine::instruction_like(&text).is_some(),
        text,
    };
    for i in &findings.incidents {
        let text = format!("{} ({}), services: {}", i.title, i.state.as_str(), i.services.join(", "));
        out.push(item(Kind::Incident, i.id, "", Some(i.onset_unix_nano), text));
    }
    for s in &findings.suspects {
        let component = s.component.as_ref().map_or_else(String::new, |c| format!(" {c}"));
        let text =
            format!("suspect {}: {}{component}, {} (score {:.2}). {}", s.rank, s.service, s.kind, s.score, s.what);
        out.push(item(Kind::Suspect, s.id, &s.service, None, text));
    }
    for c in &findings.changes {
        let revision = c.revision.as_ref().map_or_else(String::new, |r| format!(" {r}"));
        let verdict = c.verdict.as_ref().map_or_else(String::new, |v| {
            let evidence: String = v.evidence.iter().map(|e| format!("; {e}")).collect();
            format!(". {}: {}{evidence}", v.outcome.as_str(), v.reason)
        });
        let text = format!("{}{revision}: {} (score {:.2}). {}{verdict}", c.kind, c.title, c.score, c.why);
        out.push(item(Kind::Change, c.id, c.service.as_deref().unwrap_or(""), Some(c.at_unix_nano), text));
    }
    for p in &findings.log_patterns {
        let rates = rates(p.before_per_min, p.after_per_min);
        let text = format!("{} {} x{}{rates} [{}]", p.severity.as_str(), p.template, p.count, p.novelty.as_str());
        out.push(item(Kind::LogPattern, p.id, &p.service, p.first_unix_nano, text.trim().to_owned()));
    }
    for m in &findings.metric_shifts {
        let attributes: String = m.attributes.iter().map(|(k, v)| format!(" {k}={v}")).collect();
        let component = m.component.as_ref().map_or_else(String::new, |c| format!(" {c}"));
        let text = format!(
            "{}{component}{attributes}: {} -> {}, peak {} {}",
            m.metric,
            number(m.before),
            number(m.after),
            number(m.peak),
            m.unit
        );
        out.push(item(Kind::MetricShift, m.id, &m.service, m.onset_unix_nano, text.trim_end().to_owned()));
    }
    for e in &findings.span_edges {
        let caller = if e.caller.is_empty() { "outside" } else { &e.caller };
        let text = format!(
            "{caller} -> {} {}: {}; before {}; after {}",
            e.callee,
            e.operation,
            e.what,
            stats(&e.before),
            stats(&e.after)
        );
        out.push(item(Kind::SpanEdge, e.id, &e.callee, None, text));
    }
    for t in &findings.traces {
        let service = t.spans.first().map_or("", |s| s.service.as_str());
        let text = format!("trace {} {:.1} ms, {} spans: {}", t.trace_id, t.duration_ms, t.spans_total, t.why);
        out.push(item(Kind::Trace, t.id, service, Some(t.start_unix_nano), text));
    }
    for x in &findings.excerpts {
        let lines: Vec<String> = x.lines.iter().map(|l| format!("{} {}", l.ordinal, l.text)).collect();
        out.push(item(Kind::Excerpt, x.id, &x.source, None, format!("{}\n{}", x.why, lines.join("\n"))));
    }
    out
}

fn rates(before: Option<f64>, after: Option<f64>) -> String {
    match (before, after) {
        (None, None) => String::new(),
        (before, after) => format!(", per minute {} -> {}", number(before), number(after)),
    }
}

fn stats(stats: &EdgeStats) -> String {
    format!(
        "{} calls/min, errors {}, p50 {} ms, p99 {} ms, gap {} ms",
        number(stats.calls_per_min),
        number(stats.error_ratio),
        number(stats.p50_ms),
        number(stats.p99_ms),
        number(stats.gap_p50_ms)
    )
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "unknown".to_owned(), |v| if v.abs() >= 100.0 { format!("{v:.0}") } else { format!("{v:.3}") })
}
