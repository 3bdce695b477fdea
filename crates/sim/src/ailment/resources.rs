//! CPU, memory, disk, processes and clocks.

use super::Ailment;
use crate::Fault;
use crate::dice::Dice;
use crate::shop::ServiceId;

/// How a write to the volume goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Disk {
    /// So many times slower than usual.
    Writes(f64),
    Full,
}

impl Ailment {
    /// How many times longer computing takes on a pod.
    pub(crate) fn work_factor(&self, service: ServiceId, slot: usize, at: i64) -> f64 {
        if self.on_pod(Fault::CpuStress, service, slot, at) {
            1.0 + (self.scaled(2.5, 4.5) - 1.0) * self.ramp(at, 3.0)
        } else if self.on_pod(Fault::MemoryStress, service, slot, at) {
            1.0 + (self.scaled(1.5, 2.8) - 1.0) * self.ramp(at, 20.0)
        } else {
            1.0
        }
    }

    /// A pause in the middle of a request, in milliseconds: collections, page-ins, waits for the disk.
    pub(crate) fn stall_ms(&self, service: ServiceId, slot: usize, at: i64, dice: &mut Dice) -> f64 {
        let (chance, mean) = if self.on_pod(Fault::MemoryStress, service, slot, at) {
            (self.scaled(0.22, 0.45) * self.ramp(at, 15.0), self.scaled(200.0, 500.0))
        } else if self.on_pod(Fault::IoStress, service, slot, at) {
            (0.6, self.scaled(35.0, 110.0))
        } else if self.on_pod(Fault::CpuStress, service, slot, at) {
            (0.35, self.scaled(30.0, 80.0))
        } else {
            return 0.0;
        };
        if dice.chance(chance) { dice.wait(mean) } else { 0.0 }
    }

    /// Share of the CPU limit that something else than requests takes.
    pub(crate) fn cpu_extra(&self, service: ServiceId, slot: usize, at: i64) -> f64 {
        if self.on_pod(Fault::CpuStress, service, slot, at) {
            self.scaled(0.72, 0.97) * self.ramp(at, 3.0)
        } else if self.on_pod(Fault::MemoryStress, service, slot, at) {
            0.22 * self.ramp(at, 20.0)
        } else {
            0.0
        }
    }

    /// Share of the way from the usual memory use to the limit.
    pub(crate) fn memory_extra(&self, service: ServiceId, slot: usize, at: i64) -> f64 {
        if !self.on_pod(Fault::MemoryStress, service, slot, at) {
            return 0.0;
        }
        let back = self.outages.iter().filter(|o| o.slot == slot && o.to <= at).map(|o| o.to).max();
        let since = (at - back.unwrap_or(self.onset)) as f64 / 1e9;
        (since / 22.0).clamp(0.0, 1.0) * self.scaled(0.88, 0.99)
    }

    /// How writes to the volume go.
    pub(crate) fn disk(&self, service: ServiceId, slot: usize, at: i64) -> Disk {
        if self.on_pod(Fault::IoStress, service, slot, at) {
            Disk::Writes(self.scaled(25.0, 90.0))
        } else if self.on_pod(Fault::DiskFill, service, slot, at) && self.ramp(at, 8.0) >= 1.0 {
            Disk::Full
        } else {
            Disk::Writes(1.0)
        }
    }

    /// Share of the free space that was taken.
    pub(crate) fn disk_filled(&self, service: ServiceId, slot: usize, at: i64) -> f64 {
        if self.on_pod(Fault::DiskFill, service, slot, at) { self.ramp(at, 8.0) } else { 0.0 }
    }

    /// Share of the time in which the disk is busy with something else.
    pub(crate) fn disk_busy(&self, service: ServiceId, slot: usize, at: i64) -> f64 {
        if self.on_pod(Fault::IoStress, service, slot, at) { self.scaled(0.78, 0.96) } else { 0.0 }
    }

    /// Whether the container is away.
    pub(crate) fn is_away(&self, service: ServiceId, slot: usize, at: i64) -> bool {
        self.service == service && self.outages.iter().any(|o| o.slot == slot && o.from <= at && at < o.to)
    }

    /// Whether the container goes away between two moments.
    pub(crate) fn dies(&self, service: ServiceId, slot: usize, from: i64, to: i64) -> bool {
        self.service == service && self.outages.iter().any(|o| o.slot == slot && from < o.from && o.from <= to)
    }

    /// How wrong the clock is.
    pub(crate) fn clock_offset(&self, service: ServiceId, slot: usize, at: i64) -> i64 {
        if self.on_pod(Fault::ClockSkew, service, slot, at) { self.clock_offset } else { 0 }
    }

    /// How many times more requests come in at an entry.
    pub(crate) fn surge(&self, service: ServiceId, at: i64, is_small: bool) -> f64 {
        if !self.is(Fault::TrafficSurge, service, at) {
            return 1.0;
        }
        let most = if is_small { self.scaled(9.0, 18.0) } else { self.scaled(3.0, 5.5) };
        1.0 + (most - 1.0) * self.ramp(at, 4.0)
    }
}
