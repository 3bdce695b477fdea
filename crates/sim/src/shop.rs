//! The shop as data: services, their operations as code paths, and the peers that they lean on.
//!
//! An operation is a list of [`Act`]s in the order in which the code runs them. What the acts become (spans, log
//! records, time) is up to the walk; what a fault does to them is up to the ailment. Durations are medians in
//! milliseconds on a quiet day. Texts hold `{placeholders}` that the request's values fill.

mod buying;
mod delivering;
mod entry;
mod graph;
mod peers;
mod selling;

pub(crate) use graph::{Graph, ServiceId, each};
pub(crate) use peers::{Peer, PeerKind};

/// What a service is written in; decides the look of its log lines, its runtime metrics and its error texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Language {
    DotNet,
    Go,
    Java,
    Node,
    Python,
    Rust,
}

/// A service and the size of its pods.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) name: &'static str,
    pub(crate) language: Language,
    pub(crate) replicas: usize,
    /// Cores a pod may use.
    pub(crate) cpu_limit: f64,
    /// Share of it in use at the usual rate.
    pub(crate) cpu_usual: f64,
    pub(crate) memory_limit_mb: f64,
    /// Mount point of the pods' volume.
    pub(crate) volume: Option<&'static str>,
    /// Connections to its database in each pod.
    pub(crate) pool: Option<Pool>,
    /// Whether its log lines are collected whole from files, rather than as message and attributes by an SDK.
    pub(crate) lines: bool,
    pub(crate) operations: &'static [Operation],
}

/// A pool of connections.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pool {
    pub(crate) peer: &'static str,
    pub(crate) size: f64,
    /// Share in use at the usual rate.
    pub(crate) usual: f64,
}

/// One entry point of a service.
#[derive(Debug)]
pub(crate) struct Operation {
    /// `GET`, `POST`; `rpc` for gRPC; `poll` for what a queue delivers; `cron` for what a clock starts.
    pub(crate) method: &'static str,
    /// Route, gRPC method, topic or job.
    pub(crate) route: &'static str,
    /// Class, module or file that writes its log lines.
    pub(crate) logger: &'static str,
    pub(crate) acts: &'static [Act],
}

impl Operation {
    /// Whether somebody calls it over the network.
    pub(crate) fn is_served(&self) -> bool {
        !matches!(self.method, "poll" | "cron")
    }

    /// The span's name, as semantic conventions have it.
    pub(crate) fn span_name(&self) -> String {
        match self.method {
            "rpc" => self.route.to_owned(),
            "poll" => format!("process {}", self.route),
            "cron" => self.route.to_owned(),
            method => format!("{method} {}", self.route),
        }
    }
}

/// What happens when a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// The operation fails too.
    Must,
    /// The operation goes on with less; the text says so.
    May(&'static str),
}

/// Severity numbers as in OpenTelemetry.
pub(crate) const DEBUG: u8 = 5;
pub(crate) const INFO: u8 = 9;
pub(crate) const WARN: u8 = 13;
pub(crate) const ERROR: u8 = 17;

/// One piece of a code path.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    /// Computing; with a name it has a span of its own.
    Work {
        span: &'static str,
        ms: f64,
    },
    Log {
        severity: u8,
        text: &'static str,
        fields: &'static [&'static str],
    },
    Call {
        service: &'static str,
        route: &'static str,
        need: Need,
    },
    /// A statement on the database.
    Query {
        peer: &'static str,
        statement: &'static str,
        table: &'static str,
        ms: f64,
    },
    Cache {
        peer: &'static str,
        command: &'static str,
        ms: f64,
    },
    Publish {
        topic: &'static str,
    },
    /// A request to a provider outside.
    Provider {
        peer: &'static str,
        method: &'static str,
        route: &'static str,
        ms: f64,
        need: Need,
    },
    /// Something written to the pod's volume.
    Write {
        what: &'static str,
        ms: f64,
        need: Need,
    },
    /// With a probability.
    Sometimes(f64, &'static [Self]),
    /// So many times, drawn between the two.
    Repeat(usize, usize, &'static [Self]),
}

pub(crate) const fn work(span: &'static str, ms: f64) -> Act {
    Act::Work { span, ms }
}

pub(crate) const fn log(severity: u8, text: &'static str, fields: &'static [&'static str]) -> Act {
    Act::Log { severity, text, fields }
}

pub(crate) const fn call(service: &'static str, route: &'static str) -> Act {
    Act::Call { service, route, need: Need::Must }
}

/// A call that the caller can do without.
pub(crate) const fn ask(service: &'static str, route: &'static str, otherwise: &'static str) -> Act {
    Act::Call { service, route, need: Need::May(otherwise) }
}

pub(crate) const fn query(peer: &'static str, statement: &'static str, table: &'static str, ms: f64) -> Act {
    Act::Query { peer, statement, table, ms }
}

pub(crate) const fn cache(peer: &'static str, command: &'static str) -> Act {
    Act::Cache { peer, command, ms: 0.8 }
}
