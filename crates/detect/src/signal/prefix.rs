//! A signal prepared for comparisons of any two stretches.

mod cuts;
mod regime;
mod told;

use std::cell::Cell;

pub(crate) use cuts::{Cuts, Inside};

use super::apart::{are_close, are_even, count_z, level_z};
use super::blocks::{Blocks, Grid, Parts, Usual};
use super::odd_call;
use super::reaches::Reaches;
use super::sums::Sums;
use super::watched::{Events, Places, Watched};
use super::{Contrast, Form, Levels, Shares, Spread, Values};

/// Beyond this a z says nothing more.
const MOST_Z: f64 = 100.0;
/// Windows that the assumption of no memory is worth.
const MEMORY_WORTH: f64 = 4.0;
/// A z up to this is no evidence at all, so it is not asked how usual it is.
const NO_NEWS: f64 = 1.5;

/// A signal prepared for comparisons.
pub(crate) struct Prefix<'a> {
    cells: Cells<'a>,
    base: Option<Box<Sums>>,
    has_history: bool,
    /// No stretch differs from another: nothing ever came of what is counted, or always all of it, or a level is always
    /// the same. That is known once it was read.
    is_flat: Cell<bool>,
}

enum Cells<'a> {
    Share(Box<dyn Shares + 'a>),
    Rate {
        events: Events,
        over: std::rc::Rc<Watched>,
        /// The mean of all.
        centre: f64,
    },
    Level {
        read: Box<dyn Levels + 'a>,
        /// Levels are means of calls.
        of_calls: bool,
        prior: Spread,
    },
}

impl<'a> Prefix<'a> {
    /// [`super::What::has_history`].
    pub(crate) fn new(values: Values<'a>, has_history: bool) -> Self {
        let fold = |sums: &mut dyn Iterator<Item = Sums>| sums.fold(Sums::default(), Sums::plus);
        let (cells, base) = match values {
            Values::Share { cells, base } => {
                (Cells::Share(cells), fold(&mut base.iter().map(|(k, n)| Sums::count(*k, *n, 0.0))))
            }
            Values::Rate { events, over, earlier, base, base_over } => {
                let all: f64 = events.iter().map(|(_, count)| f64::from(*count)).sum();
                let centre = if over.is_empty() { 0.0 } else { all / over.total() };
                let earlier = Sums::count(earlier.0, earlier.1, centre);
                (Cells::Rate { events, over, centre }, base_over.all(&base, centre, earlier))
            }
            Values::Level { cells: read, of_calls, base, prior } => {
                (Cells::Level { read, of_calls, prior }, fold(&mut base.iter().map(|x| Sums::level(*x))))
            }
        };
        let is_flat = matches!(&cells, Cells::Rate { events, .. } if events.is_empty() && base.sum <= 0.0);
        let base = (base.n > 0.0).then(|| Box::new(base));
        Self { cells, base, has_history, is_flat: Cell::new(is_flat) }
    }

    /// Looks at what will soon be read.
    pub(crate) fn look(&self) {
        match &self.cells {
            _ if self.is_flat.get() => {}
            Cells::Share(read) => read.look(),
            Cells::Level { read, .. } => read.look(),
            Cells::Rate { .. } => {}
        }
    }

    /// What the baseline and the time before the stretch say.
    #[inline]
    fn base(&self) -> Sums {
        self.base.as_deref().copied().unwrap_or_default()
    }
}

/// Room in which one signal after another is read and cut.
#[derive(Clone, Debug, Default)]
pub(crate) struct Room {
    shares: Vec<(u32, f32, f32)>,
    levels: Vec<(u32, f32)>,
    /// What levels are without their greatest calls.
    others: Vec<f32>,
    places: Places,
    sums: Vec<Sums>,
    /// Nothing, then what came before each regime, then all.
    regimes: Vec<Sums>,
    blocks: Option<Box<Blocks>>,
    has_blocks: bool,
    reaches: Option<Box<Reaches>>,
    has_reaches: bool,
}

/// A signal, summed up before each cut: a hundred thousand signals have no room for such sums, so they are asked about all
/// episodes one after another.
pub(crate) struct Cut<'a> {
    prefix: &'a Prefix<'a>,
    grid: Grid,
    room: &'a mut Room,
    /// A z up to this may be told as 0.
    least: f64,
}

impl Room {
    pub(crate) fn cut<'a>(&'a mut self, prefix: &'a Prefix<'a>, cuts: &Cuts, least: f64) -> Cut<'a> {
        self.sums.clear();
        self.regimes.clear();
        (self.has_blocks, self.has_reaches) = (false, false);
        self.others.clear();
        match &prefix.cells {
            Cells::Rate { events, over, centre } => {
                over.cut(events, *centre, self.places.of(over, &cuts.windows), &mut self.sums);
            }
            Cells::Share(read) => {
                self.shares.clear();
                read.read(&mut self.shares);
                cut_share(&self.shares, &cuts.windows, &mut self.sums);
                let (all, base) = (self.sums.last().copied().unwrap_or_default(), prefix.base());
                let (events, chances) = (all.sum + base.sum, all.n + base.n);
                prefix.is_flat.set(events <= 0.0 || events >= chances);
            }
            Cells::Level { read, .. } => {
                self.levels.clear();
                read.read(&mut self.levels, None);
                cut_level(&self.levels, &cuts.windows, &mut self.sums);
                let is_same = |pair: &[(u32, f32)]| pair.first().map(|c| c.1) == pair.last().map(|c| c.1);
                prefix.is_flat.set(prefix.base.is_none() && self.levels.windows(2).all(is_same));
            }
        }
        Cut { prefix, grid: cuts.grid, room: self, least }
    }

    /// The same of one that can exceed `least` in some stretch; of others `None`.
    pub(crate) fn cut_uneven<'a>(&'a mut self, prefix: &'a Prefix<'a>, cuts: &Cuts, least: f64) -> Option<Cut<'a>> {
        if prefix.is_flat.get() {
            return None;
        }
        let cut = self.cut(prefix, cuts, least);
        (!prefix.is_flat.get()).then_some(cut)
    }
}

/// Sums up to each of some windows, which ascend, and of all.
fn cut_share(cells: &[(u32, f32, f32)], windows: &[usize], upto: &mut Vec<Sums>) {
    let mut cells = cells.iter().peekable();
    let (mut heard, mut n, mut sum, mut squares) = (0.0_f32, 0.0, 0.0, 0.0);
    for cut in windows.iter().copied().chain([usize::MAX]) {
        while let Some((_, events, chances)) = cells.next_if(|(window, _, _)| (*window as usize) < cut) {
            let (events, chances) = (f64::from(*events), f64::from(*chances));
            if chances > 0.0 {
                heard += 1.0;
                n += chances;
                // Most are 0, and a division takes as long as all else.
                if events > 0.0 {
                    sum += events;
                    squares += events * events / chances;
                }
            }
        }
        upto.push(Sums { windows: heard, n, sum, squares, ..Sums::default() });
    }
}

/// The same of levels.
fn cut_level(cells: &[(u32, f32)], windows: &[usize], upto: &mut Vec<Sums>) {
    let mut cells = cells.iter().peekable();
    let (mut n, mut sum, mut squares) = (0.0, 0.0, 0.0);
    for cut in windows.iter().copied().chain([usize::MAX]) {
        while let Some((_, level)) = cells.next_if(|(window, _)| (*window as usize) < cut) {
            let level = f64::from(*level);
            n += 1.0;
            sum += level;
            squares += level * level;
        }
        upto.push(Sums { n, sum, squares, ..Sums::default() });
    }
}

impl Cut<'_> {
    /// Sums before a cut.
    #[inline]
    fn before(&self, cut: usize) -> Sums {
        self.room.sums.get(cut).copied().unwrap_or_default()
    }

    /// What lies inside against all that is known to be outside, live and baseline. `None` when it is not the inside but
    /// the outside that departs from the baseline.
    #[inline]
    pub(crate) fn contrast(&mut self, at: Inside) -> Option<Contrast> {
        let base = self.prefix.base();
        let earlier = self.before(at.cuts.0);
        let inside = self.before(at.cuts.1).minus(earlier);
        if base.n <= 0.0 || at.gone.0 > 0 {
            return Some(self.departs(inside, self.known(earlier, at), at));
        }
        let all = self.room.sums.last().copied().unwrap_or_default();
        let outside = all.minus(inside);
        let contrast = self.departs(inside, outside.plus(base), at);
        if contrast.z.abs() < self.least {
            return Some(contrast);
        }
        let odd_one_out =
            outside.n <= 0.0 || self.compare(outside, inside.plus(base), &self.parts(at)).z.abs() <= contrast.z.abs();
        odd_one_out.then_some(contrast)
    }

    /// Whether neither [`Self::contrast`] nor [`Self::against_base`] exceeds `least`: most signals of most episodes do
    /// not, and to know that takes no division.
    #[inline]
    pub(crate) fn is_quiet(&self, at: Inside) -> bool {
        let earlier = self.before(at.cuts.0);
        let inside = self.before(at.cuts.1).minus(earlier);
        let Some(base) = self.prefix.base.as_deref().filter(|_| at.gone.0 == 0) else {
            return self.is_alike(inside, self.known(earlier, at));
        };
        let all = self.room.sums.last().copied().unwrap_or_default();
        self.is_alike(inside, all.minus(inside).plus(*base)) && self.is_alike(inside, *base)
    }

    #[inline]
    fn is_alike(&self, after: Sums, before: Sums) -> bool {
        match &self.prefix.cells {
            Cells::Level { prior, .. } => are_close(after, before, *prior, self.least),
            Cells::Share(_) => are_even(after, before, Form::Share, self.least),
            Cells::Rate { .. } => are_even(after, before, Form::Rate, self.least),
        }
    }

    /// What lies inside against the baseline alone; `None` when it knows nothing of the signal.
    #[inline]
    pub(crate) fn against_base(&mut self, at: Inside) -> Option<Contrast> {
        let base = self.prefix.base();
        let inside = self.before(at.cuts.1).minus(self.before(at.cuts.0));
        (base.n > 0.0 && at.gone.0 == 0).then(|| self.departs(inside, base, at))
    }

    /// What lies inside against what is known to be well.
    fn departs(&mut self, inside: Sums, before: Sums, at: Inside) -> Contrast {
        let parts = self.parts(at);
        let plain = self.compare(inside, before, &parts);
        let Cells::Level { read, of_calls: true, .. } = &self.prefix.cells else { return plain };
        if plain.z <= self.least.max(NO_NEWS) {
            return plain;
        }
        let Room { levels, others, .. } = &mut *self.room;
        if others.is_empty() {
            levels.clear();
            read.read(levels, Some(others));
        }
        let without = odd_call::without(levels, others, inside, before, at.windows);
        let z = self.compare(without, before, &parts).z.max(odd_call::rank_z(inside, before)).min(plain.z);
        Contrast { z, ..plain }
    }

    /// Whether a level is beyond all that was seen; `None` of counts, and where too little was seen.
    pub(crate) fn beyond(&mut self, at: Inside) -> Option<Contrast> {
        let (parts, least) = (self.parts(at), self.least);
        let (reaches, prior) = self.reaches()?;
        reaches.beyond(&parts, prior.variance.sqrt(), least)
    }

    /// Whether a level varies more or less than it did; `None` of counts, and where too little was seen.
    pub(crate) fn loudness(&mut self, at: Inside) -> Option<Contrast> {
        let (parts, least) = (self.parts(at), self.least);
        self.reaches()?.0.loudness(&parts, least)
    }

    fn reaches(&mut self) -> Option<(&Reaches, Spread)> {
        let Cells::Level { prior, .. } = self.prefix.cells else { return None };
        let reaches = self.room.reaches.get_or_insert_default();
        if !self.room.has_reaches {
            reaches.fill(self.grid, &self.room.levels, prior.variance);
            self.room.has_reaches = true;
        }
        Some((reaches, prior))
    }

    fn blocks(&mut self) -> &Blocks {
        let blocks = self.room.blocks.get_or_insert_default();
        if !self.room.has_blocks {
            match &self.prefix.cells {
                Cells::Share(_) => {
                    let cells = self.room.shares.iter().filter(|(_, _, chances)| *chances > 0.0);
                    blocks.fill(self.grid, cells.map(|(w, k, n)| (*w, f64::from(*n), f64::from(*k))));
                }
                Cells::Rate { events, over, .. } => {
                    let chances = over.cells().map(|(w, n)| (w, n, 0.0));
                    let events = events.iter().map(|(place, k)| (over.window(*place), 0.0, f64::from(*k)));
                    blocks.fill(self.grid, chances.chain(events));
                }
                Cells::Level { .. } => {
                    blocks.fill(self.grid, self.room.levels.iter().map(|(w, x)| (*w, 1.0, f64::from(*x))));
                }
            }
            self.room.has_blocks = true;
        }
        blocks
    }

    /// Without a baseline nothing but the time before is known to be well.
    #[inline]
    fn parts(&self, at: Inside) -> Parts {
        let is_whole = at.gone.0 == 0;
        let parts = self.grid.parts(Usual { after: self.prefix.base.is_some() && is_whole }, at.blocks);
        Parts { before: at.gone.1.min(parts.before.end)..parts.before.end, ..parts }
    }

    /// What comes in bursts longer than a window varies more in sum than its windows tell (Bartlett 1946).
    fn bursts(&self, before: Sums) -> f64 {
        let memory = match self.prefix.cells {
            Cells::Rate { centre, .. } => before.memory(centre, MEMORY_WORTH),
            _ => 0.0,
        };
        (1.0 + memory) / (1.0 - memory)
    }

    #[inline]
    fn compare(&mut self, after: Sums, before: Sums, parts: &Parts) -> Contrast {
        let (a, b) = ((after.n > 0.0).then(|| after.mean()), (before.n > 0.0).then(|| before.mean()));
        let (z, scale, form) = match (a, b, &self.prefix.cells) {
            (Some(_), Some(_), Cells::Level { prior, .. }) => {
                let (z, scale) = level_z(after, before, *prior, self.least);
                (z, scale, None)
            }
            (Some(_), Some(_), Cells::Share(_)) => count_z(after, before, Form::Share, self.least),
            (Some(_), Some(_), Cells::Rate { .. }) => count_z(after, before, Form::Rate, self.least),
            _ => (0.0, 0.0, None),
        };
        // The variance of an event, or of a level, by its mean.
        let unit = |mean: f64| form.map_or(scale, |form| scale * form.variance(mean));
        let z = if z.abs() > NO_NEWS.max(self.least) && self.prefix.has_history {
            let bursts = self.bursts(before);
            z / self.blocks().unrest(parts, unit).max(bursts).sqrt()
        } else {
            z
        };
        let z = if z.is_finite() { z.clamp(-MOST_Z, MOST_Z) } else { 0.0 };
        Contrast { z, before: b, after: a }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::rate_z;

    /// z of the last four of windows with so many events each against those before.
    fn z(events: &[f32], chances: f64) -> f64 {
        let windows = events.len();
        let over = Watched::new((0..windows as u32).map(|at| (at, chances)));
        let events = over.events((0..).zip(events.iter().copied()));
        let values = Values::Rate {
            events,
            over: over.into(),
            earlier: (0.0, 0.0),
            base: Events::new(),
            base_over: Watched::default().into(),
        };
        let prefix = Prefix::new(values, true);
        let cuts = Cuts::new([(windows - 4, windows)].into_iter(), windows);
        Room::default().cut(&prefix, &cuts, 0.0).contrast(cuts.episodes[0]).map_or(0.0, |c| c.z)
    }

    #[test]
    fn bursts_of_several_windows_are_trusted_less_than_single_ones() {
        let burst = |long: usize| -> Vec<f32> {
            (0..48).map(|at| if usize::is_multiple_of(at / long, 2) { 2.0 } else { 10.0 }).collect()
        };
        let then = |mut before: Vec<f32>| {
            before.extend([20.0; 4]);
            before
        };
        let [single, several] = [1, 6].map(|long| z(&then(burst(long)), 10.0));
        assert!(several > 0.0 && several < single / 1.5, "{several} {single}");
    }

    #[test]
    fn what_comes_by_chance_alone_is_trusted_as_it_is() {
        let steady: Vec<f32> =
            (0..48_u32).map(|at| [5.0, 4.0, 6.0, 5.0, 7.0, 3.0, 5.0][at as usize * 3 % 7]).chain([20.0; 4]).collect();
        let expected = rate_z(80.0, 40.0, steady[..48].iter().sum::<f32>().into(), 480.0);
        assert!((z(&steady, 10.0) - expected).abs() < 1e-6, "{}", z(&steady, 10.0));
    }
}
