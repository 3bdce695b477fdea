//! The triggers that are no literals, by kinds of bytes, in blocks that the compiler makes vector code of.

use super::{Kind, Trigger};

const BLOCK: usize = 64;
const DIGIT: u8 = 1;
const WORD: u8 = 2;
const SIGN: u8 = 4;
const FIGURE: u8 = 8;
/// A capital letter or a digit: without one nearby, a word is none that was drawn.
const DRAWN: u8 = 16;

/// Adds a trigger for each `@`, each `+` and `%` before a digit or letter, each stretch of eight aligned digits, and each of
/// eight aligned word bytes with a capital or a digit in the eight, before or after them; a longer stretch gives one trigger
/// at its first such eight.
pub(super) fn find(buffer: &[u8], out: &mut Vec<Trigger>) {
    let mut state = State::default();
    let mut chunks = buffer.chunks_exact(BLOCK);
    for chunk in &mut chunks {
        let mut kinds = [0u8; BLOCK];
        kinds.iter_mut().zip(chunk).for_each(|(kind, &byte)| *kind = classify(byte));
        state.block(buffer, &kinds, out);
    }
    let mut kinds = [0u8; BLOCK];
    kinds.iter_mut().zip(chunks.remainder()).for_each(|(kind, &byte)| *kind = classify(byte));
    state.block(buffer, &kinds, out);
    state.step(buffer, 0, out);
}

/// Adds a trigger for each text but the first (they start at `starts`) that begins within a stretch of the text before it,
/// since the stretch had its trigger there: when it begins with a word or number so long that it may be something.
pub(super) fn starts(buffer: &[u8], starts: impl Iterator<Item = usize>, out: &mut Vec<Trigger>) {
    const SHORTEST_WORD: usize = 16;
    const SHORTEST_NUMBER: usize = 11;
    for at in starts {
        let before = at.checked_sub(1).and_then(|i| buffer.get(i)).map_or(0, |&b| classify(b));
        let begins = |kind: u8, length: usize| {
            before & kind != 0
                && buffer.get(at..at + length).is_some_and(|first| first.iter().all(|&b| classify(b) & kind != 0))
        };
        if begins(WORD, SHORTEST_WORD) {
            out.push(Trigger { at, kind: Kind::Run });
        }
        if begins(DIGIT, SHORTEST_NUMBER) {
            out.push(Trigger { at, kind: Kind::Digits });
        }
    }
}

/// The eight bytes that are judged, and what those before them were.
#[derive(Default)]
struct State {
    /// Where `current` is, one step on: there is none before the first.
    next_at: usize,
    current: u64,
    previous: u64,
    in_digits: bool,
    in_run: bool,
}

impl State {
    #[inline(always)]
    fn block(&mut self, buffer: &[u8], kinds: &[u8; BLOCK], out: &mut Vec<Trigger>) {
        for eight in kinds.chunks_exact(8) {
            self.step(buffer, u64::from_le_bytes(eight.try_into().unwrap_or_default()), out);
        }
    }

    /// Judges the eight bytes before `next`.
    #[inline(always)]
    fn step(&mut self, buffer: &[u8], next: u64, out: &mut Vec<Trigger>) {
        let (at, word) = (self.next_at.wrapping_sub(8), self.current);
        let run = word & ONES << 1 == ONES << 1;
        let drawn = (self.previous | word | next) & ONES << 4 != 0;
        if run && drawn && !self.in_run {
            out.push(Trigger { at, kind: Kind::Run });
        }
        self.in_run = run && (drawn || self.in_run);
        // Digits also at the half, so that eleven in a row are always seen.
        let half = self.previous >> 32 | word << 32;
        let all = |w: u64| w & ONES == ONES && figures(w) >= 5;
        let digits = all(word);
        if (digits || all(half)) && !self.in_digits {
            out.push(Trigger { at, kind: Kind::Digits });
        }
        // A half says nothing about the byte before the next eight.
        self.in_digits = digits;
        let signs = word & ONES << 2;
        if signs != 0 {
            sign(buffer, at, signs, out);
        }
        (self.previous, self.current) = (word, next);
        self.next_at += 8;
    }
}

/// How many of eight bytes are digits.
fn figures(word: u64) -> u32 {
    (word & ONES << 3).count_ones()
}

const ONES: u64 = 0x0101_0101_0101_0101;

#[inline]
fn classify(b: u8) -> u8 {
    let figure = b.wrapping_sub(b'0') < 10;
    // Digits, and what separates them in numbers: ` `, `-`, `.`, `(`, `)`.
    let digit = figure || b.wrapping_sub(b'(') < 2 || b.wrapping_sub(b'-') < 2 || b == b' ';
    let letter = (b | 0x20).wrapping_sub(b'a') < 26;
    let word = letter || b.wrapping_sub(b'/') <= b'9' - b'/' || b == b'+' || b == b'-' || b == b'_';
    let sign = b == b'@' || b == b'+' || b == b'%';
    let drawn = figure || b.wrapping_sub(b'A') < 26;
    (u8::from(drawn) * DRAWN)
        | (u8::from(figure) * FIGURE)
        | (u8::from(digit) * DIGIT)
        | (u8::from(word) * WORD)
        | (u8::from(sign) * SIGN)
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
