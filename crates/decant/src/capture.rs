//! One-shot reading: all PATHs as one capture, through a lane, into what a question is answered from.
//!
//! Inputs are read once. Only when the window is relative to the newest record (`-15m`) must the newest be known first:
//! then the redacted batches wait in a spool, in memory up to a limit and in a temporary folder beyond.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use decant_codec::text::{DecodeCounts, DecodeOptions};
use decant_engine::{Ask, Config, Correlator, Lane, LaneCounts, Window};
use decant_ingress::files::{self, Input};
use decant_model::{Batch, Findings, Rows};
use decant_store::{Spool, SpoolConfig};

use crate::progress::Progress;
use crate::when::When;

mod analysis;

use analysis::Analysis;

/// Batches between two times that a lane's yield is taken: bounds what a lane holds open.
pub(crate) const BATCHES_PER_YIELD: usize = 32;

/// Which part of the capture is asked about.
#[derive(Clone, Debug, Default)]
pub(crate) struct Question {
    pub(crate) from: Option<When>,
    pub(crate) to: Option<When>,
    pub(crate) at: Option<When>,
    pub(crate) service: Option<String>,
}

impl Question {
    fn is_relative(&self) -> bool {
        [self.from, self.to].into_iter().flatten().any(When::is_relative)
    }

    fn window(&self, newest: Option<i64>) -> Window {
        let resolve = |when: Option<When>| when.and_then(|w| w.resolve(newest));
        Window { from_unix_nano: resolve(self.from), to_unix_nano: resolve(self.to) }
    }
}

/// How inputs are read.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) decode: DecodeOptions,
    pub(crate) memory_bytes: usize,
}

/// Reads the capture (and the baseline) and tells what there is to say.
///
/// # Errors
/// Nothing could be read, or the temporary folder could not be written.
pub(crate) fn findings(
    paths: &[PathBuf],
    baseline: &[PathBuf],
    question: &Question,
    reading: &Reading,
) -> anyhow::Result<Findings> {
    let mut config = Config::default();
    config.detect.whole_capture = true;
    let mut correlator = Correlator::new(&config);
    if !baseline.is_empty() {
        read_baseline(baseline, reading, &config, &mut correlator).context("the baseline")?;
    }
    let mut analysis = Analysis::new(&config, correlator);
    let read = if question.is_relative() {
        let mut spool =
            Spool::new(SpoolConfig { memory_max_bytes: reading.memory_bytes / 2, ..SpoolConfig::default() });
        let mut failed = None;
        let mut newest = None;
        let read = read_all(paths, reading, &mut |batch| {
            newest = newest.max(newest_of(&batch));
            if failed.is_none() {
                failed = spool.push(analysis.lane.redactor().push(batch)).err();
            }
        })?;
        if let Some(error) = failed {
            return Err(error).context("cannot hold the capture");
        }
        let window = question.window(newest);
        let spooled = spool.finish()?;
        analysis.run(window, |take| {
            for batch in spooled.iter()? {
                take(batch?);
            }
            Ok(())
        })?;
        read
    } else {
        analysis.run(question.window(None), |take| read_all(paths, reading, take))?
    };
    Ok(told(analysis, question, &read))
}

/// The findings of what was analysed.
fn told(analysis: Analysis, question: &Question, read: &Read) -> Findings {
    let Analysis { lane, mut correlator, excerpter, outside } = analysis;
    let newest = correlator.newest_unix_nano();
    let window = question.window(newest);
    let ask = Ask {
        from: window.from_unix_nano,
        to: window.to_unix_nano,
        at: question.at.and_then(|at| at.resolve(newest)),
        service: question.service.clone(),
    };
    let counts: LaneCounts = lane.counts();
    drop(lane);
    let passed_over = excerpter.lines_passed_over();
    let failure = excerpter.failure();
    let excerpts = excerpter.finish();
    let mut findings = correlator.findings(&ask, excerpts, &counts);
    if let Some(failure) = failure {
        failure.settle(&mut findings, decant_context::excerpts::Heard::Capture);
    }
    read.tell(&mut findings, outside);
    add(&mut findings.counts.notes, &[("lines not looked at for excerpts", passed_over)]);
    findings
}

/// What became of the inputs.
#[derive(Debug, Default)]
pub(crate) struct Read {
    pub(crate) counts: DecodeCounts,
    /// Why inputs could not be read.
    pub(crate) unreadable: Vec<String>,
    /// Inputs that ended before their time.
    pub(crate) damaged: u64,
}

impl Read {
    fn tell(&self, findings: &mut Findings, outside: u64) {
        let counts = &self.counts;
        findings.counts.bytes_in = counts.bytes;
        if outside > 0 {
            findings.counts.records_in += outside;
            *findings.counts.dropped.entry("outside the window".to_owned()).or_default() += outside;
        }
        let notes = [
            ("lines of binary content left out", counts.unreadable_lines),
            ("bytes of binary content left out", counts.unreadable_bytes),
            ("malformed lines kept as text", counts.malformed),
            ("lines cut at the limit", counts.truncated_lines),
            ("lines with invalid UTF-8 repaired", counts.invalid_utf8),
            ("inputs that could not be read", self.unreadable.len() as u64),
            ("inputs that ended early", self.damaged),
        ];
        add(&mut findings.counts.notes, &notes);
    }
}

fn add(notes: &mut BTreeMap<String, u64>, counted: &[(&str, u64)]) {
    for (name, count) in counted.iter().filter(|(_, count)| *count > 0) {
        *notes.entry((*name).to_owned()).or_default() += count;
    }
}

fn read_baseline(
    paths: &[PathBuf],
    reading: &Reading,
    config: &Config,
    correlator: &mut Correlator,
) -> anyhow::Result<()> {
    let mut lane = Lane::new(config);
    let mut batches = 0;
    read_all(paths, reading, &mut |batch| {
        drop(lane.push(batch));
        batches += 1;
        if batches % BATCHES_PER_YIELD == 0 {
            correlator.absorb_baseline(lane.take());
        }
    })?;
    correlator.absorb_baseline(lane.take());
    Ok(())
}

/// What is told while inputs are read.
#[expect(clippy::large_enum_variant, reason = "one at a time, handed on by value: a box would be one more allocation")]
pub(crate) enum Part {
    Begin,
    Batch(Batch),
    /// The input is at its end, with so many lines.
    End {
        lines: u64,
    },
}

/// Reads every input, each batch handed to `take`. What cannot be read is told on standard error and left out.
///
/// # Errors
/// Nothing could be read, or all inputs were empty.
pub(crate) fn read_all(paths: &[PathBuf], reading: &Reading, take: &mut dyn FnMut(Batch)) -> anyhow::Result<Read> {
    read_parts(paths, reading, &mut |part| {
        if let Part::Batch(batch) = part {
            take(batch);
        }
    })
}

/// The same, and says where an input begins and ends.
///
/// # Errors
/// Nothing could be read, or all inputs were empty.
pub(crate) fn read_parts(paths: &[PathBuf], reading: &Reading, take: &mut dyn FnMut(Part)) -> anyhow::Result<Read> {
    let found = files::discover(paths);
    let mut read = Read::default();
    let total: Option<u64> = found.inputs.iter().map(Input::bytes).sum();
    let mut progress = Progress::new(total);
    for error in found.errors {
        progress.note(&error.to_string());
        read.unreadable.push(error.to_string());
    }
    for input in &found.inputs {
        progress.begin(&input.name());
        take(Part::Begin);
        let mut batch = |batch| take(Part::Batch(batch));
        match files::read(input, reading.decode.clone(), &mut batch, &mut |at| progress.read(at.read_bytes)) {
            Ok(report) => {
                take(Part::End { lines: report.counts.lines });
                read.counts.add(&report.counts);
                if let Some(damage) = report.damage {
                    progress.note(&format!("{}: {damage}; what could be read is used", input.name()));
                    read.damaged += 1;
                }
            }
            Err(error) => {
                progress.note(&error.to_string());
                read.unreadable.push(error.to_string());
            }
        }
    }
    drop(progress);
    if read.counts.records == 0 {
        bail!("{}", nothing(&read, found.inputs.len()));
    }
    Ok(read)
}

fn nothing(read: &Read, inputs: usize) -> String {
    match (inputs, read.unreadable.as_slice()) {
        (_, [reason]) => format!("nothing could be read: {reason}"),
        (0, []) => "nothing could be read: there is no file in what was named".to_owned(),
        (_, []) if read.counts.bytes == 0 => "nothing could be read: all inputs are empty".to_owned(),
        (_, []) => "nothing could be read: the inputs hold no text; give logs or OTLP/JSON lines".to_owned(),
        (_, several) => format!("nothing could be read: none of {} inputs was readable", several.len()),
    }
}

fn newest_of(batch: &Batch) -> Option<i64> {
    use decant_model::arrow_array::Array as _;
    match &batch.rows {
        Rows::Logs(rows) => (0..rows.len()).filter_map(|row| rows.time(row)).max(),
        Rows::Metrics(rows) => (0..rows.len()).map(|row| rows.time_unix_nano.value(row)).max(),
        Rows::Traces(rows) => (0..rows.len())
            .filter(|&row| rows.end_unix_nano.is_valid(row))
            .map(|row| rows.end_unix_nano.value(row))
            .max(),
    }
}
