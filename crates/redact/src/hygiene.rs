//! Characters that a reader does not see, or that move the cursor, are removed or made visible.
//!
//! Removed: ANSI escape sequences, zero-width characters, tag characters, carriage returns at an end of line. Made
//! visible, as `\x07` or `\u202e`: other control characters and those that turn the direction of writing. This comes
//! before everything else, so that a secret cannot hide behind a character that nobody sees.

use std::fmt::Write as _;

/// Whether `text` may need cleaning: it holds a control character other than tab and newline, or is not ASCII.
pub(crate) fn is_suspect(bytes: &[u8]) -> bool {
    // Chunks without early exit inside, so that the compiler makes vector code of it.
    bytes
        .chunks(64)
        .any(|chunk| chunk.iter().fold(false, |odd, &b| odd | (b < 0x20 && b != b'\n' && b != b'\t') | (b >= 0x7f)))
}

/// The cleaned text; `None` when it was clean.
pub(crate) fn clean(text: &str) -> Option<String> {
    if !is_suspect(text.as_bytes()) {
        return None;
    }
    let mut out = String::new();
    let (mut copied, mut at) = (0, 0);
    while let Some((offset, c)) = next_odd(text, at) {
        let end = if c == '\u{1b}' || c == '\u{9b}' {
            offset + ansi_length(text.as_bytes().get(offset..).unwrap_or_default())
        } else {
            offset + c.len_utf8()
        };
        out.push_str(text.get(copied..offset).unwrap_or_default());
        match c {
            '\r' if !text.as_bytes().get(end).is_none_or(|&b| b == b'\n' || b == b'\r') => out.push('\n'),
            '\r' | '\u{1b}' | '\u{9b}' => {}
            c if is_invisible(c) => {}
            c if (c as u32) < 0x100 => ok(write!(out, "\\x{:02x}", c as u32)),
            c => ok(write!(out, "\\u{:04x}", c as u32)),
        }
        (copied, at) = (end, end);
    }
    if copied == 0 {
        return None;
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    Some(out)
}

/// Writing to a `String` cannot fail.
fn ok(result: std::fmt::Result) {
    debug_assert!(result.is_ok(), "a String takes whatever is written");
}

/// The next character that must go, from byte `from` on.
fn next_odd(text: &str, from: usize) -> Option<(usize, char)> {
    let rest = text.get(from..)?;
    rest.char_indices().find(|&(_, c)| is_odd(c)).map(|(i, c)| (from + i, c))
}

fn is_odd(c: char) -> bool {
    match c {
        '\n' | '\t' | ' '..='~' => false,
        c if (c as u32) < 0xa0 => true,
        c => is_invisible(c) || is_bidi(c),
    }
}

fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00ad}' | '\u{034f}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}'
        | '\u{206a}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

fn is_bidi(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Length of the escape sequence at the start of `bytes` (ECMA-48): CSI up to its final byte, OSC and other strings up to
/// their terminator, else the escape and one byte. A sequence that does not end within 256 bytes is only its introducer.
fn ansi_length(bytes: &[u8]) -> usize {
    const LIMIT: usize = 256;
    let introducer = if bytes.first() == Some(&0x1b) { 1 } else { 2 };
    let (kind, body) = match (introducer, bytes.get(1)) {
        (2, _) => (b'[', 2),
        (_, Some(&kind)) => (kind, 2),
        _ => return introducer,
    };
    match kind {
        b'[' => {
            let rest = bytes.get(body..).unwrap_or_default();
            let parameters = rest.iter().take(LIMIT).take_while(|b| (0x20..0x40).contains(*b)).count();
            match rest.get(parameters) {
                Some(0x40..=0x7e) => body + parameters + 1,
                _ => body + parameters,
            }
        }
        b']' | b'P' | b'^' | b'_' | b'X' => {
            let rest = bytes.get(body..).unwrap_or_default();
            let limit = rest.len().min(LIMIT);
            let end = rest.iter().take(limit).position(|&b| b == 0x07 || b == 0x1b);
            match end {
                Some(i) if rest.get(i) == Some(&0x07) => body + i + 1,
                Some(i) if rest.get(i + 1) == Some(&b'\\') => body + i + 2,
                _ => body,
            }
        }
        // Two-byte sequences; a byte of a longer character is not part of one.
        0x20..=0x7e => body,
        _ => introducer,
    }
}

#[cfg(test)]
mod tests {
    use super::clean;

    fn check(text: &str, expected: &str) {
        let found = clean(text).unwrap_or_else(|| text.to_owned());
        assert_eq!(found, expected, "{text:?}");
        assert_eq!(clean(&found), None, "{text:?} is clean after one pass");
    }

    #[test]
    fn nothing_that_moves_the_cursor_or_hides_stays() {
        check("plain\ttext\nof two lines", "plain\ttext\nof two lines");
        check("prix: 3 €, 東京 ✓", "prix: 3 €, 東京 ✓");
        check("\u{1b}[31;1merror\u{1b}[0m: x", "error: x");
        check("\u{9b}31merror", "error");
        check("\u{1b}]8;;http://x\u{07}link\u{1b}]8;;\u{1b}\\", "link");
        check("\u{1b}]0;no end", "0;no end");
        check("\u{1b}é", "é");
        check("a\u{1b}", "a");
        check("bell\u{07} null\0", "bell\\x07 null\\x00");
        check("50%\r100%\r\n", "50%\n100%\n");
        check("pass\u{200b}word\u{feff}", "password");
        check("user\u{202e}nimda", "user\\u202enimda");
        check("tags\u{e0041}\u{e007f}", "tags");
        check("\u{85}next", "\\x85next");
    }
}
