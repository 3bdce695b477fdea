//! What a fault does, asked at a moment: the only place where a run knows that something was done to it.
//!
//! The walk asks small questions ("how much slower is work on this pod now?", "does this packet get through?"), and an
//! [`Ailment`] answers. Without one, and outside of its time, every answer is that of a healthy system. Effects have a
//! strength, drawn by seed: from what a good engineer would notice to what nobody could miss.

mod code;
mod network;
mod resources;

use crate::Fault;
use crate::shop::ServiceId;

pub(crate) use network::Passage;
pub(crate) use resources::Disk;

const SECOND: i64 = 1_000_000_000;

/// A pod's container is away from `from` to `to`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outage {
    pub(crate) slot: usize,
    pub(crate) from: i64,
    pub(crate) to: i64,
    /// As Kubernetes has it: `Error`, `OOMKilled`.
    pub(crate) reason: &'static str,
}

/// A fault on its way.
#[derive(Clone, Debug)]
pub(crate) struct Ailment {
    pub(crate) fault: Fault,
    pub(crate) service: ServiceId,
    /// Which of the service's pods, by slot.
    pub(crate) hurt: Vec<bool>,
    /// 0 to 1.
    pub(crate) strength: f64,
    pub(crate) onset: i64,
    pub(crate) ended: i64,
    /// The failing peer.
    pub(crate) peer: Option<usize>,
    pub(crate) operation: Option<usize>,
    pub(crate) statement: Option<&'static str>,
    /// Which of several ways to fail.
    pub(crate) variant: usize,
    pub(crate) outages: Vec<Outage>,
    pub(crate) clock_offset: i64,
}

impl Ailment {
    /// Whether this fault is at work on this service now.
    fn is(&self, fault: Fault, service: ServiceId, at: i64) -> bool {
        self.fault == fault && self.service == service && self.is_on(at)
    }

    pub(crate) fn is_on(&self, at: i64) -> bool {
        self.onset <= at && at < self.ended
    }

    /// The same for one pod.
    fn on_pod(&self, fault: Fault, service: ServiceId, slot: usize, at: i64) -> bool {
        self.is(fault, service, at) && self.hurt.get(slot).copied().unwrap_or(false)
    }

    /// From 0 at the onset to 1 after so many seconds.
    fn ramp(&self, at: i64, seconds: f64) -> f64 {
        ((at - self.onset) as f64 / (seconds * SECOND as f64)).clamp(0.0, 1.0)
    }

    /// Linear in the strength.
    fn scaled(&self, weakest: f64, strongest: f64) -> f64 {
        weakest + (strongest - weakest) * self.strength
    }
}
