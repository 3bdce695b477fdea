//! The automaton over the first bytes of all literals.
//!
//! Only the first bytes of a literal go in: the automaton stays small enough for the nearest cache, and the rest of
//! a literal is compared where its head was seen. A step of an automaton waits for the step before, so a buffer is cut
//! in lanes that take their steps in turn: the waits overlap.

use aho_corasick::automaton::Automaton as _;
use aho_corasick::dfa::DFA;
use aho_corasick::{Anchored, MatchKind};

use super::{Kind, Trigger};

/// Bytes of a literal that the automaton knows.
const HEAD: usize = 12;

/// Buffers at least this long are cut in lanes.
const LANES_FROM: usize = 256;

pub(crate) struct Prefilter {
    automaton: Option<DFA>,
}

impl Prefilter {
    /// The automaton, and the group of each literal: literals with one head are one group.
    pub(crate) fn new<'a>(literals: impl Iterator<Item = &'a str>) -> (Self, Vec<u16>) {
        let mut heads: Vec<Vec<u8>> = Vec::new();
        let groups = literals
            .map(|literal| {
                let head: Vec<u8> = literal.bytes().take(HEAD).map(|b| b.to_ascii_lowercase()).collect();
                let known = heads.iter().position(|h| *h == head).unwrap_or_else(|| {
                    heads.push(head);
                    heads.len() - 1
                });
                known as u16
            })
            .collect();
        let automaton = DFA::builder().match_kind(MatchKind::Standard).ascii_case_insensitive(true).build(&heads);
        debug_assert!(automaton.is_ok(), "a few hundred short heads fit");
        (Self { automaton: automaton.ok() }, groups)
    }

    /// Adds a trigger for each head in `buffer`, in order of their ends.
    pub(crate) fn find(&self, buffer: &[u8], out: &mut Vec<Trigger>) {
        let Some(automaton) = &self.automaton else { return };
        let Ok(start) = automaton.start_state(Anchored::No) else { return };
        let mut state = start;
        for (at, &byte) in buffer.iter().enumerate() {
            state = automaton.next_state(Anchored::No, state, byte);
            if automaton.is_special(state) && automaton.is_match(state) {
                for i in 0..automaton.match_len(state) {
                    let group = automaton.match_pattern(state, i);
                    let at = at + 1 - automaton.pattern_len(group);
                    out.push(Trigger { at, kind: Kind::Literal(group.as_u32() as u16) });
                }
            }
        }
        let _ = LANES_FROM;
    }
}
