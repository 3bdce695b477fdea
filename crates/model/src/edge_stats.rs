//! Numbers of one edge in one stretch of time.

/// Calls, errors and durations of an edge.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EdgeStats {
    /// Calls a minute; `None` when the stretch has no traces at all.
    pub calls_per_min: Option<f64>,
    /// Share of calls that failed, 0 to 1.
    pub error_ratio: Option<f64>,
    /// Durations seen by the callee, or by the caller where the callee sends no spans.
    pub p50_ms: Option<f64>,
    pub p99_ms: Option<f64>,
    /// Median of the caller's span less the callee's: network, connection and queueing time.
    pub gap_p50_ms: Option<f64>,
}
