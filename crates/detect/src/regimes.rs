//! Regimes: a deployment makes a service another one, so what it did before is no guide to what it does since.
//!
//! A regime of a service begins with each of its deployments, told as a change or seen as a version that was not heard
//! before. For a while ([`crate::Config::verdict_window_s`]) what differs since then is the deployment's doing, and all that
//! was before tells what is usual. After that the regime does: a later stretch is judged by the time since the deployment,
//! if that moved the signal at all ([`crate::signal`]), and what merely differs since the
//! deployment, and still does, is no news any more.
//! What hurts is, as long as it hurts. With a baseline, which was well by definition, no regime is asked for.

use crate::changes::deploys;
use crate::ids::IdMap;
use crate::material::Material;

/// Beginnings of a service's regimes, the newest of them: each one costs a comparison of every signal of the service.
const MOST: usize = 8;

/// When regimes begin, as windows of the stretch, by service.
#[derive(Clone, Debug, Default)]
pub(crate) struct Regimes {
    begins: IdMap<Vec<usize>>,
    /// Windows after which a regime tells what is usual.
    settled: usize,
    /// Windows of the stretch.
    len: usize,
}

impl Regimes {
    pub(crate) fn of(material: &Material<'_>) -> Self {
        if !material.baseline.is_empty() {
            return Self::default();
        }
        let (config, stretch) = (material.config, material.stretch);
        let windows = |seconds: u32| seconds.div_ceil(config.window_s.max(1)) as usize;
        // A window that a deployment divides belongs to the greater part of it.
        let index = |time: i64| {
            let rounded = config.window(time.saturating_add(config.window_ns() / 2)).saturating_sub(stretch.from);
            usize::try_from(rounded).ok().filter(|at| (1..stretch.len()).contains(at))
        };
        let mut begins: IdMap<Vec<usize>> = IdMap::default();
        let mut add = |service: u64, time: i64| {
            if let Some(at) = index(time) {
                begins.entry(service).or_default().push(at);
            }
        };
        for event in material.live.changes.values().filter(|event| deploys(&event.kind)) {
            add(crate::ids::text_id(&event.service), event.time);
        }
        for (service, seen) in &material.live.services {
            // The first version was there before anything was heard.
            let first = seen.versions.values().min();
            seen.versions.values().filter(|time| Some(*time) != first).for_each(|time| add(*service, *time));
        }
        for list in begins.values_mut() {
            list.sort_unstable();
            list.dedup();
            list.drain(..list.len().saturating_sub(MOST));
        }
        Self { begins, settled: windows(config.verdict_window_s), len: stretch.len() }
    }

    /// When regimes of a service begin, in order.
    pub(crate) fn begins(&self, service: u64) -> &[usize] {
        self.begins.get(&service).map_or(&[], Vec::as_slice)
    }

    /// Windows after which a regime tells what is usual.
    pub(crate) fn settled(&self) -> usize {
        self.settled
    }

    /// The place of the newest deployment of a service that lies in an episode, or so shortly before it that its regime
    /// was not old then, if the regime is by now.
    pub(crate) fn since(&self, service: u64, (from, to): (usize, usize)) -> Option<usize> {
        let is_meant = |at: usize| at < to && from < at + self.settled && at + self.settled < self.len;
        self.begins(service).iter().rposition(|at| is_meant(*at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_regime_that_is_old_by_now_is_asked_what_is_news_since_it_began() {
        let regimes = Regimes { begins: IdMap::from_iter([(1, vec![20, 100, 900])]), settled: 180, len: 1_000 };
        for (service, from, to, since) in [
            (1, 100, 281, Some(1)),
            (1, 40, 100, Some(0)),
            (1, 40, 101, Some(1)),
            (1, 279, 400, Some(1)),
            (1, 280, 400, None),
            // For a while it is the deployment's doing.
            (1, 900, 1_000, None),
            (2, 100, 400, None),
        ] {
            assert_eq!(regimes.since(service, (from, to)), since, "{service}: {from}..{to}");
        }
    }
}
