//! The manifest: which segments there are. Whatever it does not name does not exist.
//!
//! Its first line names the format and its version, each further line is a [`Change`], applied as a whole or not at all.
//! A [`View`] is what results from all changes so far: immutable, shared by its readers, replaced by the next. When the
//! changes have become many more than the segments, the file is written anew with one line a segment.

mod log_file;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use decant_model::Signal;
use serde::{Deserialize, Serialize};

use self::log_file::LogFile;
use crate::StoreError;
use crate::positions;
use crate::segment::{PositionRange, Segment, SegmentId};
use crate::segment_file::SegmentFile;

const FORMAT: &str = "decant.store";
/// Raised by a change that older builds would misread.
const VERSION: u32 = 1;
/// Lines beyond twice the segments after which the file is written anew.
const SPARE_LINES_MAX: usize = 256;

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    format: String,
    version: u32,
    /// No segment has this number or a greater one, and none below it will be given again.
    #[serde(default)]
    next_segment: u64,
}

/// What becomes true at once.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Change {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) add: Vec<Segment>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) supersede: Vec<Superseding>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) remove: Vec<SegmentId>,
}

/// Rows of an older segment that do not count any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Superseding {
    pub(crate) segment: SegmentId,
    pub(crate) ranges: Vec<PositionRange>,
    pub(crate) rows: u64,
}

/// A segment and its file.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) segment: Segment,
    pub(crate) file: Arc<SegmentFile>,
}

/// All segments at one moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct View {
    /// Changes applied since the store was opened: a number for what a reader saw.
    pub(crate) version: u64,
    pub(crate) next_segment: u64,
    pub(crate) segments: BTreeMap<SegmentId, Arc<Entry>>,
}

impl View {
    /// The segments of a signal in the order of their places.
    pub(crate) fn of(&self, signal: Signal) -> Vec<Arc<Entry>> {
        let mut found: Vec<Arc<Entry>> =
            self.segments.values().filter(|entry| entry.segment.signal == signal).cloned().collect();
        found.sort_by_key(|entry| (entry.segment.order_unix_nano, entry.segment.id));
        found
    }

    /// The place of a segment whose rows have no time.
    pub(crate) fn last_place(&self, signal: Signal) -> i64 {
        let places = self.segments.values().rev().filter(|entry| entry.segment.signal == signal);
        places.map(|entry| entry.segment.order_unix_nano).next().unwrap_or(0)
    }

    /// The view after a change.
    fn after(&self, root: &Path, change: Change) -> Self {
        let mut view = self.clone();
        view.version += 1;
        for superseding in change.supersede {
            if let Some(entry) = view.segments.get_mut(&superseding.segment) {
                let mut segment = entry.segment.clone();
                segment.superseded = positions::union(&segment.superseded, &superseding.ranges);
                segment.superseded_rows += superseding.rows;
                *entry = Arc::new(Entry { segment, file: entry.file.clone() });
            }
        }
        for id in change.remove {
            view.segments.remove(&id);
        }
        for segment in change.add {
            view.next_segment = view.next_segment.max(segment.id.0 + 1);
            let file = Arc::new(SegmentFile::new(root.join(&segment.file)));
            view.segments.insert(segment.id, Arc::new(Entry { segment, file }));
        }
        view
    }
}

/// The manifest of an open store.
#[derive(Debug)]
pub(crate) struct Manifest {
    root: PathBuf,
    log: LogFile,
}

/// What an opened manifest says.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) manifest: Manifest,
    pub(crate) view: View,
    pub(crate) torn_bytes: u64,
    /// Whether there was none before.
    pub(crate) is_new: bool,
}

impl Manifest {
    pub(crate) fn open(root: &Path) -> Result<Opened, StoreError> {
        let path = root.join("manifest.jsonl");
        // Before anything is cut off: what a newer build wrote may look torn to this one.
        check_version(root, &path)?;
        let (mut log, found) = LogFile::open(&path, |line| {
            serde_json::from_str::<Header>(line).is_ok() || serde_json::from_str::<Change>(line).is_ok()
        })?;
        let mut view = View::default();
        let mut lines = found.lines.into_iter().enumerate();
        let is_new = match lines.next() {
            Some((_, line)) => {
                let header = serde_json::from_str::<Header>(&line).map_err(|e| damaged(&path, 1, &e.to_string()))?;
                view.next_segment = header.next_segment;
                false
            }
            None => {
                log.append(&to_line(&Header { format: FORMAT.to_owned(), version: VERSION, next_segment: 0 })?)?;
                true
            }
        };
        for (at, line) in lines {
            let change = serde_json::from_str::<Change>(&line).map_err(|e| damaged(&path, at + 1, &e.to_string()))?;
            view = view.after(root, change);
        }
        view.version = 0;
        Ok(Opened { manifest: Self { root: root.to_owned(), log }, view, torn_bytes: found.torn_bytes, is_new })
    }

    /// Refuses a folder in which there are segments and no manifest: to begin a new one would be to delete them.
    pub(crate) fn check_present(root: &Path, has_segments: bool) -> Result<(), StoreError> {
        let path = root.join("manifest.jsonl");
        let has_line = std::fs::read(&path).is_ok_and(|bytes| bytes.contains(&b'\n'));
        if has_segments && !has_line {
            return Err(damaged(&path, 1, "it is missing or empty, but there are segments in data"));
        }
        Ok(())
    }

    /// Whether it is unknown what is on the disk.
    pub(crate) fn is_broken(&self) -> bool {
        self.log.is_broken()
    }

    /// Makes a change durable; what is returned is true from now on. Files of removed segments go with their last
    /// reader.
    pub(crate) fn append(&mut self, view: &View, change: Change) -> Result<View, StoreError> {
        self.log.append(&to_line(&change)?)?;
        for entry in change.remove.iter().filter_map(|id| view.segments.get(id)) {
            entry.file.delete();
        }
        let view = view.after(&self.root, change);
        if self.log.lines() > SPARE_LINES_MAX + 2 * view.segments.len()
            && let Err(error) = self.rewrite(&view)
        {
            // The change is durable all the same; a log that cannot go on says so at the next one.
            tracing::warn!(%error, "the manifest could not be written anew");
        }
        Ok(view)
    }

    fn rewrite(&mut self, view: &View) -> Result<(), StoreError> {
        let header = Header { format: FORMAT.to_owned(), version: VERSION, next_segment: view.next_segment };
        let mut lines = vec![to_line(&header)?];
        for entry in view.segments.values() {
            lines.push(to_line(&Change { add: vec![entry.segment.clone()], ..Change::default() })?);
        }
        self.log.replace(lines)
    }
}

fn to_line(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Encode { reason: error.to_string() })
}

fn damaged(path: &Path, line: usize, reason: &str) -> StoreError {
    StoreError::Manifest { path: path.to_owned(), line, reason: reason.to_owned() }
}

fn check_version(root: &Path, path: &Path) -> Result<(), StoreError> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(StoreError::io("read", path)(error)),
    };
    let Some(end) = bytes.iter().position(|&b| b == b'\n') else { return Ok(()) };
    let first = bytes.get(..end).unwrap_or(&[]);
    match serde_json::from_slice::<Header>(first) {
        Ok(header) if header.format != FORMAT => {
            Err(damaged(path, 1, &format!("the format is {:?}, not {FORMAT:?}", header.format)))
        }
        Ok(header) if header.version > VERSION => {
            Err(StoreError::Newer { path: root.to_owned(), found: header.version, supported: VERSION })
        }
        Ok(_) => Ok(()),
        Err(error) => Err(damaged(path, 1, &error.to_string())),
    }
}
