//! Only what is new: the answer to one who still has an earlier answer.
//!
//! What an answer told is remembered item by item ([`Known`]): what the item says, and its figures. What a budget left
//! out was not told. An item whose words are the same and whose figures moved by less than a third is **unchanged**: it
//! is counted and not told again. What is left is packed like any bundle, so every law of bundles holds for a delta;
//! items that are no more are named by their handles.
//!
//! A **revision** names what a reader has after an answer: that of the incident, and six digits made of all that the
//! reader was told. So two answers with different budgets, or without an incident, have revisions of their own, and equal
//! findings and requests the same.

use std::collections::BTreeMap;

use decant_model::{EdgeStats, Findings};
use xxhash_rust::xxh3::Xxh3;

use crate::bundle::{Rendered, Request, of_source, packed};
use crate::figures;
use crate::handles::{Handles, Kind};
use crate::held::held;
use crate::selection::{List, Selection};
use crate::source::{Source, beside_first};

/// A figure that moved by less than this part of the greater one is as it was: samples of a steady rate vary so much.
const STEADY: f64 = 0.34;
/// Places of suspects that matter; those behind change them with every sample.
const PLACES: u32 = 3;
/// Handles of items that are no more, named in an answer.
pub(crate) const GONE_NAMED: usize = 40;

/// What a reader was told, as much of it as tells old from new.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Known {
    revision: u64,
    items: BTreeMap<(List, u64), Item>,
}

#[derive(Clone, Debug, PartialEq)]
struct Item {
    handle: String,
    /// How much of it: a suspect's name, or its reasons too; a pattern's template, or its records too.
    level: u8,
    words: u64,
    figures: Vec<Option<f64>>,
}

/// How an answer differs from what its reader has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Delta {
    pub(crate) since: u64,
    pub(crate) incident_revision: u32,
    pub(crate) bundle_id: String,
    /// Items that are not told again.
    pub(crate) unchanged: Vec<(List, u64)>,
    /// Items that a whole answer of this budget would leave out.
    pub(crate) omitted: Vec<(List, u64)>,
    pub(crate) gone: Vec<String>,
    /// What the reader has already, but for what is gone.
    known: BTreeMap<(List, u64), Item>,
}

impl Known {
    /// As the answer's JSON form tells it.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// What a reader of this selection has.
    pub(crate) fn of(source: &Source<'_>, selection: &Selection) -> Self {
        let mut items = source.delta.as_ref().map_or_else(BTreeMap::new, |delta| delta.known.clone());
        for (list, key, item) in shown(source, selection) {
            items.insert((list, key), item);
        }
        let mut hash = Xxh3::new();
        for ((list, key), item) in &items {
            hash.update(list.field().as_bytes());
            for part in [*key, u64::from(item.level), item.words]
                .into_iter()
                .chain(item.figures.iter().map(|f| f.map_or(1, f64::to_bits)))
            {
                hash.update(&part.to_le_bytes());
            }
        }
        Self { revision: base(source) + hash.digest() % (TOLD - TOLD / 10), items }
    }

    fn has(&self, list: List, key: u64, item: &Item) -> bool {
        self.items
            .get(&(list, key))
            .is_some_and(|known| known.level >= item.level && known.words == item.words && alike(known, item))
    }
}

/// Six digits of a revision tell what was told.
const TOLD: u64 = 1_000_000;

/// The least revision of an answer; all of one incident's revision have as many digits.
pub(crate) fn base(source: &Source<'_>) -> u64 {
    let of_incident = || source.findings.incidents.first().map_or(0, |incident| incident.revision);
    let revision = source.delta.as_ref().map_or_else(of_incident, |delta| delta.incident_revision);
    u64::from(revision) * TOLD + TOLD / 10
}

/// The items of a selection, as its reader has them then.
fn shown(source: &Source<'_>, selection: &Selection) -> Vec<(List, u64, Item)> {
    let mut shown = Vec::new();
    let told_gone = crate::sections::told_gone(source, selection);
    for (list, index, key, item) in items(source) {
        // Who was told that a row is no longer found does not have it.
        if told_gone.contains(&(list, index)) {
            continue;
        }
        let level = selection.level(list, index as u32);
        if level > 0 {
            shown.push((list, key, as_shown(source, selection, (list, index), item)));
        }
    }
    shown
}

/// An item with as much of it as the selection shows: its level, and of an excerpt its lines.
fn as_shown(source: &Source<'_>, selection: &Selection, (list, index): (List, usize), item: Item) -> Item {
    if list != List::Excerpts {
        return Item { level: selection.level(list, index as u32), ..item };
    }
    let excerpt = source.findings.excerpts.get(index);
    let lines = excerpt.map(|excerpt| excerpt.lines.as_slice()).unwrap_or_default();
    let shown = selection.lines.get(index).map(Vec::as_slice).unwrap_or_default();
    let ordinals = lines.iter().zip(shown).filter(|(_, shown)| **shown).map(|(line, _)| line.ordinal.to_string());
    let ordinals: Vec<String> = ordinals.collect();
    Item { level: 1, words: hash(&[&ordinals.join(" ")]), ..item }
}

/// As [`bundle`](crate::bundle()), of what is not `known` already. What the whole bundle would not show is left out here
/// too, and counted as that.
#[must_use]
pub fn delta(findings: &Findings, known: &Known, request: &Request) -> Rendered {
    let handles = Handles::of(findings);
    let held = held(findings);
    let (findings, late) = match &held {
        Some(held) => (&held.findings, Some(held.late.clone())),
        None => (findings, None),
    };
    let whole = Source::held(findings, handles, late);
    let (_, selection) = packed(&whole, request);
    let mut now = items(&whole);
    now.retain(|(list, index, ..)| !whole.is_gone(*list, *index));
    let is_there = |list: List, key: u64| now.iter().any(|(of, _, other, _)| *of == list && *other == key);
    let (kept, gone): (BTreeMap<_, _>, BTreeMap<_, _>) =
        known.items.clone().into_iter().partition(|((list, key), _)| is_there(*list, *key));
    let mut delta = Delta {
        since: known.revision,
        incident_revision: findings.incidents.first().map_or(0, |incident| incident.revision),
        bundle_id: crate::sections::bundle_id(findings),
        gone: gone.into_values().map(|item| item.handle).filter(|handle| !handle.is_empty()).collect(),
        known: kept,
        ..Delta::default()
    };
    // What it tells is so now: how changes went, and no rows that are held though they are gone.
    let mut fresh = findings.clone();
    fresh.changes.iter_mut().for_each(|change| change.verdict = whole.verdict(change).cloned());
    for list in List::ALL {
        let (mut unchanged, mut omitted) = (Vec::new(), Vec::new());
        for (_, index, key, item) in now.iter().filter(|(of, ..)| *of == list) {
            let item = as_shown(&whole, &selection, (list, *index), item.clone());
            if known.has(list, *key, &item) {
                unchanged.push(*index);
            } else if selection.level(list, *index as u32) == 0 {
                omitted.push(*index);
            }
        }
        for (indices, told) in [(&unchanged, &mut delta.unchanged), (&omitted, &mut delta.omitted)] {
            if !indices.is_empty() {
                told.push((list, indices.len() as u64));
            }
        }
        let no_more = (0..whole.len(list)).filter(|index| whole.is_gone(list, *index)).collect();
        let mut not_told = [unchanged, omitted, no_more].concat();
        not_told.sort_unstable();
        remove(&mut fresh, list, &not_told);
    }
    of_source(&whole.part(&fresh, delta), request)
}

fn alike(one: &Item, two: &Item) -> bool {
    one.figures.len() == two.figures.len()
        && one.figures.iter().zip(&two.figures).all(|pair| match pair {
            (None, None) => true,
            (Some(a), Some(b)) => a == b || (a - b).abs() <= STEADY * a.abs().max(b.abs()),
            _ => false,
        })
}

/// Everything that a bundle may tell: its list and place, what tells it from others, and what it says.
fn items(source: &Source<'_>) -> Vec<(List, usize, u64, Item)> {
    let (findings, handles) = (source.findings, &source.handles);
    let mut out = Vec::new();
    let mut put = |list, index, id: Result<(Kind, u64), u64>, words: &[&str], figures: Vec<Option<f64>>| {
        let (handle, key) = match id {
            Ok((kind, id)) => (handles.get(kind, id), id),
            Err(key) => (String::new(), key),
        };
        out.push((list, index, key, Item { handle, level: 0, words: hash(words), figures }));
    };
    for (index, i) in findings.incidents.iter().enumerate() {
        let mut services: Vec<&str> = i.services.iter().map(String::as_str).collect();
        services.sort_unstable();
        let words = [i.state.as_str(), &clauses(&i.title), &services.join(" ")];
        put(List::Incidents, index, Ok((Kind::Incident, i.id)), &words, Vec::new());
    }
    for (index, s) in findings.suspects.iter().enumerate() {
        // Those that it hardly is change place and reasons with every sample.
        let is_unlikely = beside_first(&findings.suspects, s) == 0.0;
        let place = s.rank.min(PLACES + 1).to_string();
        let words = if is_unlikely {
            [s.service.as_str(), "", "", "", ""]
        } else {
            [&s.service, s.component.as_deref().unwrap_or(""), &s.kind, &clauses(&s.what), &place]
        };
        put(
            List::Suspects,
            index,
            Ok((Kind::Suspect, s.id)),
            &words,
            vec![Some((source.score(Kind::Suspect, s.id, s.score) * 10.0).round())],
        );
    }
    for (index, c) in findings.changes.iter().enumerate() {
        let verdict = source.verdict(c).map_or("", |v| v.outcome.as_str());
        let words = [if c.score >= crate::plan::ACCUSED { "accused" } else { "" }, verdict];
        put(List::Changes, index, Ok((Kind::Change, c.id)), &words, Vec::new());
    }
    for (index, x) in findings.excerpts.iter().enumerate() {
        put(List::Excerpts, index, Ok((Kind::Excerpt, x.id)), &[], Vec::new());
    }
    for (index, p) in findings.log_patterns.iter().enumerate() {
        let words = [p.template.as_str(), p.severity.as_str(), p.novelty.as_str()];
        let figures = vec![p.before_per_min, p.after_per_min];
        put(List::LogPatterns, index, Ok((Kind::LogPattern, p.id)), &words, figures);
    }
    for (index, m) in findings.metric_shifts.iter().enumerate() {
        put(List::MetricShifts, index, Ok((Kind::MetricShift, m.id)), &[], vec![m.before, m.after]);
    }
    for (index, e) in findings.span_edges.iter().enumerate() {
        let figures = stats(&e.before).into_iter().chain(stats(&e.after)).collect();
        put(List::SpanEdges, index, Ok((Kind::SpanEdge, e.id)), &[&e.what], figures);
    }
    for (index, t) in findings.traces.iter().enumerate() {
        // Another trace of the same kind is no news.
        let root = t.spans.first();
        let kind = hash(&[&clauses(&t.why), root.map_or("", |s| &s.service), root.map_or("", |s| &s.name)]);
        put(List::Traces, index, Err(kind), &[], Vec::new());
    }
    for (index, h) in findings.healthy.iter().enumerate() {
        put(List::Healthy, index, Err(hash(&[&h.subject])), &[&clauses(&h.what)], Vec::new());
    }
    for (index, missing) in findings.missing.iter().enumerate() {
        put(List::Missing, index, Err(hash(&[&clauses(missing)])), &[], Vec::new());
    }
    for (index, e) in findings.topology.iter().enumerate() {
        put(List::Topology, index, Err(hash(&[&e.caller, &e.callee])), &[], Vec::new());
    }
    for (index, r) in findings.resilience.iter().enumerate() {
        let words: Vec<&str> = r.experiments.iter().flat_map(|e| [e.fault.as_str(), e.survival.as_str()]).collect();
        put(List::Resilience, index, Err(hash(&[&r.service])), &words, vec![Some(r.score)]);
    }
    out
}

fn stats(stats: &EdgeStats) -> [Option<f64>; 4] {
    [stats.calls_per_min, stats.error_ratio, stats.p50_ms, stats.p99_ms]
}

/// Of names and words as they are.
fn hash(words: &[&str]) -> u64 {
    let mut hash = Xxh3::new();
    for word in words {
        hash.update(word.as_bytes());
        hash.update(&[0xff]);
    }
    hash.digest()
}

/// A sentence of ours without its figures, which stand among the figures where they matter, and whatever the order of its
/// clauses. Names keep their digits: `web1` is not `web2`, `10.0.0.1` not `10.0.0.2`.
fn clauses(sentence: &str) -> String {
    let words =
        |clause: &str| clause.split_whitespace().filter(|word| !figures::is_figure(word)).collect::<Vec<_>>().join(" ");
    let mut clauses: Vec<String> = sentence.split(';').map(words).collect();
    clauses.sort_unstable();
    clauses.join(";")
}

fn remove(findings: &mut Findings, list: List, indices: &[usize]) {
    fn without<T>(items: &mut Vec<T>, indices: &[usize]) {
        let mut index = 0;
        items.retain(|_| {
            index += 1;
            indices.binary_search(&(index - 1)).is_err()
        });
    }
    match list {
        List::Incidents => without(&mut findings.incidents, indices),
        List::Suspects => without(&mut findings.suspects, indices),
        List::Changes => without(&mut findings.changes, indices),
        List::Excerpts => without(&mut findings.excerpts, indices),
        List::LogPatterns => without(&mut findings.log_patterns, indices),
        List::MetricShifts => without(&mut findings.metric_shifts, indices),
        List::SpanEdges => without(&mut findings.span_edges, indices),
        List::Traces => without(&mut findings.traces, indices),
        List::Healthy => without(&mut findings.healthy, indices),
        List::Missing => without(&mut findings.missing, indices),
        List::Topology => without(&mut findings.topology, indices),
        List::Resilience => without(&mut findings.resilience, indices),
    }
}

#[cfg(test)]
mod tests {
    use super::{clauses, hash};

    #[test]
    fn names_keep_their_digits_and_sentences_lose_their_figures() {
        assert_ne!(hash(&["web1", "db1"]), hash(&["web2", "db2"]));
        assert_ne!(hash(&["a", "bc"]), hash(&["ab", "c"]));
        let check = |one: &str, two: &str, same: bool| assert_eq!(clauses(one) == clauses(two), same, "{one} {two}");
        check("cpu went from 0.10 to 0.93; calls take longer", "calls take longer; cpu went from 0.1 to 0.95", true);
        check("errors 12% (3 of 25), 40ms", "errors 14% (4 of 28), 45ms", true);
        check("web1 calls db1", "web2 calls db2", false);
        check("cannot reach 10.0.0.1", "cannot reach 10.0.0.2", false);
    }
}
