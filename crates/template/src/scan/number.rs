//! Numbers and what is written with them: amounts with their unit, versions, dates, clock times.

use super::address::is_ipv4;
use super::class::{is_size_unit, is_time_unit};
use crate::kind::Kind;

/// A signed decimal, a version, an IPv4 address, a date, an amount with its unit, `0x` hexadecimal.
#[inline]
pub(super) fn number(c: &[u8]) -> Option<Kind> {
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

#[inline]
pub(super) fn plain_number(body: &[u8]) -> Kind {
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

pub(super) fn is_compound_duration(c: &[u8]) -> bool {
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
pub(super) fn is_version(c: &[u8]) -> bool {
    c.contains(&b'.') && c.split(|b| *b == b'.').all(|part| !part.is_empty() && part.iter().all(u8::is_ascii_digit))
}

pub(super) fn is_dash_date(c: &[u8]) -> bool {
    let mut lens = c.split(|b| *b == b'-').map(<[u8]>::len);
    matches!(
        (lens.next(), lens.next(), lens.next()),
        (Some(4), Some(1 | 2), Some(1 | 2)) | (Some(1 | 2), Some(1 | 2), Some(4))
    )
}

pub(super) fn is_slash_date(c: &[u8]) -> bool {
    let mut parts = 0;
    for part in c.split(|b| *b == b'/') {
        parts += 1;
        if !matches!(part.len(), 1 | 2 | 4) || !part.iter().all(u8::is_ascii_digit) {
            return false;
        }
    }
    parts == 3
}

/// `[date[T ]]h:mm[:ss[.fff]][Z|+hh:mm]`, and `m:ss`.
#[inline]
pub(super) fn is_clock(c: &[u8]) -> bool {
    // The first colon, or the first dash of a date, stands early.
    let early = c.iter().take(5).position(|b| matches!(b, b':' | b'-'));
    if early.is_none() || c.len() > 40 {
        return false;
    }
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
