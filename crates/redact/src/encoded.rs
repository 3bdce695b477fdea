//! Values inside base64 and percent-encoding: the text is decoded, looked at as any other, and what is found inside
//! redacts the encoded form, under the pseudonym of the plain value.

/// Longest encoded stretch that is decoded whole; a longer one is decoded up to here, and judged by that.
pub(crate) const MAX_ENCODED_BYTES: usize = 64 << 10;

/// The text that `encoded` is the base64 of (either alphabet, padded or not); `None` unless it is printable UTF-8.
pub(crate) fn base64_text(encoded: &str) -> Option<String> {
    let encoded = encoded.as_bytes();
    let encoded = encoded.get(..encoded.len().min(MAX_ENCODED_BYTES))?;
    let body = encoded.iter().rposition(|&b| b != b'=').map_or(0, |i| i + 1);
    // Most of what looks like base64 is none, and shows it in the first bytes.
    if !begins_text(encoded.get(..body.min(16))?) {
        return None;
    }
    let mut out = Vec::with_capacity(body * 3 / 4);
    let (mut bits, mut held) = (0u32, 0u32);
    for &b in encoded.get(..body)? {
        bits = bits << 6 | sextet(b)?;
        held += 6;
        if held >= 8 {
            held -= 8;
            let byte = (bits >> held) as u8;
            if !is_printable(byte) {
                return None;
            }
            out.push(byte);
        }
    }
    while !out.is_empty() && std::str::from_utf8(&out).is_err() {
        // The cut at the limit may have split a character.
        if encoded.len() < MAX_ENCODED_BYTES || out.len() + 4 < body * 3 / 4 {
            return None;
        }
        out.pop();
    }
    String::from_utf8(out).ok()
}

/// Whether the first bytes of this base64 are printable and those of UTF-8.
fn begins_text(encoded: &[u8]) -> bool {
    let mut continued = 0;
    encoded.chunks_exact(4).all(|four| {
        let bits = four.iter().try_fold(0u32, |bits, &b| Some(bits << 6 | sextet(b)?));
        bits.is_some_and(|bits| {
            bits.to_be_bytes().into_iter().skip(1).all(|byte| {
                if byte & 0xc0 == 0x80 {
                    continued -= 1;
                    return continued >= 0;
                }
                let begins = continued == 0 && is_printable(byte);
                continued = match byte {
                    0xc2..=0xdf => 1,
                    0xe0..=0xef => 2,
                    0xf0..=0xf4 => 3,
                    0x80.. => return false,
                    _ => 0,
                };
                begins
            })
        })
    })
}

/// A byte of printable text; what is not ASCII is judged later.
fn is_printable(byte: u8) -> bool {
    (byte >= 0x20 && byte != 0x7f) || matches!(byte, b'\n' | b'\r' | b'\t')
}

fn sextet(b: u8) -> Option<u32> {
    Some(u32::from(match b {
        b'A'..=b'Z' => b - b'A',
        b'a'..=b'z' => b - b'a' + 26,
        b'0'..=b'9' => b - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    }))
}

/// A text with `%XX` decoded, and for each byte of it where it came from; one more entry for the end. `None` when
/// nothing was encoded or the result is no UTF-8.
pub(crate) fn percent_text(encoded: &str) -> Option<(String, Vec<u32>)> {
    let bytes = encoded.as_bytes();
    let (mut out, mut origin) = (Vec::with_capacity(bytes.len()), Vec::with_capacity(bytes.len() + 1));
    let mut at = 0;
    while let Some(&b) = bytes.get(at) {
        origin.push(at as u32);
        let pair = bytes.get(at + 1).zip(bytes.get(at + 2));
        match pair.filter(|_| b == b'%').and_then(|(h, l)| Some(hex(*h)? << 4 | hex(*l)?)) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(b);
                at += 1;
            }
        }
    }
    origin.push(bytes.len() as u32);
    if out.len() == bytes.len() {
        return None;
    }
    String::from_utf8(out).ok().map(|text| (text, origin))
}

pub(crate) fn hex(b: u8) -> Option<u8> {
    char::from(b).to_digit(16).map(|d| d as u8)
}

#[cfg(test)]
mod tests {
    use super::{base64_text, percent_text};

    #[test]
    fn only_printable_text_counts_as_base64() {
        for (encoded, expected) in [
            ("dXNlcjpwYXNz", Some("user:pass")),
            ("dXNlcjpwYXNzdw==", Some("user:passw")),
            ("dXNlcjpwYXNzdw", Some("user:passw")),
            ("4pyTIG9r", Some("\u{2713} ok")),
            ("deadbeefcafe", None),
            ("usr/lib/python3", None),
        ] {
            assert_eq!(base64_text(encoded).as_deref(), expected, "{encoded}");
        }
    }

    #[test]
    fn each_decoded_byte_knows_where_it_came_from() {
        let (text, origin) = percent_text("a%40b%2").unwrap();
        assert_eq!((text.as_str(), origin), ("a@b%2", vec![0, 1, 4, 5, 6, 7]));
        assert!(percent_text("100% sure").is_none());
    }
}
