//! What moved since the onset, by handle: figures of the rows shown above, as many as there is room for.
//!
//! Where a row above tells how something was, its line here tells how it is; rows without a line here are counted. All of
//! it changes with every record, so it stands at the end.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::{View, changes, edges, incidents, metrics, patterns, suspects};
use crate::selection::List;
use crate::{figures, quote};

/// Bytes of what holds still, for each item whose figures are told: figures are a twentieth of the text, or less.
const BYTES_A_FIGURE: usize = 1_000;
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
