//! Identities: 64-bit hashes of names, so that lanes agree on a key without having talked, and a merge is a union.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

/// The id of "none".
pub(crate) const NONE: u64 = 0;

/// A map whose keys are already hashes.
pub(crate) type IdMap<V> = HashMap<u64, V, BuildHasherDefault<Identity>>;

/// The id of a text; empty text is [`NONE`].
pub(crate) fn text_id(text: &str) -> u64 {
    if text.is_empty() { NONE } else { xxh3_64(text.as_bytes()).max(1) }
}

/// The id of a tuple of ids; order matters.
pub(crate) fn mix(parts: &[u64]) -> u64 {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    for part in parts {
        let product = u128::from(state ^ part) * 0xD6E8_FEB8_6659_FD93_u128;
        state = (product as u64) ^ ((product >> 64) as u64) ^ part.rotate_left(29);
    }
    state.max(1)
}

/// Passes a hash through.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64(bytes);
    }

    fn write_u64(&mut self, id: u64) {
        self.0 = id;
    }
}

/// Texts by id, bounded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    texts: IdMap<Arc<str>>,
}

impl Names {
    /// The id of `text`, which is remembered while fewer than `limit` are. The flag tells whether there was room. A text
    /// that `known` holds is shared with it.
    pub(crate) fn intern(&mut self, text: &str, limit: usize, known: &mut Self) -> (u64, bool) {
        let id = text_id(text);
        (id, id == NONE || self.learn(id, text, limit, known))
    }

    fn learn(&mut self, id: u64, text: &str, limit: usize, known: &mut Self) -> bool {
        if self.texts.contains_key(&id) {
            return true;
        }
        if self.texts.len() >= limit {
            return false;
        }
        if known.texts.len() >= limit && !known.texts.contains_key(&id) {
            known.texts.clear();
        }
        self.texts.insert(id, known.texts.entry(id).or_insert_with(|| Arc::from(text)).clone());
        true
    }

    /// Makes room for as many as another holds.
    pub(crate) fn reserve(&mut self, other: &Self) {
        self.texts.reserve(other.texts.len());
    }

    /// The text of an id; empty when it is not known.
    pub(crate) fn text(&self, id: u64) -> &str {
        self.texts.get(&id).map_or("", |t| t)
    }

    /// Takes over all names of another, up to `limit`.
    pub(crate) fn merge(&mut self, other: Self, limit: usize) {
        for (id, text) in other.texts {
            if self.texts.len() >= limit && !self.texts.contains_key(&id) {
                continue;
            }
            self.texts.entry(id).or_insert(text);
        }
    }
}
