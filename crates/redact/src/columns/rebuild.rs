//! A string column with some rows replaced: unchanged stretches are copied whole.

use arrow_array::{Array as _, StringArray};
use arrow_buffer::{Buffer, OffsetBuffer, ScalarBuffer};

pub(super) struct Rebuild<'a> {
    old: &'a StringArray,
    data: Vec<u8>,
    offsets: Vec<i32>,
    /// Rows that are in `data`.
    done: usize,
}

impl<'a> Rebuild<'a> {
    pub(super) fn new(old: &'a StringArray) -> Self {
        Self { old, data: Vec::new(), offsets: Vec::new(), done: 0 }
    }

    /// Puts `new` in the place of `row`. Rows come in order.
    pub(super) fn replace(&mut self, row: usize, new: &str) {
        self.copy_up_to(row);
        // Arrow counts bytes in 31 bits. A batch is far below; a text that would not fit goes empty.
        if self.data.len() + new.len() <= i32::MAX as usize / 2 {
            self.data.extend_from_slice(new.as_bytes());
        }
        self.offsets.push(self.data.len() as i32);
        self.done = row + 1;
    }

    fn copy_up_to(&mut self, row: usize) {
        if self.offsets.is_empty() {
            self.offsets.reserve(self.old.len() + 1);
            self.offsets.push(0);
            self.data.reserve(self.old.value_data().len());
        }
        let old = self.old.value_offsets();
        let (Some(&from), Some(&to)) = (old.get(self.done), old.get(row)) else { return };
        let shift = self.data.len() as i64 - i64::from(from);
        self.data.extend_from_slice(self.old.value_data().get(from as usize..to as usize).unwrap_or_default());
        let moved = old.get(self.done + 1..row + 1).unwrap_or_default();
        self.offsets.extend(moved.iter().map(|&o| (i64::from(o) + shift) as i32));
        self.done = row;
    }

    /// The new column, or `None` when no row was replaced.
    pub(super) fn finish(mut self) -> Option<StringArray> {
        if self.offsets.is_empty() {
            return None;
        }
        self.copy_up_to(self.old.len());
        let offsets = OffsetBuffer::new(ScalarBuffer::from(self.offsets));
        let built = StringArray::try_new(offsets, Buffer::from_vec(self.data), self.old.nulls().cloned());
        debug_assert!(built.is_ok(), "made of whole strings");
        // Nothing is better than what should have been replaced.
        Some(built.unwrap_or_else(|_| StringArray::new_null(self.old.len())))
    }
}
