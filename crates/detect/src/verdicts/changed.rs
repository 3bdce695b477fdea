//! Verdicts on the changes of a stretch: what came after each beside what was before.
//!
//! The signals and the blame of the search for incidents are asked once more, with the time after the change as the
//! episode. So what a caller suffers for its callee is no fault of the change, and what the whole system feels is none.

use std::collections::BTreeMap;

use decant_model::ChangeVerdict;

use super::{Compared, Differing, Patience, verdict};
use crate::blame::{Blame, Graph};
use crate::changes::runs;
use crate::detectors::Signals;
use crate::evidence::{Aspect, Ledger};
use crate::findings::aspect_words;
use crate::material::Material;
use crate::onset::Episode;
use crate::rollup::ChangeEvent;
use crate::signal::What;
use crate::stretch::Observed;
use crate::threshold;

/// Verdicts by service and time of the change.
#[derive(Clone, Debug, Default)]
pub(crate) struct Verdicts {
    by_change: BTreeMap<(String, i64), ChangeVerdict>,
    /// Changes that the limit left without one.
    pub(crate) omitted: usize,
}

/// A change to be judged: its service, and windows as indices into the stretch.
struct Changed<'a> {
    event: &'a ChangeEvent,
    service: u64,
    from: usize,
    to: usize,
}

impl Verdicts {
    /// Of all changes of running services; `blame` says what speaks for whom in each of some episodes.
    pub(crate) fn of(
        material: &Material<'_>,
        graph: &Graph,
        signals: &Signals<'_>,
        blame: impl Fn(&[Episode]) -> Vec<(Vec<Blame>, Ledger)>,
    ) -> Self {
        let (mut changed, omitted) = changed(material);
        if changed.is_empty() {
            return Self { omitted, ..Self::default() };
        }
        let mut things: BTreeMap<u64, usize> = BTreeMap::new();
        signals.all().for_each(|s| *things.entry(s.service).or_default() += 1);
        changed.sort_by_key(|c| (c.from, c.to));
        let mut by_change = BTreeMap::new();
        // Changes of several services at once ask the same of the signals.
        let mut stretches: Vec<(usize, usize)> = changed.iter().map(|c| (c.from, c.to)).collect();
        stretches.dedup();
        let told = blame(&stretches.iter().map(|(from, to)| Episode::new(*from, *to)).collect::<Vec<_>>());
        let told: BTreeMap<(usize, usize), (Vec<Blame>, Ledger)> = stretches.into_iter().zip(told).collect();
        for change in &changed {
            let Some((blames, ledger)) = told.get(&(change.from, change.to)) else { continue };
            let mut compared = compare(material, change, ledger, blames, |service| graph.neighbours(service).collect());
            compared.things = things.get(&change.service).copied().unwrap_or(0);
            let verdict = verdict(&compared, Patience::of(material.config));
            by_change.insert((change.event.service.clone(), change.event.time), verdict);
        }
        Self { by_change, omitted }
    }

    /// The verdict on a change of one of some services at a time.
    pub(crate) fn find<'a>(&self, services: impl IntoIterator<Item = &'a String>, at: i64) -> Option<&ChangeVerdict> {
        services.into_iter().find_map(|service| self.by_change.get(&(service.clone(), at)))
    }
}

/// Changes to be judged, the newest, and how many more there were. What comes after one lasts until the next of its
/// service.
fn changed<'a>(material: &Material<'a>) -> (Vec<Changed<'a>>, usize) {
    let window_ns = material.config.window_ns();
    let stretch = material.stretch;
    let longest = (material.config.verdict_window_s / material.config.window_s.max(1)).max(1) as usize;
    let ids: BTreeMap<&str, u64> =
        material.live.services.values().map(|s| (material.live.names.text(s.name), s.name)).collect();
    let mut events: Vec<(&ChangeEvent, u64)> = material
        .live
        .changes
        .values()
        .filter(|event| runs(&event.kind))
        .filter_map(|event| Some((event, *ids.get(event.service.as_str()).filter(|_| !event.service.is_empty())?)))
        .collect();
    events.sort_by(|a, b| (a.0.time, &a.0.service, &a.0.kind).cmp(&(b.0.time, &b.0.service, &b.0.kind)));
    // A window that the change divides belongs to the greater part of it.
    let index = |time: i64| {
        let rounded = time.saturating_add(window_ns / 2).div_euclid(window_ns);
        usize::try_from(rounded.saturating_sub(stretch.from)).ok().filter(|at| *at <= stretch.len())
    };
    let mut next: BTreeMap<u64, (usize, usize)> = BTreeMap::new();
    let mut changed: Vec<Changed<'a>> = Vec::new();
    for (event, service) in events.into_iter().rev() {
        let Some(from) = index(event.time) else { continue };
        let end = end(&mut next, service, from, stretch.len());
        changed.push(Changed { event, service, from, to: end.min(from + longest) });
    }
    let omitted = changed.len().saturating_sub(material.config.max_verdicts);
    changed.truncate(material.config.max_verdicts);
    (changed, omitted)
}

/// Where what comes after a change ends, when changes are asked for from the newest on: at the next of its service, that
/// of another window; `next` has its window and its end.
fn end(next: &mut BTreeMap<u64, (usize, usize)>, service: u64, from: usize, last: usize) -> usize {
    let end = match next.get(&service) {
        Some((at, end)) if *at == from => *end,
        Some((at, _)) => *at,
        None => last,
    };
    next.insert(service, (from, end));
    end
}

fn compare(
    material: &Material<'_>,
    change: &Changed<'_>,
    ledger: &Ledger,
    blames: &[Blame],
    neighbours: impl Fn(u64) -> Vec<u64>,
) -> Compared {
    let (from, to) = (material.stretch.from + change.from as i64, material.stretch.from + change.to as i64);
    let trained = !material.baseline.is_empty();
    let records = |from: i64, to: i64| {
        material
            .live
            .services
            .get(&change.service)
            .map_or(0, |s| s.logs.sum(from, to) + s.spans.sum(from, to) + s.points.sum(from, to))
    };
    let base = material.baseline.services.get(&change.service);
    let base_records = base.map_or(0, |s| s.logs.total() + s.spans.total() + s.points.total());
    let base_s = material.base_logs.total(i64::MIN, i64::MAX).max(material.base_spans.total(i64::MIN, i64::MAX));
    let points = Observed::of(&material.live.totals.points, f64::from(material.config.window_s));
    let observed = [&material.logs, &material.spans, &points];
    let live_s = heard_s(observed, material.stretch.from, from);
    let enough = threshold::enough(material.config, (!trained).then_some(live_s));
    let near = neighbours(change.service);
    let services = blames
        .iter()
        .filter(|blame| blame.service == change.service || near.contains(&blame.service))
        .map(|blame| {
            let sum = |harmful: bool| -> f64 {
                blame.parts.iter().filter(|(aspect, _)| aspect.is_harm() == harmful).map(|(_, part)| part).sum()
            };
            let evidence = blame.parts.iter().filter(|(_, part)| *part >= LEAST_PART);
            let evidence = evidence.map(|(aspect, _)| words(material, ledger, blame.service, *aspect)).collect();
            Differing {
                service: material.name(blame.service).to_owned(),
                harm: sum(true) / enough,
                drift: sum(false) / enough,
                evidence,
            }
        })
        .collect();
    Compared {
        subject: change.event.service.clone(),
        before_s: live_s + if trained { base_s } else { 0.0 },
        after_s: heard_s(observed, from, to),
        before_records: records(material.stretch.from, from) + base_records,
        after_records: records(from, to),
        things: 0,
        services,
    }
}

/// Seconds between two windows that were heard: one record an hour ahead is not an hour. Whoever sends metrics only is
/// heard by them.
fn heard_s([logs, spans, points]: [&Observed; 3], from: i64, to: i64) -> f64 {
    let told = logs.total(from, to).max(spans.total(from, to));
    if logs.all().is_empty() && spans.all().is_empty() { points.total(from, to) } else { told }
}

/// A part of blame that is worth a word.
const LEAST_PART: f64 = 0.02;

/// What differs, with the name of the operation or metric that shows it most.
fn words(material: &Material<'_>, ledger: &Ledger, service: u64, aspect: Aspect) -> String {
    let strongest = ledger.services.get(&service).and_then(|l| l.get(&aspect)).and_then(|items| items.first());
    let named = strongest.and_then(|item| match item.what {
        What::Metric { series } | What::MetricRate { series } => material.live.series.get(&series).map(|s| s.metric),
        What::EdgeErrors { edge } | What::EdgeLatency { edge } | What::EdgeGap { edge } => {
            material.facts.edges.get(&edge).map(|e| e.operation)
        }
        _ => None,
    });
    let name = named.map_or("", |id| material.name(id));
    let said = format!("{}: {}", material.name(service), aspect_words(aspect));
    if name.is_empty() { said } else { format!("{said} ({name})") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_of_one_window_end_where_the_next_of_their_service_begins() {
        let mut next = BTreeMap::new();
        for (service, from, told) in [(1, 80, 100), (2, 50, 100), (1, 40, 80), (1, 40, 80), (1, 40, 80), (1, 10, 40)] {
            assert_eq!(end(&mut next, service, from, 100), told, "{service} at {from}");
        }
    }

    #[test]
    fn a_record_an_hour_ahead_and_a_hole_are_not_heard_time() {
        let of = |windows: &[i64]| {
            let mut total = crate::windows::Windows::default();
            windows.iter().for_each(|window| total.add(*window, 1));
            Observed::of(&total, 10.0)
        };
        let none = Observed::default();
        let whole: Vec<i64> = (100..160).collect();
        let ahead: Vec<i64> = (100..112).chain([472]).collect();
        let hole: Vec<i64> = (100..112).chain(140..160).collect();
        for (windows, to, heard) in [(&whole, 160, 600.0), (&ahead, 473, 130.0), (&hole, 160, 320.0)] {
            let of = of(windows);
            assert_eq!(heard_s([&of, &none, &none], 100, to), heard);
            assert_eq!(heard_s([&none, &of, &none], 100, to), heard);
            assert_eq!(heard_s([&none, &none, &of], 100, to), heard);
        }
    }
}
