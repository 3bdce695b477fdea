//! Lines in which something stands before the timestamp, or whose timestamp is a time of day alone.
//!
//! | line | writer |
//! |---|---|
//! | `ERROR [main] 2024-01-02 15:04:05,123 Cart.java:42 - message` | Cassandra, Django, many layouts of log4j |
//! | `E, [2024-01-02T15:04:05.123 #77] ERROR -- : message` | Ruby |
//! | `1:M 02 Jan 2024 15:04:05.123 # message` | Redis |
//! | `- 1117838570 2005.06.03 ..`, `LABEL 1117838570 2005.06.03 ..` | supercomputers |
//! | `app.log: 2024-01-02 15:04:05 ..` | grep, tail |
//! | `15:04:05.123 [main] ERROR com.shop.Cart - message`, `[15:04:05 ERR] message` | logback, Serilog |
//!
//! A time of day counts when a level comes with it, since much else begins with one.

use decant_model::Severity;

use super::super::super::Format;
use super::super::super::header::{Header, part, rest};
use super::super::super::stamp::{self, Scan, Stamp};
use super::super::level;
use super::{after_level, after_stamp, before_level, parts, skip_separators};
use crate::severity;

pub(super) fn header(text: &str) -> Option<Header<'_>> {
    let bytes = text.as_bytes();
    match bytes.first()? {
        b'0'..=b'9' => time_of_day(text, 0).or_else(|| redis(text)),
        b'[' => time_of_day(text, 1),
        b'A'..=b'Z' => level_first(text).or_else(|| prefixed(text)),
        _ => prefixed(text),
    }
}

/// A level, perhaps a thread, then the timestamp.
fn level_first(text: &str) -> Option<Header<'_>> {
    let bytes = text.as_bytes();
    let end = bytes.iter().take(12).position(|b| matches!(b, b' ' | b'\t'))?;
    let word = bytes.get(..end)?;
    let severity = match word {
        [letter] | [letter, b','] => severity::from_letter(*letter),
        word => level::of_word(word),
    }?;
    let mut at = skip_separators(text, end);
    let mut thread = "";
    if bytes.get(at) == Some(&b'[') {
        if let Some(read) = stamp::read(bytes.get(at + 1..)?) {
            return ruby(text, at + 1, read).map(|header| Header { severity, ..header });
        }
        let close = at + memchr::memchr(b']', bytes.get(at..bytes.len().min(at + 64))?)?;
        thread = part(text, at + 1, close);
        at = skip_separators(text, close + 1);
    }
    let read = stamp::read(bytes.get(at..)?)?;
    let mut header = Header::of(Format::Timestamped, "");
    header.stamp = Some(read.stamp);
    header.severity = severity;
    header.fields.push("thread.name", thread);
    let start = skip_separators(text, at + read.len);
    let body = skip_separators(text, after_level::skip(text, start, true, &mut header));
    header.body = rest(text, body);
    Some(header)
}

/// `#77] ERROR -- prog: message` after the timestamp.
fn ruby(text: &str, at: usize, read: stamp::Read) -> Option<Header<'_>> {
    let bytes = text.as_bytes();
    let end = at + read.len;
    let close = end + memchr::memchr(b']', bytes.get(end..bytes.len().min(end + 32))?)?;
    let mut header = Header::of(Format::Timestamped, "");
    header.stamp = Some(read.stamp);
    header.fields.push("process.pid", part(text, end, close).trim().trim_start_matches('#'));
    let start = skip_separators(text, close + 1);
    let start = before_level::find(text, start, &mut header).unwrap_or(start);
    let message = rest(text, start).trim_ascii_start();
    let message = message.strip_prefix("-- ").unwrap_or(message);
    header.body = message.strip_prefix(": ").unwrap_or(message);
    Some(header)
}

/// `pid:role`, the timestamp, and a mark for the level.
fn redis(text: &str) -> Option<Header<'_>> {
    let bytes = text.as_bytes();
    let mut scan = Scan::new(bytes, 0);
    let pid = part(text, 0, scan.count_digits());
    scan.at += pid.len();
    scan.take(b':').then_some(())?;
    scan.take_any(b"MSCX")?;
    scan.take(b' ').then_some(())?;
    let read = stamp::read(scan.rest())?;
    scan.at += read.len;
    scan.take(b' ').then_some(())?;
    let severity = match scan.take_any(b".-*#")? {
        b'.' => Severity::DEBUG,
        b'#' => Severity::WARN,
        _ => Severity::INFO,
    };
    let mut header = Header::of(Format::Timestamped, rest(text, scan.at).trim_ascii_start());
    header.stamp = Some(read.stamp);
    header.severity = severity;
    header.fields.push("process.pid", pid);
    Some(header)
}

/// A timestamp after one word that is no prose.
fn prefixed(text: &str) -> Option<Header<'_>> {
    let bytes = text.as_bytes();
    let end = memchr::memchr(b' ', bytes.get(..bytes.len().min(128))?)?;
    let word = part(text, 0, end);
    let mut scan = Scan::new(bytes, end);
    scan.skip(b' ');
    let marked = word == "-" || word.ends_with([':', '|']);
    let label = word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    if !marked && !word.contains('.') && !label {
        return None;
    }
    let read = stamp::read(scan.rest())?;
    if !marked && label && !is_unix_and_date(scan.rest(), read) {
        return None;
    }
    let mut header = after_stamp(text, scan.at, read);
    if word != "-" {
        header.fields.push("log.prefix", word.trim_end_matches([':', '|']));
    }
    Some(header)
}

/// A number alone may be anything; with a date after it, it is a time.
fn is_unix_and_date(bytes: &[u8], read: stamp::Read) -> bool {
    let mut scan = Scan::new(bytes, read.len);
    matches!(read.stamp, Stamp::Unix(_))
        && scan.take(b' ')
        && scan.digits(4).is_some()
        && scan.take_any(b".-/").is_some()
        && scan.pair(1, 12).is_some()
}

/// A time of day without a date, with a level.
fn time_of_day(text: &str, at: usize) -> Option<Header<'_>> {
    let bytes = text.as_bytes();
    let mut scan = Scan::new(bytes, at);
    scan.pair(0, 23)?;
    scan.take(b':').then_some(())?;
    scan.pair(0, 59)?;
    scan.take(b':').then_some(())?;
    scan.pair(0, 60)?;
    scan.fraction(b".,");
    let mut header = Header::of(Format::Timestamped, "");
    if at > 0 && !scan.take(b']') {
        scan.take(b' ').then_some(())?;
        let close = scan.at + memchr::memchr(b']', bytes.get(scan.at..bytes.len().min(scan.at + 24))?)?;
        header.severity = level::of_group(bytes.get(scan.at..close)?)?;
        header.body = rest(text, close + 1).trim_ascii_start();
        return Some(header);
    }
    matches!(scan.peek()?, b' ' | b'\t' | b'|').then_some(())?;
    parts(text, scan.at, &mut header);
    (header.severity.0 > 0).then_some(header)
}
