//! What moved since the onset, by handle: why this verdict, and the figures of all that is shown above.
//!
//! Where a row above tells how something was, its line here tells how it is; rows without a line here are counted. All of
//! it changes with every record, so it stands at the end.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::{View, changes, edges, metrics, patterns, suspects};
use crate::quote;
use crate::selection::List;

/// Bytes of what holds still, for each item whose figures are told: they are a fifteenth of the text or less.
const BYTES_A_FIGURE: usize = 700;
/// Items whose figures are told however short the text is.
const FIGURES_MIN: usize = 4;

/// `steady_bytes` is the length of what stands before.
pub(super) fn text(view: View<'_>, steady_bytes: usize, out: &mut String) {
    let reason = &view.source.findings.verdict_reason;
    if view.selection.reason && !reason.trim().is_empty() {
        let _infallible = writeln!(out, "why: {}", quote::ours(reason));
    }
    let mut figures = String::new();
    suspects::after(view, &mut figures);
    changes::after(view, &mut figures);
    let with_figures = [List::LogPatterns, List::MetricShifts, List::SpanEdges];
    let taken = view.selection.taken.iter().filter(|(list, _)| with_figures.contains(list));
    let told: HashSet<(List, usize)> =
        taken.take(FIGURES_MIN + steady_bytes / BYTES_A_FIGURE).map(|(list, index)| (*list, *index as usize)).collect();
    let before = figures.len();
    patterns::after(view, &told, &mut figures);
    metrics::after(view, &told, &mut figures);
    edges::after(view, &told, &mut figures);
    // What a line tells stands between commas, and has none itself.
    let lines = figures.get(before..).unwrap_or_default().lines();
    let named: usize = lines.map(|line| line.matches(", ").count() + 1).sum();
    let rows: usize = with_figures.iter().map(|list| view.selection.chosen(*list).order.len()).sum();
    if rows > named {
        let _infallible = writeln!(figures, "rows above without a figure here: {}", rows - named);
    }
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

/// Three tokens, as most figures have.
const FIGURE: &str = "88.8";
