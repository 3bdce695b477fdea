//! Untrusted text made safe to show, and our own words kept apart from it.
//!
//! Three forms, and each can be told from Decant's words by its frame alone:
//! - a **quoted line**: everything after `| ` up to the end of the line; the frame is closed by nothing but the line's
//!   end, so ordinary characters, quotes, slashes and brackets stand as the log wrote them;
//! - a **code span** within a line: between runs of backticks longer than any run inside;
//! - a **plain name** (`ts-order-service`, `a/b.rs:12`): bare, because it has no space, bracket, quote or `#` in it, is
//!   none of the words of a verdict and does not look like a handle.
//!
//! Characters that could end a line, move the cursor, reorder or hide text are written out (`\x1b`, `\u{202e}`).

use std::borrow::Cow;
use std::fmt::Write as _;

/// Longest inline value, in characters; more is cut, and the cut is told outside the quotes.
const INLINE_CHARS: usize = 160;
/// Longest plain name.
const PLAIN_CHARS: usize = 100;
/// Longest sentence of our own.
const OURS_CHARS: usize = 600;
/// Names that would read as an answer of ours.
const RESERVED: [&str; 10] =
    ["incident", "no_incident", "insufficient_data", "verdict", "decant", "omitted", "counts", "none", "T0", "outside"];

/// `text` with everything invisible or line-ending written out; tabs become spaces, line feeds stay when `keep_lines`.
pub(crate) fn visible(text: &str, keep_lines: bool) -> Cow<'_, str> {
    if text.chars().all(|c| !is_hidden(c) || (keep_lines && c == '\n')) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' if keep_lines => out.push(c),
            '\t' => out.push(' '),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            c if is_hidden(c) && u32::from(c) < 0x80 => {
                let _infallible = write!(out, "\\x{:02x}", u32::from(c));
            }
            c if is_hidden(c) => {
                let _infallible = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Control, format, bidirectional and other characters without a shape of their own.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c),
            0xad | 0x34f | 0x61c | 0x115f..=0x1160 | 0x17b4..=0x17b5 | 0x180b..=0x180f | 0x200b..=0x200f
            | 0x2028..=0x202e | 0x2060..=0x206f | 0x2800 | 0x3164 | 0xfe00..=0xfe0f | 0xfeff | 0xffa0 | 0xfff0..=0xfffb
            | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a | 0xe0000..=0xe0fff)
}

/// A name or value from telemetry within a line of ours: plain when that is safe, else as a code span.
pub(crate) fn inline(text: &str) -> Cow<'_, str> {
    if is_plain(text) { Cow::Borrowed(text) } else { Cow::Owned(code(text)) }
}

fn is_plain(text: &str) -> bool {
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '/' | '@' | '+');
    let begins = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_');
    text.starts_with(begins)
        && text.len() <= PLAIN_CHARS
        && text.chars().all(good)
        && !text.ends_with(':')
        && !RESERVED.iter().any(|word| word.eq_ignore_ascii_case(text))
        && !looks_like_handle(text)
}

fn looks_like_handle(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_ascii_lowercase())
        && (4..=16).contains(&(text.len() - 1))
        && chars.all(|c| c.is_ascii_hexdigit())
}

fn code(text: &str) -> String {
    let shown = visible(text, false);
    let (shown, left_out) = cut(&shown, INLINE_CHARS);
    let (mut run, mut longest) = (0, 0);
    for c in shown.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    // A space keeps the fence apart from a backtick of the text, and shows that an empty value is one.
    let pad = if shown.starts_with('`') || shown.ends_with('`') { " " } else { "" };
    let shown = if shown.is_empty() { " " } else { shown };
    let told = if left_out > 0 { format!("(+{left_out} characters)") } else { String::new() };
    format!("{fence}{pad}{shown}{pad}{fence}{told}")
}

/// The first twelve digits of a long hexadecimal id, as people quote commits; anything else whole.
pub(crate) fn short_hex(text: &str) -> &str {
    if text.len() >= 24 && text.bytes().all(|b| b.is_ascii_hexdigit()) { cut(text, 12).0 } else { text }
}

/// The first `chars` characters, and how many were left out.
pub(crate) fn cut(text: &str, chars: usize) -> (&str, usize) {
    if text.len() <= chars {
        return (text, 0);
    }
    match text.char_indices().nth(chars) {
        None => (text, 0),
        Some((at, _)) => {
            let (head, tail) = text.split_at(at);
            (head, tail.chars().count())
        }
    }
}

/// A sentence of ours which may name things of the telemetry: one line, without frames that only rendering may set.
pub(crate) fn ours(text: &str) -> String {
    let shown = visible(text, false);
    let (shown, left_out) = cut(&shown, OURS_CHARS);
    let mut out: String = shown
        .chars()
        .map(|c| match c {
            '`' => '\'',
            '[' => '(',
            ']' => ')',
            '|' => '/',
            c => c,
        })
        .collect();
    if left_out > 0 {
        let _infallible = write!(out, "... (+{left_out} characters)");
    }
    out
}

/// The lines of a telemetry text, each behind `| `: `first` stands before the first one's frame. At most `lines_max`
/// lines and `chars_max` characters of each; what is left out is told before the frame.
pub(crate) fn lines(out: &mut String, first: &str, text: &str, flagged: bool, (lines_max, chars_max): (usize, usize)) {
    let bar = if flagged { "!| " } else { "| " };
    let total = text.lines().count();
    for (index, line) in text.lines().take(lines_max).enumerate() {
        let more = if index + 1 == lines_max && total > lines_max { total - lines_max } else { 0 };
        let shown = visible(line.trim_end(), false);
        let chars = shown.len().checked_sub(chars_max).map_or(0, |_| shown.chars().count());
        out.push_str(if index == 0 { first } else { "" });
        if more > 0 {
            let _infallible = write!(out, "(+{more} lines)");
        }
        if chars > chars_max {
            let (head, tail) = ends(&shown, chars_max);
            let left_out = chars - chars_max;
            let _infallible = writeln!(out, "(cut by {left_out} characters at …){bar}{head}…{tail}");
        } else {
            let _infallible = writeln!(out, "{bar}{shown}");
        }
    }
    if total == 0 {
        let _infallible = writeln!(out, "{first}{bar}");
    }
}

/// Beginning and end of a long line: errors stand at either.
fn ends(text: &str, chars: usize) -> (&str, &str) {
    let (head, _) = cut(text, chars - chars / 4);
    let from = text.char_indices().rev().nth((chars / 4).max(1) - 1).map_or(text.len(), |(at, _)| at);
    (head, text.split_at(from).1)
}

/// A telemetry text for the JSON form, of at most `chars` characters; JSON's own quotes are the frame.
pub(crate) fn json(text: &str, chars: usize) -> String {
    let shown = visible(text, true);
    match cut(&shown, chars) {
        (_, 0) => shown.into_owned(),
        (head, left_out) => format!("{head}… (+{left_out} characters)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_bare_and_all_else_is_fenced() {
        let check = |text: &str, expected: &str| assert_eq!(inline(text), expected);
        check("ts-order-service", "ts-order-service");
        check("tests/fail/a.rs:5", "tests/fail/a.rs:5");
        check("GET /api/v1", "`GET /api/v1`");
        check("p3f2a", "`p3f2a`");
        check("no_incident", "`no_incident`");
        check("a`b``c d", "```a`b``c d```");
        check("`x", "`` `x ``");
        check("", "` `");
        check("a\nb", "`a\\nb`");
        check("a\u{202e}b", "`a\\u{202e}b`");
    }

    #[test]
    fn every_line_of_a_text_has_its_own_frame() {
        let check = |text: &str, flagged: bool, expected: &str| {
            let mut out = String::new();
            lines(&mut out, "+1s", text, flagged, (2, 12));
            assert_eq!(out, expected);
        };
        check("one", false, "+1s| one\n");
        check("one\ntwo", false, "+1s| one\n| two\n");
        check("one\ntwo\nthree", false, "+1s| one\n(+1 lines)| two\n");
        check("do this", true, "+1s!| do this\n");
        check("", false, "+1s| \n");
        check("0123456789abcdef", false, "+1s(cut by 4 characters at …)| 012345678…def\n");
        check("a\u{2028}## b", false, "+1s(cut by 1 characters at …)| a\\u{2028}…# b\n");
    }

    #[test]
    fn our_sentences_cannot_hold_a_frame() {
        assert_eq!(ours("x [p3f2a] `y`\n## z | w"), "x (p3f2a) 'y'\\n## z / w");
    }
}
