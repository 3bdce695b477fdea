//! Lines that begin with a timestamp: log4j and logback, Python, Go, Rust, nginx, PostgreSQL, Hadoop, Apache's error log
//! and whatever resembles them.
//!
//! ```text
//! [prefix] timestamp [header words] LEVEL [thread] logger: message
//! ```
//!
//! All but the timestamp may be missing. The message is what follows the last part that was recognised; the parts
//! before it become attributes, so no text is lost. Where no level is found, all after the timestamp is the message.

mod after_level;
mod before_level;
mod late;

use super::super::Format;
use super::super::header::{Header, part, rest};
use super::super::stamp::{self, Read, Scan};
use super::{ci, level, syslog};

pub(in crate::text) fn header(text: &str) -> Option<Header<'_>> {
    let bytes = text.as_bytes();
    if let Some(read) = stamp::read(bytes) {
        return Some(after_stamp(text, 0, read));
    }
    match bytes.first()? {
        b'[' => bracketed(text).or_else(|| late::header(text)),
        _ => late::header(text),
    }
}

/// A timestamp at `at`, not in brackets.
fn after_stamp(text: &str, at: usize, read: Read) -> Header<'_> {
    let end = at + read.len;
    let utc = text.as_bytes().get(end.wrapping_sub(1)) == Some(&b'Z');
    if at == 0 && read.fraction_digits == 7 && read.iso && utc && matches!(text.as_bytes().get(end), None | Some(b' '))
    {
        let mut header = ci::header(rest(text, end + 1));
        header.stamp = Some(read.stamp);
        return header;
    }
    let mut header = Header::of(Format::Timestamped, "");
    header.stamp = Some(read.stamp);
    let mut scan = Scan::new(text.as_bytes(), end);
    scan.skip(b' ');
    let tagged = if read.bsd {
        syslog::host_and_tag(text, scan.at, &mut header)
    } else {
        read.iso && syslog::strict_host_and_tag(text, scan.at, &mut header)
    };
    if tagged {
        header.format = Format::Syslog3164;
        header.severity = level::leading(header.body.as_bytes()).unwrap_or_default();
        return header;
    }
    parts(text, end, &mut header);
    header
}

/// `[timestamp] ..`, or `[timestamp LEVEL target] ..` as env_logger has it.
fn bracketed(text: &str) -> Option<Header<'_>> {
    let bytes = text.as_bytes();
    let read = stamp::read(bytes.get(1..)?)?;
    let end = 1 + read.len;
    let mut header = Header::of(Format::Timestamped, "");
    header.stamp = Some(read.stamp);
    if bytes.get(end) == Some(&b']') {
        parts(text, end + 1, &mut header);
        return Some(header);
    }
    let close = end + memchr::memchr(b']', bytes.get(end..bytes.len().min(end + 200))?)?;
    let mut words = part(text, end, close).split_ascii_whitespace();
    header.body = rest(text, close + 1).trim_ascii_start();
    for word in words.by_ref().map(|word| word.trim_matches([':', '#'])).filter(|word| !word.is_empty()) {
        // `ERROR/MainProcess` is celery's.
        let (level, process) = word.split_once('/').unwrap_or((word, ""));
        if let Some(severity) = level::of_group(level.as_bytes()) {
            header.severity = severity;
            header.fields.push("process.executable.name", process);
        } else if header.severity.0 > 0 {
            header.fields.push("otel.scope.name", word);
        } else {
            header.fields.push("log.header", word);
        }
    }
    Some(header)
}

/// Level, header words, thread, logger and message after the timestamp's end.
fn parts<'a>(text: &'a str, end: usize, header: &mut Header<'a>) {
    let start = skip_separators(text, end);
    header.body = rest(text, start);
    match before_level::find(text, start, header) {
        Some(after) => {
            let body = after_level::skip(text, after, true, header);
            header.body = rest(text, body);
        }
        None => {
            let body = after_level::skip(text, start, false, header);
            header.body = rest(text, body);
            header.severity = level::leading(header.body.as_bytes()).unwrap_or_default();
        }
    }
}

/// Past spaces and single marks that set parts off.
fn skip_separators(text: &str, at: usize) -> usize {
    let mut scan = Scan::new(text.as_bytes(), at);
    loop {
        match scan.peek() {
            Some(b' ' | b'\t' | b'|') => scan.at += 1,
            Some(b':' | b',' | b'-') if matches!(scan.peek_at(1), Some(b' ' | b'\t')) => scan.at += 1,
            _ => return scan.at,
        }
    }
}
