//! The automaton over the first bytes of all literals (Aho and Corasick, 1975), as one table of next states.
//!
//! Only the heads of literals go in: the table stays small enough for the near caches, and the rest of a literal is
//! compared where its head was seen. A step waits for the step before it, so a buffer is cut in lanes that take their
//! steps in turn: the waits overlap, and four lanes are about three times as fast as one.

mod build;

use super::{Kind, Trigger};

/// Bytes of a literal that the automaton knows.
const HEAD: usize = 8;

const LANES: usize = 4;

/// Buffers shorter than this go in one lane.
const LANES_FROM: usize = 512;

/// Columns of the table: classes of bytes, a power of two.
const STRIDE_BITS: u32 = 6;

/// Room for 8,191 states, which the heads of a few hundred rules never fill (`build.rs` sees to it).
const TABLE: usize = MAX_STATES << STRIDE_BITS;
const MAX_STATES: usize = 1 << 13;

pub(crate) struct Prefilter {
    /// The class of each byte; upper and lower case are one, bytes that no head has are class 0.
    classes: [u8; 256],
    /// `table[state << STRIDE_BITS | class]` is the next state. States that end a head come last. The size is fixed, so
    /// that a masked index needs no check.
    table: Box<[u16; TABLE]>,
    first_match: u16,
    /// By state, from `first_match` on: the groups whose heads end there.
    groups: Vec<Vec<u16>>,
    /// Length of each group's head.
    lengths: Vec<u8>,
}

impl Prefilter {
    /// The automaton, and the group of each literal: literals with one head are one group.
    pub(crate) fn new<'a>(literals: impl Iterator<Item = &'a str>) -> (Self, Vec<u16>) {
        let mut heads: Vec<Vec<u8>> = Vec::new();
        let mut known = std::collections::HashMap::new();
        let groups = literals
            .map(|literal| {
                let head: Vec<u8> = literal.bytes().take(HEAD).map(|b| b.to_ascii_lowercase()).collect();
                *known.entry(head.clone()).or_insert_with(|| {
                    heads.push(head);
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
            self.step_through(buffer, 0, 0, 0, out);
            return;
        }
        let lane = buffer.len() / LANES;
        // A head may begin before its lane does.
        let mut states = [0u16; LANES];
        for (i, state) in states.iter_mut().enumerate().skip(1) {
            let from = i * lane;
            *state = buffer.get(from - (HEAD - 1)..from).unwrap_or_default().iter().fold(0, |s, &b| self.next(s, b));
        }
        let (first, rest) = buffer.split_at(lane);
        let (second, rest) = rest.split_at(lane);
        let (third, rest) = rest.split_at(lane);
        let (fourth, tail) = rest.split_at(lane);
        let mut found: [Vec<Trigger>; LANES] = Default::default();
        let [mut a, mut b, mut c, mut d] = states;
        for (i, (((&w, &x), &y), &z)) in first.iter().zip(second).zip(third).zip(fourth).enumerate() {
            a = self.next(a, w);
            b = self.next(b, x);
            c = self.next(c, y);
            d = self.next(d, z);
            if a.max(b).max(c.max(d)) >= self.first_match {
                for (n, state) in [a, b, c, d].into_iter().enumerate() {
                    if let Some(found) = found.get_mut(n) {
                        self.report(state, n * lane + i, found);
                    }
                }
            }
        }
        found.iter().for_each(|f| out.extend_from_slice(f));
        self.step_through(tail, d, LANES * lane, 0, out);
    }

    #[inline(always)]
    fn next(&self, state: u16, byte: u8) -> u16 {
        let class = self.classes[usize::from(byte)];
        self.table[(usize::from(state) << STRIDE_BITS | usize::from(class)) & (TABLE - 1)]
    }

    fn step_through(&self, bytes: &[u8], mut state: u16, base: usize, skip: usize, out: &mut Vec<Trigger>) {
        for (i, &byte) in bytes.iter().enumerate() {
            state = self.next(state, byte);
            if state >= self.first_match && i >= skip {
                self.report(state, base + i, out);
            }
        }
    }

    #[cold]
    fn report(&self, state: u16, at: usize, out: &mut Vec<Trigger>) {
        let Some(index) = state.checked_sub(self.first_match) else { return };
        for &group in self.groups.get(usize::from(index)).into_iter().flatten() {
            out.push(Trigger { at, kind: Kind::Literal(group) });
        }
    }
}
