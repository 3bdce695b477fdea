//! From signals to an answer: which stretch was sick, what speaks for whom.

mod others;

use crate::accuse::Complaints;
use crate::blame::{self, Blame, Graph};
use crate::detectors::{self, Signals};
use crate::evidence::{Evidence, Ledger};
use crate::material::{Material, totals};
use crate::onset::{self, Episode};
use crate::several::{self, Seen};
use crate::surge::Loads;
use crate::threshold;
use crate::verdicts::Verdicts;
use crate::windows::Windows;
use others::Others;

/// How much everybody's evidence counts beside that of the most blamed, when the onset is sought.
const ALARM_SHARE: f64 = 0.2;
/// Comparisons whose evidence is held at once.
const AT_ONCE: usize = 4_000_000;
/// How much an incident that still goes on is preferred to one that is over.
const LASTING: f64 = 1.2;

/// All that the findings are told from.
pub(crate) struct Analysis {
    /// Signals that were compared.
    pub(crate) signals: usize,
    /// The stretch in another state; `None` when there is nothing to compare with.
    pub(crate) episode: Option<Episode>,
    /// Incidents beside the one that is meant, and how many more there were.
    pub(crate) others: Vec<Analysis>,
    pub(crate) others_omitted: usize,
    pub(crate) ledger: Ledger,
    /// Services, the most blamed first.
    pub(crate) blames: Vec<Blame>,
    /// How changes went, by service and time.
    pub(crate) verdicts: Verdicts,
}

impl Analysis {
    pub(crate) fn new<'a>(material: &'a Material<'a>, at: Option<i64>) -> Self {
        let signals = detectors::all(material);
        let windows = material.stretch.len();
        let at = at.map(|t| material.config.window(t) - material.stretch.from);
        let at = at.and_then(|w| usize::try_from(w).ok()).filter(|w| *w < windows);
        let trained = !material.baseline.is_empty();
        let well = (material.config.min_history_s / material.config.window_s.max(1)) as usize;
        let well = if trained { 0 } else { well };
        let mut search = Search {
            material,
            graph: Graph::new(material),
            complaints: Complaints::new(material),
            loads: Loads::new(material),
            windows,
            trained,
            best: None,
            seen: Vec::new(),
            only: None,
        };
        let heard = Heard::new(material);
        let enough = |e: Episode| {
            if !heard.is_heard(e) {
                return f64::INFINITY;
            }
            threshold::enough(material.config, (!trained).then_some(well_s(material, e))).max(threshold::ENOUGH)
        };
        let includes = |(from, to): &(usize, usize)| at.is_none_or(|w| (*from..*to).contains(&w));
        let count = signals.len();
        let (coarse, elsewhere): (Vec<_>, Vec<_>) =
            onset::candidates(windows, well, count).into_iter().partition(includes);
        search.consider(&signals, &coarse);
        let strongest = search.best.as_ref().and_then(Best::seen).filter(|_| at.is_none());
        let mut earlier = None;
        if let Some(strongest) = strongest {
            let newest = several::newest(&search.seen, strongest, enough);
            if newest.episode != strongest.episode {
                search.best = None;
                earlier = Some(strongest);
                search.consider(&signals, &[(newest.episode.from, newest.episode.to)]);
                search.only = Some(newest.service);
            }
        }
        // The coarse search of a long stretch is followed by a fine one around what it found.
        if let Some((from, to)) = search.best.as_ref().map(|b| (b.episode.from, b.episode.to)) {
            let fine = onset::around(from, to, windows, well, count).map(|from| (from, to)).filter(includes);
            search.consider(&signals, &fine.collect::<Vec<_>>());
        }
        let best = search.best.take();
        let mut others = Others::default();
        if let Some(best) = &best
            && let Some(meant) = best.seen()
        {
            search.only = None;
            search.consider(&signals, &elsewhere);
            others = others::find(&mut search, &signals, best, meant, earlier, well, enough);
        }
        let verdicts = Verdicts::of(material, &search.graph, &signals, |episodes| {
            let ledgers = Evidence::of_changes(material, &signals, episodes).ledgers(material, episodes);
            ledgers.zip(episodes).map(|(ledger, e)| (search.blame(&ledger, *e).0, ledger)).collect()
        });
        Self { others: others.told, others_omitted: others.omitted, verdicts, ..Self::of(signals.len(), best) }
    }

    fn of(signals: usize, best: Option<Best>) -> Self {
        let episode = best.as_ref().map(|b| b.episode);
        let (ledger, blames) = best.map_or_else(|| (Ledger::default(), Vec::new()), |b| (b.ledger, b.blames));
        let verdicts = Verdicts::default();
        Self { signals, episode, others: Vec::new(), others_omitted: 0, ledger, blames, verdicts }
    }
}

/// Healthy time before an episode.
fn well_s(material: &Material<'_>, episode: Episode) -> f64 {
    episode.from as f64 * f64::from(material.config.window_s)
}

/// Records of the whole system by window: stamps of a wrong clock reach into times of which nobody else speaks.
struct Heard {
    records: Windows,
    from: i64,
    mean: f64,
}

/// Share of the usual number of records at which a system is still heard.
const STILL_HEARD: f64 = 0.2;

impl Heard {
    fn new(material: &Material<'_>) -> Self {
        let (mut records, spans, _) = totals(material.live);
        records.merge(&spans);
        let stretch = material.stretch;
        let mean = records.sum(stretch.from, stretch.to) as f64 / stretch.len().max(1) as f64;
        Self { records, from: stretch.from, mean }
    }

    fn is_heard(&self, episode: Episode) -> bool {
        let (from, to) = (self.from + episode.from as i64, self.from + episode.to as i64);
        self.records.sum(from, to) as f64 >= STILL_HEARD * self.mean * (to - from) as f64
    }
}

/// The best episode so far, with what it was judged by.
struct Best {
    objective: f64,
    episode: Episode,
    ledger: Ledger,
    blames: Vec<Blame>,
}

impl Best {
    fn seen(&self) -> Option<Seen> {
        let service = self.blames.first()?.service;
        Some(Seen { episode: self.episode, service, objective: self.objective })
    }
}

struct Search<'a> {
    material: &'a Material<'a>,
    graph: Graph,
    complaints: Complaints,
    loads: Loads,
    windows: usize,
    trained: bool,
    best: Option<Best>,
    /// All that was looked at.
    seen: Vec<Seen>,
    /// Whose incident is meant, once that is known.
    only: Option<u64>,
}

impl Search<'_> {
    /// Who is blamed, if a stretch was sick, and how much points at anybody.
    fn blame(&self, ledger: &Ledger, episode: Episode) -> (Vec<Blame>, f64) {
        blame::rank(&self.graph, ledger, &self.complaints.flows(episode), &self.loads.flows(episode))
    }

    fn consider(&mut self, signals: &Signals<'_>, stretches: &[(usize, usize)]) {
        let episodes: Vec<Episode> = stretches.iter().map(|(from, to)| Episode::new(*from, *to)).collect();
        for episodes in episodes.chunks((AT_ONCE / signals.len().max(1)).max(1)) {
            let evidence = Evidence::of(self.material, signals, episodes);
            for (ledger, episode) in evidence.ledgers(self.material, episodes).zip(episodes) {
                self.judge(ledger, *episode);
            }
        }
    }

    fn judge(&mut self, ledger: Ledger, episode: Episode) {
        let (blames, alarm) = self.blame(&ledger, episode);
        let weight = blames.first().map_or(0.0, |b| b.score);
        // The true onset is where the whole system's evidence lines up; and what is reported is, if in doubt, what still
        // goes on. A capture that comes with a baseline may as well show an end.
        let lasting = if episode.to == self.windows && !self.trained { LASTING } else { 1.0 };
        let objective = (weight + ALARM_SHARE * alarm) * lasting;
        let Some(service) = blames.first().map(|b| b.service) else { return };
        if self.only.is_some_and(|only| only != service) {
            return;
        }
        self.seen.push(Seen { episode: Episode { weight, ..episode }, service, objective });
        if objective > self.best.as_ref().map_or(0.0, |b| b.objective) {
            let episode = Episode { weight, ..episode };
            self.best = Some(Best { objective, episode, ledger, blames });
        }
    }
}
