//! The parts between level and message: pid, thread, logger, source line.
//!
//! Brackets are a thread only when a logger follows (`[main] com.shop.Cart: ..`); else they belong to the message.

use super::super::super::header::{Header, part};
use super::super::super::join::is_exception;
use super::super::super::stamp::Scan;
use super::skip_separators;

/// Notes the parts and returns where the message starts. Without a level only a source line is looked for.
pub(super) fn skip<'a>(text: &'a str, at: usize, level: bool, header: &mut Header<'a>) -> usize {
    let mut at = if level { after_mark(text, at) } else { at };
    if level {
        at = pid_and_dashes(text, at, header);
        let (after_groups, thread) = groups(text, at);
        if let Some(after) = logger(text, after_groups, header) {
            header.fields.push("thread.name", thread);
            at = request(text, after, header);
        }
    }
    source_line(text, at, header).unwrap_or(at)
}

fn after_mark(text: &str, at: usize) -> usize {
    let mut scan = Scan::new(text.as_bytes(), at);
    scan.take_any(b":]>");
    skip_separators(text, scan.at)
}

/// Spring Boot: `1234 --- [main] logger : message`; nginx: `123#456: `.
fn pid_and_dashes<'a>(text: &'a str, at: usize, header: &mut Header<'a>) -> usize {
    let mut scan = Scan::new(text.as_bytes(), at);
    let digits = scan.count_digits();
    let pid = part(text, at, at + digits);
    scan.at += digits;
    if digits > 0 && scan.take(b'#') {
        let thread = scan.count_digits();
        let thread_id = part(text, scan.at, scan.at + thread);
        scan.at += thread;
        if scan.take_str(b": ") {
            header.fields.push("process.pid", pid);
            header.fields.push("thread.id", thread_id);
            return scan.at;
        }
        return at;
    }
    scan.skip(b' ');
    if scan.take_str(b"---") {
        header.fields.push("process.pid", pid);
        return skip_separators(text, scan.at);
    }
    at
}

/// Past up to two `[..]`; the first that is not only digits or blank is the thread.
fn groups(text: &str, at: usize) -> (usize, &str) {
    let bytes = text.as_bytes();
    let (mut end, mut thread) = (at, "");
    for _ in 0..2 {
        if bytes.get(end) != Some(&b'[') {
            break;
        }
        let Some(close) = memchr::memchr(b']', bytes.get(end..bytes.len().min(end + 128)).unwrap_or_default()) else {
            break;
        };
        if thread.is_empty() {
            thread = part(text, end + 1, end + close).trim();
        }
        end = skip_separators(text, end + close + 1);
    }
    (end, thread)
}

/// A logger's name, when what stands at `at` is one; returns where what follows it starts.
fn logger<'a>(text: &'a str, at: usize, header: &mut Header<'a>) -> Option<usize> {
    let bytes = text.as_bytes();
    let tail = bytes.get(at..bytes.len().min(at + 200))?;
    let letter = tail.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_');
    let part_of_name =
        |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'$' | b'#' | b'-' | b':' | b'@' | b'/');
    let len = tail.iter().position(|b| !part_of_name(b)).unwrap_or(tail.len());
    if !letter || len < 2 {
        return None;
    }
    let word = part(text, at, at + len);
    let after = tail.get(len..)?;
    let qualified = word.trim_end_matches(':').bytes().any(|b| matches!(b, b'.' | b'$')) || word.contains("::");
    let url = word.contains("://");
    let (name, end) =
        // `java.io.IOException: ..` looks like a logger and is the message.
        if let Some(name) =
            word.strip_suffix(':').filter(|n| qualified && !url && after.starts_with(b" ") && !is_exception(n))
        {
            (name, at + len + 1)
        } else if after.starts_with(b" - ") || after.starts_with(b" : ") {
            (word, at + len + 3)
        } else if after.starts_with(b"\t") || (qualified && after.starts_with(b" [")) {
            (word, at + len + 1)
        } else {
            // `logger     : message`, padded to a column.
            let spaces = after.iter().take_while(|b| **b == b' ').count();
            if spaces < 2 || after.get(spaces..spaces + 2) != Some(b": ") {
                return None;
            }
            (word, at + len + spaces + 2)
        };
    let end = skip_spaces(text, end);
    match name.rsplit_once(['#', ':']) {
        // A logger with a line number, or a source file.
        Some((name, line)) if !line.is_empty() && line.bytes().all(|b| b.is_ascii_digit()) => {
            let file = name.rsplit('/').next().unwrap_or(name).contains('.') && word.contains(':');
            header.fields.push(if file { "code.file.path" } else { "otel.scope.name" }, name);
            header.fields.push("code.line.number", line);
        }
        _ => header.fields.push("otel.scope.name", name),
    }
    Some(end)
}

/// `[request id ..] ` between logger and message.
fn request<'a>(text: &'a str, at: usize, header: &mut Header<'a>) -> usize {
    let bytes = text.as_bytes();
    if bytes.get(at) != Some(&b'[') {
        return at;
    }
    let Some(close) = memchr::memchr(b']', bytes.get(at..bytes.len().min(at + 200)).unwrap_or_default()) else {
        return at;
    };
    if bytes.get(at + close + 1) != Some(&b' ') {
        return at;
    }
    header.fields.push("log.header", part(text, at + 1, at + close));
    at + close + 2
}

/// `main.go:23: message`, `server.py:12 message`: a file with an extension and a line number.
fn source_line<'a>(text: &'a str, at: usize, header: &mut Header<'a>) -> Option<usize> {
    let bytes = text.as_bytes();
    let tail = bytes.get(at..bytes.len().min(at + 200))?;
    let colon = tail.iter().position(|b| *b == b':' || *b == b' ' || *b == b'\t')?;
    if tail.get(colon) != Some(&b':') {
        return None;
    }
    let file = part(text, at, at + colon);
    let extension = file.rsplit_once('.')?.1;
    let mut scan = Scan::new(bytes, at + colon + 1);
    let digits = scan.count_digits();
    let is_file = (1..=5).contains(&extension.len())
        && extension.bytes().all(|b| b.is_ascii_alphabetic())
        && file.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'/' | b'-' | b'\\'))
        && (1..=6).contains(&digits);
    if !is_file {
        return None;
    }
    let line = part(text, scan.at, scan.at + digits);
    scan.at += digits;
    scan.take(b':');
    scan.take_any(b" \t")?;
    header.fields.push("code.file.path", file);
    header.fields.push("code.line.number", line);
    Some(scan.at)
}

fn skip_spaces(text: &str, at: usize) -> usize {
    let mut scan = Scan::new(text.as_bytes(), at);
    scan.skip(b' ');
    scan.at
}
