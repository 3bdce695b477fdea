//! Paths to inputs.

use std::collections::HashSet;
use std::fs::{self, FileType, Metadata};
use std::path::{Path, PathBuf};

use super::FileError;

/// Folders within folders, as a guard against mounts that lead back into themselves.
const MAX_DEPTH: usize = 64;

/// Something to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    Stdin,
    File {
        path: PathBuf,
        /// As it is stored; 0 for a pipe.
        bytes: u64,
    },
}

impl Input {
    /// What messages and records call it.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Stdin => "-".to_owned(),
            Self::File { path, .. } => path.display().to_string(),
        }
    }

    /// Its size as it is stored; `None` when that is not known before it is read.
    #[must_use]
    pub fn bytes(&self) -> Option<u64> {
        match self {
            Self::Stdin => None,
            Self::File { bytes, .. } => Some(*bytes).filter(|&bytes| bytes > 0),
        }
    }
}

/// What paths led to.
#[derive(Debug, Default)]
pub struct Discovered {
    /// In the order of the paths; a folder's files sorted by path.
    pub inputs: Vec<Input>,
    /// Of each path or file that cannot be an input.
    pub errors: Vec<FileError>,
    seen: HashSet<PathBuf>,
}

/// Finds what there is to read. Within folders, hidden files and what is no file are passed over, and links to folders
/// are not followed. A file that is met twice is read once.
#[must_use]
pub fn discover(paths: &[PathBuf]) -> Discovered {
    let mut found = Discovered::default();
    for path in paths {
        if path.as_os_str() == "-" {
            if !found.inputs.contains(&Input::Stdin) {
                found.inputs.push(Input::Stdin);
            }
            continue;
        }
        let name = path.display().to_string();
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => {
                let before = (found.inputs.len(), found.errors.len());
                found.folder(path, 0);
                if before == (found.inputs.len(), found.errors.len()) {
                    found.errors.push(FileError::EmptyFolder { path: name });
                }
            }
            Ok(metadata) => match special(&metadata.file_type()) {
                Some(kind) => found.errors.push(FileError::NotAFile { path: name, kind }),
                None => found.file(path.clone(), &metadata),
            },
            Err(error) => found.errors.push(FileError::of(&name, 0, error)),
        }
    }
    found
}

impl Discovered {
    fn file(&mut self, path: PathBuf, metadata: &Metadata) {
        if self.seen.insert(path.clone()) {
            self.inputs.push(Input::File { path, bytes: metadata.len() });
        }
    }

    fn folder(&mut self, folder: &Path, depth: usize) {
        let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let mut entries = match entries {
            Ok(entries) => entries,
            Err(error) => return self.errors.push(FileError::of(&folder.display().to_string(), 0, error)),
        };
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries.iter().filter(|e| !e.file_name().as_encoded_bytes().starts_with(b".")) {
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && depth < MAX_DEPTH => self.folder(&path, depth + 1),
                Ok(kind) if kind.is_file() || kind.is_symlink() => match fs::metadata(&path) {
                    Ok(metadata) if metadata.is_file() => self.file(path, &metadata),
                    Ok(_) => {}
                    Err(error) => self.errors.push(FileError::of(&path.display().to_string(), 0, error)),
                },
                Ok(_) => {}
                Err(error) => self.errors.push(FileError::of(&path.display().to_string(), 0, error)),
            }
        }
    }
}

/// What a path is that cannot be read as a file. A pipe can be: `<(zcat ..)` is one.
#[cfg(unix)]
fn special(kind: &FileType) -> Option<&'static str> {
    use std::os::unix::fs::FileTypeExt as _;
    if kind.is_socket() {
        Some("socket")
    } else if kind.is_block_device() {
        Some("block device")
    } else {
        None
    }
}

#[cfg(not(unix))]
fn special(_: &FileType) -> Option<&'static str> {
    None
}

#[cfg(test)]
mod tests;
