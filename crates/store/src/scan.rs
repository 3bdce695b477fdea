//! Reading: the rows of a signal that answer to a request, segment by segment, from one snapshot.
//!
//! A [`Snapshot`] pins what the store held at one moment: what is appended, replaced, merged or deleted later does not
//! change what it reads. Segments come in the order of their places (their earliest times), rows within one as they were
//! appended, so rows are nearly but not strictly in order of time. One file is open at a time.

use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::vec;

use arrow_array::{RecordBatch, UInt64Array};
use decant_model::{Batch, Resource, Signal};

use crate::manifest::{Entry, View};
use crate::metrics::{Metrics, add};
use crate::pieces::Pieces;
use crate::select::Selection;
use crate::{PositionRange, Segment, StoreError, positions, rows};

/// Which rows; whatever is `None` does not narrow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanRequest {
    pub signal: Signal,
    /// A log's event time (else when it was observed), a point's time, a span's start. A row that has none counts as of
    /// the earliest time in its segment.
    pub from_unix_nano: Option<i64>,
    /// Exclusive.
    pub to_unix_nano: Option<i64>,
    /// As [`Resource::service`] tells it.
    pub services: Option<Vec<String>>,
    /// Logs and spans of one trace.
    pub trace_id: Option<[u8; 16]>,
    /// Logs of these shape ids.
    pub shapes: Option<Vec<u64>>,
    /// Metrics or spans of these names.
    pub names: Option<Vec<String>>,
    /// Rows of this source and partition.
    pub source: Option<(String, i32)>,
    /// Logs whose ordinal lies in this range, both ends included.
    pub ordinals: Option<(u64, u64)>,
    /// From the newest segment to the oldest, and within each from the last rows to the first; the rows of one batch keep
    /// their order. With `rows_max`: the newest rows.
    pub newest_first: bool,
    /// The scan ends after so many rows.
    pub rows_max: Option<usize>,
}

impl ScanRequest {
    /// All rows of a signal.
    #[must_use]
    pub fn of(signal: Signal) -> Self {
        Self {
            signal,
            from_unix_nano: None,
            to_unix_nano: None,
            services: None,
            trace_id: None,
            shapes: None,
            names: None,
            source: None,
            ordinals: None,
            newest_first: false,
            rows_max: None,
        }
    }
}

/// What the store held at one moment. Cheap to clone; files that it reads stay until it is dropped.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub(crate) view: Arc<View>,
    pub(crate) metrics: Arc<Metrics>,
}

impl Snapshot {
    /// Rises with every change since the store was opened; equal numbers mean equal contents.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.view.version
    }

    /// The segments of a signal in the order in which they are read.
    pub fn segments(&self, signal: Signal) -> impl Iterator<Item = Segment> {
        self.view.of(signal).into_iter().map(|entry| entry.segment.clone())
    }

    /// The rows that answer to the request. A segment that cannot be read yields one error, and the scan goes on with
    /// the next.
    #[must_use]
    pub fn scan(&self, request: &ScanRequest) -> Scan {
        Scan {
            signal: request.signal,
            newest_first: request.newest_first,
            entries: self.entries(request).into_iter(),
            open: None,
            ready: VecDeque::new(),
            rows_left: request.rows_max.unwrap_or(usize::MAX),
            metrics: self.metrics.clone(),
        }
    }

    /// How many log records of each shape answer to the request (`rows_max` aside), and how many segments could not be read.
    /// Reads far less than a scan.
    #[must_use]
    pub fn shapes(&self, request: &ScanRequest) -> (BTreeMap<u64, u64>, usize) {
        let (mut counts, mut unreadable) = (BTreeMap::new(), 0);
        let request = ScanRequest { signal: Signal::Logs, ..request.clone() };
        for (entry, selection) in self.entries(&request) {
            add(&self.metrics.segments_read, 1);
            match shapes(&entry, &selection) {
                Ok(found) => found.into_iter().for_each(|(shape, count)| *counts.entry(shape).or_default() += count),
                Err(error) => {
                    tracing::warn!(%error, "a segment could not be read");
                    add(&self.metrics.segments_unreadable, 1);
                    unreadable += 1;
                }
            }
        }
        (counts, unreadable)
    }

    /// Which messages of these sources have rows that answer to the request (`rows_max` aside): by the offsets of their
    /// batches, or, when log rows are messages of their own, from there to the greatest ordinal. Reads far less than a scan;
    /// a segment that cannot be read is left out, as a scan leaves it out.
    #[must_use]
    pub fn messages(&self, request: &ScanRequest, sources: &[&str], by_ordinal: bool) -> Vec<PositionRange> {
        let by_ordinal = by_ordinal && request.signal == Signal::Logs;
        let mut met = Vec::new();
        for (entry, selection) in self.entries(request) {
            let listed = &entry.segment.positions;
            if !listed.iter().any(|range| sources.contains(&range.source.as_str())) {
                continue;
            }
            add(&self.metrics.segments_read, 1);
            if let Err(error) = entry.file.messages(&selection, sources, by_ordinal, &mut met) {
                tracing::warn!(%error, "a segment's messages are not known");
                add(&self.metrics.segments_unreadable, 1);
            }
        }
        positions::union(&met, &[])
    }

    /// The segments that may answer, in the order of reading.
    fn entries(&self, request: &ScanRequest) -> Vec<(Arc<Entry>, Selection)> {
        let mut entries = self.view.of(request.signal);
        if request.newest_first {
            let newest = |segment: &Segment| segment.to_unix_nano.unwrap_or(segment.order_unix_nano);
            entries.sort_by_key(|entry| Reverse((newest(&entry.segment), entry.segment.id)));
        }
        let selected = |entry: Arc<Entry>| Selection::of(request, &entry.segment).map(|selection| (entry, selection));
        entries.into_iter().filter_map(selected).collect()
    }
}

/// Batches that answer to a [`ScanRequest`].
#[derive(Debug)]
pub struct Scan {
    signal: Signal,
    newest_first: bool,
    entries: vec::IntoIter<(Arc<Entry>, Selection)>,
    open: Option<(Arc<Entry>, Pieces)>,
    ready: VecDeque<Batch>,
    rows_left: usize,
    metrics: Arc<Metrics>,
}

impl Iterator for Scan {
    type Item = Result<Batch, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.rows_left == 0 {
                return None;
            }
            if let Some(batch) = self.ready.pop_front() {
                self.rows_left = self.rows_left.saturating_sub(batch.len());
                return Some(Ok(batch));
            }
            let piece = match &mut self.open {
                Some((_, pieces)) => pieces.next().map(|piece| piece.and_then(|piece| self.decode(&piece))),
                None => match self.open_next()? {
                    Ok(()) => continue,
                    Err(error) => Some(Err(error)),
                },
            };
            match piece {
                Some(Ok(batches)) => self.ready.extend(batches),
                Some(Err(error)) => {
                    self.open = None;
                    add(&self.metrics.segments_unreadable, 1);
                    return Some(Err(error));
                }
                None => self.open = None,
            }
        }
    }
}

impl Scan {
    fn open_next(&mut self) -> Option<Result<(), StoreError>> {
        let (entry, selection) = self.entries.next()?;
        add(&self.metrics.segments_read, 1);
        let pieces = entry.file.read(&selection, None);
        Some(pieces.map(|pieces| {
            self.open = Some((entry, if self.newest_first { pieces.reversed() } else { pieces }));
        }))
    }

    fn decode(&self, piece: &RecordBatch) -> Result<Vec<Batch>, StoreError> {
        let Some((entry, pieces)) = &self.open else { return Ok(Vec::new()) };
        let rows = piece.num_rows().min(self.rows_left);
        let piece = piece.slice(if self.newest_first { piece.num_rows() - rows } else { 0 }, rows);
        let find = |id: u64, service: &str| match pieces.resources.get(id) {
            Some(resource) => resource.clone(),
            None => unknown(service, &self.metrics),
        };
        let batches = rows::decode(self.signal, &piece, find).map_err(|error| entry.file.unreadable(&error));
        batches.map(|mut batches| {
            if self.newest_first {
                batches.reverse();
            }
            batches
        })
    }
}

fn shapes(entry: &Entry, selection: &Selection) -> Result<BTreeMap<u64, u64>, StoreError> {
    let mut counts = BTreeMap::new();
    for piece in entry.file.read(selection, Some(&[rows::SHAPE_ID]))? {
        let shapes: UInt64Array =
            rows::column(&piece?, rows::SHAPE_ID).map_err(|error| entry.file.unreadable(&error))?;
        shapes.values().iter().for_each(|&shape| *counts.entry(shape).or_default() += 1);
    }
    Ok(counts)
}

/// A resource of which only the service is left.
pub(crate) fn unknown(service: &str, metrics: &Metrics) -> Arc<Resource> {
    if service.is_empty() {
        return Arc::new(Resource::new([]));
    }
    add(&metrics.resources_missing, 1);
    Arc::new(Resource::new([("service.name".to_owned(), service.to_owned())]))
}
