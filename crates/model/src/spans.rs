//! Spans as columns. Source of names: OpenTelemetry trace data model. Events and links are kept as JSON text (one array
//! a span), since they are shown and searched, never computed with.

use std::sync::Arc;

use arrow_array::builder::{FixedSizeBinaryBuilder, StringBuilder};
use arrow_array::{
    Array as _, FixedSizeBinaryArray, Int64Array, MapArray, RecordBatch, StringArray, UInt8Array, UInt32Array,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};

use crate::attributes::{Attributes, AttributesBuilder};
use crate::columns::column;
use crate::logs::append_id;

/// OTLP's span kinds; real captures often leave it unspecified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum SpanKind {
    #[default]
    Unspecified = 0,
    Internal = 1,
    Server = 2,
    Client = 3,
    Producer = 4,
    Consumer = 5,
}

impl SpanKind {
    /// From OTLP's number; unknown ones are unspecified.
    #[must_use]
    pub fn from_number(number: i32) -> Self {
        match number {
            1 => Self::Internal,
            2 => Self::Server,
            3 => Self::Client,
            4 => Self::Producer,
            5 => Self::Consumer,
            _ => Self::Unspecified,
        }
    }
}

/// OTLP's status codes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum StatusCode {
    #[default]
    Unset = 0,
    Ok = 1,
    Error = 2,
}

impl StatusCode {
    /// From OTLP's number; unknown ones are unset.
    #[must_use]
    pub fn from_number(number: i32) -> Self {
        match number {
            1 => Self::Ok,
            2 => Self::Error,
            _ => Self::Unset,
        }
    }
}

/// One span before it becomes a row; only builders take it.
#[derive(Clone, Debug, Default)]
pub struct SpanRecord<'a> {
    pub start_unix_nano: i64,
    pub end_unix_nano: i64,
    pub trace_id: [u8; 16],
    pub span_id: [u8; 8],
    pub parent_span_id: Option<[u8; 8]>,
    pub name: &'a str,
    pub kind: SpanKind,
    pub status: StatusCode,
    pub status_message: Option<&'a str>,
    /// Index into the batch's resource table.
    pub resource: u32,
    /// JSON array of events, if any.
    pub events: Option<&'a str>,
    /// JSON array of links, if any.
    pub links: Option<&'a str>,
}

/// Columns of spans; all of one length.
#[derive(Clone, Debug)]
pub struct Spans {
    pub start_unix_nano: Int64Array,
    pub end_unix_nano: Int64Array,
    pub trace_id: FixedSizeBinaryArray,
    pub span_id: FixedSizeBinaryArray,
    /// Null for a root span.
    pub parent_span_id: FixedSizeBinaryArray,
    pub name: StringArray,
    pub kind: UInt8Array,
    pub status_code: UInt8Array,
    pub status_message: StringArray,
    pub resource: UInt32Array,
    pub attributes: Attributes,
    pub events: StringArray,
    pub links: StringArray,
}

impl Spans {
    #[must_use]
    pub fn len(&self) -> usize {
        self.name.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.name.is_empty()
    }

    /// Kind of a row.
    #[must_use]
    pub fn kind(&self, row: usize) -> SpanKind {
        SpanKind::from_number(i32::from(self.kind.value(row)))
    }

    /// Status of a row.
    #[must_use]
    pub fn status(&self, row: usize) -> StatusCode {
        StatusCode::from_number(i32::from(self.status_code.value(row)))
    }

    /// Trace id of a row.
    #[must_use]
    pub fn trace(&self, row: usize) -> [u8; 16] {
        self.trace_id.value(row).try_into().unwrap_or_default()
    }

    /// Span id of a row.
    #[must_use]
    pub fn span(&self, row: usize) -> [u8; 8] {
        self.span_id.value(row).try_into().unwrap_or_default()
    }

    /// Parent's span id of a row.
    #[must_use]
    pub fn parent(&self, row: usize) -> Option<[u8; 8]> {
        self.parent_span_id.is_valid(row).then(|| self.parent_span_id.value(row).try_into().unwrap_or_default())
    }

    /// Bytes held by the columns.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.attributes.memory_bytes()
            + self.name.get_buffer_memory_size()
            + self.status_message.get_buffer_memory_size()
            + self.events.get_buffer_memory_size()
            + self.links.get_buffer_memory_size()
            + self.len() * (8 + 8 + 16 + 8 + 8 + 1 + 1 + 4)
    }

    #[must_use]
    pub fn schema() -> SchemaRef {
        Arc::new(Schema::new(vec![
            Field::new("start_unix_nano", DataType::Int64, false),
            Field::new("end_unix_nano", DataType::Int64, false),
            Field::new("trace_id", DataType::FixedSizeBinary(16), false),
            Field::new("span_id", DataType::FixedSizeBinary(8), false),
            Field::new("parent_span_id", DataType::FixedSizeBinary(8), true),
            Field::new("name", DataType::Utf8, false),
            Field::new("kind", DataType::UInt8, false),
            Field::new("status_code", DataType::UInt8, false),
            Field::new("status_message", DataType::Utf8, true),
            Field::new("resource", DataType::UInt32, false),
            Field::new("attributes", Attributes::data_type(), false),
            Field::new("events", DataType::Utf8, true),
            Field::new("links", DataType::Utf8, true),
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
                Arc::new(self.start_unix_nano.clone()),
                Arc::new(self.end_unix_nano.clone()),
                Arc::new(self.trace_id.clone()),
                Arc::new(self.span_id.clone()),
                Arc::new(self.parent_span_id.clone()),
                Arc::new(self.name.clone()),
                Arc::new(self.kind.clone()),
                Arc::new(self.status_code.clone()),
                Arc::new(self.status_message.clone()),
                Arc::new(self.resource.clone()),
                Arc::new(self.attributes.to_array()),
                Arc::new(self.events.clone()),
                Arc::new(self.links.clone()),
            ],
        )
    }

    /// From a record batch with (at least) these columns, shared.
    ///
    /// # Errors
    /// When a column is missing or has another type.
    pub fn from_record_batch(batch: &RecordBatch) -> Result<Self, ArrowError> {
        Ok(Self {
            start_unix_nano: column(batch, "start_unix_nano")?,
            end_unix_nano: column(batch, "end_unix_nano")?,
            trace_id: column(batch, "trace_id")?,
            span_id: column(batch, "span_id")?,
            parent_span_id: column(batch, "parent_span_id")?,
            name: column(batch, "name")?,
            kind: column(batch, "kind")?,
            status_code: column(batch, "status_code")?,
            status_message: column(batch, "status_message")?,
            resource: column(batch, "resource")?,
            attributes: Attributes::from_array(&column::<MapArray>(batch, "attributes")?)?,
            events: column(batch, "events")?,
            links: column(batch, "links")?,
        })
    }
}

/// Builds [`Spans`] span by span.
#[derive(Debug)]
pub struct SpansBuilder {
    start: Vec<i64>,
    end: Vec<i64>,
    trace_id: FixedSizeBinaryBuilder,
    span_id: FixedSizeBinaryBuilder,
    parent_span_id: FixedSizeBinaryBuilder,
    name: StringBuilder,
    kind: Vec<u8>,
    status: Vec<u8>,
    status_message: StringBuilder,
    resource: Vec<u32>,
    attributes: AttributesBuilder,
    events: StringBuilder,
    links: StringBuilder,
}

impl Default for SpansBuilder {
    fn default() -> Self {
        Self {
            start: Vec::new(),
            end: Vec::new(),
            trace_id: FixedSizeBinaryBuilder::new(16),
            span_id: FixedSizeBinaryBuilder::new(8),
            parent_span_id: FixedSizeBinaryBuilder::new(8),
            name: StringBuilder::new(),
            kind: Vec::new(),
            status: Vec::new(),
            status_message: StringBuilder::new(),
            resource: Vec::new(),
            attributes: AttributesBuilder::default(),
            events: StringBuilder::new(),
            links: StringBuilder::new(),
        }
    }
}

impl SpansBuilder {
    /// Adds a span with its attributes.
    pub fn push<'k>(&mut self, span: &SpanRecord<'_>, attributes: impl IntoIterator<Item = (&'k str, &'k str)>) {
        self.start.push(span.start_unix_nano);
        self.end.push(span.end_unix_nano);
        append_id(&mut self.trace_id, Some(&span.trace_id));
        append_id(&mut self.span_id, Some(&span.span_id));
        append_id(&mut self.parent_span_id, span.parent_span_id.as_ref());
        self.name.append_value(span.name);
        self.kind.push(span.kind as u8);
        self.status.push(span.status as u8);
        self.status_message.append_option(span.status_message);
        self.resource.push(span.resource);
        for (key, value) in attributes {
            self.attributes.push(key, value);
        }
        self.attributes.end_row();
        self.events.append_option(span.events);
        self.links.append_option(span.links);
    }

    /// Rows so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.start.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.start.is_empty()
    }

    /// The finished columns; the builder is empty afterwards.
    pub fn finish(&mut self) -> Spans {
        Spans {
            start_unix_nano: std::mem::take(&mut self.start).into(),
            end_unix_nano: std::mem::take(&mut self.end).into(),
            trace_id: self.trace_id.finish(),
            span_id: self.span_id.finish(),
            parent_span_id: self.parent_span_id.finish(),
            name: self.name.finish(),
            kind: std::mem::take(&mut self.kind).into(),
            status_code: std::mem::take(&mut self.status).into(),
            status_message: self.status_message.finish(),
            resource: std::mem::take(&mut self.resource).into(),
            attributes: self.attributes.finish(),
            events: self.events.finish(),
            links: self.links.finish(),
        }
    }
}
