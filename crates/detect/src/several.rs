//! Several incidents in one stretch: the newest is the one that is meant, older ones are told beside it.
//!
//! The search for an onset finds the stretch that says most. When another service is blamed from a later time on, that is
//! an incident of its own: a fault that was there when the capture began and ended must not hide the one that came then.

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
/// Windows by which two onsets differ at least.
const APART: usize = 3;

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
}
