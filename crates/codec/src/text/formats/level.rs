//! Level words within a line.

use decant_model::Severity;

use crate::severity;

/// The level that a header's word is: in capitals, with at most a mark around it (`INFO`, `ERROR:`, `|WARN|`).
pub(in crate::text) fn of_word(word: &[u8]) -> Option<Severity> {
    let word = trim_marks(word);
    if word.first().is_none_or(|b| !b.is_ascii_uppercase()) || word.iter().any(u8::is_ascii_lowercase) {
        return None;
    }
    severity::from_word(word)
}

/// The level in brackets or before a colon, in any case; `core:error` and `error:core` are error.
pub(in crate::text) fn of_group(group: &[u8]) -> Option<Severity> {
    let group = group.trim_ascii();
    severity::from_word(group).or_else(|| {
        let colon = memchr::memchr(b':', group)?;
        severity::from_word(group.get(colon + 1..)?).or_else(|| severity::from_word(group.get(..colon)?))
    })
}

pub(in crate::text) fn trim_marks(word: &[u8]) -> &[u8] {
    let mark = |b: &u8| matches!(b, b':' | b',' | b'|' | b'[' | b']' | b'(' | b')' | b'<' | b'>');
    let from = word.iter().position(|b| !mark(b)).unwrap_or(word.len());
    let to = word.iter().rposition(|b| !mark(b)).map_or(from, |i| i + 1);
    word.get(from..to).unwrap_or_default()
}

/// The level that a message without a header begins with: `ERROR ..`, `error: ..`, `error[E0308]: ..`, `[WARN] ..`,
/// `npm ERR! ..`, `fatal: ..`. A word in small letters counts only when it is set off, since prose begins with such words.
pub(in crate::text) fn leading(line: &[u8]) -> Option<Severity> {
    let line = line.trim_ascii_start();
    match line.first()? {
        b'[' => {
            let end = memchr::memchr(b']', line.get(..line.len().min(24))?)?;
            return of_group(line.get(1..end)?);
        }
        b'a'..=b'z' | b'A'..=b'Z' => {}
        _ => return None,
    }
    let line = line.strip_prefix(b"npm ").unwrap_or(line);
    let end = line.iter().take(14).position(|b| !b.is_ascii_alphanumeric()).unwrap_or(line.len());
    let word = line.get(..end)?;
    let capitals = !word.iter().any(u8::is_ascii_lowercase);
    let set_off = match line.get(end) {
        None => false,
        Some(b':' | b'!' | b'|') => true,
        Some(b'[') => memchr::memchr(b']', line).and_then(|close| line.get(close + 1)) == Some(&b':'),
        Some(_) => capitals,
    };
    // What test runners and build tools say; no level, so a header's message keeps the word.
    if matches!(word, b"FAIL" | b"FAILED") || (word == b"fail" && line.get(end) == Some(&b':')) {
        return Some(Severity::ERROR);
    }
    // `log:` and `config:` are words of other things; as levels they stand in headers only.
    let severity = severity::from_word(word).filter(|&s| set_off && (s >= Severity::WARN || capitals));
    severity.filter(|_| word.len() > 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Severity) {
        assert_eq!(leading(line.as_bytes()).unwrap_or_default(), expected, "{line}");
    }

    #[test]
    fn a_leading_level_is_seen_and_prose_is_not() {
        check("ERROR could not connect", Severity::ERROR);
        check("error: could not compile", Severity::ERROR);
        check("error[E0308]: mismatched types", Severity::ERROR);
        check("  [WARN] low disk", Severity::WARN);
        check("[ERROR] Failed to execute goal", Severity::ERROR);
        check("npm ERR! code ELIFECYCLE", Severity::ERROR);
        check("fatal: not a git repository", Severity::FATAL);
        check("WARNING:root:careful", Severity::WARN);
        check("Error handling is important", Severity::UNSPECIFIED);
        check("FAILED tests/a.py::b", Severity::ERROR);
        check("fail: Shop.Cart[13]", Severity::ERROR);
        check("failed to do it", Severity::UNSPECIFIED);
        check("log: something", Severity::UNSPECIFIED);
        check("errors: 3", Severity::UNSPECIFIED);
        check("[main] ok", Severity::UNSPECIFIED);
        check("", Severity::UNSPECIFIED);
    }
}
