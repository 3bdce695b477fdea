//! The record being gathered, with buffers that live as long as the file is read.

use decant_model::Severity;

use super::Format;
use super::header::Joins;
use super::join::Trace;
use super::stamp::Stamp;

/// One record before it becomes a row. [`start`](Self::start) empties it and keeps its buffers.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) active: bool,
    pub(super) format: Format,
    pub(super) joins: Joins,
    pub(super) stamp: Option<Stamp>,
    pub(super) time_unix_nano: Option<i64>,
    pub(super) observed_time_unix_nano: Option<i64>,
    pub(super) severity: Severity,
    pub(super) service: String,
    /// Who wrote it, by what stood before the line.
    pub(super) prefix: String,
    pub(super) body: String,
    pub(super) event_name: String,
    pub(super) trace_id: Option<[u8; 16]>,
    pub(super) span_id: Option<[u8; 8]>,
    pub(super) dropped_attributes: u64,
    /// Line number of its first line.
    pub(super) ordinal: u64,
    pub(super) lines: u64,
    /// Blank lines seen after it, which belong to it when a line that does follows.
    pub(super) blank_lines: u64,
    /// What kind of stack trace it has ended in so far; `None` until a bare line made us look.
    pub(super) trace: Option<Trace>,
    text: String,
    /// Ends of keys and values in `text`, in turn.
    ends: Vec<usize>,
}

impl Default for Pending {
    fn default() -> Self {
        Self {
            active: false,
            format: Format::Plain,
            joins: Joins::Bare,
            stamp: None,
            time_unix_nano: None,
            observed_time_unix_nano: None,
            severity: Severity::UNSPECIFIED,
            service: String::new(),
            prefix: String::new(),
            body: String::new(),
            event_name: String::new(),
            trace_id: None,
            span_id: None,
            dropped_attributes: 0,
            ordinal: 0,
            lines: 0,
            blank_lines: 0,
            trace: None,
            text: String::new(),
            ends: Vec::new(),
        }
    }
}

impl Pending {
    /// Begins a record at a line.
    pub(super) fn start(&mut self, format: Format, joins: Joins, ordinal: u64, lines: u64) {
        self.active = true;
        self.format = format;
        self.joins = joins;
        self.stamp = None;
        self.time_unix_nano = None;
        self.observed_time_unix_nano = None;
        self.severity = Severity::UNSPECIFIED;
        self.service.clear();
        self.body.clear();
        self.event_name.clear();
        self.trace_id = None;
        self.span_id = None;
        self.dropped_attributes = 0;
        self.ordinal = ordinal;
        self.lines = lines;
        self.blank_lines = 0;
        self.trace = None;
        self.text.clear();
        self.ends.clear();
    }

    /// Adds an attribute.
    pub(super) fn attribute(&mut self, key: &str, value: &str) {
        self.text.push_str(key);
        self.ends.push(self.text.len());
        self.text.push_str(value);
        self.ends.push(self.text.len());
    }

    /// The attributes in the order in which they came.
    pub(super) fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut from = 0;
        self.ends.as_chunks::<2>().0.iter().map(move |&[key_end, value_end]| {
            let key = self.text.get(from..key_end).unwrap_or_default();
            from = value_end;
            (key, self.text.get(key_end..value_end).unwrap_or_default())
        })
    }

    /// Bytes of its text.
    pub(super) fn text_bytes(&self) -> usize {
        self.body.len() + self.text.len()
    }

    /// Joins a line, after the blank ones that came before it.
    pub(super) fn join(&mut self, text: &str, lines: u64) {
        for _ in 0..=self.blank_lines {
            self.body.push('\n');
        }
        self.body.push_str(text);
        self.lines += self.blank_lines + lines;
        self.blank_lines = 0;
    }
}
