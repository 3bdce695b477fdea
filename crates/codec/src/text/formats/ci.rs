//! GitHub Actions' job logs: every line has a timestamp of seven decimals, and then whatever the tools printed.
//!
//! The body is the whole line after the timestamp, indentation too, since neighbours are found by line number. Only the
//! severity is read off it: workflow commands (`##[error]`, `::warning::`) and a leading level word.

use decant_model::Severity;

use super::super::Format;
use super::super::header::{Header, Joins};
use super::level;

pub(in crate::text) fn header(body: &str) -> Header<'_> {
    let mut header = Header::of(Format::GithubActions, body);
    header.joins = Joins::Never;
    header.severity = severity(body.as_bytes());
    header
}

fn severity(body: &[u8]) -> Severity {
    let command = body.strip_prefix(b"##[").or_else(|| body.strip_prefix(b"::"));
    match command {
        Some(c) if c.starts_with(b"error") => Severity::ERROR,
        Some(c) if c.starts_with(b"warning") => Severity::WARN,
        Some(c) if c.starts_with(b"debug") => Severity::DEBUG,
        Some(_) => Severity::INFO,
        None => level::leading(body).unwrap_or_default(),
    }
}
