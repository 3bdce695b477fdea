//! A template in the making: its text with one control byte for each slot, and what stood in the slots.

use xxhash_rust::xxh3::xxh3_64;

use super::Slot;
use super::render::{self, Rendered};
use super::row::{Piece, Row};
use crate::kind::Kind;
use crate::learned::comes_before;
use crate::scan::NEW_LINE;
use crate::sketch::Sketch;

#[derive(Clone, Debug)]
pub(super) struct Draft {
    /// Constants, and a kind's byte for each placeholder.
    pub(super) text: String,
    pub(super) count: u64,
    pub(super) shapes: Vec<u64>,
    /// In the order of the placeholders.
    pub(super) slots: Vec<(Kind, Sketch)>,
    pub(super) exemplar: Option<String>,
}

impl Draft {
    /// From rows that are one template; there is at least one.
    pub(super) fn new(rows: &[&Row<'_>], k: usize) -> Self {
        let mut out = Self {
            text: String::new(),
            count: rows.iter().map(|r| r.count).sum(),
            shapes: rows.iter().map(|r| r.shape).collect(),
            slots: Vec::new(),
            exemplar: rows.iter().filter_map(|r| r.exemplar).min_by_key(|e| (e.len(), *e)).map(str::to_owned),
        };
        let pieces = rows.first().map(|r| r.pieces.as_slice()).unwrap_or_default();
        for (i, piece) in pieces.iter().enumerate() {
            if let Piece::Sep(s) = piece {
                out.text.push_str(s);
                continue;
            }
            let column: Vec<&Piece<'_>> = rows.iter().filter_map(|r| r.pieces.get(i)).collect();
            if let Piece::Word(w) = piece
                && column.iter().all(|p| p.same(piece))
            {
                out.text.push_str(w);
                continue;
            }
            let mut values = Sketch::default();
            for (p, row) in column.iter().zip(rows) {
                match p {
                    Piece::Word(w) => {
                        values.add_hashed(xxh3_64(w.as_bytes()), w, row.count, k);
                    }
                    other => {
                        if let Some(sketch) = other.sketch() {
                            values.merge(sketch, k);
                        }
                    }
                }
            }
            let mut rendered = column_text(&column, values, k);
            out.text.push_str(&rendered.text);
            out.slots.append(&mut rendered.slots);
        }
        out
    }

    /// Takes in another one whose slots are these: `(mine, theirs)`; constants that stand in a slot of mine are values.
    pub(super) fn absorb(&mut self, other: &Self, pairs: &[(usize, Held<'_>)], k: usize) {
        self.count += other.count;
        self.shapes.extend_from_slice(&other.shapes);
        if let Some(theirs) = &other.exemplar
            && self.exemplar.as_ref().is_none_or(|mine| comes_before(theirs, mine))
        {
            self.exemplar = Some(theirs.clone());
        }
        for (mine, held) in pairs {
            let Some((_, sketch)) = self.slots.get_mut(*mine) else { continue };
            match held {
                Held::Slot(theirs) => {
                    if let Some((_, more)) = other.slots.get(*theirs) {
                        sketch.merge(more, k);
                    }
                }
                Held::Constant(text) => {
                    sketch.add_hashed(xxh3_64(text.as_bytes()), text, other.count, k);
                }
            }
        }
    }

    /// Takes in one of the same text.
    pub(super) fn absorb_equal(&mut self, other: &Self, k: usize) {
        let pairs: Vec<_> = (0..self.slots.len()).map(|i| (i, Held::Slot(i))).collect();
        self.absorb(other, &pairs, k);
    }

    /// The text that people see.
    pub(super) fn written(&self) -> String {
        let mut out = String::with_capacity(self.text.len() + 8 * self.slots.len());
        let mut slots = self.slots.iter();
        for c in self.text.chars() {
            match u8::try_from(u32::from(c)).ok().and_then(Kind::from_byte) {
                Some(kind) => {
                    let class = slots.next().filter(|_| kind == Kind::Pseudonym).and_then(|(_, values)| class(values));
                    match class {
                        Some(class) => out.extend(["<", &class, ">"]),
                        None => out.push_str(kind.placeholder()),
                    }
                }
                // A template is one line of text.
                None if c == char::from(NEW_LINE) => out.push_str("\\n"),
                None => out.push(c),
            }
        }
        out
    }

    pub(super) fn finished_slots(&self) -> Vec<Slot> {
        self.slots
            .iter()
            .map(|(kind, values)| {
                let mut top: Vec<(String, u64)> = values.entries().map(|(v, n)| (v.to_owned(), n)).collect();
                top.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
                Slot { kind: *kind, distinct: values.distinct(), top }
            })
            .collect()
    }
}

/// The class that all pseudonyms of a slot have: `email` of `<email:1>`.
fn class(values: &Sketch) -> Option<String> {
    let mut classes = values.entries().map(|(v, _)| v.trim_start_matches('<').split(':').next());
    let first = classes.next()??;
    classes.all(|c| c == Some(first)).then(|| first.replace('-', "_"))
}

/// What stands in the place of a slot.
pub(super) enum Held<'a> {
    Slot(usize),
    Constant(&'a str),
}

fn column_text(column: &[&Piece<'_>], values: Sketch, k: usize) -> Rendered {
    if column.iter().all(|p| matches!(p, Piece::Word(_) | Piece::Id(..))) {
        return render::words(values, k);
    }
    let kind = |p: &Piece<'_>| match p {
        Piece::Slot(kind, _) => Some(*kind),
        Piece::Id(..) => Some(Kind::Id),
        _ => None,
    };
    match column.iter().map(|p| kind(p)).reduce(|a, b| a.zip(b).and_then(|(a, b)| render::join(a, b))).flatten() {
        Some(kind) => render::slot(kind, values),
        None => render::typed(Kind::Any, values),
    }
}
