//! The selected rows of an open segment, some thousands at a time, from the first to the last or from the end.
//!
//! Parquet is read forwards. From the end means: the last row group is decoded as a whole (its size is limited when it is
//! written) and its pieces are given out in reverse, then the one before it. Within a piece rows keep their order.

use std::collections::VecDeque;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowPredicateFn, ArrowReaderMetadata, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder, RowFilter,
};

use crate::StoreError;
use crate::resources::Resources;
use crate::select::Selection;

/// Rows that are decoded at a time.
const READ_ROWS: usize = 8_192;

pub(crate) struct Pieces {
    pub(crate) resources: Arc<Resources>,
    path: PathBuf,
    file: File,
    footer: ArrowReaderMetadata,
    selection: Selection,
    columns: Option<ProjectionMask>,
    /// Row groups that are still to be read.
    groups: VecDeque<usize>,
    from_end: bool,
    reader: Option<ParquetRecordBatchReader>,
    /// Of the row group at hand, when reading from the end.
    held: Vec<RecordBatch>,
}

impl Pieces {
    pub(crate) fn new(
        path: PathBuf,
        file: File,
        footer: ArrowReaderMetadata,
        selection: Selection,
        columns: Option<&[&str]>,
        groups: Vec<usize>,
    ) -> Self {
        let resources = Resources::from_footer(footer.metadata().file_metadata().key_value_metadata());
        Self {
            resources: Arc::new(resources.unwrap_or_default()),
            path,
            columns: columns.map(|names| mask(&footer, names)),
            file,
            footer,
            selection,
            groups: groups.into(),
            from_end: false,
            reader: None,
            held: Vec::new(),
        }
    }

    /// From the end.
    pub(crate) fn reversed(self) -> Self {
        Self { from_end: true, ..self }
    }

    fn open(&self, groups: Vec<usize>) -> Result<ParquetRecordBatchReader, StoreError> {
        let file = self.file.try_clone().map_err(StoreError::io("open", &self.path))?;
        let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.footer.clone())
            .with_batch_size(READ_ROWS)
            .with_row_groups(groups);
        if let Some(columns) = &self.columns {
            builder = builder.with_projection(columns.clone());
        }
        let deciding = self.selection.columns();
        if !deciding.is_empty() {
            let selection = self.selection.clone();
            let deciding = mask(&self.footer, &deciding);
            let predicate = ArrowPredicateFn::new(deciding, move |stored| selection.mask(&stored));
            builder = builder.with_row_filter(RowFilter::new(vec![Box::new(predicate)]));
        }
        builder.build().map_err(|error| self.unreadable(&error))
    }

    fn forwards(&mut self) -> Result<Option<RecordBatch>, StoreError> {
        if self.reader.is_none() {
            let groups = std::mem::take(&mut self.groups);
            self.reader = Some(self.open(groups.into())?);
        }
        match self.reader.as_mut().and_then(Iterator::next) {
            Some(piece) => piece.map(Some).map_err(|error| self.unreadable(&error)),
            None => Ok(None),
        }
    }

    fn backwards(&mut self) -> Result<Option<RecordBatch>, StoreError> {
        loop {
            if let Some(piece) = self.held.pop() {
                return Ok(Some(piece));
            }
            let Some(group) = self.groups.pop_back() else { return Ok(None) };
            let pieces = self.open(vec![group])?.collect::<Result<_, _>>();
            self.held = pieces.map_err(|error| self.unreadable(&error))?;
        }
    }

    fn unreadable(&self, error: &dyn std::error::Error) -> StoreError {
        StoreError::Segment { path: self.path.clone(), reason: error.to_string() }
    }
}

fn mask(footer: &ArrowReaderMetadata, names: &[&str]) -> ProjectionMask {
    ProjectionMask::columns(footer.parquet_schema(), names.iter().copied())
}

impl std::fmt::Debug for Pieces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pieces").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Iterator for Pieces {
    type Item = Result<RecordBatch, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        let piece = if self.from_end { self.backwards() } else { self.forwards() };
        piece.transpose()
    }
}
