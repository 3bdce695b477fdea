//! Signals of joined traces: presence of templates, errors, latencies, gaps, children, throughput.

use std::borrow::Cow;
use std::rc::Rc;

use crate::ids::{IdMap, NONE};
use crate::material::Material;
use crate::signal::{Levels, Shares, Signal, Spread, Values, Watched, What, look_at};
use crate::sketch::Logs;
use crate::stretch::Stretch;
use crate::timeline::Timeline;
use crate::traces::ChildStats;

/// Window-to-window spread of mean log durations that a quiet system is assumed to have, until it shows its own.
const USUAL_LOG_SPREAD: f64 = 0.15;
/// How many windows that assumption is worth.
const SPREAD_WORTH: f64 = 4.0;

/// Events and the chances for them by window, both in order: one window after another in which there was any chance.
fn each<T, N>(
    events: &[(u32, T)],
    chances: &[(u32, N)],
    event: impl Fn(&T) -> f64,
    chance: impl Fn(&N) -> f64,
    mut out: impl FnMut(u32, f64, f64),
) {
    let mut events = events.iter().peekable();
    for (window, cell) in chances {
        while events.next_if(|(w, _)| w < window).is_some() {}
        let k = events.peek().filter(|(w, _)| w == window).map_or(0.0, |(_, e)| event(e));
        let n = chance(cell);
        if n > 0.0 {
            out(*window, k.min(n), n);
        }
    }
}

/// Events and chances, live and of the baseline.
struct Timelines<'a, 'b, T: Clone, N> {
    events: Cow<'a, Timeline<T>>,
    chances: Option<&'a Timeline<N>>,
    base_events: Option<&'b Timeline<T>>,
    base_chances: Option<&'b Timeline<N>>,
}

impl<'a, T: Clone + Default, N: Default> Timelines<'a, '_, T, N> {
    /// The share of events in the chances: live windows, and what is before them or of the baseline.
    fn shares(self, stretch: Stretch, event: impl Fn(&T) -> f64 + 'a, chance: impl Fn(&N) -> f64 + 'a) -> Values<'a> {
        let mut base = Vec::new();
        let mut add = |_, k, n| base.push((k, n));
        let earlier = self.chances.map_or(&[][..], |c| c.range(i64::MIN, stretch.from));
        each(self.events.cells(), earlier, &event, &chance, &mut add);
        let trained = self.base_chances.map_or(&[][..], Timeline::cells);
        each(self.base_events.map_or(&[][..], Timeline::cells), trained, &event, &chance, &mut add);
        let chances = self.chances.map_or(&[][..], |c| c.range(stretch.from, stretch.to));
        let cells = Box::new(Counted { stretch, events: self.events, chances, event, chance });
        Values::Share { cells, base }
    }
}

/// Events of one timeline by the chances of another, in a stretch.
struct Counted<'a, T: Clone, N, E, C> {
    stretch: Stretch,
    events: Cow<'a, Timeline<T>>,
    chances: &'a [(u32, N)],
    event: E,
    chance: C,
}

impl<T: Clone + Default, N, E: Fn(&T) -> f64, C: Fn(&N) -> f64> Shares for Counted<'_, T, N, E, C> {
    fn read(&self, cells: &mut Vec<(u32, f32, f32)>) {
        let events = self.events.range(self.stretch.from, self.stretch.to);
        each(events, self.chances, &self.event, &self.chance, |window, k, n| {
            cells.extend(self.stretch.index(window).map(|at| (at, k as f32, n as f32)));
        });
    }

    fn look(&self) {
        look_at(self.chances, |(window, _)| *window);
        look_at(self.events.cells(), |(window, _)| *window);
    }
}

/// Two counts of the same cells.
fn of_one<'a, 'b, T: Clone + Default>(live: &'a Timeline<T>, base: Option<&'b Timeline<T>>) -> Timelines<'a, 'b, T, T> {
    Timelines { events: Cow::Borrowed(live), chances: Some(live), base_events: base, base_chances: base }
}

/// Mean log durations by window, and what they are without the slowest call.
fn levels<'a, T: Default>(
    stretch: Stretch,
    live: &'a Timeline<T>,
    base: Option<&Timeline<T>>,
    logs: impl Fn(&T) -> Logs + 'a,
) -> Values<'a> {
    let earlier = live.range(i64::MIN, stretch.from).iter().filter_map(|(_, c)| logs(c).mean());
    let trained = base.map_or(&[][..], |b| b.cells()).iter().filter_map(|(_, c)| logs(c).mean());
    let base = earlier.chain(trained).collect();
    let range = live.range(stretch.from, stretch.to);
    let prior = Spread { variance: USUAL_LOG_SPREAD * USUAL_LOG_SPREAD, worth: SPREAD_WORTH, unit: 0.0 };
    Values::Level { cells: Box::new(Means { stretch, range, logs }), of_calls: true, base, prior }
}

/// Means of logarithms in a stretch.
struct Means<'a, T, L> {
    stretch: Stretch,
    range: &'a [(u32, T)],
    logs: L,
}

impl<T, L: Fn(&T) -> Logs> Levels for Means<'_, T, L> {
    fn read(&self, cells: &mut Vec<(u32, f32)>, mut others: Option<&mut Vec<f32>>) {
        for (window, cell) in self.range {
            let logs = (self.logs)(cell);
            let (Some(index), Some(mean)) = (self.stretch.index(*window), logs.mean()) else { continue };
            cells.push((index, mean as f32));
            if let Some(others) = &mut others {
                others.push(logs.mean_of_others().map_or(f32::NAN, |mean| mean as f32));
            }
        }
    }

    fn look(&self) {
        look_at(self.range, |(window, _)| *window);
    }
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
pub(super) fn presence<'a>(material: &'a Material<'a>, out: &mut dyn FnMut(Signal<'a>)) {
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
        let base = sum(&base);
        let presence = Timelines {
            events: sum(&live),
            chances: material.facts.operations.get(&key).map(|o| &o.windows),
            base_events: Some(&base),
            base_chances: then,
        };
        let values = presence.shares(material.stretch, |k| f64::from(*k), |n| f64::from(n.entries));
        out(Signal { what: What::Presence { place, pattern }, service, metric: NONE, values });
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
pub(super) fn operations<'a>(material: &'a Material<'a>, out: &mut dyn FnMut(Signal<'a>)) {
    for key in keys(&material.facts.operations, &material.base_facts.operations) {
        let (live, base) = (material.facts.operations.get(&key), material.base_facts.operations.get(&key));
        let Some(service) = live.or(base).map(|c| c.service) else { continue };
        let Some(live) = live else { continue };
        let base = base.map(|b| &b.windows);
        let values =
            of_one(&live.windows, base).shares(material.stretch, |c| f64::from(c.own_errors), |c| f64::from(c.spans));
        out(Signal { what: What::OwnErrors { operation: key }, service, metric: NONE, values });
        let values = levels(material.stretch, &live.windows, base, |c| c.self_ms.logs());
        out(Signal { what: What::SelfTime { operation: key }, service, metric: NONE, values });
    }
}

/// Errors, latencies and gaps of edges.
pub(super) fn edges<'a>(material: &'a Material<'a>, out: &mut dyn FnMut(Signal<'a>)) {
    for key in keys(&material.facts.edges, &material.base_facts.edges) {
        let Some(live) = material.facts.edges.get(&key) else { continue };
        let base = material.base_facts.edges.get(&key).map(|b| &b.windows);
        let service = live.callee;
        let stretch = material.stretch;
        let values = of_one(&live.windows, base).shares(stretch, |c| f64::from(c.errors), |c| f64::from(c.calls));
        out(Signal { what: What::EdgeErrors { edge: key }, service, metric: NONE, values });
        let values = levels(stretch, &live.windows, base, |c| c.ms.logs());
        out(Signal { what: What::EdgeLatency { edge: key }, service, metric: NONE, values });
        if live.windows.cells().iter().any(|(_, c)| c.gap.count() > 0) {
            let values = levels(stretch, &live.windows, base, |c| c.gap.logs());
            out(Signal { what: What::EdgeGap { edge: key }, service, metric: NONE, values });
        }
    }
}

/// Calls between services that were not answered, or at impossible times.
pub(super) fn pairs<'a>(material: &'a Material<'a>, out: &mut dyn FnMut(Signal<'a>)) {
    for key in keys(&material.facts.pairs, &material.base_facts.pairs) {
        let Some(live) = material.facts.pairs.get(&key) else { continue };
        let base = material.base_facts.pairs.get(&key).map(|b| &b.windows);
        let mut push = |what, event: fn(&crate::traces::PairStat) -> f64| {
            let values = of_one(&live.windows, base).shares(material.stretch, event, |c| f64::from(c.calls));
            out(Signal { what, service: live.callee, metric: NONE, values });
        };
        push(What::Unanswered { pair: key }, |c| f64::from(c.unanswered));
        push(What::Impossible { pair: key }, |c| f64::from(c.impossible));
    }
}

/// Children per parent: whether there are any, and how many.
pub(super) fn children<'a>(material: &'a Material<'a>, out: &mut dyn FnMut(Signal<'a>)) {
    let stretch = material.stretch;
    for key in keys(&material.facts.children, &material.base_facts.children) {
        let (live, base) = (material.facts.children.get(&key), material.base_facts.children.get(&key));
        let Some(any) = live.or(base) else { continue };
        let parent = crate::ids::mix(&[any.service, any.operation]);
        let chances = material.facts.operations.get(&parent).map(|o| &o.windows);
        let base_chances = material.base_facts.operations.get(&parent).map(|o| &o.windows);
        let counted = || Timelines {
            events: live.map_or_else(|| Cow::Owned(Timeline::default()), |l| Cow::Borrowed(&l.windows)),
            chances,
            base_events: base.map(|b| &b.windows),
            base_chances,
        };
        let values = counted().shares(stretch, |c| f64::from(c.parents), |n| f64::from(n.spans));
        out(Signal { what: What::Child { child: key }, service: any.service, metric: NONE, values });
        if any.callee != NONE {
            let values = counted().shares(stretch, |c| f64::from(c.last), |n| f64::from(n.spans));
            out(Signal { what: What::Last { child: key }, service: any.callee, metric: NONE, values });
        }
        if let Some(live) = live {
            let values = Fanout::values(stretch, &live.windows, base.map(|b| &b.windows));
            out(Signal { what: What::Fanout { child: key }, service: any.service, metric: NONE, values });
        }
    }
}

/// Mean logarithm of how many children there are where there is any.
struct Fanout<'a> {
    stretch: Stretch,
    range: &'a [(u32, ChildStats)],
}

impl<'a> Fanout<'a> {
    fn values(stretch: Stretch, live: &'a Timeline<ChildStats>, base: Option<&Timeline<ChildStats>>) -> Values<'a> {
        let earlier = live.range(i64::MIN, stretch.from).iter();
        let base = earlier.chain(base.map_or(&[][..], Timeline::cells)).filter_map(|(_, c)| Self::level(c)).collect();
        let cells = Box::new(Self { stretch, range: live.range(stretch.from, stretch.to) });
        let prior = Spread { variance: USUAL_LOG_SPREAD * USUAL_LOG_SPREAD, worth: SPREAD_WORTH, unit: 0.0 };
        Values::Level { cells, of_calls: false, base, prior }
    }

    fn level(cell: &ChildStats) -> Option<f64> {
        match (cell.children, cell.parents) {
            (_, 0) => None,
            (children, parents) if children == parents => Some(0.0),
            (children, parents) => Some((f64::from(children) / f64::from(parents)).ln()),
        }
    }
}

impl Levels for Fanout<'_> {
    fn read(&self, cells: &mut Vec<(u32, f32)>, _: Option<&mut Vec<f32>>) {
        let told = |(w, c): &(u32, ChildStats)| Some((self.stretch.index(*w)?, Self::level(c)? as f32));
        cells.extend(self.range.iter().filter_map(told));
    }

    fn look(&self) {
        look_at(self.range, |(window, _)| *window);
    }
}

/// Calls into each service a second.
pub(super) fn throughput<'a>(material: &'a Material<'a>, out: &mut dyn FnMut(Signal<'a>)) {
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
        out(Signal { what: What::Throughput { service }, service, metric: NONE, values });
    }
}
