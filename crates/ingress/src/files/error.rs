//! Why an input cannot be read.

use std::io;

/// Each message names the input and the mend.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("{path}: there is no such file or folder, check the path")]
    Missing { path: String },
    #[error("{path}: permission denied, make it readable or run as a user who may read it")]
    Permission { path: String },
    #[error("{path}: it is a {kind}, give a file, a folder or - for standard input")]
    NotAFile { path: String, kind: &'static str },
    #[error("{path}: the folder holds no files, give one with logs in it")]
    EmptyFolder { path: String },
    #[error("{path}: reading failed after {bytes} bytes: {source}")]
    Read { path: String, bytes: u64, source: io::Error },
}

impl FileError {
    /// The input it is about.
    #[must_use]
    pub fn path(&self) -> &str {
        match self {
            Self::Missing { path }
            | Self::Permission { path }
            | Self::NotAFile { path, .. }
            | Self::EmptyFolder { path }
            | Self::Read { path, .. } => path,
        }
    }

    pub(super) fn of(path: &str, bytes: u64, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound => Self::Missing { path },
            io::ErrorKind::PermissionDenied => Self::Permission { path },
            io::ErrorKind::IsADirectory => Self::NotAFile { path, kind: "folder" },
            _ => Self::Read { path, bytes, source },
        }
    }
}
