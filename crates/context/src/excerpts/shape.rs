//! Which lines say the same: a line's **shape** is its plain words, with names, paths, numbers and quoted things left
//! out. `a.py:3: error: no attribute "x"` and `b.py:9: error: no attribute "y_z"` have one shape. How often each was seen
//! is counted for as many shapes as the limit allows; further ones are taken as seen once.

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_64;

/// Counts of shapes.
#[derive(Debug)]
pub(super) struct Shapes {
    seen: HashMap<u64, u32>,
    max: usize,
}

impl Shapes {
    pub(super) fn new(max: usize) -> Self {
        Self { seen: HashMap::new(), max }
    }

    /// Counts one more and tells how many there are.
    pub(super) fn count(&mut self, shape: u64) -> u32 {
        if let Some(n) = self.seen.get_mut(&shape) {
            *n = n.saturating_add(1);
            return *n;
        }
        if self.seen.len() < self.max {
            self.seen.insert(shape, 1);
        }
        1
    }

    pub(super) fn seen(&self, shape: u64) -> u32 {
        self.seen.get(&shape).copied().unwrap_or(1)
    }
}

/// The shape of a line.
pub(super) fn of(line: &str) -> u64 {
    let mut hash: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut hole = false;
    for token in line.split_ascii_whitespace() {
        let word = token.trim_matches(|c: char| c.is_ascii_punctuation());
        let quoted = token.starts_with(['"', '\'', '`']);
        if !quoted && !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphabetic()) {
            hash = (hash.rotate_left(5) ^ xxh3_64(word.as_bytes())).wrapping_mul(0x2545_f491_4f6c_dd1d);
            hole = false;
        } else if !hole {
            hash = (hash.rotate_left(5) ^ 1).wrapping_mul(0x2545_f491_4f6c_dd1d);
            hole = true;
        }
    }
    hash
}

/// The text with its runs of digits made alike: equal for lines that differ in counters and times only. Line numbers
/// (`a.rs:12`) stay.
pub(super) fn text(line: &str) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let (mut digit, mut place) = (false, false);
    let (mut before, mut last) = (0_u8, 0_u8);
    for b in line.trim().bytes() {
        place = if b.is_ascii_digit() { place || (last == b':' && before.is_ascii_alphabetic()) } else { false };
        (before, last) = (last, b);
        let is_digit = b.is_ascii_digit() && !place;
        if is_digit && digit {
            continue;
        }
        digit = is_digit;
        hash = (hash ^ u64::from(if is_digit { b'0' } else { b })).wrapping_mul(0x0100_0000_01b3);
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_differ_in_names_have_one_shape() {
        let a = of("pkg/a.py:76: error: Module has no attribute \"is_null\"  [attr-defined]");
        assert_eq!(a, of("pkg/b/c.py:9: error: Module has no attribute \"floor_x\"  [attr-defined]"));
        assert_ne!(a, of("pkg/a.py:76: error: Call to untyped function \"f_x\" in typed context  [no-call]"));
        assert_eq!(of("FAILED a/b.py::test_x - ValueError: bad"), of("FAILED c.py::test_y[1] - ValueError: bad"));
    }

    #[test]
    fn counters_and_times_do_not_make_a_text_new() {
        assert_eq!(text("retry 1/12 in 3.5s"), text("  retry 2/3 in 10.25s"));
        assert_ne!(text("retry"), text("retries"));
        assert_ne!(text(" --> src/a.rs:5:5"), text(" --> src/a.rs:61:5"));
    }

    #[test]
    fn shapes_past_the_limit_are_taken_as_seen_once() {
        let mut shapes = Shapes::new(1);
        assert_eq!((shapes.count(1), shapes.count(1), shapes.count(2), shapes.count(2)), (1, 2, 1, 1));
        assert_eq!((shapes.seen(1), shapes.seen(2)), (2, 1));
    }
}
