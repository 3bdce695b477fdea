//! The shapes of all lines, kept until their templates are known.

use std::io::{self, BufReader, BufWriter, Seek as _, SeekFrom, Write};

use decant_engine::Dictionary;
use decant_model::{Batch, Rows};
use tempfile::SpooledTempFile;

/// Bytes of an entry: ordinal, lines, shape.
const ENTRY_BYTES: usize = 8 + 4 + 8;

/// One entry a record, in the order of the lines.
#[derive(Debug)]
pub(super) struct Lines {
    entries: BufWriter<SpooledTempFile>,
    /// Of each input: records and lines.
    inputs: Vec<(u64, u64)>,
}

impl Lines {
    /// Up to `memory_bytes` are held in memory.
    pub(super) fn new(memory_bytes: usize) -> Self {
        Self { entries: BufWriter::new(SpooledTempFile::new(memory_bytes)), inputs: Vec::new() }
    }

    /// An input begins: its lines are counted from 1.
    pub(super) fn begin(&mut self) {
        self.inputs.push((0, 0));
    }

    /// The input has this many lines.
    pub(super) fn end(&mut self, lines: u64) {
        if let Some(input) = self.inputs.last_mut() {
            input.1 = lines;
        }
    }

    /// Takes the records of a batch. A record of several lines covers as many as its body has.
    ///
    /// # Errors
    /// The temporary file could not be written.
    pub(super) fn push(&mut self, batch: &Batch) -> io::Result<()> {
        let Rows::Logs(logs) = &batch.rows else { return Ok(()) };
        for row in 0..logs.len() {
            let joined = line_ends(logs.body.value(row));
            self.entries.write_all(&logs.ordinal.value(row).to_le_bytes())?;
            self.entries.write_all(&(joined + 1).to_le_bytes())?;
            self.entries.write_all(&logs.shape_id.value(row).to_le_bytes())?;
        }
        if let Some(input) = self.inputs.last_mut() {
            input.0 += logs.len() as u64;
        }
        Ok(())
    }

    /// Writes `line,template_id,template` for every line; a line that belongs to no record has empty fields.
    ///
    /// # Errors
    /// Reading the temporary file or writing failed.
    pub(super) fn write(self, dictionary: &Dictionary, out: &mut impl Write) -> io::Result<()> {
        let mut file = self.entries.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.seek(SeekFrom::Start(0))?;
        let mut entries = BufReader::new(file);
        for (records, lines) in self.inputs {
            let mut next = 1;
            for _ in 0..records {
                let entry = read_entry(&mut entries)?;
                for line in next..entry.line {
                    writeln!(out, "{line},,")?;
                }
                let end = entry.line.saturating_add(u64::from(entry.lines));
                for line in entry.line.max(next)..end {
                    write_row(out, line, entry.shape, dictionary)?;
                }
                next = next.max(end);
            }
            for line in next..=lines {
                writeln!(out, "{line},,")?;
            }
        }
        Ok(())
    }
}

struct Entry {
    line: u64,
    lines: u32,
    shape: u64,
}

fn read_entry(entries: &mut impl io::Read) -> io::Result<Entry> {
    let mut bytes = [0; ENTRY_BYTES];
    entries.read_exact(&mut bytes)?;
    let number = |from: usize| {
        let mut eight = [0; 8];
        eight.copy_from_slice(&bytes[from..from + 8]);
        u64::from_le_bytes(eight)
    };
    let mut four = [0; 4];
    four.copy_from_slice(&bytes[8..12]);
    Ok(Entry { line: number(0), lines: u32::from_le_bytes(four), shape: number(12) })
}

fn write_row(out: &mut impl Write, line: u64, shape: u64, dictionary: &Dictionary) -> io::Result<()> {
    match dictionary.get(shape) {
        Some(template) => writeln!(out, "{line},{:016x},{}", template.id, quoted(&template.text)),
        None => writeln!(out, "{line},,"),
    }
}

/// A field of RFC 4180: in quotes where it holds a separator, a quote or a line end.
fn quoted(text: &str) -> std::borrow::Cow<'_, str> {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\"")).into()
    } else {
        text.into()
    }
}

fn line_ends(text: &str) -> u32 {
    u32::try_from(text.bytes().filter(|&b| b == b'\n').count()).unwrap_or(u32::MAX - 1)
}
