//! What the owner of the store calls now and then: [`Store::retain`] each minute or so, [`Store::compact`] until it has
//! nothing to do.

use std::sync::{Arc, PoisonError};

use super::append::new_segment;
use super::{Store, recovery};
use crate::compaction::{self, Compacted};
use crate::manifest::{Change, Entry};
use crate::metrics::add;
use crate::resources::Resources;
use crate::retention::{self, Retained};
use crate::segment::{Bounds, SegmentId};
use crate::segment_file;
use crate::select::Selection;
use crate::{StoreError, disk};

impl Store {
    /// Deletes what is too old or too much.
    ///
    /// # Errors
    /// The disk fails.
    pub fn retain(&self, now_unix_nano: i64) -> Result<Retained, StoreError> {
        let mut writer = self.writer();
        let view = self.view();
        let remove = retention::expired(&view, &self.config, now_unix_nano);
        if remove.is_empty() {
            return Ok(Retained::default());
        }
        let gone = remove.iter().filter_map(|id| view.segments.get(id)).map(|entry| &entry.segment);
        let retained = Retained::of(gone);
        self.show(writer.manifest.append(&view, Change { remove, ..Change::default() })?);
        // The files go here, unless somebody reads them.
        drop(view);
        if let Ok(_nobody_merges) = self.merging.try_lock() {
            recovery::remove_empty_folders(&self.root.join("data"));
        }
        add(&self.metrics.segments_expired, retained.segments_expired as usize);
        add(&self.metrics.rows_expired, retained.rows_expired as usize);
        add(&self.metrics.bytes_expired, retained.bytes_expired as usize);
        Ok(retained)
    }

    /// Merges small segments into a larger one, once; `None` when there is nothing to merge. Appends and readers go on
    /// meanwhile.
    ///
    /// # Errors
    /// The disk fails, or a segment cannot be read. The store is as it was before.
    pub fn compact(&self) -> Result<Option<Compacted>, StoreError> {
        let _one_at_a_time = self.merging.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(run) = compaction::next_run(&self.view()) else { return Ok(None) };
        let Some(first) = run.first() else { return Ok(None) };
        let signal = first.segment.signal;
        let id = SegmentId(self.writer().new_segment());
        let bounds = Bounds::merged(run.iter().map(|entry| &entry.segment));
        let place = bounds.from_unix_nano.unwrap_or(first.segment.order_unix_nano);
        let folder = Self::folder(signal, place);
        let file = format!("{folder}/{:010}.parquet", id.0);
        let path = self.root.join(&file);
        let mut resources = Resources::default();
        let mut readers = Vec::new();
        for entry in &run {
            let pieces = entry.file.read(&Selection::live(&entry.segment), None)?;
            resources.absorb(&pieces.resources);
            readers.push(pieces);
        }
        disk::make_folders(&self.root, folder.as_ref())?;
        let written = segment_file::write(&path, signal, &resources, readers.into_iter().flatten(), &self.config)
            .and_then(|written| disk::sync_folder(&self.root.join(&folder)).map(|()| written))
            .inspect_err(|_| self.discard([&file].into_iter()))?;
        let mut segment = new_segment(id, signal, file.clone(), &written, bounds, place);
        segment.written_unix_nano =
            run.iter().map(|entry| entry.segment.written_unix_nano).max().unwrap_or(written.written_unix_nano);
        let compacted = Compacted {
            segments_merged: run.len() as u64,
            rows: written.rows,
            bytes_before: run.iter().map(|entry| entry.segment.bytes).sum(),
            bytes_after: written.bytes,
        };

        let mut writer = self.writer();
        let view = self.view();
        let is_same = |entry: &Arc<Entry>| {
            let now = view.segments.get(&entry.segment.id);
            now.is_some_and(|now| now.segment.superseded_rows == entry.segment.superseded_rows)
        };
        if !run.iter().all(is_same) {
            // A replay or the retention came in between: what was read is not what is.
            self.discard([&file].into_iter());
            return Ok(Some(Compacted::default()));
        }
        let remove = run.iter().map(|entry| entry.segment.id).collect();
        let add_segment = if written.rows > 0 { vec![segment] } else { Vec::new() };
        let is_empty = add_segment.is_empty();
        let change = Change { add: add_segment, remove, ..Change::default() };
        match writer.manifest.append(&view, change) {
            Ok(view) => self.show(view),
            Err(error) => {
                if !writer.manifest.is_broken() {
                    self.discard([&file].into_iter());
                }
                return Err(error);
            }
        }
        if is_empty {
            self.discard([&file].into_iter());
        }
        add(&self.metrics.segments_merged, run.len());
        add(&self.metrics.bytes_merged, written.bytes as usize);
        Ok(Some(compacted))
    }
}
