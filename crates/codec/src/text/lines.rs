//! Bytes in any chunks to lines, with a limit on what is kept of one.
//!
//! A line that lies within one chunk is handed on without a copy. What is past the limit is skipped and counted. A line
//! that begins as an OTLP/JSON message has a higher limit, since half a message is of no use.

use memchr::memchr;

/// Enough of a line to see whether it is OTLP.
const PREFIX_BYTES: usize = 64;

#[derive(Debug)]
pub(super) struct Splitter {
    carry: Vec<u8>,
    skipped_bytes: u64,
    max_text_bytes: usize,
    max_otlp_bytes: usize,
}

impl Splitter {
    pub(super) fn new(max_text_bytes: usize, max_otlp_bytes: usize) -> Self {
        let max_text_bytes = max_text_bytes.max(PREFIX_BYTES);
        Self { carry: Vec::new(), skipped_bytes: 0, max_text_bytes, max_otlp_bytes: max_otlp_bytes.max(max_text_bytes) }
    }

    /// Calls `each` with every line that ends in `chunk` and with the number of bytes cut off it.
    pub(super) fn push(&mut self, mut chunk: &[u8], mut each: impl FnMut(&[u8], u64)) {
        while let Some(end) = memchr(b'\n', chunk) {
            let (line, rest) = chunk.split_at(end);
            chunk = rest.get(1..).unwrap_or_default();
            if self.carry.is_empty() && line.len() <= self.max_text_bytes {
                each(line, 0);
            } else {
                self.extend(line);
                self.end_line(&mut each);
            }
        }
        self.extend(chunk);
    }

    /// The last line, when the file does not end with a line feed.
    pub(super) fn finish(&mut self, mut each: impl FnMut(&[u8], u64)) {
        if !self.carry.is_empty() {
            self.end_line(&mut each);
        }
    }

    fn end_line(&mut self, each: &mut impl FnMut(&[u8], u64)) {
        each(&self.carry, self.skipped_bytes);
        self.carry.clear();
        self.carry.shrink_to(self.max_text_bytes);
        self.skipped_bytes = 0;
    }

    fn extend(&mut self, bytes: &[u8]) {
        let (start, rest) = bytes.split_at(bytes.len().min(PREFIX_BYTES.saturating_sub(self.carry.len())));
        self.carry.extend_from_slice(start);
        let limit = if looks_like_otlp(&self.carry) { self.max_otlp_bytes } else { self.max_text_bytes };
        let (kept, skipped) = rest.split_at(rest.len().min(limit.saturating_sub(self.carry.len())));
        self.carry.extend_from_slice(kept);
        self.skipped_bytes += skipped.len() as u64;
    }
}

/// Whether a line begins as an OTLP/JSON message: `{"resource` with any white space (and a byte-order mark).
pub(super) fn looks_like_otlp(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).trim_ascii_start();
    let Some(rest) = line.strip_prefix(b"{") else { return false };
    rest.trim_ascii_start().starts_with(b"\"resource")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, chunk: usize, expected: &[(&str, u64)]) {
        let mut splitter = Splitter::new(64, 100);
        let mut lines = Vec::new();
        let mut each = |line: &[u8], cut: u64| lines.push((String::from_utf8_lossy(line).into_owned(), cut));
        input.as_bytes().chunks(chunk).for_each(|c| splitter.push(c, &mut each));
        splitter.finish(&mut each);
        let expected: Vec<_> = expected.iter().map(|&(l, c)| (l.to_owned(), c)).collect();
        assert_eq!(lines, expected, "in chunks of {chunk}");
    }

    #[test]
    fn lines_are_the_same_in_any_chunks_and_cut_at_the_limit() {
        let long = "x".repeat(70);
        let otlp = format!("{{\"resourceLogs\":\"{}\"}}", "y".repeat(120));
        let input = format!("one\n\n{long}\n{otlp}\nlast");
        for chunk in [1, 2, 7, 63, 64, 65, 1000] {
            check(
                &input,
                chunk,
                &[
                    ("one", 0),
                    ("", 0),
                    (&"x".repeat(64), 6),
                    (otlp.get(..100).expect("ascii"), otlp.len() as u64 - 100),
                    ("last", 0),
                ],
            );
        }
    }
}
