//! Records of keys and values: the same keys in another order are the same.
//!
//! A line of JSON (`{"a":1,"b":2}`) or one that ends in pairs (`done a=1 b=2`) is taken apart at its pairs. Shapes whose
//! pairs have the same keys and whose text around them is equal take the order of the most frequent of them, so that the
//! columns of one key stand under each other when rows are grouped.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use xxhash_rust::xxh3::Xxh3;

use crate::kind::Kind;
use crate::learned::{ByShape, Shape};
use crate::scan::{ID_START, NEW_LINE};

/// Pairs of one record that are looked at.
const MAX_PAIRS: usize = 64;

/// A skeleton's pairs.
struct Pairs {
    /// Where they stand, and how long their keys are with the mark behind.
    at: Vec<(Range<usize>, usize)>,
}

/// Every shape, its pairs in the order that is common to its like.
pub(super) fn ordered(shapes: &ByShape<Shape>) -> Vec<(u64, Cow<'_, Shape>)> {
    let mut alike: BTreeMap<u64, Vec<(u64, &Shape, Pairs)>> = BTreeMap::new();
    let mut out = Vec::with_capacity(shapes.len());
    for (id, shape) in shapes {
        match pairs(&shape.skeleton) {
            Some(pairs) => alike.entry(signature(&shape.skeleton, &pairs)).or_default().push((*id, shape, pairs)),
            None => out.push((*id, Cow::Borrowed(shape))),
        }
    }
    for members in alike.into_values() {
        let order = common_order(&members);
        for (id, shape, pairs) in &members {
            let same = pairs.keys(&shape.skeleton).eq(order.iter().copied());
            out.push((*id, if same { Cow::Borrowed(*shape) } else { Cow::Owned(reordered(shape, pairs, &order)) }));
        }
    }
    out
}

impl Pairs {
    fn keys<'a>(&'a self, skeleton: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        self.at.iter().map(|(at, key)| skeleton.get(at.start..at.start + key).unwrap_or_default())
    }

    fn around(&self) -> (usize, usize) {
        (self.at.first().map_or(0, |(at, _)| at.start), self.at.last().map_or(0, |(at, _)| at.end))
    }
}

/// Of the keys, whatever their order, and of the text before and behind them.
fn signature(skeleton: &[u8], pairs: &Pairs) -> u64 {
    let mut keys: Vec<&[u8]> = pairs.keys(skeleton).collect();
    keys.sort_unstable();
    let (from, to) = pairs.around();
    let mut hash = Xxh3::new();
    hash.update(skeleton.get(..from).unwrap_or_default());
    for key in keys {
        hash.update(&[0]);
        hash.update(key);
    }
    hash.update(&[0]);
    hash.update(skeleton.get(to..).unwrap_or_default());
    hash.digest()
}

/// The order that most lines have; of equally frequent ones the first.
fn common_order<'a>(members: &'a [(u64, &Shape, Pairs)]) -> Vec<&'a [u8]> {
    let mut counts: BTreeMap<Vec<&[u8]>, u64> = BTreeMap::new();
    for (_, shape, pairs) in members {
        *counts.entry(pairs.keys(&shape.skeleton).collect()).or_default() += shape.count;
    }
    let most = counts.values().max().copied().unwrap_or(0);
    counts.into_iter().find(|(_, n)| *n == most).map(|(order, _)| order).unwrap_or_default()
}

fn reordered(shape: &Shape, pairs: &Pairs, order: &[&[u8]]) -> Shape {
    let skeleton = &shape.skeleton;
    let slots_of = |range: Range<usize>| {
        skeleton
            .get(range)
            .unwrap_or_default()
            .iter()
            .filter(|b| **b == ID_START || Kind::from_byte(**b).is_some())
            .count()
    };
    let (from, to) = pairs.around();
    // What stands between two pairs is taken from the first two.
    let gap = match pairs.at.as_slice() {
        [(first, _), (second, _), ..] => skeleton.get(first.end..second.start).unwrap_or_default(),
        _ => &[],
    };
    let mut text = skeleton.get(..from).unwrap_or_default().to_vec();
    let mut slots = shape.slots.get(..slots_of(0..from)).unwrap_or_default().to_vec();
    for (i, key) in order.iter().enumerate() {
        let Some((at, _)) = pairs.at.iter().zip(pairs.keys(skeleton)).find(|(_, k)| k == key).map(|(p, _)| p) else {
            continue;
        };
        if i > 0 {
            text.extend_from_slice(gap);
        }
        text.extend_from_slice(skeleton.get(at.clone()).unwrap_or_default());
        let before = slots_of(0..at.start);
        slots.extend_from_slice(shape.slots.get(before..before + slots_of(at.clone())).unwrap_or_default());
    }
    text.extend_from_slice(skeleton.get(to..).unwrap_or_default());
    slots.extend_from_slice(shape.slots.get(slots_of(0..to)..).unwrap_or_default());
    Shape { skeleton: text.into(), count: shape.count, slots: slots.into(), exemplar: shape.exemplar.clone() }
}

/// Two pairs or more, each with a key of its own.
fn pairs(skeleton: &[u8]) -> Option<Pairs> {
    if skeleton.contains(&NEW_LINE) {
        return None;
    }
    let at =
        if skeleton.starts_with(b"{") && skeleton.ends_with(b"}") { json(skeleton) } else { assignments(skeleton) }?;
    let out = Pairs { at };
    let mut keys: Vec<&[u8]> = out.keys(skeleton).collect();
    keys.sort_unstable();
    let distinct = keys.windows(2).all(|w| w[0] != w[1]);
    ((2..=MAX_PAIRS).contains(&keys.len()) && distinct).then_some(out)
}

/// `{"key":value,"key":value}`: cut at the commas of the outermost object.
fn json(skeleton: &[u8]) -> Option<Vec<(Range<usize>, usize)>> {
    let (mut depth, mut quoted, mut start) = (0_usize, false, 1);
    let mut out = Vec::new();
    let mut i = 0;
    while i < skeleton.len() {
        match skeleton[i] {
            b'\\' if quoted => i += 1,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => depth += 1,
            b',' if !quoted && depth == 1 => {
                out.push(start..i);
                start = i + 1 + usize::from(skeleton.get(i + 1) == Some(&b' '));
            }
            b'}' | b']' if !quoted => {
                depth = depth.checked_sub(1)?;
                if depth == 0 && i + 1 < skeleton.len() {
                    return None;
                }
            }
            _ => {}
        }
        i += 1;
    }
    if depth != 0 || quoted {
        return None;
    }
    out.push(start..skeleton.len() - 1);
    out.into_iter()
        .map(|at| {
            let text = skeleton.get(at.clone())?;
            let key = text.strip_prefix(b"\"")?.iter().position(|b| *b == b'"')? + 2;
            (text.get(key) == Some(&b':')).then_some((at, key + 1))
        })
        .collect()
}

/// `text key=value key="some text"`: the words from the first pair to the end.
fn assignments(skeleton: &[u8]) -> Option<Vec<(Range<usize>, usize)>> {
    let mut out: Vec<(Range<usize>, usize)> = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for i in 0..=skeleton.len() {
        match skeleton.get(i) {
            Some(b'"') => quoted = !quoted,
            Some(b' ') | None if !quoted || i == skeleton.len() => {
                let word = skeleton.get(start..i)?;
                match word.iter().position(|b| *b == b'=') {
                    Some(key) if key > 0 && word[0].is_ascii_alphabetic() => out.push((start..i, key + 1)),
                    // Words behind a pair: `a=1 and b=2` is a sentence.
                    _ if !out.is_empty() => return None,
                    _ => {}
                }
                start = i + 1;
            }
            _ => {}
        }
    }
    (!quoted).then_some(out)
}
