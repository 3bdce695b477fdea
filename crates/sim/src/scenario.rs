//! What to run: seed, fault, lengths and volume. A scenario and the version of this crate decide every byte.

use std::time::Duration;

use crate::Fault;

/// A run. Time is that of the events; nothing here looks at a clock.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    pub seed: u64,
    /// `None` is a healthy run, background noise included.
    pub fault: Option<Fault>,
    /// When the run begins, nanoseconds since 1970.
    pub start_unix_nano: i64,
    /// From the start to the onset of the fault.
    pub healthy: Duration,
    /// How long the fault lasts. A run without a fault lasts as long.
    pub faulty: Duration,
    /// How long the system has to recover afterwards.
    pub recovery: Duration,
    /// Requests a second that enter the shop on average. One request makes about 22 records.
    pub rate: f64,
    /// Event time that one step covers.
    pub step: Duration,
    /// How often a pod exports its metrics.
    pub metric_interval: Duration,
    /// Whether the fault is an experiment that its tool tells of, as a change event `chaos.experiment`.
    pub announced: bool,
    /// Tight retries that a caller logs for each call that it tries again, each with a record that is equal to the one
    /// before or differs in a number; 0: none.
    pub storm_retries: u32,
    /// After each so many steps the exporters send a step's records a second time; 0: never.
    pub resend_every_steps: u32,
}

impl Default for Scenario {
    fn default() -> Self {
        Self {
            seed: 1,
            fault: None,
            // 2026-03-03T09:00:00Z, a Tuesday.
            start_unix_nano: 1_772_528_400_000_000_000,
            healthy: Duration::from_secs(180),
            faulty: Duration::from_secs(120),
            recovery: Duration::ZERO,
            rate: 10.0,
            step: Duration::from_secs(1),
            metric_interval: Duration::from_secs(10),
            announced: false,
            storm_retries: 0,
            resend_every_steps: 0,
        }
    }
}

impl Scenario {
    /// The same within what the arithmetic of a run can hold: years 1970 to 2100, each part at most a month long.
    pub(crate) fn within_limits(&self) -> Self {
        const MONTH: Duration = Duration::from_secs(31 * 86_400);
        const FIRST: i64 = 10 * 86_400_000_000_000;
        const LAST: i64 = 4_102_444_800_000_000_000;
        let rate = if self.rate.is_finite() { self.rate.clamp(0.0, 100_000.0) } else { 0.0 };
        Self {
            start_unix_nano: self.start_unix_nano.clamp(FIRST, LAST),
            healthy: self.healthy.min(MONTH),
            faulty: self.faulty.min(MONTH),
            recovery: self.recovery.min(MONTH),
            step: self.step.clamp(Duration::from_millis(1), Duration::from_secs(60)),
            metric_interval: self.metric_interval.clamp(Duration::from_millis(100), Duration::from_secs(3_600)),
            rate,
            storm_retries: self.storm_retries.min(100_000),
            ..self.clone()
        }
    }

    /// When the fault begins (or would begin).
    #[must_use]
    pub fn onset_unix_nano(&self) -> i64 {
        self.start_unix_nano.saturating_add(nanos(self.healthy))
    }

    /// When the fault is over.
    #[must_use]
    pub fn ended_unix_nano(&self) -> i64 {
        self.onset_unix_nano().saturating_add(nanos(self.faulty))
    }

    /// When the run is over.
    #[must_use]
    pub fn end_unix_nano(&self) -> i64 {
        self.ended_unix_nano().saturating_add(nanos(self.recovery))
    }
}

pub(crate) fn nanos(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}
