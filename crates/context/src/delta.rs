//! Only what is new: the answer to one who still has an earlier revision.
//!
//! What an earlier bundle could tell is remembered item by item ([`Known`]): what the item says, and its figures. An item
//! whose words are the same and whose figures moved by less than a third is **unchanged**: it is counted and not told
//! again. What is left is packed like any bundle, so every law of bundles holds for a delta; items that are no more are
//! named by their handles.

use std::collections::BTreeMap;

use decant_model::{EdgeStats, Findings};
use xxhash_rust::xxh3::Xxh3;

use crate::bundle::{Rendered, Request, of_source};
use crate::handles::{Handles, Kind};
use crate::selection::List;
use crate::source::Source;

/// A figure that moved by less than this part of the greater one is as it was: samples of a steady rate vary so much.
const STEADY: f64 = 0.34;
/// Places of suspects that matter; those behind change them with every sample.
const PLACES: u32 = 3;
/// Handles of items that are no more, named in an answer.
pub(crate) const GONE_NAMED: usize = 40;

/// What a bundle over some findings could tell, as much of it as tells old from new.
#[derive(Clone, Debug, Default)]
pub struct Known {
    revision: u64,
    items: BTreeMap<(List, u64), Item>,
}

#[derive(Clone, Debug)]
struct Item {
    handle: String,
    words: u64,
    figures: Vec<Option<f64>>,
}

/// How an answer differs from what its reader has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Delta {
    pub(crate) since: u64,
    /// What the reader has with this answer.
    pub(crate) revision: u64,
    pub(crate) bundle_id: String,
    /// Items that are not told again.
    pub(crate) unchanged: Vec<(List, u64)>,
    pub(crate) gone: Vec<String>,
}

impl Known {
    #[must_use]
    pub fn of(findings: &Findings) -> Self {
        let mut known = Self { revision: revision(findings), ..Self::default() };
        for (list, _, key, item) in items(findings, &Handles::of(findings)) {
            known.items.insert((list, key), item);
        }
        known
    }

    /// As the bundle's JSON form tells it.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    fn has(&self, list: List, key: u64, item: &Item) -> bool {
        self.items.get(&(list, key)).is_some_and(|known| known.words == item.words && alike(known, item))
    }
}

/// The revision of findings: that of the incident in question.
#[must_use]
pub fn revision(findings: &Findings) -> u64 {
    findings.incidents.first().map_or(0, |incident| u64::from(incident.revision))
}

/// As [`bundle`](crate::bundle()), of what is not `known` already.
#[must_use]
pub fn delta(findings: &Findings, known: &Known, request: &Request) -> Rendered {
    let whole = Source::new(findings);
    let now = items(findings, &whole.handles);
    let mut delta = Delta {
        since: known.revision,
        revision: revision(findings),
        bundle_id: crate::sections::bundle_id(findings),
        ..Delta::default()
    };
    let mut fresh = findings.clone();
    for list in List::ALL {
        let is_known = |(of, _, key, item): &&(List, usize, u64, Item)| *of == list && known.has(*of, *key, item);
        let old: Vec<usize> = now.iter().filter(is_known).map(|(_, index, ..)| *index).collect();
        if !old.is_empty() {
            remove(&mut fresh, list, &old);
            delta.unchanged.push((list, old.len() as u64));
        }
    }
    let is_there = |list: List, key: u64| now.iter().any(|(of, _, other, _)| *of == list && *other == key);
    let gone = known.items.iter().filter(|((list, key), item)| !item.handle.is_empty() && !is_there(*list, *key));
    delta.gone = gone.map(|(_, item)| item.handle.clone()).collect();
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
fn items(findings: &Findings, handles: &Handles) -> Vec<(List, usize, u64, Item)> {
    let mut out = Vec::new();
    let mut put = |list, index, id: Result<(Kind, u64), u64>, words: &[&str], figures: Vec<Option<f64>>| {
        let (handle, key) = match id {
            Ok((kind, id)) => (handles.get(kind, id), id),
            Err(key) => (String::new(), key),
        };
        out.push((list, index, key, Item { handle, words: hash(words), figures }));
    };
    for (index, i) in findings.incidents.iter().enumerate() {
        let mut services: Vec<&str> = i.services.iter().map(String::as_str).collect();
        services.sort_unstable();
        let words = [i.state.as_str(), &i.title, &services.join(" ")];
        put(List::Incidents, index, Ok((Kind::Incident, i.id)), &words, Vec::new());
    }
    for (index, s) in findings.suspects.iter().enumerate() {
        let place = s.rank.min(PLACES + 1).to_string();
        let words = [&s.service, s.component.as_deref().unwrap_or(""), &s.kind, &s.what, &place];
        put(List::Suspects, index, Ok((Kind::Suspect, s.id)), &words, vec![Some((s.score * 10.0).round())]);
    }
    for (index, c) in findings.changes.iter().enumerate() {
        let words = [if c.score >= 0.5 { "accused" } else { "" }];
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
        let kind = hash(&[&t.why, root.map_or("", |s| &s.service), root.map_or("", |s| &s.name)]);
        put(List::Traces, index, Err(kind), &[], Vec::new());
    }
    for (index, h) in findings.healthy.iter().enumerate() {
        put(List::Healthy, index, Err(hash(&[&h.subject])), &[&h.what], Vec::new());
    }
    for (index, missing) in findings.missing.iter().enumerate() {
        put(List::Missing, index, Err(hash(&[missing])), &[], Vec::new());
    }
    for (index, e) in findings.topology.iter().enumerate() {
        put(List::Topology, index, Err(hash(&[&e.caller, &e.callee])), &[], Vec::new());
    }
    out
}

fn stats(stats: &EdgeStats) -> [Option<f64>; 4] {
    [stats.calls_per_min, stats.error_ratio, stats.p50_ms, stats.p99_ms]
}

/// Of words without their numbers, which stand among the figures where they matter.
fn hash(words: &[&str]) -> u64 {
    let mut hash = Xxh3::new();
    for word in words {
        for part in word.split(|c: char| c.is_ascii_digit() || c == '.') {
            hash.update(part.as_bytes());
        }
        hash.update(&[0xff]);
    }
    hash.digest()
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
    }
}
