//! What a chunk that is not a plain word is: one look at its bytes, no backtracking beyond the chunk.

use super::address::{colons, has_scheme, is_email, is_host, is_host_port, is_ipv4, is_ipv4_port};
use super::class::{ALPHA, COLON, DIGIT, DOT, OTHER, RARE, SLASH};
use super::number::{is_slash_date, number};
use crate::kind::Kind;

/// The meaning of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chunk {
    /// Constant text.
    Word,
    /// One variable.
    Slot(Kind),
    /// A word with digits in it: its skeleton is the word with the digits masked.
    Id,
    /// Two chunks with the separator at this offset between them.
    Split(usize),
}

/// `c` is not empty; `flags` are the classes of its bytes.
#[inline]
pub(crate) fn classify(c: &[u8], flags: u8) -> Chunk {
    if flags & DIGIT == 0 {
        return without_digits(c, flags);
    }
    if flags == DIGIT {
        return Chunk::Slot(Kind::Num);
    }
    if flags & (COLON | SLASH | RARE) == 0 {
        return simple(c, flags);
    }
    with_marks(c, flags)
}

#[inline]
fn without_digits(c: &[u8], flags: u8) -> Chunk {
    if flags & SLASH != 0 {
        if has_scheme(c) {
            return Chunk::Slot(Kind::Url);
        }
        if is_rooted(c) {
            return Chunk::Slot(Kind::Path);
        }
    }
    if flags & RARE != 0 && is_windows_path(c) {
        return Chunk::Slot(Kind::Path);
    }
    if flags & RARE != 0 && is_email(c) {
        return Chunk::Slot(Kind::Email);
    }
    if flags & COLON != 0 {
        // Only a rooted path after a colon makes a difference: `file:/x`, `rule:/x`.
        if let Some(at) = c.iter().position(|b| *b == b':')
            && c.get(at + 1) == Some(&b'/')
        {
            return Chunk::Split(at);
        }
        return Chunk::Word;
    }
    if flags & SLASH != 0 && is_relative_path(c) {
        return Chunk::Slot(Kind::Path);
    }
    if flags & DOT != 0 && is_host(c) {
        return Chunk::Slot(Kind::Host);
    }
    Chunk::Word
}

/// Digits, letters and `. - _ # $ % & * + ~ ^ ! ?` only.
#[inline]
fn simple(c: &[u8], flags: u8) -> Chunk {
    if let Some(kind) = number(c) {
        return Chunk::Slot(kind);
    }
    if is_uuid(c) {
        return Chunk::Slot(Kind::Uuid);
    }
    if is_bare_hex(c) {
        return Chunk::Slot(Kind::Hex);
    }
    if flags & DOT != 0 {
        if is_host(c) {
            return Chunk::Slot(Kind::Host);
        }
        if let Some(at) = point_to_split(c) {
            return Chunk::Split(at);
        }
    }
    if flags & OTHER == 0 {
        return if is_acronym(c) { Chunk::Word } else { Chunk::Id };
    }
    match c.iter().position(|b| matches!(b, b'#' | b'&' | b'*' | b'%')) {
        Some(at) => Chunk::Split(at),
        None => Chunk::Id,
    }
}

/// A run of points, or the one in `name.4711`: a word and a number that has a place of its own.
fn point_to_split(c: &[u8]) -> Option<usize> {
    if let Some(at) = c.windows(2).position(|w| w == b"..") {
        return Some(at);
    }
    let at = c.iter().rposition(|b| *b == b'.')?;
    let number = c.iter().skip(at + 1).all(u8::is_ascii_digit) && at + 1 < c.len();
    (number && at > 0 && c.iter().take(at).all(|b| b.is_ascii_alphabetic() || *b == b'_')).then_some(at)
}

fn with_marks(c: &[u8], flags: u8) -> Chunk {
    if flags & SLASH != 0 {
        if has_scheme(c) {
            return Chunk::Slot(Kind::Url);
        }
        if is_rooted(c) {
            let rest = c.get(1..).unwrap_or_default();
            let host = flags & COLON != 0 && is_host_port(rest);
            return Chunk::Slot(if host { Kind::HostPort } else { Kind::Path });
        }
    }
    if flags & RARE != 0 && c.contains(&b'\\') {
        return if is_windows_path(c) { Chunk::Slot(Kind::Path) } else { Chunk::Id };
    }
    if flags & COLON != 0 {
        if flags & !(DIGIT | DOT | COLON) == 0 && is_ipv4_port(c) {
            return Chunk::Slot(Kind::HostPort);
        }
        if let Some(kind) = colons(c, flags & ALPHA != 0) {
            return Chunk::Slot(kind);
        }
        if let Some(at) = colon_to_split(c) {
            return Chunk::Split(at);
        }
    }
    if flags & RARE != 0 {
        if is_email(c) {
            return Chunk::Slot(Kind::Email);
        }
        if let Some(at) = c.iter().position(|b| *b == b'@') {
            return Chunk::Split(at);
        }
    }
    slashes(c)
}

/// No root, no scheme: a date, a ratio, a network, a product, or a relative path.
fn slashes(c: &[u8]) -> Chunk {
    if is_slash_date(c) {
        return Chunk::Slot(Kind::Time);
    }
    // `9.8MiB/s`.
    if let Some(kind) = number(c) {
        return Chunk::Slot(kind);
    }
    let Some(at) = c.iter().position(|b| *b == b'/') else { return Chunk::Id };
    let (left, right) = (c.get(..at).unwrap_or_default(), c.get(at + 1..).unwrap_or_default());
    if is_ipv4(left) && !right.is_empty() && right.iter().all(u8::is_ascii_digit) {
        return Chunk::Slot(Kind::Ip);
    }
    if c.split(|b| *b == b'/').all(|part| number(part).is_some()) || left.is_empty() || right.is_empty() {
        return Chunk::Split(at);
    }
    let pair = |word: &[u8], number: &[u8]| {
        word.iter().all(u8::is_ascii_alphabetic) && number.iter().all(|b| b.is_ascii_digit() || *b == b'.')
    };
    if !right.contains(&b'/') && left.iter().all(u8::is_ascii_alphabetic) || pair(right, left) {
        // `HTTP/1.1`, `product/2.0`, `9/KILL`.
        return Chunk::Id;
    }
    Chunk::Slot(Kind::Path)
}

#[inline]
fn is_uuid(c: &[u8]) -> bool {
    c.len() == 36
        && c.iter()
            .enumerate()
            .all(|(i, b)| if matches!(i, 8 | 13 | 18 | 23) { *b == b'-' } else { b.is_ascii_hexdigit() })
}

/// Six or more hexadecimal digits with at least one decimal among them.
#[inline]
fn is_bare_hex(c: &[u8]) -> bool {
    c.len() >= 6 && c.iter().all(u8::is_ascii_hexdigit) && c.iter().any(u8::is_ascii_digit)
}

/// The first colon, unless an address with its port ends at a later one: `10.0.0.1:80:failed`.
fn colon_to_split(c: &[u8]) -> Option<usize> {
    let mut colons = c.iter().enumerate().filter(|(_, b)| **b == b':').map(|(i, _)| i);
    let first = colons.next()?;
    match colons.next() {
        Some(second) if c.get(..second).is_some_and(is_host_port) => Some(second),
        _ => Some(first),
    }
}

#[inline]
fn is_rooted(c: &[u8]) -> bool {
    let ([b'/', rest @ ..] | [b'~' | b'.', b'/', rest @ ..] | [b'.', b'.', b'/', rest @ ..]) = c else {
        return false;
    };
    rest.first().is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'$' | b'-' | b'%'))
}

fn is_windows_path(c: &[u8]) -> bool {
    matches!(c, [d, b':', b'\\', ..] if d.is_ascii_alphabetic()) || (c.len() > 3 && c.starts_with(b"\\\\"))
}

/// Slashes between non-empty parts, and a dot, an underscore or a second slash; not `read/write/execute`.
fn is_relative_path(c: &[u8]) -> bool {
    c.split(|b| *b == b'/').all(|p| !p.is_empty())
        && c.first().is_some_and(u8::is_ascii_alphanumeric)
        && c.contains(&b'.')
}

/// Capitals and one digit, `IPV6`, `SHA1`: the digit is part of the name.
#[inline]
fn is_acronym(c: &[u8]) -> bool {
    matches!(c, [name @ .., digit] if name.len() >= 2 && digit.is_ascii_digit() && name.iter().all(u8::is_ascii_uppercase))
}
