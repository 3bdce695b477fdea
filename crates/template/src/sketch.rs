//! What was seen in one slot, bounded and mergeable.
//!
//! A **bottom-k sample** (Beyer et al., SIGMOD 2007): of all distinct values the `k` with the smallest hashes are kept,
//! each with its exact count. A value that has once been pushed out can never come back, as the k-th smallest hash only
//! falls; so the sample, its counts and the distinct estimate are functions of the multiset of values alone, whatever
//! the order and however the input was sharded. While at most `k` distinct values were seen, everything is exact.

use xxhash_rust::xxh3::xxh3_64;

/// Longer values are cut in the sample (not in their hash).
pub(crate) const VALUE_BYTES: usize = 96;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) hash: u64,
    pub(crate) count: u64,
    pub(crate) value: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sketch {
    /// Sorted by hash.
    entries: Vec<Entry>,
    /// Something was pushed out.
    overflowed: bool,
}

/// What an addition did to the bytes held.
pub(crate) type Grown = usize;

impl Sketch {
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    #[inline]
    pub(crate) fn add(&mut self, value: &str, k: usize) -> Grown {
        self.add_hashed(xxh3_64(value.as_bytes()), value, 1, k)
    }

    #[inline]
    pub(crate) fn add_hashed(&mut self, hash: u64, value: &str, count: u64, k: usize) -> Grown {
        if self.overflowed && self.entries.last().is_some_and(|last| hash > last.hash) {
            return 0;
        }
        match self.entries.binary_search_by(|e| e.hash.cmp(&hash)) {
            Ok(at) => {
                if let Some(entry) = self.entries.get_mut(at) {
                    entry.count += count;
                    // Two texts of one hash: the smaller one is told, whatever the order.
                    if entry.value.as_str() > cut(value) {
                        cut(value).clone_into(&mut entry.value);
                    }
                }
                0
            }
            Err(at) => self.insert(at, hash, value, count, k),
        }
    }

    fn insert(&mut self, at: usize, hash: u64, value: &str, count: u64, k: usize) -> Grown {
        if self.entries.len() < k {
            let value = cut(value).to_owned();
            let grown = value.capacity() + size_of::<Entry>();
            self.entries.insert(at, Entry { hash, count, value });
            return grown;
        }
        self.overflowed = true;
        let Some(mut entry) = (at < k).then(|| self.entries.pop()).flatten() else { return 0 };
        let before = entry.value.capacity();
        cut(value).clone_into(&mut entry.value);
        entry.hash = hash;
        entry.count = count;
        let grown = entry.value.capacity() - before.min(entry.value.capacity());
        self.entries.insert(at, entry);
        grown
    }

    pub(crate) fn merge(&mut self, other: &Self, k: usize) -> Grown {
        let mut grown = 0;
        for e in &other.entries {
            grown += self.add_hashed(e.hash, &e.value, e.count, k);
        }
        self.overflowed |= other.overflowed;
        grown
    }

    /// Exact up to `k`, else estimated.
    pub(crate) fn distinct(&self) -> u64 {
        let n = self.entries.len() as u64;
        match self.entries.last() {
            Some(last) if self.overflowed && last.hash > 0 => {
                let estimate = u128::from(n.saturating_sub(1)) * (1_u128 << 64) / u128::from(last.hash);
                u64::try_from(estimate).unwrap_or(u64::MAX).max(n + 1)
            }
            _ => n,
        }
    }

    pub(crate) fn is_exact(&self) -> bool {
        !self.overflowed
    }
}

fn cut(value: &str) -> &str {
    if value.len() <= VALUE_BYTES {
        return value;
    }
    value.get(..value.floor_char_boundary(VALUE_BYTES)).unwrap_or(value)
}

impl Sketch {
    pub(crate) fn bytes(&self) -> usize {
        self.entries.iter().map(|e| e.value.capacity() + size_of::<Entry>()).sum()
    }
}
