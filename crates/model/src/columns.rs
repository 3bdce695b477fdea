//! Small pieces that the three signals' columns share: taking a typed column out of a record batch.

use arrow_array::cast::AsArray as _;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::ArrowError;

/// The column `name` as the array type `A`; an error names the column when it is absent or of another type.
pub(crate) fn column<A: Array + Clone + 'static>(batch: &RecordBatch, name: &str) -> Result<A, ArrowError> {
    let array: &ArrayRef =
        batch.column_by_name(name).ok_or_else(|| ArrowError::SchemaError(format!("column {name} is missing")))?;
    array
        .as_any()
        .downcast_ref::<A>()
        .cloned()
        .ok_or_else(|| ArrowError::SchemaError(format!("column {name} has type {}", array.data_type())))
}

/// The column `name` as a list of 64-bit floats.
pub(crate) fn list_column(batch: &RecordBatch, name: &str) -> Result<arrow_array::ListArray, ArrowError> {
    let array: &ArrayRef =
        batch.column_by_name(name).ok_or_else(|| ArrowError::SchemaError(format!("column {name} is missing")))?;
    array
        .as_list_opt::<i32>()
        .cloned()
        .ok_or_else(|| ArrowError::SchemaError(format!("column {name} has type {}", array.data_type())))
}
