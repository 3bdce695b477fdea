//! Whether bytes are text at all.
//!
//! A file is judged by its first few kilobytes: many NULs, or many control characters and bytes that are not UTF-8, and
//! it is not text. A run of NULs before text (what is left when a log that is being written is truncated) does not count.
//! Within a text file, single lines are judged the same way.

use memchr::memchr;

/// How much of a file's start is judged.
pub(super) const HEAD_BYTES: usize = 4096;

/// Whether a file with this start is binary.
pub(super) fn is_binary_head(head: &[u8]) -> bool {
    let start = head.iter().position(|&b| b != 0).unwrap_or(head.len());
    is_binary(head.get(start..).unwrap_or_default())
}

/// Whether a line is binary. Cheap for text: only a NUL or invalid UTF-8 leads to a closer look.
pub(super) fn is_binary_line(line: &[u8], valid_utf8: bool) -> bool {
    (!valid_utf8 || memchr(0, line).is_some()) && is_binary(line)
}

fn is_binary(bytes: &[u8]) -> bool {
    let nuls = bytes.iter().filter(|&&b| b == 0).count();
    let controls =
        bytes.iter().filter(|&&b| b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b | 0x08)).count();
    // A character that is cut at the end is not held against the text.
    let invalid: usize = bytes.utf8_chunks().map(|c| c.invalid().len()).sum();
    nuls * 16 > bytes.len() || (controls + invalid.saturating_sub(3)) * 10 > bytes.len() * 3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(head: &[u8], expected: bool) {
        assert_eq!(is_binary_head(head), expected, "{}", String::from_utf8_lossy(head));
    }

    #[test]
    fn text_is_told_from_binary() {
        check(b"", false);
        check(b"2024-01-02 03:04:05 started\n", false);
        check("grüße, 世界\n".as_bytes(), false);
        check(b"caf\xe9 in latin-1 is still text, mostly\n", false);
        check(b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0after a truncated log\n", false);
        check(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0>\0\x01\0\0\0", true);
        check(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x04\0\0\0\x03\0\x08\x06\0\0\0", true);
        check(&[0x9c, 0xff, 0xd3, 0x80, 0x01, 0xe8, 0xaa, 0xbb, 0xf1, 0x90, 0xcc, 0xfe], true);
    }
}
