//! What the doors count: questions by door, kind and outcome, tokens given out, time taken.
//!
//! The binary puts these beside the other crates' numbers; [`Metrics::write_prometheus`] writes them in the text format
//! of <https://prometheus.io/docs/instrumenting/exposition_formats/>. Labels are fixed words, never what somebody asked.

use std::{
    fmt::Write as _,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use crate::service::{Answer, ServiceError};

/// By which protocol a question came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    Grpc,
    Http,
    Mcp,
}

impl Door {
    const ALL: [Self; 3] = [Self::Grpc, Self::Http, Self::Mcp];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Grpc => "grpc",
            Self::Http => "http",
            Self::Mcp => "mcp",
        }
    }
}

/// What was asked; each is a method of [`ContextService`](crate::ContextService).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    Bundle,
    Search,
    Expand,
    Services,
    Compare,
    Timeline,
    Topology,
}

impl Question {
    pub(crate) const ALL: [Self; 7] =
        [Self::Bundle, Self::Search, Self::Expand, Self::Services, Self::Compare, Self::Timeline, Self::Topology];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bundle => "bundle",
            Self::Search => "search",
            Self::Expand => "expand",
            Self::Services => "services",
            Self::Compare => "compare",
            Self::Timeline => "timeline",
            Self::Topology => "topology",
        }
    }
}

const OUTCOMES: [&str; 5] = ["ok", "invalid_argument", "not_found", "unavailable", "internal"];

/// Shared by the doors of one process.
#[derive(Debug, Default)]
pub struct Metrics {
    /// By door, question, outcome.
    questions: [[[AtomicU64; OUTCOMES.len()]; Question::ALL.len()]; Door::ALL.len()],
    /// By door and question, as are those that follow.
    tokens: [[AtomicU64; Question::ALL.len()]; Door::ALL.len()],
    micros: [[AtomicU64; Question::ALL.len()]; Door::ALL.len()],
    /// By door (MCP comes in by HTTP's): accepted, refused.
    connections: [[AtomicU64; 2]; Door::ALL.len()],
}

impl Metrics {
    /// How many questions ended so; `outcome` is `ok` or a [`ServiceError::code`].
    #[must_use]
    pub fn questions(&self, door: Door, question: Question, outcome: &str) -> u64 {
        OUTCOMES
            .iter()
            .position(|&name| name == outcome)
            .and_then(|at| self.questions[door as usize][question as usize].get(at))
            .map_or(0, |count| count.load(Relaxed))
    }

    pub(crate) fn answered(
        &self,
        door: Door,
        question: Question,
        outcome: &Result<Answer, ServiceError>,
        took: Duration,
    ) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.micros[door as usize][question as usize].fetch_add(micros, Relaxed);
        match outcome {
            Ok(answer) => {
                self.count(door, question, "ok");
                self.tokens[door as usize][question as usize].fetch_add(answer.used_tokens, Relaxed);
            }
            Err(error) => self.count(door, question, error.code()),
        }
    }

    pub(crate) fn refused(&self, door: Door, question: Question, error: &ServiceError) {
        self.count(door, question, error.code());
    }

    pub(crate) fn connection(&self, door: Door, accepted: bool) {
        self.connections[door as usize][usize::from(!accepted)].fetch_add(1, Relaxed);
    }

    fn count(&self, door: Door, question: Question, outcome: &str) {
        let at = OUTCOMES.iter().position(|&name| name == outcome).unwrap_or(OUTCOMES.len() - 1);
        self.questions[door as usize][question as usize][at].fetch_add(1, Relaxed);
    }

    /// Appends all counters, zeros left out.
    pub fn write_prometheus(&self, out: &mut String) {
        family(out, "decant_egress_questions_total", "Questions by door, kind and outcome.");
        for (door, question) in pairs() {
            for (outcome, count) in OUTCOMES.iter().zip(&self.questions[door as usize][question as usize]) {
                let labels =
                    format!("door=\"{}\",question=\"{}\",outcome=\"{outcome}\"", door.as_str(), question.as_str());
                sample(out, "decant_egress_questions_total", &labels, count.load(Relaxed) as f64);
            }
        }
        family(out, "decant_egress_answer_tokens_total", "Tokens given out.");
        for (door, question) in pairs() {
            let tokens = self.tokens[door as usize][question as usize].load(Relaxed);
            let labels = format!("door=\"{}\",question=\"{}\"", door.as_str(), question.as_str());
            sample(out, "decant_egress_answer_tokens_total", &labels, tokens as f64);
        }
        family(out, "decant_egress_answer_seconds_total", "Time from question to answer, waiting included.");
        for (door, question) in pairs() {
            let micros = self.micros[door as usize][question as usize].load(Relaxed);
            let labels = format!("door=\"{}\",question=\"{}\"", door.as_str(), question.as_str());
            sample(out, "decant_egress_answer_seconds_total", &labels, micros as f64 / 1e6);
        }
        family(out, "decant_egress_connections_total", "Connections by server; beyond the limit they are refused.");
        for door in Door::ALL {
            for (outcome, count) in ["accepted", "refused"].iter().zip(&self.connections[door as usize]) {
                let labels = format!("door=\"{}\",outcome=\"{outcome}\"", door.as_str());
                sample(out, "decant_egress_connections_total", &labels, count.load(Relaxed) as f64);
            }
        }
    }
}

fn pairs() -> impl Iterator<Item = (Door, Question)> {
    Door::ALL.into_iter().flat_map(|door| Question::ALL.into_iter().map(move |question| (door, question)))
}

fn family(out: &mut String, name: &str, help: &str) {
    // Writing to a string does not fail.
    writeln!(out, "# HELP {name} {help}\n# TYPE {name} counter").ok();
}

fn sample(out: &mut String, name: &str, labels: &str, value: f64) {
    if value > 0.0 {
        writeln!(out, "{name}{{{labels}}} {value}").ok();
    }
}
