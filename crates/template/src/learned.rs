//! What was learned: shapes with exact counts and what stood in their slots. Merging is commutative and associative.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::dictionary::Dictionary;
use crate::scan::Span;
use crate::sketch::Sketch;

/// Shape ids are hashes already.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for b in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*b);
        }
    }

    fn write_u64(&mut self, n: u64) {
        self.0 = n;
    }
}

pub(crate) type ByShape<T> = HashMap<u64, T, BuildHasherDefault<Identity>>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) skeleton: Box<[u8]>,
    pub(crate) count: u64,
    pub(crate) slots: Box<[Sketch]>,
    /// One whole record, of those with several lines.
    pub(crate) exemplar: Option<Box<str>>,
}

/// A longer exemplar is cut.
const EXEMPLAR_BYTES: usize = 4096;

impl Shape {
    fn fixed_bytes(skeleton: usize, slots: usize) -> usize {
        size_of::<Self>() + 16 + skeleton + slots * size_of::<Sketch>()
    }
}

/// Conserved: `lines` = the counts of all shapes + `evicted_lines`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LearnedCounts {
    pub lines: u64,
    pub shapes: u64,
    /// Shapes forgotten for want of room, and the lines they stood for.
    pub evicted: u64,
    pub evicted_lines: u64,
}

/// Shapes learned; see [`Learned::merge`].
#[derive(Clone, Debug)]
pub struct Learned {
    pub(crate) shapes: ByShape<Shape>,
    pub(crate) scope: u64,
    pub(crate) bytes: usize,
    pub(crate) limits: Limits,
    lines: u64,
    evicted: u64,
    evicted_lines: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) shapes: usize,
    pub(crate) bytes: usize,
    pub(crate) values: usize,
}

impl Limits {
    /// Of two states that meet, the wider limits hold.
    fn wider(self, other: Self) -> Self {
        Self {
            shapes: self.shapes.max(other.shapes),
            bytes: self.bytes.max(other.bytes),
            values: self.values.max(other.values),
        }
    }
}

impl Default for Learned {
    fn default() -> Self {
        let config = crate::Config::default();
        Self::new(Limits { shapes: config.max_shapes, bytes: config.max_bytes, values: config.max_values }, 0)
    }
}

impl Learned {
    pub(crate) fn new(limits: Limits, scope: u64) -> Self {
        Self { shapes: ByShape::default(), scope, bytes: 0, limits, lines: 0, evicted: 0, evicted_lines: 0 }
    }

    #[inline]
    pub(crate) fn add(&mut self, id: u64, skeleton: &[u8], line: &str, spans: &[Span]) {
        self.lines += 1;
        let k = self.limits.values;
        if let Some(shape) = self.shapes.get_mut(&id) {
            shape.count += 1;
            for (sketch, span) in shape.slots.iter_mut().zip(spans) {
                self.bytes += sketch.add(line, span.start, span.end, k);
            }
            return;
        }
        self.create(id, skeleton, line, spans);
    }

    #[cold]
    fn create(&mut self, id: u64, skeleton: &[u8], line: &str, spans: &[Span]) {
        self.bytes += Shape::fixed_bytes(skeleton.len(), spans.len());
        let mut slots = vec![Sketch::default(); spans.len()].into_boxed_slice();
        for (sketch, span) in slots.iter_mut().zip(spans) {
            self.bytes += sketch.add(line, span.start, span.end, self.limits.values);
        }
        self.shapes.insert(id, Shape { skeleton: skeleton.into(), count: 1, slots, exemplar: None });
        self.make_room();
    }

    /// Keeps the record as the shape's exemplar if it comes before the one that is kept: any order gives the same one.
    pub(crate) fn exemplify(&mut self, id: u64, record: &str) {
        let Some(shape) = self.shapes.get_mut(&id) else { return };
        let record = record.get(..record.floor_char_boundary(EXEMPLAR_BYTES)).unwrap_or(record);
        if shape.exemplar.as_deref().is_none_or(|kept| comes_before(record, kept)) {
            self.bytes += record.len();
            self.bytes -= shape.exemplar.as_ref().map_or(0, |kept| kept.len());
            shape.exemplar = Some(record.into());
        }
    }

    /// Takes the other's shapes in. A function of both multisets of lines, whatever the order, while nothing is evicted.
    pub fn merge(&mut self, other: Self) {
        self.lines += other.lines;
        self.evicted += other.evicted;
        self.evicted_lines += other.evicted_lines;
        self.scope = self.scope.max(other.scope);
        self.limits = self.limits.wider(other.limits);
        let k = self.limits.values;
        for (id, shape) in other.shapes {
            match self.shapes.get_mut(&id) {
                Some(mine) => {
                    mine.count += shape.count;
                    for (sketch, more) in mine.slots.iter_mut().zip(&shape.slots) {
                        self.bytes += sketch.merge(more, k);
                    }
                    if let Some(theirs) = shape.exemplar {
                        self.exemplify(id, &theirs);
                    }
                }
                None => {
                    self.bytes += bytes_of(&shape);
                    self.shapes.insert(id, shape);
                }
            }
        }
        self.make_room();
    }

    /// Puts in a shape as it was written.
    pub(crate) fn put(&mut self, id: u64, shape: Shape) {
        self.bytes += bytes_of(&shape);
        self.shapes.insert(id, shape);
    }

    pub(crate) fn set_counts(&mut self, counts: LearnedCounts) {
        (self.lines, self.evicted, self.evicted_lines) = (counts.lines, counts.evicted, counts.evicted_lines);
        self.make_room();
    }

    /// Over a limit: the rarest half goes, equal counts by id.
    fn make_room(&mut self) {
        if self.shapes.len() <= self.limits.shapes && self.bytes <= self.limits.bytes {
            return;
        }
        let mut order: Vec<(u64, u64)> = self.shapes.iter().map(|(id, s)| (s.count, *id)).collect();
        order.sort_unstable();
        for (count, id) in order.iter().take(order.len() / 2) {
            self.shapes.remove(id);
            self.evicted += 1;
            self.evicted_lines += count;
        }
        self.bytes = self.shapes.values().map(bytes_of).sum();
    }

    #[must_use]
    pub fn counts(&self) -> LearnedCounts {
        LearnedCounts {
            lines: self.lines,
            shapes: self.shapes.len() as u64,
            evicted: self.evicted,
            evicted_lines: self.evicted_lines,
        }
    }

    /// Shapes grouped to templates.
    #[must_use]
    pub fn dictionary(&self) -> Dictionary {
        Dictionary::build(self)
    }
}

fn bytes_of(shape: &Shape) -> usize {
    let values: usize = shape.slots.iter().map(Sketch::bytes).sum();
    let exemplar = shape.exemplar.as_ref().map_or(0, |e| e.len());
    Shape::fixed_bytes(shape.skeleton.len(), shape.slots.len()) + values + exemplar
}

/// The shorter, then the smaller.
pub(crate) fn comes_before(a: &str, b: &str) -> bool {
    (a.len(), a) < (b.len(), b)
}
