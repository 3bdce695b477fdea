//! The triggers that are no literals, by kinds of bytes, in blocks that the compiler makes vector code of.

use super::{Kind, Trigger};

const BLOCK: usize = 64;
const DIGIT: u8 = 1;
const WORD: u8 = 2;
const SIGN: u8 = 4;

/// Adds a trigger for each `@`, each `+` and `%` before a digit or letter, and each stretch of eight aligned digits or
/// word bytes; a longer stretch gives one trigger at its first such eight.
pub(super) fn find(buffer: &[u8], out: &mut Vec<Trigger>) {
    let (mut in_digits, mut in_run) = (false, false);
    let mut kinds = [0u8; BLOCK];
    let mut carry = 0u64;
    for (i, chunk) in buffer.chunks(BLOCK).enumerate() {
        let base = i * BLOCK;
        kinds.fill(0);
        for (kind, &byte) in kinds.iter_mut().zip(chunk) {
            *kind = classify(byte);
        }
        for (j, eight) in kinds.chunks_exact(8).enumerate() {
            let at = base + j * 8;
            let word = u64::from_le_bytes(eight.try_into().unwrap_or_default());
            let run = word & ONES << 1 == ONES << 1;
            if run && !in_run {
                out.push(Trigger { at, kind: Kind::Run });
            }
            in_run = run;
            // Digits also at the half, so that eleven in a row are always seen.
            let half = carry >> 32 | word << 32;
            let digits_half = half & ONES == ONES;
            let digits = word & ONES == ONES;
            if (digits || digits_half) && !in_digits {
                out.push(Trigger { at, kind: Kind::Digits });
            }
            in_digits = digits || digits_half;
            carry = word;
            let signs = word & ONES << 2;
            if signs != 0 {
                sign(buffer, at, signs, out);
            }
        }
    }
}

const ONES: u64 = 0x0101_0101_0101_0101;

#[inline]
fn classify(b: u8) -> u8 {
    let digit = b.wrapping_sub(b'(') <= b'9' - b'(' || b == b' ';
    let letter = (b | 0x20).wrapping_sub(b'a') < 26;
    let word = letter || b.wrapping_sub(b'/') <= b'9' - b'/' || b == b'+' || b == b'-' || b == b'_';
    let sign = b == b'@' || b == b'+' || b == b'%';
    u8::from(digit) * DIGIT | u8::from(word) * WORD | u8::from(sign) * SIGN
}

/// The bytes of `signs` that are set, from `at` on.
fn sign(buffer: &[u8], at: usize, mut signs: u64, out: &mut Vec<Trigger>) {
    while signs != 0 {
        let at = at + (signs.trailing_zeros() / 8) as usize;
        signs &= signs - 1;
        let next = buffer.get(at + 1).copied().unwrap_or(0);
        match buffer.get(at) {
            Some(b'@') => out.push(Trigger { at, kind: Kind::At }),
            Some(b'+') if next.is_ascii_digit() && next != b'0' => out.push(Trigger { at, kind: Kind::Plus }),
            Some(b'%') if next.is_ascii_hexdigit() => out.push(Trigger { at, kind: Kind::Percent }),
            _ => {}
        }
    }
}
