//! Signals of joined traces: presence of templates, errors, latencies, gaps, children, throughput.

use std::borrow::Cow;
use std::rc::Rc;

use crate::ids::IdMap;
use crate::material::Material;
use crate::signal::{Signal, Spread, Values, Watched, What};
use crate::sketch::Logs;
use crate::stretch::Stretch;
use crate::timeline::Timeline;

/// Window-to-window spread of mean log durations that a quiet system is assumed to have, until it shows its own.
const USUAL_LOG_SPREAD: f64 = 0.15;
/// How many windows that assumption is worth.
const SPREAD_WORTH: f64 = 4.0;

/// Live windows by index, and base windows, of a timeline: base facts, and live ones before the stretch.
fn shares<T, E, N>(
    stretch: Stretch,
    events: Option<&Timeline<T>>,
    base_events: Option<&Timeline<T>>,
    chances: Option<&Timeline<N>>,
    base_chances: Option<&Timeline<N>>,
    event: E,
    chance: impl Fn(&N) -> f64,
) -> Values
where
    T: Default,
    N: Default,
    E: Fn(&T) -> f64,
{
    let each = |events: Option<&Timeline<T>>,
                chances: Option<&Timeline<N>>,
                (from, to): (i64, i64),
                out: &mut dyn FnMut(u32, f64, f64)| {
        let mut events = events.map_or(&[][..], |e| e.range(from, to)).iter().peekable();
        for (window, cell) in chances.map_or(&[][..], |c| c.range(from, to)) {
            while events.next_if(|(w, _)| w < window).is_some() {}
            let k = events.peek().filter(|(w, _)| w == window).map_or(0.0, |(_, e)| event(e));
            let n = chance(cell);
            if n > 0.0 {
                out(*window, k.min(n), n);
            }
        }
    };
    let room = chances.map_or(0, |c| c.range(stretch.from, stretch.to).len());
    let (mut cells, mut base) = (Vec::with_capacity(room), Vec::new());
    each(events, chances, (stretch.from, stretch.to), &mut |window, k, n| {
        cells.extend(stretch.index(window).map(|at| (at, k as f32, n as f32)));
    });
    each(events, chances, (i64::MIN, stretch.from), &mut |_, k, n| base.push((k, n)));
    each(base_events, base_chances, (i64::MIN, i64::MAX), &mut |_, k, n| base.push((k, n)));
    Values::Share { cells, base }
}

/// Mean log durations by window, and what they are without the slowest call.
fn levels<T: Default>(
    stretch: Stretch,
    live: &Timeline<T>,
    base: Option<&Timeline<T>>,
    logs: impl Fn(&T) -> Logs,
) -> Values {
    let range = live.range(stretch.from, stretch.to);
    let (mut cells, mut others) = (Vec::with_capacity(range.len()), Vec::with_capacity(range.len()));
    for (window, cell) in range {
        let logs = logs(cell);
        if let (Some(index), Some(mean)) = (stretch.index(*window), logs.mean()) {
            cells.push((index, mean as f32));
            others.push(logs.mean_of_others().map_or(f32::NAN, |mean| mean as f32));
        }
    }
    let earlier = live.range(i64::MIN, stretch.from).iter().filter_map(|(_, c)| logs(c).mean());
    let trained = base.map_or(&[][..], |b| b.cells()).iter().filter_map(|(_, c)| logs(c).mean());
    let prior = Spread { variance: USUAL_LOG_SPREAD * USUAL_LOG_SPREAD, worth: SPREAD_WORTH };
    Values::Level { cells, others, base: earlier.chain(trained).collect(), prior }
}

fn keys<V>(live: &IdMap<V>, base: &IdMap<V>) -> Vec<u64> {
    let mut keys: Vec<u64> = live.keys().chain(base.keys()).copied().collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// A template in an operation.
struct Place<'a> {
    service: u64,
    operation: u64,
    pattern: u64,
    /// Of each shape.
    live: Vec<&'a Timeline<u32>>,
    base: Vec<&'a Timeline<u32>>,
}

/// Sums of timelines; nearly always there is one.
fn sum<'a>(timelines: &[&'a Timeline<u32>]) -> Cow<'a, Timeline<u32>> {
    match timelines {
        [] => Cow::Owned(Timeline::default()),
        [one] => Cow::Borrowed(one),
        [first, others @ ..] => {
            let mut sum = (*first).clone();
            others.iter().for_each(|more| sum.merge_with((*more).clone(), |a, b| *a += b));
            Cow::Owned(sum)
        }
    }
}

/// Templates per call.
pub(super) fn presence(material: &Material<'_>, out: &mut dyn FnMut(Signal)) {
    // Shapes of one template are one signal.
    let mut places: IdMap<Place<'_>> = IdMap::default();
    for (facts, live) in [(material.facts, true), (material.base_facts, false)] {
        for cell in facts.presence.values() {
            let Some(pattern) = material.patterns.key_of(cell.service, cell.shape) else { continue };
            let place = crate::ids::mix(&[pattern, cell.operation]);
            let entry = places.entry(place).or_insert_with(|| Place {
                service: cell.service,
                operation: cell.operation,
                pattern,
                live: Vec::new(),
                base: Vec::new(),
            });
            let timelines = if live { &mut entry.live } else { &mut entry.base };
            timelines.push(&cell.windows);
        }
    }
    add_sites(material, &mut places);
    for (place, Place { service, operation, pattern, live, base }) in places {
        let key = crate::ids::mix(&[service, operation]);
        let then = material.base_facts.operations.get(&key).map(|o| &o.windows);
        let then = then.filter(|_| material.base_has_logs(service));
        let values = shares(
            material.stretch,
            Some(sum(&live).as_ref()),
            Some(sum(&base).as_ref()),
            material.facts.operations.get(&key).map(|o| &o.windows),
            then,
            |k| f64::from(*k),
            |n| f64::from(n.entries),
        );
        out(Signal { what: What::Presence { place, pattern }, service, values });
    }
}

/// First words of a template that tell the statement which wrote it.
const SITE_WORDS: usize = 8;

/// A statement that logs lists of any length yields several templates, none of which stands in every call. So templates of
/// one service and severity that begin alike are watched together as well.
fn add_sites<'a>(material: &Material<'a>, places: &mut IdMap<Place<'a>>) {
    let mut sites: IdMap<(u64, Place<'a>)> = IdMap::default();
    let mut keys: Vec<u64> = places.keys().copied().collect();
    keys.sort_unstable();
    for key in keys {
        let Some(place) = places.get(&key) else { continue };
        let Some(pattern) = material.patterns.by_key.get(&place.pattern) else { continue };
        let head: Vec<&str> = pattern.named.text.split_whitespace().take(SITE_WORDS).collect();
        if head.len() < SITE_WORDS {
            continue;
        }
        let site = crate::ids::mix(&[
            place.service,
            place.operation,
            u64::from(pattern.severity.0),
            crate::ids::text_id(&head.join(" ")),
        ]);
        let (members, all) = sites.entry(site).or_insert_with(|| {
            let (live, base) = (Vec::new(), Vec::new());
            (0, Place { service: place.service, operation: place.operation, pattern: place.pattern, live, base })
        });
        *members += 1;
        all.live.extend(&place.live);
        all.base.extend(&place.base);
    }
    places.extend(sites.into_iter().filter(|(_, (members, _))| *members > 1).map(|(key, (_, place))| (key, place)));
}

/// Errors and self times of operations.
pub(super) fn operations(material: &Material<'_>, out: &mut dyn FnMut(Signal)) {
    for key in keys(&material.facts.operations, &material.base_facts.operations) {
        let (live, base) = (material.facts.operations.get(&key), material.base_facts.operations.get(&key));
        let Some(service) = live.or(base).map(|c| c.service) else { continue };
        let Some(live) = live else { continue };
        let base = base.map(|b| &b.windows);
        let values = shares(
            material.stretch,
            Some(&live.windows),
            base,
            Some(&live.windows),
            base,
            |c| f64::from(c.own_errors),
            |c| f64::from(c.spans),
        );
        out(Signal { what: What::OwnErrors { operation: key }, service, values });
        let values = levels(material.stretch, &live.windows, base, |c| c.self_ms.logs());
        out(Signal { what: What::SelfTime { operation: key }, service, values });
    }
}

/// Errors, latencies and gaps of edges.
pub(super) fn edges(material: &Material<'_>, out: &mut dyn FnMut(Signal)) {
    for key in keys(&material.facts.edges, &material.base_facts.edges) {
        let Some(live) = material.facts.edges.get(&key) else { continue };
        let base = material.base_facts.edges.get(&key).map(|b| &b.windows);
        let service = live.callee;
        let stretch = material.stretch;
        let values = shares(
            stretch,
            Some(&live.windows),
            base,
            Some(&live.windows),
            base,
            |c| f64::from(c.errors),
            |c| f64::from(c.calls),
        );
        out(Signal { what: What::EdgeErrors { edge: key }, service, values });
        let values = levels(stretch, &live.windows, base, |c| c.ms.logs());
        out(Signal { what: What::EdgeLatency { edge: key }, service, values });
        if live.windows.cells().iter().any(|(_, c)| c.gap.count() > 0) {
            let values = levels(stretch, &live.windows, base, |c| c.gap.logs());
            out(Signal { what: What::EdgeGap { edge: key }, service, values });
        }
    }
}

/// Calls between services that were not answered, or at impossible times.
pub(super) fn pairs(material: &Material<'_>, out: &mut dyn FnMut(Signal)) {
    for key in keys(&material.facts.pairs, &material.base_facts.pairs) {
        let Some(live) = material.facts.pairs.get(&key) else { continue };
        let base = material.base_facts.pairs.get(&key).map(|b| &b.windows);
        let live_windows = Some(&live.windows);
        let mut push = |what, event: fn(&crate::traces::PairStat) -> f64| {
            let values =
                shares(material.stretch, live_windows, base, live_windows, base, event, |c| f64::from(c.calls));
            out(Signal { what, service: live.callee, values });
        };
        push(What::Unanswered { pair: key }, |c| f64::from(c.unanswered));
        push(What::Impossible { pair: key }, |c| f64::from(c.impossible));
    }
}

/// Children per parent: whether there are any, and how many.
pub(super) fn children(material: &Material<'_>, out: &mut dyn FnMut(Signal)) {
    let stretch = material.stretch;
    for key in keys(&material.facts.children, &material.base_facts.children) {
        let (live, base) = (material.facts.children.get(&key), material.base_facts.children.get(&key));
        let Some(any) = live.or(base) else { continue };
        let parent = crate::ids::mix(&[any.service, any.operation]);
        let chances = material.facts.operations.get(&parent).map(|o| &o.windows);
        let base_chances = material.base_facts.operations.get(&parent).map(|o| &o.windows);
        let (events, base_events) = (live.map(|l| &l.windows), base.map(|b| &b.windows));
        let values = shares(
            stretch,
            events,
            base_events,
            chances,
            base_chances,
            |c| f64::from(c.parents),
            |n| f64::from(n.spans),
        );
        out(Signal { what: What::Child { child: key }, service: any.service, values });
        let callee = live.or(base).map_or(crate::ids::NONE, |c| c.callee);
        if callee != crate::ids::NONE {
            let values = shares(
                stretch,
                events,
                base_events,
                chances,
                base_chances,
                |c| f64::from(c.last),
                |n| f64::from(n.spans),
            );
            out(Signal { what: What::Last { child: key }, service: callee, values });
        }
        let Some(events) = events else { continue };
        let level = |c: &crate::traces::ChildStats| {
            (c.parents > 0).then(|| (f64::from(c.children) / f64::from(c.parents)).ln())
        };
        let cells = events
            .range(stretch.from, stretch.to)
            .iter()
            .filter_map(|(w, c)| Some((stretch.index(*w)?, level(c)? as f32)))
            .collect();
        let base = events
            .range(i64::MIN, stretch.from)
            .iter()
            .chain(base_events.map_or(&[][..], |b| b.cells()))
            .filter_map(|(_, c)| level(c))
            .collect();
        let prior = Spread { variance: USUAL_LOG_SPREAD * USUAL_LOG_SPREAD, worth: SPREAD_WORTH };
        out(Signal {
            what: What::Fanout { child: key },
            service: any.service,
            values: Values::Level { cells, others: Vec::new(), base, prior },
        });
    }
}

/// Calls into each service a second.
pub(super) fn throughput(material: &Material<'_>, out: &mut dyn FnMut(Signal)) {
    let stretch = material.stretch;
    let mut live: IdMap<Timeline<u32>> = IdMap::default();
    let mut base: IdMap<Timeline<u32>> = IdMap::default();
    for (facts, into) in [(material.facts, &mut live), (material.base_facts, &mut base)] {
        for cell in facts.operations.values() {
            let timeline = into.entry(cell.service).or_default();
            for (window, stats) in cell.windows.cells() {
                if stats.entries > 0 {
                    *timeline.at(*window) += stats.entries;
                }
            }
        }
    }
    let earlier = material.spans.range(i64::MIN, stretch.from);
    let trained = material.base_spans.all();
    let seconds = material.spans.range(stretch.from, stretch.to);
    let watched =
        Rc::new(Watched::new(seconds.iter().filter_map(|(w, s)| Some((stretch.index(*w)?, f64::from(*s as f32))))));
    let base_seconds = earlier.iter().map(|(_, s)| *s).chain(trained.iter().map(|(_, s)| *s / material.load));
    let base_watched = Rc::new(Watched::new((0..).zip(base_seconds)));
    let counts = |timeline: Option<&Timeline<u32>>, seconds: &[(i64, f64)]| -> Vec<(u32, f32)> {
        let Some((from, to)) = seconds.first().zip(seconds.last()) else { return Vec::new() };
        let cells = timeline.map_or(&[][..], |t| t.range(from.0, to.0 + 1));
        let place = |window: u32| seconds.binary_search_by_key(&i64::from(window), |(w, _)| *w).ok();
        cells.iter().filter_map(|(w, n)| Some((place(*w)? as u32, *n as f32))).collect()
    };
    for service in keys(&live, &base) {
        let (now, then) = (live.get(&service), base.get(&service));
        let events = counts(now, seconds)
            .into_iter()
            .filter_map(|(at, n)| Some((stretch.index(seconds.get(at as usize)?.0)?, n)));
        let later = counts(then, trained).into_iter().map(|(at, n)| (at + earlier.len() as u32, n));
        let values = Values::Rate {
            events: watched.events(events),
            over: watched.clone(),
            earlier: (0.0, 0.0),
            base: base_watched.events(counts(now, earlier).into_iter().chain(later)),
            base_over: base_watched.clone(),
        };
        out(Signal { what: What::Throughput { service }, service, values });
    }
}
