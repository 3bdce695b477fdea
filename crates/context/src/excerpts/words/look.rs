//! What stands beside a word.

use super::list::Edges;

/// Whether nothing that `edges` forbids touches `line[start..end]`.
pub(super) fn edges(line: &[u8], start: usize, end: usize, edges: Edges) -> bool {
    let left = || free_before(line, start);
    let right = || free_after(line, end);
    match edges {
        Edges::Free => true,
        Edges::Left => left(),
        Edges::Right => right(),
        Edges::Both => left() && right(),
    }
}

fn free_before(line: &[u8], start: usize) -> bool {
    let before = start.checked_sub(1).and_then(|i| line.get(i));
    !before.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'/' | b'.' | b'$' | b'\\' | b'@'))
}

fn free_after(line: &[u8], end: usize) -> bool {
    match line.get(end) {
        Some(b'.') => !line.get(end + 1).is_some_and(u8::is_ascii_alphanumeric),
        Some(b':') => line.get(end + 1) != Some(&b':'),
        Some(b) => !(b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'/' | b'(' | b'=')),
        None => true,
    }
}

/// `error`, not a part of a name or path. A bracket with a code may follow: `error[E0308]`.
pub(super) fn is_word(line: &[u8], start: usize, end: usize) -> bool {
    free_before(line, start) && free_after(line, end)
}

/// The name of an exception, with its message after it or nothing: `ValueError: ..`, `java.io.IOException`.
pub(super) fn is_exception(line: &[u8], start: usize, end: usize) -> bool {
    let capital = line.get(start).is_some_and(u8::is_ascii_uppercase);
    let name_before = start.checked_sub(1).and_then(|i| line.get(i)).is_some_and(u8::is_ascii_alphanumeric);
    capital && name_before && matches!(line.get(end), None | Some(b':'))
}

/// Whether ` =` and no second `=` follows: then the word is a variable.
pub(super) fn is_assigned(line: &[u8], end: usize) -> bool {
    let rest = line.get(end..).unwrap_or_default().trim_ascii_start();
    rest.starts_with(b"=") && !rest.starts_with(b"==")
}

pub(super) fn colon_after(line: &[u8], end: usize) -> bool {
    line.get(end) == Some(&b':')
}

/// How much `error` tells here.
pub(super) fn error_score(line: &[u8], start: usize, end: usize) -> f32 {
    let follows = match line.get(end) {
        Some(b':' | b'[') => 0.3,
        Some(b' ') if followed_by_code(line, end) => 0.35,
        Some(b']') => 0.2,
        _ => 0.0,
    };
    (0.45 + follows + emphasis(line, start, end)).min(0.88)
}

/// ` TS2304`, ` CS0103`, ` C2065`, ` in file`: what compilers put behind `error`.
fn followed_by_code(line: &[u8], end: usize) -> bool {
    let rest = line.get(end + 1..).unwrap_or_default();
    let letters = rest.iter().take_while(|b| b.is_ascii_uppercase()).count();
    let digits = rest.iter().skip(letters).take_while(|b| b.is_ascii_digit()).count();
    ((1..=5).contains(&letters) && digits >= 3) || rest.starts_with(b"in ") || rest.starts_with(b"at ")
}

/// Bytes of a line within which the time before a level begins.
const LEVEL_WITHIN: usize = 100;

/// The level of a record: `level=info`, `"level":"info"`, or in capitals after a time.
pub(super) fn is_level(line: &[u8], start: usize, end: usize) -> bool {
    let before = line.get(..start).unwrap_or_default();
    if before.ends_with(b"level=") || before.ends_with(b"level\":\"") {
        return true;
    }
    let capitals = line.get(start..end).is_some_and(|w| w.iter().all(u8::is_ascii_uppercase));
    // A level stands near the start of its line; words of a long one are not each a reason to read all before them.
    let before = before.get(..LEVEL_WITHIN).unwrap_or(before);
    let is_digit = |i: usize| before.get(i).is_some_and(u8::is_ascii_digit);
    capitals && memchr::memchr_iter(b':', before).any(|i| is_digit(i.wrapping_sub(1)) && is_digit(i + 1))
}

/// Capitals, and a place at the start of the line, make a word a heading.
pub(super) fn emphasis(line: &[u8], start: usize, end: usize) -> f32 {
    let capitals = line.get(start..end).is_some_and(|w| w.iter().all(|b| !b.is_ascii_lowercase()));
    let first = line.get(..start).is_some_and(|before| before.iter().all(|b| !b.is_ascii_alphanumeric()));
    (if capitals { 0.2 } else { 0.0 }) + (if first { 0.15 } else { 0.0 })
}

/// The number that follows within a few characters: `code 1`, `code: 1`, `status=1`, `code [1]`.
pub(super) fn number_after(line: &[u8], end: usize) -> Option<u64> {
    let rest = line.get(end..)?;
    let skip = rest.iter().take(8).take_while(|b| !b.is_ascii_digit() && !b.is_ascii_alphabetic()).count();
    let rest = rest.get(skip..)?;
    let rest = rest.strip_prefix(b"code").or_else(|| rest.strip_prefix(b"status")).unwrap_or(rest);
    let skip = rest.iter().take(6).take_while(|b| !b.is_ascii_digit() && !b.is_ascii_alphabetic()).count();
    number(rest.get(skip..)?)
}

/// The number of a count: `3 failed`, `failed=3`, `Failures: 3`.
pub(super) fn number_beside(line: &[u8], start: usize, end: usize) -> Option<u64> {
    let before = line.get(..start)?;
    let before = before.trim_ascii_end();
    // `2 tests failed`, `3 type errors`: one word may stand between.
    let count = trailing_number(before).or_else(|| {
        let cut = before.iter().rposition(|b| !b.is_ascii_alphabetic()).map_or(0, |i| i + 1);
        let gap = before.get(..cut)?.trim_ascii_end();
        (cut < before.len() && gap.len() < cut).then(|| trailing_number(gap)).flatten()
    });
    count.or_else(|| {
        let rest = line.get(end..)?;
        let rest = rest.strip_prefix(b"s").unwrap_or(rest);
        let marked = rest.strip_prefix(b":").or_else(|| rest.strip_prefix(b"="));
        // Without a sign between them, the number must end the line: `# fail 1`.
        let digits = marked.unwrap_or(rest).trim_ascii_start();
        if marked.is_none() && (rest.first() != Some(&b' ') || !digits.iter().all(u8::is_ascii_digit)) {
            return None;
        }
        let n = number(digits)?;
        let len = digits.iter().take_while(|b| b.is_ascii_digit()).count();
        matches!(digits.get(len), None | Some(b' ' | b',' | b')' | b';' | b'.' | b']')).then_some(n)
    })
}

/// The number that ends `text`, when it stands by itself.
fn trailing_number(text: &[u8]) -> Option<u64> {
    let digits = text.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    if digits == 0 || digits > 9 {
        return None;
    }
    let at = text.len() - digits;
    let before = at.checked_sub(1).and_then(|i| text.get(i));
    let alone = matches!(before, None | Some(b' ' | b'(' | b'[' | b',' | b'|' | b'\t' | b'='));
    if alone { number(text.get(at..)?) } else { None }
}

fn number(text: &[u8]) -> Option<u64> {
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    if digits == 0 || digits > 10 {
        return None;
    }
    std::str::from_utf8(text.get(..digits)?).ok()?.parse().ok()
}
