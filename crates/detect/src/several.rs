//! Several incidents in one stretch: the newest is the one that is meant, the others are told beside it.
//!
//! The search for an onset finds the stretch that says most. When another service is blamed from a later time on, that is
//! an incident of its own: a fault that was there when the capture began and ended must not hide the one that came then.
//! Others are told apart by **time** (they do not touch, and no stretch that covers both says as much) or, when they go on
//! at once, by the **graph**: what is left when the first suspect and all that it may have hurt are taken away.

use crate::blame::Blame;
use crate::evidence::Aspect;
use crate::onset::Episode;

/// A stretch that was looked at, and who was blamed for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) episode: Episode,
    pub(crate) service: u64,
    pub(crate) objective: f64,
}

/// Share of the weight of the strongest incident that another one needs: less is its aftermath.
const LEAST_SHARE: f64 = 0.25;
/// Windows by which two onsets differ at least, or one begins after the other's end.
const APART: usize = 3;
/// Windows after which what comes again at the same service is no part of what was there before: so long after its last
/// sign an incident is called resolved.
const AGAIN: usize = 6;

/// The newest incident, given the strongest; `enough` is the weight that an incident of its own needs.
pub(crate) fn newest(seen: &[Seen], strongest: Seen, enough: impl Fn(Episode) -> f64) -> Seen {
    let mut newest = strongest;
    loop {
        let later = |s: &&Seen| {
            s.service != strongest.service
                && s.service != newest.service
                && s.episode.from >= newest.episode.from + APART
                && s.episode.to > newest.episode.to
                && s.episode.weight >= enough(s.episode).max(LEAST_SHARE * strongest.episode.weight)
        };
        match seen.iter().filter(later).max_by(|a, b| a.objective.total_cmp(&b.objective)) {
            Some(next) => newest = *next,
            None => return newest,
        }
    }
}

/// Incidents at other times than those that are `told` already, the strongest first.
pub(crate) fn others(seen: &[Seen], told: &[Seen], enough: impl Fn(Episode) -> f64) -> Vec<Seen> {
    let strongest = told.iter().map(|t| t.episode.weight).fold(0.0, f64::max);
    let mut by_objective: Vec<&Seen> =
        seen.iter().filter(|s| s.episode.weight >= enough(s.episode).max(LEAST_SHARE * strongest)).collect();
    by_objective.sort_by(|a, b| {
        let order = |s: &Seen| (s.episode.from, s.episode.to, s.service);
        b.objective.total_cmp(&a.objective).then_with(|| order(a).cmp(&order(b)))
    });
    let mut others: Vec<Seen> = Vec::new();
    for candidate in by_objective {
        if told.iter().chain(&others).all(|other| is_another(seen, candidate, other)) {
            others.push(*candidate);
        }
    }
    others
}

fn is_another(seen: &[Seen], one: &Seen, other: &Seen) -> bool {
    let (a, b) = (one.episode, other.episode);
    if one.service != other.service {
        return a.from >= b.to + APART || b.from >= a.to + APART;
    }
    let covers = |s: &Seen| s.episode.from <= a.from.min(b.from) && s.episode.to >= a.to.max(b.to);
    let as_one =
        seen.iter().any(|s| s.service == one.service && covers(s) && s.episode.weight >= a.weight.min(b.weight));
    !as_one && (a.from >= b.to + AGAIN || b.from >= a.to + AGAIN)
}

/// What of a blame is the service's own trouble, when that is an incident of its own beside one of that weight.
pub(crate) fn own_incident(blame: &Blame, beside: f64, enough: f64) -> Option<f64> {
    let own: f64 = blame.parts.iter().filter(|(aspect, _)| is_own(*aspect)).map(|(_, part)| part).sum();
    (own >= enough.max(LEAST_SHARE * beside)).then_some(own)
}

/// Whether an aspect is a service's own trouble: what reaches services that merely serve the same callers (less load, calls
/// that never come) is not.
fn is_own(aspect: Aspect) -> bool {
    matches!(
        aspect,
        Aspect::SelfTime
            | Aspect::OwnErrors
            | Aspect::GainedError
            | Aspect::RisingError
            | Aspect::Gap
            | Aspect::Unanswered
            | Aspect::Clock
            | Aspect::Resource(_)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(from: usize, to: usize, weight: f64, service: u64) -> Seen {
        Seen { episode: Episode { from, to, weight }, service, objective: weight }
    }

    fn newest_of(seen: &[Seen]) -> (u64, usize) {
        let newest = newest(seen, seen[0], |_| 0.3);
        (newest.service, newest.episode.from)
    }

    #[test]
    fn another_service_that_is_blamed_later_is_the_newest() {
        assert_eq!(newest_of(&[seen(0, 12, 1.6, 1), seen(13, 18, 0.9, 2), seen(2, 12, 1.2, 1)]), (2, 13));
    }

    #[test]
    fn what_is_weak_or_began_with_it_or_is_the_same_service_is_its_aftermath() {
        assert_eq!(
            newest_of(&[seen(0, 12, 1.6, 1), seen(13, 18, 0.35, 2), seen(1, 18, 0.9, 3), seen(5, 18, 1.5, 1)]),
            (1, 0)
        );
    }

    #[test]
    fn of_three_the_last_is_the_newest() {
        assert_eq!(newest_of(&[seen(0, 8, 1.6, 1), seen(9, 14, 1.0, 2), seen(15, 20, 0.8, 3)]), (3, 15));
    }

    fn others_of(seen: &[Seen]) -> Vec<(u64, usize)> {
        others(seen, &seen[..1], |_| 0.3).iter().map(|s| (s.service, s.episode.from)).collect()
    }

    #[test]
    fn other_incidents_are_those_at_other_times() {
        let all = [seen(40, 52, 1.6, 1), seen(5, 15, 0.9, 2), seen(6, 15, 0.8, 2), seen(60, 70, 0.5, 3)];
        assert_eq!(others_of(&all), [(2, 5), (3, 60)]);
    }

    #[test]
    fn what_overlaps_or_follows_at_once_or_is_weak_is_a_part_of_it() {
        assert_eq!(others_of(&[seen(40, 52, 1.6, 1), seen(45, 60, 0.9, 2), seen(53, 60, 0.9, 3)]), []);
        assert_eq!(others_of(&[seen(40, 52, 1.6, 1), seen(5, 15, 0.35, 2), seen(5, 15, 0.2, 3)]), []);
    }

    #[test]
    fn the_same_service_again_is_another_incident_unless_the_time_between_was_sick_too() {
        assert_eq!(others_of(&[seen(40, 52, 1.6, 1), seen(5, 15, 0.9, 1)]), [(1, 5)]);
        assert_eq!(others_of(&[seen(40, 52, 1.6, 1), seen(5, 15, 0.9, 1), seen(5, 52, 1.0, 1)]), []);
        assert_eq!(others_of(&[seen(40, 52, 1.6, 1), seen(30, 36, 0.9, 1)]), []);
    }

    #[test]
    fn what_merely_gets_less_to_do_has_no_incident_of_its_own() {
        let blame = |aspect| Blame { service: 1, score: 0.8, parts: vec![(aspect, 0.8)] };
        assert_eq!(own_incident(&blame(Aspect::OwnErrors), 1.5, 0.4), Some(0.8));
        assert_eq!(own_incident(&blame(Aspect::OwnErrors), 4.0, 0.4), None);
        assert_eq!(own_incident(&blame(Aspect::ThroughputDown), 1.5, 0.4), None);
    }
}
