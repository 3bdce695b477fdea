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
use crate::segment_file::{self, Written};
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
    /// meanwhile. To be called until there is nothing to merge, every few seconds.
    ///
    /// # Errors
    /// The disk fails, or a segment cannot be read; it is set aside until the next start. The store is as it was before.
    pub fn compact(&self) -> Result<Option<Compacted>, StoreError> {
        let mut set_aside = self.merging.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(run) = compaction::next_run(&self.view(), &set_aside) else { return Ok(None) };
        self.merge(&run).map(Some).inspect_err(|error| {
            if let StoreError::Io { path, .. } | StoreError::Segment { path, .. } = error {
                let unreadable = run.iter().map(|entry| &entry.segment).find(|s| self.root.join(&s.file) == *path);
                set_aside.extend(unreadable.map(|segment| segment.id));
            }
        })
    }

    fn merge(&self, run: &[Arc<Entry>]) -> Result<Compacted, StoreError> {
        let Some(first) = run.first() else { return Ok(Compacted::default()) };
        let signal = first.segment.signal;
        let bounds = Bounds::merged(run.iter().map(|entry| &entry.segment));
        let place = bounds.from_unix_nano.unwrap_or(first.segment.order_unix_nano);
        let folder = Self::folder(signal, place);
        let id = SegmentId(self.writer().new_segment());
        let file = format!("{folder}/{:010}.parquet", id.0);
        let written = self.write_merged(run, &folder, &file)?;
        let mut segment = new_segment(id, signal, file.clone(), &written, bounds, place);
        let newest = run.iter().map(|entry| entry.segment.written_unix_nano).max();
        segment.written_unix_nano = newest.unwrap_or(written.written_unix_nano);

        let mut writer = self.writer();
        let view = self.view();
        let is_same = |entry: &Arc<Entry>| {
            let now = view.segments.get(&entry.segment.id);
            now.is_some_and(|now| now.segment.superseded_rows == entry.segment.superseded_rows)
        };
        if !run.iter().all(is_same) {
            // A replay or the retention came in between: what was read is not what is.
            self.discard([&file].into_iter());
            return Ok(Compacted::default());
        }
        let remove = run.iter().map(|entry| entry.segment.id).collect();
        self.show(
            writer.manifest.append(&view, Change { add: vec![segment], remove, ..Change::default() }).inspect_err(
                |_| {
                    if !writer.manifest.is_broken() {
                        self.discard([&file].into_iter());
                    }
                },
            )?,
        );
        add(&self.metrics.segments_merged, run.len());
        add(&self.metrics.bytes_merged, written.bytes as usize);
        Ok(Compacted {
            segments_merged: run.len() as u64,
            rows: written.rows,
            bytes_before: run.iter().map(|entry| entry.segment.bytes).sum(),
            bytes_after: written.bytes,
        })
    }

    fn write_merged(&self, run: &[Arc<Entry>], folder: &str, file: &String) -> Result<Written, StoreError> {
        let Some(first) = run.first() else { return Err(StoreError::Encode { reason: "nothing to merge".to_owned() }) };
        let mut resources = Resources::default();
        let mut pieces = Vec::new();
        for entry in run {
            let live = entry.file.read(&Selection::live(&entry.segment), None)?;
            resources.absorb(&live.resources);
            pieces.push(live);
        }
        disk::make_folders(&self.root, folder.as_ref())?;
        let path = self.root.join(file);
        segment_file::write(&path, first.segment.signal, &resources, pieces.into_iter().flatten(), &self.config)
            .and_then(|written| disk::sync_folder(&self.root.join(folder)).map(|()| written))
            .inspect_err(|_| self.discard([file].into_iter()))
    }
}
