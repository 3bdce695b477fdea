//! Opening: lock, read the manifest, remove what it does not name.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, RwLock};

use super::{Recovered, Store, Writer};
use crate::config::StoreConfig;
use crate::lock::Lock;
use crate::manifest::{Manifest, View};
use crate::metrics::{Metrics, add};
use crate::{Segment, StoreError, disk};

/// Endings of the files that are ours to remove.
const OURS: [&str; 2] = [".parquet", disk::TEMPORARY];

pub(super) fn open(root: &Path, config: StoreConfig) -> Result<(Store, Recovered), StoreError> {
    disk::make_root(root)?;
    let lock = Lock::take(root)?;
    let files = files_below(&root.join("data"))?;
    // With no manifest, every segment would look like a leftover.
    Manifest::check_present(root, !files.is_empty())?;
    let opened = Manifest::open(root)?;
    let metrics = Arc::new(Metrics::default());
    let leftovers_removed = remove_leftovers(root, files, &opened.view)?;
    add(&metrics.leftovers_removed, leftovers_removed);
    let segments = || opened.view.segments.values().map(|entry| &entry.segment);
    let recovered = Recovered {
        is_new: opened.is_new,
        segments: segments().count() as u64,
        rows: segments().map(Segment::live_rows).sum(),
        bytes: segments().map(|segment| segment.bytes).sum(),
        leftovers_removed: leftovers_removed as u64,
        torn_bytes: opened.torn_bytes,
        segments_damaged: segments().filter(|s| !is_whole(&root.join(&s.file), s.bytes)).count() as u64,
    };
    let next_segment = opened.view.next_segment;
    let store = Store {
        root: root.to_owned(),
        config,
        writer: Mutex::new(Writer { manifest: opened.manifest, next_segment }),
        view: RwLock::new(Arc::new(opened.view)),
        metrics,
        merging: Mutex::default(),
        _lock: lock,
    };
    Ok((store, recovered))
}

fn is_whole(path: &Path, bytes: u64) -> bool {
    fs::metadata(path).is_ok_and(|seen| seen.len() == bytes)
}

/// Our files below a folder, at any depth; none when there is no such folder.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(StoreError::io("list", &folder)(error)),
        };
        for entry in entries {
            let entry = entry.map_err(StoreError::io("list", &folder))?;
            let path = entry.path();
            let kind = entry.file_type().map_err(StoreError::io("look at", &path))?;
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() && OURS.iter().any(|ending| entry.file_name().to_string_lossy().ends_with(ending))
            {
                files.push(path);
            }
        }
    }
    Ok(files)
}

fn remove_leftovers(root: &Path, files: Vec<PathBuf>, view: &View) -> Result<usize, StoreError> {
    let named: HashSet<PathBuf> = view.segments.values().map(|entry| root.join(&entry.segment.file)).collect();
    let leftovers: Vec<PathBuf> = files.into_iter().filter(|path| !named.contains(path)).collect();
    for path in &leftovers {
        fs::remove_file(path).map_err(StoreError::io("remove", path))?;
    }
    remove_empty_folders(&root.join("data"));
    Ok(leftovers.len())
}

/// Hours of which nothing is left. A folder that is not empty stays, which is all that is asked of the attempt.
pub(super) fn remove_empty_folders(data: &Path) {
    let subfolders = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
    };
    for hour in subfolders(data).iter().flat_map(|signal| subfolders(signal)) {
        fs::remove_dir(hour).ok();
    }
}
