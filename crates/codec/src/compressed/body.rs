//! The body of a request.

use std::io::{self, Read};

use crate::DecodeError;

/// A `Content-Encoding`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    Gzip,
    Zstd,
}

impl Coding {
    /// The coding of this name; `Some(None)` for `identity` or nothing, `None` when it is not known.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Option<Self>> {
        match name.trim() {
            "" | "identity" => Some(None),
            name if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") => Some(Some(Self::Gzip)),
            name if name.eq_ignore_ascii_case("zstd") => Some(Some(Self::Zstd)),
            _ => None,
        }
    }
}

/// The plain bytes of a body.
///
/// # Errors
/// When it is damaged, cut off, or has more than `max_bytes` plain bytes.
pub fn inflate(coding: Coding, bytes: &[u8], max_bytes: usize) -> Result<Vec<u8>, DecodeError> {
    let damaged = |error: io::Error| DecodeError::Compression { reason: error.to_string() };
    match coding {
        Coding::Gzip => read(flate2::bufread::MultiGzDecoder::new(bytes), bytes.len(), max_bytes),
        Coding::Zstd => {
            let mut decoder = zstd::Decoder::with_buffer(bytes).map_err(damaged)?;
            decoder.window_log_max(WINDOW_LOG_MAX).map_err(damaged)?;
            read(decoder, bytes.len(), max_bytes)
        }
    }
}

/// A frame may ask for a window of up to 128 MiB; more is no honest sender's.
pub(super) const WINDOW_LOG_MAX: u32 = 27;

fn read(from: impl Read, compressed_bytes: usize, max_bytes: usize) -> Result<Vec<u8>, DecodeError> {
    let mut plain = Vec::with_capacity(compressed_bytes.saturating_mul(4).min(max_bytes).min(1 << 20));
    let limit = u64::try_from(max_bytes).unwrap_or(u64::MAX).saturating_add(1);
    from.take(limit).read_to_end(&mut plain).map_err(|error| DecodeError::Compression { reason: error.to_string() })?;
    if plain.len() > max_bytes {
        return Err(DecodeError::Inflated { limit: max_bytes });
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(plain).expect("in memory");
        encoder.finish().expect("in memory")
    }

    #[test]
    fn bodies_are_inflated_up_to_the_limit() {
        let plain = b"telemetry ".repeat(1000);
        let zstd = zstd::encode_all(&plain[..], 1).expect("in memory");
        for (coding, body) in [(Coding::Gzip, gzip(&plain)), (Coding::Zstd, zstd)] {
            assert_eq!(inflate(coding, &body, plain.len()), Ok(plain.clone()));
            assert_eq!(inflate(coding, &body, plain.len() - 1), Err(DecodeError::Inflated { limit: plain.len() - 1 }));
            let cut = body.get(..body.len() - 1).expect("not empty");
            assert!(matches!(inflate(coding, cut, plain.len()), Err(DecodeError::Compression { .. })), "{coding:?}");
            assert!(matches!(inflate(coding, b"plain text", 100), Err(DecodeError::Compression { .. })), "{coding:?}");
        }
    }

    #[test]
    fn codings_are_known_by_name() {
        assert_eq!(Coding::from_name("GZIP"), Some(Some(Coding::Gzip)));
        assert_eq!(Coding::from_name("zstd"), Some(Some(Coding::Zstd)));
        assert_eq!(Coding::from_name("identity"), Some(None));
        assert_eq!(Coding::from_name("br"), None);
    }
}
