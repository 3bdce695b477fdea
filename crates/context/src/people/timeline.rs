//! When what began: a row a service, a mark for everything with a time.

use std::fmt::Write as _;

use decant_model::{Findings, Novelty};

use super::{escaped, label};
use crate::figures;

/// Rows and marks of a plot.
const SERVICES: usize = 14;
const MARKS: usize = 300;
const WIDTH: f64 = 1000.0;
const NAMES: f64 = 190.0;
const ROW: f64 = 22.0;

struct Mark<'a> {
    service: &'a str,
    at_unix_nano: i64,
    colour: &'static str,
    what: String,
}

/// The plot; `None` when hardly anything has a time.
pub(super) fn svg(findings: &Findings) -> Option<String> {
    let anchor = findings
        .incidents
        .first()
        .map(|i| i.onset_unix_nano)
        .filter(|onset| *onset != 0)
        .or(findings.scope.from_unix_nano)?;
    let marks = marks(findings);
    if marks.len() < 2 {
        return None;
    }
    let mut services: Vec<&str> = Vec::new();
    let suspects = findings.suspects.iter().map(|suspect| suspect.service.as_str());
    for service in suspects.chain(marks.iter().map(|mark| mark.service)) {
        if services.len() < SERVICES && !services.contains(&service) {
            services.push(service);
        }
    }
    let times = || marks.iter().map(|mark| mark.at_unix_nano).chain([anchor]);
    let (from, to) = (times().min()?, times().max()?);
    let x = |time: i64| {
        NAMES + 15.0 + (WIDTH - NAMES - 30.0) * (time as f64 - from as f64) / (to as f64 - from as f64).max(1.0)
    };
    let height = ROW * services.len() as f64 + 40.0;
    let mut out = format!("<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"when what began\">");
    for (row, service) in services.iter().enumerate() {
        let y = ROW * row as f64 + 26.0;
        let _infallible = write!(
            out,
            "<text x=\"8\" y=\"{:.1}\">{}</text><line x1=\"{NAMES}\" y1=\"{y}\" x2=\"{WIDTH}\" y2=\"{y}\" stroke=\"var(--line)\"/>",
            y + 4.0,
            label(service)
        );
        for mark in marks.iter().filter(|mark| mark.service == *service) {
            let _infallible = write!(
                out,
                "<circle cx=\"{:.1}\" cy=\"{y}\" r=\"5\" fill=\"{}\" fill-opacity=\".75\"><title>{} {}</title></circle>",
                x(mark.at_unix_nano),
                mark.colour,
                figures::relative(mark.at_unix_nano, anchor),
                escaped(&mark.what)
            );
        }
    }
    let _infallible = write!(
        out,
        "<line x1=\"{0:.1}\" y1=\"8\" x2=\"{0:.1}\" y2=\"{1:.1}\" stroke=\"var(--bad)\" stroke-dasharray=\"4 3\"/>",
        x(anchor),
        height - 24.0
    );
    for time in [from, anchor, to] {
        let _infallible = write!(
            out,
            "<text class=\"faint\" text-anchor=\"middle\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            x(time).min(WIDTH - 30.0),
            height - 8.0,
            figures::relative(time, anchor)
        );
    }
    out.push_str("</svg>");
    Some(out)
}

fn marks(findings: &Findings) -> Vec<Mark<'_>> {
    let changes = findings.changes.iter().map(|change| Mark {
        service: change.service.as_deref().unwrap_or("(change)"),
        at_unix_nano: change.at_unix_nano,
        colour: "var(--warn)",
        what: format!("{} {}", change.kind, change.title),
    });
    let patterns = findings.log_patterns.iter().filter_map(|pattern| {
        let time = match pattern.novelty {
            Novelty::New | Novelty::Rising => pattern.first_unix_nano,
            Novelty::Vanished | Novelty::Falling => pattern.last_unix_nano,
            Novelty::Steady | Novelty::Unknown => None,
        };
        Some(Mark {
            service: &pattern.service,
            at_unix_nano: time?,
            colour: if pattern.severity.is_error() { "var(--bad)" } else { "var(--calm)" },
            what: format!("{} log: {}", pattern.novelty.as_str(), pattern.template),
        })
    });
    let shifts = findings.metric_shifts.iter().filter_map(|shift| {
        Some(Mark {
            service: &shift.service,
            at_unix_nano: shift.onset_unix_nano?,
            colour: "var(--good)",
            what: format!("{} {}", shift.metric, figures::change(shift.before, shift.after, figures::figure)),
        })
    });
    changes.chain(patterns).chain(shifts).take(MARKS).collect()
}
