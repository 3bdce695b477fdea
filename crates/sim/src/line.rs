//! One log record as its service writes it: a whole line of the language's usual format, or message and attributes.

use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::logs::v1::LogRecord;

use crate::calendar::Calendar;
use crate::otlp::{any, kv, time};
use crate::pods::Pod;
use crate::shop::{DEBUG, ERROR, Language, Service, WARN};
use crate::stack::line_of;

/// Who was being served when the record was written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context {
    pub(crate) trace: [u8; 16],
    pub(crate) span: [u8; 8],
}

/// A record before it has a format.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    /// By the clock of the pod.
    pub(crate) at: i64,
    pub(crate) severity: u8,
    pub(crate) logger: &'a str,
    pub(crate) text: String,
    pub(crate) fields: Vec<(&'a str, String)>,
    /// Type, message and trace of an exception.
    pub(crate) exception: Option<(String, String, String)>,
    pub(crate) context: Option<Context>,
}

impl Entry<'_> {
    /// The record.
    pub(crate) fn record(self, service: &Service, pod: &Pod) -> LogRecord {
        let (trace_id, span_id) =
            self.context.map_or((Vec::new(), Vec::new()), |c| (c.trace.to_vec(), c.span.to_vec()));
        let severity = level(self.severity);
        let (body, attributes) = if service.lines {
            (self.line(service, pod), self.file(service, pod))
        } else {
            (self.message(), self.attributes())
        };
        LogRecord {
            time_unix_nano: time(self.at),
            severity_number: i32::from(self.severity),
            severity_text: severity.to_owned(),
            body: Some(any(body)),
            attributes,
            trace_id,
            span_id,
            ..LogRecord::default()
        }
    }

    fn message(&self) -> String {
        self.text.clone()
    }

    fn attributes(&self) -> Vec<KeyValue> {
        let mut out = vec![kv("logger.name", self.logger)];
        for (name, value) in &self.fields {
            out.push(match value.parse::<f64>() {
                Ok(number) if number.fract() == 0.0 && !value.contains('.') => kv(name, number as i64),
                Ok(number) => kv(name, number),
                Err(_) => kv(name, value.as_str()),
            });
        }
        if let Some((kind, message, stack)) = &self.exception {
            out.push(kv("exception.type", kind.as_str()));
            out.push(kv("exception.message", message.as_str()));
            out.push(kv("exception.stacktrace", stack.as_str()));
        }
        out
    }

    fn file(&self, service: &Service, pod: &Pod) -> Vec<KeyValue> {
        let path = format!("/var/log/pods/shop_{}/{}/{}.log", pod.name, service.name, pod.restarts);
        vec![kv("log.file.path", path), kv("log.iostream", if self.severity >= ERROR { "stderr" } else { "stdout" })]
    }

    fn line(&self, service: &Service, pod: &Pod) -> String {
        let at = Calendar::at(self.at);
        let (trace, span) = self.context.map_or((String::new(), String::new()), |c| (hex(&c.trace), hex(&c.span)));
        let text = &self.text;
        let stack = self.exception.as_ref().map(|e| e.2.as_str());
        let thread = line_of(&pod.name) % 12 + self.text.len() % 8;
        match service.language {
            Language::Java => {
                let logger = abbreviate(self.logger);
                let mut out = format!(
                    "{} {:>5} 1 --- [{},{trace},{span}] [nio-8080-exec-{thread}] {logger:<40} : {text}",
                    at.rfc3339(3),
                    level(self.severity),
                    service.name,
                );
                push_stack(&mut out, stack, "\n");
                out
            }
            Language::Python => {
                let short = self.logger.rsplit('.').next().unwrap_or(self.logger);
                let mut out = format!(
                    "{} {} [{}] [{short}.py:{}] [trace_id={trace} span_id={span}] - {text}",
                    at.comma(),
                    python_level(self.severity),
                    self.logger,
                    line_of(text.split([' ', ':']).next().unwrap_or("")),
                );
                push_stack(&mut out, stack, "\n");
                out
            }
            Language::DotNet => {
                let word = match self.severity {
                    0..=8 => "dbug",
                    9..=12 => "info",
                    13..=16 => "warn",
                    _ => "fail",
                };
                let mut out =
                    format!("{} {word}: {}[{}]\n      {text}", at.rfc3339(3), self.logger, line_of(self.logger) % 30);
                push_stack(&mut out, stack, "\n      ");
                out
            }
            Language::Rust => {
                let mut out = format!("{} {:>5} {}: {text}", at.rfc3339(6), level(self.severity), self.logger);
                for (name, value) in &self.fields {
                    out.push_str(&format!(" {name}={}", bare(value)));
                }
                push_stack(&mut out, stack, "\n");
                out
            }
            Language::Go => {
                let seconds = format!(
                    "{}.{:03}",
                    self.at.div_euclid(1_000_000_000),
                    self.at.rem_euclid(1_000_000_000) / 1_000_000
                );
                let mut out = format!(
                    "{{\"level\":\"{}\",\"ts\":{seconds},\"caller\":\"{}:{}\",\"msg\":{}",
                    level(self.severity).to_ascii_lowercase(),
                    self.logger,
                    line_of(text),
                    quoted(text),
                );
                self.push_json(&mut out, "error", "stacktrace");
                push_member(&mut out, "trace_id", &trace);
                out.push('}');
                out
            }
            Language::Node => {
                let number = match self.severity {
                    0..=8 => 20,
                    9..=12 => 30,
                    13..=16 => 40,
                    _ => 50,
                };
                let mut out = format!(
                    "{{\"level\":{number},\"time\":{},\"pid\":1,\"hostname\":\"{}\",\"name\":\"{}\",\"msg\":{}",
                    self.at / 1_000_000,
                    pod.name,
                    self.logger,
                    quoted(text),
                );
                self.push_json(&mut out, "err", "stack");
                push_member(&mut out, "trace_id", &trace);
                out.push('}');
                out
            }
        }
    }

    fn push_json(&self, out: &mut String, error: &str, stack: &str) {
        for (name, value) in &self.fields {
            out.push_str(&format!(",\"{name}\":{}", bare(value)));
        }
        if let Some((_, message, trace)) = &self.exception {
            push_member(out, error, message);
            push_member(out, stack, trace);
        }
    }
}

fn push_member(out: &mut String, name: &str, value: &str) {
    if !value.is_empty() {
        out.push_str(&format!(",\"{name}\":{}", quoted(value)));
    }
}

fn push_stack(out: &mut String, stack: Option<&str>, indent: &str) {
    for line in stack.into_iter().flat_map(str::lines) {
        out.push_str(indent);
        out.push_str(line);
    }
}

/// A number as it is, anything else quoted.
fn bare(value: &str) -> String {
    let is_padded = value.len() > 1 && value.starts_with('0') && !value.starts_with("0.");
    let is_number = value.parse::<f64>().is_ok_and(f64::is_finite) && !value.starts_with('+') && !is_padded;
    if is_number { value.to_owned() } else { quoted(value) }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

pub(crate) fn hex(id: &[u8]) -> String {
    id.iter().map(|b| format!("{b:02x}")).collect()
}

fn level(severity: u8) -> &'static str {
    match severity {
        0..DEBUG => "TRACE",
        DEBUG..9 => "DEBUG",
        9..WARN => "INFO",
        WARN..ERROR => "WARN",
        _ => "ERROR",
    }
}

fn python_level(severity: u8) -> &'static str {
    if (WARN..ERROR).contains(&severity) { "WARNING" } else { level(severity) }
}

/// `shop.lanternfish.payment.ChargeService` as Logback shortens it.
fn abbreviate(logger: &str) -> String {
    let mut parts: Vec<&str> = logger.split('.').collect();
    let last = parts.pop().unwrap_or("");
    let mut out = String::new();
    for (at, part) in parts.iter().enumerate() {
        if at + 1 == parts.len() {
            out.push_str(part);
        } else {
            out.extend(part.chars().take(1));
        }
        out.push('.');
    }
    out.push_str(last);
    out
}
