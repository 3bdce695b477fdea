//! What is kept: a folder of Parquet behind one interface.
//!
//! Batches are appended in groups; a group becomes one **segment** (a Parquet file) a signal. The **manifest** says which
//! segments there are, and a group exists from the moment at which the manifest names it: files without an entry are the
//! leftovers of a crash and are removed at the next start. A batch is known by its position (signal, source, partition,
//! offset): when the same position comes again, as after a crash between the store and a Kafka commit, the new rows
//! take the place of the old ones. Small segments are merged into larger ones, the longest kept go when there is too much.
//!
//! ```text
//! LOCK                       held by the one process that has the store open
//! manifest.jsonl             a line for the format version, then a line for each change
//! data/<signal>/<yyyymmdd-hh>/<id>.parquet    rows, and in the footer the resources they name
//! secrets/<name>             keys that live as long as the store
//! ```
//!
//! [`Spool`] is the other thing here: the batches of a one-shot run, in memory up to a limit and then in a temporary
//! folder.

mod compaction;
mod config;
mod disk;
mod error;
mod lock;
mod manifest;
mod metrics;
mod near;
mod pieces;
mod positions;
mod resources;
mod retention;
mod rows;
mod scan;
mod secret;
mod segment;
mod segment_file;
mod select;
mod spool;
mod store;

pub use compaction::Compacted;
pub use config::{ConfigError, RawConfig, StoreConfig};
pub use error::StoreError;
pub use metrics::Metrics;
pub use near::Place;
pub use retention::Retained;
pub use scan::{Scan, ScanRequest, Snapshot};
pub use segment::{PositionRange, Segment, SegmentId};
pub use spool::{Spool, SpoolConfig, SpoolError, Spooled, SpooledBatches};
pub use store::{Appended, Recovered, SignalSummary, Store, Summary};
