//! logfmt: `level=info ts=2024-01-02T15:04:05Z msg="started server" port=80`.

use super::super::Format;
use super::super::header::Header;
use super::super::pending::Pending;
use super::json::{Role, role_of, set_level, set_time};

/// Only whether it is logfmt: the pairs are read by [`read`].
pub(in crate::text) fn header(text: &str) -> Option<Header<'_>> {
    let mut pairs = 0;
    let mut known = false;
    for (key, _) in (Pairs { rest: text }) {
        let key = key?;
        pairs += 1;
        known |= matches!(role_of(key), Role::Message | Role::Level | Role::Time);
        if pairs >= 2 && known {
            return Some(Header::of(Format::Logfmt, text));
        }
    }
    None
}

/// Fills a record from the pairs. Without a message the body is the whole line.
pub(in crate::text) fn read(text: &str, max_attributes: usize, record: &mut Pending) {
    let mut body = false;
    let mut kept = 0;
    for (key, value) in (Pairs { rest: text }) {
        let (value, quoted) = value;
        let Some(key) = key else {
            record.attribute("log.unparsed", value);
            continue;
        };
        let mut unescaped = String::new();
        let value = if quoted && value.contains('\\') {
            unescape(value, &mut unescaped);
            &unescaped
        } else {
            value
        };
        match role_of(key) {
            Role::Message if !body => {
                record.body.push_str(value);
                body = true;
            }
            Role::Level if record.severity.0 == 0 && set_level(value, record) => {}
            Role::Time if record.stamp.is_none() && set_time(value, record) => {}
            Role::Service if record.service.is_empty() => record.service.push_str(value),
            Role::Named(name) => record.attribute(name, value),
            _ if kept < max_attributes => {
                kept += 1;
                record.attribute(key, value);
            }
            _ => record.dropped_attributes += 1,
        }
    }
    if !body {
        record.body.push_str(text);
    }
}

fn unescape(value: &str, out: &mut String) {
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some(c) => out.push(c),
                None => out.push('\\'),
            },
            c => out.push(c),
        }
    }
}

/// `key=value` pairs; a word without `=` has no key. Values are given without their quotes, and whether they had them.
struct Pairs<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Pairs<'a> {
    type Item = (Option<&'a str>, (&'a str, bool));

    fn next(&mut self) -> Option<Self::Item> {
        self.rest = self.rest.trim_ascii_start();
        let bytes = self.rest.as_bytes();
        if bytes.is_empty() {
            return None;
        }
        let end = bytes.iter().position(|&b| b == b'=' || b == b' ' || b == b'"').unwrap_or(bytes.len());
        let key = self.rest.get(..end)?;
        if key.is_empty() || bytes.get(end) != Some(&b'=') {
            let end = memchr::memchr(b' ', bytes).unwrap_or(bytes.len());
            let (word, rest) = self.rest.split_at_checked(end)?;
            self.rest = rest;
            return Some((None, (word, false)));
        }
        let value = self.rest.get(end + 1..)?;
        if let Some(inner) = value.strip_prefix('"') {
            let mut escaped = false;
            let close = inner.bytes().position(|b| {
                let closes = b == b'"' && !escaped;
                escaped = b == b'\\' && !escaped;
                closes
            });
            let close = close.unwrap_or(inner.len());
            self.rest = inner.get(close + 1..).unwrap_or_default();
            return Some((Some(key), (inner.get(..close)?, true)));
        }
        let end = memchr::memchr(b' ', value.as_bytes()).unwrap_or(value.len());
        let (word, rest) = value.split_at_checked(end)?;
        self.rest = rest;
        Some((Some(key), (word, false)))
    }
}
