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
mod memo;
mod number;
mod pair;
mod record;
mod skeleton;
mod steps;
mod time;

pub(crate) use class::is_sep;
use class::{CLASS, DIGIT, SEP, SPECIAL};
use memo::Memo;
use skeleton::Skeleton;
use steps::Step;

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

/// White space behind the copy of a line.
const PAD: usize = 64;

/// Byte offsets of a slot's value in the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The buffers of one pass.
#[derive(Debug, Default)]
pub(crate) struct Scanner {
    pub(crate) skeleton: Skeleton,
    pub(crate) slots: Vec<Span>,
    /// Constant text from here to the scan position is not yet in the skeleton.
    literal: usize,
    /// A line break was found.
    pub(crate) breaks: bool,
    /// The line with some white space behind it, so that its bytes can be read some at a time.
    padded: Vec<u8>,
    memo: Memo,
}

impl Scanner {
    /// A line begins.
    #[inline]
    pub(crate) fn start(&mut self, line: &[u8]) {
        self.again();
        self.padded.clear();
        self.padded.extend_from_slice(line);
        self.padded.extend_from_slice(&[b' '; PAD]);
    }

    /// Forgets what was found in the line.
    pub(crate) fn again(&mut self) {
        self.skeleton.clear();
        self.slots.clear();
        self.breaks = false;
    }

    /// Scans `line[from..to]` behind what the skeleton already has. At a line break it ends and sets `breaks`.
    pub(crate) fn scan(&mut self, line: &[u8], from: usize, to: usize, max_shape: usize) {
        let line = line.get(..to).unwrap_or(line);
        let n = line.len();
        let mut i = from;
        while i < n && line[i] <= b' ' {
            self.breaks |= line[i] == b'\n';
            i += colour(line, i).max(1);
        }
        self.literal = i;
        let mut look = i;
        let whole = loop {
            let at = steps::next(&self.padded, look);
            let mut long = None;
            if at - i > CHUNK_BYTES {
                (i, long) = long_word(line, i, at.min(n));
            }
            i = match long {
                Some(end) => self.slot(i, end, Kind::Any),
                None if at >= n => break true,
                None => match steps::step(line[at]) {
                    Step::Pass => {
                        look = at + 1;
                        continue;
                    }
                    Step::Separator => {
                        let end = self.separator(line, i, at);
                        if self.breaks {
                            return;
                        }
                        end
                    }
                    Step::Special => self.special(line, i, at),
                },
            };
            look = i;
            if self.skeleton.len() > max_shape || self.slots.len() >= MAX_SLOTS {
                i += usize::from(line.get(i) == Some(&b' '));
                break i >= n;
            }
        };
        if whole {
            i = n;
            while i > self.literal && line[i - 1] <= b' ' {
                i -= 1;
            }
        }
        self.flush(i.min(n));
        let over = self.skeleton.len().saturating_sub(max_shape);
        if over > 0 || !whole {
            self.rest(i.min(n) - over.min(i.min(n)), n, max_shape);
        }
    }

    /// The chunk around `at`, of which nothing before `from` is left.
    #[inline]
    fn special(&mut self, line: &[u8], from: usize, at: usize) -> usize {
        let mut flags = 0;
        let mut start = at;
        while start > from {
            let c = CLASS[line[start - 1] as usize];
            if c & SEP != 0 {
                break;
            }
            flags |= c;
            start -= 1;
        }
        let digits = steps::digits(&self.padded, at);
        let mut end = at + digits;
        flags |= if digits > 0 { DIGIT } else { 0 };
        while end < line.len() {
            let c = CLASS[line[end] as usize];
            if c & SEP != 0 {
                break;
            }
            flags |= c;
            end += 1;
        }
        if end - start > CHUNK_BYTES { self.slot(start, end, Kind::Any) } else { self.chunk(line, start, end, flags) }
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
    fn separator(&mut self, line: &[u8], from: usize, i: usize) -> usize {
        match line[i] {
            b'=' => self.equals(line, i),
            b'"' | b'\'' => self.quote(line, i),
            b'<' => self.angle(line, i),
            b if b <= b' ' || b == 127 => self.space(line, from, i),
            // Brackets that could hold a value and are empty; not a call's.
            b'(' | b'[' if i > 0 && line[i - 1] == b' ' && matches!(line.get(i + 1), Some(b')' | b']')) => {
                self.slot(i + 1, i + 1, Kind::Value)
            }
            _ => i + 1,
        }
    }

    /// Any run of white space and control characters is one space; at the end it is nothing.
    #[inline]
    fn space(&mut self, line: &[u8], from: usize, i: usize) -> usize {
        let mut i = i;
        while i > from && line[i - 1] == b' ' {
            i -= 1;
        }
        self.flush(i);
        let mut j = i;
        while j < line.len() && (line[j] <= b' ' || line[j] == 127) {
            self.breaks |= line[j] == b'\n';
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
        self.slot(i, end + 1, Kind::Pseudonym)
    }

    #[inline]
    fn flush(&mut self, to: usize) {
        self.skeleton.copy(&self.padded, self.literal, to);
        self.literal = to;
    }

    #[inline]
    fn slot(&mut self, start: usize, end: usize, kind: Kind) -> usize {
        self.flush(start);
        self.skeleton.push(kind as u8);
        self.span(start, end);
        self.literal = end;
        end
    }

    #[inline]
    fn span(&mut self, start: usize, end: usize) {
        self.slots.push(Span { start, end });
    }

    /// The shape is long enough: everything of the line from `from` on is one wildcard.
    fn rest(&mut self, from: usize, to: usize, max_shape: usize) {
        let cut = char_boundary(&self.skeleton, max_shape);
        let kept = self.skeleton.get(..cut).unwrap_or_default();
        // Not within the pattern of a word, and with no slot of what is cut off.
        let open = kept.iter().rposition(|b| matches!(*b, ID_START | ID_END)).filter(|at| kept[*at] == ID_START);
        let kept = kept.get(..open.unwrap_or(cut)).unwrap_or_default();
        let slots = kept.iter().filter(|b| **b == ID_START || Kind::from_byte(**b).is_some()).count();
        self.slots.truncate(slots);
        self.skeleton.truncate(open.unwrap_or(cut));
        self.skeleton.push(Kind::Any as u8);
        self.span(from, to);
        self.literal = to;
    }
}

/// The first chunk from `from` on that is too long to be a word, and its end; else the last chunk that begins before `to`.
#[cold]
fn long_word(line: &[u8], from: usize, to: usize) -> (usize, Option<usize>) {
    let mut start = from;
    loop {
        let rest = line.get(start..).unwrap_or_default();
        let len = rest.iter().take_while(|b| !is_sep(**b)).count();
        if len > CHUNK_BYTES {
            return (start, Some(start + len));
        }
        if start + len >= to {
            return (start, None);
        }
        start += len + 1;
    }
}

/// The length of a terminal's control sequence, `ESC [ 0 ; 31 m`.
fn colour(line: &[u8], i: usize) -> usize {
    let Some(rest) = line.get(i..).and_then(|r| r.strip_prefix(b"\x1b[")) else { return 0 };
    let parameters = rest.iter().take(24).take_while(|b| b.is_ascii_digit() || matches!(b, b';' | b'?')).count();
    if rest.get(parameters).is_some_and(u8::is_ascii_alphabetic) { parameters + 3 } else { 0 }
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
