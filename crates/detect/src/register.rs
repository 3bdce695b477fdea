//! Incidents that were told: each keeps its id, and what is told of it has a revision.
//!
//! Findings are made anew for each question, from all that is known by then. So the onset may move by a window and the first
//! suspect may become another when data comes late; the incident is still the same. It is recognised by time and by the
//! services it hit, and gets the id under which it was told first. Its **revision** counts what was told of it: equal
//! contents have equal revisions, and another content, be it that records came late into time that was told already, has
//! the next one.
//!
//! Beside the id and the contents told, the onset that was told first is held: answers relate times to it, so that
//! revisions of a steady incident read alike. All else follows from the data alone, whatever was asked before.

use std::collections::VecDeque;

use decant_model::{Findings, Incident};

use crate::Config;
use crate::history::History;
use crate::ids::{mix, text_id};

/// Contents remembered of one incident.
const MAX_TOLD: usize = 64;
/// Windows by which an onset moves at most.
const MOVES: i64 = 6;
/// Newest windows into which records still come in order, from lanes that are not equally far.
const OPEN: i64 = 6;
/// Suspects by which contents differ.
const SUSPECTS: usize = 3;

/// The incidents told so far, within a limit.
#[derive(Clone, Debug)]
pub struct Register {
    known: VecDeque<Known>,
    limit: usize,
    forgotten: u64,
}

#[derive(Clone, Debug)]
struct Known {
    id: u64,
    first_suspect: String,
    services: Vec<String>,
    onset: i64,
    /// The onset told first, or that to which it moved far.
    anchor: i64,
    last: i64,
    /// A stretch that was told, in nanoseconds, and how many records it held then.
    heard: (i64, i64, u64),
    /// How often records came late into it.
    late: u64,
    /// Hashes of contents, and how many older ones were forgotten.
    told: VecDeque<u64>,
    dropped: u32,
}

impl Register {
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self { known: VecDeque::new(), limit: config.max_known_incidents.max(1), forgotten: 0 }
    }

    /// Gives the incidents of findings the ids under which they were told before, and their revisions.
    pub fn revise(&mut self, history: &History, findings: &mut Findings) {
        let mut taken: Vec<u64> = Vec::new();
        let suspects = suspects(findings);
        let moves = MOVES.saturating_mul(history.window_ns());
        let asked_from = findings.scope.from_unix_nano.unwrap_or(i64::MIN);
        for (place, incident) in findings.incidents.iter_mut().enumerate() {
            let at = self.find(incident, &taken, history.window_ns()).unwrap_or_else(|| self.remember(incident));
            let Some(known) = self.known.get_mut(at) else { continue };
            taken.push(known.id);
            let (from, to, count) = known.heard;
            if history.heard(from, to) > count {
                known.late += 1;
            }
            let newest = history.newest().unwrap_or(incident.last_unix_nano);
            let to = newest.saturating_sub(OPEN.saturating_mul(history.window_ns())).max(incident.onset_unix_nano);
            known.heard = (incident.onset_unix_nano, to, history.heard(incident.onset_unix_nano, to));
            known.first_suspect.clone_from(&incident.first_suspect);
            known.services.clone_from(&incident.services);
            (known.onset, known.last) = (incident.onset_unix_nano, incident.last_unix_nano);
            let is_far = incident.onset_unix_nano.abs_diff(known.anchor) > moves.unsigned_abs();
            // Who asks about a later stretch sees no earlier onset: that moves nothing for others.
            if known.anchor == 0 || (is_far && asked_from <= known.anchor) {
                known.anchor = incident.onset_unix_nano;
            }
            incident.anchor_unix_nano = if is_far { incident.onset_unix_nano } else { known.anchor };
            let told_id = incident.id;
            incident.id = known.id;
            incident.revision =
                known.revision(mix(&[content(incident), known.late, if place == 0 { suspects } else { 0 }]));
            for experiment in findings.resilience.iter_mut().flat_map(|r| &mut r.experiments) {
                if experiment.incident == Some(told_id) {
                    experiment.incident = Some(incident.id);
                }
            }
        }
        if self.forgotten > 0 {
            findings.counts.notes.insert("incidents forgotten".to_owned(), self.forgotten);
        }
    }

    /// The known incident that this one is: of the same first suspect, else one that hit the same services.
    fn find(&self, incident: &Incident, taken: &[u64], window_ns: i64) -> Option<usize> {
        let moves = MOVES.saturating_mul(window_ns);
        let fits = |known: &Known| {
            let moved = (incident.onset_unix_nano.saturating_sub(known.onset)).saturating_abs();
            let overlaps = incident.onset_unix_nano <= known.last && known.onset <= incident.last_unix_nano;
            let same = known.first_suspect == incident.first_suspect;
            let hits =
                incident.services.contains(&known.first_suspect) || known.services.contains(&incident.first_suspect);
            let is_it = if same { moved <= moves || overlaps } else { moved <= moves && hits };
            (is_it && !taken.contains(&known.id)).then_some((!same, moved, known.id))
        };
        let known = self.known.iter().enumerate();
        known.filter_map(|(at, known)| Some((fits(known)?, at))).min().map(|(_, at)| at)
    }

    fn remember(&mut self, incident: &Incident) -> usize {
        if self.known.len() >= self.limit {
            self.known.pop_front();
            self.forgotten += 1;
        }
        self.known.push_back(Known {
            id: incident.id,
            first_suspect: String::new(),
            services: Vec::new(),
            onset: 0,
            anchor: 0,
            last: 0,
            heard: (0, 0, u64::MAX),
            late: 0,
            told: VecDeque::new(),
            dropped: 0,
        });
        self.known.len() - 1
    }
}

impl Known {
    fn revision(&mut self, content: u64) -> u32 {
        let place = self.told.iter().position(|told| *told == content).unwrap_or_else(|| {
            if self.told.len() >= MAX_TOLD {
                self.told.pop_front();
                self.dropped += 1;
            }
            self.told.push_back(content);
            self.told.len() - 1
        });
        self.dropped + place as u32 + 1
    }
}

/// What an incident says, without what grows by itself.
fn content(incident: &Incident) -> u64 {
    let mut parts = vec![text_id(incident.state.as_str()), text_id(&incident.title), incident.onset_unix_nano as u64];
    parts.extend(incident.services.iter().map(|service| text_id(service)));
    mix(&parts)
}

fn suspects(findings: &Findings) -> u64 {
    let suspects = findings.suspects.iter().take(SUSPECTS);
    mix(&suspects.flat_map(|s| [text_id(&s.service), text_id(&s.kind)]).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000_000;

    fn incident(id: u64, onset_s: i64, first: &str, services: &[&str]) -> Incident {
        Incident {
            id,
            onset_unix_nano: onset_s * SECOND,
            last_unix_nano: (onset_s + 100) * SECOND,
            first_suspect: first.to_owned(),
            services: services.iter().map(|s| (*s).to_owned()).collect(),
            ..Incident::default()
        }
    }

    /// Ids and revisions of incidents told one after the other.
    fn told(incidents: &[Incident]) -> Vec<(u64, u32)> {
        let config = Config { max_known_incidents: 2, ..Config::default() };
        let (mut register, history) = (Register::new(&config), History::new(&config));
        let mut tell = |incident: &Incident| {
            let mut findings = Findings { incidents: vec![incident.clone()], ..Findings::default() };
            register.revise(&history, &mut findings);
            (findings.incidents[0].id, findings.incidents[0].revision)
        };
        incidents.iter().map(&mut tell).collect()
    }

    #[test]
    fn an_incident_keeps_its_id_and_another_content_is_another_revision() {
        let first = incident(1, 1_000, "cart", &["cart", "web"]);
        let moved = incident(2, 1_020, "cart", &["cart", "web"]);
        let blamed = incident(3, 1_000, "web", &["web", "cart"]);
        assert_eq!(
            told(&[first.clone(), moved.clone(), blamed, first, moved]),
            [(1, 1), (1, 2), (1, 3), (1, 1), (1, 2)]
        );
    }

    #[test]
    fn the_onset_told_first_is_the_anchor_until_it_moves_far() {
        let config = Config::default();
        let (mut register, history) = (Register::new(&config), History::new(&config));
        let mut check = |asked_from_s: i64, onset_s: i64, anchor_s: i64| {
            let incidents = vec![incident(1, onset_s, "cart", &["cart"])];
            let mut findings = Findings { incidents, ..Findings::default() };
            findings.scope.from_unix_nano = Some(asked_from_s * SECOND);
            register.revise(&history, &mut findings);
            assert_eq!(findings.incidents[0].anchor_unix_nano / SECOND, anchor_s, "{onset_s}");
        };
        check(0, 1_000, 1_000);
        check(0, 1_020, 1_000);
        // Asked about a later stretch, which moves nothing for who asks about all.
        check(1_070, 1_075, 1_075);
        check(0, 1_020, 1_000);
        check(0, 980, 1_000);
        check(0, 1_090, 1_090);
    }

    #[test]
    fn another_time_or_other_services_are_another_incident() {
        let all = [
            incident(1, 1_000, "cart", &["cart"]),
            incident(2, 5_000, "cart", &["cart"]),
            incident(3, 5_010, "mail", &["mail"]),
        ];
        assert_eq!(told(&all), [(1, 1), (2, 1), (3, 1)]);
    }

    #[test]
    fn the_oldest_is_forgotten_first() {
        let at = |id: u64, onset_s: i64| incident(id, onset_s, "cart", &["cart"]);
        assert_eq!(told(&[at(1, 1_000), at(2, 5_000), at(3, 9_000), at(9, 1_000)]), [(1, 1), (2, 1), (3, 1), (9, 1)]);
    }

    #[test]
    fn an_onset_moves_by_windows_as_long_as_they_have_become() {
        let config = Config { max_windows: 30, whole_capture: true, ..Config::default() };
        let ids = |windows: i64| {
            let mut history = History::new(&config);
            let mut rollups = crate::rollup::Rollups::default();
            (0..windows).for_each(|window| rollups.services.entry(1).or_default().logs.add(window, 1));
            history.absorb(rollups);
            let mut register = Register::new(&config);
            [(1, 10_000), (2, 10_200)].map(|(id, onset_s)| {
                let incidents = vec![incident(id, onset_s, "cart", &["cart"])];
                let mut findings = Findings { incidents, ..Findings::default() };
                findings.incidents[0].last_unix_nano = onset_s * SECOND;
                register.revise(&history, &mut findings);
                findings.incidents[0].id
            })
        };
        assert_eq!(ids(10), [1, 2], "windows of ten seconds");
        assert_eq!(ids(200), [1, 1], "windows of more than a minute");
    }
}
