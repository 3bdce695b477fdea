//! A file of JSON lines that only grows: each line is on the disk before its writer goes on.
//!
//! A crash may leave a last line that is not whole. It was acknowledged to nobody, so it is cut off when the file is
//! opened. A line in the middle that cannot be read is damage, and the caller says so. When a line could not be added,
//! what there is of it is cut off again; when that fails too, or when the disk does not say that the line is on it, the
//! file's end is unknown and it takes no more lines.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::{StoreError, disk};

/// An open file of lines.
#[derive(Debug)]
pub(crate) struct LogFile {
    path: PathBuf,
    file: File,
    bytes: u64,
    lines: usize,
    /// Why it takes no more lines.
    broken: Option<String>,
}

/// What was in the file.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) lines: Vec<String>,
    /// Bytes of a last line that was cut off.
    pub(crate) torn_bytes: u64,
}

impl LogFile {
    /// Opens or makes it. `is_whole` says of the last line whether it can be read.
    pub(crate) fn open(path: &Path, is_whole: impl Fn(&str) -> bool) -> Result<(Self, Found), StoreError> {
        let is_new = !path.exists();
        let mut options = OpenOptions::new();
        let file = options.create(true).append(true).read(true).open(path).map_err(StoreError::io("open", path))?;
        if is_new && let Some(folder) = path.parent() {
            disk::sync_folder(folder)?;
        }
        let bytes = std::fs::read(path).map_err(StoreError::io("read", path))?;
        let mut lines: Vec<String> = Vec::new();
        let mut whole = 0;
        let mut last_start = 0;
        for line in bytes.split_inclusive(|&b| b == b'\n') {
            let Some(text) = line.strip_suffix(b"\n") else { break };
            lines.push(String::from_utf8_lossy(text).into_owned());
            last_start = whole;
            whole += line.len();
        }
        // Blocks of a long line may reach the disk in any order: the line's end does not prove its middle.
        if lines.last().is_some_and(|last| !is_whole(last)) {
            lines.pop();
            whole = last_start;
        }
        let torn_bytes = (bytes.len() - whole) as u64;
        if torn_bytes > 0 {
            file.set_len(whole as u64).map_err(StoreError::io("cut", path))?;
            file.sync_all().map_err(StoreError::io("synchronise", path))?;
        }
        let log = Self { path: path.to_owned(), file, bytes: whole as u64, lines: lines.len(), broken: None };
        Ok((log, Found { lines, torn_bytes }))
    }

    /// Adds a line durably.
    pub(crate) fn append(&mut self, line: &str) -> Result<(), StoreError> {
        if let Some(reason) = &self.broken {
            return Err(StoreError::Stopped { reason: reason.clone() });
        }
        let mut bytes = Vec::with_capacity(line.len() + 1);
        bytes.extend_from_slice(line.as_bytes());
        bytes.push(b'\n');
        if let Err(error) = self.file.write_all(&bytes) {
            // A full disk takes half a line: without that half, writing can go on when there is room again.
            if let Err(error) = self.file.set_len(self.bytes).and_then(|()| self.file.sync_all()) {
                self.broken = Some(format!("cut {}: {error}", self.path.display()));
            }
            return Err(StoreError::io("write", &self.path)(error));
        }
        if let Err(error) = self.file.sync_data() {
            self.broken = Some(format!("synchronise {}: {error}", self.path.display()));
            return Err(StoreError::io("synchronise", &self.path)(error));
        }
        self.bytes += bytes.len() as u64;
        self.lines += 1;
        Ok(())
    }

    /// Puts these lines in the place of all lines, at once.
    pub(crate) fn replace(&mut self, lines: impl IntoIterator<Item = String>) -> Result<(), StoreError> {
        let path = self.path.clone();
        let (count, bytes) = disk::write_whole(&path, |file| {
            let mut writer = std::io::BufWriter::new(file);
            let (mut count, mut bytes) = (0, 0);
            for line in lines {
                writeln!(writer, "{line}").map_err(StoreError::io("write", &path))?;
                count += 1;
                bytes += line.len() as u64 + 1;
            }
            writer.flush().map_err(StoreError::io("write", &path))?;
            Ok((count, bytes))
        })?;
        match OpenOptions::new().append(true).read(true).open(&path) {
            Ok(file) => self.file = file,
            Err(error) => {
                // Lines would go to the file that is no more.
                self.broken = Some(format!("open {}: {error}", path.display()));
                return Err(StoreError::io("open", &path)(error));
            }
        }
        (self.lines, self.bytes) = (count, bytes);
        Ok(())
    }

    /// Whether it takes no more lines.
    pub(crate) fn is_broken(&self) -> bool {
        self.broken.is_some()
    }

    /// How many lines it has.
    pub(crate) fn lines(&self) -> usize {
        self.lines
    }
}
