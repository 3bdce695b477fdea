//! Shapes to templates: a function of the set of shapes and their values alone.
//!
//! Shapes are taken apart ([`row`]), sorted by their frame (the separators between the cells; lists of different lengths
//! have one frame), grouped within it by evidence ([`group`]) and written down ([`render`]).

mod absorb;
mod draft;
mod group;
mod keys;
mod render;
mod row;

use std::borrow::Cow;
use std::collections::BTreeMap;

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::kind::Kind;
use crate::learned::{ByShape, Learned, Shape};
use absorb::absorb;
use draft::Draft;
use group::{Cell, group};
use row::{Piece, Row, collapsed, pieces};

/// A variable part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    pub kind: Kind,
    /// Exact while few, then estimated.
    pub distinct: u64,
    /// The most frequent first; all of them while few, then a sample with exact counts.
    pub top: Vec<(String, u64)>,
}

/// Lines that say the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// A hash of the text and the scope.
    pub id: u64,
    /// Constants and placeholders.
    pub text: String,
    /// Lines.
    pub count: u64,
    /// In the order of the placeholders.
    pub slots: Vec<Slot>,
    /// One whole record, when records of this template have several lines.
    pub exemplar: Option<String>,
}

/// Which template a shape belongs to.
#[derive(Clone, Debug, Default)]
pub struct Dictionary {
    templates: Vec<Template>,
    by_shape: ByShape<u32>,
}

impl Dictionary {
    pub(crate) fn build(learned: &Learned) -> Self {
        let k = learned.limits.values;
        let mut drafts: BTreeMap<String, Draft> = BTreeMap::new();
        let mut shapes = keys::ordered(&learned.shapes);
        shapes.sort_unstable_by(|a, b| a.1.skeleton.cmp(&b.1.skeleton).then(a.0.cmp(&b.0)));
        for rows in frames(&shapes, k).into_values() {
            let cells = rows.iter().map(|r| r.pieces.iter().filter_map(cell).collect()).collect();
            for g in group(cells, &rows.first().map(|r| quoted(&r.pieces)).unwrap_or_default()) {
                let members: Vec<&Row<'_>> = g.rows.iter().filter_map(|i| rows.get(*i)).collect();
                let draft = Draft::new(&members, k);
                match drafts.get_mut(&draft.text) {
                    Some(known) => known.absorb_equal(&draft, k),
                    None => {
                        drafts.insert(draft.text.clone(), draft);
                    }
                }
            }
        }
        Self::finish(absorb(&drafts.into_values().collect::<Vec<_>>(), k), learned.scope)
    }

    fn finish(mut drafts: Vec<Draft>, scope: u64) -> Self {
        drafts.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.text.cmp(&b.text)));
        let mut out = Self::default();
        for draft in drafts {
            let at = u32::try_from(out.templates.len()).unwrap_or(u32::MAX);
            out.by_shape.extend(draft.shapes.iter().map(|s| (*s, at)));
            let text = draft.written();
            let id = xxh3_64_with_seed(text.as_bytes(), scope);
            out.templates.push(Template {
                id,
                text,
                count: draft.count,
                slots: draft.finished_slots(),
                exemplar: draft.exemplar,
            });
        }
        out
    }

    /// The template of a shape; `None` when it was never seen or is forgotten.
    #[must_use]
    pub fn get(&self, shape: u64) -> Option<&Template> {
        self.templates.get(*self.by_shape.get(&shape)? as usize)
    }

    /// By falling count, then text.
    pub fn templates(&self) -> impl Iterator<Item = &Template> {
        self.templates.iter()
    }
}

/// A row written out, and with its lists collapsed if it has any.
type Spelled<'a> = (Row<'a>, Option<Vec<Piece<'a>>>);

/// Rows by frame, each frame's rows in the order of the shapes.
fn frames<'a>(shapes: &'a [(u64, Cow<'_, Shape>)], max_values: usize) -> BTreeMap<u64, Vec<Row<'a>>> {
    // By the collapsed frame first; a list that always has one length is written out.
    let mut by_list: BTreeMap<u64, Vec<Spelled<'_>>> = BTreeMap::new();
    for (id, shape) in shapes {
        let whole = pieces(shape);
        let short = collapsed(&whole, shape.count, max_values);
        let key = frame(short.as_ref().unwrap_or(&whole));
        by_list
            .entry(key)
            .or_default()
            .push((Row { shape: *id, count: shape.count, pieces: whole, exemplar: shape.exemplar.as_deref() }, short));
    }
    let mut out: BTreeMap<u64, Vec<Row<'_>>> = BTreeMap::new();
    for rows in by_list.into_values() {
        let lengths_differ = rows.iter().any(|r| frame(&r.0.pieces) != frame(&rows[0].0.pieces));
        for (mut row, short) in rows {
            if lengths_differ && let Some(short) = short {
                row.pieces = short;
            }
            out.entry(frame(&row.pieces)).or_default().push(row);
        }
    }
    out
}

/// The separators, and where the cells are.
fn frame(pieces: &[Piece<'_>]) -> u64 {
    let mut text = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Sep(s) => text.extend_from_slice(s.as_bytes()),
            _ => text.push(1),
        }
    }
    xxh3_64(&text)
}

fn cell<'a>(piece: &Piece<'a>) -> Option<Cell<'a>> {
    match piece {
        Piece::Sep(_) => None,
        Piece::Word(w) if is_boolean(w) => Some(Cell::Bool),
        Piece::Word(w) => Some(Cell::Word(w)),
        // `SOCKS5`, `eth0`: a name, as long as no other number was seen in it.
        Piece::Id(p, sketch) => Some(match sketch.only() {
            Some(only) if is_name(only) => Cell::Name(only.to_owned()),
            _ => Cell::Id(p),
        }),
        Piece::Slot(_, sketch) if sketch.entries().all(|(v, _)| v.is_empty()) => Some(Cell::Empty),
        Piece::Slot(..) | Piece::List(_) => Some(Cell::Slot),
    }
}

/// Of each cell whether it is all that stands between two quotes.
fn quoted(pieces: &[Piece<'_>]) -> Vec<bool> {
    let quote = |at: Option<usize>, back: bool| match pieces.get(at?) {
        Some(Piece::Sep(s)) => {
            if back { s.chars().next_back() } else { s.chars().next() }.filter(|c| matches!(c, '"' | '\''))
        }
        _ => None,
    };
    (0..pieces.len())
        .filter(|i| !matches!(pieces[*i], Piece::Sep(_)))
        .map(|i| quote(i.checked_sub(1), true).is_some_and(|q| quote(Some(i + 1), false) == Some(q)))
        .collect()
}

fn is_boolean(word: &str) -> bool {
    word.eq_ignore_ascii_case("true") || word.eq_ignore_ascii_case("false")
}

/// Letters with one or two digits at most.
fn is_name(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    digits <= 2 && value.bytes().filter(u8::is_ascii_alphabetic).count() > digits && value.len() <= 12
}
