//! The few disk operations on which durability rests.
//!
//! A file becomes visible under its name only when its bytes are on the disk: it is written under another name (ending in
//! `.tmp`), synchronised, renamed, and its folder synchronised. What a crash leaves behind is therefore always a `.tmp`
//! file, or a whole file that no manifest names.

use std::fs::{self, File};
use std::path::Path;

use crate::StoreError;

/// Ending of files that are being written.
pub(crate) const TEMPORARY: &str = ".tmp";

/// Makes sure that a folder's entries survive a crash.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    // Windows has no such call on folders, and does without.
    if cfg!(unix) {
        let opened = File::open(folder).map_err(StoreError::io("open folder", folder))?;
        opened.sync_all().map_err(StoreError::io("synchronise folder", folder))?;
    }
    Ok(())
}

/// Makes a folder with all folders above it that are not there, each durably entered in its parent.
pub(crate) fn make_root(root: &Path) -> Result<(), StoreError> {
    let missing: Vec<&Path> = root.ancestors().take_while(|folder| !folder.exists()).collect();
    fs::create_dir_all(root).map_err(StoreError::io("make folder", root))?;
    for parent in missing.iter().filter_map(|folder| folder.parent()) {
        sync_folder(if parent.as_os_str().is_empty() { Path::new(".") } else { parent })?;
    }
    Ok(())
}

/// Makes `root/relative` with all folders above it, each durably entered in its parent.
pub(crate) fn make_folders(root: &Path, relative: &Path) -> Result<(), StoreError> {
    let mut folder = root.to_owned();
    for part in relative.components() {
        let parent = folder.clone();
        folder.push(part);
        if !folder.is_dir() {
            fs::create_dir(&folder).map_err(StoreError::io("make folder", &folder))?;
            sync_folder(&parent)?;
        }
    }
    Ok(())
}

/// Puts a file in place: `write` fills it under a temporary name, then it gets its own.
pub(crate) fn write_whole<T>(
    path: &Path,
    write: impl FnOnce(&mut File) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(TEMPORARY);
    let temporary = Path::new(&name);
    let written = (|| {
        let mut file = File::create(temporary).map_err(StoreError::io("write", temporary))?;
        let value = write(&mut file)?;
        file.sync_all().map_err(StoreError::io("synchronise", temporary))?;
        fs::rename(temporary, path).map_err(StoreError::io("rename", path))?;
        Ok(value)
    })();
    if written.is_err()
        && let Err(error) = fs::remove_file(temporary)
    {
        tracing::debug!(%error, path = %temporary.display(), "a temporary file stays until the next start");
    }
    if let Some(folder) = path.parent() {
        sync_folder(folder)?;
    }
    written
}
