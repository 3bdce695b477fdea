//! Long words: base64 that hides something, tokens without a prefix, and what looks random where a value stands.

mod words;

use super::{Hit, Name, Progress, Scanner, label};
use crate::chars::{Charset, Mix, entropy_bits, part};
use crate::encoded::{MAX_ENCODED_BYTES, base64_text};
use crate::keys::changes;
use crate::rules::{RANK_GUESS, RANK_TOKEN};

const WORD: Charset = Charset::BASE64.or(Charset::URL64);

/// Shortest base64 that is decoded: twelve bytes of plain text.
const MIN_BASE64: usize = 16;
const MIN_RANDOM: usize = 20;

/// Looks at the word around `at`; returns where it ends.
pub(super) fn look(scanner: &Scanner, text: &str, at: usize, progress: &Progress, out: &mut Vec<Hit>) -> usize {
    let bytes = text.as_bytes();
    let start = at - WORD.word_back(bytes, at, MAX_ENCODED_BYTES);
    let (length, kinds) = WORD.run_kinds(bytes, start);
    let end = start + length;
    words::look(text, start, end, out);
    // Without capitals it is a hash, an id, a path or words, which is what nearly all long words are; base64 of text has
    // some.
    if !kinds.touches(Charset::UPPER) {
        return end;
    }
    if kinds.touches(Charset::DIGIT) {
        words::account(text, start, end, out);
    }
    if length < MIN_BASE64 {
        return end;
    }
    let padded = end + bytes.get(end..).unwrap_or_default().iter().take(2).take_while(|&&b| b == b'=').count();
    base64(scanner, text, start, padded, progress, out);
    if length >= MIN_RANDOM && kinds.touches(Charset::LOWER) && kinds.touches(Charset::DIGIT) {
        random(text, start, padded, out);
    }
    end
}

/// What the decoded text holds redacts the whole word.
fn base64(scanner: &Scanner, text: &str, start: usize, end: usize, progress: &Progress, out: &mut Vec<Hit>) {
    let word = part(text, start, end);
    let whole = base64_text(word).map(|decoded| (start, decoded));
    // The word may be glued to a path or a prefix: `data/dXNlci...`.
    let cut = || {
        let from = word.trim_end_matches('=').rfind(['/', '-', '_'])? + 1;
        (word.len() - from >= MIN_BASE64).then(|| base64_text(word.get(from..)?).map(|d| (start + from, d)))?
    };
    let Some((start, decoded)) = whole.or_else(cut) else { return };
    let Some(best) = scanner.inside(&decoded, progress).into_iter().max_by_key(|hit| hit.rank) else { return };
    let plain = best.plain.or_else(|| decoded.get(best.start..best.end).map(Into::into));
    out.push(Hit { start, end, plain, rank: RANK_TOKEN, class: best.class });
}

/// Random characters after `=`, `:` or an opening quote behind one, unless the key says that it is an id or a hash.
fn random(text: &str, start: usize, end: usize, out: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let value = part(text, start, end).trim_end_matches('=');
    if !(MIN_RANDOM..=4096).contains(&value.len()) || matches!(bytes.get(end), Some(b'.' | b'(' | b':' | b'@')) {
        return;
    }
    let Some(key) = label::before(text, start) else { return };
    // A number before a colon is no key.
    let named = key.bytes().any(|b| b.is_ascii_alphabetic()) && !label::names_no_secret(key);
    if named && is_random(value) && !is_file(value) {
        out.push(Hit { start, end, class: Name::Built("high-entropy"), rank: RANK_GUESS, plain: None });
    }
}

/// Base64 that begins as files do: PNG, JPEG, GIF, WebP, PDF, gzip, ZIP, WebAssembly, a font.
fn is_file(value: &str) -> bool {
    const STARTS: &[&str] = &["iVBORw0KGgo", "/9j/", "R0lGOD", "UklGR", "JVBERi0", "H4sIA", "UEsDB", "AGFzbQ", "d09GM"];
    STARTS.iter().any(|start| value.starts_with(start))
}

fn is_random(value: &str) -> bool {
    let mix = Mix::of(value);
    let slashes = value.bytes().filter(|&b| b == b'/').count();
    let three = mix.lower >= 3 && mix.upper >= 3 && mix.digit >= 1;
    // `7e9ec1f284cb36b7-FRA`: the parts of what is joined are not random for being different.
    let three = three && value.split(['-', '_']).map(Mix::of).any(|m| m.lower > 0 && m.upper > 0 && m.digit > 0);
    // A path has a `/` every few letters, and words between them; a name in camel case changes its case rarely.
    three && slashes * 12 <= value.len() && changes(value) * 5 >= value.len() * 2 && entropy_bits(value) >= 3.9
}
