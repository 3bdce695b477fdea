//! IP addresses, when the operator counts them as personal data.

use crate::chars::part;
use crate::rules::RANK_PERSONAL;
use crate::scan::Hit;

/// Adds every address of `text`. Loopback, unspecified and documentation addresses say nothing about anybody.
pub(crate) fn look(text: &str, out: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let of_address = |b: u8| b.is_ascii_hexdigit() || b == b'.' || b == b':';
    let mut at = 0;
    while at < bytes.len() {
        let length = bytes.get(at..).unwrap_or_default().iter().take_while(|&&b| of_address(b)).count();
        if length >= 3 && crate::chars::starts_word(bytes, at) && crate::chars::ends_word(bytes, at + length) {
            address(text, at, at + length, out);
        }
        at += length.max(1);
    }
}

fn address(text: &str, start: usize, end: usize, out: &mut Vec<Hit>) {
    let found = part(text, start, end).trim_end_matches([':', '.']);
    let mut push = |length: usize, private: bool| {
        if !private {
            out.push(Hit::new(start, start + length, "ip-address", RANK_PERSONAL - 1));
        }
    };
    // `10.0.0.1:8080`: the port is not part of it.
    let head = found.split(':').next().unwrap_or_default();
    if let Ok(ip) = head.parse::<std::net::Ipv4Addr>() {
        push(head.len(), ip.is_loopback() || ip.is_unspecified() || ip.is_broadcast());
    } else if let Ok(ip) = found.parse::<std::net::Ipv6Addr>() {
        push(found.len(), ip.is_loopback() || ip.is_unspecified());
    }
}
