//! From hits to a new text.

use crate::scan::Hit;

/// Sorts hits and unites those that overlap: the union keeps the class of the highest rank, of equals the longer's.
/// Hits on what stands for a value already are dropped, so that redacting twice is redacting once.
pub(crate) fn settle(text: &str, hits: &mut Vec<Hit>) {
    if hits.is_empty() {
        return;
    }
    if text.contains('<') {
        hits.retain(|hit| !is_redacted(text, hit));
    }
    hits.sort_by_key(|h| (h.start, std::cmp::Reverse(h.end)));
    hits.dedup_by(|next, kept| {
        if next.start >= kept.end {
            return false;
        }
        let length = |h: &Hit| h.end - h.start;
        let same = (next.start, next.end) == (kept.start, kept.end);
        if (next.rank, length(next)) > (kept.rank, length(kept)) {
            kept.class = next.class;
            kept.rank = next.rank;
        }
        if !same {
            // The plain value of a part is not that of the whole.
            kept.plain = kept.plain.take().filter(|_| next.end <= kept.end);
        } else if kept.plain.is_none() {
            kept.plain = next.plain.take();
        }
        kept.end = kept.end.max(next.end);
        true
    });
}

/// Whether a hit lies in one of our own tokens, `<class>`, `<class:1>` or `<class:3f2a91c04b>`, or is one.
fn is_redacted(text: &str, hit: &Hit) -> bool {
    let bytes = text.as_bytes();
    let before = bytes.get(..hit.start + 1).unwrap_or_default();
    let Some(back) = before.iter().rev().take(64).position(|&b| b == b'<') else { return false };
    let open = hit.start - back;
    token_length(bytes.get(open + 1..).unwrap_or_default()).is_some_and(|length| hit.end <= open + 1 + length)
}

/// The length of `class:digits>` at the start of `bytes`.
fn token_length(bytes: &[u8]) -> Option<usize> {
    let name =
        bytes.iter().take(41).take_while(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || **b == b'-').count();
    let rest = bytes.get(name..)?;
    if name == 0 || !bytes.first()?.is_ascii_lowercase() {
        return None;
    }
    match rest.first()? {
        b'>' => Some(name + 1),
        b':' => {
            let digits =
                rest.iter().skip(1).take(17).take_while(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(*b)).count();
            let numbered = digits <= 7 && rest.iter().skip(1).take(digits).all(u8::is_ascii_digit);
            let fits = digits > 0 && (numbered || matches!(digits, 10 | 16));
            (fits && rest.get(digits + 1) == Some(&b'>')).then_some(name + digits + 2)
        }
        _ => None,
    }
}

/// The quotes that a bare JSON value needs when a pseudonym takes its place: a number `7` after `"pin":` becomes
/// `"<pin:1>"`, with the escapes of the key's own closing quote. Empty where the value is quoted, or this is no JSON.
pub(crate) fn json_quote<'a>(text: &'a str, hit: &Hit) -> &'a str {
    let bytes = text.as_bytes();
    let blank = |b: &u8| matches!(b, b' ' | b'\n' | b'\t');
    let before = |to: usize| bytes.get(..to).unwrap_or_default();
    let skip = |to: usize| to - before(to).iter().rev().take_while(|b| blank(b)).count();
    let colon = skip(hit.start);
    if before(colon).last() != Some(&b':') {
        return "";
    }
    let quote = skip(colon - 1);
    if before(quote).last() != Some(&b'"') {
        return "";
    }
    let after = bytes.get(hit.end..).unwrap_or_default().iter().find(|b| !blank(b));
    if !matches!(after, None | Some(b',' | b'}' | b']')) {
        return "";
    }
    let escapes = before(quote - 1).iter().rev().take_while(|&&b| b == b'\\').count();
    text.get(quote - 1 - escapes..quote).unwrap_or_default()
}
