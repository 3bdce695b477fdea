//! Terminal escapes out of a line: CSI (`ESC [ .. letter`), OSC (`ESC ] .. BEL`) and two-byte sequences (ECMA-48).

use memchr::memchr;

const ESCAPE: u8 = 0x1b;

/// Appends `text` to `out` without its escapes. `false` when there are none: then `out` is left alone.
pub(super) fn strip(text: &str, out: &mut String) -> bool {
    let bytes = text.as_bytes();
    let Some(mut at) = memchr(ESCAPE, bytes) else { return false };
    let mut from = 0;
    loop {
        out.push_str(text.get(from..at).unwrap_or_default());
        from = end_of_escape(bytes, at);
        match memchr(ESCAPE, bytes.get(from..).unwrap_or_default()) {
            Some(next) => at = from + next,
            None => break,
        }
    }
    out.push_str(text.get(from..).unwrap_or_default());
    true
}

/// The first byte after the escape at `at`. Always on a character boundary: escapes are ASCII, and one that is broken
/// off by other text ends there.
fn end_of_escape(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at + 1) {
        Some(b'[') => {
            let mut i = at + 2;
            while bytes.get(i).is_some_and(|b| (0x20..0x40).contains(b)) {
                i += 1;
            }
            i + usize::from(bytes.get(i).is_some_and(|b| (0x40..0x7f).contains(b)))
        }
        Some(b']') => {
            let mut i = at + 2;
            while bytes.get(i).is_some_and(|&b| b != 0x07 && b != ESCAPE) {
                i += 1;
            }
            match bytes.get(i) {
                Some(0x07) => i + 1,
                Some(_) if bytes.get(i + 1) == Some(&b'\\') => i + 2,
                // Not closed: then it was no sequence, and the text is kept.
                _ => at + 2,
            }
        }
        Some(b'(' | b')') if bytes.get(at + 2).is_some_and(u8::is_ascii) => at + 3,
        Some(0x20..0x7f) => at + 2,
        _ => at + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let mut out = String::new();
        let any = strip(text, &mut out);
        assert_eq!(any, text.contains('\u{1b}'));
        assert_eq!(if any { out.as_str() } else { text }, expected);
    }

    #[test]
    fn escapes_go_and_text_stays() {
        check("plain", "plain");
        check("\u{1b}[31mred\u{1b}[0m and \u{1b}[1;32mgreen\u{1b}[m", "red and green");
        check("a\u{1b}]0;title\u{7}b", "ab");
        check("a\u{1b}]8;;http://x\u{1b}\\link", "alink");
        check("a\u{1b}(Bb\u{1b}", "ab");
        check("cut \u{1b}[12", "cut ");
        check("\u{1b}é", "é");
    }
}
