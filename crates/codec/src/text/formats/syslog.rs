//! Syslog, both generations.
//!
//! - RFC 3164: `<34>Oct 11 22:14:15 host app[123]: message`, in files mostly without the priority; many daemons write an
//!   ISO timestamp instead.
//! - RFC 5424: `<165>1 2003-10-11T22:14:15.003Z host app 123 ID47 [id key="value"] message`.
//!
//! The app-name is who wrote the record.

use super::super::Format;
use super::super::header::{Header, part, rest};
use super::super::stamp::{self, Scan};
use super::{level, stamped};
use crate::severity;

/// A line that begins with `<PRI>`.
pub(in crate::text) fn with_priority(text: &str) -> Option<Header<'_>> {
    let mut scan = Scan::new(text.as_bytes(), 1);
    let digits = scan.count_digits();
    if !(1..=3).contains(&digits) {
        return None;
    }
    let priority = scan.digits(digits)?;
    if priority > 191 || !scan.take(b'>') {
        return None;
    }
    let severity = severity::from_syslog((priority & 7) as u8);
    let version = scan;
    if scan.take(b'1')
        && scan.take(b' ')
        && let Some(mut header) = rfc5424(text, scan)
    {
        header.severity = severity;
        return Some(header);
    }
    let inner = rest(text, version.at);
    let mut header = stamped::header(inner).unwrap_or_else(|| {
        // Some senders leave the timestamp out.
        let mut header = Header::of(Format::Syslog3164, inner);
        tag(inner, 0, &mut header);
        header
    });
    header.severity = severity;
    Some(header)
}

fn rfc5424<'a>(text: &'a str, mut scan: Scan<'a>) -> Option<Header<'a>> {
    let mut header = Header::of(Format::Syslog5424, "");
    if !scan.take_str(b"- ") {
        let read = stamp::read(scan.rest())?;
        header.stamp = Some(read.stamp);
        scan.at += read.len;
        scan.take(b' ').then_some(())?;
    }
    for key in ["host.name", "", "process.pid", "syslog.msg.id"] {
        let word = word(text, scan.at);
        scan.at += word.len();
        scan.take(b' ').then_some(())?;
        if word == "-" {
            continue;
        }
        if key.is_empty() {
            header.service = Some(word);
        } else {
            header.fields.push(key, word);
        }
    }
    if !scan.take(b'-') {
        let end = structured_data_end(scan)?;
        header.fields.push("syslog.structured_data", part(text, scan.at, end));
        scan.at = end;
    }
    scan.take(b' ');
    header.body = rest(text, scan.at).trim_start_matches('\u{feff}');
    Some(header)
}

/// The end of `[id key="value"][..]`, where a quoted value may hold `]` and `\"`.
fn structured_data_end(mut scan: Scan<'_>) -> Option<usize> {
    while scan.take(b'[') {
        let mut quoted = false;
        loop {
            match scan.peek()? {
                b'\\' if quoted => scan.at += 1,
                b'"' => quoted = !quoted,
                b']' if !quoted => break,
                _ => {}
            }
            scan.at += 1;
        }
        scan.at += 1;
    }
    Some(scan.at)
}

/// What follows a month-name timestamp: `host app[pid]: message`. `false` when it is not that.
pub(in crate::text) fn host_and_tag<'a>(text: &'a str, at: usize, header: &mut Header<'a>) -> bool {
    let host = word(text, at);
    if host.is_empty() || host.ends_with(':') || host.starts_with('[') {
        // No host: `app: message`, or a level that is not syslog's.
        return !host.is_empty() && level::of_word(host.as_bytes()).is_none() && tag(text, at, header);
    }
    let mut after = Scan::new(text.as_bytes(), at + host.len());
    if level::of_word(host.as_bytes()).is_some() || !after.take(b' ') {
        return false;
    }
    after.skip(b' ');
    header.fields.push("host.name", host);
    if !tag(text, after.at, header) {
        header.body = rest(text, after.at);
    }
    true
}

/// As [`host_and_tag`], for a timestamp that other formats have too: the tag must have a pid, or be the kernel's.
pub(in crate::text) fn strict_host_and_tag<'a>(text: &'a str, at: usize, header: &mut Header<'a>) -> bool {
    let host = word(text, at);
    let host_like = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b':');
    let after = at + host.len() + 1;
    let tag_word = word(text, after);
    let kernel = tag_word == "kernel:";
    let with_pid = tag_word.strip_suffix("]:").and_then(|t| t.rsplit_once('['));
    let with_pid = with_pid.is_some_and(|(app, pid)| !app.is_empty() && pid.bytes().all(|b| b.is_ascii_digit()));
    if host.is_empty() || !host.bytes().all(host_like) || level::of_word(host.as_bytes()).is_some() {
        return false;
    }
    (kernel || with_pid) && host_and_tag(text, at, header)
}

/// `app[pid]: message` or `app: message`, at most 64 characters of app-name.
fn tag<'a>(text: &'a str, at: usize, header: &mut Header<'a>) -> bool {
    let tail = rest(text, at);
    let Some(end) = tail.bytes().take(96).position(|b| matches!(b, b'[' | b':' | b' ')) else { return false };
    let name = part(tail, 0, end);
    // `sshd(pam_unix)` is sshd.
    let (name, module) = name.split_once('(').map_or((name, ""), |(n, m)| (n, m.trim_end_matches(')')));
    if name.is_empty() || name.len() > 64 {
        return false;
    }
    let mut scan = Scan::new(tail.as_bytes(), end);
    let mut pid = "";
    if scan.take(b'[') {
        let digits = scan.count_digits();
        pid = part(tail, scan.at, scan.at + digits);
        scan.at += digits;
        if digits == 0 || !scan.take(b']') {
            return false;
        }
    }
    if !scan.take(b':') {
        return false;
    }
    header.service = Some(name);
    header.fields.push("process.pid", pid);
    header.fields.push("syslog.module", module);
    scan.take(b' ');
    header.body = rest(tail, scan.at);
    true
}

/// The characters up to the next space.
fn word(text: &str, at: usize) -> &str {
    let tail = rest(text, at);
    part(tail, 0, memchr::memchr(b' ', tail.as_bytes()).unwrap_or(tail.len()))
}
