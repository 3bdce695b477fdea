//! A batch: rows of one signal with the resources they point to and the position they came from.

use arrow_array::{BooleanArray, RecordBatch, UInt32Array};
use arrow_schema::ArrowError;
use arrow_select::filter::filter_record_batch;
use arrow_select::take::take_record_batch;

use crate::{Logs, Metrics, ResourceTable, Spans};

/// The three signals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Signal {
    Logs,
    Metrics,
    Traces,
}

impl Signal {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Logs, Self::Metrics, Self::Traces];

    /// `logs`, `metrics` or `traces`, as in OTLP paths.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Logs => "logs",
            Self::Metrics => "metrics",
            Self::Traces => "traces",
        }
    }
}

/// Where a batch came from. A source numbers its partitions and, within one, its batches or records, so that a replay
/// carries the same position.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Name of the source: a topic, a file, `otlp-grpc`.
    pub source: String,
    pub partition: i32,
    /// Offset of the first record.
    pub offset: i64,
}

/// The columns of one signal.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "one a batch, moved whole; a box would only add a hop")]
pub enum Rows {
    Logs(Logs),
    Metrics(Metrics),
    Traces(Spans),
}

impl Rows {
    /// The rows whose flag is set.
    ///
    /// # Errors
    /// When `keep` has another length than the columns.
    pub fn filter(&self, keep: Vec<bool>) -> Result<Self, ArrowError> {
        let keep = BooleanArray::from(keep);
        self.select(|rows| filter_record_batch(rows, &keep))
    }

    /// The rows of these numbers, in this order; a number may occur more than once.
    ///
    /// # Errors
    /// When there is no such row.
    pub fn take(&self, rows: Vec<u32>) -> Result<Self, ArrowError> {
        let rows = UInt32Array::from(rows);
        self.select(|all| take_record_batch(all, &rows))
    }

    fn select(&self, select: impl Fn(&RecordBatch) -> Result<RecordBatch, ArrowError>) -> Result<Self, ArrowError> {
        Ok(match self {
            Self::Logs(rows) => Self::Logs(Logs::from_record_batch(&select(&rows.to_record_batch()?)?)?),
            Self::Metrics(rows) => Self::Metrics(Metrics::from_record_batch(&select(&rows.to_record_batch()?)?)?),
            Self::Traces(rows) => Self::Traces(Spans::from_record_batch(&select(&rows.to_record_batch()?)?)?),
        })
    }
}

/// Rows of one signal.
#[derive(Clone, Debug)]
pub struct Batch {
    pub position: Position,
    pub resources: ResourceTable,
    pub rows: Rows,
}

impl Batch {
    #[must_use]
    pub fn signal(&self) -> Signal {
        match self.rows {
            Rows::Logs(_) => Signal::Logs,
            Rows::Metrics(_) => Signal::Metrics,
            Rows::Traces(_) => Signal::Traces,
        }
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.rows {
            Rows::Logs(rows) => rows.len(),
            Rows::Metrics(rows) => rows.len(),
            Rows::Traces(rows) => rows.len(),
        }
    }

    /// Whether it has no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes held by the columns, for queue and memory limits.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        match &self.rows {
            Rows::Logs(rows) => rows.memory_bytes(),
            Rows::Metrics(rows) => rows.memory_bytes(),
            Rows::Traces(rows) => rows.memory_bytes(),
        }
    }

    /// The service of the resource at `index`; empty when the index is out of range.
    #[must_use]
    pub fn service(&self, index: u32) -> &str {
        self.resources.get(index).map_or("", |r| r.service())
    }
}
