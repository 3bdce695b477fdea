//! How busy services are: what requests ask of them, against what they can give.
//!
//! A simulated request stands for many real ones, so absolute use means little. Each service has a usual share of its
//! CPU and of its connections in use; the ratio of demand now to usual demand scales both, and queueing does the rest.

use crate::shop::ServiceId;

/// Seconds over which demand is averaged.
const MEMORY_S: f64 = 8.0;

/// One service.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Load {
    work: Level,
    connections: Level,
    open: Level,
    served: Level,
}

/// Something per second: now, and on a usual day.
#[derive(Clone, Copy, Debug, Default)]
struct Level {
    step: f64,
    now: f64,
    total: f64,
    usual: f64,
}

impl Level {
    fn end_step(&mut self, seconds: f64) {
        let fade = (-seconds / MEMORY_S).exp();
        self.now = self.now * fade + self.step / seconds * (1.0 - fade);
        self.total += self.step;
        self.step = 0.0;
    }

    /// Now against usual. Rare requests come in lumps, so some of the usual is mixed in.
    fn ratio(&self) -> f64 {
        let floor = self.usual * 0.15 + 1e-9;
        if self.usual <= 0.0 { 1.0 } else { (self.now + floor) / (self.usual + floor) }
    }
}

impl Load {
    /// Milliseconds of computing asked for.
    pub(crate) fn add_work(&mut self, ms: f64) {
        self.work.step += ms;
    }

    /// Milliseconds for which a connection was held.
    pub(crate) fn add_hold(&mut self, ms: f64) {
        self.connections.step += ms;
    }

    /// A request that was open for so many milliseconds.
    pub(crate) fn add_request(&mut self, ms: f64) {
        self.open.step += ms;
        self.served.step += 1.0;
    }

    pub(crate) fn end_step(&mut self, seconds: f64) {
        for level in [&mut self.work, &mut self.connections, &mut self.open, &mut self.served] {
            level.end_step(seconds);
        }
    }

    /// Takes what was seen so far as a usual day.
    pub(crate) fn learn_usual(&mut self, seconds: f64) {
        for level in [&mut self.work, &mut self.connections, &mut self.open, &mut self.served] {
            level.usual = level.total / seconds;
            level.now = level.usual;
        }
    }

    pub(crate) fn work_ratio(&self) -> f64 {
        self.work.ratio()
    }

    pub(crate) fn connection_ratio(&self) -> f64 {
        self.connections.ratio()
    }

    /// Requests open at a time, in simulated requests.
    pub(crate) fn open_requests(&self) -> f64 {
        self.open.now / 1_000.0
    }

    pub(crate) fn served_per_s(&self) -> f64 {
        self.served.now
    }

    pub(crate) fn served_ratio(&self) -> f64 {
        self.served.ratio()
    }
}

/// How many times longer computing takes at a utilisation, by queueing.
pub(crate) fn queueing(utilisation: f64) -> f64 {
    let u = utilisation.clamp(0.0, 0.95);
    1.0 + 0.8 * (u * u * u * u) / (1.0 - u)
}

/// Share of requests that are turned away when demand is above capacity.
pub(crate) fn shed(utilisation: f64) -> f64 {
    if utilisation <= 1.0 { 0.0 } else { (1.0 - 1.0 / utilisation).min(0.9) }
}

/// State of one circuit breaker.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Breaker {
    good: f64,
    bad: f64,
    open_until: i64,
}

/// What a breaker says of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    None,
    Opened,
    Closed,
}

impl Breaker {
    pub(crate) fn is_open(&self, at: i64) -> bool {
        at < self.open_until
    }

    /// Counts a result: mostly failures within some ten calls open it for a while; a success after that closes it.
    pub(crate) fn count(&mut self, is_good: bool, at: i64) -> Turn {
        (self.good, self.bad) = (self.good * 0.9, self.bad * 0.9);
        if is_good {
            self.good += 1.0;
        } else {
            self.bad += 1.0;
        }
        let was_open = self.open_until > 0;
        if !is_good && (was_open || self.bad > 3.5 && self.bad > 1.5 * self.good) {
            self.open_until = at + 8_000_000_000;
            return if was_open { Turn::None } else { Turn::Opened };
        }
        if is_good && was_open {
            *self = Self { good: 4.0, ..Self::default() };
            return Turn::Closed;
        }
        Turn::None
    }
}

/// Key of a breaker: who calls, and what (a service, or a peer behind the services).
pub(crate) type BreakerKey = (ServiceId, usize);
