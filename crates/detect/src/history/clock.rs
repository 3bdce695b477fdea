//! What time is it? The system's own time, by what most services say of late.
//!
//! Event times are all there is to go by, and some of them are wrong: a pod whose clock is a day ahead must not make the
//! others' last six hours old. So each service has one vote, the time of what it sent last, and the middle vote is the
//! time. A service that says nothing while the others go on loses its vote, so those that are gone do not hold time back.

use std::collections::VecDeque;

use crate::ids::IdMap;
use crate::rollup::{Rollups, ServiceSeen};

/// How often the others are heard before the vote of a service that is not lapses.
const HEARD_EACH: usize = 8;
/// The same where there are few services.
const LEAST_HEARD: usize = 64;
/// Of what a service sent at once, the share that may lie ahead of its vote: one of its pods may be wrong.
const AHEAD: u64 = 10;

/// The latest vote of each service, and who was heard of late.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock {
    votes: IdMap<Vote>,
    heard: VecDeque<u64>,
    now: Option<i64>,
}

#[derive(Clone, Copy, Debug)]
struct Vote {
    time: i64,
    /// How often the service stands in `heard`.
    heard: usize,
}

impl Clock {
    /// Takes the votes of a yield whose windows are so long.
    pub(crate) fn hear(&mut self, rollups: &Rollups, window_ns: i64) {
        let mut new: Vec<(u64, i64)> =
            rollups.services.iter().filter_map(|(service, seen)| Some((*service, vote(seen)?))).collect();
        new.sort_unstable();
        for (service, window) in new {
            let vote = self.votes.entry(service).or_insert(Vote { time: 0, heard: 0 });
            vote.time = window.saturating_mul(window_ns);
            vote.heard += 1;
            self.heard.push_back(service);
        }
        while self.heard.len() > LEAST_HEARD.max(HEARD_EACH * self.votes.len()) {
            let Some(service) = self.heard.pop_front() else { break };
            if let Some(vote) = self.votes.get_mut(&service) {
                vote.heard -= 1;
                if vote.heard == 0 {
                    self.votes.remove(&service);
                }
            }
        }
        self.now = self.middle();
    }

    /// The middle vote; of two the one that is nearer to what was the time before.
    fn middle(&self) -> Option<i64> {
        let mut times: Vec<i64> = self.votes.values().map(|v| v.time).collect();
        times.sort_unstable();
        let high = *times.get(times.len() / 2)?;
        let low = times.get((times.len() - 1) / 2).copied().unwrap_or(high);
        let Some(now) = self.now else { return Some(high) };
        Some(if now.abs_diff(low) < now.abs_diff(high) { low } else { high })
    }

    /// The start of the window that it is now.
    pub(crate) fn now(&self) -> Option<i64> {
        self.now
    }
}

/// The window up to which a service sent most of what it sent.
fn vote(seen: &ServiceSeen) -> Option<i64> {
    let mut all = seen.logs.clone();
    all.merge(&seen.spans);
    all.merge(&seen.points);
    all.last_but(all.total() / AHEAD)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The time after yields of (service, window) each.
    fn now(yields: &[&[(u64, i64)]]) -> Option<i64> {
        let mut clock = Clock::default();
        for services in yields {
            let mut rollups = Rollups::default();
            for (service, window) in *services {
                rollups.services.entry(*service).or_default().logs.add(*window, 1);
            }
            clock.hear(&rollups, 1);
        }
        clock.now()
    }

    #[test]
    fn one_service_that_is_ahead_does_not_move_the_time() {
        assert_eq!(now(&[&[(1, 5), (2, 5), (3, 9_000)]]), Some(5));
        assert_eq!(now(&[&[(1, 5), (2, 6)], &[(3, 9_000)], &[(1, 7), (2, 7)], &[(3, 9_001)]]), Some(7));
    }

    #[test]
    fn of_two_services_the_one_that_goes_on_is_believed() {
        assert_eq!(now(&[&[(1, 5)], &[(1, 6), (2, 9_000)]]), Some(6));
        assert_eq!(now(&[&[(1, 5)], &[(1, 6), (2, 0)]]), Some(6));
    }

    #[test]
    fn services_that_are_gone_do_not_hold_time_back() {
        let mut yields: Vec<Vec<(u64, i64)>> = vec![(1..=8).map(|service| (service, 5)).collect()];
        yields.extend((6..200).map(|window| vec![(9, window), (10, window)]));
        let yields: Vec<&[(u64, i64)]> = yields.iter().map(Vec::as_slice).collect();
        assert_eq!(now(&yields), Some(199));
    }

    #[test]
    fn some_records_of_a_service_may_be_ahead() {
        let mut rollups = Rollups::default();
        let seen = rollups.services.entry(1).or_default();
        (0..20).for_each(|_| seen.logs.add(7, 1));
        seen.logs.add(9_000, 1);
        let mut clock = Clock::default();
        clock.hear(&rollups, 1);
        assert_eq!(clock.now(), Some(7));
    }
}
