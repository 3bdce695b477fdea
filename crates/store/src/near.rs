//! The log records around a place: what stood before and after a line, for one service or in one file.
//!
//! Two readings: the first decodes only the columns that order records, and keeps the nearest keys on either side (nearest
//! segments first, so that far ones are never opened); the second fetches the records between the outermost keys. Memory
//! is bounded by the records asked for.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use arrow_array::{RecordBatch, UInt64Array};
use arrow_schema::ArrowError;
use decant_model::{Batch, Signal};

use crate::manifest::Entry;
use crate::metrics::add;
use crate::pieces::Pieces;
use crate::rows::{self, Times};
use crate::scan::{ScanRequest, Snapshot, unknown};
use crate::select::Selection;
use crate::{Segment, StoreError};

/// More records than this on one side are not a neighbourhood.
const SIDE_MAX_ROWS: usize = 10_000;

/// How far from a time is searched, wider when that was not enough: most neighbours are near, and a part of a large
/// segment is found by its statistics.
const REACHES_NANOS: [Option<i64>; 3] = [Some(60_000_000_000), Some(3_600_000_000_000), None];

/// A place among log records. It need not be one at which a record stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In one file or partition, whose records have numbers.
    Ordinal { source: String, partition: i32, ordinal: u64 },
    /// In the log of one service. Records of one moment are in the order of their ordinals.
    Time { service: String, unix_nano: i64, ordinal: u64 },
}

/// (time, ordinal); the time is 0 when ordinals alone give the order.
type Key = (i64, u64);

impl Snapshot {
    /// At most `before` records before the place, and the record at the place with at most `after` records after it, in
    /// order. Each batch holds one record.
    ///
    /// # Errors
    /// Nothing was found, and a segment near the place cannot be read. What cannot be read beside what was found is left
    /// out and counted.
    pub fn near(&self, place: &Place, before: usize, after: usize) -> Result<Vec<Batch>, StoreError> {
        let (request, at) = place.request();
        let mut entries = self.view.of(Signal::Logs);
        entries.sort_by_key(|entry| place.distance(&entry.segment));
        let mut sides = Sides::new(at, before.min(SIDE_MAX_ROWS), after.min(SIDE_MAX_ROWS));
        let mut failed = None;
        for reach in REACHES_NANOS {
            let within = place.within(&request, reach);
            sides.clear();
            for entry in &entries {
                // Narrower with each segment: what lies beyond a full side is not opened.
                let Some(selection) = Selection::of(&place.narrowed(&within, &sides), &entry.segment) else { continue };
                failed = self.offer(place, entry, &selection, &mut sides).err().or(failed);
            }
            if sides.are_full() || within == request {
                break;
            }
        }
        let Some((first, last)) = sides.ends() else { return failed.map_or_else(|| Ok(Vec::new()), Err) };
        let mut found = Found { records: Vec::new(), first, last, sides };
        let between = place.between(&request, first, last);
        for entry in self.view.of(Signal::Logs) {
            let Some(selection) = Selection::of(&between, &entry.segment) else { continue };
            if let Err(error) = self.fetch(place, &entry, &selection, &mut found) {
                tracing::warn!(%error, "records beside a place are left out");
            }
            found.trim_at(4);
        }
        found.trim_at(0);
        Ok(found.records.into_iter().map(|(_, batch)| batch).collect())
    }

    fn offer(&self, place: &Place, entry: &Entry, selection: &Selection, sides: &mut Sides) -> Result<(), StoreError> {
        let columns = [rows::time_columns(Signal::Logs), &[rows::ORDINAL]].concat();
        for piece in self.read(entry, selection, Some(&columns))? {
            let keys = place.keys(&piece?, selection).map_err(|error| entry.file.unreadable(&error))?;
            keys.into_iter().for_each(|key| sides.offer(key));
        }
        Ok(())
    }

    fn fetch(&self, place: &Place, entry: &Entry, selection: &Selection, found: &mut Found) -> Result<(), StoreError> {
        let mut pieces = self.read(entry, selection, None)?;
        let resources = pieces.resources.clone();
        let wanted = found.first..=found.last;
        while let Some(piece) = pieces.next().transpose()? {
            let keys = place.keys(&piece, selection).map_err(|error| entry.file.unreadable(&error))?;
            for (row, key) in keys.into_iter().enumerate().filter(|(_, key)| wanted.contains(key)) {
                let find = |id, service: &str| match resources.get(id) {
                    Some(resource) => resource.clone(),
                    None => unknown(service, &self.metrics),
                };
                let batches = rows::decode(Signal::Logs, &piece.slice(row, 1), find)
                    .map_err(|error| entry.file.unreadable(&error))?;
                found.records.extend(batches.into_iter().map(|batch| (key, batch)));
            }
        }
        Ok(())
    }

    fn read(&self, entry: &Entry, selection: &Selection, columns: Option<&[&str]>) -> Result<Pieces, StoreError> {
        add(&self.metrics.segments_read, 1);
        entry.file.read(selection, columns).inspect_err(|_| add(&self.metrics.segments_unreadable, 1))
    }
}

/// Records between the outermost keys.
struct Found {
    records: Vec<(Key, Batch)>,
    first: Key,
    last: Key,
    sides: Sides,
}

impl Found {
    /// Puts records in order and cuts both ends, when there are `times` more than are asked for: many records may have
    /// one key.
    fn trim_at(&mut self, times: usize) {
        let Sides { at, before_max, after_max, .. } = &self.sides;
        if self.records.len() <= times * (before_max + after_max) {
            return;
        }
        self.records.sort_by_key(|(key, _)| *key);
        let place = self.records.partition_point(|(key, _)| key < at);
        self.records.truncate(place.saturating_add(*after_max));
        self.records.drain(..place.saturating_sub(*before_max));
    }
}

impl Place {
    fn request(&self) -> (ScanRequest, Key) {
        let all = ScanRequest::of(Signal::Logs);
        match self {
            Self::Ordinal { source, partition, ordinal } => {
                (ScanRequest { source: Some((source.clone(), *partition)), ..all }, (0, *ordinal))
            }
            Self::Time { service, unix_nano, ordinal } => {
                (ScanRequest { services: Some(vec![service.clone()]), ..all }, (*unix_nano, *ordinal))
            }
        }
    }

    /// How far a segment's nearest row is at least.
    fn distance(&self, segment: &Segment) -> u64 {
        match self {
            Self::Ordinal { ordinal, .. } => {
                let (low, high) = segment.ordinals.unwrap_or((0, u64::MAX));
                low.saturating_sub(*ordinal).max(ordinal.saturating_sub(high))
            }
            Self::Time { unix_nano, .. } => {
                let place = segment.order_unix_nano;
                let low = segment.from_unix_nano.unwrap_or(place).min(place);
                let high = segment.to_unix_nano.unwrap_or(place).max(place);
                let outside = |from: i64, to: i64| if from < to { from.abs_diff(to) } else { 0 };
                outside(*unix_nano, low).max(outside(high, *unix_nano))
            }
        }
    }

    /// The request without what is farther away than this; places in a file are found by their numbers anyway.
    fn within(&self, request: &ScanRequest, reach_nanos: Option<i64>) -> ScanRequest {
        match (self, reach_nanos) {
            (Self::Time { unix_nano, .. }, Some(reach)) => ScanRequest {
                from_unix_nano: Some(unix_nano.saturating_sub(reach)),
                to_unix_nano: Some(unix_nano.saturating_add(reach)),
                ..request.clone()
            },
            _ => request.clone(),
        }
    }

    /// The request without what lies beyond a side that is full already.
    fn narrowed(&self, request: &ScanRequest, sides: &Sides) -> ScanRequest {
        let first = sides.outermost_before();
        let last = sides.outermost_after();
        match self {
            Self::Ordinal { .. } => ScanRequest {
                ordinals: Some((first.map_or(0, |key| key.1), last.map_or(u64::MAX, |key| key.1))),
                ..request.clone()
            },
            Self::Time { .. } => ScanRequest {
                from_unix_nano: first.map(|key| key.0).or(request.from_unix_nano),
                to_unix_nano: last.and_then(|key| key.0.checked_add(1)).or(request.to_unix_nano),
                ..request.clone()
            },
        }
    }

    fn between(&self, request: &ScanRequest, first: Key, last: Key) -> ScanRequest {
        match self {
            Self::Ordinal { .. } => ScanRequest { ordinals: Some((first.1, last.1)), ..request.clone() },
            Self::Time { .. } => {
                ScanRequest { from_unix_nano: Some(first.0), to_unix_nano: last.0.checked_add(1), ..request.clone() }
            }
        }
    }

    fn keys(&self, stored: &RecordBatch, selection: &Selection) -> Result<Vec<Key>, ArrowError> {
        let ordinals: UInt64Array = rows::column(stored, rows::ORDINAL)?;
        let times = Times::of(Signal::Logs, stored)?;
        let time = |row| match self {
            Self::Ordinal { .. } => 0,
            Self::Time { .. } => times.get(row).unwrap_or(selection.place_unix_nano()),
        };
        Ok((0..stored.num_rows()).map(|row| (time(row), ordinals.value(row))).collect())
    }
}

/// The nearest keys on both sides of a place.
struct Sides {
    at: Key,
    /// The outermost is on top of both.
    before: BinaryHeap<Reverse<Key>>,
    before_max: usize,
    after: BinaryHeap<Key>,
    after_max: usize,
}

impl Sides {
    fn new(at: Key, before_max: usize, after_max: usize) -> Self {
        Self { at, before: BinaryHeap::new(), before_max, after: BinaryHeap::new(), after_max: after_max + 1 }
    }

    fn clear(&mut self) {
        self.before.clear();
        self.after.clear();
    }

    fn are_full(&self) -> bool {
        self.before.len() >= self.before_max && self.after.len() >= self.after_max
    }

    fn offer(&mut self, key: Key) {
        if key < self.at {
            self.before.push(Reverse(key));
            if self.before.len() > self.before_max {
                self.before.pop();
            }
        } else {
            self.after.push(key);
            if self.after.len() > self.after_max {
                self.after.pop();
            }
        }
    }

    /// The farthest key that could still be wanted; `None` while there is room.
    fn outermost_before(&self) -> Option<Key> {
        if self.before_max == 0 {
            return Some(self.at);
        }
        self.before.peek().filter(|_| self.before.len() >= self.before_max).map(|key| key.0)
    }

    fn outermost_after(&self) -> Option<Key> {
        self.after.peek().filter(|_| self.after.len() >= self.after_max).copied()
    }

    fn ends(&self) -> Option<(Key, Key)> {
        let nearest_after = self.after.iter().min().copied();
        let nearest_before = self.before.iter().map(|key| key.0).max();
        let first = self.before.peek().map(|key| key.0).or(nearest_after)?;
        let last = self.after.peek().copied().or(nearest_before)?;
        Some((first, last))
    }
}
