//! Private keys in armour (RFC 7468), also when each of their lines is a record of its own.
//!
//! `-----BEGIN ... PRIVATE KEY-----` opens a block and `-----END` closes it. A block whose end is not in the same text
//! stays open for its *stream* (a source, partition and resource): the base64 at the end of the stream's next texts is
//! redacted until the end line comes, or too many other lines have come between. Open blocks are bounded.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use crate::chars::{Charset, part};
use crate::rules::RANK_BLOCK;
use crate::scan::Hit;

/// Lines of other things between two lines of a key, before the block counts as over.
const MAX_STRANGERS: u32 = 16;
/// Lines of one key. An RSA key of 16,384 bits has about 200.
const MAX_LINES: u32 = 400;

/// Distance of the end line that is looked for.
const MAX_BLOCK_BYTES: usize = 64 << 10;

#[derive(Clone, Copy, Debug)]
struct Open {
    strangers: u32,
    lines: u32,
    /// Order of opening, to find the oldest.
    since: u64,
}

#[derive(Debug)]
pub(crate) struct Blocks {
    open: HashMap<u64, Open, FixedState>,
    max: usize,
    opened: u64,
}

impl Blocks {
    pub(crate) fn new(max: usize) -> Self {
        Self { open: HashMap::default(), max, opened: 0 }
    }

    /// Whether no block is open, so that texts without a trigger need no look.
    pub(crate) fn is_idle(&self) -> bool {
        self.open.is_empty()
    }

    /// The rest of a key that an earlier text of `stream` opened.
    pub(crate) fn follow(&mut self, stream: u64, text: &str, out: &mut Vec<Hit>) {
        let Some(open) = self.open.get_mut(&stream) else { return };
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let begin = at;
            at += line.len();
            if line.contains("-----END") {
                self.open.remove(&stream);
                return;
            }
            match key_line(line, open.lines > 0) {
                Some((from, to)) => {
                    out.push(Hit::new(begin + from, begin + to, "private-key", RANK_BLOCK));
                    open.strangers = 0;
                    open.lines += 1;
                }
                None => open.strangers += 1,
            }
            if open.strangers > MAX_STRANGERS || open.lines > MAX_LINES {
                self.open.remove(&stream);
                return;
            }
        }
    }

    /// Leaves a block open for `stream`; tells whether the oldest had to go for it.
    pub(crate) fn open(&mut self, stream: u64) -> bool {
        let full = self.open.len() >= self.max && !self.open.contains_key(&stream);
        let oldest = self.open.iter().min_by_key(|(_, open)| open.since).map(|(stream, _)| *stream);
        if let Some(oldest) = oldest.filter(|_| full) {
            self.open.remove(&oldest);
        }
        self.opened += 1;
        self.open.insert(stream, Open { strangers: 0, lines: 0, since: self.opened });
        full
    }
}

/// The base64 at the end of a line, when it looks like a line of a key: 40 or more characters, or, once a line was `seen`,
/// a shorter one, since the last line is.
fn key_line(line: &str, seen: bool) -> Option<(usize, usize)> {
    let trimmed = line.trim_end_matches(['\n', '\r', ' ', '"', '\'', ',']);
    let trimmed = trimmed.strip_suffix("\\n").unwrap_or(trimmed);
    let to = trimmed.len();
    let run = Charset::BASE64_PAD.run_back(trimmed.as_bytes(), to, 4096);
    let from = to - run;
    let alone = part(trimmed, 0, from).trim().is_empty();
    let word = part(trimmed, from, to);
    let letters_only = word.bytes().all(|b| b.is_ascii_lowercase());
    (run >= 40 || (seen && run >= 4 && (alone || word.ends_with('=') || run >= 16) && !letters_only))
        .then_some((from, to))
}

/// A key that starts in this text, at the `-----BEGIN` at `at`: the hit, and whether it ends here.
pub(crate) fn begin(text: &str, at: usize) -> Option<(Hit, bool)> {
    let rest = part(text, at, text.len());
    let label_end = rest.get(10..)?.bytes().take(64).position(|b| b == b'-')? + 10;
    let label = rest.get(10..label_end)?.trim();
    if !(label.ends_with("PRIVATE KEY") || label.ends_with("PRIVATE KEY BLOCK")) {
        return None;
    }
    let dashes = rest.get(label_end..)?.bytes().take_while(|&b| b == b'-').count();
    let body = label_end + dashes;
    let near = rest.as_bytes().get(body..rest.len().min(body + MAX_BLOCK_BYTES))?;
    if let Some(end) = memchr::memmem::find(near, b"-----END") {
        // Up to the end of the end line's dashes.
        let tail = rest.get(body + end + 8..).unwrap_or_default();
        let label = tail.bytes().take(64).take_while(|&b| b != b'-').count();
        let closing = tail.get(label..).unwrap_or_default().bytes().take_while(|&b| b == b'-').count();
        return Some((Hit::new(at, at + body + end + 8 + label + closing, "private-key", RANK_BLOCK), true));
    }
    // Cut off, or continued in the next record: what is here up to the end is key, headers and escapes, or nothing.
    let tail = rest.get(body..).unwrap_or_default();
    let strange =
        |b: u8| !(Charset::BASE64_PAD.has(b) || matches!(b, b'\\' | b'\n' | b'\r' | b' ' | b':' | b',' | b'-' | b'"'));
    let length = tail.bytes().position(strange).unwrap_or(tail.len());
    let prose =
        part(tail, 0, length).split_whitespace().filter(|w| w.bytes().all(|b| b.is_ascii_lowercase())).count() >= 2;
    if prose {
        return None;
    }
    let length = part(tail, 0, length).trim_end_matches(['"', '\\', ',', ' ', '\n']).len();
    Some((Hit::new(at, at + body + length, "private-key", RANK_BLOCK), false))
}
