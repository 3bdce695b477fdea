//! Compressed bytes to plain ones: gzip (RFC 1952) and zstd (RFC 8878), recognised by their first bytes.
//!
//! [`Plain`] reads a file or stream: several gzip members or zstd frames one after the other, as rotated and appended
//! logs have them, and what can be read of one that was cut off. [`inflate`] is for a request's body, whose encoding is
//! told and whose size is bounded: a few bytes can hold gigabytes.

mod body;
mod plain;

pub use body::{Coding, inflate};
pub use plain::{Compression, Plain};
