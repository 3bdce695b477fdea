//! Evidence: signals that changed with the incident, each as a strength for or against one service and aspect.
//!
//! Strength is by how much a z, divided by the spread of its class, exceeds what chance does; the square root of the
//! log-likelihood, so that ten weak signals are not one strong one. A service's aspect is as strong as its strongest.

mod aspect;
mod broken_off;
mod heard;

use std::collections::BTreeMap;

use self::heard::{Heard, bound, is_loud, odd, strongest};
pub(crate) use aspect::Aspect;

use crate::detectors::{Prepared, Signals};
use crate::material::Material;
use crate::null;
use crate::onset::Episode;
use crate::role::Role;
use crate::signal::{Contrast, Cuts, Room, What};

/// One signal that speaks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item {
    pub(crate) what: What,
    /// z over the spread of its class.
    pub(crate) z: f64,
    pub(crate) strength: f64,
}

/// All evidence, by service and aspect, the strongest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) services: BTreeMap<u64, BTreeMap<Aspect, Vec<Item>>>,
}

/// How sure an expired certificate is a fault.
const EXPIRED: f64 = 8.0;

/// A baseline is of another hour: what departs only from it counts a little less.
const BASELINE_TRUST: f64 = 0.8;

/// What chance does: z below this is no evidence.
const CHANCE: f64 = 2.0;

/// Signals that are looked at together before they are asked.
const NEXT: usize = 8;

/// What all of a class say of one episode.
#[derive(Clone, Debug, Default)]
struct OfClass {
    /// Sizes of z of those that tell how the class behaves: against the time before, against the baseline, odd ones.
    sizes: [Vec<f64>; 3],
    /// Those that may be evidence, by their places in the class.
    loud: Vec<(usize, Heard)>,
}

impl OfClass {
    fn ask(&mut self, heard: [&Contrast; 3]) {
        for (sizes, contrast) in self.sizes.iter_mut().zip(heard) {
            if contrast.before.is_some() && contrast.after.is_some() {
                sizes.push(contrast.z.abs());
            }
        }
    }
}

/// What speaks for whom in each of some episodes.
#[derive(Debug)]
pub(crate) struct Evidence {
    /// Service, aspect and item, by episode.
    items: Vec<Vec<(u64, Aspect, Item)>>,
}

impl Evidence {
    /// Asks one signal after another about all episodes: its sums are made once, and only one signal's are held.
    pub(crate) fn of(material: &Material<'_>, signals: &Signals<'_>, episodes: &[Episode]) -> Self {
        Self::ask(material, signals, episodes, true)
    }

    /// The same of what came after changes: how a deployment went does not hang on what has become usual since.
    pub(crate) fn of_changes(material: &Material<'_>, signals: &Signals<'_>, episodes: &[Episode]) -> Self {
        Self::ask(material, signals, episodes, false)
    }

    fn ask(material: &Material<'_>, signals: &Signals<'_>, episodes: &[Episode], settles: bool) -> Self {
        let cuts = Cuts::new(episodes.iter().map(|e| (e.from, e.to)), material.stretch.len());
        let (mut room, mut items) = (Room::default(), vec![Vec::new(); episodes.len()]);
        let mut told: Vec<OfClass> = vec![OfClass::default(); episodes.len()];
        let (regimes, has_seasons) = (&signals.regimes, signals.usuals.are_any());
        // Class by class, so that all of a class is still at hand when its spread is known.
        for (class, members) in &signals.classes {
            let step = null::step(members.len());
            for (at, signal) in members.iter().enumerate() {
                if at.is_multiple_of(NEXT) {
                    members.iter().skip(at + NEXT).take(NEXT).for_each(|signal| signal.prefix.look());
                }
                let is_asked = at.is_multiple_of(step);
                // Of the others only those matter whose z is beyond chance.
                let cut = if is_asked {
                    Some(room.cut(&signal.prefix, &cuts, 0.0))
                } else {
                    room.cut_uneven(&signal.prefix, &cuts, CHANCE)
                };
                let Some(mut cut) = cut else { continue };
                let begins = regimes.begins(signal.service);
                let mut usual = None;
                for (told, inside) in told.iter_mut().zip(&cuts.episodes) {
                    let inside = cut.within(*inside, begins, regimes.settled());
                    let (live, base) = if !is_asked && cut.is_quiet(inside) {
                        Default::default()
                    } else {
                        (cut.contrast(inside).unwrap_or_default(), cut.against_base(inside).unwrap_or_default())
                    };
                    let mut asked = (live, base, odd(signal.what, &mut cut, inside));
                    if has_seasons && is_loud(&asked) {
                        let usual = usual.get_or_insert_with(|| signals.usuals.of_signal(signal.what, &signal.prefix));
                        if let Some(usual) = usual {
                            asked = bound(asked, usual, material.stretch.from, inside, signal.prefix.spread());
                        }
                    }
                    let (live, base, odd) = (asked.0, asked.1, strongest(asked.2));
                    if is_asked {
                        told.ask([&live, &base, &odd]);
                    }
                    if is_loud(&asked) {
                        let place = regimes.since(signal.service, inside.windows).filter(|_| settles);
                        let since = place.map(|place| {
                            let settled = regimes.settled();
                            [cut.since(inside, begins, settled, place), cut.earlier(inside, begins, settled)]
                        });
                        told.loud.push((at, Heard { live, base, odd, since }));
                    }
                }
            }
            for ((told, items), episode) in told.iter_mut().zip(&mut items).zip(episodes) {
                let spreads = told.sizes.each_mut().map(|sizes| null::spread(*class, sizes));
                for (at, heard) in &told.loud {
                    if let Some(signal) = members.get(*at) {
                        add(items, material, signal, heard, spreads, *episode);
                    }
                }
                told.sizes.iter_mut().for_each(Vec::clear);
                told.loud.clear();
            }
        }
        Self { items }
    }

    /// Of each episode in turn.
    pub(crate) fn ledgers(self, material: &Material<'_>, episodes: &[Episode]) -> impl Iterator<Item = Ledger> {
        self.items.into_iter().zip(episodes).map(|(items, episode)| Ledger::new(material, items, *episode))
    }
}

/// Each signal is measured by how far its class departs: from the time before, from the baseline, in oddness.
fn add(
    items: &mut Vec<(u64, Aspect, Item)>,
    material: &Material<'_>,
    signal: &Prepared<'_>,
    heard: &Heard,
    [live_spread, base_spread, odd_spread]: [f64; 3],
    episode: Episode,
) {
    let Heard { live, base, odd, since } = *heard;
    let what = signal.what;
    let tame = |c: &Contrast, spread: f64| c.z / spread.powf(1.0 - flip(what, c));
    let z_live = tame(&live, live_spread);
    let z_base = BASELINE_TRUST * tame(&base, base_spread);
    let (z, contrast) = if z_base.abs() > z_live.abs() { (z_base, base) } else { (z_live, live) };
    let z_odd = tame(&odd, odd_spread);
    let (z, contrast) = if z_odd.abs() > z.abs() { (z_odd, odd) } else { (z, contrast) };
    if z.abs() <= CHANCE {
        return;
    }
    let strength = (z.abs() - CHANCE)
        * (0.5 + 0.5 * flip(what, &contrast))
        * boldness(what, &contrast)
        * fullness(material, what, episode);
    if strength > 0.0 {
        let item = Item { what, z, strength };
        let is_other = since.is_none_or(|since| since.iter().any(|since| since * z.signum() > CHANCE));
        let is_news = |(_, aspect): &(u64, Aspect)| is_other || hurts(material, *aspect, what, episode);
        let aspects = aspect::of(material, what, signal.service, z).into_iter().filter(is_news);
        items.extend(aspects.map(|(s, aspect)| (s, aspect, item)));
    }
}

impl Ledger {
    fn new(material: &Material<'_>, items: Vec<(u64, Aspect, Item)>, episode: Episode) -> Self {
        let mut ledger = Self::default();
        for (service, aspect, item) in items {
            ledger.services.entry(service).or_default().entry(aspect).or_default().push(item);
        }
        ledger.add_expired(material, episode);
        broken_off::settle(material, &mut ledger.services);
        for aspects in ledger.services.values_mut() {
            for items in aspects.values_mut() {
                items.sort_by(|a, b| b.strength.total_cmp(&a.strength).then(a.what.cmp(&b.what)));
            }
        }
        ledger
    }

    /// Certificates whose remaining time is over.
    fn add_expired(&mut self, material: &Material<'_>, episode: Episode) {
        let end = material.stretch.from + episode.to as i64;
        for key in &material.expiring {
            let Some(series) = material.live.series.get(key) else { continue };
            let last = series.points.iter().rfind(|p| material.config.window(p.time) < end);
            if last.is_some_and(|p| p.value <= 0.0) {
                let item = Item { what: What::Metric { series: *key }, z: -EXPIRED, strength: EXPIRED };
                let aspect = Aspect::Resource(Role::Certificate);
                self.services.entry(series.service).or_default().entry(aspect).or_default().push(item);
            }
        }
    }

    /// The strongest of an aspect anywhere.
    pub(crate) fn greatest(&self) -> BTreeMap<Aspect, f64> {
        let mut greatest = BTreeMap::new();
        for aspects in self.services.values() {
            for (aspect, items) in aspects {
                let strength = items.first().map_or(0.0, |i| i.strength);
                let known: &mut f64 = greatest.entry(*aspect).or_default();
                *known = known.max(strength);
            }
        }
        greatest
    }
}

/// How much of a changed behaviour it is, 0 to 1. A changed mix of requests shifts shares; only a changed behaviour makes
/// never of always, or always of never. What is no share is taken for none.
fn flip(what: What, contrast: &Contrast) -> f64 {
    let (Some(before), Some(after)) = (contrast.before, contrast.after) else { return 0.0 };
    match what {
        What::Presence { .. } | What::Child { .. } | What::Last { .. } | What::Silence { .. } => {
            let (low, high) = (before.min(after), before.max(after));
            ((high - low) * (1.0 - low / high.max(1e-9))).clamp(0.0, 1.0)
        }
        _ => 0.0,
    }
}

/// Whether what changed is bad as long as it lasts: it fares worse, and what is consumed is nearly used up.
fn hurts(material: &Material<'_>, aspect: Aspect, what: What, episode: Episode) -> bool {
    match aspect {
        Aspect::Resource(Role::Cpu | Role::Memory | Role::Disk | Role::Io) => {
            let What::Metric { series } = what else { return false };
            let is_share = material.live.series.get(&series).is_some_and(|s| material.capacity(s).is_some());
            is_share && fullness(material, what, episode) >= 1.0
        }
        _ => aspect.is_harm(),
    }
}

/// A resource hurts when it is nearly used up: the highest share of its capacity, from a fifth (hardly) to three fifths.
fn fullness(material: &Material<'_>, what: What, episode: Episode) -> f64 {
    let What::Metric { series } = what else { return 1.0 };
    let Some(series) = material.live.series.get(&series) else { return 1.0 };
    if !material.role(series.metric).is_resource() {
        return 1.0;
    }
    let Some(capacity) = material.capacity(series) else { return 1.0 };
    let windows = (material.stretch.from + episode.from as i64)..(material.stretch.from + episode.to as i64);
    let inside = series.points.iter().filter(|p| windows.contains(&material.config.window(p.time)));
    let peak = inside.fold(0.0_f64, |a, p| a.max(p.value));
    ((peak / capacity - 0.2) / 0.4).clamp(0.1, 1.0)
}

/// Durations that doubled count as they are, smaller steps less, greater ones more: a fault is seldom subtle.
fn boldness(what: What, contrast: &Contrast) -> f64 {
    if !matches!(what, What::EdgeGap { .. } | What::EdgeLatency { .. } | What::SelfTime { .. }) {
        return 1.0;
    }
    let step = (contrast.after.unwrap_or(0.0) - contrast.before.unwrap_or(0.0)).abs();
    (step / std::f64::consts::LN_2).clamp(0.2, 3.0)
}
