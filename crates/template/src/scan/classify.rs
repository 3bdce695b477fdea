//! What a chunk that is not a plain word is: one look at its bytes, no backtracking beyond the chunk.

use super::class::{AT, BACKSLASH, COLON, DIGIT, DOT, SLASH, is_size_unit, is_time_unit};
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
pub(crate) fn classify(c: &[u8], flags: u8) -> Chunk {
    if flags & DIGIT == 0 {
        return without_digits(c, flags);
    }
    if c.iter().all(u8::is_ascii_digit) {
        return Chunk::Slot(Kind::Num);
    }
    if flags & (COLON | SLASH | AT | BACKSLASH) == 0 {
        return simple(c);
    }
    with_marks(c, flags)
}

fn without_digits(c: &[u8], flags: u8) -> Chunk {
    if flags & SLASH != 0 {
        if has_scheme(c) {
            return Chunk::Slot(Kind::Url);
        }
        if is_rooted(c) {
            return Chunk::Slot(Kind::Path);
        }
    }
    if flags & BACKSLASH != 0 && is_windows_path(c) {
        return Chunk::Slot(Kind::Path);
    }
    if flags & AT != 0 && is_email(c) {
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
fn simple(c: &[u8]) -> Chunk {
    if let Some(kind) = number(c) {
        return Chunk::Slot(kind);
    }
    if is_uuid(c) {
        return Chunk::Slot(Kind::Uuid);
    }
    if is_bare_hex(c) {
        return Chunk::Slot(Kind::Hex);
    }
    if is_host(c) {
        return Chunk::Slot(Kind::Host);
    }
    if is_acronym(c) {
        return Chunk::Word;
    }
    if let Some(at) = c.windows(2).position(|w| w == b"..") {
        return Chunk::Split(at);
    }
    if let Some(at) = c.iter().position(|b| matches!(b, b'#' | b'&' | b'*' | b'%')) {
        return Chunk::Split(at);
    }
    // `name.4711`: a word and a number that has a place of its own.
    if let Some(at) = c.iter().rposition(|b| *b == b'.')
        && at > 0
        && at + 1 < c.len()
        && c.iter().take(at).all(|b| b.is_ascii_alphabetic() || *b == b'_')
        && c.iter().skip(at + 1).all(u8::is_ascii_digit)
    {
        return Chunk::Split(at);
    }
    Chunk::Id
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
    if flags & BACKSLASH != 0 {
        return if is_windows_path(c) { Chunk::Slot(Kind::Path) } else { Chunk::Id };
    }
    if flags & COLON != 0 {
        if let Some(kind) = colons(c) {
            return Chunk::Slot(kind);
        }
        if let Some(at) = colon_to_split(c) {
            return Chunk::Split(at);
        }
    }
    if flags & AT != 0 {
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
    let Some(at) = c.iter().position(|b| *b == b'/') else { return Chunk::Id };
    let (left, right) = (c.get(..at).unwrap_or_default(), c.get(at + 1..).unwrap_or_default());
    if is_ipv4(left) && !right.is_empty() && right.iter().all(u8::is_ascii_digit) {
        return Chunk::Slot(Kind::Ip);
    }
    if c.split(|b| *b == b'/').all(|part| number(part).is_some()) || left.is_empty() || right.is_empty() {
        return Chunk::Split(at);
    }
    if !right.contains(&b'/') && left.iter().all(u8::is_ascii_alphabetic) {
        // `HTTP/1.1`, `product/2.0`.
        return Chunk::Id;
    }
    Chunk::Slot(Kind::Path)
}

/// A signed decimal, a version, an IPv4 address, a date, an amount with its unit, `0x` hexadecimal.
pub(crate) fn number(c: &[u8]) -> Option<Kind> {
    let unsigned = match c {
        [b'-' | b'+', rest @ ..] => rest,
        [b'v' | b'V', rest @ ..] if is_version(rest) => return Some(Kind::Version),
        _ => c,
    };
    if !unsigned.first()?.is_ascii_digit() {
        return None;
    }
    if let [b'0', b'x' | b'X', hex @ ..] = unsigned {
        return (!hex.is_empty() && hex.iter().all(u8::is_ascii_hexdigit)).then_some(Kind::Hex);
    }
    let digits = unsigned.iter().take_while(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-')).count();
    let (body, unit) = unsigned.split_at(digits);
    if unit.is_empty() {
        return Some(plain_number(body));
    }
    if body.contains(&b'-') || body.iter().filter(|b| **b == b'.').count() > 1 || body.ends_with(b".") {
        return None;
    }
    if unit == b"%" {
        return Some(Kind::Num);
    }
    if is_time_unit(unit) {
        return Some(Kind::Duration);
    }
    if is_size_unit(unit) {
        return Some(Kind::Size);
    }
    if let [b'e' | b'E', exponent @ ..] = unit {
        let exponent = exponent.strip_prefix(b"-").or_else(|| exponent.strip_prefix(b"+")).unwrap_or(exponent);
        if !exponent.is_empty() && exponent.len() <= 3 && exponent.iter().all(u8::is_ascii_digit) {
            return Some(Kind::Num);
        }
    }
    // `1h2m3s`, `2m30.5s`.
    is_compound_duration(unsigned).then_some(Kind::Duration)
}

fn plain_number(body: &[u8]) -> Kind {
    let dots = body.iter().filter(|b| **b == b'.').count();
    let dashes = body.iter().filter(|b| **b == b'-').count();
    match (dots, dashes) {
        (0 | 1, 0) => Kind::Num,
        (3, 0) if is_ipv4(body) => Kind::Ip,
        (_, 0) => Kind::Version,
        (0, 2) if is_dash_date(body) => Kind::Time,
        _ => Kind::Num,
    }
}

fn is_compound_duration(c: &[u8]) -> bool {
    let mut rest = c;
    while !rest.is_empty() {
        let digits = rest.iter().take_while(|b| b.is_ascii_digit() || **b == b'.').count();
        let letters = rest.iter().skip(digits).take_while(|b| !b.is_ascii_digit()).count();
        let unit = rest.get(digits..digits + letters).unwrap_or_default();
        if digits == 0 || !is_time_unit(unit) {
            return false;
        }
        rest = rest.get(digits + letters..).unwrap_or_default();
    }
    true
}

/// `1.2`, `2.6.32`.
fn is_version(c: &[u8]) -> bool {
    c.contains(&b'.') && c.split(|b| *b == b'.').all(|part| !part.is_empty() && part.iter().all(u8::is_ascii_digit))
}

fn is_ipv4(c: &[u8]) -> bool {
    let mut parts = 0;
    for part in c.split(|b| *b == b'.') {
        parts += 1;
        if part.is_empty() || part.len() > 3 || !part.iter().all(u8::is_ascii_digit) {
            return false;
        }
    }
    parts == 4
}

fn is_dash_date(c: &[u8]) -> bool {
    let mut lens = c.split(|b| *b == b'-').map(<[u8]>::len);
    matches!(
        (lens.next(), lens.next(), lens.next()),
        (Some(4), Some(1 | 2), Some(1 | 2)) | (Some(1 | 2), Some(1 | 2), Some(4))
    )
}

fn is_slash_date(c: &[u8]) -> bool {
    let mut parts = 0;
    for part in c.split(|b| *b == b'/') {
        parts += 1;
        if !matches!(part.len(), 1 | 2 | 4) || !part.iter().all(u8::is_ascii_digit) {
            return false;
        }
    }
    parts == 3
}

fn is_uuid(c: &[u8]) -> bool {
    c.len() == 36
        && c.iter()
            .enumerate()
            .all(|(i, b)| if matches!(i, 8 | 13 | 18 | 23) { *b == b'-' } else { b.is_ascii_hexdigit() })
}

/// Six or more hexadecimal digits with at least one decimal among them.
fn is_bare_hex(c: &[u8]) -> bool {
    c.len() >= 6 && c.iter().all(u8::is_ascii_hexdigit) && c.iter().any(u8::is_ascii_digit)
}

/// Chunks with colons that are one thing: clock times, addresses.
fn colons(c: &[u8]) -> Option<Kind> {
    let count = c.iter().filter(|b| **b == b':').count();
    if c.first()?.is_ascii_digit() && is_clock(c) {
        return Some(Kind::Time);
    }
    if count >= 2 && c.iter().all(|b| b.is_ascii_hexdigit() || *b == b':') {
        let mac = count == 5 && c.split(|b| *b == b':').all(|p| matches!(p.len(), 1 | 2));
        let groups = c.split(|b| *b == b':').all(|p| p.len() <= 4);
        let short = count < 7 && !c.windows(2).any(|w| w == b"::");
        return if mac {
            Some(Kind::Mac)
        } else if groups && !short {
            Some(Kind::Ip)
        } else {
            None
        };
    }
    if is_host_port(c) {
        return Some(Kind::HostPort);
    }
    None
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

/// `[date[T ]]h:mm[:ss[.fff]][Z|+hh:mm]`, and `m:ss`.
fn is_clock(c: &[u8]) -> bool {
    let mut groups = 0;
    let clock = match c.iter().position(|b| *b == b'T') {
        Some(at) => {
            if !is_dash_date(c.get(..at).unwrap_or_default()) {
                return false;
            }
            c.get(at + 1..).unwrap_or_default()
        }
        None => c,
    };
    let clock = clock.strip_suffix(b"Z").unwrap_or(clock);
    let clock = match clock.iter().position(|b| matches!(b, b'+' | b'-')) {
        Some(at) => clock.get(..at).unwrap_or_default(),
        None => clock,
    };
    for group in clock.split(|b| *b == b':') {
        groups += 1;
        let whole = group.iter().take_while(|b| b.is_ascii_digit()).count();
        let fraction = group.get(whole..).unwrap_or_default();
        let ok = match fraction {
            [] => true,
            [b'.' | b',', rest @ ..] => groups >= 2 && rest.iter().all(u8::is_ascii_digit),
            _ => false,
        };
        if !ok || whole == 0 || (groups > 1 && whole != 2) || whole > 3 {
            return false;
        }
    }
    (2..=3).contains(&groups)
}

/// `10.0.0.1:80`, `name.domain:80`, `name-1:80`, `localhost:80`, `name/10.0.0.1:80`, `File.java:123`.
fn is_host_port(c: &[u8]) -> bool {
    let Some(at) = c.iter().rposition(|b| *b == b':') else { return false };
    let (host, port) = (c.get(..at).unwrap_or_default(), c.get(at + 1..).unwrap_or_default());
    if port.is_empty() || port.len() > 5 || !port.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let host = host.iter().rposition(|b| *b == b'/').map_or(host, |s| host.get(s + 1..).unwrap_or_default());
    if host == b"localhost" {
        return true;
    }
    let dots = host.contains(&b'.');
    let numbered = host.contains(&b'-') && host.iter().any(u8::is_ascii_digit);
    host.first().is_some_and(u8::is_ascii_alphanumeric)
        && host.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
        && (dots || numbered)
        && (host.iter().any(u8::is_ascii_alphabetic) || is_ipv4(host))
}

fn has_scheme(c: &[u8]) -> bool {
    let scheme = c.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.')).count();
    scheme > 1 && c.get(scheme..).is_some_and(|rest| rest.starts_with(b"://"))
}

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

fn is_email(c: &[u8]) -> bool {
    let Some(at) = c.iter().position(|b| *b == b'@') else { return false };
    let (name, host) = (c.get(..at).unwrap_or_default(), c.get(at + 1..).unwrap_or_default());
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'+');
    name.first().is_some_and(u8::is_ascii_alphanumeric)
        && name.iter().all(plain)
        && host.iter().all(plain)
        && host.iter().any(u8::is_ascii_alphabetic)
        && host.iter().position(|b| *b == b'.').is_some_and(|dot| dot > 0 && dot + 1 < host.len())
}

/// A domain name of three labels or more: it ends like one, and does not begin like a package (`com.example.Thing`).
fn is_host(c: &[u8]) -> bool {
    let dots = c.iter().filter(|b| **b == b'.').count();
    if dots < 2 || !c.first().is_some_and(u8::is_ascii_alphanumeric) {
        return false;
    }
    if !c.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
        || c.windows(2).any(|w| w == b"..")
    {
        return false;
    }
    let mut labels = c.split(|b| *b == b'.');
    let (first, last) = (labels.next().unwrap_or_default(), labels.next_back().unwrap_or_default());
    let generic = |l: &[u8]| {
        matches!(
            l,
            b"com"
                | b"net"
                | b"org"
                | b"edu"
                | b"gov"
                | b"mil"
                | b"int"
                | b"info"
                | b"biz"
                | b"io"
                | b"local"
                | b"localdomain"
                | b"internal"
                | b"lan"
                | b"cluster"
                | b"svc"
                | b"cloud"
                | b"dev"
                | b"app"
        )
    };
    let country = last.len() == 2
        && last.iter().all(u8::is_ascii_lowercase)
        && !matches!(last, b"so" | b"py" | b"sh" | b"rs" | b"js" | b"cc");
    (generic(last) || country) && !generic(first) && !matches!(first, b"java" | b"javax" | b"sun")
}

/// Capitals and one digit, `IPV6`, `SHA1`: the digit is part of the name.
fn is_acronym(c: &[u8]) -> bool {
    matches!(c, [name @ .., digit] if name.len() >= 2 && digit.is_ascii_digit() && name.iter().all(u8::is_ascii_uppercase))
}
