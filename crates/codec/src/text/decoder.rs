//! The decoder of one file: lines to records, records to rows, rows to batches.
//!
//! Each line is cleaned (line end, byte-order mark, invalid UTF-8, terminal escapes), taken apart, and either begins a
//! record, is joined to the one before, or is counted as what it is. A record is written when the next one begins.

use std::borrow::Cow;

use decant_model::{Batch, LogRecord, Position, Resource, Severity};

use super::binary::{HEAD_BYTES, is_binary_head, is_binary_line};
use super::clock::Clock;
use super::counts::{DecodeCounts, Format};
use super::formats::{self, level, logfmt, wrapped};
use super::header::{Header, Joins};
use super::lines::{Splitter, looks_like_otlp};
use super::options::DecodeOptions;
use super::pending::Pending;
use super::prefix::Prefixes;
use super::{ansi, join, source};
use crate::otlp::Sinks;

mod partial;
mod services;
mod structured;

use partial::Partial;
use services::Services;

/// Decodes one file. [`push`](Self::push) takes its plain bytes in chunks of any size; [`finish`](Self::finish) writes
/// what is left and tells the counts. The batches do not depend on the chunks.
#[derive(Debug)]
pub struct FileDecoder {
    /// The file's first bytes, until there are enough to judge it by.
    head: Option<Vec<u8>>,
    binary: bool,
    splitter: Splitter,
    lines: Lines,
}

impl FileDecoder {
    /// A decoder for the file of this path or name; `-` or empty when it has none.
    #[must_use]
    pub fn new(source: &str, options: DecodeOptions) -> Self {
        let splitter = Splitter::new(options.max_line_bytes, options.limits.max_bytes);
        let position = Position { source: source.to_owned(), ..Position::default() };
        let resource = Resource::new(source::attributes(source));
        Self { head: Some(Vec::new()), binary: false, splitter, lines: Lines::new(position, resource, options) }
    }

    /// Takes the next bytes; batches that became full are appended to `out`.
    pub fn push(&mut self, chunk: &[u8], out: &mut Vec<Batch>) {
        self.lines.counts.bytes += chunk.len() as u64;
        let mut chunk = chunk;
        if let Some(head) = &mut self.head {
            let (taken, left) = chunk.split_at(chunk.len().min(HEAD_BYTES - head.len()));
            head.extend_from_slice(taken);
            chunk = left;
            if head.len() == HEAD_BYTES {
                self.judge(out);
            }
        }
        self.feed(chunk, out);
    }

    /// Ends the file: the last record and batch are appended to `out`.
    #[must_use]
    pub fn finish(mut self, out: &mut Vec<Batch>) -> DecodeCounts {
        self.judge(out);
        let Self { mut splitter, mut lines, .. } = self;
        splitter.finish(|line, cut| lines.next_line(line, cut, out));
        lines.finish(out)
    }

    fn judge(&mut self, out: &mut Vec<Batch>) {
        if let Some(head) = self.head.take() {
            self.binary = is_binary_head(&head);
            let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head);
            self.feed(head, out);
        }
    }

    fn feed(&mut self, bytes: &[u8], out: &mut Vec<Batch>) {
        if self.binary {
            self.lines.counts.unreadable_bytes += bytes.len() as u64;
        } else {
            self.splitter.push(bytes, |line, cut| self.lines.next_line(line, cut, out));
        }
    }
}

/// What becomes of lines.
#[derive(Debug)]
pub(super) struct Lines {
    options: DecodeOptions,
    clock: Clock,
    pub(super) counts: DecodeCounts,
    pub(super) sinks: Sinks,
    /// Of the line at hand: the ordinal of a record that begins with it.
    pub(super) number: u64,
    /// When the line at hand was received, where that is known: for records without a time.
    pub(super) received_unix_nano: Option<i64>,
    services: Services,
    pending: Pending,
    partial: Partial,
    prefixes: Prefixes,
    /// Who wrote the line at hand, by what stood before it.
    prefix: String,
    stripped: String,
}

impl Lines {
    /// `resource` is that of records which name no service.
    pub(super) fn new(position: Position, resource: Resource, options: DecodeOptions) -> Self {
        Self {
            clock: Clock::new(options.timezone.clone(), options.reference_year),
            counts: DecodeCounts::default(),
            sinks: Sinks::new(position, options.max_batch_rows, options.max_batch_bytes),
            number: 0,
            received_unix_nano: None,
            services: Services::new(resource, options.max_services),
            pending: Pending::default(),
            partial: Partial::default(),
            prefixes: Prefixes::default(),
            prefix: String::new(),
            stripped: String::new(),
            options,
        }
    }

    fn next_line(&mut self, line: &[u8], cut: u64, out: &mut Vec<Batch>) {
        self.number += 1;
        self.line(line, cut, out);
    }

    /// Takes a line, of which `cut` bytes are missing.
    pub(super) fn line(&mut self, line: &[u8], cut: u64, out: &mut Vec<Batch>) {
        self.counts.lines += 1;
        let mut line = line;
        if cut > 0 {
            self.counts.truncated_lines += 1;
            self.counts.truncated_bytes += cut;
            line = without_cut_character(line);
        }
        line = line.strip_suffix(b"\r").unwrap_or(line);
        let text = match simdutf8::basic::from_utf8(line) {
            Ok(text) if self.options.messages || !is_binary_line(line, true) => Cow::Borrowed(text),
            Ok(_) => return self.unreadable(line),
            Err(_) if !self.options.messages && is_binary_line(line, false) => return self.unreadable(line),
            Err(_) => {
                self.counts.invalid_utf8 += 1;
                String::from_utf8_lossy(line)
            }
        };
        let mut stripped = std::mem::take(&mut self.stripped);
        stripped.clear();
        let text = if ansi::strip(&text, &mut stripped) { stripped.as_str() } else { &*text };
        self.text(text, out);
        self.stripped = stripped;
    }

    fn unreadable(&mut self, line: &[u8]) {
        self.counts.unreadable_lines += 1;
        self.counts.unreadable_bytes += line.len() as u64;
    }

    fn text(&mut self, text: &str, out: &mut Vec<Batch>) {
        let number = self.number;
        if self.options.messages {
            return self.message(text, out);
        }
        self.prefix.clear();
        let text = match self.prefixes.split(text, self.options.max_services) {
            Some((name, line)) => {
                self.prefix.push_str(name);
                line
            }
            None => text,
        };
        let json_like = text.as_bytes().iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'{');
        if json_like {
            if looks_like_otlp(text.as_bytes()) {
                return self.otlp(text, number, out);
            }
            if let Some(wrapped) = wrapped::docker(text) {
                return self.wrapped(&wrapped, number, out);
            }
            return self.json(text, number, out);
        }
        match wrapped::cri(text) {
            Some(wrapped) => self.wrapped(&wrapped, number, out),
            None => self.header(&formats::header(text), number, 1, out),
        }
    }

    /// A record that is all message.
    pub(super) fn message(&mut self, text: &str, out: &mut Vec<Batch>) {
        self.write(out);
        self.pending.start(Format::Message, Joins::Never, self.number, 1);
        self.pending.severity = level::leading(text.as_bytes()).unwrap_or_default();
        self.pending.body.push_str(text);
        self.pending.observed_time_unix_nano = self.received_unix_nano;
        self.begun();
    }

    fn bare(&mut self, text: &str, number: u64, out: &mut Vec<Batch>) {
        self.header(&Header::bare(text), number, 1, out);
    }

    /// A line that was taken apart: it is joined, or begins a record.
    fn header(&mut self, header: &Header<'_>, number: u64, lines: u64, out: &mut Vec<Batch>) {
        if header.joins == Joins::Bare {
            if header.body.trim_ascii().is_empty() {
                return self.blank(out);
            }
            if self.joined(header.body, lines) {
                return;
            }
        }
        self.write(out);
        self.pending.start(header.format, header.joins, number, lines);
        self.fill(header);
        self.begun();
    }

    fn fill(&mut self, header: &Header<'_>) {
        let record = &mut self.pending;
        match header.format {
            Format::Logfmt => {
                logfmt::read(header.body, self.options.limits.max_attributes, record);
                record.time_unix_nano = record.stamp.map(|s| self.clock.resolve(s));
            }
            _ => {
                record.time_unix_nano = header.stamp.map(|s| self.clock.resolve(s));
                record.body.push_str(header.body);
                record.service.push_str(header.service.unwrap_or_default());
            }
        }
        record.severity = record.severity.max(header.severity);
        for (key, value) in header.fields.iter() {
            record.attribute(key, value);
        }
        if record.time_unix_nano.is_none() {
            // Between records whose time is known, the order is kept by the last one.
            record.observed_time_unix_nano = self.received_unix_nano.or(self.clock.last());
        }
    }

    fn blank(&mut self, out: &mut Vec<Batch>) {
        let open = self.pending.active && self.pending.joins != Joins::Never;
        if open && self.pending.blank_lines < join::MAX_BLANK_LINES {
            self.pending.blank_lines += 1;
        } else {
            self.write(out);
            self.counts.blank_lines += 1;
        }
    }

    /// Joins a bare line to the pending record, if it belongs to it.
    fn joined(&mut self, text: &str, lines: u64) -> bool {
        let record = &mut self.pending;
        if !record.active || record.joins == Joins::Never || record.prefix != self.prefix {
            return false;
        }
        let trace = record.trace.unwrap_or_else(|| join::begins(last_line(&record.body)));
        let headered = record.joins == Joins::Begins;
        let Some(trace) = join::goes_on(trace, text, headered, record.blank_lines > 0) else {
            return false;
        };
        let too_long = record.lines + record.blank_lines + lines > self.options.max_joined_lines as u64
            || record.body.len() + text.len() >= self.options.max_joined_bytes;
        if too_long {
            self.counts.split_records += 1;
            return false;
        }
        self.counts.joined_lines += record.blank_lines + lines;
        record.trace = Some(trace);
        if trace != join::Trace::Outside && record.severity == Severity::UNSPECIFIED {
            record.severity = Severity::ERROR;
        }
        record.join(text, lines);
        true
    }

    /// Counts a record that was begun.
    fn begun(&mut self) {
        self.pending.prefix.clone_from(&self.prefix);
        self.counts.records += 1;
        self.counts.records_from_lines += 1;
        self.counts.joined_lines += self.pending.lines - 1;
        self.counts.count_format(self.pending.format, 1);
    }

    /// Writes the pending record as a row.
    pub(super) fn write(&mut self, out: &mut Vec<Batch>) {
        if !self.pending.active {
            return;
        }
        self.pending.active = false;
        self.counts.blank_lines += std::mem::take(&mut self.pending.blank_lines);
        if self.pending.lines > 1 {
            let lines = self.pending.lines.to_string();
            self.pending.attribute("log.line.count", &lines);
        }
        if self.pending.dropped_attributes > 0 {
            let dropped = self.pending.dropped_attributes.to_string();
            self.pending.attribute("otel.dropped_attributes_count", &dropped);
        }
        let record = &self.pending;
        let sink = &mut self.sinks.logs;
        sink.begin(record.ordinal);
        if sink.make_room(record.text_bytes(), out) {
            self.services.sinks_flushed();
        }
        let service = if record.service.is_empty() { &record.prefix } else { &record.service };
        let (resource, over_limit) = self.services.index(service, sink);
        self.counts.services_over_limit += u64::from(over_limit);
        let row = LogRecord {
            time_unix_nano: record.time_unix_nano,
            observed_time_unix_nano: record.observed_time_unix_nano,
            severity: record.severity,
            resource,
            event_name: (!record.event_name.is_empty()).then_some(record.event_name.as_str()),
            body: &record.body,
            trace_id: record.trace_id,
            span_id: record.span_id,
            ordinal: record.ordinal,
        };
        sink.builder.push(&row, record.attributes());
    }

    /// The batch at hand was closed.
    pub(super) fn batch_ended(&mut self) {
        self.services.sinks_flushed();
    }

    /// Nothing follows that could belong to what is open.
    pub(super) fn end(&mut self, out: &mut Vec<Batch>) {
        for partial::Rest { format, is_stderr, text, first_line, lines } in self.partial.rest() {
            let time = self.clock.last();
            self.unwrapped(format, is_stderr, time, &text, (first_line, lines), out);
        }
        self.write(out);
    }

    fn finish(mut self, out: &mut Vec<Batch>) -> DecodeCounts {
        self.end(out);
        self.sinks.flush(out);
        self.counts
    }
}

fn last_line(body: &str) -> &str {
    body.rsplit('\n').next().unwrap_or(body)
}

/// A line that was cut within a character, without that character's beginning.
fn without_cut_character(line: &[u8]) -> &[u8] {
    let start = line.iter().rev().take(4).position(|b| *b >= 0xc0).map(|back| line.len() - 1 - back);
    match start {
        Some(start) if std::str::from_utf8(line.get(start..).unwrap_or_default()).is_err() => {
            line.get(..start).unwrap_or_default()
        }
        _ => line,
    }
}

fn floor_boundary(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at)
}
