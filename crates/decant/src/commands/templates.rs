//! `decant templates`: the templates of log lines, for people, spreadsheets and programs.
//!
//! Which template a line has is known only after the whole input was seen, so the shapes of the lines are kept meanwhile:
//! eight bytes a record, in memory up to a limit and in a temporary file beyond.

mod lines;
mod table;

use std::io::{BufWriter, Write as _};

use decant_engine::{Config, Correlator, Lane};
use decant_model::{Batch, Rows};

use self::lines::Lines;
use crate::capture::{self, Part, Reading};
use crate::cli::{TemplatesArguments, TemplatesFormat};
use crate::commands::bundle;

/// Rows between two times that the lane's yield is taken.
const ROWS_PER_YIELD: usize = 200_000;

pub(crate) fn run(arguments: &TemplatesArguments) -> anyhow::Result<()> {
    let mut reading = bundle::reading(&arguments.reading)?;
    reading.decode.messages = arguments.messages;
    match arguments.format {
        TemplatesFormat::Csv => csv(arguments, &reading),
        TemplatesFormat::Table | TemplatesFormat::Json => summary(arguments, &reading),
    }
}

/// The stages that matter here; metrics and traces pass by.
struct Mining {
    lane: Lane,
    correlator: Correlator,
    rows: usize,
}

impl Mining {
    fn new() -> Self {
        let config = Config::default();
        Self { lane: Lane::new(&config), correlator: Correlator::new(&config), rows: 0 }
    }

    /// The batch with its shapes, if it is one of logs.
    fn push(&mut self, batch: Batch) -> Option<Batch> {
        if !matches!(batch.rows, Rows::Logs(_)) {
            return None;
        }
        let batch = self.lane.push(batch);
        self.rows += batch.len();
        if self.rows >= ROWS_PER_YIELD {
            self.rows = 0;
            self.correlator.absorb(self.lane.take());
        }
        Some(batch)
    }

    fn finish(mut self) -> Correlator {
        self.correlator.absorb(self.lane.take());
        self.correlator
    }
}

fn csv(arguments: &TemplatesArguments, reading: &Reading) -> anyhow::Result<()> {
    let mut mining = Mining::new();
    let mut lines = Lines::new(reading.memory_bytes / 4);
    let mut failed = None;
    capture::read_parts(&arguments.paths, reading, &mut |part| match part {
        Part::Begin => lines.begin(),
        Part::Batch(batch) => {
            if let Some(batch) = mining.push(batch)
                && failed.is_none()
            {
                failed = lines.push(&batch).err();
            }
        }
        Part::End { lines: count } => lines.end(count),
    })?;
    if let Some(error) = failed {
        return Err(error.into());
    }
    let mut correlator = mining.finish();
    let mut out = BufWriter::new(std::io::stdout().lock());
    writeln!(out, "line,template_id,template")?;
    lines.write(correlator.dictionary(), &mut out)?;
    out.flush()?;
    Ok(())
}

fn summary(arguments: &TemplatesArguments, reading: &Reading) -> anyhow::Result<()> {
    let mut mining = Mining::new();
    let mut seen = table::Seen::default();
    capture::read_all(&arguments.paths, reading, &mut |batch| {
        if let Some(batch) = mining.push(batch) {
            seen.push(&batch);
        }
    })?;
    let mut correlator = mining.finish();
    let mut out = BufWriter::new(std::io::stdout().lock());
    match arguments.format {
        TemplatesFormat::Json => table::write_json(correlator.dictionary(), &seen, &mut out)?,
        TemplatesFormat::Table | TemplatesFormat::Csv => table::write_table(correlator.dictionary(), &seen, &mut out)?,
    }
    out.flush()?;
    Ok(())
}
