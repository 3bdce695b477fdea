//! How a file is to be read, and the limits of reading it.

use jiff::tz::TimeZone;

use crate::Limits;

/// Settings of one [`FileDecoder`](super::FileDecoder).
#[derive(Clone, Debug)]
pub struct DecodeOptions {
    /// Each line is one message body: no headers, no joining, blank lines too.
    pub messages: bool,
    /// Zone of timestamps that name none; `None` is UTC.
    pub timezone: Option<TimeZone>,
    /// Year of the first timestamp without one, when no earlier line told the year.
    pub reference_year: i16,
    /// Text lines are cut here. OTLP/JSON lines have `limits.max_bytes` instead.
    pub max_line_bytes: usize,
    /// Lines joined to one record.
    pub max_joined_lines: usize,
    /// Bytes joined to one record.
    pub max_joined_bytes: usize,
    /// Rows of a batch.
    pub max_batch_rows: usize,
    /// Bytes of text of a batch.
    pub max_batch_bytes: usize,
    /// Service names taken from a file's own lines; records of further ones carry the file's resource.
    pub max_services: usize,
    /// Attributes taken from one JSON or logfmt record, and limits of OTLP lines.
    pub limits: Limits,
}

impl Default for DecodeOptions {
    fn default() -> Self {
        Self {
            messages: false,
            timezone: None,
            reference_year: 2000,
            max_line_bytes: 1 << 20,
            max_joined_lines: 1024,
            max_joined_bytes: 256 << 10,
            max_batch_rows: 8192,
            max_batch_bytes: 4 << 20,
            max_services: 1024,
            limits: Limits::default(),
        }
    }
}
