//! A line as it is kept: without colour codes and trailing space, and cut when it is very long.
//!
//! The decoder has taken real escapes out. Some runners and test tools print them in caret notation (`^[[31m`), which is
//! plain text: it would be paid for in tokens and would split words.

use std::fmt::Write as _;

/// Longest line that is kept whole, in bytes.
const MAX_LINE_BYTES: usize = 1_200;
/// Longest names of a job and a step before a line.
const MAX_ORIGIN_BYTES: usize = 320;
/// What is kept of a longer one.
const HEAD_BYTES: usize = 800;
const TAIL_BYTES: usize = 240;

/// `line` without colour codes and trailing space; `scratch` is only written to when there are codes.
pub(super) fn strip<'a>(line: &'a str, scratch: &'a mut String) -> &'a str {
    let Some(mut at) = start_of_code(line, 0) else { return line.trim_ascii_end() };
    scratch.clear();
    let mut from = 0;
    loop {
        scratch.push_str(line.get(from..at).unwrap_or_default());
        from = at;
        match end_of_code(line, at) {
            Some(end) => from = end,
            None => at += 1,
        }
        match start_of_code(line, from.max(at)) {
            Some(next) => at = next,
            None => break,
        }
    }
    scratch.push_str(line.get(from..).unwrap_or_default());
    scratch.trim_ascii_end()
}

/// What a terminal would show of a line that was overwritten: the text after the last carriage return.
pub(super) fn without_overwritten(line: &str) -> &str {
    memchr::memrchr(b'\r', line.as_bytes())
        .and_then(|i| line.get(i + 1..))
        .filter(|rest| !rest.is_empty())
        .unwrap_or(line)
}

/// The line after `job<TAB>step<TAB>time`, which a client puts before every line of a job's log; else the line itself.
pub(super) fn without_origin(line: &str) -> &str {
    let bytes = line.as_bytes();
    let head = bytes.get(..bytes.len().min(MAX_ORIGIN_BYTES)).unwrap_or_default();
    let Some(second) = memchr::memchr_iter(b'\t', head).nth(1) else { return line };
    let rest = line.get(second + 1..).unwrap_or_default().trim_start_matches('\u{feff}');
    let is_time = |t: &str| t.len() >= 20 && t.ends_with('Z') && t.bytes().filter(|b| *b == b':').count() == 2;
    match rest.split_once(' ') {
        Some((time, text)) if is_time(time) => text,
        None if is_time(rest) => "",
        _ => line,
    }
}

/// Where an escape may begin from `from` on: `ESC`, or `^[[`.
fn start_of_code(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let rest = bytes.get(from..)?;
    memchr::memchr2_iter(0x1b, b'^', rest)
        .map(|i| from + i)
        .find(|&i| bytes.get(i) == Some(&0x1b) || bytes.get(i..).is_some_and(|b| b.starts_with(b"^[[")))
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
    let mut out = String::new();
    cut_to(line, &mut out);
    out
}

/// As [`cut`], appended to `out`.
pub(super) fn cut_to(line: &str, out: &mut String) {
    if line.len() <= MAX_LINE_BYTES {
        out.push_str(line);
        return;
    }
    let head = line.get(..line.floor_char_boundary(HEAD_BYTES)).unwrap_or_default();
    let tail = line.get(line.floor_char_boundary(line.len() - TAIL_BYTES)..).unwrap_or_default();
    // Writing to a string does not fail.
    let _infallible = write!(out, "{head} [.. {} bytes left out ..] {tail}", line.len() - head.len() - tail.len());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: &str) {
        assert_eq!(strip(line, &mut String::from("old")), expected, "{line:?}");
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
    fn of_an_overwritten_line_the_last_state_counts() {
        assert_eq!(without_overwritten("10%\r20%\rdone"), "done");
        assert_eq!(without_overwritten("plain"), "plain");
        assert_eq!(without_overwritten("10%\r"), "10%\r");
    }

    #[test]
    fn the_origin_before_each_line_goes() {
        let origin = "build (linux)\tRun tests\t2025-01-02T03:04:05.1234567Z ";
        assert_eq!(without_origin(&format!("{origin}##[error]x\ty")), "##[error]x\ty");
        assert_eq!(without_origin(origin.trim_end()), "");
        for line in ["a\tb\tc d", "FAIL\tpkg\t0.4s", "plain", ""] {
            assert_eq!(without_origin(line), line);
        }
    }

    #[test]
    fn long_lines_say_how_much_is_left_out() {
        assert_eq!(cut("short"), "short");
        let long = cut(&"é".repeat(5_000));
        assert!(long.contains("bytes left out"), "{long}");
        assert!(long.len() < MAX_LINE_BYTES);
    }
}
