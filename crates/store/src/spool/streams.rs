//! The columns of spilled batches: an Arrow IPC stream for each signal, opened when its first batch comes.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_ipc::CompressionType;
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::{IpcWriteOptions, StreamWriter};
use arrow_schema::ArrowError;
use decant_model::{Batch, Logs, Metrics, Rows, Signal, Spans};

use super::SpoolError;

type Writer = StreamWriter<Counted<BufWriter<File>>>;

#[derive(Default)]
pub(super) struct StreamWriters([Option<Writer>; 3]);

impl std::fmt::Debug for StreamWriters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StreamWriters").field("bytes", &self.bytes()).finish()
    }
}

impl StreamWriters {
    pub(super) fn push(&mut self, folder: &Path, batch: &Batch) -> Result<(), SpoolError> {
        let columns = match &batch.rows {
            Rows::Logs(logs) => logs.to_record_batch(),
            Rows::Metrics(metrics) => metrics.to_record_batch(),
            Rows::Traces(spans) => spans.to_record_batch(),
        };
        let columns = columns.map_err(|error| failed(folder, error))?;
        let slot = slot(&mut self.0, batch.signal());
        let writer = match slot {
            Some(writer) => writer,
            None => slot.insert(create(folder, batch.signal(), &columns)?),
        };
        writer.write(&columns).map_err(|error| failed(folder, error))
    }

    pub(super) fn bytes(&self) -> u64 {
        self.0.iter().flatten().map(|writer| writer.get_ref().bytes).sum()
    }

    pub(super) fn finish(self, folder: &Path) -> Result<(), SpoolError> {
        for mut writer in self.0.into_iter().flatten() {
            writer.finish().and_then(|()| writer.flush()).map_err(|error| failed(folder, error))?;
        }
        Ok(())
    }
}

fn create(folder: &Path, signal: Signal, columns: &RecordBatch) -> Result<Writer, SpoolError> {
    let path = folder.join(signal.as_str());
    let file = File::create(&path).map_err(|source| SpoolError::Io { path, source })?;
    let sink = Counted { inner: BufWriter::new(file), bytes: 0 };
    IpcWriteOptions::default()
        .try_with_compression(Some(CompressionType::ZSTD))
        .and_then(|options| StreamWriter::try_new_with_options(sink, &columns.schema(), options))
        .map_err(|error| failed(folder, error))
}

#[derive(Debug, Default)]
pub(super) struct StreamReaders([Option<StreamReader<BufReader<File>>>; 3]);

impl StreamReaders {
    /// The next batch of a signal.
    pub(super) fn next(&mut self, folder: &Path, signal: Signal) -> Result<Rows, SpoolError> {
        let slot = slot(&mut self.0, signal);
        let reader = match slot {
            Some(reader) => reader,
            None => {
                let path = folder.join(signal.as_str());
                let file = File::open(&path).map_err(|source| SpoolError::Io { path, source })?;
                slot.insert(StreamReader::try_new(BufReader::new(file), None).map_err(|e| failed(folder, e))?)
            }
        };
        let columns = reader.next().unwrap_or_else(|| Err(ArrowError::IpcError("the stream ends early".to_owned())));
        columns.and_then(|columns| rows(signal, &columns)).map_err(|error| failed(folder, error))
    }
}

fn rows(signal: Signal, columns: &RecordBatch) -> Result<Rows, ArrowError> {
    Ok(match signal {
        Signal::Logs => Rows::Logs(Logs::from_record_batch(columns)?),
        Signal::Metrics => Rows::Metrics(Metrics::from_record_batch(columns)?),
        Signal::Traces => Rows::Traces(Spans::from_record_batch(columns)?),
    })
}

fn slot<T>(slots: &mut [Option<T>; 3], signal: Signal) -> &mut Option<T> {
    let [logs, metrics, traces] = slots;
    match signal {
        Signal::Logs => logs,
        Signal::Metrics => metrics,
        Signal::Traces => traces,
    }
}

fn failed(folder: &Path, error: ArrowError) -> SpoolError {
    match error {
        ArrowError::IoError(_, source) => SpoolError::Io { path: folder.to_owned(), source },
        other => SpoolError::Data { path: folder.to_owned(), reason: other.to_string() },
    }
}

/// Counts what goes through it.
#[derive(Debug)]
struct Counted<W> {
    inner: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(bytes)?;
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
