//! A bounded set of 64-bit identities in two generations: what is looked up moves to the young one; when that is full,
//! the old one is dropped. So an identity is remembered for at least `max_keys` and at most twice as many others.

use std::collections::HashSet;

use foldhash::fast::FixedState;

#[derive(Debug)]
pub(crate) struct Seen {
    young: HashSet<u64, FixedState>,
    old: HashSet<u64, FixedState>,
    max_keys: usize,
    evicted: u64,
}

impl Seen {
    pub(crate) fn new(max_keys: usize) -> Self {
        Self { young: HashSet::default(), old: HashSet::default(), max_keys: max_keys.max(1), evicted: 0 }
    }

    /// Whether `key` was seen before; it is from now on.
    pub(crate) fn check(&mut self, key: u64) -> bool {
        if self.young.contains(&key) {
            return true;
        }
        let known = self.old.remove(&key);
        if self.young.len() >= self.max_keys {
            self.evicted += self.old.len() as u64;
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key);
        known
    }

    pub(crate) fn evicted(&self) -> u64 {
        self.evicted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_new_once() {
        let mut seen = Seen::new(8);
        assert!(!seen.check(7));
        assert!(seen.check(7));
    }

    #[test]
    fn memory_stays_within_two_generations_and_evictions_are_counted() {
        let mut seen = Seen::new(10);
        for key in 0..1000 {
            assert!(!seen.check(key));
            assert!(seen.young.len() + seen.old.len() <= 20);
        }
        assert_eq!(seen.evicted() + (seen.young.len() + seen.old.len()) as u64, 1000);
    }
}
