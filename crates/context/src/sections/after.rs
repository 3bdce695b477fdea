//! What moved since the onset, by handle: figures of the rows shown above, as many as there is room for.
//!
//! Where a row above tells how something was, its line here tells how it is; rows without a line here are counted. All of
//! it changes with every record, so it stands at the end.

use std::collections::HashSet;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::{View, changes, edges, incidents, metrics, patterns, suspects};
use crate::plan::BYTES_A_FIGURE;
use crate::selection::{List, Selection};
use crate::source::Source;
use crate::{figures, quote};

/// Items whose figures are told however short the text is.
const FIGURES_MIN: usize = 3;

/// Why this verdict; its figures, which move, stand in the JSON form.
pub(super) fn reason(view: View<'_>, out: &mut String) {
    let reason = &view.source.findings.verdict_reason;
    if view.selection.reason && !reason.trim().is_empty() {
        let _infallible = writeln!(out, "why: {}", quote::ours(&figures::still(reason)));
    }
}

/// `steady_bytes` is the length of what stands before.
pub(super) fn text(view: View<'_>, steady_bytes: usize, out: &mut String) {
    let with_figures = [List::LogPatterns, List::MetricShifts, List::SpanEdges];
    let taken = view.selection.taken.iter().filter(|(list, _)| with_figures.contains(list));
    let told: HashSet<(List, usize)> =
        taken.take(FIGURES_MIN + steady_bytes / BYTES_A_FIGURE).map(|(list, index)| (*list, *index as usize)).collect();
    let mut of_rows = String::new();
    // Medians move least.
    let named = metrics::after(view, &told, &mut of_rows)
        + edges::after(view, &told, &mut of_rows)
        + patterns::after(view, &told, &mut of_rows);
    let rows: usize = with_figures.iter().map(|list| view.selection.chosen(*list).order.len()).sum();
    let mut figures = String::new();
    if rows > named {
        let _infallible = writeln!(figures, "rows above without a figure here: {}", rows - named);
    }
    suspects::after(view, &mut figures);
    figures.push_str(&of_rows);
    changes::after(view, &mut figures);
    incidents::after(view, &mut figures);
    if !figures.is_empty() {
        out.push_str("## now (since T0, of the rows above, by handle)\n");
        out.push_str(&figures);
    }
}

/// What is so now, beside what is held.
pub(super) fn late(view: View<'_>, out: &mut String) {
    let held = View { is_late: Some(false), ..view };
    let with_figures = [List::LogPatterns, List::MetricShifts, List::SpanEdges];
    // Of what is held: a row that is new tells how it is.
    let taken = view.selection.taken.iter().map(|(list, index)| (*list, *index as usize));
    let rows = taken.filter(|(list, index)| with_figures.contains(list) && held.has(*list, *index));
    let told: HashSet<(List, usize)> = rows.take(view.selection.figures).collect();
    let all = View { is_late: None, ..view };
    let mut figures = String::new();
    if view.selection.state {
        suspects::after(all, &mut figures);
        incidents::after(held, &mut figures);
    }
    if view.selection.outcomes {
        changes::after(all, &mut figures);
    }
    metrics::after(held, &told, &mut figures);
    edges::after(held, &told, &mut figures);
    patterns::after(held, &told, &mut figures);
    gone(held, &mut figures);
    let omitted: u64 = view.omitted().iter().map(|(_, count)| count).sum();
    if (view.selection.state || view.selection.complete) && omitted > 0 {
        let _infallible = writeln!(figures, "omitted of what is new: {omitted}");
    }
    if !figures.is_empty() {
        out.push_str("## now (by handle, of the rows above)\n");
        out.push_str(&figures);
    }
}

/// Rows named that are no more, as its steps are taken.
const GONE_NAMED: [usize; 3] = [0, 3, 8];

fn gone_named(selection: &Selection) -> usize {
    GONE_NAMED.get(selection.gone).copied().unwrap_or(GONE_NAMED[2])
}

/// Shown items that are no longer found, in the order in which they were taken.
fn gone_shown<'a>(source: &'a Source<'_>, selection: &'a Selection) -> impl Iterator<Item = (List, usize)> + 'a {
    let taken = selection.taken.iter().map(|(list, index)| (*list, *index as usize));
    taken.filter(|(list, index)| source.is_gone(*list, *index))
}

/// Rows that the text names as no longer found.
pub(crate) fn told_gone(source: &Source<'_>, selection: &Selection) -> HashSet<(List, usize)> {
    let rows = gone_shown(source, selection).filter(|(list, index)| source.handle_at(*list, *index).is_some());
    rows.take(gone_named(selection)).collect()
}

/// Shown rows that are no longer found, and what is not well any longer.
fn gone_of(held: View<'_>) -> (Vec<String>, Vec<&str>) {
    let source = held.source;
    let (mut rows, mut unwell) = (Vec::new(), Vec::new());
    for (list, index) in gone_shown(source, held.selection) {
        rows.extend(source.handle_at(list, index));
        let check = source.findings.healthy.get(index).filter(|_| list == List::Healthy);
        unwell.extend(check.map(|check| check.subject.as_str()));
    }
    (rows, unwell)
}

fn gone(held: View<'_>, out: &mut String) {
    let most = gone_named(held.selection);
    if most == 0 {
        return;
    }
    let (rows, unwell) = gone_of(held);
    let unwell = unwell.into_iter().map(|subject| quote::inline(subject).into_owned()).collect();
    for (what, names) in [("no longer found", rows), ("no longer well", unwell)] {
        let more = names.len().saturating_sub(most);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        if !names.is_empty() {
            let named = names.get(..most).unwrap_or(&names).join(", ");
            let _infallible = writeln!(out, "{what}: {named}{more}");
        }
    }
}

/// The checkpoint, and what of it is so no more.
pub(super) fn held_json(view: View<'_>, fields: &mut Map<String, Value>) {
    let Some(late) = view.source.late.as_ref().filter(|_| view.selection.complete) else { return };
    let (rows, unwell) = gone_of(view);
    let unwell: Vec<String> = unwell.into_iter().map(|subject| quote::json(subject, 200)).collect();
    let at = figures::rfc3339(late.at_unix_nano);
    fields.insert("held".to_owned(), json!({"at": at, "gone": rows, "no_longer_well": unwell}));
}

/// What moves, with every figure as long as figures are, and with room for what is left out: so that what fits does not
/// hang on a digit more.
pub(super) fn reserved(moving: &str, is_complete: bool) -> String {
    let mut out = String::with_capacity(moving.len() + 64);
    let mut rest = moving.chars().peekable();
    let mut before = ' ';
    while let Some(c) = rest.next() {
        // Digits of handles and names follow a letter.
        if c.is_ascii_digit() && !before.is_alphanumeric() {
            while rest.next_if(|c| c.is_ascii_digit() || *c == '.').is_some() {}
            out.push_str(FIGURE);
            before = '8';
        } else {
            out.push(c);
            before = c;
        }
    }
    if is_complete {
        let lists = List::ALL.map(|list| format!(" {} {FIGURE},", list.field()));
        out.extend(lists);
        out.push('\n');
    }
    out
}

/// Four tokens: more than nearly all figures have, for what is whole must not be longer than what was reserved.
const FIGURE: &str = "88.8888";
