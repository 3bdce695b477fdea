//! From hits to a new text.

use crate::scan::Hit;

/// Sorts hits and unites those that overlap: the union keeps the class of the highest rank, of equals the longer's.
pub(crate) fn settle(hits: &mut Vec<Hit>) {
    hits.sort_by_key(|h| (h.start, std::cmp::Reverse(h.end)));
    hits.dedup_by(|next, kept| {
        if next.start >= kept.end {
            return false;
        }
        let length = |h: &Hit| h.end - h.start;
        if (next.rank, length(next)) > (kept.rank, length(kept)) {
            kept.class = next.class;
            kept.rank = next.rank;
        }
        kept.end = kept.end.max(next.end);
        true
    });
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
