//! Log files: plain bytes in, batches out.
//!
//! A file is read line by line, and each line says by itself what it is: an OTLP/JSON message, a JSON record, a record
//! of a container runtime (whose text is then looked at in turn), a line with a header that is known, or bare text. So
//! files which mix formats need no detection phase, and the result does not depend on how the bytes were chunked.
//!
//! A line with a header begins a record. Bare lines that belong to it (indentation, stack traces) are joined to it;
//! others are records of their own. Nothing is lost without a count: see [`DecodeCounts`].

mod ansi;
mod binary;
mod clock;
mod counts;
mod decoder;
mod formats;
mod header;
mod join;
mod lines;
mod messages;
mod options;
mod pending;
mod prefix;
mod source;
mod stamp;

pub use counts::{DecodeCounts, Format};
pub use decoder::FileDecoder;
pub(crate) use messages::{Form, MessageDecoder};
pub use options::DecodeOptions;
