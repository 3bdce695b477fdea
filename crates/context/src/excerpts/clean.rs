//! A line as it is kept: without colour codes and trailing space, and cut when it is very long.
//!
//! The decoder has taken real escapes out. Some runners and test tools print them in caret notation (`^[[31m`), which is
//! plain text: it would be paid for in tokens and would split words.

use memchr::memmem;

/// Longest line that is kept whole, in bytes.
const MAX_LINE_BYTES: usize = 1_200;
/// What is kept of a longer one.
const HEAD_BYTES: usize = 800;
const TAIL_BYTES: usize = 240;

/// Writes `line` to `out` without colour codes; `out` is emptied first.
pub(super) fn strip(line: &str, out: &mut String) {
    out.clear();
    let mut rest = line;
    while let Some(at) = start_of_code(rest) {
        let Some(end) = end_of_code(rest, at) else {
            out.push_str(rest.get(..at + 2).unwrap_or(rest));
            rest = rest.get(at + 2..).unwrap_or_default();
            continue;
        };
        out.push_str(rest.get(..at).unwrap_or_default());
        rest = rest.get(end..).unwrap_or_default();
    }
    out.push_str(rest);
    out.truncate(out.trim_end().len());
}

/// Where an escape begins: `ESC [`, or `^[[` of which the first byte is left to the match.
fn start_of_code(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let escape = memchr::memchr(0x1b, bytes);
    let caret = memmem::find(bytes, b"^[[");
    match (escape, caret) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// The byte after the escape that begins at `at`: digits and semicolons, then a letter.
fn end_of_code(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut i = at + if bytes.get(at) == Some(&0x1b) { 2 } else { 3 };
    while bytes.get(i).is_some_and(|b| b.is_ascii_digit() || *b == b';') {
        i += 1;
    }
    bytes.get(i).filter(|b| b.is_ascii_alphabetic()).map(|_| i + 1)
}

/// A long line's head and tail, with the number of bytes left out between them.
pub(super) fn cut(line: &str) -> String {
    if line.len() <= MAX_LINE_BYTES {
        return line.to_owned();
    }
    let head = line.get(..line.floor_char_boundary(HEAD_BYTES)).unwrap_or_default();
    let tail = line.get(line.floor_char_boundary(line.len() - TAIL_BYTES)..).unwrap_or_default();
    format!("{head} [.. {} bytes left out ..] {tail}", line.len() - head.len() - tail.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: &str) {
        let mut out = String::from("old");
        strip(line, &mut out);
        assert_eq!(out, expected, "{line:?}");
    }

    #[test]
    fn colour_codes_go_in_both_notations() {
        check("plain", "plain");
        check("^[[31mFAILED^[[0m test", "FAILED test");
        check("\u{1b}[1;31mred\u{1b}[0m  ", "red");
        check("^[[ not a code", "^[[ not a code");
        check("a ^[[", "a ^[[");
        check("    ^^^^^^^^ here", "    ^^^^^^^^ here");
        check("\u{1b}", "\u{1b}");
    }

    #[test]
    fn long_lines_say_how_much_is_left_out() {
        assert_eq!(cut("short"), "short");
        let long = cut(&"é".repeat(5_000));
        assert!(long.contains("bytes left out"), "{long}");
        assert!(long.len() < MAX_LINE_BYTES);
    }
}
