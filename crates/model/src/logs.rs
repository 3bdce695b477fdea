//! Log records as columns.
//!
//! Event time may be unknown (a text line without a timestamp): then order is the `ordinal`, the line number or index
//! within the source. `shape_id` and the columns about repeats are filled by the lane (template and dedup stages) and are
//! 0, `false` and null before. Source of names: OpenTelemetry logs data model.

use std::sync::Arc;

use arrow_array::builder::{FixedSizeBinaryBuilder, StringBuilder};
use arrow_array::types::{Int64Type, UInt8Type, UInt32Type, UInt64Type};
use arrow_array::{
    Array as _, BooleanArray, FixedSizeBinaryArray, Int64Array, MapArray, PrimitiveArray, RecordBatch, StringArray,
    UInt8Array, UInt32Array, UInt64Array,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};

use crate::attributes::{Attributes, AttributesBuilder};
use crate::columns::column;

const NEAR_REPEAT: &str = "near_repeat";
const FOLDED: &str = "folded";
const FOLDED_UNTIL: &str = "folded_until_unix_nano";

/// OpenTelemetry severity numbers: 1-4 trace, 5-8 debug, 9-12 info, 13-16 warn, 17-20 error, 21-24 fatal, 0 unspecified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Severity(pub u8);

impl Severity {
    pub const UNSPECIFIED: Self = Self(0);
    pub const TRACE: Self = Self(1);
    pub const DEBUG: Self = Self(5);
    pub const INFO: Self = Self(9);
    pub const WARN: Self = Self(13);
    pub const ERROR: Self = Self(17);
    pub const FATAL: Self = Self(21);

    /// Error or worse.
    #[must_use]
    pub fn is_error(self) -> bool {
        self >= Self::ERROR
    }

    /// The short name of the range; empty when unspecified.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self.0 {
            1..=4 => "TRACE",
            5..=8 => "DEBUG",
            9..=12 => "INFO",
            13..=16 => "WARN",
            17..=20 => "ERROR",
            21..=24 => "FATAL",
            _ => "",
        }
    }
}

/// One log record before it becomes a row; only builders take it.
#[derive(Clone, Debug, Default)]
pub struct LogRecord<'a> {
    pub time_unix_nano: Option<i64>,
    pub observed_time_unix_nano: Option<i64>,
    pub severity: Severity,
    /// Index into the batch's resource table.
    pub resource: u32,
    pub event_name: Option<&'a str>,
    pub body: &'a str,
    pub trace_id: Option<[u8; 16]>,
    pub span_id: Option<[u8; 8]>,
    /// Line number (from 1) or index within the source.
    pub ordinal: u64,
}

/// Columns of log records; all of one length.
#[derive(Clone, Debug)]
pub struct Logs {
    /// Event time, nanoseconds since 1970; null when unknown.
    pub time_unix_nano: Int64Array,
    pub observed_time_unix_nano: Int64Array,
    pub severity_number: UInt8Array,
    pub resource: UInt32Array,
    pub event_name: StringArray,
    pub body: StringArray,
    pub trace_id: FixedSizeBinaryArray,
    pub span_id: FixedSizeBinaryArray,
    pub attributes: Attributes,
    pub ordinal: UInt64Array,
    /// Hash of the body's typed token skeleton.
    pub shape_id: UInt64Array,
    /// Whether an equal record came before within the dedup window.
    pub repeat: BooleanArray,
    /// Whether none did, but one that differs only in what the operator set aside.
    pub near_repeat: BooleanArray,
    /// Further records that this row stands for: repeats whose rows the operator's policy drops.
    pub folded: UInt32Array,
    /// Time of the last of them; null when it stands for itself alone. Its own time is that of the first.
    pub folded_until_unix_nano: Int64Array,
}

impl Logs {
    #[must_use]
    pub fn len(&self) -> usize {
        self.body.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.body.is_empty()
    }

    /// Event time of a row, else when it was observed.
    #[must_use]
    pub fn time(&self, row: usize) -> Option<i64> {
        value(&self.time_unix_nano, row).or_else(|| value(&self.observed_time_unix_nano, row))
    }

    /// How many records a row stands for, itself included.
    #[must_use]
    pub fn records(&self, row: usize) -> u64 {
        1 + u64::from(self.folded.value(row))
    }

    /// Severity of a row.
    #[must_use]
    pub fn severity(&self, row: usize) -> Severity {
        Severity(self.severity_number.value(row))
    }

    /// Bytes held by the columns.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.attributes.memory_bytes()
            + self.body.get_buffer_memory_size()
            + self.event_name.get_buffer_memory_size()
            + self.len() * (8 + 8 + 1 + 4 + 16 + 8 + 8 + 8 + 1 + 1 + 4 + 8)
    }

    #[must_use]
    pub fn schema() -> SchemaRef {
        Arc::new(Schema::new(vec![
            Field::new("time_unix_nano", DataType::Int64, true),
            Field::new("observed_time_unix_nano", DataType::Int64, true),
            Field::new("severity_number", DataType::UInt8, false),
            Field::new("resource", DataType::UInt32, false),
            Field::new("event_name", DataType::Utf8, true),
            Field::new("body", DataType::Utf8, false),
            Field::new("trace_id", DataType::FixedSizeBinary(16), true),
            Field::new("span_id", DataType::FixedSizeBinary(8), true),
            Field::new("attributes", Attributes::data_type(), false),
            Field::new("ordinal", DataType::UInt64, false),
            Field::new("shape_id", DataType::UInt64, false),
            Field::new("repeat", DataType::Boolean, false),
            Field::new(NEAR_REPEAT, DataType::Boolean, false),
            Field::new(FOLDED, DataType::UInt32, false),
            Field::new(FOLDED_UNTIL, DataType::Int64, true),
        ]))
    }

    /// As a record batch that shares the columns.
    ///
    /// # Errors
    /// When columns differ in length.
    pub fn to_record_batch(&self) -> Result<RecordBatch, ArrowError> {
        RecordBatch::try_new(
            Self::schema(),
            vec![
                Arc::new(self.time_unix_nano.clone()),
                Arc::new(self.observed_time_unix_nano.clone()),
                Arc::new(self.severity_number.clone()),
                Arc::new(self.resource.clone()),
                Arc::new(self.event_name.clone()),
                Arc::new(self.body.clone()),
                Arc::new(self.trace_id.clone()),
                Arc::new(self.span_id.clone()),
                Arc::new(self.attributes.to_array()),
                Arc::new(self.ordinal.clone()),
                Arc::new(self.shape_id.clone()),
                Arc::new(self.repeat.clone()),
                Arc::new(self.near_repeat.clone()),
                Arc::new(self.folded.clone()),
                Arc::new(self.folded_until_unix_nano.clone()),
            ],
        )
    }

    /// From a record batch with (at least) these columns, shared. The three that tell of near and of folded repeats came
    /// later than the others and may be missing.
    ///
    /// # Errors
    /// When a column is missing or has another type.
    pub fn from_record_batch(batch: &RecordBatch) -> Result<Self, ArrowError> {
        let rows = batch.num_rows();
        let has = |name| batch.column_by_name(name).is_some();
        Ok(Self {
            time_unix_nano: column(batch, "time_unix_nano")?,
            observed_time_unix_nano: column(batch, "observed_time_unix_nano")?,
            severity_number: column(batch, "severity_number")?,
            resource: column(batch, "resource")?,
            event_name: column(batch, "event_name")?,
            body: column(batch, "body")?,
            trace_id: column(batch, "trace_id")?,
            span_id: column(batch, "span_id")?,
            attributes: Attributes::from_array(&column::<MapArray>(batch, "attributes")?)?,
            ordinal: column(batch, "ordinal")?,
            shape_id: column(batch, "shape_id")?,
            repeat: column(batch, "repeat")?,
            near_repeat: if has(NEAR_REPEAT) { column(batch, NEAR_REPEAT)? } else { vec![false; rows].into() },
            folded: if has(FOLDED) { column(batch, FOLDED)? } else { vec![0; rows].into() },
            folded_until_unix_nano: if has(FOLDED_UNTIL) {
                column(batch, FOLDED_UNTIL)?
            } else {
                Int64Array::new_null(rows)
            },
        })
    }
}

/// The value of a nullable column's row.
pub(crate) fn value<T: arrow_array::ArrowPrimitiveType>(array: &PrimitiveArray<T>, row: usize) -> Option<T::Native> {
    (array.is_valid(row)).then(|| array.value(row))
}

/// Builds [`Logs`] record by record. Event names and ids are null in most text logs: their nulls are counted, and only
/// appended before a value. A batch begins with as much room as the last one took, since batches of one source are alike.
#[derive(Debug)]
pub struct LogsBuilder {
    time: Vec<Option<i64>>,
    observed: Vec<Option<i64>>,
    severity: Vec<u8>,
    resource: Vec<u32>,
    event_name: StringBuilder,
    body: StringBuilder,
    trace_id: FixedSizeBinaryBuilder,
    span_id: FixedSizeBinaryBuilder,
    attributes: AttributesBuilder,
    ordinal: Vec<u64>,
    text_bytes: usize,
    /// Nulls after the last event name, trace id and span id.
    nulls: [usize; 3],
    /// Rows and bytes of bodies of the last batch.
    last: (usize, usize),
}

impl Default for LogsBuilder {
    fn default() -> Self {
        Self {
            time: Vec::new(),
            observed: Vec::new(),
            severity: Vec::new(),
            resource: Vec::new(),
            event_name: StringBuilder::new(),
            body: StringBuilder::new(),
            trace_id: FixedSizeBinaryBuilder::new(16),
            span_id: FixedSizeBinaryBuilder::new(8),
            attributes: AttributesBuilder::default(),
            ordinal: Vec::new(),
            text_bytes: 0,
            nulls: [0; 3],
            last: (0, 0),
        }
    }
}

impl LogsBuilder {
    /// Adds a record with its attributes.
    pub fn push<'k>(&mut self, record: &LogRecord<'_>, attributes: impl IntoIterator<Item = (&'k str, &'k str)>) {
        if self.ordinal.is_empty() {
            self.make_room();
        }
        self.time.push(record.time_unix_nano);
        self.observed.push(record.observed_time_unix_nano);
        self.severity.push(record.severity.0);
        self.resource.push(record.resource);
        let [names, traces, spans] = &mut self.nulls;
        match record.event_name {
            Some(name) => {
                self.event_name.append_nulls(std::mem::take(names));
                self.event_name.append_value(name);
            }
            None => *names += 1,
        }
        self.body.append_value(record.body);
        match &record.trace_id {
            Some(id) => append_id_after(&mut self.trace_id, traces, id),
            None => *traces += 1,
        }
        match &record.span_id {
            Some(id) => append_id_after(&mut self.span_id, spans, id),
            None => *spans += 1,
        }
        self.text_bytes += record.body.len();
        for (key, value) in attributes {
            self.text_bytes += key.len() + value.len();
            self.attributes.push(key, value);
        }
        self.attributes.end_row();
        self.ordinal.push(record.ordinal);
    }

    fn make_room(&mut self) {
        let (rows, bytes) = self.last;
        if rows == 0 {
            return;
        }
        self.time.reserve(rows);
        self.observed.reserve(rows);
        self.severity.reserve(rows);
        self.resource.reserve(rows);
        self.ordinal.reserve(rows);
        self.body = StringBuilder::with_capacity(rows, bytes);
        self.attributes.make_room();
    }

    /// Rows so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ordinal.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ordinal.is_empty()
    }

    /// Bytes of text so far, so that a caller can close a batch before Arrow's 2 GiB of offsets.
    #[must_use]
    pub fn text_bytes(&self) -> usize {
        self.text_bytes
    }

    /// The finished columns; the builder is empty afterwards.
    pub fn finish(&mut self) -> Logs {
        let rows = self.len();
        self.last = (rows, self.body.values_slice().len());
        self.text_bytes = 0;
        let [names, traces, spans] = std::mem::take(&mut self.nulls);
        self.event_name.append_nulls(names);
        self.trace_id.append_nulls(traces);
        self.span_id.append_nulls(spans);
        Logs {
            time_unix_nano: PrimitiveArray::<Int64Type>::from(std::mem::take(&mut self.time)),
            observed_time_unix_nano: PrimitiveArray::<Int64Type>::from(std::mem::take(&mut self.observed)),
            severity_number: PrimitiveArray::<UInt8Type>::from(std::mem::take(&mut self.severity)),
            resource: PrimitiveArray::<UInt32Type>::from(std::mem::take(&mut self.resource)),
            event_name: self.event_name.finish(),
            body: self.body.finish(),
            trace_id: self.trace_id.finish(),
            span_id: self.span_id.finish(),
            attributes: self.attributes.finish(),
            ordinal: PrimitiveArray::<UInt64Type>::from(std::mem::take(&mut self.ordinal)),
            shape_id: PrimitiveArray::<UInt64Type>::from(vec![0; rows]),
            repeat: BooleanArray::from(vec![false; rows]),
            near_repeat: BooleanArray::from(vec![false; rows]),
            folded: UInt32Array::from(vec![0; rows]),
            folded_until_unix_nano: Int64Array::new_null(rows),
        }
    }
}

/// Appends an id after the nulls that came before it.
fn append_id_after<const N: usize>(builder: &mut FixedSizeBinaryBuilder, nulls: &mut usize, id: &[u8; N]) {
    builder.append_nulls(std::mem::take(nulls));
    append_id(builder, Some(id));
}

/// Appends an id of fixed size, or null. The builder was made for `N` bytes, so the append cannot fail.
pub(crate) fn append_id<const N: usize>(builder: &mut FixedSizeBinaryBuilder, id: Option<&[u8; N]>) {
    match id {
        Some(id) => builder.append_value(id).expect("the builder has the id's width"),
        None => builder.append_null(),
    }
}
