//! Metrics of pods and peers: what requests counted, and what a kubelet and a runtime would report.
//!
//! Counters are cumulative and start again with the process. Levels follow the load and the ailment, with a slow noise
//! of their own, so no two pods are alike and none is quiet.

mod export;
mod peers;
mod pod;

use std::collections::BTreeMap;

use crate::line::Context;
use crate::pods::PodId;
use crate::shop::ServiceId;

pub(crate) use export::{Durations, Export};

/// Bounds that semantic conventions advise for durations in seconds.
pub(crate) const BOUNDS_S: [f64; 14] =
    [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

/// A histogram of durations.
#[derive(Clone, Debug)]
pub(crate) struct Histogram {
    pub(crate) counts: [u64; 15],
    pub(crate) sum: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
    /// Counts by index at [`SCALE`], for those who send exponential histograms.
    pub(crate) fine: BTreeMap<i32, u64>,
    /// The newest: seconds, trace and span, when it ended.
    pub(crate) exemplar: Option<(f64, Context, i64)>,
}

/// Scale of exponential histograms: eight buckets for each power of two.
pub(crate) const SCALE: i32 = 3;

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: [0; 15], sum: 0.0, min: f64::INFINITY, max: 0.0, fine: BTreeMap::new(), exemplar: None }
    }
}

impl Histogram {
    fn add(&mut self, seconds: f64) {
        let bucket = BOUNDS_S.partition_point(|bound| *bound < seconds);
        self.counts[bucket] += 1;
        let fine = (seconds.max(1e-9).log2() * 8.0).ceil() as i32 - 1;
        *self.fine.entry(fine).or_default() += 1;
        self.sum += seconds;
        (self.min, self.max) = (self.min.min(seconds), self.max.max(seconds));
    }
}

/// What one container accumulates besides requests.
#[derive(Clone, Debug, Default)]
pub(crate) struct Running {
    pub(crate) last: i64,
    /// When its metrics were last heard.
    pub(crate) heard: i64,
    pub(crate) cpu_s: f64,
    pub(crate) throttled_s: f64,
    pub(crate) pause_s: f64,
    pub(crate) pauses: Histogram,
    pub(crate) received: f64,
    pub(crate) sent: f64,
    pub(crate) resent: f64,
    pub(crate) faults: f64,
    pub(crate) busy_s: f64,
    pub(crate) write_s: f64,
    pub(crate) pool_timeouts: f64,
    /// Slow noise, about -1 to 1.
    pub(crate) noise: [f64; 3],
}

/// All counts.
#[derive(Debug, Default)]
pub(crate) struct Meters {
    /// By pod, operation and status.
    served: BTreeMap<(PodId, usize, u16), Histogram>,
    /// By pod, callee, and whether the call was good.
    called: BTreeMap<(PodId, ServiceId, bool), Histogram>,
    running: BTreeMap<PodId, Running>,
}

impl Meters {
    /// A request was served.
    pub(crate) fn observe(&mut self, pod: PodId, operation: usize, status: u16, ms: f64, context: Context, end: i64) {
        let histogram = self.served.entry((pod, operation, status)).or_default();
        histogram.add(ms / 1_000.0);
        histogram.exemplar = Some((ms / 1_000.0, context, end));
    }

    /// A call was made.
    pub(crate) fn observe_edge(&mut self, pod: PodId, callee: ServiceId, is_good: bool, ms: f64) {
        self.called.entry((pod, callee, is_good)).or_default().add(ms / 1_000.0);
    }

    pub(crate) fn count_pool_timeout(&mut self, pod: PodId) {
        self.running.entry(pod).or_default().pool_timeouts += 1.0;
    }

    pub(crate) fn count_write(&mut self, pod: PodId, ms: f64) {
        self.running.entry(pod).or_default().write_s += ms / 1_000.0;
    }

    /// Forgets durations: they were sent as differences.
    fn clear_durations(&mut self, pod: PodId) {
        self.served.retain(|key, _| key.0 != pod);
        self.called.retain(|key, _| key.0 != pod);
    }

    /// The process of a pod begins anew.
    pub(crate) fn restart(&mut self, pod: PodId) {
        self.clear_durations(pod);
        if let Some(running) = self.running.get_mut(&pod) {
            *running = Running { last: running.last, noise: running.noise, ..Running::default() };
        }
    }
}
