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

    /// Puts these lines in the place of all lines, at once. After an error the old lines are there, or none are taken any
    /// more.
    pub(crate) fn replace(&mut self, lines: impl IntoIterator<Item = String>) -> Result<(), StoreError> {
        let path = self.path.clone();
        let written = disk::write_whole(&path, |file| {
            let mut writer = std::io::BufWriter::new(file);
            let (mut count, mut bytes) = (0, 0);
            for line in lines {
                writeln!(writer, "{line}").map_err(StoreError::io("write", &path))?;
                count += 1;
                bytes += line.len() as u64 + 1;
            }
            writer.flush().map_err(StoreError::io("write", &path))?;
            Ok((count, bytes))
        });
        match written {
            Ok((count, bytes)) => {
                self.reopen(bytes)?;
                (self.lines, self.bytes) = (count, bytes);
                Ok(())
            }
            // It may have failed before or after the new file took the old one's name.
            Err(error) => self.reopen(self.bytes).and(Err(error)),
        }
    }

    /// Lines must go to the file that has the name, and it must be the one of so many bytes.
    fn reopen(&mut self, bytes: u64) -> Result<(), StoreError> {
        let opened = OpenOptions::new().append(true).read(true).open(&self.path);
        let opened = opened.and_then(|file| file.metadata().map(|seen| (file, seen.len())));
        let reason = match opened {
            Ok((file, found)) if found == bytes => {
                self.file = file;
                return Ok(());
            }
            Ok((_, found)) => format!("{} has {found} bytes in place of {bytes}", self.path.display()),
            Err(error) => format!("open {}: {error}", self.path.display()),
        };
        self.broken = Some(reason.clone());
        Err(StoreError::Stopped { reason })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn open(path: &Path) -> (LogFile, Found) {
        LogFile::open(path, |line| !line.contains('?')).unwrap()
    }

    fn check(bytes: &[u8], lines: &[&str], torn_bytes: u64) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        std::fs::write(&path, bytes).unwrap();
        let (mut log, found) = open(&path);
        let found_lines: Vec<&str> = found.lines.iter().map(String::as_str).collect();
        assert_eq!((found_lines.as_slice(), found.torn_bytes), (lines, torn_bytes), "{bytes:?}");
        log.append("next").unwrap();
        let expected: Vec<String> = lines.iter().chain(&["next"]).map(|&line| line.to_owned()).collect();
        assert_eq!(open(&path).1.lines, expected, "{bytes:?}");
    }

    #[test]
    fn a_last_line_that_is_not_whole_is_cut_off_and_no_more() {
        check(b"", &[], 0);
        check(b"a\nb\n", &["a", "b"], 0);
        check(b"a\nb", &["a"], 1);
        check(b"a\nb?\n", &["a"], 3);
        check(b"a\n?\xff\xff\xff\xff\n", &["a"], 6);
        check(b"a?\nb\n", &["a?", "b"], 0);
        check(b"a\nb?\nc", &["a"], 4);
        check(b"?\n", &[], 2);
        check(b"a\n\n", &["a", ""], 0);
    }

    #[test]
    fn lines_are_replaced_at_once_and_go_on_from_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let (mut log, _) = open(&path);
        for line in ["one", "two", "three"] {
            log.append(line).unwrap();
        }
        log.replace(["all".to_owned()]).unwrap();
        assert_eq!(log.lines(), 1);
        log.append("four").unwrap();
        assert_eq!(open(&path).1.lines, ["all", "four"]);
    }

    #[test]
    fn a_file_that_was_exchanged_takes_no_more_lines() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let (mut log, _) = open(&path);
        log.append("one").unwrap();
        // What stands in the way of the temporary file makes the replacement fail; meanwhile somebody took the name.
        std::fs::create_dir(folder.path().join("log.tmp")).unwrap();
        assert!(matches!(log.replace(["all".to_owned()]), Err(StoreError::Io { .. })));
        log.append("two").unwrap();
        std::fs::write(&path, "of somebody else\n").unwrap();
        assert!(log.replace(["all".to_owned()]).is_err());
        assert!(log.is_broken());
        assert!(matches!(log.append("three"), Err(StoreError::Stopped { .. })));
    }
}
