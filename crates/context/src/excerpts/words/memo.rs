//! What lines that differ in their digits alone were found to tell.
//!
//! Programs say the same thing again and again, with other numbers. What a line tells hangs on its words and on where
//! digits stand, seldom on which digits they are; so it is remembered under the line's text with every digit made `0`. A
//! line whose numbers were asked for (`3 failed` is news, `0 failed` is none) is looked at each time. The table has a
//! fixed size, and a text takes the place of another one. Where nothing comes again (ids in every line) it is seldom asked.

use xxhash_rust::xxh3::xxh3_64;

use super::super::kind::Class;

/// Places of the table, a power of two: some thousands of texts are what a program says.
const PLACES: usize = 1 << 13;
/// Longer lines are seldom alike.
const MAX_BYTES: usize = 1 << 10;
/// Digits that words of the list have: a line with them is looked at each time.
pub(super) const DIGITS_OF_WORDS: [&[u8]; 1] = [b"509"];
/// After so many lines in a row that were not known, so many are not asked for.
const IN_VAIN: u32 = 64;
const REST: u32 = 1 << 11;

#[derive(Debug)]
pub(super) struct Memo {
    places: Vec<(u64, Class)>,
    masked: Vec<u8>,
    in_vain: u32,
    rest: u32,
}

/// Under what a line is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key(u64);

impl Default for Memo {
    fn default() -> Self {
        Self { places: vec![(0, Class::default()); PLACES], masked: Vec::new(), in_vain: 0, rest: 0 }
    }
}

impl Memo {
    /// The key of a line; `None`: it is looked at each time.
    pub(super) fn key(&mut self, line: &str) -> Option<Key> {
        let has_telling_digits = || DIGITS_OF_WORDS.iter().any(|d| memchr::memmem::find(line.as_bytes(), d).is_some());
        if self.rest > 0 || line.len() > MAX_BYTES || has_telling_digits() {
            self.rest = self.rest.saturating_sub(1);
            return None;
        }
        self.masked.clear();
        self.masked.extend(line.bytes().map(|b| if b.is_ascii_digit() { b'0' } else { b }));
        // 0 is the key of a place that nobody took.
        Some(Key(xxh3_64(&self.masked).max(1)))
    }

    pub(super) fn get(&mut self, key: Key) -> Option<Class> {
        let known = self.places.get(place(key)).filter(|(taken, _)| *taken == key.0).map(|(_, class)| *class);
        self.in_vain = if known.is_some() { 0 } else { self.in_vain + 1 };
        if self.in_vain >= IN_VAIN {
            (self.in_vain, self.rest) = (0, REST);
        }
        known
    }

    pub(super) fn put(&mut self, key: Key, class: Class) {
        if let Some(at) = self.places.get_mut(place(key)) {
            *at = (key.0, class);
        }
    }
}

fn place(key: Key) -> usize {
    key.0 as usize & (PLACES - 1)
}
