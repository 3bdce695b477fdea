//! Incidents: when they began, how they stand, whom they hit. Level 2 names all services.

use std::fmt::Write as _;

use decant_model::Incident;
use serde_json::{Value, json};

use super::{View, heading, raise};
use crate::handles::Kind;
use crate::plan::Offer;
use crate::selection::List;
use crate::source::Source;
use crate::{figures, quote};

/// Services named at level 1, and at most.
const SERVICES: [usize; 2] = [6, 100];
/// So few more are named at once: to say how many there are takes as much room.
const FEW: usize = 3;

pub(super) fn offers(source: &Source<'_>) -> Vec<Offer> {
    let mut offers = Vec::new();
    for (index, incident) in source.findings.incidents.iter().enumerate() {
        let strength = 0.6_f64.powi(index as i32);
        offers.push(raise(List::Incidents, index, strength, 160 + incident.title.len()));
        if incident.services.len() > SERVICES[0] + FEW {
            offers.push(raise(List::Incidents, index, strength * 0.3, 20 * incident.services.len().min(SERVICES[1])));
        }
    }
    offers
}

fn services_shown(incident: &Incident, level: u8) -> usize {
    if level > 1 || incident.services.len() <= SERVICES[0] + FEW { SERVICES[1] } else { SERVICES[0] }
}

pub(super) fn text(view: View<'_>, out: &mut String) {
    let mut started = false;
    for (index, level) in view.ranked(List::Incidents) {
        let Some(incident) = view.source.findings.incidents.get(index) else { continue };
        let title = if view.is_late == Some(true) { "other incidents" } else { "incidents" };
        heading(out, &mut started, title);
        let handle = view.source.handle(Kind::Incident, incident.id);
        let _infallible = write!(out, "[{handle}]");
        // How it stands may change while the rest is held.
        if view.is_late != Some(false) {
            let _infallible = write!(out, " {}", incident.state.as_str());
        }
        if !view.is_split() {
            let _infallible = write!(out, ", {}", figures_of(view, incident));
        }
        let colon = if view.is_late == Some(false) { "" } else { ":" };
        let _infallible = writeln!(out, "{colon} {}", quote::ours(&incident.title));
        if !view.is_split() && !incident.services.is_empty() {
            let _infallible = writeln!(out, "  hit, worst first: {}", hit(incident, level));
        }
    }
}

fn hit(incident: &Incident, level: u8) -> String {
    let names: Vec<_> =
        incident.services.iter().take(services_shown(incident, level)).map(|name| quote::inline(name)).collect();
    let more = incident.services.len() - names.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", names.join(", "))
}

/// What moves, by handle.
pub(super) fn after(view: View<'_>, out: &mut String) {
    for (index, level) in view.ranked(List::Incidents) {
        let Some(incident) = view.source.findings.incidents.get(index) else { continue };
        let handle = view.source.handle(Kind::Incident, incident.id);
        let _infallible = write!(out, "{handle}: ");
        if view.source.is_held() {
            let _infallible = write!(out, "{}, ", incident.state.as_str());
        }
        let _infallible = write!(out, "{}", figures_of(view, incident));
        if (view.selection.hit || !view.source.is_held()) && !incident.services.is_empty() {
            let _infallible = write!(out, "; hit, worst first: {}", hit(incident, level));
        }
        out.push('\n');
    }
}

fn figures_of(view: View<'_>, incident: &Incident) -> String {
    let confidence = figures::probability(incident.confidence);
    match incident.onset_unix_nano {
        0 => format!("confidence {confidence}"),
        _ if !view.source.has_times => format!("confidence {confidence}"),
        onset => format!("onset {}, confidence {confidence}", view.source.relative(onset)),
    }
}

pub(super) fn json(view: View<'_>) -> Vec<Value> {
    view.ranked(List::Incidents)
        .filter_map(|(index, level)| {
            let incident = view.source.findings.incidents.get(index)?;
            let services: Vec<_> = incident
                .services
                .iter()
                .take(services_shown(incident, level))
                .map(|name| quote::json(name, 200))
                .collect();
            let time = |time: i64| if time == 0 { String::new() } else { figures::rfc3339(time) };
            Some(json!({
                "handle": view.source.handle(Kind::Incident, incident.id),
                "revision": incident.revision,
                "state": incident.state.as_str(),
                "onset": time(incident.onset_unix_nano),
                "last": time(incident.last_unix_nano),
                "title": quote::ours(&incident.title),
                "services": services,
                "confidence": figures::number(incident.confidence),
                "first_suspect": quote::json(&incident.first_suspect, 200),
            }))
        })
        .collect()
}
