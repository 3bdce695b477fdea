//! What was seen in one slot, bounded and mergeable.
//!
//! A **bottom-k sample** (Beyer et al., SIGMOD 2007): of all distinct values the `k` with the smallest hashes are kept,
//! each with its exact count. A value that has once been pushed out can never come back, as the k-th smallest hash only
//! falls; so the sample, its counts and the distinct estimate are functions of the multiset of values alone, whatever
//! the order and however the input was sharded. While at most `k` distinct values were seen, everything is exact.

use xxhash_rust::xxh3::xxh3_64;

/// Longer values are cut in the sample (not in their hash).
const VALUE_BYTES: usize = 96;

/// A value without its text, so that counting a known value touches little memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Head {
    hash: u64,
    count: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sketch {
    /// Hashes above this cannot enter: the largest kept, once something was pushed out.
    ceiling: u64,
    /// Sorted by hash.
    heads: Vec<Head>,
    /// The texts of the heads.
    values: Vec<String>,
}

impl Default for Sketch {
    fn default() -> Self {
        Self { ceiling: u64::MAX, heads: Vec::new(), values: Vec::new() }
    }
}

/// By how many bytes an addition made the sample grow.
pub(crate) type Grown = usize;

impl Sketch {
    /// Of `line[from..to]`; the text is only looked at when it is kept.
    #[inline]
    pub(crate) fn add(&mut self, line: &str, from: usize, to: usize, k: usize) -> Grown {
        let hash = xxh3_64(line.as_bytes().get(from..to).unwrap_or_default());
        if hash > self.ceiling {
            return 0;
        }
        if let Ok(at) = self.heads.binary_search_by(|h| h.hash.cmp(&hash)) {
            self.heads[at].count = self.heads[at].count.saturating_add(1);
            return 0;
        }
        self.add_hashed(hash, line.get(from..to).unwrap_or_default(), 1, k)
    }

    #[inline]
    pub(crate) fn add_hashed(&mut self, hash: u64, value: &str, count: u64, k: usize) -> Grown {
        if hash > self.ceiling {
            return 0;
        }
        match self.heads.binary_search_by(|h| h.hash.cmp(&hash)) {
            Ok(at) => {
                self.heads[at].count = self.heads[at].count.saturating_add(count);
                0
            }
            Err(at) => self.insert(at, hash, value, count, k),
        }
    }

    #[cold]
    fn insert(&mut self, at: usize, hash: u64, value: &str, count: u64, k: usize) -> Grown {
        let head = Head { hash, count };
        if self.heads.len() < k {
            let value = cut(value).to_owned();
            let grown = value.capacity() + ENTRY_BYTES;
            self.heads.insert(at, head);
            self.values.insert(at, value);
            return grown;
        }
        let mut grown = 0;
        if at < k {
            self.heads.pop();
            self.heads.insert(at, head);
            // The text that goes leaves its buffer to the one that comes.
            let mut text = self.values.pop().unwrap_or_default();
            let before = text.capacity();
            cut(value).clone_into(&mut text);
            grown = text.capacity() - before;
            self.values.insert(at, text);
        }
        self.ceiling = self.heads.last().map_or(0, |h| h.hash);
        grown
    }

    pub(crate) fn merge(&mut self, other: &Self, k: usize) -> Grown {
        let mut grown = 0;
        for (head, value) in other.heads.iter().zip(&other.values) {
            grown += self.add_hashed(head.hash, value, head.count, k);
        }
        self.lower_ceiling(other.ceiling);
        grown
    }

    /// Values with their counts, in the order of their hashes.
    pub(crate) fn entries(&self) -> impl ExactSizeIterator<Item = (&str, u64)> {
        self.heads.iter().zip(&self.values).map(|(h, v)| (v.as_str(), h.count))
    }

    /// The same with the hashes.
    pub(crate) fn hashed(&self) -> impl Iterator<Item = (u64, &str, u64)> {
        self.heads.iter().zip(&self.values).map(|(h, v)| (h.hash, v.as_str(), h.count))
    }

    pub(crate) fn ceiling(&self) -> u64 {
        self.ceiling
    }

    /// What lies above is not known to be all there is, so it goes.
    pub(crate) fn lower_ceiling(&mut self, ceiling: u64) {
        self.ceiling = self.ceiling.min(ceiling);
        let known = self.heads.partition_point(|h| h.hash <= self.ceiling);
        self.heads.truncate(known);
        self.values.truncate(known);
    }

    /// The one value there ever was.
    pub(crate) fn only(&self) -> Option<&str> {
        match self.values.as_slice() {
            [only] if self.is_exact() => Some(only),
            _ => None,
        }
    }

    /// Exact up to `k`, else estimated from how densely the smallest hashes lie.
    pub(crate) fn distinct(&self) -> u64 {
        let n = self.heads.len() as u64;
        if self.is_exact() || self.ceiling == 0 {
            return n;
        }
        let estimate = u128::from(n.saturating_sub(1)) * (1_u128 << 64) / u128::from(self.ceiling);
        u64::try_from(estimate).unwrap_or(u64::MAX).max(n + 1)
    }

    fn is_exact(&self) -> bool {
        self.ceiling == u64::MAX
    }

    pub(crate) fn bytes(&self) -> usize {
        self.values.iter().map(|v| v.capacity() + ENTRY_BYTES).sum()
    }
}

const ENTRY_BYTES: usize = size_of::<Head>() + size_of::<String>();

fn cut(value: &str) -> &str {
    if value.len() <= VALUE_BYTES {
        return value;
    }
    value.get(..value.floor_char_boundary(VALUE_BYTES)).unwrap_or(value)
}
