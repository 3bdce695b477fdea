//! Which rows of a segment are asked for: first by what the manifest tells, then row by row.
//!
//! Row by row means inside the Parquet reader: the few columns that decide are decoded first, the wide ones (body,
//! attributes) for the rows that remain. A row without a time is taken to be of the time of its segment's place.

use std::cell::Cell;
use std::collections::HashSet;
use std::sync::Arc;

use arrow_array::{Array as _, BooleanArray, FixedSizeBinaryArray, RecordBatch, StringArray, UInt64Array};
use arrow_schema::ArrowError;
use decant_model::Signal;

use crate::rows::{self, Positions, Services, Times};
use crate::scan::ScanRequest;
use crate::segment::{PositionRange, Segment};

/// What decides about the rows of one segment; parts that every row passes are left out.
#[derive(Clone, Debug)]
pub(crate) struct Selection {
    signal: Signal,
    place_unix_nano: i64,
    from_unix_nano: Option<i64>,
    to_unix_nano: Option<i64>,
    services: Option<Arc<HashSet<String>>>,
    trace_id: Option<[u8; 16]>,
    shapes: Option<Arc<HashSet<u64>>>,
    names: Option<Arc<HashSet<String>>>,
    source: Option<(String, i32)>,
    ordinals: Option<(u64, u64)>,
    superseded: Vec<PositionRange>,
}

impl Selection {
    /// `None` when no row of the segment is asked for.
    pub(crate) fn of(request: &ScanRequest, segment: &Segment) -> Option<Self> {
        if segment.signal != request.signal || segment.live_rows() == 0 {
            return None;
        }
        let place = segment.order_unix_nano;
        let undated = segment.undated.then_some(place);
        let earliest = [segment.from_unix_nano, undated].into_iter().flatten().min().unwrap_or(place);
        let latest = segment.to_unix_nano.max(undated).unwrap_or(place);
        if request.from_unix_nano.is_some_and(|from| latest < from)
            || request.to_unix_nano.is_some_and(|to| earliest >= to)
        {
            return None;
        }
        let mut services = request.services.as_ref();
        if let (Some(wanted), Some(listed)) = (services, &segment.services) {
            if !listed.iter().any(|service| wanted.contains(service)) {
                return None;
            }
            if listed.iter().all(|service| wanted.contains(service)) {
                services = None;
            }
        }
        let only = |signal: Signal, has: bool| has && request.signal != signal;
        if only(Signal::Logs, request.shapes.is_some())
            || only(Signal::Logs, request.ordinals.is_some())
            || (request.signal == Signal::Metrics && request.trace_id.is_some())
            || (request.signal == Signal::Logs && request.names.is_some())
        {
            return None;
        }
        if let (Some((first, last)), Some((low, high))) = (request.ordinals, segment.ordinals)
            && (high < first || low > last)
        {
            return None;
        }
        let source = request.source.clone();
        if let Some((name, partition)) = &source
            && !name.is_empty()
            && !segment.positions.iter().any(|range| range.source == *name && range.partition == *partition)
        {
            return None;
        }
        Some(Self {
            signal: request.signal,
            place_unix_nano: place,
            from_unix_nano: request.from_unix_nano.filter(|&from| earliest < from),
            to_unix_nano: request.to_unix_nano.filter(|&to| latest >= to),
            services: services.map(|wanted| Arc::new(wanted.iter().cloned().collect())),
            trace_id: request.trace_id,
            shapes: request.shapes.as_ref().map(|wanted| Arc::new(wanted.iter().copied().collect())),
            names: request.names.as_ref().map(|wanted| Arc::new(wanted.iter().cloned().collect())),
            source,
            ordinals: request.ordinals,
            superseded: segment.superseded.clone(),
        })
    }

    /// Every live row; what a merge reads.
    pub(crate) fn live(segment: &Segment) -> Self {
        let everything = ScanRequest::of(segment.signal);
        Self {
            signal: segment.signal,
            place_unix_nano: segment.order_unix_nano,
            from_unix_nano: everything.from_unix_nano,
            to_unix_nano: everything.to_unix_nano,
            services: None,
            trace_id: None,
            shapes: None,
            names: None,
            source: None,
            ordinals: None,
            superseded: segment.superseded.clone(),
        }
    }

    /// The window that rows must be in; open ends are those that every row passes.
    pub(crate) fn window(&self) -> (Option<i64>, Option<i64>) {
        (self.from_unix_nano, self.to_unix_nano)
    }

    pub(crate) fn signal(&self) -> Signal {
        self.signal
    }

    pub(crate) fn place_unix_nano(&self) -> i64 {
        self.place_unix_nano
    }

    /// The columns that decide; none when every row passes.
    pub(crate) fn columns(&self) -> Vec<&'static str> {
        let mut columns = Vec::new();
        if self.from_unix_nano.is_some() || self.to_unix_nano.is_some() {
            columns.extend(rows::time_columns(self.signal));
        }
        if self.services.is_some() {
            columns.push(rows::SERVICE);
        }
        if self.trace_id.is_some() {
            columns.push(rows::TRACE_ID);
        }
        if self.shapes.is_some() {
            columns.push(rows::SHAPE_ID);
        }
        if self.names.is_some() {
            columns.push(rows::NAME);
        }
        if self.ordinals.is_some() {
            columns.push(rows::ORDINAL);
        }
        if self.source.is_some() || !self.superseded.is_empty() {
            columns.extend([rows::SOURCE, rows::PARTITION, rows::OFFSET]);
        }
        columns
    }

    /// Which of these rows (of which only [`columns`](Self::columns) are there) are asked for.
    pub(crate) fn mask(&self, stored: &RecordBatch) -> Result<BooleanArray, ArrowError> {
        let mut keep = vec![true; stored.num_rows()];
        let mut narrow = |passes: &dyn Fn(usize) -> bool| {
            for (row, keep) in keep.iter_mut().enumerate() {
                *keep = *keep && passes(row);
            }
        };
        if self.from_unix_nano.is_some() || self.to_unix_nano.is_some() {
            let times = Times::of(self.signal, stored)?;
            narrow(&|row| {
                let time = times.get(row).unwrap_or(self.place_unix_nano);
                self.from_unix_nano.is_none_or(|from| time >= from) && self.to_unix_nano.is_none_or(|to| time < to)
            });
        }
        if let Some(wanted) = &self.services {
            let services = Services::of(stored)?;
            narrow(&|row| wanted.contains(services.get(row)));
        }
        if let Some(wanted) = &self.trace_id {
            let ids: FixedSizeBinaryArray = rows::column(stored, rows::TRACE_ID)?;
            narrow(&|row| ids.is_valid(row) && ids.value(row) == wanted);
        }
        if let Some(wanted) = &self.shapes {
            let shapes: UInt64Array = rows::column(stored, rows::SHAPE_ID)?;
            narrow(&|row| wanted.contains(&shapes.value(row)));
        }
        if let Some(wanted) = &self.names {
            let names: StringArray = rows::column(stored, rows::NAME)?;
            narrow(&|row| wanted.contains(names.value(row)));
        }
        if let Some((first, last)) = self.ordinals {
            let ordinals: UInt64Array = rows::column(stored, rows::ORDINAL)?;
            narrow(&|row| (first..=last).contains(&ordinals.value(row)));
        }
        if self.source.is_some() || !self.superseded.is_empty() {
            let positions = Positions::of(stored)?;
            if let Some((source, partition)) = &self.source {
                narrow(&|row| {
                    let (s, p, _) = positions.get(row);
                    s == source && p == *partition
                });
            }
            if !self.superseded.is_empty() {
                // Rows of one batch stand together and share their fate.
                let fate = Cell::new(None);
                narrow(&|row| {
                    let at = positions.get(row);
                    match fate.get() {
                        Some((known, counts)) if known == at => counts,
                        _ => {
                            let counts = !self.superseded.iter().any(|range| range.holds(at.0, at.1, at.2));
                            fate.set(Some((at, counts)));
                            counts
                        }
                    }
                });
            }
        }
        Ok(BooleanArray::from(keep))
    }
}
