//! From signals to an answer: which stretch was sick, what speaks for whom.

use crate::accuse::Complaints;
use crate::blame::{self, Blame};
use crate::evidence::Ledger;
use crate::material::Material;
use crate::onset::{self, Episode};
use crate::signals::{self, Prepared};
use crate::surge::Loads;

/// All that the findings are told from.
pub(crate) struct Analysis {
    pub(crate) signals: Vec<Prepared>,
    /// The stretch in another state; `None` when there is nothing to compare with.
    pub(crate) episode: Option<Episode>,
    pub(crate) ledger: Ledger,
    /// Services, the most blamed first.
    pub(crate) blames: Vec<Blame>,
}

impl Analysis {
    pub(crate) fn new(material: &Material<'_>, at: Option<i64>) -> Self {
        let signals = signals::all(material);
        let (complaints, loads) = (Complaints::new(material), Loads::new(material));
        let windows = material.stretch.len();
        let at = at.map(|t| material.config.window(t) - material.stretch.from);
        let at = at.and_then(|w| usize::try_from(w).ok()).filter(|w| *w < windows);
        let history = (material.config.min_history_s / material.config.window_s.max(1)) as usize;
        let trained = !material.baseline.is_empty();
        let mut best: Option<(Episode, Ledger, Vec<Blame>)> = None;
        for (from, to) in onset::candidates(windows, trained, history) {
            if at.is_some_and(|w| !(from..to).contains(&w)) {
                continue;
            }
            let episode = Episode { from, to, weight: 0.0 };
            let ledger = Ledger::new(material, &signals, episode);
            let blames = blame::rank(material, &ledger, &complaints.flows(episode), &loads.flows(episode));
            let weight = blames.first().map_or(0.0, |b| b.score);
            if weight > best.as_ref().map_or(0.0, |(e, ..)| e.weight) {
                best = Some((Episode { weight, ..episode }, ledger, blames));
            }
        }
        let (episode, ledger, blames) =
            best.map_or_else(|| (None, Ledger::default(), Vec::new()), |(e, l, b)| (Some(e), l, b));
        Self { signals, episode, ledger, blames }
    }
}
