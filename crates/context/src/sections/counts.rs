//! A bundle's window, its services, where every record went, and what was left out. Where revisions follow, services and
//! omissions stand before the figures; the window and the counts, which grow by themselves, stand last.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::{View, patterns};
use crate::{figures, quote};

/// Services named; the rest is counted.
const SERVICES: usize = 100;
/// Notes and policies named.
const NOTES: usize = 40;

pub(super) fn services(view: View<'_>, out: &mut String) {
    let (scope, selection) = (&view.source.findings.scope, view.selection);
    if selection.services && !scope.services.is_empty() {
        let named: Vec<_> = scope.services.iter().take(SERVICES).map(|name| quote::inline(name)).collect();
        let more = scope.services.len() - named.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let _infallible = writeln!(out, "services: {}{more}", named.join(", "));
    }
}

pub(super) fn text(view: View<'_>, out: &mut String) {
    let (scope, selection) = (&view.source.findings.scope, view.selection);
    if selection.window && (scope.from_unix_nano.is_some() || !scope.services.is_empty()) {
        let time = |time: Option<i64>| time.map_or_else(|| "unknown".to_owned(), figures::rfc3339);
        let (from, to) = (time(scope.from_unix_nano), time(scope.to_unix_nano));
        let (services, revision) = (scope.services.len(), revision(view));
        if let (true, Some(to)) = (view.source.is_held(), scope.to_unix_nano) {
            let to = view.source.relative(to);
            let _infallible = writeln!(out, "window: {from} to {to}, {services} services, revision {revision}");
            counts_line(view, out);
            return;
        }
        let _infallible = writeln!(out, "window: {from} to {to}, {services} services, revision {revision}");
    }
    counts_line(view, out);
}

fn counts_line(view: View<'_>, out: &mut String) {
    if view.selection.counts {
        counts(view, out);
    }
}

/// What is left out; of a steady incident the same in every revision.
pub(super) fn omissions(view: View<'_>, out: &mut String) {
    let selection = view.selection;
    if !selection.omissions {
        return;
    }
    let omitted = view.omitted();
    if omitted.is_empty() {
        out.push_str("omitted: nothing\n");
    } else if selection.complete {
        let lists: Vec<String> = omitted.iter().map(|(list, count)| format!("{list} {count}")).collect();
        let of = if view.is_late == Some(false) { " of what is held" } else { "" };
        let _infallible =
            writeln!(out, "omitted{of} (a larger budget, expand or search give more): {}", lists.join(", "));
    } else {
        let _infallible = writeln!(out, "omitted: {}", omitted.iter().map(|(_, count)| count).sum::<u64>());
    }
}

fn counts(view: View<'_>, out: &mut String) {
    let counts = &view.source.findings.counts;
    let _infallible = write!(
        out,
        "counts: records_in {} = logs {} + spans {} + metric_points {}",
        counts.records_in, counts.logs, counts.spans, counts.metric_points
    );
    for (policy, count) in counts.dropped.iter().take(NOTES) {
        let _infallible = write!(out, " + dropped {} {count}", quote::inline(policy));
    }
    if let Some((policies, count)) = rest(&counts.dropped) {
        let _infallible = write!(out, " + dropped by {policies} other policies {count}");
    }
    // What came without bytes, as from a simulation, has none to tell.
    let bytes = if counts.bytes_in > 0 { format!("bytes_in {}, ", counts.bytes_in) } else { String::new() };
    let _infallible = write!(out, "; {bytes}repeats {}", counts.repeats);
    for (note, count) in counts.notes.iter().take(NOTES) {
        let _infallible = write!(out, ", {} {count}", quote::inline(note));
    }
    if let Some((notes, count)) = rest(&counts.notes) {
        let _infallible = write!(out, ", {notes} other notes {count}");
    }
    out.push('\n');
}

/// What stands beyond the named entries: how many, and their sum.
fn rest(map: &std::collections::BTreeMap<String, u64>) -> Option<(usize, u64)> {
    let beyond = map.len().checked_sub(NOTES + 1)? + 1;
    Some((beyond, map.values().skip(NOTES).sum()))
}

pub(super) fn json(view: View<'_>, fields: &mut Map<String, Value>) {
    let (findings, selection) = (view.source.findings, view.selection);
    let scope = &findings.scope;
    // Who has the whole knows where its records went.
    let is_whole = view.source.delta.is_none();
    if selection.complete {
        let services: Vec<String> = if selection.services {
            scope.services.iter().take(SERVICES).map(|name| quote::json(name, 200)).collect()
        } else {
            Vec::new()
        };
        let mut window = Map::new();
        super::put(&mut window, "from", json!(scope.from_unix_nano.map(figures::rfc3339)));
        super::put(&mut window, "to", json!(scope.to_unix_nano.map(figures::rfc3339)));
        window.insert("services".to_owned(), json!(services));
        fields.insert("scope".to_owned(), window.into());
        fields.insert("revision".to_owned(), revision(view).into());
        if is_whole {
            fields.insert("counts".to_owned(), all_counts(view));
        }
    }
    if !selection.omissions {
        fields.insert("omitted".to_owned(), Map::new().into());
        return;
    }
    let mut omitted = view.omitted();
    let unnamed = scope.services.len().saturating_sub(if selection.services { SERVICES } else { 0 });
    if selection.complete && is_whole && unnamed > 0 {
        omitted.push(("scope.services", unnamed as u64));
    }
    if selection.complete && is_whole {
        match patterns::records_omitted(view) {
            0 => {}
            records => omitted.push(("log_patterns.records", records)),
        }
    }
    let omitted: Map<String, Value> = if selection.complete {
        omitted.into_iter().map(|(list, count)| (list.to_owned(), count.into())).collect()
    } else {
        let all: u64 = omitted.iter().map(|(_, count)| count).sum();
        Map::from_iter([("all".to_owned(), all.into())])
    };
    fields.insert("omitted".to_owned(), omitted.into());
}

fn all_counts(view: View<'_>) -> Value {
    let (counts, selection) = (&view.source.findings.counts, view.selection);
    json!({
        "bytes_in": counts.bytes_in,
        "records_in": counts.records_in,
        "logs": counts.logs,
        "spans": counts.spans,
        "metric_points": counts.metric_points,
        "repeats": counts.repeats,
        "dropped": named(&counts.dropped),
        "notes": if selection.counts { named(&counts.notes) } else { Map::new() },
    })
}

fn revision(view: View<'_>) -> u64 {
    view.selection.revision.unwrap_or_else(|| crate::delta::base(view.source))
}

fn named(map: &std::collections::BTreeMap<String, u64>) -> Map<String, Value> {
    let mut fields: Map<String, Value> =
        map.iter().take(NOTES).map(|(name, count)| (quote::json(name, 100), (*count).into())).collect();
    if let Some((_, count)) = rest(map) {
        fields.insert("other".to_owned(), count.into());
    }
    fields
}
