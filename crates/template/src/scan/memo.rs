//! What chunks turned out to be, so that their like need not be classified again.
//!
//! What a chunk is depends on its letters and marks and on where its digits stand, not on which digits they are (save the
//! `0x` of hexadecimal, which is left out here). A small table, one entry for a hash, holds chunks with their digits
//! masked; a lookup decides without a branch for each byte. It speeds up, and changes nothing.

use super::classify::{Chunk, classify};

/// Longer chunks are classified each time.
const KEY_BYTES: usize = 32;
const ENTRIES_LOG2: u32 = 10;

/// For each length as many ones.
static KEPT: [[u8; KEY_BYTES]; KEY_BYTES + 1] = {
    let mut out = [[0; KEY_BYTES]; KEY_BYTES + 1];
    let mut len = 0;
    while len <= KEY_BYTES {
        let mut i = 0;
        while i < len {
            out[len][i] = 0xff;
            i += 1;
        }
        len += 1;
    }
    out
};

type Key = [u64; KEY_BYTES / 8];

#[derive(Debug)]
pub(super) struct Memo {
    /// An empty entry has a key of zeros, which no chunk has.
    entries: Box<[(Key, Chunk)]>,
}

impl Default for Memo {
    fn default() -> Self {
        Self { entries: vec![(Key::default(), Chunk::Word); 1 << ENTRIES_LOG2].into() }
    }
}

impl Memo {
    /// What `padded[start..end]` is, whose classes are `flags`.
    #[inline]
    pub(super) fn classify(&mut self, padded: &[u8], start: usize, end: usize, flags: u8) -> Chunk {
        let chunk = padded.get(start..end).unwrap_or_default();
        // Behind any slash or sign a masked `0x` could be a `1x`.
        let hexadecimal = chunk.iter().any(|b| matches!(b, b'x' | b'X'));
        if let Some(head) = padded.get(start..).and_then(<[u8]>::first_chunk::<KEY_BYTES>)
            && end - start <= KEY_BYTES
            && !hexadecimal
        {
            let key = key(*head, end - start);
            if let Some((known, meaning)) = self.entries.get_mut(hash(&key)) {
                if *known != key {
                    (*known, *meaning) = (key, classify(chunk, flags));
                }
                return *meaning;
            }
        }
        classify(chunk, flags)
    }
}

/// The chunk with its digits masked, and zeros behind it.
#[inline]
fn key(head: [u8; KEY_BYTES], len: usize) -> Key {
    let mut bytes = head;
    let kept = KEPT.get(len).unwrap_or(&[0; KEY_BYTES]);
    for (b, kept) in bytes.iter_mut().zip(kept) {
        // The upper half of a digit is that of every digit.
        let digit = if b.wrapping_sub(b'0') <= 9 { 0xf0 } else { 0xff };
        *b &= digit & kept;
    }
    let mut key = Key::default();
    for (word, eight) in key.iter_mut().zip(bytes.as_chunks::<8>().0) {
        *word = u64::from_le_bytes(*eight);
    }
    key
}

#[inline]
fn hash(key: &Key) -> usize {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let mixed = key.iter().fold(0_u64, |h, word| (h.rotate_left(23) ^ word).wrapping_mul(ODD));
    (mixed >> (64 - ENTRIES_LOG2)) as usize
}
