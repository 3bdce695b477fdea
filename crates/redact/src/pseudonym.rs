//! What stands where a value stood: `<email:1>` numbered by first occurrence, `<email:3f2a91c04b>` with a key.
//!
//! Only hashes of values are remembered, never values. The number of values with a number is bounded; past the bound a
//! value is told by its hash, and the overflow is counted.

use std::collections::HashMap;
use std::fmt::Write as _;

use foldhash::fast::FixedState;
use xxhash_rust::xxh3::xxh3_128_with_seed;

use crate::config::Policy;
use crate::siphash::siphash24;

#[derive(Debug)]
pub(crate) struct Pseudonyms {
    key: Option<[u8; 16]>,
    numbers: HashMap<u128, u32, FixedState>,
    /// Next number of each class.
    next: HashMap<String, u32, FixedState>,
    max: usize,
    overflowed: u64,
}

impl Pseudonyms {
    pub(crate) fn new(key: Option<[u8; 16]>, max: usize) -> Self {
        Self { key, numbers: HashMap::default(), next: HashMap::default(), max, overflowed: 0 }
    }

    /// Values that came after the bound, since this was last asked.
    pub(crate) fn take_overflowed(&mut self) -> u64 {
        std::mem::take(&mut self.overflowed)
    }

    /// Writes what stands for `value` under `policy`.
    pub(crate) fn write(&mut self, out: &mut String, class: &str, value: &str, policy: Policy) {
        let written = match policy {
            Policy::Mask => write!(out, "<{class}>"),
            Policy::Hash => write!(out, "<{class}:{:016x}>", self.keyed(class, value)),
            Policy::Pseudonym => match self.number(class, value) {
                Some(number) => write!(out, "<{class}:{number}>"),
                None => write!(out, "<{class}:{:010x}>", self.keyed(class, value) >> 24),
            },
            Policy::Drop | Policy::Allow => Ok(()),
        };
        debug_assert!(written.is_ok(), "a String takes whatever is written");
    }

    fn keyed(&self, class: &str, value: &str) -> u64 {
        let mut data = Vec::with_capacity(class.len() + value.len() + 1);
        data.extend_from_slice(class.as_bytes());
        data.push(0);
        data.extend_from_slice(value.as_bytes());
        siphash24(&self.key.unwrap_or_default(), &data)
    }

    /// The number of a value; `None` with a key, or past the bound.
    fn number(&mut self, class: &str, value: &str) -> Option<u32> {
        if self.key.is_some() {
            return None;
        }
        let id = xxh3_128_with_seed(value.as_bytes(), xxhash_rust::xxh3::xxh3_64(class.as_bytes()));
        if let Some(&number) = self.numbers.get(&id) {
            return Some(number);
        }
        if self.numbers.len() >= self.max {
            self.overflowed += 1;
            return None;
        }
        if !self.next.contains_key(class) {
            self.next.insert(class.to_owned(), 0);
        }
        let next = self.next.get_mut(class)?;
        *next += 1;
        self.numbers.insert(id, *next);
        Some(*next)
    }
}
