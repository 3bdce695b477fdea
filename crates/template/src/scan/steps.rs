//! From one place of a line that is worth a look to the next.
//!
//! Most of a line is plain words with one space between them, and nothing is to be decided there. So eight bytes are
//! compared at a time, and the scan stops only at a byte that is neither a letter nor a single space; what it does there
//! is in a table of its own.

use super::class::{CLASS, COLON, DIGIT, DOT, RARE, SEP, SLASH};

/// What is to be done at a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It is part of a word, or a separator that only separates.
    Pass,
    /// A separator at which something may begin or be folded.
    Separator,
    /// It makes its chunk one that has to be classified.
    Special,
}

static STEPS: [Step; 256] = {
    let mut t = [Step::Pass; 256];
    let mut b = 0;
    while b < 256 {
        if CLASS[b] & (DIGIT | COLON | SLASH | RARE | DOT) != 0 {
            t[b] = Step::Special;
        } else if CLASS[b] & SEP != 0 {
            #[expect(clippy::cast_possible_truncation, reason = "below 256")]
            let c = b as u8;
            if c <= b' ' || matches!(c, b'=' | b'"' | b'\'' | b'<' | b'(' | b'[' | 127) {
                t[b] = Step::Separator;
            }
        }
        b += 1;
    }
    t
};

#[inline]
pub(super) fn step(b: u8) -> Step {
    STEPS[b as usize]
}

const HIGH: u64 = 0x8080_8080_8080_8080;
const ONES: u64 = 0x0101_0101_0101_0101;

/// The first byte from `i` on that is neither a letter nor a single space; of a run of spaces, the first.
/// There are eight bytes at least behind what is looked at.
#[inline]
pub(super) fn next(padded: &[u8], i: usize) -> usize {
    let mut i = i;
    while let Some(eight) = padded.get(i..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*eight);
        let low = word & !HIGH;
        // A letter is a byte that lies between `a` and `z` once folded to lower case.
        let folded = low | (0x20 * ONES);
        let letters = (folded + (0x80 - 0x61) * ONES) & !(folded + (0x80 - 0x7b) * ONES);
        // Nothing is left of a space once a space is taken out of it.
        let spaces = !((low ^ (0x20 * ONES)) + !HIGH);
        let others = (!(letters | (spaces & !(spaces >> 8))) | word) & HIGH;
        if others != 0 {
            return i + (others.trailing_zeros() / 8) as usize;
        }
        // What follows a space decides whether it is a single one.
        i += 8 - (spaces >> 63) as usize;
    }
    i
}

/// How many digits there are from `i` on, eight at most.
#[inline]
pub(super) fn digits(padded: &[u8], i: usize) -> usize {
    let Some(eight) = padded.get(i..).and_then(<[u8]>::first_chunk::<8>) else { return 0 };
    let less = u64::from_le_bytes(*eight) ^ (0x30 * ONES);
    let others = (((less & !HIGH) + 0x76 * ONES) | less) & HIGH;
    (others.trailing_zeros() / 8) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_bytes_at_a_time_are_told_apart_like_one() {
        for b in 0..=255_u8 {
            for lane in 0..8 {
                let mut text = [b'a'; 24];
                text[lane] = b;
                let at = next(&text, 0);
                if b.is_ascii_alphabetic() || b == b' ' {
                    assert!(at > 8, "{b} at {lane}: {at}");
                } else {
                    assert_eq!(at, lane, "{b}");
                }
                let mut text = [b'7'; 8];
                text[lane] = b;
                assert_eq!(digits(&text, 0), if b.is_ascii_digit() { 8 } else { lane }, "{b} at {lane}");
            }
        }
        assert_eq!(next(b"word  and that more   ", 0), 4);
        assert_eq!(next(b"sevenle  and that more   ", 0), 7, "eight bytes end between the spaces");
    }
}
