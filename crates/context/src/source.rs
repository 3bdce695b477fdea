//! The findings together with what every section asks of them: handles, the anchor of times, who supports whom.

use std::collections::{HashMap, HashSet};

use decant_model::{Change, ChangeVerdict, Evidence, Findings, LogPattern, MetricShift, Suspect, Verdict};
use xxhash_rust::xxh3::xxh3_64;

use crate::delta::Delta;
use crate::figures;
use crate::handles::{Handles, Kind};
use crate::held::Late;
use crate::plan::ACCUSED;
use crate::selection::List;

/// Evidence of a suspect that its line names; the rest is counted.
pub(crate) const EVIDENCE_SHOWN: usize = 8;

/// Support that comes from suspects that hardly are it.
const UNLIKELY: f64 = 0.25;
/// Places of a suspect's evidence that count alike.
const ALIKE: usize = 3;

/// What there is to go by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Capture {
    /// One plain log: the lines that explain a failure are nearly all there is to say.
    Log,
    /// Plain logs of several services, and suspects among them.
    Logs,
    /// Spans or metrics too.
    System,
}

impl Capture {
    pub(crate) fn of(findings: &Findings) -> Self {
        let silent = findings.excerpts.is_empty();
        let graph =
            !findings.span_edges.is_empty() || !findings.topology.is_empty() || !findings.metric_shifts.is_empty();
        match (silent || graph, findings.suspects.is_empty() || findings.scope.services.len() < 2) {
            (true, _) => Self::System,
            (false, true) => Self::Log,
            (false, false) => Self::Logs,
        }
    }
}

pub(crate) struct Source<'a> {
    pub(crate) findings: &'a Findings,
    pub(crate) capture: Capture,
    pub(crate) handles: Handles,
    /// What is left out since the reader has it.
    pub(crate) delta: Option<Delta>,
    /// A revision that the reader has, and of which nothing is known.
    pub(crate) forgotten: Option<u64>,
    /// `T0`: the onset of the first incident as it was told first, so that it stays, else the beginning of the window.
    pub(crate) anchor_unix_nano: Option<i64>,
    /// Whether anything is told by its distance from `T0`: not of the log of one run, in which nothing is compared with
    /// what was before, and lines have numbers.
    pub(crate) has_times: bool,
    /// Whether `T0` is an onset.
    pub(crate) has_onset: bool,
    /// Whether revisions follow: what holds still is told apart from the figures, which move.
    pub(crate) is_split: bool,
    /// What is known now beside what is held.
    pub(crate) late: Option<Late>,
    /// How likely suspects and changes are now, where their own scores are held ones.
    scores: HashMap<(Kind, u64), f64>,
    /// The first suspect's service.
    first: Option<String>,
    /// How much a finding supports the suspects.
    support: HashMap<(Kind, u64), f64>,
    /// Hashes of lines that excerpts hold.
    excerpted: HashSet<u64>,
    /// Lines that another excerpt holds too (excerpt, line): shown once.
    doubled: HashSet<(u32, u32)>,
}

impl<'a> Source<'a> {
    pub(crate) fn new(findings: &'a Findings) -> Self {
        Self::held(findings, Handles::of(findings), None)
    }

    /// Of findings that are merged with what is held.
    pub(crate) fn held(findings: &'a Findings, handles: Handles, late: Option<Late>) -> Self {
        let capture = Capture::of(findings);
        let mut support_of = HashMap::new();
        // In a single log, everything that stands out supports its one service: that tells nothing.
        let suspects = if capture == Capture::Log { &[] } else { findings.suspects.as_slice() };
        // Late suspects lend no weight to what is held.
        let suspects = match &late {
            Some(late) => suspects.get(..late.firsts[List::Suspects as usize]).unwrap_or(suspects),
            None => suspects,
        };
        for (rank, suspect) in suspects.iter().enumerate() {
            // One that hardly anything speaks for has evidence that hardly matters.
            let of_suspect = 0.65_f64.powi(rank as i32) * (0.3 + 0.7 * beside_first(suspects, suspect));
            for (place, Evidence { kind, id }) in suspect.evidence.iter().enumerate() {
                // Neighbours change places with every sample, so they count alike.
                let support = of_suspect * 0.9_f64.powi((place / ALIKE * ALIKE) as i32);
                let known = support_of.entry((Kind::from(*kind), *id)).or_insert(0.0_f64);
                *known = known.max(support);
            }
        }
        let (mut excerpted, mut doubled, mut seen) = (HashSet::new(), HashSet::new(), HashSet::new());
        for (index, excerpt) in findings.excerpts.iter().enumerate() {
            for (place, line) in excerpt.lines.iter().enumerate() {
                excerpted.insert(folded(&line.text));
                if !seen.insert((excerpt.source.as_str(), line.ordinal)) {
                    doubled.insert((index as u32, place as u32));
                }
            }
        }
        // Records without times have an incident without an onset.
        let onsets = findings.incidents.first().map(|incident| [incident.anchor_unix_nano, incident.onset_unix_nano]);
        let onset = onsets.and_then(|onsets| onsets.into_iter().find(|onset| *onset != 0));
        Self {
            findings,
            capture,
            handles,
            delta: None,
            forgotten: None,
            anchor_unix_nano: onset.or(findings.scope.from_unix_nano),
            has_times: capture != Capture::Log
                || !findings.changes.is_empty()
                || findings.log_patterns.iter().any(|pattern| pattern.before_per_min.is_some()),
            has_onset: onset.is_some(),
            is_split: capture != Capture::Log && !findings.incidents.is_empty(),
            scores: late.as_ref().map(|late| late.scores.clone()).unwrap_or_default(),
            late,
            first: findings.suspects.first().map(|suspect| suspect.service.clone()),
            support: support_of,
            excerpted,
            doubled,
        }
    }

    /// A part of the same answer: names, times and weights are those of the whole.
    pub(crate) fn part<'b>(&self, findings: &'b Findings, delta: Delta) -> Source<'b> {
        Source {
            delta: Some(delta),
            capture: self.capture,
            handles: self.handles.clone(),
            anchor_unix_nano: self.anchor_unix_nano,
            has_times: self.has_times,
            has_onset: self.has_onset,
            is_split: self.is_split,
            first: self.first.clone(),
            support: self.support.clone(),
            scores: self.scores.clone(),
            ..Source::new(findings)
        }
    }

    /// Suspects that may well be it, in order of rank.
    pub(crate) fn likely(&self) -> impl Iterator<Item = &Suspect> {
        let suspects = &self.findings.suspects;
        suspects.iter().filter(|suspect| beside_first(suspects, suspect) > 0.0)
    }

    /// Whether this is the first suspect's name.
    pub(crate) fn is_first(&self, service: &str) -> bool {
        self.first.as_deref() == Some(service)
    }

    /// How likely a suspect or a change is now.
    pub(crate) fn score(&self, kind: Kind, id: u64, held: f64) -> f64 {
        self.scores.get(&(kind, id)).copied().unwrap_or(held)
    }

    pub(crate) fn is_held(&self) -> bool {
        self.late.is_some()
    }

    /// How a change went, as far as it is known now.
    pub(crate) fn verdict<'b>(&'b self, change: &'b Change) -> Option<&'b ChangeVerdict> {
        let now = self.late.as_ref().and_then(|late| late.verdicts.get(&change.id));
        now.or(change.verdict.as_ref())
    }

    /// Records of a pattern when what is held was said.
    pub(crate) fn held_count(&self, pattern: &LogPattern) -> Option<u64> {
        self.late.as_ref().map(|late| late.counts.get(&pattern.id).copied().unwrap_or(0))
    }

    /// Where a series went, as it is held.
    pub(crate) fn level(&self, shift: &MetricShift) -> Option<f64> {
        let held = self.late.as_ref().and_then(|late| late.levels.get(&shift.id));
        held.copied().unwrap_or(shift.after)
    }

    /// Whether it was not there when what is held was said.
    pub(crate) fn is_late(&self, list: List, index: usize) -> bool {
        self.late.as_ref().is_some_and(|late| late.is_late(list, index))
    }

    /// Whether it is held and no longer found.
    pub(crate) fn is_gone(&self, list: List, index: usize) -> bool {
        self.late.as_ref().is_some_and(|late| late.gone.contains(&(list, index)))
    }

    /// Items of a list.
    pub(crate) fn len(&self, list: List) -> usize {
        let findings = self.findings;
        match list {
            List::Incidents => findings.incidents.len(),
            List::Suspects => findings.suspects.len(),
            List::Changes => findings.changes.len(),
            List::Excerpts => findings.excerpts.len(),
            List::LogPatterns => findings.log_patterns.len(),
            List::MetricShifts => findings.metric_shifts.len(),
            List::SpanEdges => findings.span_edges.len(),
            List::Traces => findings.traces.len(),
            List::Healthy => findings.healthy.len(),
            List::Missing => findings.missing.len(),
            List::Topology => findings.topology.len(),
            List::Resilience => findings.resilience.len(),
        }
    }

    /// A system in which nothing changed: of what it says, only the grave is worth a look.
    pub(crate) fn is_well(&self) -> bool {
        self.capture == Capture::System && self.findings.verdict == Verdict::NoIncident
    }

    /// How much a finding supports the suspects, 0 to 1: the first piece of the first suspect 1.
    pub(crate) fn support(&self, kind: Kind, id: u64) -> f64 {
        self.support.get(&(kind, id)).copied().unwrap_or_default()
    }

    /// Whether a finding stands with the evidence: what is evidence about a suspect that may well be it, and a change that
    /// may be the cause.
    pub(crate) fn is_evidence(&self, list: List, index: usize) -> bool {
        let findings = self.findings;
        let of = |kind, id: Option<u64>| id.is_some_and(|id| self.support(kind, id) > UNLIKELY);
        match list {
            List::LogPatterns => of(Kind::LogPattern, findings.log_patterns.get(index).map(|item| item.id)),
            List::MetricShifts => of(Kind::MetricShift, findings.metric_shifts.get(index).map(|item| item.id)),
            List::SpanEdges => of(Kind::SpanEdge, findings.span_edges.get(index).map(|item| item.id)),
            // Changes after the onset still come in.
            List::Changes => findings.changes.get(index).is_some_and(|change| {
                change.score >= ACCUSED || self.anchor_unix_nano.is_none_or(|anchor| change.at_unix_nano <= anchor)
            }),
            _ => true,
        }
    }

    /// Whether an excerpt holds this text as a line.
    pub(crate) fn is_excerpted(&self, text: &str) -> bool {
        !self.excerpted.is_empty() && self.excerpted.contains(&folded(text))
    }

    /// Whether an earlier excerpt holds the same line of the same source.
    pub(crate) fn is_doubled(&self, excerpt: u32, line: u32) -> bool {
        self.doubled.contains(&(excerpt, line))
    }

    pub(crate) fn handle(&self, kind: Kind, id: u64) -> String {
        self.handles.get(kind, id)
    }

    /// The handle of a list's item; of those that have one.
    pub(crate) fn handle_at(&self, list: List, index: usize) -> Option<String> {
        let findings = self.findings;
        let (kind, id) = match list {
            List::Incidents => (Kind::Incident, findings.incidents.get(index)?.id),
            List::Suspects => (Kind::Suspect, findings.suspects.get(index)?.id),
            List::Changes => (Kind::Change, findings.changes.get(index)?.id),
            List::Excerpts => (Kind::Excerpt, findings.excerpts.get(index)?.id),
            List::LogPatterns => (Kind::LogPattern, findings.log_patterns.get(index)?.id),
            List::MetricShifts => (Kind::MetricShift, findings.metric_shifts.get(index)?.id),
            List::SpanEdges => (Kind::SpanEdge, findings.span_edges.get(index)?.id),
            List::Traces => (Kind::Trace, findings.traces.get(index)?.id),
            List::Healthy | List::Missing | List::Topology | List::Resilience => return None,
        };
        Some(self.handle(kind, id))
    }

    /// Whether a thing of this kind and id is no evidence about the first suspect. How strong each piece is moves with every
    /// record, so the order of evidence is none to write in.
    pub(crate) fn is_uncited(&self, kind: Kind, id: u64) -> bool {
        let first = self.findings.suspects.first();
        !first.is_some_and(|suspect| suspect.evidence.iter().any(|e| Kind::from(e.kind) == kind && e.id == id))
    }

    /// The change that is accused, and its place.
    pub(crate) fn accused(&self) -> Option<(usize, &Change)> {
        let changes = self.findings.changes.iter().enumerate();
        changes.filter(|(_, change)| change.score >= ACCUSED).max_by(|a, b| a.1.score.total_cmp(&b.1.score))
    }

    /// A time as text tells it.
    pub(crate) fn relative(&self, unix_nano: i64) -> String {
        self.anchor_unix_nano.map_or_else(|| figures::rfc3339(unix_nano), |anchor| figures::relative(unix_nano, anchor))
    }
}

/// A suspect's score beside the first's, in tenths: small moves are none.
pub(crate) fn beside_first(suspects: &[Suspect], suspect: &Suspect) -> f64 {
    let first = suspects.first().map_or(1.0, |suspect| suspect.score).max(f64::MIN_POSITIVE);
    ((suspect.score / first).clamp(0.0, 1.0) * 10.0).round() / 10.0
}

fn folded(text: &str) -> u64 {
    xxh3_64(text.trim().as_bytes())
}
