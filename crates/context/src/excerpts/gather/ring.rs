//! The last lines that were not kept, in buffers that are used again.

use std::collections::VecDeque;

use super::super::clean;
use super::super::kind::Class;

/// Lines remembered.
const CAPACITY: usize = 48;

#[derive(Debug, Default)]
pub(super) struct Entry {
    pub(super) ordinal: u64,
    pub(super) text: String,
    pub(super) class: Class,
    pub(super) step: u32,
}

#[derive(Debug, Default)]
pub(super) struct Ring {
    entries: VecDeque<Entry>,
    free: Vec<Entry>,
}

impl Ring {
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn push(&mut self, ordinal: u64, text: &str, class: Class, step: u32) {
        let mut entry = if self.entries.len() >= CAPACITY {
            self.entries.pop_front().unwrap_or_default()
        } else {
            self.free.pop().unwrap_or_default()
        };
        entry.ordinal = ordinal;
        entry.class = class;
        entry.step = step;
        entry.text.clear();
        clean::cut_to(text, &mut entry.text);
        self.entries.push_back(entry);
    }

    /// Hands over the last `count` lines, in order, and forgets them.
    pub(super) fn take(&mut self, count: usize, mut with: impl FnMut(&Entry)) {
        let from = self.entries.len().saturating_sub(count);
        for entry in self.entries.drain(from..) {
            with(&entry);
            self.free.push(entry);
        }
    }
}
