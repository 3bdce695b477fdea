//! The formats of text lines, one a file, and which of them a line is tried for: its first byte tells.

pub(super) mod access;
pub(super) mod ci;
pub(super) mod json;
pub(super) mod klog;
pub(super) mod level;
pub(super) mod logfmt;
pub(super) mod stamped;
pub(super) mod syslog;
pub(super) mod wrapped;

use super::header::Header;

/// Takes a line apart. A line of no known format is bare.
pub(super) fn header(text: &str) -> Header<'_> {
    let bytes = text.as_bytes();
    let found = match bytes.first() {
        Some(b'<') => syslog::with_priority(text),
        Some(b'I' | b'W' | b'E' | b'F') if bytes.get(1).is_some_and(u8::is_ascii_digit) => klog::header(text),
        Some(b'0'..=b'9') => stamped::header(text).or_else(|| access::header(text)),
        Some(b'[') => stamped::header(text),
        Some(b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'_' | b'/' | b':' | b'@') => {
            stamped::header(text).or_else(|| logfmt::header(text)).or_else(|| access::header(text))
        }
        _ => None,
    };
    found.unwrap_or_else(|| Header { severity: level::leading(bytes).unwrap_or_default(), ..Header::bare(text) })
}
