//! Attributes of many rows as three flat columns: offsets, keys, values.
//!
//! Row `i` owns the entries `offsets[i]..offsets[i + 1]`. Values are text: strings as they are, other types in their
//! JSON form (`200`, `true`, `["a","b"]`). Because keys and values are flat arrays, a stage such as redaction walks one
//! array for all rows, and the whole becomes an Arrow map column without a copy.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::cast::AsArray as _;
use arrow_array::{Array as _, ArrayRef, MapArray, StringArray, StructArray};
use arrow_buffer::{OffsetBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, DataType, Field, Fields};

/// One attribute set a row.
#[derive(Clone, Debug)]
pub struct Attributes {
    offsets: OffsetBuffer<i32>,
    keys: StringArray,
    values: StringArray,
}

impl Attributes {
    /// `rows` rows without attributes.
    #[must_use]
    pub fn empty(rows: usize) -> Self {
        Self {
            offsets: OffsetBuffer::new(ScalarBuffer::from(vec![0; rows + 1])),
            keys: StringArray::new_null(0),
            values: StringArray::new_null(0),
        }
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The flat columns: where each row's entries begin (and the last one's end), keys, values.
    #[must_use]
    pub fn columns(&self) -> (&OffsetBuffer<i32>, &StringArray, &StringArray) {
        (&self.offsets, &self.keys, &self.values)
    }

    /// The (key, value) pairs of one row, in the order in which they came. Empty past the last row.
    pub fn of(&self, row: usize) -> impl Iterator<Item = (&str, &str)> {
        let (from, to) = match (self.offsets.get(row), self.offsets.get(row + 1)) {
            (Some(&from), Some(&to)) => (from as usize, to as usize),
            _ => (0, 0),
        };
        (from..to).map(|i| (self.keys.value(i), self.values.value(i)))
    }

    /// The first value of `key` in one row.
    #[must_use]
    pub fn get(&self, row: usize, key: &str) -> Option<&str> {
        self.of(row).find(|(k, _)| *k == key).map(|(_, v)| v)
    }

    /// The same keys and offsets with each value passed through `f(key, value)`. When `f` borrows every time, the
    /// columns are shared, not copied.
    #[must_use]
    pub fn map_values<'a>(&'a self, mut f: impl FnMut(&'a str, &'a str) -> Cow<'a, str>) -> Self {
        let mut changed: Option<StringBuilder> = None;
        for i in 0..self.values.len() {
            let new = f(self.keys.value(i), self.values.value(i));
            if changed.is_none() && matches!(new, Cow::Owned(_)) {
                let mut builder = StringBuilder::with_capacity(self.values.len(), self.values.value_data().len());
                (0..i).for_each(|j| builder.append_value(self.values.value(j)));
                changed = Some(builder);
            }
            if let Some(builder) = &mut changed {
                builder.append_value(new);
            }
        }
        let values = changed.map_or_else(|| self.values.clone(), |mut b| b.finish());
        Self { offsets: self.offsets.clone(), keys: self.keys.clone(), values }
    }

    /// The same values with each key passed through `f`.
    #[must_use]
    pub fn map_keys<'a>(&'a self, mut f: impl FnMut(&'a str) -> Cow<'a, str>) -> Self {
        let new: Vec<Cow<'_, str>> = (0..self.keys.len()).map(|i| f(self.keys.value(i))).collect();
        let keys = if new.iter().all(|k| matches!(k, Cow::Borrowed(_))) {
            self.keys.clone()
        } else {
            StringArray::from_iter_values(new)
        };
        Self { offsets: self.offsets.clone(), keys, values: self.values.clone() }
    }

    /// Bytes held by the columns.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.keys.get_buffer_memory_size() + self.values.get_buffer_memory_size() + self.offsets.len() * 4
    }

    /// The Arrow type of the map column.
    #[must_use]
    pub fn data_type() -> DataType {
        DataType::Map(Arc::new(Self::entries_field()), false)
    }

    /// As a `Map<Utf8, Utf8>` column that shares the buffers.
    #[must_use]
    pub fn to_array(&self) -> MapArray {
        let columns: Vec<ArrayRef> = vec![Arc::new(self.keys.clone()), Arc::new(self.values.clone())];
        let entries = StructArray::new(Self::entry_fields(), columns, None);
        MapArray::new(Arc::new(Self::entries_field()), self.offsets.clone(), entries, None, false)
    }

    /// From a `Map<Utf8, Utf8>` column, shared.
    ///
    /// # Errors
    /// When keys or values are not Utf8.
    pub fn from_array(array: &MapArray) -> Result<Self, ArrowError> {
        let text = |a: &ArrayRef| {
            a.as_string_opt::<i32>()
                .cloned()
                .ok_or_else(|| ArrowError::SchemaError(format!("attribute column has type {}", a.data_type())))
        };
        Ok(Self { offsets: array.offsets().clone(), keys: text(array.keys())?, values: text(array.values())? })
    }

    fn entry_fields() -> Fields {
        Fields::from(vec![Field::new("key", DataType::Utf8, false), Field::new("value", DataType::Utf8, true)])
    }

    fn entries_field() -> Field {
        Field::new("entries", DataType::Struct(Self::entry_fields()), false)
    }
}

/// Builds [`Attributes`] row by row: entries first, then [`end_row`](Self::end_row).
#[derive(Debug)]
pub struct AttributesBuilder {
    offsets: Vec<i32>,
    keys: StringBuilder,
    values: StringBuilder,
    entries: i32,
    /// Rows, entries, and bytes of keys and values that the last columns had.
    last: [usize; 4],
}

impl Default for AttributesBuilder {
    fn default() -> Self {
        let (keys, values) = (StringBuilder::new(), StringBuilder::new());
        Self { offsets: vec![0], keys, values, entries: 0, last: [0; 4] }
    }
}

impl AttributesBuilder {
    /// As much room as the last columns took; before the first entry.
    pub(crate) fn make_room(&mut self) {
        let [rows, entries, keys, values] = self.last;
        if rows > 0 && self.entries == 0 {
            self.offsets.reserve(rows);
            self.keys = StringBuilder::with_capacity(entries, keys);
            self.values = StringBuilder::with_capacity(entries, values);
        }
    }

    /// Adds an entry to the open row.
    pub fn push(&mut self, key: &str, value: &str) {
        self.keys.append_value(key);
        self.values.append_value(value);
        self.entries += 1;
    }

    /// Closes the open row.
    pub fn end_row(&mut self) {
        self.offsets.push(self.entries);
    }

    /// The finished columns; the builder is empty afterwards.
    pub fn finish(&mut self) -> Attributes {
        let offsets = std::mem::replace(&mut self.offsets, vec![0]);
        let (keys, values) = (self.keys.values_slice().len(), self.values.values_slice().len());
        self.last = [offsets.len() - 1, self.entries as usize, keys, values];
        self.entries = 0;
        Attributes {
            offsets: OffsetBuffer::new(ScalarBuffer::from(offsets)),
            keys: self.keys.finish(),
            values: self.values.finish(),
        }
    }
}
