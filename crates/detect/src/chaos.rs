//! Chaos experiments: which faults each service stood, and what that says of the next one.
//!
//! Tools announce an experiment as a change event with `chaos` in its name, most of them its end too. What came of it are
//! the incidents that began while it ran or soon after it began, and that hit the service: none (it stayed healthy), one
//! that is over, or one that goes on. The score is the rule of succession (Laplace): of n experiments, those stood and one
//! more, of n and two more; one is half stood when an incident came of it and passed. Experiments are known for as long as
//! the history reaches back.

use std::collections::BTreeMap;

use decant_model::{Experiment, Incident, IncidentState, Resilience, Survival};

use crate::material::Material;
use crate::rollup::ChangeEvent;

const SECOND: i64 = 1_000_000_000;
/// How long after its beginning an experiment may show first; and by how much an onset may be told too early.
const TAKES_EFFECT_S: i64 = 300;
const SLACK_S: i64 = 60;
/// How long nothing must come of it before it can be said to have been stood, when no end was told.
const SEEN_AFTER_S: i64 = 120;

/// What experiments say of services; empty when none were seen.
pub(crate) fn score(material: &Material<'_>, incidents: &[Incident]) -> Vec<Resilience> {
    let Some(newest) = material.live.newest() else { return Vec::new() };
    let mut events: Vec<&ChangeEvent> = material.live.changes.values().filter(|e| is_experiment(e)).collect();
    events.sort_by(|a, b| {
        (a.time, &a.service, &a.experiment, &a.phase).cmp(&(b.time, &b.service, &b.experiment, &b.phase))
    });
    let mut by_service: BTreeMap<&str, Vec<&ChangeEvent>> = BTreeMap::new();
    events.iter().for_each(|event| by_service.entry(&event.service).or_default().push(event));
    by_service
        .into_iter()
        .map(|(service, events)| of_service(service, &events, incidents, newest, material.config.max_experiments))
        .collect()
}

fn is_experiment(event: &ChangeEvent) -> bool {
    event.kind.split(['.', '/', ':', '_', '-']).any(|word| word.eq_ignore_ascii_case("chaos"))
        && !event.service.is_empty()
}

/// Whether an event tells of the end of an experiment.
fn is_end(phase: &str) -> bool {
    const ENDS: [&str; 10] =
        ["end", "ended", "finish", "finished", "stop", "stopped", "complete", "completed", "recovered", "aborted"];
    ENDS.iter().any(|end| phase.eq_ignore_ascii_case(end))
}

fn of_service(service: &str, events: &[&ChangeEvent], incidents: &[Incident], newest: i64, limit: usize) -> Resilience {
    let mut experiments: Vec<Experiment> = Vec::new();
    for event in events {
        let fault = if event.experiment.is_empty() { &event.title } else { &event.experiment };
        if is_end(&event.phase) {
            let begun = experiments.iter_mut().rev().find(|e| e.fault == *fault && e.ended_unix_nano.is_none());
            if let Some(begun) = begun {
                begun.ended_unix_nano = Some(event.time);
            }
            continue;
        }
        experiments.push(Experiment {
            id: event.id(),
            at_unix_nano: event.time,
            fault: fault.clone(),
            ..Experiment::default()
        });
    }
    // What has an incident already is not given that of the one before.
    let next: Vec<i64> = experiments.iter().skip(1).map(|e| e.at_unix_nano).chain([i64::MAX]).collect();
    for (experiment, next) in experiments.iter_mut().zip(next) {
        judge(experiment, service, incidents, newest, next);
    }
    let stood = |e: &Experiment| match e.survival {
        Survival::Healthy => Some(1.0),
        Survival::Recovered => Some(0.5),
        Survival::Incident => Some(0.0),
        Survival::Unknown => None,
    };
    let known: Vec<f64> = experiments.iter().filter_map(stood).collect();
    let score = (known.iter().sum::<f64>() + 1.0) / (known.len() as f64 + 2.0);
    experiments.sort_by_key(|e| std::cmp::Reverse((e.at_unix_nano, e.id)));
    let age = experiments.first().map_or(0, |e| newest.saturating_sub(e.at_unix_nano).max(0) / SECOND);
    experiments.truncate(limit);
    Resilience { service: service.to_owned(), score, age_s: age as u64, experiments }
}

fn judge(experiment: &mut Experiment, service: &str, incidents: &[Incident], newest: i64, next: i64) {
    let at = experiment.at_unix_nano;
    let until = at
        .saturating_add(TAKES_EFFECT_S * SECOND)
        .max(experiment.ended_unix_nano.unwrap_or(at))
        .min(next.saturating_sub(SLACK_S * SECOND));
    let began = |i: &&Incident| (at.saturating_sub(SLACK_S * SECOND)..=until).contains(&i.onset_unix_nano);
    let hit = |i: &&Incident| i.first_suspect == service || i.services.iter().any(|s| s == service);
    if let Some(incident) = incidents.iter().filter(began).find(hit) {
        let is_over = matches!(incident.state, IncidentState::Resolved | IncidentState::Recovering);
        experiment.survival = if is_over { Survival::Recovered } else { Survival::Incident };
        experiment.sick_s = Some((incident.last_unix_nano.saturating_sub(at).max(0) / SECOND) as u64);
        experiment.incident = Some(incident.id);
        return;
    }
    let seen_until = experiment.ended_unix_nano.unwrap_or(at.saturating_add(SEEN_AFTER_S * SECOND));
    experiment.survival = if newest >= seen_until { Survival::Healthy } else { Survival::Unknown };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(at_s: i64, fault: &str, phase: &str) -> ChangeEvent {
        ChangeEvent {
            time: at_s * SECOND,
            kind: "chaos.experiment".to_owned(),
            service: "cart".to_owned(),
            experiment: fault.to_owned(),
            phase: phase.to_owned(),
            ..ChangeEvent::default()
        }
    }

    fn incident(onset_s: i64, last_s: i64, state: IncidentState, service: &str) -> Incident {
        Incident {
            id: 7,
            onset_unix_nano: onset_s * SECOND,
            last_unix_nano: last_s * SECOND,
            state,
            services: vec![service.to_owned()],
            ..Incident::default()
        }
    }

    fn told(events: &[ChangeEvent], incidents: &[Incident], newest_s: i64) -> Resilience {
        of_service("cart", &events.iter().collect::<Vec<_>>(), incidents, newest_s * SECOND, 20)
    }

    #[test]
    fn what_came_of_an_experiment_is_told_by_the_incidents_that_began_with_it() {
        let one = [event(1_000, "cpu", "started"), event(1_200, "cpu", "ended")];
        for (incidents, newest_s, survival, sick_s) in [
            (vec![], 2_000, Survival::Healthy, None),
            (vec![], 1_100, Survival::Unknown, None),
            (vec![incident(1_020, 1_230, IncidentState::Resolved, "cart")], 2_000, Survival::Recovered, Some(230)),
            (vec![incident(990, 1_990, IncidentState::Open, "cart")], 2_000, Survival::Incident, Some(990)),
            (vec![incident(1_020, 1_990, IncidentState::Open, "web")], 2_000, Survival::Healthy, None),
            (vec![incident(400, 600, IncidentState::Resolved, "cart")], 2_000, Survival::Healthy, None),
        ] {
            let found = told(&one, &incidents, newest_s);
            let experiment = &found.experiments[0];
            assert_eq!((experiment.survival, experiment.sick_s), (survival, sick_s), "{incidents:?}");
            assert_eq!(experiment.ended_unix_nano, Some(1_200 * SECOND));
        }
    }

    #[test]
    fn the_score_is_the_chance_to_stand_the_next_one() {
        let three = [event(1_000, "cpu", ""), event(2_000, "disk", ""), event(3_000, "cpu", "")];
        let found = told(&three, &[incident(2_010, 2_300, IncidentState::Resolved, "cart")], 4_000);
        assert_eq!((found.score, found.age_s, found.experiments.len()), (3.5 / 5.0, 1_000, 3));
        assert_eq!(found.experiments.iter().map(|e| e.fault.as_str()).collect::<Vec<_>>(), ["cpu", "disk", "cpu"]);
        // Of what was only begun nothing is known.
        assert_eq!(told(&[event(1_000, "cpu", "")], &[], 1_010).score, 0.5);
    }

    #[test]
    fn an_incident_belongs_to_the_experiment_that_ran() {
        let two = [event(1_000, "cpu", ""), event(1_200, "disk", "")];
        let found = told(&two, &[incident(1_100, 1_300, IncidentState::Resolved, "cart")], 4_000);
        assert_eq!(
            found.experiments.iter().map(|e| e.survival).collect::<Vec<_>>(),
            [Survival::Healthy, Survival::Recovered]
        );
    }
}
