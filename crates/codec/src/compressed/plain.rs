//! A file's or a stream's plain bytes.

use std::io::{self, BufRead, BufReader, Read};

use super::body::WINDOW_LOG_MAX;

const BUFFER_BYTES: usize = 128 << 10;
const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// How a stream is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    None,
    Gzip,
    Zstd,
}

/// Reads plain bytes, whatever the stream's compression. A stream that is damaged or cut off ends early, with what
/// could be read before; [`damage`](Self::damage) then says why. Errors are those of the stream itself.
pub struct Plain<R: Read> {
    inner: Inner<Watched<R>>,
    compression: Compression,
    damage: Option<String>,
}

#[expect(clippy::large_enum_variant, reason = "one a file")]
enum Inner<R: Read> {
    None(BufReader<R>),
    Gzip(flate2::bufread::MultiGzDecoder<BufReader<R>>),
    Zstd(zstd::Decoder<'static, BufReader<R>>),
}

/// A stream that remembers whether it was itself that failed, and not what it holds.
struct Watched<R> {
    stream: R,
    failed: bool,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(buffer);
        self.failed |= read.as_ref().is_err_and(|e| e.kind() != io::ErrorKind::Interrupted);
        read
    }
}

impl<R: Read> std::fmt::Debug for Plain<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plain").field("compression", &self.compression).field("damage", &self.damage).finish()
    }
}

impl<R: Read> Plain<R> {
    /// Looks at the first bytes of the stream.
    ///
    /// # Errors
    /// The stream's.
    pub fn new(stream: R) -> io::Result<Self> {
        let mut stream = BufReader::with_capacity(BUFFER_BYTES, Watched { stream, failed: false });
        let head = loop {
            match stream.fill_buf() {
                Ok(head) => break head,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        };
        let compression = if head.starts_with(&GZIP) {
            Compression::Gzip
        } else if head.starts_with(&ZSTD) || is_skippable(head) {
            Compression::Zstd
        } else {
            Compression::None
        };
        let inner = match compression {
            Compression::None => Inner::None(stream),
            Compression::Gzip => Inner::Gzip(flate2::bufread::MultiGzDecoder::new(stream)),
            Compression::Zstd => {
                let mut decoder = zstd::Decoder::with_buffer(stream)?;
                decoder.window_log_max(WINDOW_LOG_MAX)?;
                Inner::Zstd(decoder)
            }
        };
        Ok(Self { inner, compression, damage: None })
    }

    #[must_use]
    pub fn compression(&self) -> Compression {
        self.compression
    }

    /// Why the stream ended early, when it did.
    #[must_use]
    pub fn damage(&self) -> Option<&str> {
        self.damage.as_deref()
    }

    fn stream(&self) -> &Watched<R> {
        match &self.inner {
            Inner::None(stream) => stream.get_ref(),
            Inner::Gzip(decoder) => decoder.get_ref().get_ref(),
            Inner::Zstd(decoder) => decoder.get_ref().get_ref(),
        }
    }
}

impl<R: Read> Read for Plain<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.damage.is_some() {
            return Ok(0);
        }
        let read = match &mut self.inner {
            Inner::None(stream) => return stream.read(buffer),
            Inner::Gzip(decoder) => decoder.read(buffer),
            Inner::Zstd(decoder) => decoder.read(buffer),
        };
        match read {
            Err(error) if error.kind() != io::ErrorKind::Interrupted && !self.stream().failed => {
                let cut = error.kind() == io::ErrorKind::UnexpectedEof || error.to_string() == "incomplete frame";
                self.damage = Some(if cut { "it is cut off".to_owned() } else { format!("it is damaged: {error}") });
                Ok(0)
            }
            other => other,
        }
    }
}

/// A zstd skippable frame, as pzstd and some tools write first; a bare one is too rare to be text.
fn is_skippable(head: &[u8]) -> bool {
    head.get(..4).is_some_and(|h| (0x50..0x60).contains(&h[0]) && h[1..] == [0x2a, 0x4d, 0x18])
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

    fn zstd(plain: &[u8]) -> Vec<u8> {
        zstd::encode_all(plain, 1).expect("in memory")
    }

    fn check(bytes: &[u8], compression: Compression, expected: &[u8], damage: Option<&str>) {
        let mut plain = Plain::new(bytes).expect("memory is readable");
        assert_eq!(plain.compression(), compression);
        let mut found = Vec::new();
        plain.read_to_end(&mut found).expect("damage is not an error");
        assert_eq!(String::from_utf8_lossy(&found), String::from_utf8_lossy(expected));
        assert_eq!(plain.damage(), damage);
    }

    #[test]
    fn compression_is_recognised_by_content() {
        check(b"", Compression::None, b"", None);
        check(b"\x1f", Compression::None, b"\x1f", None);
        check(b"text\n", Compression::None, b"text\n", None);
        check(&gzip(b"text\n"), Compression::Gzip, b"text\n", None);
        check(&zstd(b"text\n"), Compression::Zstd, b"text\n", None);
    }

    #[test]
    fn members_and_frames_are_read_one_after_the_other() {
        check(&[gzip(b"one\n"), gzip(b"two\n")].concat(), Compression::Gzip, b"one\ntwo\n", None);
        check(&[zstd(b"one\n"), zstd(b"two\n")].concat(), Compression::Zstd, b"one\ntwo\n", None);
        let skippable = [&[0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9][..], &zstd(b"one\n")].concat();
        check(&skippable, Compression::Zstd, b"one\n", None);
    }

    #[test]
    fn what_can_be_read_of_a_cut_stream_is_read() {
        let first = gzip(b"one\n");
        let cut = [first.clone(), first.get(..10).expect("long enough").to_vec()].concat();
        check(&cut, Compression::Gzip, b"one\n", Some("it is cut off"));
        let first = zstd(b"one\n");
        let cut = [first.clone(), first.get(..first.len() - 2).expect("long enough").to_vec()].concat();
        let mut plain = Plain::new(&cut[..]).expect("memory is readable");
        let mut found = Vec::new();
        plain.read_to_end(&mut found).expect("damage is not an error");
        assert!(found.starts_with(b"one\n"));
        assert_eq!(plain.damage(), Some("it is cut off"));
    }

    #[test]
    fn a_stream_that_fails_is_an_error_and_not_damage() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("the disk is gone"))
            }
        }
        let bytes = gzip(&b"text\n".repeat(100));
        let stream = io::Cursor::new(bytes.get(..20).expect("long enough").to_vec()).chain(Broken);
        let mut plain = Plain::new(stream).expect("the start is readable");
        let error = plain.read_to_end(&mut Vec::new()).expect_err("the stream fails");
        assert_eq!(error.to_string(), "the disk is gone");
    }
}
