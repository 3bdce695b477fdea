//! What time is it? The system's own time, by what most services say of late.
//!
//! Event times are all there is to go by, and some of them are wrong: a pod whose clock is a day ahead must not make the
//! others' last six hours old. So each service has one vote, the time of what it sent last, and the middle vote is the
//! time. A service that says nothing while the others go on loses its vote, so those that are gone do not hold time back.

use std::collections::VecDeque;

use crate::ids::IdMap;
use crate::rollup::{Rollups, ServiceSeen};

/// Yields, each as large as the largest of late, after which the vote of a service that is not heard again lapses: more
/// than there are lanes. It is counted by what one yield holds and not by all that have a vote, since names that are
/// always new would make that grow without end.
const YIELDS: usize = 16;
/// Services heard of after which a vote lapses at the soonest.
const LEAST_HEARD: usize = 64;
/// Votes at most: the middle of so many is as good as that of more.
const MOST_VOTES: usize = 4_096;
/// Of what a service sent at once, the share that may lie ahead of its vote: one of its pods may be wrong.
const AHEAD: u64 = 10;

/// The latest vote of each service, and who was heard of late.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock {
    votes: IdMap<Vote>,
    heard: VecDeque<u64>,
    /// Services of the largest yield of late.
    at_once: usize,
    now: Option<i64>,
    reach: Option<i64>,
}

#[derive(Clone, Copy, Debug)]
struct Vote {
    time: i64,
    /// Up to where what it sent may go on.
    reach: i64,
    /// How often the service stands in `heard`.
    heard: usize,
}

impl Clock {
    /// Takes the votes of a yield whose windows are so long, of so many services at most.
    pub(crate) fn hear(&mut self, rollups: &Rollups, window_ns: i64, max_services: usize) {
        let mut new: Vec<(u64, (i64, i64))> =
            rollups.services.iter().filter_map(|(service, seen)| Some((*service, vote(seen)?))).collect();
        if new.is_empty() {
            return;
        }
        new.sort_unstable();
        self.at_once = new.len().max(self.at_once - self.at_once.div_ceil(YIELDS));
        for (service, (window, reach)) in new {
            let vote = self.votes.entry(service).or_insert(Vote { time: 0, reach: 0, heard: 0 });
            vote.time = window.saturating_mul(window_ns);
            vote.reach = reach.saturating_mul(window_ns);
            vote.heard += 1;
            self.heard.push_back(service);
        }
        let most = MOST_VOTES.min(max_services.max(1));
        let limit = LEAST_HEARD.max(YIELDS * self.at_once).min(YIELDS * most);
        while self.heard.len() > limit || self.votes.len() > most {
            let Some(service) = self.heard.pop_front() else { break };
            if let Some(vote) = self.votes.get_mut(&service) {
                vote.heard -= 1;
                if vote.heard == 0 {
                    self.votes.remove(&service);
                }
            }
        }
        self.now = middle(self.votes.values().map(|v| v.time), self.now);
        self.reach = middle(self.votes.values().map(|v| v.reach), self.reach);
    }

    /// The start of the window that it is now.
    pub(crate) fn now(&self) -> Option<i64> {
        self.now
    }

    /// The time after which nothing was sent by a clock that is right: the end of the window that it is now, or farther
    /// where much was sent at once.
    pub(crate) fn reach(&self) -> Option<i64> {
        self.reach
    }
}

/// The middle one; of two the one that is nearer to what it was before.
fn middle(times: impl Iterator<Item = i64>, before: Option<i64>) -> Option<i64> {
    let mut times: Vec<i64> = times.collect();
    let half = times.len() / 2;
    if times.is_empty() {
        return None;
    }
    let is_odd = times.len() % 2 == 1;
    let (lower, high, _) = times.select_nth_unstable(half);
    let low = if is_odd { *high } else { lower.iter().max().copied().unwrap_or(*high) };
    let Some(before) = before else { return Some(*high) };
    Some(if before.abs_diff(low) < before.abs_diff(*high) { low } else { *high })
}

/// The window up to which a service sent most of what it sent, and the end of what may have been sent with it: what comes
/// after that window takes no longer than the most before it.
fn vote(seen: &ServiceSeen) -> Option<(i64, i64)> {
    let mut all = seen.logs.clone();
    all.merge(&seen.spans);
    all.merge(&seen.points);
    let few = all.total() / AHEAD;
    let last = all.last_but(few)?;
    let mut passed = 0;
    let first = all.entries().iter().find(|(_, count)| {
        passed += u64::from(*count);
        passed > few
    });
    let long = first.map_or(0, |(first, _)| last - i64::from(*first));
    Some((last, last + 1 + long.max(0)))
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
            clock.hear(&rollups, 1, 20_000);
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
        clock.hear(&rollups, 1, 20_000);
        assert_eq!(clock.now(), Some(7));
    }

    #[test]
    fn services_that_are_always_new_are_bounded_and_do_not_hold_time_back() {
        // How many keep on, how many are new in each yield, how many services are allowed; how far time may lag.
        for (keep_on, new, most, lag) in
            [(0_u64, 1_u64, 20_000, 32), (3, 1, 20_000, 16), (0, 50, 20_000, 8), (3, 300, 100, 8)]
        {
            let mut clock = Clock::default();
            for window in 0..2_000_u64 {
                let mut rollups = Rollups::default();
                for service in (0..keep_on).chain((0..new).map(|n| 1_000 + window * new + n)) {
                    rollups.services.entry(service).or_default().logs.add(window as i64, 1);
                }
                clock.hear(&rollups, 1, most);
                let now = clock.now().unwrap();
                assert!(now <= window as i64 && now >= window as i64 - lag, "{now} in {window}");
                let limit = LEAST_HEARD.max(YIELDS * (keep_on + new) as usize).min(YIELDS * most);
                assert!(clock.heard.len() <= limit && clock.votes.len() <= most.min(limit));
            }
        }
    }

    #[test]
    fn of_much_that_was_sent_at_once_the_end_is_reached() {
        let mut rollups = Rollups::default();
        (100..200).for_each(|window| rollups.services.entry(1).or_default().logs.add(window, 1));
        rollups.services.entry(1).or_default().logs.add(9_000, 1);
        let mut clock = Clock::default();
        clock.hear(&rollups, 1, 20_000);
        assert!((200..300).contains(&clock.reach().unwrap()), "{:?}", clock.reach());
    }
}
