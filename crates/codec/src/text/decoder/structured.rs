//! Lines that are data of their own: OTLP/JSON, JSON records, and those of container runtimes.

use decant_model::Batch;

use super::{Lines, floor_boundary};
use crate::otlp::Envelope;
use crate::text::ansi;
use crate::text::counts::Format;
use crate::text::formats::{self, json, wrapped};
use crate::text::header::Joins;

impl Lines {
    pub(super) fn otlp(&mut self, text: &str, number: u64, out: &mut Vec<Batch>) {
        let parsed = serde_json::from_str::<Envelope<'_>>(text).ok().filter(Envelope::is_otlp);
        if let Some(envelope) = parsed {
            self.write(out);
            self.sinks.begin(number);
            if let Ok(rows) = self.sinks.append(&envelope, &self.options.limits, out) {
                self.services.sinks_flushed();
                self.counts.otlp_lines += 1;
                self.counts.records += rows as u64;
                self.counts.count_format(Format::OtlpJson, rows as u64);
                return;
            }
        }
        self.counts.malformed += 1;
        let cut = floor_boundary(text, self.options.max_line_bytes);
        self.counts.truncated_bytes += (text.len() - cut) as u64;
        self.counts.truncated_lines += u64::from(cut < text.len());
        self.bare(text.get(..cut).unwrap_or_default(), number, out);
    }

    /// A JSON record; `false` when the text is none.
    pub(in crate::text) fn json_record(&mut self, text: &str, out: &mut Vec<Batch>) -> bool {
        let Some(pairs) = json::parse(text) else { return false };
        self.write(out);
        self.pending.start(Format::Json, Joins::Begins, self.number, 1);
        json::read(&pairs, text, self.options.limits.max_attributes, &mut self.pending);
        self.pending.time_unix_nano = self.pending.stamp.map(|s| self.clock.resolve(s));
        if self.pending.time_unix_nano.is_none() {
            self.pending.observed_time_unix_nano = self.received_unix_nano.or(self.clock.last());
        }
        self.begun();
        true
    }

    pub(super) fn json(&mut self, text: &str, number: u64, out: &mut Vec<Batch>) {
        if !self.json_record(text, out) {
            // A lone brace is how source code and printed objects look, and no broken record.
            self.counts.malformed += u64::from(text.trim_ascii().starts_with("{\""));
            self.bare(text, number, out);
        }
    }

    /// A line of a container runtime: parts are put together, then the program's line is looked at.
    pub(super) fn wrapped(&mut self, line: &wrapped::Wrapped<'_>, number: u64, out: &mut Vec<Batch>) {
        let time = line.stamp.map(|s| self.clock.resolve(s));
        if let Some((text, first, lines)) = self.partial.take(line, number, self.options.max_joined_bytes) {
            self.unwrapped(line.format, line.is_stderr, time, &text, (first, lines), out);
        }
    }

    /// A program's line, `lines` of the runtime's from `first` on, which it got out at `time`.
    pub(super) fn unwrapped(
        &mut self,
        format: Format,
        is_stderr: bool,
        time: Option<i64>,
        text: &str,
        (first, lines): (u64, u64),
        out: &mut Vec<Batch>,
    ) {
        let mut stripped = String::new();
        let text = if ansi::strip(text, &mut stripped) { &stripped } else { text };
        if let Some(pairs) = text.trim_ascii_start().starts_with('{').then(|| json::parse(text)).flatten() {
            self.write(out);
            self.pending.start(format, Joins::Begins, first, lines);
            json::read(&pairs, text, self.options.limits.max_attributes, &mut self.pending);
            let own = self.pending.stamp.map(|s| self.clock.resolve(s));
            self.pending.time_unix_nano = own.or(time);
        } else {
            let mut header = formats::header(text);
            // The program's time may lack a zone; the runtime's does not.
            header.stamp = None;
            let blank = text.trim_ascii().is_empty();
            if header.joins == Joins::Bare && !blank && self.joined(text, lines) {
                return;
            }
            self.write(out);
            let joins = if header.joins == Joins::Never { Joins::Begins } else { header.joins };
            self.pending.start(format, joins, first, lines);
            self.fill(&header);
            self.pending.time_unix_nano = time;
        }
        self.pending.observed_time_unix_nano = time;
        if is_stderr {
            self.pending.attribute("log.iostream", "stderr");
        }
        self.begun();
    }
}
