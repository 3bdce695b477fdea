//! Checkpoints of an incident: moments at which what is said about it is fixed for a while.
//!
//! Every half minute figures move, weak rows come and go, and ranks change; two answers that each tell the newest state
//! share little of their text, and a cache of prompts finds nothing again. So an answer about an incident that lasts also
//! carries what was to be said at its last checkpoint: one, two, four, eight, sixteen minutes after the onset and every
//! sixteen from then on. Which that is follows from the newest record and the onset as it was first told (all that is kept
//! of earlier questions, as the incident's id is), and what was to be said then from the data alone.

use decant_detect::Ask;
use decant_model::{Findings, IncidentState, Verdict};

/// The first checkpoint lies so long after the onset; each next one twice as long, until the longest step.
const FIRST_NS: i64 = 60_000_000_000;
/// No more news than of so long stands behind what is held.
const LONGEST_NS: i64 = 16 * FIRST_NS;
/// Records of a time come in for so long, and a window is only known when it is over.
const SETTLES_NS: i64 = 30_000_000_000;
const SETTLES_WINDOWS: i64 = 2;
/// Windows by which the onsets of one incident may differ.
const APART_WINDOWS: i64 = 12;

/// The last checkpoint that has settled, in nanoseconds since 1970, if the question is about an incident that goes on.
pub(crate) fn last(ask: &Ask, findings: &Findings, newest_unix_nano: Option<i64>, window_s: u32) -> Option<i64> {
    let incident = findings.incidents.first().filter(|_| findings.verdict == Verdict::Incident)?;
    let goes_on = matches!(incident.state, IncidentState::Open | IncidentState::Growing);
    if !goes_on || ask.to.is_some() || incident.anchor_unix_nano == 0 {
        return None;
    }
    let settles = SETTLES_NS.max(SETTLES_WINDOWS * window_ns(window_s));
    let age = newest_unix_nano?.saturating_sub(settles).saturating_sub(incident.anchor_unix_nano);
    let step = match age {
        ..FIRST_NS => return None,
        FIRST_NS..LONGEST_NS => FIRST_NS << (age / FIRST_NS).ilog2(),
        LONGEST_NS.. => age - age % LONGEST_NS,
    };
    Some(incident.anchor_unix_nano.saturating_add(step))
}

/// Whether what was to be said then was said of the same incident.
pub(crate) fn is_same(now: &Findings, then: &Findings, window_s: u32) -> bool {
    let (Some(now), Some(then)) = (now.incidents.first(), then.incidents.first()) else { return false };
    now.onset_unix_nano.abs_diff(then.onset_unix_nano) <= (APART_WINDOWS * window_ns(window_s)).unsigned_abs()
}

fn window_ns(window_s: u32) -> i64 {
    i64::from(window_s) * 1_000_000_000
}

#[cfg(test)]
mod tests {
    use decant_model::Incident;

    use super::*;

    const SECOND: i64 = 1_000_000_000;
    const ONSET: i64 = 1_000 * SECOND;

    fn findings(state: IncidentState) -> Findings {
        let incident = Incident { state, onset_unix_nano: ONSET, anchor_unix_nano: ONSET, ..Incident::default() };
        Findings { verdict: Verdict::Incident, incidents: vec![incident], ..Findings::default() }
    }

    #[test]
    fn checkpoints_lie_a_minute_after_the_onset_and_twice_as_late_each_up_to_a_step() {
        let check = |newest_s: i64, expected_s: Option<i64>| {
            let at = last(&Ask::default(), &findings(IncidentState::Open), Some(ONSET + newest_s * SECOND), 10);
            assert_eq!(at.map(|at| (at - ONSET) / SECOND), expected_s, "{newest_s}");
        };
        check(-5, None);
        check(89, None);
        check(90, Some(60));
        check(149, Some(60));
        check(150, Some(120));
        check(269, Some(120));
        check(500, Some(240));
        check(989, Some(480));
        check(990, Some(960));
        check(1_950, Some(1_920));
        check(86_400, Some(85_440));
    }

    #[test]
    fn long_windows_settle_later_and_times_at_the_limits_do_no_harm() {
        let at =
            |newest: i64, window_s: u32| last(&Ask::default(), &findings(IncidentState::Open), Some(newest), window_s);
        assert_eq!(at(ONSET + 150 * SECOND, 60), None);
        assert_eq!(at(ONSET + 180 * SECOND, 60), Some(ONSET + 60 * SECOND));
        assert_eq!(at(i64::MIN, 10), None);
        assert!(at(i64::MAX, 600).is_some());
    }

    #[test]
    fn another_incident_of_the_same_service_is_another_one() {
        let now = findings(IncidentState::Open);
        let mut then = now.clone();
        assert!(is_same(&now, &then, 10));
        then.incidents[0].onset_unix_nano -= 7_200 * SECOND;
        assert!(!is_same(&now, &then, 10) && !is_same(&now, &Findings::default(), 10));
    }

    #[test]
    fn only_an_incident_that_goes_on_has_one() {
        let newest = Some(ONSET + 500 * SECOND);
        let check = |ask: &Ask, findings: &Findings, expected: bool| {
            assert_eq!(last(ask, findings, newest, 10).is_some(), expected, "{ask:?} {findings:?}");
        };
        check(&Ask::default(), &findings(IncidentState::Growing), true);
        check(&Ask::default(), &findings(IncidentState::Recovering), false);
        check(&Ask::default(), &findings(IncidentState::Resolved), false);
        check(&Ask::default(), &Findings::default(), false);
        check(&Ask { to: newest, ..Ask::default() }, &findings(IncidentState::Open), false);
    }
}
