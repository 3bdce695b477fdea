//! The buffer that a skeleton is written to. Most pieces are short, and a copy of a fixed size is cheaper than a call.

use std::ops::Deref;

/// Bytes that are copied at once, if the piece has no more and both sides have room.
const STEP: usize = 32;

/// Reused from line to line; reads as the bytes written.
#[derive(Debug, Default)]
pub(crate) struct Skeleton {
    /// What lies behind `len` is old.
    bytes: Vec<u8>,
    len: usize,
}

impl Skeleton {
    #[inline]
    pub(super) fn clear(&mut self) {
        self.len = 0;
    }

    #[inline]
    pub(super) fn push(&mut self, byte: u8) {
        if self.len >= self.bytes.len() {
            self.grow(1);
        }
        self.bytes[self.len] = byte;
        self.len += 1;
    }

    /// Appends `padded[from..to]`.
    #[inline]
    pub(super) fn copy(&mut self, padded: &[u8], from: usize, to: usize) {
        let n = to.saturating_sub(from);
        if n <= STEP
            && let Some(piece) = padded.get(from..from + STEP)
            && let Some(room) = self.bytes.get_mut(self.len..self.len + STEP)
        {
            room.copy_from_slice(piece);
            self.len += n;
        } else {
            self.copy_any(padded.get(from..to).unwrap_or_default());
        }
    }

    fn copy_any(&mut self, piece: &[u8]) {
        let end = self.len + piece.len();
        if end > self.bytes.len() {
            self.grow(piece.len());
        }
        if let Some(room) = self.bytes.get_mut(self.len..end) {
            room.copy_from_slice(piece);
        }
        self.len = end;
    }

    #[cold]
    fn grow(&mut self, more: usize) {
        let room = (self.len + more + STEP).next_power_of_two();
        self.bytes.resize(room, 0);
    }

    pub(super) fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }
}

impl Deref for Skeleton {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}
