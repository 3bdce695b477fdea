//! What an answer holds while an incident lasts.
//!
//! Findings may carry those of a **checkpoint**, a moment that follows from the incident's onset and the time alone. Where
//! the two agree on who is suspected and what is accused, the answer keeps what the checkpoint said: which rows stand, in
//! which order, how strong they are, what came before. What is known now adds to it: the figures of those rows, rows that
//! were not there (**late** ones, behind the others of their list), and which rows are **gone**. So revisions of a steady
//! incident read alike up to a short end, and nothing hangs on what was asked before.

use std::collections::{HashMap, HashSet};

use decant_model::{ChangeVerdict, Findings, Suspect, Verdict};

use crate::handles::Kind;
use crate::plan::ACCUSED;
use crate::selection::List;
use crate::source::Capture;

/// A suspect that weighs so much beside the first may be the next first one.
const RIVAL: f64 = 0.25;

/// Findings of a checkpoint with the figures of now.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) findings: Findings,
    pub(crate) late: Late,
}

/// How what is known now differs from what is held.
#[derive(Clone, Debug, Default)]
pub(crate) struct Late {
    /// The checkpoint.
    pub(crate) at_unix_nano: i64,
    /// Place of each list's first late item.
    pub(crate) firsts: [usize; List::ALL.len()],
    pub(crate) gone: HashSet<(List, usize)>,
    /// How likely suspects and changes are now; their own scores are those that are held.
    pub(crate) scores: HashMap<(Kind, u64), f64>,
    /// How changes went, as far as it is known now.
    pub(crate) verdicts: HashMap<u64, ChangeVerdict>,
    /// Where series went, as it is held.
    pub(crate) levels: HashMap<u64, Option<f64>>,
    /// Records of patterns by then.
    pub(crate) counts: HashMap<u64, u64>,
}

impl Late {
    pub(crate) fn is_late(&self, list: List, index: usize) -> bool {
        self.firsts.get(list as usize).is_some_and(|first| index >= *first)
    }
}

/// Findings with what their checkpoint holds; none where there is no checkpoint or it said something else. An answer of one
/// plain log is told in one piece, without an end for what is new.
pub(crate) fn held(now: &Findings) -> Option<Held> {
    let then = now.held.as_deref().filter(|then| Capture::of(now) != Capture::Log && is_same(now, then))?;
    let mut findings = Findings { held: None, ..then.clone() };
    let mut late = Late { at_unix_nano: then.scope.to_unix_nano.unwrap_or_default(), ..Late::default() };
    late.scores.extend(now.suspects.iter().map(|s| ((Kind::Suspect, s.id), s.score)));
    late.verdicts.extend(now.changes.iter().filter_map(|c| Some((c.id, c.verdict.clone()?))));
    late.scores.extend(now.changes.iter().map(|c| ((Kind::Change, c.id), c.score)));
    late.levels.extend(findings.metric_shifts.iter().map(|shift| (shift.id, shift.after)));
    late.counts.extend(findings.log_patterns.iter().map(|pattern| (pattern.id, pattern.count)));
    // Of how many signals are looked at the answer tells as it is now.
    findings.healthy.retain(|check| !check.what.contains(|c: char| c.is_ascii_digit()));
    let mut merge = Merge { late: &mut late };
    merge.list(List::Suspects, &mut findings.suspects, &now.suspects, |s| s.id, |_, _| {});
    merge.list(List::Changes, &mut findings.changes, &now.changes, |c| c.id, |_, _| {});
    merge.list(
        List::LogPatterns,
        &mut findings.log_patterns,
        &now.log_patterns,
        |p| p.id,
        |held, now| {
            (held.count, held.after_per_min, held.last_unix_nano) = (now.count, now.after_per_min, now.last_unix_nano);
        },
    );
    merge.list(
        List::MetricShifts,
        &mut findings.metric_shifts,
        &now.metric_shifts,
        |m| m.id,
        |held, now| {
            (held.after, held.peak) = (now.after, now.peak);
        },
    );
    merge.list(
        List::SpanEdges,
        &mut findings.span_edges,
        &now.span_edges,
        |e| e.id,
        |held, now| {
            held.after.clone_from(&now.after);
        },
    );
    merge.list(List::Traces, &mut findings.traces, &now.traces, |t| t.id, |_, _| {});
    let edge = |e: &decant_model::TopologyEdge| (e.caller.clone(), e.callee.clone());
    merge.list(List::Topology, &mut findings.topology, &now.topology, edge, |held, now| held.calls = now.calls);
    let check = |h: &decant_model::HealthyCheck| h.subject.clone();
    merge.list(List::Healthy, &mut findings.healthy, &now.healthy, check, |_, _| {});
    // What is gone is no cause now, and what is late stands behind.
    for (list, kind) in [(List::Suspects, Kind::Suspect), (List::Changes, Kind::Change)] {
        let first = late.firsts[list as usize];
        let (mut ids, mut ranks): (Vec<u64>, Vec<&mut u32>) = match kind {
            Kind::Suspect => findings.suspects.iter_mut().map(|s| (s.id, &mut s.rank)).unzip(),
            _ => findings.changes.iter_mut().map(|c| (c.id, &mut c.rank)).unzip(),
        };
        let last = ranks.iter().take(first).map(|rank| **rank).max().unwrap_or_default();
        ranks.iter_mut().skip(first).zip(1..).for_each(|(rank, place)| **rank = last.saturating_add(place));
        ids.truncate(first);
        let gone = ids.iter().enumerate().filter(|(index, _)| late.gone.contains(&(list, *index)));
        late.scores.extend(gone.map(|(_, id)| ((kind, *id), 0.0)));
    }
    // Records of a pattern that is not told now are counted elsewhere.
    for (index, pattern) in findings.log_patterns.iter_mut().enumerate() {
        if late.gone.contains(&(List::LogPatterns, index)) {
            pattern.count = 0;
        }
    }
    // The one that is meant, as it is known now, under the title that is held; others come and go.
    let title = then.incidents.first().map(|incident| incident.title.clone());
    findings.incidents.clone_from(&now.incidents);
    if let (Some(incident), Some(title)) = (findings.incidents.first_mut(), title) {
        incident.title = title;
    }
    late.firsts[List::Incidents as usize] = 1;
    findings.missing.clone_from(&now.missing);
    findings.excerpts.clone_from(&now.excerpts);
    for (list, first) in [(List::Missing, findings.missing.len()), (List::Excerpts, findings.excerpts.len())] {
        late.firsts[list as usize] = first;
    }
    findings.resilience.clone_from(&now.resilience);
    // Text tells it without figures, so what is held there moves only with its words.
    findings.verdict_reason.clone_from(&now.verdict_reason);
    (findings.scope, findings.counts) = (now.scope.clone(), now.counts.clone());
    Some(Held { findings, late })
}

/// Whether the answer is the same: an incident, of the same first suspect and rivals in the same order, with the same change
/// accused.
fn is_same(now: &Findings, then: &Findings) -> bool {
    let is_incident = |f: &Findings| f.verdict == Verdict::Incident && !f.incidents.is_empty();
    let accused = |f: &Findings| {
        let changes = f.changes.iter().filter(|change| change.score >= ACCUSED);
        changes.max_by(|a, b| a.score.total_cmp(&b.score)).map(|change| change.id)
    };
    is_incident(now) && is_incident(then) && rivals(now) == rivals(then) && accused(now) == accused(then)
}

fn rivals(findings: &Findings) -> Vec<(&str, &str)> {
    let least = findings.suspects.first().map_or(0.0, |first| first.score * RIVAL);
    let name = |suspect: &'_ Suspect| suspect.score >= least;
    findings.suspects.iter().filter(|s| name(s)).map(|s| (s.service.as_str(), s.kind.as_str())).collect()
}

struct Merge<'a> {
    late: &'a mut Late,
}

impl Merge<'_> {
    /// Gives held items their figures of now, marks those that are gone, and puts new ones behind.
    fn list<T: Clone, K: Eq + std::hash::Hash>(
        &mut self,
        list: List,
        held: &mut Vec<T>,
        now: &[T],
        key: impl Fn(&T) -> K,
        update: impl Fn(&mut T, &T),
    ) {
        self.late.firsts[list as usize] = held.len();
        let by_key: HashMap<K, &T> = now.iter().map(|item| (key(item), item)).collect();
        let mut known: HashSet<K> = HashSet::with_capacity(held.len());
        for (index, item) in held.iter_mut().enumerate() {
            match by_key.get(&key(item)) {
                Some(now) => update(item, now),
                None => drop(self.late.gone.insert((list, index))),
            }
            known.insert(key(item));
        }
        held.extend(now.iter().filter(|item| !known.contains(&key(item))).cloned());
    }
}
