//! A segment, as the manifest tells of it: enough to decide without opening the file whether a question concerns it.

use std::collections::BTreeSet;

use decant_model::{Batch, Rows, Signal};
use serde::{Deserialize, Serialize};

use crate::positions;

/// More services than this are not listed: a question for one service then has to look inside.
const SERVICES_LISTED_MAX: usize = 64;

/// More ranges of positions than this are listed in a coarser way.
const RANGES_LISTED_MAX: usize = 64;

/// Number of a segment: later ones are greater, none is used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SegmentId(pub u64);

/// Neighbouring batch offsets of one source and partition, both ends included. An empty source has no replays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PositionRange {
    pub source: String,
    pub partition: i32,
    pub first: i64,
    pub last: i64,
}

impl PositionRange {
    /// Whether a batch of this position is one of the range.
    #[must_use]
    pub fn holds(&self, source: &str, partition: i32, offset: i64) -> bool {
        (self.first..=self.last).contains(&offset) && self.partition == partition && self.source == source
    }
}

/// One Parquet file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    pub id: SegmentId,
    #[serde(with = "signal_name")]
    pub signal: Signal,
    /// Below the store's folder, with `/`.
    pub file: String,
    /// As written: those of `superseded` are among them.
    pub rows: u64,
    pub bytes: u64,
    /// When it was written, as the disk tells; of merged segments the newest.
    pub written_unix_nano: i64,
    /// Earliest and latest event time; `None` when no row has one.
    pub from_unix_nano: Option<i64>,
    pub to_unix_nano: Option<i64>,
    /// Whether rows without a time are in it.
    pub undated: bool,
    /// Its place among the segments: the earliest time, else the place of the segment before it.
    pub order_unix_nano: i64,
    /// Sorted; `None` when there are too many to list.
    pub services: Option<Vec<String>>,
    /// All positions are in these, and sometimes positions that never came.
    pub positions: Vec<PositionRange>,
    /// Lowest and highest `ordinal` (logs only).
    pub ordinals: Option<(u64, u64)>,
    /// Positions whose rows were replaced by a later segment's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub superseded: Vec<PositionRange>,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub superseded_rows: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
fn is_zero(n: &u64) -> bool {
    *n == 0
}

impl Segment {
    /// Rows that still count.
    #[must_use]
    pub fn live_rows(&self) -> u64 {
        self.rows.saturating_sub(self.superseded_rows)
    }

    /// Whether a row of this position was replaced.
    #[must_use]
    pub fn is_superseded(&self, source: &str, partition: i32, offset: i64) -> bool {
        self.superseded.iter().any(|range| range.holds(source, partition, offset))
    }
}

/// What is known of a segment's rows. All are of one signal.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Bounds {
    pub(crate) from_unix_nano: Option<i64>,
    pub(crate) to_unix_nano: Option<i64>,
    pub(crate) undated: bool,
    pub(crate) services: Option<Vec<String>>,
    pub(crate) positions: Vec<PositionRange>,
    pub(crate) ordinals: Option<(u64, u64)>,
}

impl Bounds {
    /// Of batches that are about to be written.
    pub(crate) fn of(batches: &[&Batch]) -> Self {
        let ranges = positions::ranges(batches.iter().map(|b| &b.position));
        let mut bounds = Self { positions: positions::covering(&ranges, RANGES_LISTED_MAX), ..Self::default() };
        let mut services = BTreeSet::new();
        for batch in batches {
            for row in 0..batch.len() {
                match time(&batch.rows, row) {
                    Some(time) => bounds.widen(Some(time), Some(time)),
                    None => bounds.undated = true,
                }
            }
            if let Rows::Logs(logs) = &batch.rows {
                bounds.ordinals = hull(bounds.ordinals, ends(logs.ordinal.values()));
            }
            if services.len() <= SERVICES_LISTED_MAX {
                services.extend(services_of(batch).map(str::to_owned));
            }
        }
        bounds.services = (services.len() <= SERVICES_LISTED_MAX).then(|| services.into_iter().collect());
        bounds
    }

    /// Of segments that are about to be merged.
    pub(crate) fn merged<'a>(segments: impl Iterator<Item = &'a Segment>) -> Self {
        let mut bounds = Self { services: Some(Vec::new()), ..Self::default() };
        for segment in segments {
            bounds.widen(segment.from_unix_nano, segment.to_unix_nano);
            bounds.undated |= segment.undated;
            bounds.ordinals = hull(bounds.ordinals, segment.ordinals);
            bounds.positions = positions::union(&bounds.positions, &segment.positions);
            bounds.services = match (bounds.services, &segment.services) {
                (Some(one), Some(other)) => Some(one.into_iter().chain(other.iter().cloned()).collect()),
                _ => None,
            };
        }
        bounds.positions = positions::covering(&bounds.positions, RANGES_LISTED_MAX);
        let services = bounds.services.map(|all| all.into_iter().collect::<BTreeSet<String>>());
        bounds.services = services.filter(|s| s.len() <= SERVICES_LISTED_MAX).map(|s| s.into_iter().collect());
        bounds
    }

    fn widen(&mut self, from: Option<i64>, to: Option<i64>) {
        self.from_unix_nano = [self.from_unix_nano, from].into_iter().flatten().min();
        self.to_unix_nano = self.to_unix_nano.max(to);
    }
}

/// The services of a batch's rows: resources that no row has do not count, rows without a resource have the empty one.
fn services_of(batch: &Batch) -> impl Iterator<Item = &str> {
    let indices = match &batch.rows {
        Rows::Logs(logs) => &logs.resource,
        Rows::Metrics(metrics) => &metrics.resource,
        Rows::Traces(spans) => &spans.resource,
    };
    let mut met = vec![false; batch.resources.len() + 1];
    for &index in indices.values() {
        let last = met.len() - 1;
        if let Some(met) = met.get_mut((index as usize).min(last)) {
            *met = true;
        }
    }
    (0..).zip(met).filter(|(_, met)| *met).map(|(index, _)| batch.service(index))
}

fn ends(ordinals: &[u64]) -> Option<(u64, u64)> {
    Some((*ordinals.iter().min()?, *ordinals.iter().max()?))
}

fn hull(one: Option<(u64, u64)>, other: Option<(u64, u64)>) -> Option<(u64, u64)> {
    match (one, other) {
        (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
        (one, other) => one.or(other),
    }
}

/// The time by which a row is found: a log's event time (else when it was observed), a point's, a span's start.
pub(crate) fn time(rows: &Rows, row: usize) -> Option<i64> {
    match rows {
        Rows::Logs(logs) => logs.time(row),
        Rows::Metrics(metrics) => Some(metrics.time_unix_nano.value(row)),
        Rows::Traces(spans) => Some(spans.start_unix_nano.value(row)),
    }
}

/// A signal by its OTLP name.
mod signal_name {
    use decant_model::Signal;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
    pub(super) fn serialize<S: Serializer>(signal: &Signal, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(signal.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Signal, D::Error> {
        let name = String::deserialize(deserializer)?;
        let found = Signal::ALL.into_iter().find(|s| s.as_str() == name);
        found.ok_or_else(|| D::Error::custom(format_args!("{name:?} is not a signal")))
    }
}
