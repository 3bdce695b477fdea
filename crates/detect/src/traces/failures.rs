//! Failures at their source within a service: what a failed call complains of, counted by whom it accuses.
//!
//! A client span that fails accuses the service (or peer) that it called. A span that fails with no failed child accuses
//! nobody but by its words. All other failed spans pass on what their children suffered, and are not counted.

use crate::timeline::Timeline;

/// Failures of a service with one note, about one callee.
#[derive(Clone, Debug, Default)]
pub(crate) struct FailureCell {
    pub(crate) service: u64,
    /// The called service or peer; `NONE` when the failure is not that of a call.
    pub(crate) about: u64,
    /// What was said, by its id.
    pub(crate) note: u64,
    pub(crate) windows: Timeline<u32>,
}
