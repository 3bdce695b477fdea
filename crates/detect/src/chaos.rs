//! Chaos experiments: which faults each service stood, and what that says of the next one.
//!
//! Tools announce an experiment as a change event with `chaos` in its name, most of them its end too. What came of it are
//! the incidents that began while it ran or soon after it began, and that hit the service: none (it stayed healthy), one
//! that is over, or one that goes on. The score is the rule of succession (Laplace): of n experiments, those stood and one
//! more, of n and two more; one is half stood when an incident came of it and passed. Experiments are known for as long as
//! the history reaches back; nothing is said of one that the stretch asked for does not cover, or while which its service
//! was not heard.

use std::collections::BTreeMap;

use decant_model::{Experiment, Incident, IncidentState, Resilience, Survival};

use crate::material::Material;
use crate::rollup::{ChangeEvent, ServiceSeen};
use crate::stretch::Stretch;

const SECOND: i64 = 1_000_000_000;
/// How long after its beginning an experiment may show first; and by how much an onset may be told too early.
const TAKES_EFFECT_S: i64 = 300;
const SLACK_S: i64 = 60;
/// How long nothing must come of it before it can be said to have been stood, when no end was told.
const SEEN_AFTER_S: i64 = 120;

/// What experiments say of services that were heard, the least resilient first, and how many more the limit left out;
/// empty when none were seen.
pub(crate) fn score(material: &Material<'_>, incidents: &[Incident]) -> (Vec<Resilience>, usize) {
    let Some(newest) = material.live.newest() else { return (Vec::new(), 0) };
    let mut events: Vec<&ChangeEvent> = material.live.changes.values().filter(|e| is_experiment(e)).collect();
    events.sort_by(|a, b| {
        (a.time, &a.service, &a.experiment, &a.phase).cmp(&(b.time, &b.service, &b.experiment, &b.phase))
    });
    let mut by_service: BTreeMap<&str, Vec<&ChangeEvent>> = BTreeMap::new();
    events.iter().for_each(|event| by_service.entry(&event.service).or_default().push(event));
    let seen: BTreeMap<&str, &ServiceSeen> =
        material.live.services.values().map(|s| (material.live.names.text(s.name), s)).collect();
    let window_ns = material.config.window_ns();
    let told = by_service.into_iter().filter_map(|(service, events)| {
        let seen = *seen.get(service)?;
        let heard = |at: i64, until: i64| {
            let (from, to) = (at.div_euclid(window_ns), until.div_euclid(window_ns) + 1);
            let records = seen.logs.sum(from, to) + seen.spans.sum(from, to) + seen.points.sum(from, to);
            newest >= until && covers(material.stretch, from, to) && records > 0
        };
        Some(of_service(service, &events, incidents, heard, newest, material.config.max_experiments))
    });
    limited(told.collect(), material.config.max_findings)
}

/// Whether the windows `from..to` lie within a stretch.
fn covers(stretch: Stretch, from: i64, to: i64) -> bool {
    stretch.from <= from && to <= stretch.to
}

/// The least resilient services, and how many more there were.
fn limited(mut told: Vec<Resilience>, limit: usize) -> (Vec<Resilience>, usize) {
    told.sort_by(|a, b| a.score.total_cmp(&b.score).then_with(|| a.service.cmp(&b.service)));
    let omitted = told.len().saturating_sub(limit);
    told.truncate(limit);
    (told, omitted)
}

fn is_experiment(event: &ChangeEvent) -> bool {
    event.kind.split(['.', '/', ':', '_', '-']).any(|word| word.eq_ignore_ascii_case("chaos"))
        && !event.service.is_empty()
}

/// Whether an event tells of the end of an experiment.
fn is_end(phase: &str) -> bool {
    const ENDS: [&str; 15] = [
        "end",
        "ended",
        "finish",
        "finished",
        "stop",
        "stopped",
        "complete",
        "completed",
        "recovered",
        "aborted",
        "succeeded",
        "failed",
        "terminated",
        "deleted",
        "paused",
    ];
    ENDS.iter().any(|end| phase.eq_ignore_ascii_case(end))
}

/// Whether an event tells of the beginning of an experiment for certain. Other words may tell of one that runs.
fn is_begin(phase: &str) -> bool {
    const BEGINS: [&str; 5] = ["", "begin", "begun", "start", "started"];
    BEGINS.iter().any(|begin| phase.eq_ignore_ascii_case(begin))
}

fn of_service(
    service: &str,
    events: &[&ChangeEvent],
    incidents: &[Incident],
    heard: impl Fn(i64, i64) -> bool,
    newest: i64,
    limit: usize,
) -> Resilience {
    let mut experiments: Vec<Experiment> = Vec::new();
    for event in events {
        let fault = if event.experiment.is_empty() { &event.title } else { &event.experiment };
        let open = experiments.iter_mut().rev().find(|e| e.fault == *fault && e.ended_unix_nano.is_none());
        if is_end(&event.phase) {
            if let Some(open) = open {
                open.ended_unix_nano = Some(event.time);
            }
            continue;
        }
        if open.is_some() && !is_begin(&event.phase) {
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
        judge(experiment, service, incidents, &heard, next);
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
    let experiments_total = experiments.len() as u64;
    experiments.truncate(limit);
    Resilience { service: service.to_owned(), score, age_s: age as u64, experiments, experiments_total }
}

fn judge(
    experiment: &mut Experiment,
    service: &str,
    incidents: &[Incident],
    heard: impl Fn(i64, i64) -> bool,
    next: i64,
) {
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
    experiment.survival = if heard(at, seen_until) { Survival::Healthy } else { Survival::Unknown };
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
        let (events, newest) = (events.iter().collect::<Vec<_>>(), newest_s * SECOND);
        of_service("cart", &events, incidents, |_, until| newest >= until, newest, 20)
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
    fn the_newest_experiments_are_listed_and_all_are_counted() {
        let many: Vec<ChangeEvent> = (1..=50).map(|n| event(100 * n, "cpu", "")).collect();
        let found = told(&many, &[], 10_000);
        assert_eq!((found.experiments.len(), found.experiments_total), (20, 50));
        assert_eq!(found.experiments[0].at_unix_nano, 5_000 * SECOND);
        // The score is of all.
        assert_eq!(found.score, 51.0 / 52.0);
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

    #[test]
    fn nothing_is_said_of_an_experiment_outside_the_stretch_or_unheard() {
        let stretch = Stretch { from: 100, to: 200 };
        for (from, to, is_covered) in [(100, 200, true), (99, 110, false), (190, 201, false), (10, 20, false)] {
            assert_eq!(covers(stretch, from, to), is_covered, "{from}..{to}");
        }
        let one = [event(1_000, "cpu", "started"), event(1_200, "cpu", "ended")];
        let asked = |at: i64, until: i64| {
            assert_eq!((at, until), (1_000 * SECOND, 1_200 * SECOND));
            false
        };
        let found = of_service("cart", &one.iter().collect::<Vec<_>>(), &[], asked, 2_000 * SECOND, 20);
        assert_eq!((found.experiments[0].survival, found.score), (Survival::Unknown, 0.5));
    }

    #[test]
    fn what_is_told_of_an_experiment_that_runs_begins_none() {
        for (phases, count, is_over) in [
            (&["started", "running", "verifying", "succeeded"][..], 1, true),
            (&["injecting", "injected", "failed"], 1, true),
            (&["Start", "Terminated", "Start", "Deleted"], 2, true),
            (&["begin", "paused"], 1, true),
            (&["", ""], 2, false),
            (&["ended"], 0, true),
        ] {
            let told_at = |(i, phase): (usize, &&str)| event(1_000 + i as i64 * 100, "cpu", phase);
            let events: Vec<ChangeEvent> = phases.iter().enumerate().map(told_at).collect();
            let found = told(&events, &[], 5_000).experiments;
            assert_eq!(found.len(), count, "{phases:?}");
            assert_eq!(found.iter().all(|e| e.ended_unix_nano.is_some()), is_over, "{phases:?}");
        }
    }

    #[test]
    fn the_least_resilient_are_told_and_the_others_counted() {
        let of = |service: &str, score| Resilience { service: service.to_owned(), score, ..Resilience::default() };
        let (told, omitted) = limited(vec![of("a", 0.9), of("b", 0.2), of("d", 0.5), of("c", 0.5)], 3);
        assert_eq!(told.iter().map(|r| r.service.as_str()).collect::<Vec<_>>(), ["b", "c", "d"]);
        assert_eq!(omitted, 1);
    }
}
