//! Records of several lines: a message with its stack trace, or text that was written as a block.
//!
//! A trace's identity is its first line, the exception types and the top frames; line numbers and addresses are slots
//! like anywhere, deeper frames say nothing new and are left out. Other lines are scanned as they are.

use super::{NEW_LINE, Scanner};

/// Frames that are part of the identity.
const TOP_FRAMES: usize = 4;
/// Lines of one record that are looked at.
const MAX_LINES: usize = 48;

impl Scanner {
    /// Scans `record[..to]`, line by line.
    pub(crate) fn record(&mut self, record: &[u8], to: usize, max_shape: usize) {
        let first_break = memchr::memchr(b'\n', record.get(..to).unwrap_or(record)).unwrap_or(to);
        self.scan(record, 0, first_break, max_shape);
        let mut frames = 0;
        let mut kept = 1;
        let mut start = first_break + 1;
        while start < to && kept < MAX_LINES && self.skeleton.len() < max_shape {
            let rest = record.get(start..to).unwrap_or_default();
            let end = start + memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let line = record.get(start..end).unwrap_or_default();
            let text = line.trim_ascii();
            let mut scanned_to = Some(end);
            if text.is_empty() {
                scanned_to = None;
            } else if is_frame(text) {
                frames += 1;
                if frames > TOP_FRAMES || is_elision(text) {
                    scanned_to = None;
                }
            } else if let Some(head) = cause(text) {
                // The type says what it is; the message is the outer one's, or a variation of it.
                let indent = line.len() - line.trim_ascii_start().len();
                scanned_to = Some(start + indent + head);
            }
            if let Some(to) = scanned_to {
                kept += 1;
                self.skeleton.push(NEW_LINE);
                self.scan(record, start, to, max_shape);
            }
            start = end + 1;
        }
    }
}

/// The ways in which runtimes write a call: JVM and JavaScript, .NET, Python, Ruby, Go, Rust, C.
fn is_frame(text: &[u8]) -> bool {
    text.starts_with(b"at ")
        || text.starts_with(b"File \"")
        || text.starts_with(b"from /")
        || text.starts_with(b"goroutine ")
        || text.starts_with(b"created by ")
        || is_elision(text)
        || is_numbered(text)
        || memchr::memmem::find(text, b".go:").is_some()
}

/// `... 12 more`.
fn is_elision(text: &[u8]) -> bool {
    text.starts_with(b"... ") && (text.ends_with(b" more") || text.ends_with(b" omitted"))
}

/// `#3  0x7f.. in main ()`, `  3: core::panicking::panic`.
fn is_numbered(text: &[u8]) -> bool {
    let rest = text.strip_prefix(b"#").unwrap_or(text);
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let after = rest.get(digits..).unwrap_or_default();
    (1..=3).contains(&digits) && (rest.len() < text.len() || after.starts_with(b": "))
}

/// `Caused by: some.Type: what it says`: the length up to the type's end.
fn cause(text: &[u8]) -> Option<usize> {
    let prefix = [&b"Caused by: "[..], b"Suppressed: "].into_iter().find(|p| text.starts_with(p))?.len();
    let rest = text.get(prefix..)?;
    Some(prefix + rest.iter().position(|b| matches!(b, b':' | b' ')).unwrap_or(rest.len()))
}
