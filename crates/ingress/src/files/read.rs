//! One input to batches.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use decant_codec::compressed::{Compression, Plain};
use decant_codec::text::{DecodeCounts, DecodeOptions, FileDecoder};
use decant_model::Batch;

use super::{FileError, Input};

const CHUNK_BYTES: usize = 256 << 10;

/// How far reading an input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// As stored, compressed or not.
    pub read_bytes: u64,
    /// `None` when it is not known.
    pub total_bytes: Option<u64>,
}

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileReport {
    /// Bytes as stored.
    pub read_bytes: u64,
    pub compression: Compression,
    /// Why a compressed input ended early: what could be read was read.
    pub damage: Option<String>,
    /// Lines, records and what was wrong with them; its `bytes` are the plain ones.
    pub counts: DecodeCounts,
}

/// Reads an input to its end. `batches` gets each batch when it is full, `progress` is called for each chunk.
///
/// # Errors
/// The input cannot be opened, or reading it failed; batches that were complete by then have been handed out.
pub fn read(
    input: &Input,
    options: DecodeOptions,
    batches: &mut dyn FnMut(Batch),
    progress: &mut dyn FnMut(Progress),
) -> Result<FileReport, FileError> {
    let name = input.name();
    let stream: Box<dyn Read> = match input {
        Input::Stdin => Box::new(io::stdin().lock()),
        Input::File { path, .. } => Box::new(File::open(path).map_err(|e| FileError::of(&name, 0, e))?),
    };
    read_stream(&name, stream, input.bytes(), options, batches, progress)
}

fn read_stream(
    name: &str,
    stream: impl Read,
    total_bytes: Option<u64>,
    options: DecodeOptions,
    batches: &mut dyn FnMut(Batch),
    progress: &mut dyn FnMut(Progress),
) -> Result<FileReport, FileError> {
    let read = Arc::new(AtomicU64::new(0));
    let failed = |error| FileError::of(name, read.load(Relaxed), error);
    let mut plain = Plain::new(Counted { stream, read: read.clone() }).map_err(failed)?;
    let mut decoder = FileDecoder::new(name, options);
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut out = Vec::new();
    let mut hand_out = |out: &mut Vec<Batch>| out.drain(..).for_each(&mut *batches);
    loop {
        let count = match plain.read(&mut chunk) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(failed(error)),
        };
        decoder.push(chunk.get(..count).unwrap_or_default(), &mut out);
        hand_out(&mut out);
        progress(Progress { read_bytes: read.load(Relaxed), total_bytes });
    }
    let counts = decoder.finish(&mut out);
    hand_out(&mut out);
    Ok(FileReport {
        read_bytes: read.load(Relaxed),
        compression: plain.compression(),
        damage: plain.damage().map(str::to_owned),
        counts,
    })
}

/// Counts what is read through it.
struct Counted<R> {
    stream: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(buffer)?;
        self.read.fetch_add(count as u64, Relaxed);
        Ok(count)
    }
}

#[cfg(test)]
mod tests;
