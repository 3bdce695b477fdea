//! Why a message could not be decoded. Each variant says where, so that a dead letter or an OTLP reply can.

use thiserror::Error;

/// A message that was refused as a whole.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum DecodeError {
    #[error("message has {bytes} bytes, the limit is {limit}")]
    TooLarge { bytes: usize, limit: usize },
    #[error("message has more than {limit} records")]
    TooManyRecords { limit: usize },
    #[error("a value is nested deeper than {limit}")]
    TooDeep { limit: usize },
    #[error("protobuf is malformed: {reason}")]
    Proto { reason: String },
    #[error("JSON is malformed at line {line} column {column}: {reason}")]
    Json { line: usize, column: usize, reason: String },
    #[error("JSON is no OTLP: an object with resourceLogs, resourceMetrics or resourceSpans is expected")]
    NotOtlp,
    #[error("payload is not UTF-8 from byte {valid_up_to}")]
    Utf8 { valid_up_to: usize },
    #[error("compressed bytes are damaged: {reason}")]
    Compression { reason: String },
    #[error("message has more than {limit} bytes after decompression")]
    Inflated { limit: usize },
    #[error("{encoding} payload needs to be told its signal")]
    SignalUnknown { encoding: &'static str },
}

impl From<serde_json::Error> for DecodeError {
    /// The parser quotes a value that it did not expect, which may be a secret: such a reason is not passed on.
    fn from(error: serde_json::Error) -> Self {
        let reason = match error.classify() {
            serde_json::error::Category::Data => "a value is not of the kind that belongs there".to_owned(),
            _ => error.to_string(),
        };
        Self::Json { line: error.line(), column: error.column(), reason }
    }
}

impl From<prost::DecodeError> for DecodeError {
    fn from(error: prost::DecodeError) -> Self {
        Self::Proto { reason: error.to_string() }
    }
}
