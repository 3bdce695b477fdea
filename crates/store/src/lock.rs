//! The file that says that a folder is in use. The operating system releases it when the process ends, however it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

use crate::StoreError;

const NAME: &str = "LOCK";

/// Held until it is dropped.
#[derive(Debug)]
pub(crate) struct Lock(File);

impl Lock {
    /// For a folder that has one owner after another.
    pub(crate) fn take(root: &Path) -> Result<Self, StoreError> {
        let path = root.join(NAME);
        let mut options = OpenOptions::new();
        let file = options.create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(StoreError::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(StoreError::Locked { path: root.to_owned() }),
            Err(TryLockError::Error(error)) => Err(StoreError::io("lock", &path)(error)),
        }
    }

    /// For a new folder with one owner: there is no moment at which its lock is there and free.
    pub(crate) fn found(folder: &Path) -> io::Result<Self> {
        let unnamed = folder.join("LOCK.tmp");
        let file = File::create_new(&unnamed)?;
        file.try_lock()?;
        std::fs::rename(&unnamed, folder.join(NAME))?;
        Ok(Self(file))
    }

    /// The lock of a folder whose owner is gone; `None` when it has none or is in use.
    pub(crate) fn orphaned(folder: &Path) -> Option<Self> {
        let file = OpenOptions::new().write(true).open(folder.join(NAME)).ok()?;
        file.try_lock().ok().map(|()| Self(file))
    }
}

impl Drop for Lock {
    /// Closing alone would leave it locked while a child process that is just being started shares the open file.
    fn drop(&mut self) {
        if let Err(error) = self.0.unlock() {
            tracing::debug!(%error, "the lock stays until the process ends");
        }
    }
}
