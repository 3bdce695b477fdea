//! The parts of a bundle: what each offers, and how it is written.
//!
//! One file a list. Each has three functions over the same findings: `offers` (items and details with their strength and
//! size), `text` (the section as a model reads it) and `json` (the list's items). What is shown of an item depends on its
//! level alone, so both forms show the same. Lists whose figures move have `after`, too, which tells those. Text that is
//! ours begins a line or stands bare; text of the telemetry stands in one of the frames of [`crate::quote`].

mod after;
mod changes;
mod counts;
mod edges;
mod excerpts;
mod healthy;
mod incidents;
mod metrics;
mod missing;
mod patterns;
mod resilience;
mod suspects;
mod topology;
mod traces;
mod verdict;

use serde_json::{Map, Value};

pub(crate) use after::told_gone;
pub(crate) use verdict::bundle_id;

use crate::SCHEMA;
use crate::delta::GONE_NAMED;
use crate::plan::{Offer, Step};
use crate::selection::{List, Selection};
use crate::source::{Capture, Source};

/// A selection over its findings.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) source: &'a Source<'a>,
    pub(crate) selection: &'a Selection,
    pub(crate) part: Part,
    /// Of what is held the rows that are held, or those that are late.
    pub(crate) is_late: Option<bool>,
}

/// Where revisions follow, evidence about the suspects, and changes up to the onset, stand before the rest, which changes
/// sooner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    All,
    Evidence,
    Rest,
}

impl View<'_> {
    /// Shown items of a list with their levels, in the order of the plan.
    fn shown(self, list: List) -> impl Iterator<Item = (usize, u8)> {
        let chosen = self.selection.chosen(list);
        let shown = chosen.order.iter().map(move |index| (*index as usize, self.selection.level(list, *index)));
        shown.filter(move |(index, _)| self.has(list, *index))
    }

    /// The same in the order of the findings, which is that of rank.
    fn ranked(self, list: List) -> impl Iterator<Item = (usize, u8)> {
        let levels = &self.selection.chosen(list).levels;
        let shown = levels.iter().enumerate().filter(|(_, level)| **level > 0).map(|(index, level)| (index, *level));
        shown.filter(move |(index, _)| self.has(list, *index))
    }

    /// Whether rows leave what moves to the end; those that stand there do not.
    fn is_split(self) -> bool {
        self.source.is_split && self.is_late != Some(true)
    }

    fn has(self, list: List, index: usize) -> bool {
        self.is_late.is_none_or(|is_late| self.source.is_late(list, index) == is_late)
    }

    fn len(self, list: List) -> usize {
        (0..self.source.len(list)).filter(|index| self.has(list, *index)).count()
    }

    /// Shown items by a key that new data leaves as it is, where revisions follow; else in the order of the plan.
    fn steady<K: Ord>(self, list: List, key: impl Fn(usize) -> K) -> Vec<(usize, u8)> {
        let is_in = |index: usize| match self.part {
            Part::All => true,
            part => self.source.is_evidence(list, index) == (part == Part::Evidence),
        };
        let mut shown: Vec<(usize, u8)> = self.shown(list).filter(|(index, _)| is_in(*index)).collect();
        if self.source.is_split {
            shown.sort_by_cached_key(|(index, _)| key(*index));
        }
        shown
    }

    /// Items that are not shown, by the name under which the bundle counts them; none with a count of 0.
    fn omitted(self) -> Vec<(&'static str, u64)> {
        let delta = self.source.delta.as_ref();
        let lists = List::ALL.into_iter().map(|list| {
            let shown = self.shown(list).count();
            let before = delta.into_iter().flat_map(|delta| &delta.omitted).filter(|(of, _)| *of == list);
            (list.field(), (self.len(list) - shown) as u64 + before.map(|(_, count)| count).sum::<u64>())
        });
        let gone = delta.map_or(0, |delta| delta.gone.len());
        let gone_named = if self.selection.complete { GONE_NAMED } else { 0 };
        let within = [
            ("delta.gone", gone.saturating_sub(gone_named) as u64),
            ("excerpts.lines", excerpts::lines_omitted(self)),
            ("suspects.evidence", suspects::evidence_omitted(self)),
            ("traces.spans", traces::spans_omitted(self)),
        ];
        lists.chain(within).filter(|(_, count)| *count > 0).collect()
    }
}

/// What a list has to say, in any order; details of an item are weaker than its head.
pub(crate) fn offers(source: &Source<'_>, list: List) -> Vec<Offer> {
    match list {
        List::Incidents => incidents::offers(source),
        List::Suspects => suspects::offers(source),
        List::Changes => changes::offers(source),
        List::Excerpts => excerpts::offers(source),
        List::LogPatterns => patterns::offers(source),
        List::MetricShifts => metrics::offers(source),
        List::SpanEdges => edges::offers(source),
        List::Traces => traces::offers(source),
        List::Healthy => healthy::offers(source),
        List::Missing => missing::offers(source),
        List::Topology => topology::offers(source),
        List::Resilience => resilience::offers(source),
    }
}

/// The text for models.
///
/// What an incident's next revision will say again stands first: how to read it, the verdict with the first suspect and the
/// change that is accused, what data is missing, what changed, the evidence about the suspects (each pattern, series and
/// call with how it was before), and why it is them. Then who calls whom, and the rest, of which one more or less fits.
/// What moves with every new record stands last, by handle: scores, figures since the onset, counts. So a cache of prompts
/// finds most of the text again, and the end, which a model reads best, has the news.
pub(crate) fn text(source: &Source<'_>, selection: &Selection) -> String {
    let is_late = source.late.is_some().then_some(false);
    let view = View { source, selection, part: Part::All, is_late };
    let mut out = String::new();
    verdict::text(view, &mut out);
    // Excerpts lead where they are the evidence, and follow where they only go with it.
    let (first, last) = match source.capture {
        Capture::System => (None, Some(List::Excerpts)),
        Capture::Log | Capture::Logs => (Some(List::Excerpts), None),
    };
    let others = |list: &List| *list != List::Excerpts;
    let (summary, evidence) = List::ALL.split_at(3);
    let evidence = evidence.iter().copied().filter(others);
    if !source.is_split {
        // In a log of one run the lines tell who; where all is well, what was checked comes before what was seen.
        let (before, after): (&[List], &[List]) = match source.capture {
            _ if source.is_well() => (&[List::Healthy, List::Missing], summary),
            Capture::Log => (&[List::Excerpts], summary),
            _ => (summary, first.as_slice()),
        };
        let opening = before.iter().chain(after).copied();
        for list in opening.chain(evidence.filter(|list| !before.contains(list))).chain(last) {
            write_list(view, list, &mut out);
        }
        counts::services(view, &mut out);
        counts::text(view, &mut out);
        counts::omissions(view, &mut out);
        return out;
    }
    let part = |part: Part, lists: &[List], out: &mut String| {
        lists.iter().for_each(|list| write_list(View { part, ..view }, *list, out));
    };
    part(Part::All, &[List::Missing], &mut out);
    part(Part::Evidence, &[List::Changes], &mut out);
    first.into_iter().for_each(|list| write_list(view, list, &mut out));
    part(Part::Evidence, &[List::LogPatterns, List::MetricShifts, List::SpanEdges], &mut out);
    part(Part::All, &[List::Suspects, List::Incidents], &mut out);
    after::reason(view, &mut out);
    part(Part::All, &[List::Topology], &mut out);
    counts::services(view, &mut out);
    part(Part::All, &[List::Traces], &mut out);
    part(Part::Rest, &[List::Changes, List::SpanEdges, List::MetricShifts, List::LogPatterns], &mut out);
    last.into_iter().for_each(|list| write_list(view, list, &mut out));
    part(Part::All, &[List::Healthy], &mut out);
    suspects::unlikely(view, &mut out);
    if source.is_held() {
        counts::omissions(view, &mut out);
        if selection.omissions && selection.news {
            late(View { is_late: Some(true), ..view }, &mut out);
        }
        return out;
    }
    let mut moving = String::new();
    counts::omissions(view, &mut moving);
    write_list(view, List::Resilience, &mut moving);
    after::text(view, out.len(), &mut moving);
    counts::text(view, &mut moving);
    out.push_str(&if selection.omissions { moving } else { after::reserved(&moving, selection.complete) });
    out
}

/// What the text adds to what is held.
pub(crate) fn late_text(source: &Source<'_>, selection: &Selection) -> String {
    let mut out = String::new();
    late(View { source, selection, part: Part::All, is_late: Some(true) }, &mut out);
    out
}

/// What is known now beside what is held.
fn late(view: View<'_>, out: &mut String) {
    for list in [
        List::Incidents,
        List::Suspects,
        List::Changes,
        List::LogPatterns,
        List::MetricShifts,
        List::SpanEdges,
        List::Traces,
        List::Topology,
        List::Healthy,
    ] {
        write_list(view, list, out);
    }
    suspects::unlikely(view, out);
    write_list(View { is_late: None, ..view }, List::Resilience, out);
    after::late(view, out);
    counts::text(view, out);
}

fn write_list(view: View<'_>, list: List, out: &mut String) {
    match list {
        List::Incidents => incidents::text(view, out),
        List::Suspects => suspects::text(view, out),
        List::Changes => changes::text(view, out),
        List::Excerpts => excerpts::text(view, out),
        List::LogPatterns => patterns::text(view, out),
        List::MetricShifts => metrics::text(view, out),
        List::SpanEdges => edges::text(view, out),
        List::Traces => traces::text(view, out),
        List::Healthy => healthy::text(view, out),
        List::Missing => missing::text(view, out),
        List::Topology => topology::text(view, out),
        List::Resilience => resilience::text(view, out),
    }
}

/// The JSON form; its `budget`, which is known last, is null.
pub(crate) fn json(source: &Source<'_>, selection: &Selection) -> Value {
    let view = View { source, selection, part: Part::All, is_late: None };
    let mut fields = Map::new();
    fields.insert("schema".to_owned(), SCHEMA.into());
    verdict::json(view, &mut fields);
    for list in List::ALL {
        let items = match list {
            List::Incidents => incidents::json(view),
            List::Suspects => suspects::json(view),
            List::Changes => changes::json(view),
            List::Excerpts => excerpts::json(view),
            List::LogPatterns => patterns::json(view),
            List::MetricShifts => metrics::json(view),
            List::SpanEdges => edges::json(view),
            List::Traces => traces::json(view),
            List::Healthy => healthy::json(view),
            List::Missing => missing::json(view),
            List::Topology => topology::json(view),
            List::Resilience => resilience::json(view),
        };
        if selection.complete || !items.is_empty() {
            fields.insert(list.field().to_owned(), Value::Array(items));
        }
    }
    after::held_json(view, &mut fields);
    counts::json(view, &mut fields);
    // In the smallest of budgets a delta has no room to tell its budget, which its reader gave.
    if selection.note || source.delta.is_none() {
        fields.insert("budget".to_owned(), Value::Null);
    }
    Value::Object(fields)
}

/// A list's heading, once there is something below it.
fn heading(out: &mut String, started: &mut bool, title: &str) {
    if !*started {
        *started = true;
        out.push_str("## ");
        out.push_str(title);
        out.push('\n');
    }
}

/// An offer of an item's next level.
fn raise(list: List, index: usize, strength: f64, bytes: usize) -> Offer {
    Offer { step: Step::Raise(list, index as u32), strength: strength.clamp(0.0, 1.0), bytes }
}

/// Significance on a scale of 0 to 1.
fn weight(significance: f64) -> f64 {
    match grade(significance) {
        2 => 0.9,
        1 => 0.6,
        _ => 0.2,
    }
}

/// Significance grows with every sample of a steady incident; whether it is worth a look, telling or plain hardly does.
fn grade(significance: f64) -> u8 {
    u8::from(significance >= 8.0) + u8::from(significance >= 64.0)
}

/// Items with their indices, the weightiest first and those that weigh alike by id: an order that hardly moves.
fn by_weight<'a, T>(
    source: &Source<'_>,
    list: List,
    items: &'a [T],
    of: impl Fn(&T) -> (f64, u64),
) -> Vec<(usize, &'a T)> {
    let mut items: Vec<(usize, &T)> = items.iter().enumerate().collect();
    items.sort_by_cached_key(|(index, item)| {
        let (significance, id) = of(item);
        let doublings = if significance >= 1.0 { significance.log2().min(9.0) as u8 } else { 0 };
        // What is late makes nothing of what is held weaker.
        (source.is_late(list, *index), std::cmp::Reverse((grade(significance), doublings)), id)
    });
    items
}

/// Figures by handle, on one line that is there when it has some.
struct Line {
    text: String,
    told: usize,
}

impl Line {
    fn new(name: &str) -> Self {
        Self { text: name.to_owned(), told: 0 }
    }

    fn push(&mut self, handle: &str, told: &str) {
        self.text.push_str(if self.told == 0 { ": " } else { ", " });
        self.text.push_str(handle);
        self.text.push(' ');
        self.text.push_str(told);
        self.told += 1;
    }

    /// Writes it, and says how many it tells of.
    fn end(self, out: &mut String) -> usize {
        if self.told > 0 {
            out.push_str(&self.text);
            out.push('\n');
        }
        self.told
    }
}

/// Inserts `value` under `name` unless it is null: unknown is absent.
fn put(fields: &mut Map<String, Value>, name: &str, value: Value) {
    if !value.is_null() {
        fields.insert(name.to_owned(), value);
    }
}
