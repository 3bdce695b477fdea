//! One JSON object a line: zap, zerolog, logrus, pino, bunyan, winston, logback, log4j, ECS, GELF, structlog and others.
//!
//! They agree on little but that there is a message, a level and a time, so each key has a [`Role`] by its name, whoever
//! wrote it. Objects are flattened to dotted keys. What has no role is an attribute under its own key.

use decant_model::Severity;

use super::super::pending::Pending;
use super::super::stamp::{Stamp, read_all, unix_from_number};
use super::level;
use crate::otlp::{KeyValue, Value, id_from_text};
use crate::severity;

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::text) enum Role {
    Message,
    Level,
    Time,
    Service,
    TraceId,
    SpanId,
    EventName,
    /// An attribute that has a name in the semantic conventions.
    Named(&'static str),
    Other,
}

/// The role of a key, by its name alone.
pub(in crate::text) fn role_of(key: &str) -> Role {
    match key {
        "message" | "msg" | "Message" | "MESSAGE" | "@message" | "@m" | "@mt" | "log" | "body" | "short_message"
        | "textPayload" | "text" | "event" | "log.message" | "fields.message" => Role::Message,
        "level" | "severity" | "lvl" | "Level" | "levelname" | "log.level" | "log_level" | "loglevel" | "logLevel"
        | "@l" | "s" | "severity_text" | "severityText" | "PRIORITY" | "@level" | "level_name" | "LEVEL"
        | "Severity" => Role::Level,
        "time"
        | "ts"
        | "timestamp"
        | "@timestamp"
        | "t"
        | "datetime"
        | "@t"
        | "t.$date"
        | "timestamp.seconds"
        | "Timestamp"
        | "Time"
        | "date"
        | "asctime"
        | "eventTime"
        | "timeMillis"
        | "instant"
        | "@time"
        | "timestamp_ms"
        | "TIMESTAMP"
        | "__REALTIME_TIMESTAMP"
        | "time_unix_nano" => Role::Time,
        "service"
        | "service.name"
        | "service_name"
        | "serviceName"
        | "app"
        | "application"
        | "app_name"
        | "appName"
        | "SYSLOG_IDENTIFIER"
        | "resource.service.name"
        | "component.service" => Role::Service,
        "trace_id"
        | "traceId"
        | "trace.id"
        | "traceID"
        | "TraceId"
        | "otelTraceID"
        | "dd.trace_id"
        | "logging.googleapis.com/trace" => Role::TraceId,
        "span_id"
        | "spanId"
        | "span.id"
        | "spanID"
        | "SpanId"
        | "otelSpanID"
        | "dd.span_id"
        | "logging.googleapis.com/spanId" => Role::SpanId,
        "event_name" | "event.name" | "eventName" => Role::EventName,
        "logger" | "logger_name" | "log.logger" | "loggerName" | "target" | "SourceContext" | "category" => {
            Role::Named("otel.scope.name")
        }
        "thread" | "thread_name" | "threadName" | "process.thread.name" => Role::Named("thread.name"),
        "thread_id" | "threadId" | "process.thread.id" => Role::Named("thread.id"),
        "pid" | "process" | "process_id" | "process.pid" | "_PID" => Role::Named("process.pid"),
        "host" | "hostname" | "host.name" | "host.hostname" | "_HOSTNAME" => Role::Named("host.name"),
        "caller" | "source" | "source.file" | "log.origin.file.name" | "filename" => Role::Named("code.file.path"),
        "line" | "source.line" | "lineno" | "line_number" | "log.origin.file.line" => Role::Named("code.line.number"),
        "func" | "source.function" | "function" | "funcName" | "log.origin.function" => {
            Role::Named("code.function.name")
        }
        "stack"
        | "stack_trace"
        | "stacktrace"
        | "stackTrace"
        | "error.stack_trace"
        | "err.stack"
        | "error.stack"
        | "exception.stack_trace"
        | "exc_info"
        | "exception"
        | "thrown.extendedStackTrace" => Role::Named("exception.stacktrace"),
        "error.type" | "err.type" | "exception.exception_class" => Role::Named("exception.type"),
        "error.message" | "err.message" | "exception.exception_message" => Role::Named("exception.message"),
        _ => Role::Other,
    }
}

/// The object that a line is; `None` when it is none, or empty.
pub(in crate::text) fn parse(line: &str) -> Option<Vec<KeyValue<'_>>> {
    match serde_json::from_str(line).ok()? {
        Value::Map(pairs) if !pairs.is_empty() => Some(pairs),
        _ => None,
    }
}

/// Fills a record from the pairs. Without a message the body is the whole line.
pub(in crate::text) fn read(pairs: &[KeyValue<'_>], line: &str, max_attributes: usize, record: &mut Pending) {
    let mut reader = Reader {
        bunyan: has(pairs, "v") && has(pairs, "pid") && has(pairs, "hostname"),
        message: false,
        kept: 0,
        max_attributes,
        record,
        key: String::new(),
        scratch: String::new(),
    };
    reader.pairs(pairs, 0);
    if !reader.message {
        record.body.push_str(line);
    }
}

fn has(pairs: &[KeyValue<'_>], key: &str) -> bool {
    pairs.iter().any(|p| p.key.as_str() == key)
}

/// Objects are flattened this deep; below they are JSON text.
const MAX_FLAT_DEPTH: usize = 4;

struct Reader<'r> {
    bunyan: bool,
    message: bool,
    kept: usize,
    max_attributes: usize,
    record: &'r mut Pending,
    /// The dotted key so far.
    key: String,
    scratch: String,
}

impl Reader<'_> {
    fn pairs(&mut self, pairs: &[KeyValue<'_>], depth: usize) {
        for pair in pairs {
            let before = self.key.len();
            if depth > 0 {
                self.key.push('.');
            }
            self.key.push_str(pair.key.as_str());
            match &pair.value {
                Value::Map(inner) if depth < MAX_FLAT_DEPTH && !inner.is_empty() => self.pairs(inner, depth + 1),
                value => self.value(value),
            }
            self.key.truncate(before);
        }
    }

    fn value(&mut self, value: &Value<'_>) {
        self.scratch.clear();
        let text = match value.as_text() {
            Some(text) => text,
            None => {
                // The parser's own limit of nesting holds; past ours the value is left out.
                if value.push_text(&mut self.scratch, 128).is_err() {
                    return;
                }
                &self.scratch
            }
        };
        let record = &mut *self.record;
        let role = if self.bunyan && self.key == "name" { Role::Service } else { role_of(&self.key) };
        match role {
            Role::Message if !self.message && !text.is_empty() => {
                record.body.push_str(text);
                self.message = true;
            }
            Role::Level if record.severity.0 == 0 && set_level(text, record) => {}
            Role::Time if record.stamp.is_none() && set_time(text, record) => {}
            Role::Service if record.service.is_empty() && matches!(value, Value::Text(_)) => {
                record.service.push_str(text);
            }
            Role::TraceId if record.trace_id.is_none() && id_from_text::<16>(last_part(text)).is_some() => {
                record.trace_id = id_from_text(last_part(text));
            }
            Role::SpanId if record.span_id.is_none() && id_from_text::<8>(text).is_some() => {
                record.span_id = id_from_text(text);
            }
            Role::EventName if record.event_name.is_empty() => record.event_name.push_str(text),
            _ if self.kept >= self.max_attributes => record.dropped_attributes += 1,
            role => {
                self.kept += 1;
                let key = if let Role::Named(name) = role { name } else { &self.key };
                record.attribute(key, text);
            }
        }
    }
}

/// `projects/p/traces/<id>` ends in the id.
fn last_part(text: &str) -> &str {
    text.rsplit('/').next().unwrap_or(text)
}

/// Takes a level: a word, a letter, or a number of pino and bunyan (10 to 60), or of syslog (0 to 7).
pub(in crate::text) fn set_level(text: &str, record: &mut Pending) -> bool {
    let text = text.trim();
    let severity = severity::from_word(level::trim_marks(text.as_bytes())).or_else(|| {
        if let [letter] = text.as_bytes()
            && let Some(severity) = severity::from_letter(*letter)
        {
            return Some(severity);
        }
        let number: u32 = text.parse().ok()?;
        Some(match number {
            0..=7 => severity::from_syslog(number as u8),
            10..20 => Severity::TRACE,
            20..30 => Severity::DEBUG,
            30..40 => Severity::INFO,
            40..50 => Severity::WARN,
            50..60 => Severity::ERROR,
            60..70 => Severity::FATAL,
            _ => return None,
        })
    });
    record.severity = severity.unwrap_or(record.severity);
    severity.is_some()
}

/// Takes a time: a timestamp of any form, or a Unix time in any unit.
pub(in crate::text) fn set_time(text: &str, record: &mut Pending) -> bool {
    let number = || text.trim().parse().ok().and_then(unix_from_number).map(Stamp::Unix);
    record.stamp = read_all(text).or_else(number);
    record.stamp.is_some()
}
