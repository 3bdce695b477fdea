//! What a decoder may take from one message before it refuses it. Each limit has a default that no honest sender meets.

/// Limits of one OTLP request or payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Size of the message, after decompression.
    pub max_bytes: usize,
    /// Records, data points or spans in one message.
    pub max_records: usize,
    /// Attributes of one record; further ones are left out and counted in `otel.dropped_attributes_count`.
    pub max_attributes: usize,
    /// Nesting of an attribute's or a body's value.
    pub max_depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_bytes: 64 << 20, max_records: 1_000_000, max_attributes: 512, max_depth: 32 }
    }
}
