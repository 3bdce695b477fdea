//! What kind of fault it looks like.
//!
//! Most faults end alike, in errors and delays; they begin differently. So kinds are not counted but ranked: each piece of
//! evidence makes its kind **sure** to a degree by its own strength, several pieces add up as chances that not all
//! mislead, and a kind counts by how sure it is times how **telling** it is. "No space left on device" names its cause,
//! an exception hardly does: it is the kind when nothing else is.

mod symptoms;
mod words;

use std::collections::BTreeMap;

pub(crate) use words::is_own;

use super::Told;
use crate::blame::Blame;
use decant_model::LogPattern;

/// How telling a kind is, 0 to 1: how seldom its evidence comes with another cause.
fn telling(kind: &str) -> f64 {
    match kind {
        // What kernels, resolvers, TLS libraries and clocks say of themselves.
        "disk" | "dns" | "certificate" => 1.0,
        "clock" => 0.95,
        // Full memory slows collections down and ends in restarts.
        "memory" | "unreachable" | "traffic" => 0.9,
        // Lost packets also delay.
        "packet_loss" => 0.85,
        "io" | "bad_data" => 0.8,
        "slow_query" => 0.75,
        "restart" => 0.72,
        "cpu" | "dependency" => 0.7,
        "latency" | "exception" => 0.4,
        _ => 0.0,
    }
}

/// Less than this is no kind.
const LEAST: f64 = 0.04;

/// The kinds that evidence speaks for, each with how sure it makes them.
#[derive(Clone, Debug, Default)]
struct Case {
    doubts: BTreeMap<&'static str, f64>,
}

impl Case {
    /// One more piece of evidence, sure to a degree of 0 to 1.
    fn add(&mut self, kind: &'static str, sure: f64) {
        *self.doubts.entry(kind).or_insert(1.0) *= 1.0 - sure.clamp(0.0, 0.99);
    }

    fn kind(&self) -> &'static str {
        let worth = |(kind, doubt): (&&'static str, &f64)| (telling(kind) * (1.0 - doubt), *kind);
        let best = self.doubts.iter().map(worth).max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)));
        best.filter(|(worth, _)| *worth > LEAST).map_or("unknown", |(_, kind)| kind)
    }
}

/// The kind of fault of a suspect.
pub(super) fn of(told: &Told<'_>, blame: &Blame, patterns: &[LogPattern]) -> &'static str {
    let mut case = Case::default();
    symptoms::look(told, blame, &mut case);
    words::listen(told, blame.service, patterns, &mut case);
    case.kind()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(evidence: &[(&'static str, f64)]) -> &'static str {
        let mut case = Case::default();
        for (kind, sure) in evidence {
            case.add(kind, *sure);
        }
        case.kind()
    }

    #[test]
    fn what_tells_more_outranks_what_is_merely_louder() {
        assert_eq!(kind(&[("exception", 0.9), ("latency", 0.8), ("disk", 0.7)]), "disk");
        assert_eq!(kind(&[("restart", 0.9), ("cpu", 0.5), ("memory", 0.9)]), "memory");
        assert_eq!(kind(&[("latency", 0.9), ("packet_loss", 0.8)]), "packet_loss");
    }

    #[test]
    fn a_whisper_of_a_telling_kind_does_not_drown_the_obvious() {
        assert_eq!(kind(&[("exception", 0.9), ("disk", 0.1)]), "exception");
        assert_eq!(kind(&[("latency", 0.9), ("packet_loss", 0.2)]), "latency");
    }

    #[test]
    fn without_evidence_there_is_no_kind() {
        assert_eq!(kind(&[]), "unknown");
    }
}
