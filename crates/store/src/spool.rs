//! The batches of a one-shot run: in memory up to a limit, beyond it in a temporary folder, read back any number of times.
//!
//! [`Spool`] takes batches; [`Spooled`], what it becomes, gives them back in the order of pushing, the same whether they
//! were spilled or not. Spilled are all batches in memory at once: columns as Arrow IPC streams (one a signal, zstd), and
//! in `heads.jsonl`, a line a batch, what is no column: position and resources, each resource told once. The folder goes
//! with its owner; what a killed process left goes when the next one spills.

mod folder;
mod heads;
mod streams;

use std::path::{Path, PathBuf};

use decant_model::Batch;

use self::folder::Folder;
use self::heads::{HeadReader, HeadWriter};
use self::streams::{StreamReaders, StreamWriters};

/// How much a spool may hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpoolConfig {
    /// Beyond this, batches go to the disk; 256 MiB.
    pub memory_max_bytes: usize,
    /// Of the temporary folder; 16 GiB.
    pub disk_max_bytes: u64,
    /// Where the temporary folder is made; the system's place when `None`.
    pub folder: Option<PathBuf>,
}

impl Default for SpoolConfig {
    fn default() -> Self {
        Self { memory_max_bytes: 256 << 20, disk_max_bytes: 16 << 30, folder: None }
    }
}

/// Why batches could not be kept or read back.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    #[error("the temporary folder {}: {source}; make room, or set TMPDIR to a folder that has some", path.display())]
    Io { path: PathBuf, source: std::io::Error },
    #[error("the temporary folder {}: {reason}", path.display())]
    Data { path: PathBuf, reason: String },
    #[error("more than {max_bytes} bytes would be spilled to {}: allow more, or read less at a time", path.display())]
    Full { path: PathBuf, max_bytes: u64 },
}

/// Takes batches.
#[derive(Debug)]
pub struct Spool {
    config: SpoolConfig,
    memory: Vec<Batch>,
    memory_bytes: usize,
    disk: Option<Writing>,
    rows: u64,
}

#[derive(Debug)]
struct Writing {
    folder: Folder,
    heads: HeadWriter,
    streams: StreamWriters,
}

impl Spool {
    #[must_use]
    pub fn new(config: SpoolConfig) -> Self {
        Self { config, memory: Vec::new(), memory_bytes: 0, disk: None, rows: 0 }
    }

    /// Keeps a batch; spills when there is too much in memory.
    ///
    /// # Errors
    /// The temporary folder cannot be written, or holds as much as it may. The spool is of no use afterwards.
    pub fn push(&mut self, batch: Batch) -> Result<(), SpoolError> {
        self.rows += batch.len() as u64;
        self.memory_bytes += batch.memory_bytes() + resource_bytes(&batch) + size_of::<Batch>();
        self.memory.push(batch);
        if self.memory_bytes > self.config.memory_max_bytes { self.spill() } else { Ok(()) }
    }

    /// Bytes in memory now.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.memory_bytes
    }

    /// Rows pushed so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Closes the spool for reading.
    ///
    /// # Errors
    /// The temporary folder cannot be written.
    pub fn finish(self) -> Result<Spooled, SpoolError> {
        let folder = match self.disk {
            Some(Writing { folder, heads, streams }) => {
                heads.finish(folder.path())?;
                streams.finish(folder.path())?;
                Some(folder)
            }
            None => None,
        };
        Ok(Spooled { folder, memory: self.memory, rows: self.rows })
    }

    fn spill(&mut self) -> Result<(), SpoolError> {
        let writing = match &mut self.disk {
            Some(writing) => writing,
            None => self.disk.insert(Writing::begin(self.config.folder.as_deref())?),
        };
        let path = writing.folder.path();
        for batch in self.memory.drain(..) {
            writing.heads.push(path, &batch)?;
            writing.streams.push(path, &batch)?;
        }
        self.memory_bytes = 0;
        let max_bytes = self.config.disk_max_bytes;
        if writing.heads.bytes() + writing.streams.bytes() > max_bytes {
            return Err(SpoolError::Full { path: path.to_owned(), max_bytes });
        }
        Ok(())
    }
}

impl Writing {
    fn begin(place: Option<&Path>) -> Result<Self, SpoolError> {
        let place = place.map_or_else(std::env::temp_dir, Path::to_owned);
        let folder = Folder::create(&place);
        let folder = folder.map_err(|source| SpoolError::Io { path: place, source })?;
        let heads = HeadWriter::create(folder.path())?;
        Ok(Self { folder, heads, streams: StreamWriters::default() })
    }
}

/// Telemetry with many small batches has more bytes in its resources than in its columns.
fn resource_bytes(batch: &Batch) -> usize {
    let pair_bytes = |(k, v): &(String, String)| k.len() + v.len() + 2 * size_of::<String>();
    batch.resources.iter().flat_map(|resource| resource.attributes()).map(pair_bytes).sum()
}

/// All batches of a run, in the order of pushing.
#[derive(Debug)]
pub struct Spooled {
    folder: Option<Folder>,
    /// What was pushed after the last spill.
    memory: Vec<Batch>,
    rows: u64,
}

impl Spooled {
    /// Whether a part is on the disk.
    #[must_use]
    pub fn is_spilled(&self) -> bool {
        self.folder.is_some()
    }

    /// Rows in all batches.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// From the first batch to the last; several may run at the same time.
    ///
    /// # Errors
    /// The temporary folder cannot be opened. Later errors come as items, the last one then.
    pub fn iter(&self) -> Result<SpooledBatches<'_>, SpoolError> {
        let disk = match &self.folder {
            Some(folder) => Some((HeadReader::open(folder.path())?, StreamReaders::default(), folder.path())),
            None => None,
        };
        Ok(SpooledBatches { disk, memory: self.memory.iter() })
    }
}

/// One reading of a [`Spooled`].
#[derive(Debug)]
pub struct SpooledBatches<'a> {
    disk: Option<(HeadReader, StreamReaders, &'a Path)>,
    memory: std::slice::Iter<'a, Batch>,
}

impl Iterator for SpooledBatches<'_> {
    type Item = Result<Batch, SpoolError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some((heads, streams, path)) = &mut self.disk {
            let head = heads.next(path);
            let batch = head.and_then(|head| match head {
                Some(head) => {
                    let rows = streams.next(path, head.signal)?;
                    Ok(Some(Batch { position: head.position, resources: head.resources, rows }))
                }
                None => Ok(None),
            });
            match batch {
                Ok(Some(batch)) => return Some(Ok(batch)),
                Ok(None) => self.disk = None,
                Err(error) => {
                    self.disk = None;
                    self.memory = [].iter();
                    return Some(Err(error));
                }
            }
        }
        self.memory.next().cloned().map(Ok)
    }
}
