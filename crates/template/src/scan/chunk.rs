//! Chunks that hold more than letters: what they are, and how far they reach.

use super::class::{
    ALPHA, CLASS, DIGIT, SLASH, SPECIAL, class, is_sep, is_size_unit, is_spaced_unit, is_time_unit, may_begin_unit,
};
use super::classify::Chunk;
use super::{ID_END, ID_MASK, ID_START, Scanner};
use crate::kind::Kind;

impl Scanner {
    /// `line[start..end]` is a chunk whose classes are `flags`. Returns where to go on: `end` or behind it.
    pub(super) fn chunk(&mut self, line: &[u8], start: usize, end: usize, flags: u8) -> usize {
        let (mut start, mut flags) = (start, flags);
        let whole = end;
        let mut end = end;
        while end > start && matches!(line[end - 1], b'.' | b':' | b'!' | b'?') {
            end -= 1;
        }
        if end < whole {
            flags = flags_of(line, start, end);
        }
        if line.get(whole) == Some(&b'=') && flags & SLASH == 0 && digits(line, start, end) <= 3 {
            return whole;
        }
        while start < end && flags & SPECIAL != 0 {
            let meaning = if flags == DIGIT {
                Chunk::Slot(Kind::Num)
            } else {
                self.memo.classify(&self.padded, start, end, flags)
            };
            match meaning {
                Chunk::Word => break,
                Chunk::Slot(kind) => return self.typed(line, start, end, kind).max(whole),
                Chunk::Id => {
                    self.id(line, start, end);
                    break;
                }
                Chunk::Split(at) => {
                    let cut = start + at;
                    if cut > start {
                        let left = flags_of(line, start, cut);
                        if left & SPECIAL != 0 {
                            self.chunk(line, start, cut, left);
                        }
                    }
                    start = cut + 1;
                    // A row of points, as in a printed table.
                    while start < end && line[start] == b'.' && line[start - 1] == b'.' {
                        start += 1;
                    }
                    flags = flags_of(line, start, end);
                }
            }
        }
        whole
    }

    #[inline]
    fn typed(&mut self, line: &[u8], start: usize, end: usize, kind: Kind) -> usize {
        match kind {
            Kind::Num | Kind::Size | Kind::Duration => self.amount(line, start, end, kind),
            Kind::Time => self.time(line, start, end),
            Kind::Path => {
                let end = path_end(line, end);
                let end = http_version_end(line, end);
                self.slot(start, end, kind)
            }
            Kind::Url => {
                let end = http_version_end(line, url_end(line, end));
                self.slot(start, end, kind)
            }
            _ => self.slot(start, end, kind),
        }
    }

    /// A number, with the unit behind a space if there is one: `12 ms`, `1190 bytes (1.16 KB)`, `<1 sec`.
    #[inline]
    fn amount(&mut self, line: &[u8], start: usize, end: usize, kind: Kind) -> usize {
        let (mut kind, mut end) = (kind, end);
        if kind == Kind::Num
            && line.get(end + 1).is_some_and(|b| may_begin_unit(*b))
            && let Some((unit, unit_end)) = next_word(line, end)
            && is_spaced_unit(unit)
        {
            if is_size_unit(unit) {
                (kind, end) = (Kind::Size, unit_end);
            } else if is_time_unit(unit) {
                (kind, end) = (Kind::Duration, unit_end);
            }
        }
        if kind == Kind::Size {
            end = size_in_brackets_end(line, end).unwrap_or(end);
        }
        let less = kind != Kind::Num && start > self.literal && line[start - 1] == b'<' && line.get(end) != Some(&b'>');
        self.slot(if less { start - 1 } else { start }, end, kind)
    }

    /// The word's letters stay, its digits are masked; a part that is mostly digits is masked whole.
    fn id(&mut self, line: &[u8], start: usize, end: usize) {
        self.flush(start);
        self.skeleton.push(ID_START);
        let mut i = start;
        while i < end {
            let b = line[i];
            if class(b) & (ALPHA | DIGIT) == 0 {
                // `blk_-4711` is `blk_4711` with a sign.
                let sign = b == b'-' && i > start && class(line[i - 1]) & (ALPHA | DIGIT) == 0;
                if !sign {
                    self.skeleton.push(b);
                }
                i += 1;
                continue;
            }
            let part = Part::read(line, i, end);
            if part.digits == 0 {
                self.skeleton.copy(&self.padded, i, part.end);
            } else if part.runs > 1 || (part.hex && part.end - i >= 6) || part.end - i >= 20 {
                self.skeleton.push(ID_MASK);
            } else {
                self.skeleton.copy(&self.padded, i, part.number);
                self.skeleton.push(ID_MASK);
                self.skeleton.copy(&self.padded, part.number + part.digits, part.end);
            }
            i = part.end;
        }
        self.skeleton.push(ID_END);
        self.span(start, end);
        self.literal = end;
    }
}

/// Letters and digits in a row.
struct Part {
    end: usize,
    /// Runs of digits, where the last of them begins, and all digits.
    runs: usize,
    number: usize,
    digits: usize,
    hex: bool,
}

impl Part {
    #[inline]
    fn read(line: &[u8], start: usize, end: usize) -> Self {
        let mut out = Self { end: start, runs: 0, number: start, digits: 0, hex: true };
        let mut before = false;
        while out.end < end {
            let b = line[out.end];
            let c = class(b);
            if c & (ALPHA | DIGIT) == 0 {
                break;
            }
            let digit = c & DIGIT != 0;
            let begins = digit & !before;
            out.number = if begins { out.end } else { out.number };
            out.runs += usize::from(begins);
            out.digits += usize::from(digit);
            out.hex &= (b | 0x20) <= b'f';
            before = digit;
            out.end += 1;
        }
        out
    }
}

#[inline]
pub(super) fn flags_of(line: &[u8], start: usize, end: usize) -> u8 {
    line.get(start..end).unwrap_or_default().iter().fold(0, |f, b| f | CLASS[*b as usize])
}

#[inline]
fn digits(line: &[u8], start: usize, end: usize) -> usize {
    line.get(start..end).unwrap_or_default().iter().filter(|b| class(**b) & DIGIT != 0).count()
}

/// The word behind one space, without its trailing point.
#[inline]
fn next_word(line: &[u8], end: usize) -> Option<(&[u8], usize)> {
    if line.get(end) != Some(&b' ') {
        return None;
    }
    let rest = line.get(end + 1..)?;
    let mut len = rest.iter().take(16).take_while(|b| !is_sep(**b)).count();
    while len > 0 && matches!(rest[len - 1], b'.' | b':') {
        len -= 1;
    }
    Some((rest.get(..len)?, end + 1 + len))
}

/// Behind a size: the same again in brackets, `(1.16 KB)`.
fn size_in_brackets_end(line: &[u8], end: usize) -> Option<usize> {
    let rest = line.get(end..)?.strip_prefix(b" (")?;
    let number = rest.iter().take(24).take_while(|b| b.is_ascii_digit() || **b == b'.').count();
    let (unit, unit_end) = next_word(line, end + 2 + number)?;
    (number > 0 && is_size_unit(unit) && line.get(unit_end) == Some(&b')')).then_some(unit_end + 1)
}

/// A path goes on behind a `=`: `/a/key=value/b`.
fn path_end(line: &[u8], end: usize) -> usize {
    if line.get(end) == Some(&b'=') { url_end(line, end) } else { end }
}

/// An address ends at white space, a quote or a closing bracket.
pub(super) fn url_end(line: &[u8], end: usize) -> usize {
    let more = line
        .get(end..)
        .unwrap_or_default()
        .iter()
        .take_while(|b| {
            **b > b' ' && !matches!(b, b'"' | b'\'' | b'<' | b'>' | b')' | b']' | b'}' | b',' | b';' | b'|')
        })
        .count();
    end + more
}

/// A request's target and its protocol version are one: `GET /a HTTP/1.1`.
fn http_version_end(line: &[u8], end: usize) -> usize {
    let Some(rest) = line.get(end..).and_then(|r| r.strip_prefix(b" HTTP/")) else { return end };
    let digits = rest.iter().take(4).take_while(|b| b.is_ascii_digit() || **b == b'.').count();
    if digits == 0 { end } else { end + 6 + digits }
}
