//! Trace and span ids: bytes in protobuf, hex in OTLP/JSON (not base64, unlike other bytes fields), zero for none.

use base64::Engine as _;
use serde::de::{Deserialize, Deserializer};

use super::lenient::Text;

/// An id of `N` bytes; all zero when absent or not an id.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Id<const N: usize>(pub(crate) [u8; N]);

impl<const N: usize> Default for Id<N> {
    fn default() -> Self {
        Self([0; N])
    }
}

impl<const N: usize> Id<N> {
    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        bytes.try_into().map_or_else(|_| Self::default(), Self)
    }

    /// `None` when all zero, as the specification has it.
    pub(crate) fn known(self) -> Option<[u8; N]> {
        (self.0 != [0; N]).then_some(self.0)
    }

    pub(crate) fn push_hex(self, out: &mut String) {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        for byte in self.0 {
            out.push(DIGITS[usize::from(byte >> 4)] as char);
            out.push(DIGITS[usize::from(byte & 15)] as char);
        }
    }
}

impl<'de, const N: usize> Deserialize<'de> for Id<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(deserializer)?;
        Ok(id_from_text(text.as_str()).map_or_else(Self::default, Self))
    }
}

/// An id from hex of at most its length (64-bit trace ids are padded on the left), with or without dashes, or from
/// base64 as generic protobuf-to-JSON printers write it. `None` when it is neither, or zero.
pub(crate) fn id_from_text<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut id = [0; N];
    let mut nibbles = 0;
    for &byte in text.as_bytes().iter().rev() {
        let value = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            b'A'..=b'F' => byte - b'A' + 10,
            b'-' => continue,
            _ => return from_base64(text),
        };
        if nibbles == 2 * N {
            return from_base64(text);
        }
        id[N - 1 - nibbles / 2] |= value << (4 * (nibbles % 2));
        nibbles += 1;
    }
    Id(id).known()
}

fn from_base64<const N: usize>(text: &str) -> Option<[u8; N]> {
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).ok()?;
    Id::from_bytes(&bytes).known()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<[u8; 8]>) {
        assert_eq!(id_from_text::<8>(text), expected, "{text}");
    }

    #[test]
    fn ids_are_read_from_hex_and_base64_and_nothing_else() {
        check("", None);
        check("0000000000000000", None);
        check("00F067aa0ba902b7", Some([0, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7]));
        check("1f", Some([0, 0, 0, 0, 0, 0, 0, 0x1f]));
        check("APBnqgupArc=", Some([0, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7]));
        check("not an id", None);
        check("00f067aa0ba902b7ff", None);
    }
}
