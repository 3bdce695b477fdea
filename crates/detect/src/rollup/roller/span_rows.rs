//! Span rows: stubs.

use decant_model::arrow_array::Array as _;
use decant_model::{SpanKind, Spans, StatusCode};

use super::{Owner, Roller, clip, sane};
use crate::ids::NONE;
use crate::rollup::Stub;

/// Longest note kept of a failed span, in bytes.
const MAX_NOTE_BYTES: usize = 400;

/// What a span's attributes say, found in one walk.
#[derive(Clone, Copy, Debug, Default)]
struct Told<'a> {
    peer_service: Option<&'a str>,
    address: Option<&'a str>,
    database: Option<&'a str>,
    destination: Option<&'a str>,
    http_status: u32,
    rpc_status: u32,
    error: Option<&'a str>,
}

impl Roller {
    pub(super) fn push_spans(&mut self, spans: &Spans, owners: &[Owner]) {
        for row in 0..spans.len() {
            let Some(owner) = owners.get(spans.resource.value(row) as usize).copied() else { continue };
            let (start, end) = (sane(spans.start_unix_nano.value(row)), sane(spans.end_unix_nano.value(row)));
            let window = self.config.window(start.max(end));
            if let Some(seen) = self.seen(owner, Some(start)) {
                seen.spans.add(window, 1);
            }
            if self.open.sightings.len() + self.open.stubs.len() >= self.config.max_open_items {
                self.note("trace items over the limit", 1);
                continue;
            }
            let told = read(spans, row);
            let kind = spans.kind(row);
            let failed = spans.status(row) == StatusCode::Error
                || (spans.status(row) == StatusCode::Unset
                    && (told.http_status >= 500 || is_failure(told.rpc_status, kind) || told.error.is_some()));
            let note = if failed { self.span_note(spans, row, &told) } else { NONE };
            let peer = match kind {
                SpanKind::Server | SpanKind::Consumer => None,
                _ => told.peer_service.or(told.address).or(told.destination).or(told.database),
            };
            let stub = Stub {
                trace: spans.trace(row),
                start,
                end,
                span: u64::from_le_bytes(spans.span(row)),
                parent: spans.parent(row).map_or(0, u64::from_le_bytes),
                service: owner.service,
                operation: self.name(spans.name.value(row)),
                peer: peer.map_or(NONE, |p| self.name(p)),
                note,
                kind,
                error: failed,
                database: told.database.is_some(),
            };
            self.open.stubs.push(stub);
        }
    }

    fn span_note(&mut self, spans: &Spans, row: usize, told: &Told<'_>) -> u64 {
        let message = if spans.status_message.is_valid(row) { spans.status_message.value(row) } else { "" };
        let event = if spans.events.is_valid(row) { spans.events.value(row) } else { "" };
        let exception = exception_of(event);
        let attribute = told.error.filter(|e| *e != "true").unwrap_or("");
        let mut note = String::new();
        for text in [exception.as_str(), message, attribute] {
            if !text.is_empty() && !note.contains(text) {
                if !note.is_empty() {
                    note.push_str("; ");
                }
                note.push_str(text);
            }
        }
        if note.is_empty() && told.http_status > 0 {
            note = format!("status {}", told.http_status);
        }
        self.name(clip(&note, MAX_NOTE_BYTES))
    }
}

fn read(spans: &Spans, row: usize) -> Told<'_> {
    let mut told = Told::default();
    for (key, value) in spans.attributes.of(row) {
        match key {
            "peer.service" => told.peer_service = Some(value),
            "server.address" | "net.peer.name" | "upstream.host" | "http.host" => told.address = Some(value),
            "db.system" | "db.system.name" => told.database = Some(value),
            "messaging.destination.name" | "messaging.destination" => told.destination = Some(value),
            "http.status_code" | "http.response.status_code" => told.http_status = value.parse().unwrap_or(0),
            "rpc.grpc.status_code" => told.rpc_status = value.parse().unwrap_or(0),
            "error" | "error.type" | "exception.message" if value != "false" => told.error = Some(value),
            _ => {}
        }
    }
    told
}

/// Which gRPC codes count as failures (semantic conventions for gRPC: for a server only its own faults do).
fn is_failure(code: u32, kind: SpanKind) -> bool {
    if kind == SpanKind::Server { matches!(code, 2 | 4 | 12..=15) } else { code != 0 }
}

/// Type and message of the first exception among a span's events.
fn exception_of(events: &str) -> String {
    if !events.contains("exception") {
        return String::new();
    }
    let Ok(serde_json::Value::Array(events)) = serde_json::from_str(events) else { return String::new() };
    let attribute = |event: &serde_json::Value, key: &str| -> String {
        match event.get("attributes") {
            Some(serde_json::Value::Object(map)) => {
                map.get(key).and_then(|v| v.as_str()).unwrap_or_default().to_owned()
            }
            Some(serde_json::Value::Array(pairs)) => pairs
                .iter()
                .find(|p| p.get("key").and_then(|k| k.as_str()) == Some(key))
                .and_then(|p| p.get("value"))
                .and_then(|v| v.get("stringValue").or(Some(v)))
                .and_then(|v| v.as_str())
                .unwrap_or_default()
                .to_owned(),
            _ => String::new(),
        }
    };
    for event in &events {
        let (class, message) = (attribute(event, "exception.type"), attribute(event, "exception.message"));
        if !class.is_empty() || !message.is_empty() {
            let between = if class.is_empty() || message.is_empty() { "" } else { ": " };
            return format!("{class}{between}{message}");
        }
    }
    String::new()
}
