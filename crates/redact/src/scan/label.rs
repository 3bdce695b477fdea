//! The key before a value, and whether it promises an id, a hash, or another thing that is long and no secret.

use crate::chars::{Charset, part};

/// The key whose value starts at `start`: `key=`, `key: "`, `"key":`, `key => '`.
pub(crate) fn before(text: &str, start: usize) -> Option<&str> {
    let bytes = text.as_bytes();
    let back = |at: usize| at.checked_sub(1).and_then(|i| bytes.get(i)).copied();
    let mut at = start;
    while matches!(back(at), Some(b'"' | b'\'' | b'\\' | b' ')) && start - at < 8 {
        at -= 1;
    }
    let arrow = back(at) == Some(b'>') && back(at - 1) == Some(b'=');
    at -= usize::from(arrow);
    if !matches!(back(at), Some(b'=' | b':')) {
        return None;
    }
    let mut end = at - 1;
    while matches!(back(end), Some(b'"' | b'\'' | b'\\' | b' ' | b':')) && at - end < 8 {
        end -= 1;
    }
    let key = part(text, end - Charset::URL64_DOT.word_back(bytes, end, 64), end);
    (!key.is_empty()).then_some(key)
}

/// Whether one of the last two words of a key is among these.
pub(crate) fn names_no_secret(key: &str) -> bool {
    last_words(key, |word| INNOCENT.contains(&word))
}

/// Words of keys whose value is an innocent thing of letters, and would not be a number of sixteen digits.
const NO_NUMBERS: &[&str] =
    &["name", "label", "type", "method", "host", "file", "path", "target", "tag", "ref", "class"];

/// Whether a key names something that may have any number: an order, a span, and no card, account or name.
pub(crate) fn names_an_id(key: &str) -> bool {
    let paying = |word: &str| matches!(word, "card" | "pan" | "payment" | "account" | "credit" | "cc");
    last_words(key, |word| INNOCENT.contains(&word) && !NO_NUMBERS.contains(&word)) && !last_words(key, paying)
}

/// Whether one of the last two words of `someKey_of-Words` fulfils it.
fn last_words(key: &str, fulfils: impl Fn(&str) -> bool) -> bool {
    let mut lower = String::with_capacity(key.len() + 4);
    let mut small = false;
    for c in key.chars() {
        // `SpanID` has two words.
        if c.is_ascii_uppercase() && small {
            lower.push('_');
        }
        small = !c.is_ascii_uppercase();
        lower.push(c.to_ascii_lowercase());
    }
    lower.split(['_', '-', '.']).rev().take(2).any(fulfils)
}

const INNOCENT: &[&str] = &[
    "blob",
    "block",
    "build",
    "cache",
    "checksum",
    "class",
    "commit",
    "container",
    "crc",
    "cursor",
    "digest",
    "etag",
    "file",
    "fingerprint",
    "generation",
    "guid",
    "h1",
    "hash",
    "host",
    "id",
    "ids",
    "image",
    "integrity",
    "label",
    "md5",
    "method",
    "name",
    "node",
    "offset",
    "object",
    "oid",
    "parent",
    "path",
    "pod",
    "ref",
    "request",
    "revision",
    "sequence",
    "sha",
    "sha1",
    "sha256",
    "sha512",
    "span",
    "tag",
    "target",
    "trace",
    "traceparent",
    "tracestate",
    "tree",
    "type",
    "uid",
    "uri",
    "url",
    "uuid",
    "version",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_may_stand_where_a_name_is_meant_and_not_where_an_id_is() {
        assert!(["span_id", "traceId", "commit"].into_iter().all(names_an_id));
        assert!(!["customer_name", "label", "billing_method", "card_id"].into_iter().any(names_an_id));
    }
}
