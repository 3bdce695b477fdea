//! What can go wrong between the store and its disk, in words that name the file and the mend.

use std::io;
use std::path::{Path, PathBuf};

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{action} {}: {source}", path.display())]
    Io { action: &'static str, path: PathBuf, source: io::Error },
    #[error("the store in {} is open in another process; stop it, or choose another folder", path.display())]
    Locked { path: PathBuf },
    #[error(
        "the store in {} has format version {found}, this build reads up to {supported}; use a newer build or another \
         folder",
        path.display()
    )]
    Newer { path: PathBuf, found: u32, supported: u32 },
    #[error("{} is not a manifest of this store (line {line}: {reason}); restore it, or choose an empty folder", path.display())]
    Manifest { path: PathBuf, line: usize, reason: String },
    #[error("{} cannot be read as a segment: {reason}", path.display())]
    Segment { path: PathBuf, reason: String },
    #[error("the secret {}: {reason}", path.display())]
    Secret { path: PathBuf, reason: String },
    #[error("rows cannot be written as a segment: {reason}")]
    Encode { reason: String },
    #[error("the store stopped taking writes after a failed one ({reason}); restart to recover what was acknowledged")]
    Stopped { reason: String },
}

impl StoreError {
    /// For `map_err`: what was being done, to which file.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}
