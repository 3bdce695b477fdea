//! Lines of plain logs, verbatim, the best first, until the budget is used.
//!
//! Lines of one source stand together in their order, each behind its number; `…` stands for lines left out. A line of
//! two excerpts is shown once. An excerpt's handle and why it was chosen are a step of their own: with little room, lines
//! tell more.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;

use decant_model::ExcerptLine;
use serde_json::{Map, Value, json};

use super::{View, heading, raise};
use crate::handles::Kind;
use crate::plan::{Offer, Step};
use crate::quote;
use crate::selection::List;
use crate::source::{Capture, Source};

/// Longest line, in characters.
const LINE_CHARS: usize = 700;
/// What the line with an excerpt's handle is worth beside its best line.
const HANDLE_STRENGTH: f64 = 0.25;

pub(super) fn offers(source: &Source<'_>) -> Vec<Offer> {
    if source.is_well() {
        return Vec::new();
    }
    let excerpts = &source.findings.excerpts;
    let worth = |score: f64, weight: f64| {
        let worth = score * weight;
        if worth.is_finite() { worth.max(0.0) } else { 0.0 }
    };
    let best = excerpts
        .iter()
        .flat_map(|excerpt| excerpt.lines.iter().map(|line| worth(excerpt.score, line.weight)))
        .fold(f64::MIN_POSITIVE, f64::max);
    // In a whole system, patterns compare with what is usual; lines that always were there mislead.
    let system = source.capture == Capture::System;
    let suspects: HashSet<&str> = source.findings.suspects.iter().take(3).map(|s| s.service.as_str()).collect();
    let examples: HashSet<&str> =
        source.findings.log_patterns.iter().flat_map(|pattern| &pattern.examples).map(|e| e.text.trim()).collect();
    let shown_elsewhere = |line: &ExcerptLine| examples.contains(line.text.trim());
    let mut offers = Vec::new();
    for (index, excerpt) in excerpts.iter().enumerate() {
        let mut top = 0.0_f64;
        let support = source.support(Kind::Excerpt, excerpt.id);
        let heaviest = excerpt.lines.iter().map(|line| line.weight).fold(f64::MIN_POSITIVE, f64::max);
        for (place, line) in excerpt.lines.iter().enumerate() {
            if source.is_doubled(index as u32, place as u32) {
                continue;
            }
            let mut strength = worth(excerpt.score, line.weight) / best;
            if system && (shown_elsewhere(line) || !suspects.contains(excerpt.source.as_str())) {
                strength *= 0.05;
            }
            strength = strength.max(support * (line.weight / heaviest).clamp(0.0, 1.0));
            top = top.max(strength);
            let bytes = 8 + line.text.len().min(LINE_CHARS);
            offers.push(Offer { step: Step::Line(index as u32, place as u32), strength, bytes });
        }
        offers.push(raise(List::Excerpts, index, HANDLE_STRENGTH * top, 20 + excerpt.why.len()));
    }
    offers
}

/// Lines of all excerpts that are not shown, doubles not counted. None of them is late.
pub(super) fn lines_omitted(view: View<'_>) -> u64 {
    if view.is_late == Some(true) {
        return 0;
    }
    let lines = view.selection.lines.iter().enumerate().flat_map(|(index, lines)| {
        lines.iter().enumerate().map(move |(place, shown)| (index as u32, place as u32, *shown))
    });
    lines.filter(|(index, place, shown)| !shown && !view.source.is_doubled(*index, *place)).count() as u64
}

pub(super) fn text(view: View<'_>, out: &mut String) {
    let excerpts = &view.source.findings.excerpts;
    // Sources in the order in which the plan came upon them, their lines in the order of the file.
    let mut sources: Vec<&str> = Vec::new();
    let mut lines: HashMap<&str, BTreeMap<u64, (usize, usize)>> = HashMap::new();
    for (index, _) in view.shown(List::Excerpts) {
        let Some(excerpt) = excerpts.get(index) else { continue };
        if !lines.contains_key(excerpt.source.as_str()) {
            sources.push(&excerpt.source);
        }
        let of_source = lines.entry(&excerpt.source).or_default();
        let shown = view.selection.lines.get(index).map(Vec::as_slice).unwrap_or_default();
        for (place, line) in excerpt.lines.iter().enumerate().filter(|(place, _)| shown.get(*place) == Some(&true)) {
            of_source.entry(line.ordinal).or_insert((index, place));
        }
    }
    let mut started = false;
    for source in sources {
        heading(out, &mut started, "excerpts (line number| text; … lines left out)");
        if !source.is_empty() {
            let _infallible = writeln!(out, "source {}", quote::inline(source));
        }
        let (mut of, mut next) = (None, None);
        for (ordinal, (index, place)) in lines.get(source).into_iter().flatten() {
            let Some(excerpt) = excerpts.get(*index) else { continue };
            let Some(line) = excerpt.lines.get(*place) else { continue };
            let gap = next.is_some_and(|next| next != *ordinal);
            if of != Some(*index) && view.selection.level(List::Excerpts, *index as u32) > 1 {
                let (gap, handle) = (if gap { "… " } else { "" }, view.source.handle(Kind::Excerpt, excerpt.id));
                let _infallible = writeln!(out, "{gap}[{handle}] {}", quote::ours(&excerpt.why));
            } else if gap {
                out.push_str("…\n");
            }
            of = Some(*index);
            let width = (usize::MAX, LINE_CHARS);
            quote::lines(out, &ordinal.to_string(), &line.text, line.flagged, width);
            next = Some(ordinal.saturating_add(1));
        }
    }
}

pub(super) fn json(view: View<'_>) -> Vec<Value> {
    view.shown(List::Excerpts)
        .filter_map(|(index, _)| {
            let excerpt = view.source.findings.excerpts.get(index)?;
            let shown = view.selection.lines.get(index).map(Vec::as_slice).unwrap_or_default();
            let lines: Vec<Value> = excerpt
                .lines
                .iter()
                .zip(shown)
                .filter(|(_, shown)| **shown)
                .map(|(line, _)| {
                    let mut fields = Map::new();
                    fields.insert("ordinal".to_owned(), line.ordinal.into());
                    fields.insert("text".to_owned(), quote::json(&line.text, LINE_CHARS).into());
                    if line.flagged {
                        fields.insert("flagged".to_owned(), true.into());
                    }
                    Value::Object(fields)
                })
                .collect();
            Some(json!({
                "handle": view.source.handle(Kind::Excerpt, excerpt.id),
                "source": quote::json(&excerpt.source, 300),
                "why": quote::ours(&excerpt.why),
                "score": crate::figures::number(excerpt.score),
                "lines": lines,
            }))
        })
        .collect()
}
