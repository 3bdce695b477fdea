//! The words between timestamp and level: pids, threads, hosts, components.
//!
//! A level in capitals counts anywhere among the first few words, as long as the words before it are no prose: they hold
//! digits or punctuation, are in capitals, or are set off by ` - ` and `|`. A level in small letters counts only in
//! brackets or as the first word, set off by a colon, tab or bar.

use super::super::super::header::{Header, part};
use super::super::super::stamp::Scan;
use super::super::level;
use super::skip_separators;
use crate::severity;

const MAX_WORDS: usize = 8;
const MAX_BYTES: usize = 240;

/// Finds the level, notes it and the words before it; returns where it ends.
pub(super) fn find<'a>(text: &'a str, start: usize, header: &mut Header<'a>) -> Option<usize> {
    let bytes = text.as_bytes();
    let bytes = bytes.get(..bytes.len().min(start + MAX_BYTES)).unwrap_or_default();
    let mut at = start;
    let mut numbers = 0;
    for index in 0..MAX_WORDS {
        let word = next_word(bytes, at)?;
        let raw = bytes.get(word.from..word.to)?;
        let severity = if word.is_group {
            level::of_group(raw).or_else(|| of_letter(raw))
        } else {
            of_plain(raw, index == 0, word.to, bytes)
        };
        // Android: pid, tid, one letter.
        let severity = severity.or_else(|| match raw {
            [letter] if numbers >= 1 => severity::from_letter(*letter),
            _ => None,
        });
        if let Some(severity) = severity {
            header.severity = severity;
            note(part(text, start, word.outer_from), header);
            return Some(word.outer_to);
        }
        numbers += usize::from(raw.iter().all(u8::is_ascii_digit));
        if !word.is_group && !is_technical(raw) && !set_off(bytes, word.to) {
            return None;
        }
        at = skip_separators_and_dashes(text, word.outer_to);
    }
    None
}

/// `[E]`.
fn of_letter(group: &[u8]) -> Option<decant_model::Severity> {
    match group {
        [letter] => severity::from_letter(*letter),
        _ => None,
    }
}

struct Word {
    from: usize,
    to: usize,
    outer_from: usize,
    outer_to: usize,
    is_group: bool,
}

fn next_word(bytes: &[u8], at: usize) -> Option<Word> {
    let close = match bytes.get(at)? {
        b'[' => Some(b']'),
        b'<' => Some(b'>'),
        b'(' => Some(b')'),
        _ => None,
    };
    if let Some(close) = close {
        let to = at + memchr::memchr(close, bytes.get(at..)?)?;
        return Some(Word { from: at + 1, to, outer_from: at, outer_to: to + 1, is_group: true });
    }
    let len = bytes.get(at..)?.iter().position(|b| matches!(b, b' ' | b'\t' | b'|')).unwrap_or(bytes.len() - at);
    (len > 0).then_some(Word { from: at, to: at + len, outer_from: at, outer_to: at + len, is_group: false })
}

fn of_plain(word: &[u8], first: bool, end: usize, bytes: &[u8]) -> Option<decant_model::Severity> {
    if let Some(severity) = level::of_word(word) {
        return Some(severity);
    }
    let followed = matches!(bytes.get(end), Some(b'\t' | b'|')) || bytes.get(end..end + 2) == Some(b"  ");
    let set_off = word.last() == Some(&b':') || followed || bytes.get(end..end + 3) == Some(b" - ");
    if set_off && (first || word.last() != Some(&b':')) {
        return severity::from_word(level::trim_marks(word)).filter(|s| s.0 != 9 || !word.starts_with(b"log"));
    }
    None
}

/// Whether a word is no prose.
fn is_technical(word: &[u8]) -> bool {
    let marks = |b: &u8| b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'/' | b'$' | b'@' | b'#');
    let capitals = word.iter().any(u8::is_ascii_uppercase) && !word.iter().any(u8::is_ascii_lowercase);
    let quoted = word.iter().any(|b| matches!(b, b'"' | b'=' | b'{' | b'\'' | b'!' | b'?'));
    let ends = word.last().is_some_and(|b| matches!(b, b'.' | b',' | b';'));
    !quoted
        && !ends
        && (capitals || word.iter().any(marks) || word.windows(2).any(|w| w == b"::") || word == b"-" || word == b"---")
}

/// Whether ` - ` or a bar follows.
fn set_off(bytes: &[u8], end: usize) -> bool {
    bytes.get(end..end + 3) == Some(b" - ")
        || matches!(bytes.get(end), Some(b'|' | b'\t'))
        || bytes.get(end..end + 2) == Some(b" |")
}

fn skip_separators_and_dashes(text: &str, at: usize) -> usize {
    let mut scan = Scan::new(text.as_bytes(), skip_separators(text, at));
    if scan.take_str(b"--- ") {
        return skip_separators(text, scan.at);
    }
    scan.at
}

/// Files what stands between timestamp and level.
fn note<'a>(between: &'a str, header: &mut Header<'a>) {
    let mark = |c: char| c.is_ascii_whitespace() || matches!(c, '-' | '|' | ':' | ',');
    let words = between.trim_matches(mark);
    let one_word = !words.contains([' ', '\t', '|']);
    if words.bytes().all(|b| b.is_ascii_digit()) {
        header.fields.push("process.pid", words);
    } else if let Some(group) = words.strip_prefix('[').and_then(|w| w.strip_suffix(']')).filter(|g| !g.contains('[')) {
        let key = if group.bytes().all(|b| b.is_ascii_digit()) { "process.pid" } else { "thread.name" };
        header.fields.push(key, group);
    } else if one_word && between.trim_ascii_end().ends_with('-') {
        header.fields.push("otel.scope.name", words);
    } else {
        header.fields.push("log.header", words);
    }
}
