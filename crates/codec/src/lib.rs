//! Bytes to model: OTLP in protobuf and JSON, the payloads of a Kafka topic, compressed streams and text log formats.
//!
//! Everything here is a synchronous function of its arguments: no file is opened, no clock is read. Each decoder is
//! bounded by [`Limits`] (or [`text::DecodeOptions`]); what cannot be read is a typed [`DecodeError`] for a request and
//! a counted value for a file, never a panic.

pub mod compressed;
mod error;
mod limits;
pub mod otlp;
pub mod payload;
mod severity;
pub mod text;

pub use error::DecodeError;
pub use limits::Limits;
