//! Metric points as columns: one row a data point, whatever the metric's kind.
//!
//! | kind | `value` | `count`, `sum`, `min`, `max` | `bounds` | `buckets` |
//! |---|---|---|---|---|
//! | gauge, sum | the number | null | empty | empty |
//! | histogram | null | as told | n upper bounds | n + 1 counts |
//! | exponential histogram | null | as told | n upper bounds, computed from scale and offset | n + 1 counts, the last 0 |
//! | summary | null | count and sum | quantiles | their values |
//!
//! Source: OpenTelemetry metrics data model.

use std::sync::Arc;

use arrow_array::builder::{Float64Builder, ListBuilder, StringBuilder};
use arrow_array::cast::AsArray as _;
use arrow_array::types::Float64Type;
use arrow_array::{
    Array as _, BooleanArray, Float64Array, Int64Array, ListArray, MapArray, RecordBatch, StringArray, UInt8Array,
    UInt32Array, UInt64Array,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};

use crate::attributes::{Attributes, AttributesBuilder};
use crate::columns::{column, list_column};

/// The kinds of OTLP metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum MetricKind {
    #[default]
    Gauge = 0,
    Sum = 1,
    Histogram = 2,
    ExponentialHistogram = 3,
    Summary = 4,
}

impl MetricKind {
    /// From the stored number; unknown ones are gauges.
    #[must_use]
    pub fn from_number(number: u8) -> Self {
        match number {
            1 => Self::Sum,
            2 => Self::Histogram,
            3 => Self::ExponentialHistogram,
            4 => Self::Summary,
            _ => Self::Gauge,
        }
    }
}

/// How a sum's or histogram's points relate to each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Temporality {
    #[default]
    Unspecified = 0,
    Delta = 1,
    Cumulative = 2,
}

impl Temporality {
    /// From OTLP's number; unknown ones are unspecified.
    #[must_use]
    pub fn from_number(number: i32) -> Self {
        match number {
            1 => Self::Delta,
            2 => Self::Cumulative,
            _ => Self::Unspecified,
        }
    }
}

/// One data point before it becomes a row; only builders take it.
#[derive(Clone, Debug, Default)]
pub struct MetricPoint<'a> {
    pub name: &'a str,
    pub unit: &'a str,
    pub kind: MetricKind,
    pub temporality: Temporality,
    pub monotonic: bool,
    pub time_unix_nano: i64,
    pub start_unix_nano: Option<i64>,
    pub value: Option<f64>,
    pub count: Option<u64>,
    pub sum: Option<f64>,
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub bounds: &'a [f64],
    pub buckets: &'a [f64],
    /// Index into the batch's resource table.
    pub resource: u32,
    /// JSON array of exemplars, if any.
    pub exemplars: Option<&'a str>,
}

/// Columns of data points; all of one length.
#[derive(Clone, Debug)]
pub struct Metrics {
    pub name: StringArray,
    pub unit: StringArray,
    pub kind: UInt8Array,
    pub temporality: UInt8Array,
    pub monotonic: BooleanArray,
    pub time_unix_nano: Int64Array,
    pub start_unix_nano: Int64Array,
    pub value: Float64Array,
    pub count: UInt64Array,
    pub sum: Float64Array,
    pub min: Float64Array,
    pub max: Float64Array,
    pub bounds: ListArray,
    pub buckets: ListArray,
    pub resource: UInt32Array,
    pub attributes: Attributes,
    pub exemplars: StringArray,
}

impl Metrics {
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
    pub fn kind(&self, row: usize) -> MetricKind {
        MetricKind::from_number(self.kind.value(row))
    }

    /// Temporality of a row.
    #[must_use]
    pub fn temporality(&self, row: usize) -> Temporality {
        Temporality::from_number(i32::from(self.temporality.value(row)))
    }

    /// Bounds of a row.
    #[must_use]
    pub fn bounds(&self, row: usize) -> Vec<f64> {
        floats(&self.bounds, row)
    }

    /// Buckets of a row.
    #[must_use]
    pub fn buckets(&self, row: usize) -> Vec<f64> {
        floats(&self.buckets, row)
    }

    /// Bytes held by the columns.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.attributes.memory_bytes()
            + self.name.get_buffer_memory_size()
            + self.unit.get_buffer_memory_size()
            + self.exemplars.get_buffer_memory_size()
            + self.bounds.get_buffer_memory_size()
            + self.buckets.get_buffer_memory_size()
            + self.len() * (3 + 7 * 8 + 4)
    }

    #[must_use]
    pub fn schema() -> SchemaRef {
        let list = || DataType::List(Arc::new(Field::new("item", DataType::Float64, true)));
        Arc::new(Schema::new(vec![
            Field::new("name", DataType::Utf8, false),
            Field::new("unit", DataType::Utf8, false),
            Field::new("kind", DataType::UInt8, false),
            Field::new("temporality", DataType::UInt8, false),
            Field::new("monotonic", DataType::Boolean, false),
            Field::new("time_unix_nano", DataType::Int64, false),
            Field::new("start_unix_nano", DataType::Int64, true),
            Field::new("value", DataType::Float64, true),
            Field::new("count", DataType::UInt64, true),
            Field::new("sum", DataType::Float64, true),
            Field::new("min", DataType::Float64, true),
            Field::new("max", DataType::Float64, true),
            Field::new("bounds", list(), false),
            Field::new("buckets", list(), false),
            Field::new("resource", DataType::UInt32, false),
            Field::new("attributes", Attributes::data_type(), false),
            Field::new("exemplars", DataType::Utf8, true),
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
                Arc::new(self.name.clone()),
                Arc::new(self.unit.clone()),
                Arc::new(self.kind.clone()),
                Arc::new(self.temporality.clone()),
                Arc::new(self.monotonic.clone()),
                Arc::new(self.time_unix_nano.clone()),
                Arc::new(self.start_unix_nano.clone()),
                Arc::new(self.value.clone()),
                Arc::new(self.count.clone()),
                Arc::new(self.sum.clone()),
                Arc::new(self.min.clone()),
                Arc::new(self.max.clone()),
                Arc::new(self.bounds.clone()),
                Arc::new(self.buckets.clone()),
                Arc::new(self.resource.clone()),
                Arc::new(self.attributes.to_array()),
                Arc::new(self.exemplars.clone()),
            ],
        )
    }

    /// From a record batch with (at least) these columns, shared.
    ///
    /// # Errors
    /// When a column is missing or has another type.
    pub fn from_record_batch(batch: &RecordBatch) -> Result<Self, ArrowError> {
        Ok(Self {
            name: column(batch, "name")?,
            unit: column(batch, "unit")?,
            kind: column(batch, "kind")?,
            temporality: column(batch, "temporality")?,
            monotonic: column(batch, "monotonic")?,
            time_unix_nano: column(batch, "time_unix_nano")?,
            start_unix_nano: column(batch, "start_unix_nano")?,
            value: column(batch, "value")?,
            count: column(batch, "count")?,
            sum: column(batch, "sum")?,
            min: column(batch, "min")?,
            max: column(batch, "max")?,
            bounds: list_column(batch, "bounds")?,
            buckets: list_column(batch, "buckets")?,
            resource: column(batch, "resource")?,
            attributes: Attributes::from_array(&column::<MapArray>(batch, "attributes")?)?,
            exemplars: column(batch, "exemplars")?,
        })
    }
}

fn floats(list: &ListArray, row: usize) -> Vec<f64> {
    list.value(row).as_primitive_opt::<Float64Type>().map_or_else(Vec::new, |a| a.values().to_vec())
}

/// Builds [`Metrics`] point by point.
#[derive(Debug, Default)]
pub struct MetricsBuilder {
    name: StringBuilder,
    unit: StringBuilder,
    kind: Vec<u8>,
    temporality: Vec<u8>,
    monotonic: Vec<bool>,
    time: Vec<i64>,
    start: Vec<Option<i64>>,
    value: Vec<Option<f64>>,
    count: Vec<Option<u64>>,
    sum: Vec<Option<f64>>,
    min: Vec<Option<f64>>,
    max: Vec<Option<f64>>,
    bounds: ListBuilder<Float64Builder>,
    buckets: ListBuilder<Float64Builder>,
    resource: Vec<u32>,
    attributes: AttributesBuilder,
    exemplars: StringBuilder,
}

impl MetricsBuilder {
    /// Adds a point with its attributes.
    pub fn push<'k>(&mut self, point: &MetricPoint<'_>, attributes: impl IntoIterator<Item = (&'k str, &'k str)>) {
        self.name.append_value(point.name);
        self.unit.append_value(point.unit);
        self.kind.push(point.kind as u8);
        self.temporality.push(point.temporality as u8);
        self.monotonic.push(point.monotonic);
        self.time.push(point.time_unix_nano);
        self.start.push(point.start_unix_nano);
        self.value.push(point.value);
        self.count.push(point.count);
        self.sum.push(point.sum);
        self.min.push(point.min);
        self.max.push(point.max);
        self.bounds.values().append_slice(point.bounds);
        self.bounds.append(true);
        self.buckets.values().append_slice(point.buckets);
        self.buckets.append(true);
        self.resource.push(point.resource);
        for (key, value) in attributes {
            self.attributes.push(key, value);
        }
        self.attributes.end_row();
        self.exemplars.append_option(point.exemplars);
    }

    /// Rows so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.time.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.time.is_empty()
    }

    /// The finished columns; the builder is empty afterwards.
    pub fn finish(&mut self) -> Metrics {
        Metrics {
            name: self.name.finish(),
            unit: self.unit.finish(),
            kind: std::mem::take(&mut self.kind).into(),
            temporality: std::mem::take(&mut self.temporality).into(),
            monotonic: std::mem::take(&mut self.monotonic).into(),
            time_unix_nano: std::mem::take(&mut self.time).into(),
            start_unix_nano: std::mem::take(&mut self.start).into(),
            value: std::mem::take(&mut self.value).into(),
            count: std::mem::take(&mut self.count).into(),
            sum: std::mem::take(&mut self.sum).into(),
            min: std::mem::take(&mut self.min).into(),
            max: std::mem::take(&mut self.max).into(),
            bounds: self.bounds.finish(),
            buckets: self.buckets.finish(),
            resource: std::mem::take(&mut self.resource).into(),
            attributes: self.attributes.finish(),
            exemplars: self.exemplars.finish(),
        }
    }
}
