//! Addresses: IP, host and port, domain names, e-mail, URL schemes.

use super::number::is_clock;
use crate::kind::Kind;

/// `10.0.0.1:80`, of digits, points and colons.
#[inline]
pub(super) fn is_ipv4_port(c: &[u8]) -> bool {
    let Some(at) = c.iter().rposition(|b| *b == b':') else { return false };
    (1..=5).contains(&(c.len() - at - 1)) && is_ipv4(c.get(..at).unwrap_or_default())
}

#[inline]
pub(super) fn is_ipv4(c: &[u8]) -> bool {
    let mut parts = 0;
    for part in c.split(|b| *b == b'.') {
        parts += 1;
        if part.is_empty() || part.len() > 3 || !part.iter().all(u8::is_ascii_digit) {
            return false;
        }
    }
    parts == 4
}

/// Chunks with colons that are one thing: clock times, addresses.
#[inline]
pub(super) fn colons(c: &[u8], letters: bool) -> Option<Kind> {
    if c.first()?.is_ascii_digit() && is_clock(c) {
        return Some(Kind::Time);
    }
    let count = c.iter().filter(|b| **b == b':').count();
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
    if is_bus_address(c) {
        return Some(Kind::Hex);
    }
    (letters && is_host_port(c)).then_some(Kind::HostPort)
}

/// `10.0.0.1:80`, `name.domain:80`, `name-1:80`, `localhost:80`, `name/10.0.0.1:80`; not `File.java:123`, whose name is
/// constant.
pub(super) fn is_host_port(c: &[u8]) -> bool {
    let Some(at) = c.iter().rposition(|b| *b == b':') else { return false };
    let (host, port) = (c.get(..at).unwrap_or_default(), c.get(at + 1..).unwrap_or_default());
    if port.is_empty() || port.len() > 5 || !port.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let host = host.iter().rposition(|b| *b == b'/').map_or(host, |s| host.get(s + 1..).unwrap_or_default());
    if host == b"localhost" {
        return true;
    }
    // No service listens on a port of one digit; `queue.maxSize:48` is a field and its value.
    if is_source_file(host) || port.len() < 2 && !is_ipv4(host) || is_field(host) {
        return false;
    }
    let dots = host.contains(&b'.');
    let numbered = host.contains(&b'-') && host.iter().any(u8::is_ascii_digit);
    host.first().is_some_and(u8::is_ascii_alphanumeric)
        && host.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
        && (dots || numbered)
        && (host.iter().any(u8::is_ascii_alphabetic) || is_ipv4(host))
}

/// One point and inner capitals behind it.
fn is_field(name: &[u8]) -> bool {
    let mut parts = name.split(|b| *b == b'.');
    parts.next().is_some()
        && parts.next().is_some_and(|f| f.windows(2).any(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase()))
        && parts.next().is_none()
}

fn is_source_file(name: &[u8]) -> bool {
    let Some(dot) = name.iter().rposition(|b| *b == b'.') else { return false };
    matches!(
        name.get(dot + 1..).unwrap_or_default(),
        b"c" | b"cc"
            | b"cpp"
            | b"cxx"
            | b"h"
            | b"hpp"
            | b"m"
            | b"mm"
            | b"java"
            | b"kt"
            | b"scala"
            | b"groovy"
            | b"cs"
            | b"go"
            | b"rs"
            | b"py"
            | b"rb"
            | b"php"
            | b"js"
            | b"ts"
            | b"tsx"
            | b"jsx"
            | b"mjs"
            | b"swift"
            | b"ex"
            | b"erl"
    )
}

/// `0000:00:1f.2`: the place of a device on a bus.
fn is_bus_address(c: &[u8]) -> bool {
    matches!(c, [.., b'.', f] if f.is_ascii_hexdigit())
        && c.iter().filter(|b| **b == b':').count() == 2
        && c.iter().filter(|b| **b == b'.').count() == 1
        && c.iter().all(|b| b.is_ascii_hexdigit() || matches!(b, b':' | b'.'))
}

pub(super) fn has_scheme(c: &[u8]) -> bool {
    let scheme = c.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.')).count();
    scheme > 1 && c.get(scheme..).is_some_and(|rest| rest.starts_with(b"://"))
}

pub(super) fn is_email(c: &[u8]) -> bool {
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
pub(super) fn is_host(c: &[u8]) -> bool {
    // Cheapest first: most words with points end in something longer or with capitals.
    let Some(dot) = c.iter().rposition(|b| *b == b'.') else { return false };
    let last = c.get(dot + 1..).unwrap_or_default();
    if !(2..=11).contains(&last.len()) || !last.iter().all(u8::is_ascii_lowercase) {
        return false;
    }
    if !c.first().is_some_and(u8::is_ascii_alphanumeric) || c.iter().filter(|b| **b == b'.').count() < 2 {
        return false;
    }
    if !c.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
        || c.windows(2).any(|w| w == b"..")
    {
        return false;
    }
    let first = c.split(|b| *b == b'.').next().unwrap_or_default();
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
    let country = last.len() == 2 && !matches!(last, b"so" | b"py" | b"sh" | b"rs" | b"js" | b"cc");
    (generic(last) || country) && !generic(first) && !matches!(first, b"java" | b"javax" | b"sun")
}
