//! Checkpoints of an incident: moments at which what is said about it is fixed for a while.
//!
//! Every half minute figures move, weak rows come and go, and ranks change; two answers that each tell the newest state
//! share little of their text, and a cache of prompts finds nothing again. So an answer about an incident that lasts also
//! carries what was to be said at its last checkpoint: one, two, four, eight .. minutes after the onset. Which that is
//! follows from the onset and the newest record, and what was to be said then from the data: never from what was asked
//! before. The younger an incident, the sooner the next checkpoint.

use decant_detect::Ask;
use decant_model::{Findings, IncidentState, Verdict};

/// The first checkpoint lies so long after the onset; each next one twice as long.
const FIRST_NS: i64 = 60_000_000_000;
/// Records of a time come in for so long.
const SETTLES_NS: i64 = 30_000_000_000;

/// The last checkpoint that has settled, in nanoseconds since 1970, if the question is about an incident that goes on.
pub(crate) fn last(ask: &Ask, findings: &Findings, newest_unix_nano: Option<i64>) -> Option<i64> {
    let incident = findings.incidents.first().filter(|_| findings.verdict == Verdict::Incident)?;
    let goes_on = matches!(incident.state, IncidentState::Open | IncidentState::Growing);
    if !goes_on || ask.to.is_some() || incident.anchor_unix_nano == 0 {
        return None;
    }
    let settled = newest_unix_nano?.saturating_sub(SETTLES_NS);
    let steps = std::iter::successors(Some(FIRST_NS), |step: &i64| step.checked_mul(2));
    steps.map(|step| incident.anchor_unix_nano.saturating_add(step)).take_while(|at| *at <= settled).last()
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
    fn checkpoints_lie_a_minute_after_the_onset_and_twice_as_late_each() {
        let check = |newest_s: i64, expected_s: Option<i64>| {
            let at = last(&Ask::default(), &findings(IncidentState::Open), Some(ONSET + newest_s * SECOND));
            assert_eq!(at.map(|at| (at - ONSET) / SECOND), expected_s, "{newest_s}");
        };
        check(-5, None);
        check(89, None);
        check(90, Some(60));
        check(149, Some(60));
        check(150, Some(120));
        check(269, Some(120));
        check(500, Some(240));
        check(86_400, Some(61_440));
    }

    #[test]
    fn only_an_incident_that_goes_on_has_one() {
        let newest = Some(ONSET + 500 * SECOND);
        let check = |ask: &Ask, findings: &Findings, expected: bool| {
            assert_eq!(last(ask, findings, newest).is_some(), expected, "{ask:?} {findings:?}");
        };
        check(&Ask::default(), &findings(IncidentState::Growing), true);
        check(&Ask::default(), &findings(IncidentState::Recovering), false);
        check(&Ask::default(), &findings(IncidentState::Resolved), false);
        check(&Ask::default(), &Findings::default(), false);
        check(&Ask { to: newest, ..Ask::default() }, &findings(IncidentState::Open), false);
    }
}
