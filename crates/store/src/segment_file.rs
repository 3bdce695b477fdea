//! A segment's Parquet file: written once, read in pieces, deleted when nobody reads it any more.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::SystemTime;

use arrow_array::{RecordBatch, UInt64Array};
use decant_model::Signal;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::statistics::Statistics;
use parquet::schema::types::ColumnPath;

use crate::config::StoreConfig;
use crate::pieces::Pieces;
use crate::resources::Resources;
use crate::segment::PositionRange;
use crate::select::Selection;
use crate::{StoreError, rows};

/// Encoded bytes of a row group: what a writer holds in memory, and a reader from the end, decoded.
const ROW_GROUP_MAX_BYTES: usize = 8 << 20;

/// A file that is on the disk.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
    pub(crate) written_unix_nano: i64,
}

/// Writes stored rows; the file's bytes are on the disk when this returns, its entry in the folder is for the caller.
pub(crate) fn write(
    path: &Path,
    signal: Signal,
    resources: &Resources,
    pieces: impl Iterator<Item = Result<RecordBatch, StoreError>>,
    config: &StoreConfig,
) -> Result<Written, StoreError> {
    let encode = |error: &dyn std::error::Error| StoreError::Encode { reason: error.to_string() };
    let level = ZstdLevel::try_new(config.compression_level).map_err(|e| encode(&e))?;
    let mut properties = WriterProperties::builder()
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_created_by("decant".to_owned())
        .set_compression(Compression::ZSTD(level))
        .set_max_row_group_row_count(Some(config.row_group_rows))
        .set_max_row_group_bytes(Some(ROW_GROUP_MAX_BYTES))
        .set_key_value_metadata(Some(vec![resources.to_footer().map_err(|e| encode(&e))?]));
    for name in rows::time_columns(signal) {
        properties = properties.set_column_statistics_enabled(ColumnPath::from(*name), EnabledStatistics::Page);
    }
    // Numbers that climb are stored as their steps; ids have no words that come again.
    for name in rows::climbing(signal) {
        let path = ColumnPath::from(*name);
        properties = properties
            .set_column_dictionary_enabled(path.clone(), false)
            .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
    }
    for name in rows::ids(signal) {
        properties = properties.set_column_dictionary_enabled(ColumnPath::from(*name), false);
    }
    for path in rows::texts(signal) {
        properties = properties.set_column_statistics_enabled(path, EnabledStatistics::None);
    }
    let mut file = File::create(path).map_err(StoreError::io("write", path))?;
    let mut writer =
        ArrowWriter::try_new(&mut file, rows::schema(signal), Some(properties.build())).map_err(|e| encode(&e))?;
    let mut count = 0;
    for piece in pieces {
        let piece = rows::complete(signal, piece?).map_err(|e| encode(&e))?;
        count += piece.num_rows() as u64;
        writer.write(&piece).map_err(|e| encode(&e))?;
    }
    writer.close().map_err(|e| encode(&e))?;
    file.sync_all().map_err(StoreError::io("synchronise", path))?;
    let seen = file.metadata().map_err(StoreError::io("look at", path))?;
    let written = seen.modified().ok().and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
    let written_unix_nano = written.and_then(|since| i64::try_from(since.as_nanos()).ok()).unwrap_or(0);
    Ok(Written { rows: count, bytes: seen.len(), written_unix_nano })
}

/// The file on disk. Readers share it; once [`delete`](Self::delete) was called, the last of them removes it.
#[derive(Debug)]
pub(crate) struct SegmentFile {
    path: PathBuf,
    doomed: AtomicBool,
}

impl SegmentFile {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, doomed: AtomicBool::new(false) }
    }

    /// Lets the file go with its last reader.
    pub(crate) fn delete(&self) {
        self.doomed.store(true, Relaxed);
    }

    /// The selected rows, of all columns or only of those named.
    pub(crate) fn read(&self, selection: &Selection, columns: Option<&[&str]>) -> Result<Pieces, StoreError> {
        let file = File::open(&self.path).map_err(StoreError::io("open", &self.path))?;
        let footer = ArrowReaderMetadata::load(&file, ArrowReaderOptions::default());
        let footer = footer.map_err(|e| self.unreadable(&e))?;
        let groups = groups_in_window(footer.metadata(), selection);
        Ok(Pieces::new(self.path.clone(), file, footer, selection.clone(), columns, groups))
    }

    /// How many of the selected rows have a position in one of the ranges.
    pub(crate) fn count_in(&self, selection: &Selection, ranges: &[PositionRange]) -> Result<u64, StoreError> {
        let mut count = 0;
        for piece in self.read(selection, Some(&[rows::SOURCE, rows::PARTITION, rows::OFFSET]))? {
            let positions = rows::Positions::of(&piece?).map_err(|e| self.unreadable(&e))?;
            let inside = (0..positions.len()).filter(|&row| {
                let (source, partition, offset) = positions.get(row);
                ranges.iter().any(|range| range.holds(source, partition, offset))
            });
            count += inside.count() as u64;
        }
        Ok(count)
    }

    /// Appends the messages of the selected rows from these sources, neighbours in one range.
    pub(crate) fn messages(
        &self,
        selection: &Selection,
        sources: &[&str],
        by_ordinal: bool,
        out: &mut Vec<PositionRange>,
    ) -> Result<(), StoreError> {
        let columns = [rows::SOURCE, rows::PARTITION, rows::OFFSET, rows::ORDINAL];
        let columns = if by_ordinal { &columns[..] } else { &columns[..3] };
        for piece in self.read(selection, Some(columns))? {
            let piece = piece?;
            let positions = rows::Positions::of(&piece).map_err(|e| self.unreadable(&e))?;
            let ordinals: Option<UInt64Array> = if by_ordinal {
                Some(rows::column(&piece, rows::ORDINAL).map_err(|e| self.unreadable(&e))?)
            } else {
                None
            };
            for row in 0..positions.len() {
                let (source, partition, offset) = positions.get(row);
                if !sources.contains(&source) {
                    continue;
                }
                let ordinal = ordinals.as_ref().map(|o| i64::try_from(o.value(row)).unwrap_or(i64::MAX));
                let (first, last) = (offset, ordinal.unwrap_or(offset).max(offset));
                match out.last_mut().filter(|known| known.partition == partition && known.source == source) {
                    Some(known) if (known.first..=known.last.saturating_add(1)).contains(&first) => {
                        known.last = known.last.max(last);
                    }
                    _ => out.push(PositionRange { source: source.to_owned(), partition, first, last }),
                }
            }
        }
        Ok(())
    }

    pub(crate) fn unreadable(&self, error: &dyn std::error::Error) -> StoreError {
        StoreError::Segment { path: self.path.clone(), reason: error.to_string() }
    }
}

impl Drop for SegmentFile {
    fn drop(&mut self) {
        if self.doomed.load(Relaxed)
            && let Err(error) = std::fs::remove_file(&self.path)
        {
            // The manifest does not name it any more, so the next start tries again.
            tracing::warn!(%error, path = %self.path.display(), "a segment file could not be deleted");
        }
    }
}

/// The row groups that may hold rows of the window, by their statistics.
fn groups_in_window(metadata: &ParquetMetaData, selection: &Selection) -> Vec<usize> {
    let window = selection.window();
    let place = selection.place_unix_nano();
    let columns = rows::time_columns(selection.signal());
    let groups = metadata.row_groups().iter().enumerate();
    groups.filter(|(_, group)| may_be_in(group, columns, place, window)).map(|(at, _)| at).collect()
}

fn may_be_in(group: &RowGroupMetaData, columns: &[&str], place: i64, (from, to): (Option<i64>, Option<i64>)) -> bool {
    if from.is_none() && to.is_none() {
        return true;
    }
    let overlaps = |low: i64, high: i64| from.is_none_or(|from| high >= from) && to.is_none_or(|to| low < to);
    for name in columns {
        let chunk = group.columns().iter().find(|chunk| chunk.column_path().string() == *name);
        let Some(Statistics::Int64(statistics)) = chunk.and_then(|chunk| chunk.statistics()) else { return true };
        match (statistics.min_opt(), statistics.max_opt()) {
            (Some(&low), Some(&high)) if overlaps(low, high) => return true,
            (None, None) if statistics.null_count_opt().is_some() => {}
            (Some(_), Some(_)) => {}
            _ => return true,
        }
        if statistics.null_count_opt() == Some(0) {
            return false;
        }
    }
    overlaps(place, place)
}
