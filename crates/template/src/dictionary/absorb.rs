//! Two templates of which one matches every line of the other become one.
//!
//! Templates are compared by their white-space tokens. For every set of positions at which some template has a
//! placeholder, the others are looked up by what stands at the other positions, so the work grows with the number of
//! templates times the number of such sets, not with pairs.

use std::collections::BTreeMap;
use std::hash::Hasher;

use xxhash_rust::xxh3::Xxh3;

use super::draft::{Draft, Held};
use crate::kind::Kind;

/// Sets of positions looked at for one number of tokens.
const MAX_MASKS: usize = 128;
/// Templates of one such set that differ only where it has placeholders.
const MAX_ALIKE: usize = 32;
/// Longer templates are left as they are.
const MAX_TOKENS: usize = 64;

/// `drafts` have different texts and stand in a canonical order.
pub(super) fn absorb(drafts: &[Draft], k: usize) -> Vec<Draft> {
    let tokens: Vec<Vec<&str>> = drafts.iter().map(|d| d.text.split(' ').collect()).collect();
    let mut by_len: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (i, t) in tokens.iter().enumerate() {
        if t.len() <= MAX_TOKENS {
            by_len.entry(t.len()).or_default().push(i);
        }
    }
    let mut into: Vec<Option<usize>> = vec![None; drafts.len()];
    for members in by_len.into_values() {
        let mut masks: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for i in &members {
            let mask = mask(&tokens[*i]);
            if mask != 0 && constants(&tokens[*i]) >= 2 {
                masks.entry(mask).or_default().push(*i);
            }
        }
        // The most general first.
        let mut order: Vec<(u64, Vec<usize>)> = masks.into_iter().collect();
        order.sort_by_key(|(mask, general)| {
            (std::cmp::Reverse(mask.count_ones()), std::cmp::Reverse(general.len()), *mask)
        });
        for (mask, general) in order.into_iter().take(MAX_MASKS) {
            let mut known: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
            for i in general.into_iter().filter(|i| into[*i].is_none()) {
                known.entry(hash(&tokens[i], mask)).or_default().push(i);
            }
            for i in &members {
                if into[*i].is_some() {
                    continue;
                }
                let general = known.get(&hash(&tokens[*i], mask)).map(Vec::as_slice).unwrap_or_default();
                into[*i] = general.iter().take(MAX_ALIKE).copied().find(|g| {
                    g != i && into[*g].is_none() && tokens[*g].iter().zip(&tokens[*i]).all(|(a, b)| matches(a, b))
                });
            }
        }
    }
    let pairs: Vec<Vec<(usize, Held<'_>)>> =
        into.iter().enumerate().map(|(i, g)| g.map(|g| pair(&tokens[g], &tokens[i])).unwrap_or_default()).collect();
    let mut out: Vec<Option<Draft>> = drafts.iter().cloned().map(Some).collect();
    for (i, g) in into.iter().enumerate() {
        let Some(g) = g else { continue };
        out[i] = None;
        // Its own absorber may have been absorbed in its turn only by one that came before and was more general.
        if let Some(Some(general)) = out.get_mut(root(&into, *g)) {
            general.absorb(&drafts[i], &pairs[i], k);
        }
    }
    out.into_iter().flatten().collect()
}

fn root(into: &[Option<usize>], from: usize) -> usize {
    let mut at = from;
    while let Some(next) = into[at] {
        at = next;
    }
    at
}

fn is_slot(b: u8) -> bool {
    Kind::from_byte(b).is_some()
}

fn mask(tokens: &[&str]) -> u64 {
    tokens.iter().enumerate().filter(|(_, t)| t.bytes().any(is_slot)).fold(0, |m, (i, _)| m | 1 << i)
}

/// Tokens with a letter and no slot.
fn constants(tokens: &[&str]) -> usize {
    tokens.iter().filter(|t| !t.bytes().any(is_slot) && t.bytes().any(|b| b.is_ascii_alphabetic())).count()
}

fn hash(tokens: &[&str], mask: u64) -> u64 {
    let mut h = Xxh3::new();
    for (i, token) in tokens.iter().enumerate() {
        if mask & (1 << i) == 0 {
            h.update(token.as_bytes());
        }
        h.write_u8(0);
    }
    h.digest()
}

/// Every text that `b` stands for is one that `a` stands for.
fn matches(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let Some((kind, before, after)) = single(a) else { return false };
    let Some(middle) = b.strip_prefix(before).and_then(|b| b.strip_suffix(after)) else { return false };
    if middle.is_empty() {
        return false;
    }
    match kind {
        Kind::Any => true,
        Kind::Id => middle.bytes().any(|b| b.is_ascii_digit() || is_slot(b)),
        Kind::HostPort => {
            let port = char::from(Kind::Num as u8);
            middle.strip_suffix(port).is_some_and(|host| host.ends_with(':') && host.len() > 2)
        }
        _ => false,
    }
}

/// The one slot of a token, and the constants around it.
fn single(token: &str) -> Option<(Kind, &str, &str)> {
    let at = token.bytes().position(is_slot)?;
    let (before, after) = (token.get(..at)?, token.get(at + 1..)?);
    (!after.bytes().any(is_slot)).then_some((Kind::from_byte(*token.as_bytes().get(at)?)?, before, after))
}

/// Which of `b`'s slots and constants stand in which of `a`'s slots.
fn pair<'a>(a: &[&str], b: &[&'a str]) -> Vec<(usize, Held<'a>)> {
    let (mut mine, mut theirs) = (0, 0);
    let mut out = Vec::new();
    for (x, y) in a.iter().zip(b) {
        let slots = |t: &str| t.bytes().filter(|b| is_slot(*b)).count();
        let (nx, ny) = (slots(x), slots(y));
        if nx == ny {
            out.extend((0..nx).map(|i| (mine + i, Held::Slot(theirs + i))));
        } else if nx == 1 {
            if ny > 0 {
                out.push((mine, Held::Slot(theirs)));
            } else if let Some((_, before, after)) = single(x) {
                let middle = y.strip_prefix(before).and_then(|y| y.strip_suffix(after)).unwrap_or(y);
                out.push((mine, Held::Constant(middle)));
            }
        }
        mine += nx;
        theirs += ny;
    }
    out
}
