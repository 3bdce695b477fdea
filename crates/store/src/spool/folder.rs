//! The temporary folder of a spool: it goes when its owner is dropped, and when the owner was killed, at the next spool.

use std::fs;
use std::io;
use std::path::Path;

use tempfile::TempDir;

use crate::lock::Lock;

const PREFIX: &str = "decant-spool-";

/// A folder of this process. The lock is released after the folder is gone.
#[derive(Debug)]
pub(super) struct Folder {
    folder: TempDir,
    _lock: Lock,
}

impl Folder {
    /// A new folder below `place`, in which nothing of killed processes is left.
    pub(super) fn create(place: &Path) -> io::Result<Self> {
        sweep(place);
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(place)?;
        let lock = Lock::found(folder.path())?;
        Ok(Self { folder, _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes what killed processes left. Whatever stands in the way is left to the next time.
fn sweep(place: &Path) {
    for entry in fs::read_dir(place).into_iter().flatten().flatten() {
        let is_ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        // Not of a link: that would be followed.
        if !is_ours || !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        let path = entry.path();
        if let Some(_lock) = Lock::orphaned(&path)
            && let Err(error) = fs::remove_dir_all(&path)
        {
            tracing::debug!(%error, path = %path.display(), "a folder of a killed process stays");
        }
    }
}
