//! The triggers that are no literals, by kinds of bytes, in blocks that the compiler makes vector code of.

use super::{Kind, Trigger};

const BLOCK: usize = 64;
const DIGIT: u8 = 1;
const WORD: u8 = 2;
const SIGN: u8 = 4;
const FIGURE: u8 = 8;

/// Adds a trigger for each `@`, each `+` and `%` before a digit or letter, and each stretch of eight aligned digits or
/// word bytes; a longer stretch gives one trigger at its first such eight.
pub(super) fn find(buffer: &[u8], out: &mut Vec<Trigger>) {
    let mut state = State::default();
    let mut chunks = buffer.chunks_exact(BLOCK);
    let mut base = 0;
    for chunk in &mut chunks {
        let mut kinds = [0u8; BLOCK];
        kinds.iter_mut().zip(chunk).for_each(|(kind, &byte)| *kind = classify(byte));
        state.block(buffer, &kinds, base, out);
        base += BLOCK;
    }
    let mut kinds = [0u8; BLOCK];
    kinds.iter_mut().zip(chunks.remainder()).for_each(|(kind, &byte)| *kind = classify(byte));
    state.block(buffer, &kinds, base, out);
}

/// What the eight bytes before were.
#[derive(Default)]
struct State {
    in_digits: bool,
    in_run: bool,
    previous: u64,
}

impl State {
    #[inline(always)]
    fn block(&mut self, buffer: &[u8], kinds: &[u8; BLOCK], base: usize, out: &mut Vec<Trigger>) {
        for (j, eight) in kinds.chunks_exact(8).enumerate() {
            let at = base + j * 8;
            let word = u64::from_le_bytes(eight.try_into().unwrap_or_default());
            let run = word & ONES << 1 == ONES << 1;
            if run && !self.in_run {
                out.push(Trigger { at, kind: Kind::Run });
            }
            self.in_run = run;
            // Digits also at the half, so that eleven in a row are always seen.
            let half = self.previous >> 32 | word << 32;
            let all = |w: u64| w & ONES == ONES && figures(w) >= 5;
            let digits = all(word) || all(half);
            if digits && !self.in_digits {
                out.push(Trigger { at, kind: Kind::Digits });
            }
            self.in_digits = digits;
            self.previous = word;
            let signs = word & ONES << 2;
            if signs != 0 {
                sign(buffer, at, signs, out);
            }
        }
    }
}

/// How many of eight bytes are digits.
fn figures(word: u64) -> u32 {
    (word & ONES << 3).count_ones()
}

const ONES: u64 = 0x0101_0101_0101_0101;

#[inline]
fn classify(b: u8) -> u8 {
    let digit = b.wrapping_sub(b'(') <= b'9' - b'(' || b == b' ';
    let letter = (b | 0x20).wrapping_sub(b'a') < 26;
    let word = letter || b.wrapping_sub(b'/') <= b'9' - b'/' || b == b'+' || b == b'-' || b == b'_';
    let sign = b == b'@' || b == b'+' || b == b'%';
    let figure = b.wrapping_sub(b'0') < 10;
    (u8::from(figure) * FIGURE) | (u8::from(digit) * DIGIT) | (u8::from(word) * WORD) | (u8::from(sign) * SIGN)
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
