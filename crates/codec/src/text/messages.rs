//! Log messages that come one by one, as from a Kafka topic: each is complete in itself.
//!
//! A message is one record, or (as [`Form::Text`]) lines that are decoded as a file's are; nothing is joined from one
//! message to the next. A record's ordinal is its message's offset, and so is a batch's position, which makes a replay
//! equal to the first time.

use decant_model::{Batch, Position, Resource};
use memchr::memchr_iter;

use super::DecodeOptions;
use super::binary::is_binary_head;
use super::decoder::Lines;
use crate::{DecodeError, Limits};

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// One JSON object: a record.
    Json,
    /// One record, whatever it looks like.
    Raw,
    /// Lines of a log.
    Text,
}

#[derive(Debug)]
pub(crate) struct MessageDecoder {
    form: Form,
    max_rows: usize,
    max_text_bytes: usize,
    max_line_bytes: usize,
    limits: Limits,
    text_bytes: usize,
    lines: Lines,
}

impl MessageDecoder {
    /// `resource` is that of records which name no service.
    pub(crate) fn new(form: Form, position: Position, resource: Resource, options: DecodeOptions) -> Self {
        Self {
            form,
            max_rows: options.max_batch_rows,
            max_text_bytes: options.max_batch_bytes,
            max_line_bytes: options.max_line_bytes,
            limits: options.limits,
            text_bytes: 0,
            // A batch ends between messages only: a position stands for whole messages.
            lines: Lines::new(
                position,
                resource,
                DecodeOptions { max_batch_rows: usize::MAX, max_batch_bytes: usize::MAX, ..options },
            ),
        }
    }

    /// Adds a message and returns its rows. Of a message with an error nothing is added.
    pub(crate) fn push(
        &mut self,
        offset: i64,
        received_unix_nano: Option<i64>,
        payload: &[u8],
    ) -> Result<u64, DecodeError> {
        if payload.len() > self.limits.max_bytes {
            return Err(DecodeError::TooLarge { bytes: payload.len(), limit: self.limits.max_bytes });
        }
        // Stays empty: the limits of a batch are not those of the lines.
        let out = &mut Vec::new();
        self.lines.number = u64::try_from(offset).unwrap_or(0);
        self.lines.received_unix_nano = received_unix_nano;
        self.lines.sinks.logs.restart(offset);
        let before = self.lines.counts.records;
        match self.form {
            Form::Json => {
                let text = utf8(payload)?;
                if !self.lines.json_record(text.trim_ascii(), out) {
                    return Err(not_an_object(text));
                }
            }
            Form::Raw => {
                let text = readable(payload)?;
                self.lines.message(&text, out);
            }
            Form::Text => {
                let text = readable(payload)?;
                let bytes = text.strip_suffix('\n').unwrap_or(&text).as_bytes();
                let mut from = 0;
                for end in memchr_iter(b'\n', bytes).chain([bytes.len()]) {
                    let line = bytes.get(from..end).unwrap_or_default();
                    let kept = line.get(..self.max_line_bytes).unwrap_or(line);
                    self.lines.line(kept, (line.len() - kept.len()) as u64, out);
                    from = end + 1;
                }
            }
        }
        self.lines.end(out);
        let rows = self.lines.counts.records - before;
        if rows > 0 {
            self.text_bytes += payload.len();
        }
        Ok(rows)
    }

    pub(crate) fn is_full(&self) -> bool {
        self.lines.sinks.logs.builder.len() >= self.max_rows || self.text_bytes >= self.max_text_bytes
    }

    /// Appends the batch at hand to `out`, if it has rows.
    pub(crate) fn take(&mut self, out: &mut Vec<Batch>) {
        self.text_bytes = 0;
        self.lines.sinks.flush(out);
        self.lines.batch_ended();
    }
}

fn utf8(payload: &[u8]) -> Result<&str, DecodeError> {
    simdutf8::compat::from_utf8(payload).map_err(|e| DecodeError::Utf8 { valid_up_to: e.valid_up_to() })
}

/// Text with what is not UTF-8 replaced, unless it is no text at all.
fn readable(payload: &[u8]) -> Result<std::borrow::Cow<'_, str>, DecodeError> {
    match utf8(payload) {
        Err(error) if is_binary_head(payload) => Err(error),
        _ => Ok(String::from_utf8_lossy(payload)),
    }
}

/// Why `text` is not a JSON object.
fn not_an_object(text: &str) -> DecodeError {
    match serde_json::from_str::<serde::de::IgnoredAny>(text) {
        Err(error) => error.into(),
        Ok(_) => DecodeError::Json { line: 1, column: 1, reason: "it is no object with fields".to_owned() },
    }
}
