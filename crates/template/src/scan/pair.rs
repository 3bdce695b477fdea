//! Keys and values: `key=value`, `key = value`, `key="some text"`, `"key":value`. Keys are constant text whatever they
//! look like; a value is one slot whatever it looks like, so that `user=root` and `user=10.0.0.1` have one shape. Prose
//! under a message key (`msg=`, `"error":`) is scanned like any line.

use super::Scanner;
use super::address::has_scheme;
use super::chunk::{flags_of, url_end};
use super::class::{COLON, DIGIT, is_message_key, is_sep};
use crate::kind::Kind;

/// A quoted value is looked for this far.
const QUOTED_BYTES: usize = 4096;
/// A value's closing bracket is looked for this far.
const BRACKETED_BYTES: usize = 256;

impl Scanner {
    #[inline]
    pub(super) fn equals(&mut self, line: &[u8], i: usize) -> usize {
        let before = if i > 0 { line[i - 1] } else { b' ' };
        let spaced = before == b' ';
        if line.get(i + 1) == Some(&b'=') || matches!(before, b'=' | b'!' | b'<' | b'>' | b':' | b'+') {
            return i + 1;
        }
        let mut value = i + 1;
        if line.get(value) == Some(&b' ') {
            value += 1;
            // `logname= uid=0`: nothing was said about the first.
            if !spaced && chunk_end(line, value).is_some_and(|end| line.get(end) == Some(&b'=')) {
                return i + 1;
            }
        }
        self.value(line, i + 1, value, key_before(line, if spaced { i.saturating_sub(1) } else { i }))
    }

    /// A value may start at `value`; what comes between `from` and it is one space at most.
    #[inline]
    fn value(&mut self, line: &[u8], from: usize, value: usize, key: &[u8]) -> usize {
        match line.get(value) {
            Some(quote @ (b'"' | b'\'')) => {
                if is_message_key(key) {
                    return value + 1;
                }
                match closing(line, value + 1, *quote) {
                    Some(end) => {
                        let text = line.get(value + 1..end).unwrap_or_default();
                        self.breaks |= memchr::memchr(b'\n', text).is_some();
                        self.slot(value + 1, end, Kind::Quoted) + 1
                    }
                    None => value + 1,
                }
            }
            Some(_) => match chunk_end(line, value) {
                None => from,
                // `source=WorkSource{10113}` is a value, the name in `data=Order(id=1)` is constant.
                Some(end) if let Some(to) = bracketed_end(line, end) => self.slot(value, to, Kind::Value),
                Some(end) if matches!(line.get(end), Some(b'(' | b'{' | b'[' | b'<')) => end,
                Some(end) if is_message_key(key) && end > value => value,
                Some(end) => {
                    let text = line.get(value..end).unwrap_or_default();
                    let end = if text.contains(&b':') && has_scheme(text) {
                        url_end(line, end)
                    } else {
                        super::time::dated_end(line, value, end)
                    };
                    let trimmed = trim(line, value, end);
                    if trimmed > value { self.slot(value, trimmed, Kind::Value).max(end) } else { end }
                }
            },
            None => from,
        }
    }

    /// `"key": value`; any other quote is itself.
    #[inline]
    pub(super) fn quote(&mut self, line: &[u8], i: usize) -> usize {
        let quote = line[i];
        let Some(end) = chunk_end(line, i + 1) else { return i + 1 };
        if line.get(end) != Some(&quote) {
            return i + 1;
        }
        if line.get(end + 1) != Some(&b':') {
            // What would fall apart at its colons and has digits is one name in quotes.
            let parts = flags_of(line, i + 1, end) & (DIGIT | COLON) == DIGIT | COLON;
            let opens = i == 0 || is_sep(line[i - 1]);
            return if parts && opens { self.slot(i + 1, end, Kind::Quoted) + 1 } else { i + 1 };
        }
        let key = line.get(i + 1..end).unwrap_or_default();
        if !key.first().is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'@' | b'$' | b'.')) {
            return i + 1;
        }
        let from = end + 2;
        let spaces = line.get(from..).unwrap_or_default().iter().take(2).take_while(|b| **b == b' ').count();
        self.value(line, from, from + spaces, key)
    }
}

/// The end of the chunk at `start`; `None` when there is none.
#[inline]
fn chunk_end(line: &[u8], start: usize) -> Option<usize> {
    let len = line.get(start..)?.iter().take_while(|b| !is_sep(**b)).count();
    (len > 0).then_some(start + len)
}

/// Behind a bracket that closes again with nothing but one chunk in it.
#[inline]
fn bracketed_end(line: &[u8], at: usize) -> Option<usize> {
    let close = match line.get(at)? {
        b'(' => b')',
        b'{' => b'}',
        b'[' => b']',
        _ => return None,
    };
    let inner = line.get(at + 1..)?.iter().take(BRACKETED_BYTES).take_while(|b| !is_sep(**b)).count();
    let end = at + 1 + inner;
    (line.get(end) == Some(&close) && !matches!(line.get(end + 1), Some(b'(' | b'{' | b'['))).then_some(end + 1)
}

#[inline]
fn trim(line: &[u8], start: usize, end: usize) -> usize {
    let mut end = end;
    while end > start && matches!(line[end - 1], b'.' | b'!' | b'?' | b':') {
        end -= 1;
    }
    end
}

#[inline]
fn key_before(line: &[u8], end: usize) -> &[u8] {
    let head = line.get(..end).unwrap_or_default();
    let len = head.iter().rev().take(64).take_while(|b| !is_sep(**b)).count();
    head.get(head.len() - len..).unwrap_or_default()
}

/// The closing quote that is not escaped.
fn closing(line: &[u8], start: usize, quote: u8) -> Option<usize> {
    let rest = line.get(start..)?;
    let window = rest.get(..QUOTED_BYTES).unwrap_or(rest);
    memchr::memchr_iter(quote, window).map(|at| start + at).find(|at| {
        let escapes = line.get(start..*at).unwrap_or_default().iter().rev().take_while(|b| **b == b'\\').count();
        escapes % 2 == 0
    })
}
