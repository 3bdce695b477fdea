//! Building the table: a trie of the heads, failure links by breadth, links folded into the table.

use std::collections::{HashSet, VecDeque};

use super::{MATCH, MAX_STATES, Prefilter, STRIDE_BITS, TABLE};

const STRIDE: usize = 1 << STRIDE_BITS;

/// How many states the literals' first `head` bytes have.
pub(super) fn states(literals: &[Vec<u8>], head: usize) -> usize {
    let heads: HashSet<&[u8]> = literals
        .iter()
        .flat_map(|literal| (0..=literal.len().min(head)).filter_map(|length| literal.get(..length)))
        .collect();
    heads.len()
}

/// The automaton of these heads (lower case), which have at most `MAX_STATES` states.
pub(super) fn automaton(heads: &[Vec<u8>]) -> Prefilter {
    let classes = classes(heads);
    let mut table: Vec<u16> = vec![0; STRIDE];
    let mut ends: Vec<Vec<u16>> = vec![Vec::new()];
    let mut lengths = Vec::with_capacity(heads.len());
    for (group, head) in heads.iter().enumerate() {
        let (mut state, mut length) = (0usize, 0u8);
        for &byte in head {
            let slot = state << STRIDE_BITS | usize::from(classes[usize::from(byte)]);
            if table[slot] == 0 {
                debug_assert!(ends.len() < MAX_STATES, "the heads were cut to fit");
                table[slot] = ends.len() as u16;
                table.resize(table.len() + STRIDE, 0);
                ends.push(Vec::new());
            }
            state = usize::from(table[slot]);
            length += 1;
        }
        lengths.push(length);
        ends[state].push(group as u16);
    }
    fold_failures(&mut table, &mut ends);
    in_rows(classes, &table, ends, lengths)
}

/// A class for each byte that a head has, both cases alike. There are fewer than `STRIDE`.
fn classes(heads: &[Vec<u8>]) -> [u8; 256] {
    let mut classes = [0u8; 256];
    let mut next = 1;
    for &byte in heads.iter().flatten() {
        if classes[usize::from(byte)] == 0 {
            debug_assert!(usize::from(next) < STRIDE, "more kinds of bytes than columns");
            // Past the last column, bytes share it: more triggers, none lost.
            classes[usize::from(byte)] = next;
            classes[usize::from(byte.to_ascii_uppercase())] = next;
            next = (next + 1).min(STRIDE as u8 - 1);
        }
    }
    classes
}

/// Where the trie has no next state, the table takes that of the longest proper suffix which is a state.
fn fold_failures(table: &mut [u16], ends: &mut [Vec<u16>]) {
    let mut failure = vec![0usize; ends.len()];
    let mut queue = VecDeque::from([0usize]);
    while let Some(state) = queue.pop_front() {
        for class in 0..STRIDE {
            let next = usize::from(table[state << STRIDE_BITS | class]);
            let by_suffix = usize::from(table[failure[state] << STRIDE_BITS | class]);
            if next == 0 {
                table[state << STRIDE_BITS | class] = by_suffix as u16;
            } else {
                failure[next] = if state == 0 { 0 } else { by_suffix };
                let inherited = ends[failure[next]].clone();
                ends[next].extend(inherited);
                queue.push_back(next);
            }
        }
    }
}

/// The same automaton in rows of a fixed table.
fn in_rows(classes: [u8; 256], states: &[u16], groups: Vec<Vec<u16>>, lengths: Vec<u8>) -> Prefilter {
    let mut table = vec![0u32; TABLE];
    for (next, &state) in table.iter_mut().zip(states) {
        let ends = groups.get(usize::from(state)).is_some_and(|groups| !groups.is_empty());
        *next = u32::from(state) << STRIDE_BITS | if ends { MATCH } else { 0 };
    }
    let table = table.into_boxed_slice().try_into().unwrap_or_else(|_| Box::new([0; TABLE]));
    Prefilter { classes, table, groups, lengths }
}

#[cfg(test)]
mod tests {
    use super::super::*;

    /// What a plain search finds.
    fn plain(heads: &[&str], text: &str) -> Vec<(usize, String)> {
        let lower = text.to_ascii_lowercase();
        let mut found: Vec<(usize, String)> = Vec::new();
        for head in heads {
            let mut from = 0;
            while let Some(i) = lower.get(from..).and_then(|rest| rest.find(head)) {
                found.push((from + i + head.len() - 1, (*head).to_owned()));
                from += i + 1;
            }
        }
        found.sort();
        found
    }

    #[test]
    fn every_head_is_found_in_one_lane_and_in_many() {
        let heads = ["pass", "ass", "sk-", "key", "asskey", "----"];
        let (prefilter, groups) = Prefilter::new(heads.iter().copied());
        for repeat in [1, 3, 40, 100] {
            let text = "xPassKEY ask-- asskeyassk-key -----pas sKey=".repeat(repeat);
            let mut triggers = Vec::new();
            prefilter.find(text.as_bytes(), &mut triggers);
            let mut found: Vec<(usize, String)> = triggers
                .iter()
                .filter_map(|t| match t.kind {
                    Kind::Literal(g) => Some((t.at, heads[groups.iter().position(|x| *x == g)?].to_owned())),
                    _ => None,
                })
                .collect();
            assert!(found.windows(2).all(|w| w[0].0 <= w[1].0), "in order");
            found.sort();
            assert_eq!(found, plain(&heads, &text));
        }
    }
}
