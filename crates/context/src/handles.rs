//! Handles: the short names by which a reader asks for more.
//!
//! A handle is a letter for the kind of thing and the first hex digits of a hash of its id: `p3f2a` is a log pattern.
//! Four digits, more only where two of a kind would share them; they are made of all findings, shown or not, so the same
//! thing has the same handle in every answer over the same findings, and nearly always in the next revision.

use std::collections::HashMap;

use decant_model::{EvidenceKind, Findings};
use xxhash_rust::xxh3::xxh3_64;

const DIGITS_MIN: usize = 4;
const DIGITS_MAX: usize = 16;

/// What a handle names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Incident,
    Suspect,
    Change,
    LogPattern,
    MetricShift,
    SpanEdge,
    Trace,
    Excerpt,
}

impl Kind {
    const ALL: [Self; 8] = [
        Self::Incident,
        Self::Suspect,
        Self::Change,
        Self::LogPattern,
        Self::MetricShift,
        Self::SpanEdge,
        Self::Trace,
        Self::Excerpt,
    ];

    fn letter(self) -> char {
        match self {
            Self::Incident => 'i',
            Self::Suspect => 's',
            Self::Change => 'c',
            Self::LogPattern => 'p',
            Self::MetricShift => 'm',
            Self::SpanEdge => 'e',
            Self::Trace => 't',
            Self::Excerpt => 'x',
        }
    }

    /// As pages and their items call it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Incident => "incident",
            Self::Suspect => "suspect",
            Self::Change => "change",
            Self::LogPattern => "log_pattern",
            Self::MetricShift => "metric_shift",
            Self::SpanEdge => "span_edge",
            Self::Trace => "trace",
            Self::Excerpt => "excerpt",
        }
    }
}

impl From<EvidenceKind> for Kind {
    fn from(kind: EvidenceKind) -> Self {
        match kind {
            EvidenceKind::LogPattern => Self::LogPattern,
            EvidenceKind::MetricShift => Self::MetricShift,
            EvidenceKind::SpanEdge => Self::SpanEdge,
            EvidenceKind::Trace => Self::Trace,
            EvidenceKind::Change => Self::Change,
            EvidenceKind::Excerpt => Self::Excerpt,
        }
    }
}

/// Handles of one set of findings, both ways.
#[derive(Clone, Debug, Default)]
pub struct Handles {
    names: HashMap<(Kind, u64), String>,
    /// Sorted by kind, then hash: prefixes are ranges.
    hashes: Vec<(Kind, u64, u64)>,
}

impl Handles {
    #[must_use]
    pub fn of(findings: &Findings) -> Self {
        let mut hashes: Vec<(Kind, u64, u64)> = Kind::ALL
            .into_iter()
            .flat_map(|kind| {
                let held = findings.held.as_deref().map(|held| ids(held, kind)).unwrap_or_default();
                ids(findings, kind).into_iter().chain(held).map(move |id| (kind, hash(id), id))
            })
            .collect();
        hashes.sort_unstable();
        hashes.dedup();
        let shared = |a: Option<&(Kind, u64, u64)>, b: &(Kind, u64, u64)| match a {
            Some(a) if a.0 == b.0 => (a.1 ^ b.1).leading_zeros() as usize / 4,
            _ => 0,
        };
        let mut names = HashMap::with_capacity(hashes.len());
        for (index, this) in hashes.iter().enumerate() {
            let before = shared(index.checked_sub(1).and_then(|i| hashes.get(i)), this);
            let digits = before.max(shared(hashes.get(index + 1), this)) + 1;
            names.insert((this.0, this.2), name(this.0, this.1, digits.clamp(DIGITS_MIN, DIGITS_MAX)));
        }
        Self { names, hashes }
    }

    /// The handle of a finding; of one that is not among the findings, the whole hash.
    #[must_use]
    pub fn get(&self, kind: Kind, id: u64) -> String {
        self.names.get(&(kind, id)).cloned().unwrap_or_else(|| name(kind, hash(id), DIGITS_MAX))
    }

    /// What a handle names: `None` when that is nothing, or more than one thing. Handles of other revisions with more or
    /// fewer digits are understood.
    #[must_use]
    pub fn resolve(&self, handle: &str) -> Option<(Kind, u64)> {
        let handle = handle.trim().trim_start_matches('[').trim_end_matches(']');
        let kind = Kind::ALL.into_iter().find(|kind| handle.starts_with(kind.letter()))?;
        let digits = handle.strip_prefix(kind.letter())?;
        if !(DIGITS_MIN..=DIGITS_MAX).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let shift = 4 * (DIGITS_MAX - digits.len());
        let low = u64::from_str_radix(digits, 16).ok()? << shift;
        let high = low | ((1_u64 << shift) - 1);
        let from = self.hashes.partition_point(|entry| (entry.0, entry.1) < (kind, low));
        let mut found = self.hashes.get(from..)?.iter().take_while(|entry| entry.0 == kind && entry.1 <= high);
        match (found.next(), found.next()) {
            (Some(entry), None) => Some((kind, entry.2)),
            _ => None,
        }
    }
}

fn ids(findings: &Findings, kind: Kind) -> Vec<u64> {
    match kind {
        Kind::Incident => findings.incidents.iter().map(|item| item.id).collect(),
        Kind::Suspect => findings.suspects.iter().map(|item| item.id).collect(),
        Kind::Change => findings.changes.iter().map(|item| item.id).collect(),
        Kind::LogPattern => findings.log_patterns.iter().map(|item| item.id).collect(),
        Kind::MetricShift => findings.metric_shifts.iter().map(|item| item.id).collect(),
        Kind::SpanEdge => findings.span_edges.iter().map(|item| item.id).collect(),
        Kind::Trace => findings.traces.iter().map(|item| item.id).collect(),
        Kind::Excerpt => findings.excerpts.iter().map(|item| item.id).collect(),
    }
}

/// Hashed again, so that the first digits are spread whatever the id is made of.
fn hash(id: u64) -> u64 {
    xxh3_64(&id.to_le_bytes())
}

fn name(kind: Kind, hash: u64, digits: usize) -> String {
    let hex = format!("{hash:016x}");
    format!("{}{}", kind.letter(), hex.get(..digits).unwrap_or(&hex))
}

#[cfg(test)]
mod tests {
    use decant_model::{Excerpt, LogPattern};

    use super::*;

    fn findings(count: u64) -> Findings {
        Findings {
            log_patterns: (0..count).map(|id| LogPattern { id, ..LogPattern::default() }).collect(),
            excerpts: vec![Excerpt { id: 1, ..Excerpt::default() }],
            ..Findings::default()
        }
    }

    #[test]
    fn every_handle_resolves_to_its_own_id_even_where_prefixes_collide() {
        let handles = Handles::of(&findings(5_000));
        let mut longer = 0;
        for id in 0..5_000 {
            let handle = handles.get(Kind::LogPattern, id);
            longer += usize::from(handle.len() > 5);
            assert_eq!(handles.resolve(&handle), Some((Kind::LogPattern, id)));
        }
        assert!(longer > 0 && longer < 2_000, "{longer}");
    }

    #[test]
    fn a_handle_stays_when_other_findings_come_and_go() {
        let (few, many) = (Handles::of(&findings(3)), Handles::of(&findings(3_000)));
        for id in 0..3 {
            let handle = few.get(Kind::LogPattern, id);
            assert!(many.get(Kind::LogPattern, id).starts_with(&handle));
            assert_eq!(few.resolve(&many.get(Kind::LogPattern, id)), Some((Kind::LogPattern, id)));
        }
    }

    #[test]
    fn what_is_no_handle_names_nothing() {
        let handles = Handles::of(&findings(1));
        for text in ["", "p", "p12", "pzzzz", "q1234", "p0000", "p00000000000000000", "é1234"] {
            assert_eq!(handles.resolve(text), None, "{text}");
        }
        assert_eq!(handles.resolve(&format!("[{}]", handles.get(Kind::Excerpt, 1))), Some((Kind::Excerpt, 1)));
    }
}
