//! The automaton over the first bytes of all literals (Aho and Corasick, 1975), as one table of next states.
//!
//! Only the heads of literals go in: the table stays small enough for the near caches, and the rest of a literal is
//! compared where its head was seen. A step waits for the step before it, so a buffer is cut in lanes that take their
//! steps in turn, and the waits overlap.

mod build;

use super::{Kind, Trigger};

/// Bytes of a literal that the automaton knows at most.
const HEAD: usize = 8;

const LANES: usize = 8;

/// Buffers shorter than this go in one lane.
const LANES_FROM: usize = 512;

/// Columns of the table: classes of bytes, a power of two.
const STRIDE_BITS: u32 = 6;

/// The heads of the rules built in have about 1,500 states. When an operator's rules make them too many, heads are cut to a
/// length at which they fit.
const MAX_STATES: usize = 1 << 12;
const TABLE: usize = MAX_STATES << STRIDE_BITS;
const MATCH: u32 = 1 << 31;

pub(crate) struct Prefilter {
    /// The class of each byte; upper and lower case are one, bytes that no head has are class 0.
    classes: [u8; 256],
    /// A state is the place of its row, and has the bit `MATCH` when it ends a head: `table[state | class]` is the next. Its
    /// size is a power of two, so that a masked index needs no check.
    table: Box<[u32; TABLE]>,
    /// By state: the groups whose heads end there.
    groups: Vec<Vec<u16>>,
    /// Length of each group's head.
    lengths: Vec<u8>,
}

impl Prefilter {
    /// The automaton, and the group of each literal: literals with one head are one group.
    pub(crate) fn new<'a>(literals: impl Iterator<Item = &'a str>) -> (Self, Vec<u16>) {
        let lower: Vec<Vec<u8>> =
            literals.map(|literal| literal.bytes().take(HEAD).map(|b| b.to_ascii_lowercase()).collect()).collect();
        let head = (1..=HEAD).rev().find(|&head| build::states(&lower, head) <= MAX_STATES).unwrap_or(1);
        let mut heads: Vec<Vec<u8>> = Vec::new();
        let mut known = std::collections::HashMap::new();
        let groups = lower
            .into_iter()
            .map(|mut literal| {
                literal.truncate(head);
                *known.entry(literal.clone()).or_insert_with(|| {
                    heads.push(literal);
                    (heads.len() - 1) as u16
                })
            })
            .collect();
        (build::automaton(&heads), groups)
    }

    /// Length of the head of a group.
    pub(crate) fn head_length(&self, group: u16) -> usize {
        self.lengths.get(usize::from(group)).map_or(0, |&l| usize::from(l))
    }

    /// Adds a trigger at the *last* byte of each head in `buffer`, in order.
    pub(crate) fn find(&self, buffer: &[u8], out: &mut Vec<Trigger>) {
        if buffer.len() < LANES_FROM {
            self.step_through(buffer, 0, 0, out);
            return;
        }
        let lane = buffer.len() / LANES;
        // A head may begin before its lane does.
        let mut states = [0u32; LANES];
        for (i, state) in states.iter_mut().enumerate().skip(1) {
            let from = i * lane;
            *state = buffer.get(from - (HEAD - 1)..from).unwrap_or_default().iter().fold(0, |s, &b| self.next(s, b));
        }
        let mut found: [Vec<Trigger>; LANES] = Default::default();
        let lanes: [&[u8]; LANES] = std::array::from_fn(|n| buffer.get(n * lane..(n + 1) * lane).unwrap_or_default());
        let [a, b, c, d, e, f, g, h] = lanes;
        let rest = c.iter().zip(d).zip(e.iter().zip(f)).zip(g.iter().zip(h));
        for (i, ((&a, &b), (((&c, &d), (&e, &f)), (&g, &h)))) in a.iter().zip(b).zip(rest).enumerate() {
            let bytes = [a, b, c, d, e, f, g, h];
            states = std::array::from_fn(|n| self.next(states[n], bytes[n]));
            if states.iter().fold(0, |any, &s| any | s) & MATCH != 0 {
                for (n, (found, &state)) in found.iter_mut().zip(&states).enumerate() {
                    self.report(state, n * lane + i, found);
                }
            }
        }
        found.iter().for_each(|f| out.extend_from_slice(f));
        let tail = LANES * lane;
        self.step_through(buffer.get(tail..).unwrap_or_default(), states[LANES - 1], tail, out);
    }

    #[inline(always)]
    fn next(&self, state: u32, byte: u8) -> u32 {
        self.table[(state | u32::from(self.classes[usize::from(byte)])) as usize & (TABLE - 1)]
    }

    fn step_through(&self, bytes: &[u8], mut state: u32, base: usize, out: &mut Vec<Trigger>) {
        for (i, &byte) in bytes.iter().enumerate() {
            state = self.next(state, byte);
            if state & MATCH != 0 {
                self.report(state, base + i, out);
            }
        }
    }

    #[cold]
    fn report(&self, state: u32, at: usize, out: &mut Vec<Trigger>) {
        let groups = self.groups.get(((state & !MATCH) >> STRIDE_BITS) as usize);
        for &group in groups.into_iter().flatten().filter(|_| state & MATCH != 0) {
            out.push(Trigger { at, kind: Kind::Literal(group) });
        }
    }
}
