//! Where the value of a key starts and ends, and what it looks like.

use crate::chars::{Charset, Mix, part};

/// Longest quoted value that is looked for the end of; a longer one ends as an unquoted one does.
const MAX_QUOTED_BYTES: usize = 8 << 10;

/// A bare value is judged by so many bytes, so that a text of nothing but keys is not read to its end for each.
const MAX_JUDGED_BYTES: usize = 128;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Separator {
    /// `=`, `:=`, `=>`, a blank after an option, an XML element: what follows is the value.
    Equals,
    /// `:`; in prose what follows is an explanation.
    Colon,
}

/// Bytes `start..end` of a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Value {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) separator: Separator,
    pub(crate) quoted: bool,
}

fn is_blank(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\n')
}

fn skip_blank(bytes: &[u8], from: usize) -> usize {
    from + bytes.get(from..).unwrap_or_default().iter().take(64).take_while(|&&b| is_blank(b)).count()
}

fn backslashes(bytes: &[u8], from: usize) -> usize {
    bytes.get(from..).unwrap_or_default().iter().take(16).take_while(|&&b| b == b'\\').count()
}

/// A quote at `from`, behind backslashes or not: their number and the quote.
pub(crate) fn quote(bytes: &[u8], from: usize) -> Option<(usize, u8)> {
    let escapes = backslashes(bytes, from);
    let quote = *bytes.get(from + escapes)?;
    matches!(quote, b'"' | b'\'' | b'`').then_some((escapes, quote))
}

/// Whether the word at `word` is joined to a longer key, stands in quotes, or after `?` or `&`.
pub(crate) fn is_joined(bytes: &[u8], key_start: usize, word: usize) -> bool {
    let before = key_start.checked_sub(1).and_then(|i| bytes.get(i));
    word > key_start || matches!(before, Some(b'"' | b'\'' | b'?' | b'&'))
}

/// The value of the key at `key_start..key_end`.
pub(crate) fn after(text: &str, key_start: usize, key_end: usize) -> Option<Value> {
    let bytes = text.as_bytes();
    let at = |i: usize| bytes.get(i).copied();
    let mut i = key_end;
    let key_quote = quote(bytes, i);
    if let Some((escapes, _)) = key_quote {
        i += escapes + 1;
    }
    if at(i) == Some(b']') {
        i += 1;
    }
    let sep = skip_blank(bytes, i);
    let whole = key_quote.is_some() && key_start.checked_sub(1).is_some_and(|before| at(before) == Some(b'"'));
    if let Some(start) = paired(bytes, i).filter(|_| whole) {
        return Some(extent(text, start, Separator::Equals));
    }
    let (separator, next) = match (at(sep)?, at(sep + 1)) {
        (b'=', Some(b'=')) | (b':', Some(b':')) => return None,
        (b'=', Some(b'>' | b'~')) | (b':', Some(b'=')) => (Separator::Equals, sep + 2),
        (b'=', _) => (Separator::Equals, sep + 1),
        (b':', Some(b'/')) if at(sep + 2) == Some(b'/') => return None,
        (b':', _) => (Separator::Colon, sep + 1),
        (b'>', _) if key_start > 0 && at(key_start - 1) == Some(b'<') => {
            let end = bytes.get(sep + 1..)?.iter().take(MAX_QUOTED_BYTES).position(|&b| b == b'<')?;
            return Some(Value { start: sep + 1, end: sep + 1 + end, separator: Separator::Equals, quoted: true });
        }
        // `--password value`
        (_, _) if sep > i && part(text, key_start, key_end).starts_with("--") => (Separator::Equals, sep),
        _ => return None,
    };
    // After a bare key the value stands on the same line; pretty JSON may break it.
    let start = skip_blank(bytes, next);
    if key_quote.is_none() && part(text, next, start).contains('\n') {
        return None;
    }
    // `"Cookie": ["a=b"]`: a list of one.
    let listed = at(start)? == b'[' && key_quote.is_some() && quote(bytes, start + 1).is_some();
    let start = start + usize::from(listed);
    Some(extent(text, start, separator))
}

/// Members between the name of a pair and its value that are passed over: `"value":{"arrayValue":{"values":[{"stringValue":`.
const MAX_WRAPPERS: usize = 5;

/// Where the value starts, after a JSON string (which ends at `from`) that is the name of a pair of members:
/// `{"key":"password","value":{"stringValue":"..."}}` as OTLP has it, `{"name":"password","value":"..."}`.
pub(crate) fn paired(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = skip_blank(bytes, from);
    if bytes.get(at) != Some(&b',') {
        return None;
    }
    at += 1;
    for member in 0..MAX_WRAPPERS {
        at = skip_blank(bytes, at);
        while member > 0 && matches!(bytes.get(at), Some(b'{' | b'[')) {
            at = skip_blank(bytes, at + 1);
        }
        let Some((escapes, _)) = quote(bytes, at) else { return (member > 0).then_some(at) };
        let name = at + escapes + 1;
        let length = Charset::WORD.run(bytes, name, 16);
        let closed = quote(bytes, name + length).map(|(escapes, _)| skip_blank(bytes, name + length + escapes + 1));
        let Some(colon) = closed.filter(|&colon| bytes.get(colon) == Some(&b':')) else {
            return (member > 0).then_some(at);
        };
        let name = bytes.get(name..name + length)?.to_ascii_lowercase();
        if !(name.ends_with(b"value") || (member > 0 && name == b"values")) {
            return None;
        }
        at = colon + 1;
    }
    None
}

/// The value in `password is x7!k` and `PASSWORD 'x7!k'`, without a separator.
pub(crate) fn in_prose(text: &str, key_end: usize) -> Option<Value> {
    let bytes = text.as_bytes();
    let is = part(text, key_end, key_end + 4).eq_ignore_ascii_case(" is ");
    let start = if is { key_end + 4 } else { key_end + 1 };
    let quoted = bytes.get(key_end) == Some(&b' ') && quote(bytes, start).is_some();
    let value = (is || quoted).then(|| extent(text, start, Separator::Equals))?;
    let one_word = value.end > value.start && !part(text, value.start, value.end).contains(' ');
    (one_word && (quoted || value.is_mixed(text))).then_some(value)
}

/// The value that starts at `start`, a quote or its first byte.
pub(crate) fn extent(text: &str, start: usize, separator: Separator) -> Value {
    let bytes = text.as_bytes();
    if let Some((escapes, q)) = quote(bytes, start) {
        let from = start + escapes + 1;
        if let Some(end) = closing(bytes, from, escapes, q) {
            return Value { start: from, end, separator, quoted: true };
        }
        return Value { start: from, end: bare_end(bytes, from, MAX_JUDGED_BYTES), separator, quoted: false };
    }
    Value { start, end: bare_end(bytes, start, MAX_JUDGED_BYTES), separator, quoted: false }
}

/// Where a value without quotes ends, at most `limit` bytes on, and never within a character.
pub(super) fn bare_end(bytes: &[u8], from: usize, limit: usize) -> usize {
    let ends = |b: u8| {
        is_blank(b)
            || matches!(b, b'"' | b'\'' | b'`' | b',' | b';' | b'&' | b')' | b']' | b'}' | b'<' | b'>' | b'|' | b'\\')
    };
    let mut end = from + bytes.get(from..).unwrap_or_default().iter().take(limit).take_while(|&&b| !ends(b)).count();
    while bytes.get(end).is_some_and(|b| b & 0xc0 == 0x80) {
        end -= 1;
    }
    end
}

/// The end of what stands in quotes that were escaped `escapes` times.
fn closing(bytes: &[u8], from: usize, escapes: usize, q: u8) -> Option<usize> {
    let window = bytes.get(from..bytes.len().min(from + MAX_QUOTED_BYTES))?;
    for i in memchr::memchr_iter(q, window) {
        let before = window.get(..i).unwrap_or_default().iter().rev().take_while(|&&b| b == b'\\').count();
        let closes = if escapes == 0 { before % 2 == 0 } else { before <= escapes };
        if closes {
            return Some(from + i - if escapes == 0 { 0 } else { before });
        }
    }
    None
}

impl Value {
    /// Not a word that stands for no password, a variable, or the start of a sentence.
    pub(crate) fn is_password(&self, text: &str) -> bool {
        let found = part(text, self.start, self.end);
        if found.is_empty() || found.len() > MAX_QUOTED_BYTES || is_placeholder(found) {
            return false;
        }
        let path = found.starts_with('/') || found.starts_with("~/") || found.starts_with("./");
        if path && !self.quoted {
            return false;
        }
        if self.quoted || self.separator == Separator::Equals {
            return true;
        }
        // `password: incorrect for user`: letters only, and the sentence goes on.
        let rest = part(text, self.end, text.len());
        let goes_on = rest.strip_prefix(' ').is_some_and(|r| r.starts_with(|c: char| c.is_ascii_alphabetic()));
        !(goes_on && found.bytes().all(|b| b.is_ascii_alphabetic()))
    }

    /// After `=` or the like, six or more characters with letters and digits and no dot: `pass=12` and `pass=1.5s` are none.
    pub(crate) fn is_mixed(&self, text: &str) -> bool {
        let found = part(text, self.start, self.end);
        let mix = Mix::of(found);
        let mixed = mix.digit > 0 && mix.lower + mix.upper > 0;
        self.separator == Separator::Equals && found.len() >= 6 && mixed && !found.contains(['.', '/'])
    }

    /// One to five words of letters.
    pub(crate) fn is_name(&self, text: &str) -> bool {
        let found = part(text, self.start, self.end);
        let letters = |w: &str| w.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '\'' | '.' | ','));
        let words = found.split(' ').count();
        (2..=80).contains(&found.len()) && words <= 5 && found.split(' ').all(letters) && !is_placeholder(found)
    }
}

/// Whether a value looks drawn at random, and is no path, word or variable.
pub(crate) fn is_token(found: &str) -> bool {
    if !(8..=MAX_QUOTED_BYTES).contains(&found.len()) || is_placeholder(found) {
        return false;
    }
    // Keys drawn from all of ASCII have signs that no name has.
    let signs = found.contains(['!', '#', '$', '^', '*']) && !found.contains('.');
    let call = found.contains(['(', '{', '[']) || (found.contains('@') && found.contains('.'));
    let structured = found.contains(' ') || (call && !signs) || found.contains("://") || found.contains("::");
    let mix = Mix::of(found);
    let number = found.strip_prefix("0x").is_some_and(|rest| Charset::HEX.all(rest));
    if structured || number || found.starts_with('.') || (found.starts_with('/') && !is_base64(found, mix)) {
        return false;
    }
    // `kube-system/app-tls-x7k2p`: names of Kubernetes objects.
    let name = |n: &str| n.starts_with(|c: char| c.is_ascii_lowercase()) && Charset::ALNUM_DASH.all(n);
    if found.contains('/') && !found.bytes().any(|b| b.is_ascii_uppercase()) && found.split('/').all(name) {
        return false;
    }
    let letters = mix.lower + mix.upper;
    if letters == 0 {
        return mix.digit >= 10 && mix.other == 0;
    }
    // Dotted names (`io.grpc.Token1`) and host names.
    let dots = found.bytes().filter(|&b| b == b'.').count();
    let path = found.contains('/') && dots > 0 && !found.contains(['+', '=']);
    if path || (dots > 0 && mix.digit * 8 < found.len()) {
        return false;
    }
    mix.digit >= 1 || (found.len() >= 16 && mix.upper >= 2 && mix.lower >= 2 && changes(found) * 4 >= found.len())
}

/// Whether what begins with a `/` was drawn, and is no path: letters of both cases and digits take turns.
fn is_base64(found: &str, mix: Mix) -> bool {
    let all = mix.lower >= 3 && mix.upper >= 3 && mix.digit >= 2;
    all && Charset::BASE64_PAD.all(found) && changes(found) * 5 >= found.len() * 2
}

/// How often the kind of character changes from one to the next: often in what is drawn at random, rarely in words.
pub(crate) fn changes(text: &str) -> usize {
    let kind =
        |b: u8| (b.is_ascii_lowercase() as u8) | (b.is_ascii_uppercase() as u8) << 1 | (b.is_ascii_digit() as u8) << 2;
    text.as_bytes().windows(2).filter(|w| kind(w[0]) != kind(w[1])).count()
}

/// Words and forms that stand where a value would: nothing, a variable, a mask.
pub(crate) fn is_placeholder(found: &str) -> bool {
    const WORDS: &[&str] = &[
        "null",
        "none",
        "nil",
        "undefined",
        "true",
        "false",
        "yes",
        "no",
        "empty",
        "required",
        "missing",
        "invalid",
        "incorrect",
        "wrong",
        "expired",
        "failed",
        "changed",
        "reset",
        "redacted",
        "filtered",
        "masked",
        "hidden",
        "removed",
        "string",
        "str",
        "bytes",
        "authentication",
        "is",
        "not",
        "ok",
        "set",
        "unset",
        "prompt",
        "ask",
        "file",
        "bearer",
        "basic",
        "optional",
        "disabled",
        "enabled",
        "default",
        "n/a",
        "unknown",
        "hunter",
    ];
    let inner = found.trim_matches(['*', 'x', 'X', '.', '-', '_', '#', '?', '\u{2022}']);
    if inner.is_empty() || WORDS.iter().any(|w| found.eq_ignore_ascii_case(w)) {
        return true;
    }
    let variable = |f: &str| f.starts_with("${") || f.starts_with("$(") || f.starts_with("{{") || f.starts_with("%(");
    if variable(found) || found.starts_with("[REDACTED") || found.starts_with("[FILTERED") || found.starts_with("***") {
        return true;
    }
    let name = |n: &str| !n.is_empty() && Charset::WORD.all(n) && n.bytes().all(|b| !b.is_ascii_lowercase());
    found.strip_prefix('$').is_some_and(name) || matches!(found, "%s" | "%v" | "%d" | "{}" | "?" | "%q")
}

/// The credentials of an `Authorization` header, without the scheme.
pub(crate) fn credentials(text: &str, value: Value) -> Option<(usize, usize)> {
    let end = line_end(text, value);
    let found = part(text, value.start, end);
    let scheme = found.bytes().take(24).take_while(|&b| Charset::ALNUM_DASH.has(b)).count();
    let skip = if found.as_bytes().get(scheme) == Some(&b' ') { scheme + 1 } else { 0 };
    // A bare scheme and one word: the credentials end at the blank. Digest and signatures are lists up to the end.
    let rest = found.get(skip..)?.trim_end();
    let list = rest.contains("=\"") || rest.contains(", ") || rest.contains("=\\\"");
    let length = if list { rest.len() } else { rest.bytes().take_while(|&b| !is_blank(b) && b != b',').count() };
    let credentials = rest.get(..length)?;
    let long = credentials.len() >= if skip > 0 { 3 } else { 8 };
    let fits = long && !is_placeholder(credentials) && (skip > 0 || is_token(credentials));
    let word = !value.quoted && !list && length < 16 && credentials.bytes().all(|b| b.is_ascii_lowercase());
    (fits && !word).then_some((value.start + skip, value.start + skip + length))
}

/// The values of cookies: all of `Cookie`, the first of `Set-Cookie` (the rest are attributes such as `Path`).
pub(crate) fn cookie(text: &str, value: Value) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let head = bytes.get(value.start..)?.iter().take(81).position(|&b| b == b'=')?;
    let found = part(text, value.start, line_end(text, value));
    let name = found.find('=').filter(|&n| n == head)?;
    if name == 0 || name > 80 || found.get(..name)?.contains([' ', '(', '/']) {
        return None;
    }
    let attributes = ["path=", "expires=", "domain=", "max-age=", "httponly", "secure", "samesite="];
    let second = found.find(';').map(|i| (i, found.get(i + 1..).unwrap_or_default().trim_start().to_ascii_lowercase()));
    let length = match second {
        Some((i, rest)) if attributes.iter().any(|a| rest.starts_with(a)) => i,
        _ => found.trim_end().len(),
    };
    let from = name + 1;
    (length > from && !is_placeholder(found.get(from..length)?)).then_some((value.start + from, value.start + length))
}

/// A header's value runs to its closing quote, else to the end of the line.
fn line_end(text: &str, value: Value) -> usize {
    if value.quoted {
        return value.end;
    }
    let rest = part(text, value.start, text.len());
    let stop = |b: u8| matches!(b, b'\n' | b'\'' | b'`' | b'\\');
    let mut end = value.start + rest.bytes().take(MAX_QUOTED_BYTES).take_while(|&b| !stop(b)).count();
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    // Inside a quoted header line, its quote ends it; a list such as Digest has quotes of its own.
    let line = part(text, value.start, end);
    match line.find('"') {
        Some(i) if line.as_bytes().get(i.wrapping_sub(1)) != Some(&b'=') => value.start + i,
        _ => end,
    }
}
