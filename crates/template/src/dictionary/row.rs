//! A shape taken apart again: constant words, separators and slots.

use std::borrow::Cow;

use xxhash_rust::xxh3::xxh3_64;

use crate::kind::Kind;
use crate::learned::Shape;
use crate::scan::{ID_END, ID_MASK, ID_START, is_sep};
use crate::sketch::Sketch;

/// One shape.
pub(super) struct Row<'a> {
    pub(super) shape: u64,
    pub(super) count: u64,
    pub(super) pieces: Vec<Piece<'a>>,
    pub(super) exemplar: Option<&'a str>,
}

/// A piece of a skeleton.
#[derive(Clone, Debug)]
pub(super) enum Piece<'a> {
    /// White space, brackets, commas, and the points behind a word.
    Sep(&'a str),
    Word(&'a str),
    Slot(Kind, Cow<'a, Sketch>),
    /// A word with digits: its masked pattern.
    Id(&'a str, Cow<'a, Sketch>),
    /// Repeats of one unit, however many.
    List(Cow<'a, Sketch>),
}

impl Piece<'_> {
    /// Equal in everything but the values.
    pub(super) fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Sep(a), Self::Sep(b)) | (Self::Word(a), Self::Word(b)) | (Self::Id(a, _), Self::Id(b, _)) => a == b,
            (Self::Slot(a, _), Self::Slot(b, _)) => a == b,
            (Self::List(_), Self::List(_)) => true,
            _ => false,
        }
    }

    pub(super) fn sketch(&self) -> Option<&Sketch> {
        match self {
            Self::Slot(_, s) | Self::Id(_, s) | Self::List(s) => Some(s),
            Self::Sep(_) | Self::Word(_) => None,
        }
    }
}

/// The pieces of a shape, in order.
pub(super) fn pieces(shape: &Shape) -> Vec<Piece<'_>> {
    let text = std::str::from_utf8(&shape.skeleton).unwrap_or_default();
    let bytes = text.as_bytes();
    let mut slots = shape.slots.iter();
    let mut sketch = || slots.next().map_or_else(|| Cow::Owned(Sketch::default()), Cow::Borrowed);
    let mut out = Vec::new();
    let mut i = 0;
    while i < bytes.len() {
        let from = i;
        if bytes[i] == ID_START {
            while i < bytes.len() && bytes[i] != ID_END {
                i += 1;
            }
            out.push(Piece::Id(text.get(from + 1..i).unwrap_or_default(), sketch()));
            i += 1;
        } else if let Some(kind) = Kind::from_byte(bytes[i]) {
            out.push(Piece::Slot(kind, sketch()));
            i += 1;
        } else if separates(bytes, i) {
            // A bracket is a piece of its own, so that it can belong to a repeated unit.
            i += 1;
            while !is_bracket(bytes[from]) && i < bytes.len() && separates(bytes, i) && !is_bracket(bytes[i]) {
                i += 1;
            }
            out.push(Piece::Sep(text.get(from..i).unwrap_or_default()));
        } else {
            while i < bytes.len() && !separates(bytes, i) && !is_mark(bytes[i]) {
                i += 1;
            }
            out.push(Piece::Word(text.get(from..i).unwrap_or_default()));
        }
    }
    out
}

fn is_bracket(b: u8) -> bool {
    matches!(b, b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'<' | b'>')
}

fn is_mark(b: u8) -> bool {
    Kind::from_byte(b).is_some() || matches!(b, ID_START | ID_MASK | ID_END)
}

/// Points and colons separate at a word's end, and so does a run of points.
fn separates(bytes: &[u8], i: usize) -> bool {
    match bytes[i] {
        b':' => true,
        b'.' | b'!' | b'?' => match bytes.get(i + 1) {
            None => true,
            Some(next) => {
                is_sep(*next) && !is_mark(*next)
                    || matches!(next, b'.' | b':' | b'!' | b'?')
                    || (i > 0 && bytes[i - 1] == b'.' && bytes[i] == b'.')
            }
        },
        b => is_sep(b) && !is_mark(b),
    }
}

/// The same pieces with every repeated unit as one list; `None` when nothing repeats.
pub(super) fn collapsed<'a>(pieces: &[Piece<'a>], count: u64, max_values: usize) -> Option<Vec<Piece<'a>>> {
    let mut out = Vec::with_capacity(pieces.len());
    let mut any = false;
    let mut i = 0;
    while i < pieces.len() {
        match repeat(pieces, i).or_else(|| enumerated(pieces, i)) {
            Some(end) => {
                let mut merged = Sketch::default();
                for piece in pieces.get(i..end).unwrap_or_default() {
                    if let Some(sketch) = piece.sketch() {
                        merged.merge(sketch, max_values);
                    } else if let Piece::Word(w) = piece {
                        merged.add_hashed(xxh3_64(w.as_bytes()), w, count, max_values);
                    }
                }
                out.push(Piece::List(Cow::Owned(merged)));
                any = true;
                i = end;
            }
            None => {
                out.extend(pieces.get(i).cloned());
                i += 1;
            }
        }
    }
    any.then_some(out)
}

/// Longest unit of a list, in pieces.
const MAX_UNIT: usize = 64;

/// `x, x, x` from `start`: the end of the run, when there are two or more units with slots in them.
fn repeat(pieces: &[Piece<'_>], start: usize) -> Option<usize> {
    if let Piece::Sep(sep) = pieces.get(start)?
        && !matches!(*sep, "(" | "[" | "{" | "<")
    {
        return None;
    }
    let left = pieces.len() - start;
    for unit in 1..=MAX_UNIT.min(left.saturating_sub(2)) {
        // The unit's pieces, one separator, the unit again.
        let Some(Piece::Sep(sep)) = pieces.get(start + unit) else { continue };
        if !matches!(sep.trim(), "" | "," | ";" | "|") {
            continue;
        }
        let step = unit + 1;
        let body = pieces.get(start..start + unit)?;
        if !body.iter().any(|p| p.sketch().is_some()) {
            continue;
        }
        let mut end = start + unit;
        while let Some(next) = pieces.get(end + 1..end + step)
            && pieces.get(end).is_some_and(|p| p.same(&Piece::Sep(sep)))
            && next.iter().zip(body).all(|(a, b)| a.same(b))
        {
            end += step;
        }
        if end > start + unit {
            // A list that the line's limit cut short ends in a wildcard.
            if end + 2 == pieces.len()
                && pieces.get(end).is_some_and(|p| p.same(&Piece::Sep(sep)))
                && matches!(pieces.get(end + 1), Some(Piece::Slot(Kind::Any, _)))
            {
                end += 2;
            }
            return Some(end);
        }
    }
    None
}

/// `[a, b, c]`, `roles: a, b`: the end of the words that begin at `start`, when there are two or more.
fn enumerated(pieces: &[Piece<'_>], start: usize) -> Option<usize> {
    let Piece::Sep(before) = pieces.get(start.checked_sub(1)?)? else { return None };
    let close = match before.trim_end().chars().next_back()? {
        '[' => Some(']'),
        '(' => Some(')'),
        '{' => Some('}'),
        ':' | '=' => None,
        _ => return None,
    };
    let is_word = |at: usize| matches!(pieces.get(at), Some(Piece::Word(_)));
    if !is_word(start) {
        return None;
    }
    let mut end = start + 1;
    while matches!(pieces.get(end), Some(Piece::Sep("," | ", "))) && is_word(end + 1) {
        end += 2;
    }
    let closes = match pieces.get(end) {
        None => close.is_none(),
        Some(Piece::Sep(s)) => close.is_some() && s.chars().next() == close,
        Some(_) => false,
    };
    (closes && end > start + 1).then_some(end)
}
