//! Appending a group: files first, then the line in the manifest that makes them true.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Instant;

use decant_model::{Batch, Signal};

use super::{Appended, Store, Writer};
use crate::manifest::{Change, Superseding, View};
use crate::metrics::add;
use crate::resources::Resources;
use crate::segment::{Bounds, PositionRange, Segment, SegmentId};
use crate::segment_file::{self, Written};
use crate::select::Selection;
use crate::{StoreError, disk, positions, rows};

impl Store {
    /// Makes a group of batches durable: all of it or, after an error, none.
    ///
    /// Batches of one position (a payload that was decoded in parts) belong in one group, where they stay together. When
    /// a position comes again in a later group, its rows take the place of the older ones of the same signal. Batches of
    /// an empty source have no position and replace nothing.
    ///
    /// Each group costs a file and three synchronisations a signal, and one for the manifest: gather batches for a
    /// fraction of a second rather than calling with each.
    ///
    /// # Errors
    /// The disk fails. After [`StoreError::Stopped`] the store has to be opened again.
    pub fn append(&self, batches: &[Batch]) -> Result<Appended, StoreError> {
        let begin = Instant::now();
        let mut writer = self.writer();
        let view = self.view();
        let mut group = Group { store: self, change: Change::default(), folders: BTreeSet::new() };
        let outcome = group.write(&mut writer, &view, batches).and_then(|superseded| {
            let appended = group.told(superseded);
            if group.change.add.is_empty() {
                return Ok(appended);
            }
            let change = std::mem::take(&mut group.change);
            let files: Vec<String> = change.add.iter().map(|segment| segment.file.clone()).collect();
            match writer.manifest.append(&view, change) {
                Ok(view) => self.show(view),
                Err(error) => {
                    // Of a line of which it is unknown whether it is on the disk, the files must stay.
                    if !writer.manifest.is_broken() {
                        self.discard(files.iter());
                    }
                    return Err(error);
                }
            }
            Ok(appended)
        });
        let micros = usize::try_from(begin.elapsed().as_micros()).unwrap_or(usize::MAX);
        match &outcome {
            Ok(appended) => {
                add(&self.metrics.appends, 1);
                add(&self.metrics.append_micros, micros);
                add(&self.metrics.segments_written, appended.segments as usize);
                add(&self.metrics.rows_written, appended.rows as usize);
                add(&self.metrics.bytes_written, appended.bytes as usize);
                add(&self.metrics.rows_superseded, appended.rows_superseded as usize);
            }
            Err(_) => {
                add(&self.metrics.append_failures, 1);
                self.discard(group.change.add.iter().map(|segment| &segment.file));
            }
        }
        outcome
    }

    /// Takes back files that no manifest names.
    pub(super) fn discard<'a>(&self, files: impl Iterator<Item = &'a String>) {
        for file in files {
            if let Err(error) = std::fs::remove_file(self.root.join(file)) {
                tracing::debug!(%error, file, "a file without an entry stays until the next start");
            }
        }
    }

    /// `data/<signal>/<yyyymmdd-hh>`, by a segment's place.
    pub(super) fn folder(signal: Signal, place_unix_nano: i64) -> String {
        let seconds = place_unix_nano.div_euclid(1_000_000_000);
        let hour = jiff::Timestamp::from_second(seconds).unwrap_or_default();
        format!("data/{}/{}", signal.as_str(), hour.strftime("%Y%m%d-%H"))
    }
}

/// A group that is being written.
struct Group<'a> {
    store: &'a Store,
    change: Change,
    folders: BTreeSet<PathBuf>,
}

impl Group<'_> {
    /// Writes the files; returns how many older rows the new ones replace.
    fn write(&mut self, writer: &mut Writer, view: &View, batches: &[Batch]) -> Result<u64, StoreError> {
        let mut superseded = 0;
        for signal in Signal::ALL {
            let batches: Vec<&Batch> = batches.iter().filter(|b| b.signal() == signal && !b.is_empty()).collect();
            if batches.is_empty() {
                continue;
            }
            let ranges = positions::ranges(batches.iter().map(|batch| &batch.position));
            superseded += self.supersede(view, signal, &ranges)?;
            let id = SegmentId(writer.new_segment());
            self.segment(view, id, signal, &batches)?;
        }
        for folder in &self.folders {
            disk::sync_folder(folder)?;
        }
        Ok(superseded)
    }

    fn segment(&mut self, view: &View, id: SegmentId, signal: Signal, batches: &[&Batch]) -> Result<(), StoreError> {
        let bounds = Bounds::of(batches);
        let place = bounds.from_unix_nano.unwrap_or_else(|| view.last_place(signal));
        let folder = Store::folder(signal, place);
        let file = format!("{folder}/{:010}.parquet", id.0);
        disk::make_folders(&self.store.root, folder.as_ref())?;
        self.folders.insert(self.store.root.join(folder));
        let encode = |error: arrow_schema::ArrowError| StoreError::Encode { reason: error.to_string() };
        let pieces = batches.iter().map(|batch| rows::encode(batch).map_err(encode));
        let path = self.store.root.join(&file);
        let written = segment_file::write(&path, signal, &Resources::of(batches), pieces, &self.store.config);
        let written = written.inspect_err(|_| self.store.discard([&file].into_iter()))?;
        self.change.add.push(new_segment(id, signal, file, &written, bounds, place));
        Ok(())
    }

    /// Finds the rows that these positions replace.
    fn supersede(&mut self, view: &View, signal: Signal, ranges: &[PositionRange]) -> Result<u64, StoreError> {
        let mut sum = 0;
        for entry in view.of(signal) {
            let segment = &entry.segment;
            if ranges.is_empty() || !positions::overlap(&segment.positions, ranges) {
                continue;
            }
            let rows = match entry.file.count_in(&Selection::live(segment), ranges) {
                Ok(rows) => rows,
                Err(error) => {
                    // Rows that nobody can read cannot come twice.
                    tracing::warn!(%error, "a segment could not be searched for replaced rows");
                    add(&self.store.metrics.segments_unreadable, 1);
                    continue;
                }
            };
            if rows == 0 {
                continue;
            }
            sum += rows;
            if rows >= segment.live_rows() {
                self.change.remove.push(segment.id);
            } else {
                let ranges = ranges.to_vec();
                self.change.supersede.push(Superseding { segment: segment.id, ranges, rows });
            }
        }
        Ok(sum)
    }

    fn told(&self, rows_superseded: u64) -> Appended {
        let sum = |of: fn(&Segment) -> u64| self.change.add.iter().map(of).sum();
        Appended {
            segments: self.change.add.len() as u64,
            rows: sum(|segment| segment.rows),
            bytes: sum(|segment| segment.bytes),
            rows_superseded,
        }
    }
}

pub(super) fn new_segment(
    id: SegmentId,
    signal: Signal,
    file: String,
    written: &Written,
    bounds: Bounds,
    place_unix_nano: i64,
) -> Segment {
    Segment {
        id,
        signal,
        file,
        rows: written.rows,
        bytes: written.bytes,
        written_unix_nano: written.written_unix_nano,
        from_unix_nano: bounds.from_unix_nano,
        to_unix_nano: bounds.to_unix_nano,
        undated: bounds.undated,
        order_unix_nano: place_unix_nano,
        services: bounds.services,
        positions: bounds.positions,
        ordinals: bounds.ordinals,
        superseded: Vec::new(),
        superseded_rows: 0,
    }
}
