//! A bounded map of 64-bit identities in two generations: what is looked up moves to the young one; when that is full,
//! the old one is dropped. So an identity is remembered for at least `max_keys` and at most twice as many others.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use foldhash::fast::FixedState;

/// Who brought an identity: the place of the batch, and the push in which it came. Of both, 32 bits are kept: when two
/// are confused, a row that came twice is stored twice; it is never lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bringer {
    pub(crate) place: u32,
    pub(crate) push: u32,
}

#[derive(Debug)]
pub(crate) struct Seen {
    young: HashMap<u64, Bringer, FixedState>,
    old: HashMap<u64, Bringer, FixedState>,
    max_keys: usize,
    evicted: u64,
}

impl Seen {
    pub(crate) fn new(max_keys: usize) -> Self {
        Self { young: HashMap::default(), old: HashMap::default(), max_keys: max_keys.max(1), evicted: 0 }
    }

    /// Who brought `key` first, when it is known; from now on it is, and who brings it again by the same place counts as
    /// the first, so that a replay of a batch finds what the batch found.
    pub(crate) fn check(&mut self, key: u64, bringer: Bringer) -> Option<Bringer> {
        if self.young.len() >= self.max_keys && !self.young.contains_key(&key) {
            let known = self.old.remove(&key);
            self.evicted += self.old.len() as u64;
            self.old = std::mem::take(&mut self.young);
            self.young.insert(key, renewed(known, bringer));
            return known;
        }
        match self.young.entry(key) {
            Entry::Occupied(mut entry) => {
                let known = *entry.get();
                entry.insert(renewed(Some(known), bringer));
                Some(known)
            }
            Entry::Vacant(entry) => {
                let known = if self.old.is_empty() { None } else { self.old.remove(&key) };
                entry.insert(renewed(known, bringer));
                known
            }
        }
    }

    pub(crate) fn evicted(&self) -> u64 {
        self.evicted
    }
}

fn renewed(known: Option<Bringer>, bringer: Bringer) -> Bringer {
    known.filter(|known| known.place != bringer.place).unwrap_or(bringer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by(place: u32, push: u32) -> Bringer {
        Bringer { place, push }
    }

    #[test]
    fn a_key_is_new_once_and_its_first_bringer_stays() {
        let mut seen = Seen::new(8);
        assert_eq!(seen.check(7, by(1, 1)), None);
        assert_eq!(seen.check(7, by(2, 2)), Some(by(1, 1)));
        assert_eq!(seen.check(7, by(1, 3)), Some(by(1, 1)));
        assert_eq!(seen.check(7, by(2, 4)), Some(by(1, 3)));
    }

    #[test]
    fn memory_stays_within_two_generations_and_evictions_are_counted() {
        let mut seen = Seen::new(10);
        for key in 0..1000 {
            assert_eq!(seen.check(key, by(0, 0)), None);
            assert!(seen.young.len() + seen.old.len() <= 20);
            assert_eq!(seen.check(key, by(0, 1)), Some(by(0, 0)));
        }
        assert_eq!(seen.evicted() + (seen.young.len() + seen.old.len()) as u64, 1000);
    }
}
