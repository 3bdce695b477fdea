//! The list of all outputs, and the account of what was searched.
//!
//! The list is the test's promise: [`Searched::assert_complete`] fails when an output on it was not searched, or does not show the
//! harmless marker that the traffic carries (then it was not really an answer). What the product itself says that it has
//! (subcommands, forms, paths, calls, tools, files) is held against the list by `known.rs`.

use std::collections::BTreeMap;

use crate::needles::{Hit, Needles};

/// In the names of services, metrics and spans, and in bodies; so every output that tells of telemetry shows it.
pub(crate) const MARKER: &str = "quokka";

/// What an output holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    /// Telemetry: the marker must be in it.
    Telemetry,
    /// Telemetry, but compressed or cut, so that the marker may not be seen.
    Fragments,
    /// Words and numbers of our own.
    OwnWords,
}

use Holds::{Fragments, OwnWords, Telemetry};

/// Every output of the product.
pub(crate) const OUTPUTS: &[(&str, Holds)] = &[
    ("store: rows of logs", Telemetry),
    ("store: rows of metrics", Telemetry),
    ("store: rows of traces", Telemetry),
    ("store: data/<signal>/<hour>/<id>.parquet", Fragments),
    ("store: manifest.jsonl", OwnWords),
    ("store: dead-letters.jsonl", OwnWords),
    ("OTLP HTTP: reply", OwnWords),
    ("OTLP HTTP: refusal", OwnWords),
    ("OTLP gRPC: reply", OwnWords),
    ("GET /v1/context", Telemetry),
    ("GET /v1/search", Telemetry),
    ("GET /v1/expand", Telemetry),
    ("GET /v1/services", Telemetry),
    ("GET /v1/compare", Telemetry),
    ("GET /v1/timeline", Telemetry),
    ("GET /v1/topology", Telemetry),
    ("GET /v1/schema", OwnWords),
    ("GET /v1/schema/page", OwnWords),
    ("GET /metrics", OwnWords),
    ("GET /healthz", OwnWords),
    ("GET /readyz", OwnWords),
    ("POST /mcp get_incident_bundle", Telemetry),
    ("POST /mcp search_evidence", Telemetry),
    ("POST /mcp expand", Telemetry),
    ("POST /mcp list_services", Telemetry),
    ("POST /mcp compare", Telemetry),
    ("POST /mcp timeline", Telemetry),
    ("POST /mcp topology", Telemetry),
    ("gRPC GetIncidentBundle", Telemetry),
    ("gRPC SearchEvidence", Telemetry),
    ("gRPC Expand", Telemetry),
    ("gRPC ListServices", Telemetry),
    ("gRPC Compare", Telemetry),
    ("gRPC Timeline", Telemetry),
    ("gRPC Topology", Telemetry),
    ("decant mcp get_incident_bundle", Telemetry),
    ("decant mcp search_evidence", Telemetry),
    ("decant mcp expand", Telemetry),
    ("decant mcp list_services", Telemetry),
    ("decant mcp compare", Telemetry),
    ("decant mcp timeline", Telemetry),
    ("decant mcp topology", Telemetry),
    ("decant mcp: standard error", OwnWords),
    ("decant serve: standard error", OwnWords),
    ("decant bundle --format text", Telemetry),
    ("decant bundle --format json", Telemetry),
    ("decant bundle --format markdown", Telemetry),
    ("decant bundle --format html", Telemetry),
    ("decant bundle: standard error", OwnWords),
    ("decant templates --format table", Telemetry),
    ("decant templates --format csv", Telemetry),
    ("decant templates --format json", Telemetry),
    ("decant templates: standard error", OwnWords),
    ("decant redact", Telemetry),
    ("decant redact --report: standard error", OwnWords),
    ("decant replay: standard error", OwnWords),
    ("decant check: standard error", OwnWords),
];

/// What came of one output.
#[derive(Debug, Default)]
pub(crate) struct Output {
    pub(crate) bytes: u64,
    pub(crate) hits: Vec<Hit>,
    shows_marker: bool,
}

/// What was searched so far.
pub(crate) struct Searched<'a> {
    needles: &'a Needles,
    pub(crate) outputs: BTreeMap<&'static str, Output>,
}

impl<'a> Searched<'a> {
    pub(crate) fn new(needles: &'a Needles) -> Self {
        Self { needles, outputs: BTreeMap::new() }
    }

    /// Searches a piece of an output.
    pub(crate) fn look(&mut self, name: &str, piece: impl AsRef<[u8]>) {
        let piece = piece.as_ref();
        let &(name, holds) =
            OUTPUTS.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("{name:?} is on no list"));
        let output = self.outputs.entry(name).or_default();
        output.bytes += piece.len() as u64;
        output.shows_marker |= piece.windows(MARKER.len()).any(|w| w == MARKER.as_bytes());
        output.hits.extend(self.needles.search(piece, holds == OwnWords));
    }

    /// The account, for people.
    pub(crate) fn print(&self) {
        for (name, output) in &self.outputs {
            println!("{:>10} bytes searched, {:>5} needles found: {name}", output.bytes, output.hits.len());
        }
    }

    /// Everything on the list was searched, and really was what it should be.
    pub(crate) fn assert_complete(&self) {
        for (name, holds) in OUTPUTS {
            let output = self.outputs.get(name).unwrap_or_else(|| panic!("{name:?} was not searched"));
            assert!(
                output.shows_marker || *holds != Telemetry,
                "{name:?} tells nothing of the telemetry that was sent"
            );
        }
    }
}
