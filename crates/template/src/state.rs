//! What was learned as bytes, to be kept over a restart or sent to where shards meet.
//!
//! `DTS` and a version, then numbers as LEB128 and texts with their length. Shapes stand in the order of their
//! skeletons, so equal states are equal bytes. A shape's id is not written: it is the hash of its skeleton.

use xxhash_rust::xxh3::xxh3_64;

use crate::learned::{Learned, LearnedCounts, Limits, Shape};
use crate::sketch::Sketch;

const MAGIC: &[u8] = b"DTS";
const VERSION: u8 = 1;

/// Bytes that are not a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    #[error("not a template state")]
    NotAState,
    #[error("template state of version {0}: this build reads up to {VERSION}")]
    Newer(u8),
    #[error("template state is damaged")]
    Damaged,
}

impl Learned {
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.push(VERSION);
        let counts = self.counts();
        for n in [self.limits.shapes, self.limits.bytes, self.limits.values] {
            number(&mut out, n as u64);
        }
        for n in [self.scope, counts.lines, counts.evicted, counts.evicted_lines, counts.shapes] {
            number(&mut out, n);
        }
        let mut shapes: Vec<&Shape> = self.shapes.values().collect();
        shapes.sort_unstable_by(|a, b| a.skeleton.cmp(&b.skeleton));
        for shape in shapes {
            text(&mut out, &shape.skeleton);
            number(&mut out, shape.count);
            text(&mut out, shape.exemplar.as_deref().unwrap_or_default().as_bytes());
            number(&mut out, shape.slots.len() as u64);
            for sketch in &shape.slots {
                number(&mut out, sketch.ceiling());
                number(&mut out, sketch.entries().len() as u64);
                for (hash, value, count) in sketch.hashed() {
                    out.extend_from_slice(&hash.to_le_bytes());
                    text(&mut out, value.as_bytes());
                    number(&mut out, count);
                }
            }
        }
        out
    }

    /// # Errors
    /// When these are not the bytes of a state that this build knows.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StateError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(StateError::NotAState)?;
        match rest.split_first() {
            Some((&VERSION, body)) => read(&mut Reader(body)).ok_or(StateError::Damaged),
            Some((&version, _)) => Err(StateError::Newer(version)),
            None => Err(StateError::NotAState),
        }
    }
}

fn read(r: &mut Reader<'_>) -> Option<Learned> {
    let mut limit = || usize::try_from(r.number()?).ok().filter(|n| *n <= 1 << 36);
    let limits = Limits { shapes: limit()?, bytes: limit()?, values: limit()?.min(256) };
    let mut out = Learned::new(limits, r.number()?);
    let k = out.limits.values;
    let counts =
        LearnedCounts { lines: r.number()?, evicted: r.number()?, evicted_lines: r.number()?, shapes: r.number()? };
    let mut sum = counts.evicted_lines;
    for _ in 0..counts.shapes {
        let skeleton: Box<[u8]> = r.string()?.as_bytes().into();
        let count = r.number()?;
        sum = sum.checked_add(count)?;
        let exemplar = Some(r.string()?).filter(|e| !e.is_empty()).map(Into::into);
        let mut slots = Vec::new();
        for _ in 0..r.number()? {
            let ceiling = r.number()?;
            let mut sketch = Sketch::default();
            for _ in 0..r.number()? {
                let hash = r.hash()?;
                let value = r.string()?;
                sketch.add_hashed(hash, value, r.number()?, k);
            }
            sketch.lower_ceiling(ceiling);
            slots.push(sketch);
        }
        out.put(xxh3_64(&skeleton), Shape { skeleton, count, slots: slots.into(), exemplar });
    }
    out.set_counts(counts);
    // Counts are conserved in every state that was written.
    (r.0.is_empty() && sum == counts.lines).then_some(out)
}

fn number(out: &mut Vec<u8>, n: u64) {
    let mut n = n;
    while n >= 0x80 {
        out.push((n & 0x7f) as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

fn text(out: &mut Vec<u8>, text: &[u8]) {
    number(out, text.len() as u64);
    out.extend_from_slice(text);
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn number(&mut self) -> Option<u64> {
        let mut n = 0_u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            n |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(n);
            }
        }
        None
    }

    fn string(&mut self) -> Option<&'a str> {
        let len = usize::try_from(self.number()?).ok()?;
        let (text, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }

    fn hash(&mut self) -> Option<u64> {
        let (bytes, rest) = self.0.split_first_chunk::<8>()?;
        self.0 = rest;
        Some(u64::from_le_bytes(*bytes))
    }
}
