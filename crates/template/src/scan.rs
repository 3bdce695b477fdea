//! One pass over a line: its typed skeleton, and where its variable parts stand.
//!
//! A line is cut into chunks at white space, brackets, quotes, commas and `=`. A chunk of letters is constant text; any
//! other chunk is classified by its bytes ([`classify`]) and becomes one slot of a [`Kind`]. The **skeleton** is the
//! constant text with one control byte for each slot; words with digits keep their letters (`blk_4711` -> `blk_#`), keys
//! of `key=value` and of JSON stay, their values are slots. It depends on the line alone, so its hash, the **shape id**,
//! is the same on every shard. Both buffers are reused: a line costs no allocation.

mod address;
mod chunk;
mod class;
mod classify;
mod number;
mod pair;
mod record;
mod time;

pub(crate) use class::is_sep;
use class::{ALPHA, CLASS, SEP, SPECIAL};

use crate::kind::Kind;

/// Around the pattern of a word with digits, and in the place of its digits.
pub(crate) const ID_START: u8 = 0x1c;
pub(crate) const ID_MASK: u8 = 0x1d;
pub(crate) const ID_END: u8 = 0x1e;
/// Between the lines of a record.
pub(crate) const NEW_LINE: u8 = 0x1f;

/// A longer chunk is not a word of anybody's language.
const CHUNK_BYTES: usize = 512;
/// Slots of one line; the rest is one more.
const MAX_SLOTS: usize = 96;

/// Byte offsets of a slot's value in the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// The buffers of one pass.
#[derive(Debug, Default)]
pub(crate) struct Scanner {
    pub(crate) skeleton: Vec<u8>,
    pub(crate) slots: Vec<Span>,
    /// Constant text from here to the scan position is not yet in the skeleton.
    literal: usize,
}

impl Scanner {
    pub(crate) fn start(&mut self) {
        self.skeleton.clear();
        self.slots.clear();
    }

    /// Scans `line[from..to]`, which holds no line break that matters, behind what the skeleton already has.
    pub(crate) fn scan(&mut self, line: &[u8], from: usize, to: usize, max_shape: usize) {
        let line = line.get(..to).unwrap_or(line);
        let n = line.len();
        let mut i = from;
        while i < n && line[i] <= b' ' {
            i += colour(line, i).max(1);
        }
        self.literal = i;
        while i < n {
            let start = i;
            i = letters_end(line, i);
            if i < n && CLASS[line[i] as usize] & SEP == 0 || i - start > CHUNK_BYTES {
                i = self.mixed(line, start, i);
            }
            if i >= n {
                break;
            }
            if line[i] == b' ' && line.get(i + 1).is_some_and(|next| *next > b' ') {
                i += 1;
                continue;
            }
            if CLASS[line[i] as usize] & SEP != 0 {
                i = self.separator(line, i);
            }
            if self.skeleton.len() > max_shape || self.slots.len() >= MAX_SLOTS {
                break;
            }
        }
        self.flush(line, i.min(n));
        let over = self.skeleton.len().saturating_sub(max_shape);
        if over > 0 || i < n {
            self.rest(i.min(n) - over.min(i.min(n)), n, max_shape);
        }
    }

    /// A chunk that goes on behind its first letters.
    #[inline]
    fn mixed(&mut self, line: &[u8], start: usize, from: usize) -> usize {
        let mut i = from;
        let mut flags = if from > start { ALPHA } else { 0 };
        while i < line.len() {
            let c = CLASS[line[i] as usize];
            if c & SEP != 0 {
                break;
            }
            flags |= c;
            i += 1;
        }
        if i - start > CHUNK_BYTES {
            self.slot(line, start, i, Kind::Any)
        } else if flags & SPECIAL != 0 {
            self.chunk(line, start, i, flags)
        } else {
            i
        }
    }

    /// What of the line was not looked at is one wildcard.
    pub(crate) fn tail(&mut self, from: usize, to: usize) {
        if self.skeleton.last() != Some(&(Kind::Any as u8)) {
            self.skeleton.push(Kind::Any as u8);
            self.span(from, to);
        }
    }

    /// What stands at a separator: usually itself. Returns where to go on.
    #[inline]
    fn separator(&mut self, line: &[u8], i: usize) -> usize {
        match line[i] {
            b' ' => match line.get(i + 1) {
                Some(next) if *next > b' ' => i + 1,
                _ => self.space(line, i),
            },
            b'=' => self.equals(line, i),
            b'"' | b'\'' => self.quote(line, i),
            b'<' => self.angle(line, i),
            b if b < b' ' || b == 127 => self.space(line, i),
            // Brackets that could hold a value and are empty; not a call's.
            b'(' | b'[' if i > 0 && line[i - 1] == b' ' && matches!(line.get(i + 1), Some(b')' | b']')) => {
                self.slot(line, i + 1, i + 1, Kind::Value)
            }
            _ => i + 1,
        }
    }

    /// Any run of white space and control characters is one space; at the end it is nothing.
    #[inline]
    fn space(&mut self, line: &[u8], i: usize) -> usize {
        self.flush(line, i);
        let mut j = i;
        while j < line.len() && (line[j] <= b' ' || line[j] == 127) {
            j += colour(line, j).max(1);
        }
        if j < line.len() {
            self.skeleton.push(b' ');
        }
        self.literal = j;
        j
    }

    /// A pseudonym, or the `<` of an ordinary text.
    #[inline]
    fn angle(&mut self, line: &[u8], i: usize) -> usize {
        let name =
            line.iter().skip(i + 1).take(40).take_while(|b| b.is_ascii_lowercase() || matches!(b, b'-' | b'_')).count();
        let colon = i + 1 + name;
        if name == 0 || line.get(colon) != Some(&b':') {
            return i + 1;
        }
        let id = line.iter().skip(colon + 1).take(40).take_while(|b| b.is_ascii_hexdigit()).count();
        let end = colon + 1 + id;
        if id == 0 || line.get(end) != Some(&b'>') {
            return i + 1;
        }
        self.slot(line, i, end + 1, Kind::Pseudonym)
    }

    #[inline]
    fn flush(&mut self, line: &[u8], to: usize) {
        if let Some(text) = line.get(self.literal..to) {
            self.skeleton.extend_from_slice(text);
        }
        self.literal = to;
    }

    #[inline]
    fn slot(&mut self, line: &[u8], start: usize, end: usize, kind: Kind) -> usize {
        self.flush(line, start);
        self.skeleton.push(kind as u8);
        self.span(start, end);
        self.literal = end;
        end
    }

    #[inline]
    fn span(&mut self, start: usize, end: usize) {
        let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        self.slots.push(Span { start: narrow(start), end: narrow(end) });
    }

    /// The shape is long enough: everything of the line from `from` on is one wildcard.
    fn rest(&mut self, from: usize, to: usize, max_shape: usize) {
        let cut = char_boundary(&self.skeleton, max_shape);
        self.skeleton.truncate(cut);
        self.skeleton.push(Kind::Any as u8);
        self.span(from, to);
        self.literal = to;
    }
}

/// The length of a terminal's control sequence, `ESC [ 0 ; 31 m`.
fn colour(line: &[u8], i: usize) -> usize {
    let Some(rest) = line.get(i..).and_then(|r| r.strip_prefix(b"\x1b[")) else { return 0 };
    let parameters = rest.iter().take(24).take_while(|b| b.is_ascii_digit() || matches!(b, b';' | b'?')).count();
    if rest.get(parameters).is_some_and(u8::is_ascii_alphabetic) { parameters + 3 } else { 0 }
}

/// The end of the letters from `i` on, eight bytes at a time: a letter is a byte that lies between `a` and `z` once
/// folded to lower case.
#[inline]
fn letters_end(line: &[u8], start: usize) -> usize {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    const ONES: u64 = 0x0101_0101_0101_0101;
    let mut i = start;
    while let Some(eight) = line.get(i..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*eight);
        let folded = (word | (0x20 * ONES)) & !HIGH;
        let from_a = folded + (0x80 - 0x61) * ONES;
        let behind_z = folded + (0x80 - 0x7b) * ONES;
        let others = !(from_a & !behind_z & !word) & HIGH;
        if others != 0 {
            return i + (others.trailing_zeros() / 8) as usize;
        }
        i += 8;
    }
    while i < line.len() && line[i].is_ascii_alphabetic() {
        i += 1;
    }
    i
}

fn char_boundary(text: &[u8], at: usize) -> usize {
    let mut at = at.min(text.len());
    while at > 0 && at < text.len() && text[at] & 0xc0 == 0x80 {
        at -= 1;
    }
    at
}

/// What a value is when it is looked at alone; `None`: words.
pub(crate) fn kind_of(value: &str) -> Option<Kind> {
    let bytes = value.as_bytes();
    let flags = chunk::flags_of(bytes, 0, bytes.len());
    if bytes.is_empty() || flags & SPECIAL == 0 {
        return None;
    }
    match classify::classify(bytes, flags) {
        classify::Chunk::Slot(kind) => Some(kind),
        classify::Chunk::Id | classify::Chunk::Split(_) => Some(Kind::Id),
        classify::Chunk::Word => None,
    }
}
