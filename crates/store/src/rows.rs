//! Rows as they are stored: the model's columns, with what a row needs outside its batch.
//!
//! In memory a row points into its batch's resource table; on disk there is no batch, so the pointer becomes the
//! resource's id, and the service (by which most questions ask) stands beside it. The batch's position is stored as
//! three columns, since a replay is found by it. All of these repeat from row to row and cost next to nothing in Parquet.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::builder::StringDictionaryBuilder;
use arrow_array::types::Int32Type;
use arrow_array::{
    Array as _, ArrayRef, BooleanArray, DictionaryArray, Int32Array, Int64Array, RecordBatch, StringArray, UInt32Array,
    UInt64Array, new_null_array,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use decant_model::{Batch, Logs, Metrics, Position, Resource, ResourceTable, Rows, Signal, Spans};
use parquet::schema::types::ColumnPath;

pub(crate) const SERVICE: &str = "service";
pub(crate) const SOURCE: &str = "source";
pub(crate) const PARTITION: &str = "partition";
pub(crate) const OFFSET: &str = "offset";
pub(crate) const TRACE_ID: &str = "trace_id";
pub(crate) const SHAPE_ID: &str = "shape_id";
pub(crate) const ORDINAL: &str = "ordinal";
/// Of a metric or a span.
pub(crate) const NAME: &str = "name";
const RESOURCE: &str = "resource";
const RESOURCE_ID: &str = "resource_id";

type Words = DictionaryArray<Int32Type>;

/// The columns of a stored signal.
pub(crate) fn schema(signal: Signal) -> SchemaRef {
    let model = match signal {
        Signal::Logs => Logs::schema(),
        Signal::Metrics => Metrics::schema(),
        Signal::Traces => Spans::schema(),
    };
    let words = || DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let mut fields: Vec<Arc<Field>> = model.fields().iter().filter(|f| f.name() != RESOURCE).cloned().collect();
    fields.extend(
        [
            Field::new(RESOURCE_ID, DataType::UInt64, false),
            Field::new(SERVICE, words(), false),
            Field::new(SOURCE, words(), false),
            Field::new(PARTITION, DataType::Int32, false),
            Field::new(OFFSET, DataType::Int64, false),
        ]
        .map(Arc::new),
    );
    Arc::new(Schema::new(fields))
}

/// A batch as stored rows. A resource index that its table does not have becomes the empty resource.
pub(crate) fn encode(batch: &Batch) -> Result<RecordBatch, ArrowError> {
    let model = model_columns(&batch.rows)?;
    let rows = model.num_rows();
    let indices = match &batch.rows {
        Rows::Logs(logs) => &logs.resource,
        Rows::Metrics(metrics) => &metrics.resource,
        Rows::Traces(spans) => &spans.resource,
    };
    let nobody = Resource::new([]).id();
    let ids = indices.values().iter().map(|&i| batch.resources.get(i).map_or(nobody, |r| r.id()));
    let mut services = StringDictionaryBuilder::<Int32Type>::new();
    for &index in indices.values() {
        services.append(batch.service(index))?;
    }
    let mut columns: Vec<ArrayRef> = model
        .schema()
        .fields()
        .iter()
        .zip(model.columns())
        .filter(|(field, _)| field.name() != RESOURCE)
        .map(|(_, column)| column.clone())
        .collect();
    let source = Words::new(
        Int32Array::from(vec![0; rows]),
        Arc::new(StringArray::from_iter_values([batch.position.source.as_str()])),
    );
    columns.extend([
        Arc::new(UInt64Array::from_iter_values(ids)) as ArrayRef,
        Arc::new(services.finish()),
        Arc::new(source),
        Arc::new(Int32Array::from(vec![batch.position.partition; rows])),
        Arc::new(Int64Array::from(vec![batch.position.offset; rows])),
    ]);
    RecordBatch::try_new(schema(batch.signal()), columns)
}

/// Stored rows of an older build with the columns that have come since, so that they can be written beside newer ones.
pub(crate) fn complete(signal: Signal, stored: RecordBatch) -> Result<RecordBatch, ArrowError> {
    let schema = schema(signal);
    if stored.num_columns() >= schema.fields().len() {
        return Ok(stored);
    }
    let rows = stored.num_rows();
    let column = |field: &Arc<Field>| match stored.column_by_name(field.name()) {
        Some(column) => Ok(column.clone()),
        None if field.is_nullable() => Ok(new_null_array(field.data_type(), rows)),
        None => match field.data_type() {
            DataType::Boolean => Ok(Arc::new(BooleanArray::from(vec![false; rows])) as ArrayRef),
            DataType::UInt32 => Ok(Arc::new(UInt32Array::from(vec![0; rows])) as ArrayRef),
            _ => Err(ArrowError::SchemaError(format!("column {} is missing", field.name()))),
        },
    };
    let columns = schema.fields().iter().map(column).collect::<Result<_, _>>()?;
    RecordBatch::try_new(schema, columns)
}

fn model_columns(rows: &Rows) -> Result<RecordBatch, ArrowError> {
    match rows {
        Rows::Logs(logs) => logs.to_record_batch(),
        Rows::Metrics(metrics) => metrics.to_record_batch(),
        Rows::Traces(spans) => spans.to_record_batch(),
    }
}

/// The positions of stored rows, row by row.
pub(crate) struct Positions {
    source: Words,
    partition: Int32Array,
    offset: Int64Array,
}

impl Positions {
    pub(crate) fn of(stored: &RecordBatch) -> Result<Self, ArrowError> {
        Ok(Self {
            source: column(stored, SOURCE)?,
            partition: column(stored, PARTITION)?,
            offset: column(stored, OFFSET)?,
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.offset.len()
    }

    pub(crate) fn get(&self, row: usize) -> (&str, i32, i64) {
        (word(&self.source, row), self.partition.value(row), self.offset.value(row))
    }
}

/// The columns that tell a row's time: the first that holds one.
pub(crate) fn time_columns(signal: Signal) -> &'static [&'static str] {
    match signal {
        Signal::Logs => &["time_unix_nano", "observed_time_unix_nano"],
        Signal::Metrics => &["time_unix_nano"],
        Signal::Traces => &["start_unix_nano"],
    }
}

/// Columns of numbers that climb from row to row.
pub(crate) fn climbing(signal: Signal) -> &'static [&'static str] {
    match signal {
        Signal::Logs => &["time_unix_nano", "observed_time_unix_nano", ORDINAL],
        Signal::Metrics => &["time_unix_nano"],
        Signal::Traces => &["start_unix_nano", "end_unix_nano"],
    }
}

/// Columns of random ids.
pub(crate) fn ids(signal: Signal) -> &'static [&'static str] {
    match signal {
        Signal::Logs => &[TRACE_ID, "span_id"],
        Signal::Metrics => &[],
        Signal::Traces => &[TRACE_ID, "span_id", "parent_span_id"],
    }
}

/// Long texts, whose least and greatest values say nothing.
pub(crate) fn texts(signal: Signal) -> Vec<ColumnPath> {
    let attributes = ["key", "value"].map(|part| vec!["attributes".to_owned(), "entries".to_owned(), part.to_owned()]);
    let own: &[&str] = match signal {
        Signal::Logs => &["body"],
        Signal::Metrics => &["exemplars"],
        Signal::Traces => &["status_message", "events", "links"],
    };
    own.iter().map(|name| vec![(*name).to_owned()]).chain(attributes).map(ColumnPath::new).collect()
}

/// The times of stored rows, row by row.
pub(crate) struct Times(Vec<Int64Array>);

impl Times {
    pub(crate) fn of(signal: Signal, stored: &RecordBatch) -> Result<Self, ArrowError> {
        time_columns(signal).iter().map(|name| column(stored, name)).collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn get(&self, row: usize) -> Option<i64> {
        self.0.iter().find(|times| times.is_valid(row)).map(|times| times.value(row))
    }
}

/// The services of stored rows, row by row.
pub(crate) struct Services(Words);

impl Services {
    pub(crate) fn of(stored: &RecordBatch) -> Result<Self, ArrowError> {
        column(stored, SERVICE).map(Self)
    }

    pub(crate) fn get(&self, row: usize) -> &str {
        word(&self.0, row)
    }
}

/// Stored rows as batches: one for each stretch of rows of equal position. `resource` finds a resource by its id.
pub(crate) fn decode(
    signal: Signal,
    stored: &RecordBatch,
    mut resource: impl FnMut(u64, &str) -> Arc<Resource>,
) -> Result<Vec<Batch>, ArrowError> {
    let positions = Positions::of(stored)?;
    let services = Services::of(stored)?;
    let ids: UInt64Array = column(stored, RESOURCE_ID)?;
    let mut out = Vec::new();
    let mut start = 0;
    while start < stored.num_rows() {
        let here = positions.get(start);
        let end = (start..stored.num_rows()).find(|&row| positions.get(row) != here).unwrap_or(stored.num_rows());
        let mut resources: Vec<Arc<Resource>> = Vec::new();
        let mut known: HashMap<u64, u32> = HashMap::new();
        let indices: Vec<u32> = (start..end)
            .map(|row| {
                let id = ids.value(row);
                *known.entry(id).or_insert_with(|| {
                    resources.push(resource(id, services.get(row)));
                    (resources.len() - 1) as u32
                })
            })
            .collect();
        let resources = ResourceTable::from_iter(resources);
        let rows = from_model_columns(signal, &stored.slice(start, end - start), indices)?;
        let (source, partition, offset) = here;
        out.push(Batch { position: Position { source: source.to_owned(), partition, offset }, resources, rows });
        start = end;
    }
    Ok(out)
}

fn from_model_columns(signal: Signal, stored: &RecordBatch, indices: Vec<u32>) -> Result<Rows, ArrowError> {
    let mut fields = stored.schema().fields().to_vec();
    fields.push(Arc::new(Field::new(RESOURCE, DataType::UInt32, false)));
    let mut columns = stored.columns().to_vec();
    columns.push(Arc::new(UInt32Array::from(indices)));
    let model = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?;
    Ok(match signal {
        Signal::Logs => Rows::Logs(Logs::from_record_batch(&model)?),
        Signal::Metrics => Rows::Metrics(Metrics::from_record_batch(&model)?),
        Signal::Traces => Rows::Traces(Spans::from_record_batch(&model)?),
    })
}

fn word(words: &Words, row: usize) -> &str {
    let values = words.values().as_any().downcast_ref::<StringArray>();
    match (values, words.key(row)) {
        (Some(values), Some(key)) if key < values.len() => values.value(key),
        _ => "",
    }
}

pub(crate) fn column<A: arrow_array::Array + Clone + 'static>(
    stored: &RecordBatch,
    name: &str,
) -> Result<A, ArrowError> {
    let array =
        stored.column_by_name(name).ok_or_else(|| ArrowError::SchemaError(format!("column {name} is missing")))?;
    array
        .as_any()
        .downcast_ref::<A>()
        .cloned()
        .ok_or_else(|| ArrowError::SchemaError(format!("column {name} has type {}", array.data_type())))
}

#[cfg(test)]
mod tests {
    use decant_model::{LogRecord, LogsBuilder};

    use super::*;

    #[test]
    fn rows_of_an_older_build_get_the_columns_that_came_since() {
        let mut builder = LogsBuilder::default();
        builder.push(&LogRecord { body: "old", ..LogRecord::default() }, []);
        let resources = ResourceTable::default();
        let stored =
            encode(&Batch { position: Position::default(), resources, rows: Rows::Logs(builder.finish()) }).unwrap();
        let since = ["near_repeat", "folded", "folded_until_unix_nano"];
        let schema = stored.schema();
        let old: Vec<usize> =
            (0..stored.num_columns()).filter(|&i| !since.contains(&schema.field(i).name().as_str())).collect();
        let old = stored.project(&old).unwrap();
        assert_eq!(old.num_columns() + since.len(), stored.num_columns());
        assert_eq!(complete(Signal::Logs, old.clone()).unwrap(), stored);
        let read = decode(Signal::Logs, &old, |_, _| Arc::new(Resource::new([]))).unwrap();
        assert!(matches!(&read[0].rows, Rows::Logs(logs) if logs.records(0) == 1 && !logs.near_repeat.value(0)));
    }
}
