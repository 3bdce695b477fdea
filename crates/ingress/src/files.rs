//! Files and standard input for one-shot runs: everything in the caller's thread, memory bounded whatever the size.
//!
//! [`discover`] turns paths into inputs: files as they are, folders file by file in sorted order, `-` for standard
//! input. [`read`] decodes one of them, compressed or not, and hands its batches to a callback. What cannot be read is a
//! [`FileError`] that names the file and the mend; what is read only in part is told in the [`FileReport`].

mod discover;
mod error;
mod read;

pub use decant_codec::text::DecodeOptions;
pub use discover::{Discovered, Input, discover};
pub use error::FileError;
pub use read::{FileReport, Progress, read};
