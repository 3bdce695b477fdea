//! Counts of few events in a time that many signals share.
//!
//! A template, of which there may be a hundred thousand, comes in few of the windows in which records of any kind were
//! heard. So the windows and their lengths are kept once, with sums up to each of them, and of a signal only the windows
//! in which something came: what the others add to its sums (nothing came, though it could have) follows from the mean.

use std::rc::Rc;

use super::sums::Sums;

/// The time watched: windows, in order, and how long each was.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watched {
    windows: Vec<u32>,
    chances: Vec<f64>,
    /// Sums of the first so many windows: chances, and products of the roots of the chances of neighbours.
    upto: Vec<(f64, f64)>,
}

/// (place in the windows watched, events), in order.
pub(crate) type Events = Vec<(u32, f32)>;

impl Watched {
    /// Of (window, chances), in order.
    pub(crate) fn new(cells: impl IntoIterator<Item = (u32, f64)>) -> Self {
        let mut watched = Self::default();
        watched.upto.push((0.0, 0.0));
        let (mut all, mut products) = (0.0, 0.0);
        for (window, chances) in cells {
            if chances > 0.0 {
                all += chances;
                products += watched.chances.last().map_or(0.0, |last| (last * chances).sqrt());
                watched.windows.push(window);
                watched.chances.push(chances);
                watched.upto.push((all, products));
            }
        }
        watched
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.windows.is_empty()
    }

    /// Counts by window as events: what came in a window that is not watched counts in the next one that is.
    pub(crate) fn events(&self, counts: impl IntoIterator<Item = (u32, f32)>) -> Events {
        let mut events = Events::new();
        for (window, count) in counts {
            let place = self.before(window as usize);
            if count == 0.0 || place == self.windows.len() {
                continue;
            }
            match events.last_mut() {
                Some((last, sum)) if *last as usize == place => *sum += count,
                _ => events.push((place as u32, count)),
            }
        }
        events
    }

    /// Windows watched before a window.
    fn before(&self, window: usize) -> usize {
        self.windows.partition_point(|w| (*w as usize) < window)
    }

    /// All of the chances.
    pub(super) fn total(&self) -> f64 {
        self.upto.last().map_or(0.0, |(chances, _)| *chances)
    }

    /// Sums of the first so many windows each, which ascend.
    pub(super) fn cut(&self, events: &[(u32, f32)], centre: f64, places: &[usize], cuts: &mut Vec<Sums>) {
        let mut walk = Walk { watched: self, events, centre, at: 0, sums: Sums::default(), beside: 0.0 };
        cuts.extend(places.iter().map(|places| walk.upto(*places)));
    }

    /// Sums of all, which come after some that are no window.
    pub(super) fn all(&self, events: &[(u32, f32)], centre: f64, earlier: Sums) -> Sums {
        let mut walk = Walk { watched: self, events, centre, at: 0, sums: Sums::default(), beside: 0.0 };
        let all = walk.upto(self.windows.len());
        let first = self.chances.first().map_or_else(Sums::default, |chances| {
            let count = events.first().filter(|(place, _)| *place == 0).map_or(0.0, |(_, count)| f64::from(*count));
            Sums::count(count, *chances, centre)
        });
        let joint = earlier.then(first);
        let sums = earlier.plus(all);
        Sums { pairs: sums.pairs + joint.pairs, products: sums.products + joint.products, ..sums }
    }

    /// (window, chances), in order.
    pub(super) fn cells(&self) -> impl Iterator<Item = (u32, f64)> {
        self.windows.iter().copied().zip(self.chances.iter().copied())
    }

    pub(super) fn window(&self, place: u32) -> u32 {
        self.windows.get(place as usize).copied().unwrap_or(u32::MAX)
    }

    fn root(&self, place: usize) -> f64 {
        self.chances.get(place).map_or(0.0, |chances| chances.sqrt())
    }
}

/// Where some windows lie in the time watched, found once for all signals that share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    of: Option<Rc<Watched>>,
    places: Vec<usize>,
}

impl Places {
    /// Windows watched before each of some windows, which are always the same ones, and all.
    pub(super) fn of(&mut self, watched: &Rc<Watched>, windows: &[usize]) -> &[usize] {
        if !self.of.as_ref().is_some_and(|of| Rc::ptr_eq(of, watched)) {
            self.places.clear();
            self.places.extend(windows.iter().map(|window| watched.before(*window)));
            self.places.push(watched.windows.len());
            self.of = Some(watched.clone());
        }
        &self.places
    }
}

/// On its way through the events of a signal.
struct Walk<'a> {
    watched: &'a Watched,
    events: &'a [(u32, f32)],
    centre: f64,
    at: usize,
    /// Events and squares so far, and products of neighbours that both have events.
    sums: Sums,
    /// Products of events, by the root of their chances, and the roots of the chances on either side.
    beside: f64,
}

impl Walk<'_> {
    /// Sums of the first so many windows.
    fn upto(&mut self, places: usize) -> Sums {
        while let Some((place, count)) = self.events.get(self.at).filter(|(place, _)| (*place as usize) < places) {
            let (place, count) = (*place as usize, f64::from(*count));
            let height = count / self.watched.root(place);
            self.sums.sum += count;
            self.sums.squares += height * height;
            let before = place.checked_sub(1).map_or(0.0, |before| self.watched.root(before));
            self.beside += height * (before + self.watched.root(place + 1));
            if let Some((last, events)) = self.at.checked_sub(1).and_then(|at| self.events.get(at))
                && *last as usize + 1 == place
            {
                self.sums.products += height * f64::from(*events) / before;
            }
            self.at += 1;
        }
        // The window after the last one is not there yet.
        let last = self.at.checked_sub(1).and_then(|at| self.events.get(at)).filter(|(p, _)| *p as usize + 1 == places);
        let ahead = last.map_or(0.0, |(place, count)| {
            f64::from(*count) / self.watched.root(*place as usize) * self.watched.root(places)
        });
        let (chances, products) = self.watched.upto.get(places).copied().unwrap_or_default();
        let centre = self.centre;
        Sums {
            windows: places as f32,
            pairs: places.saturating_sub(1) as f32,
            n: chances,
            products: self.sums.products - centre * (self.beside - ahead) + centre * centre * products,
            ..self.sums
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn few_events_have_the_sums_of_all_windows(
            counts in prop::collection::vec((0_u8..4, 1_u32..20), 1..40),
            cut in 0_usize..40,
        ) {
            let watched = Watched::new((0..).zip(&counts).map(|(at, (_, chances))| (at, f64::from(*chances))));
            let events = watched.events((0..).zip(&counts).map(|(at, (count, _))| (at, f32::from(*count))));
            let centre = 0.3;
            let cell = |(count, chances): &(u8, u32)| Sums::count(f64::from(*count), f64::from(*chances), centre);
            let mut cuts = Vec::new();
            let watched = Rc::new(watched);
            let mut places = Places::default();
            watched.cut(&events, centre, places.of(&watched, &[cut]), &mut cuts);
            let parts = [&counts[..cut.min(counts.len())], &counts[..]];
            for (found, part) in cuts.iter().zip(parts) {
                let expected = part.iter().map(cell).fold(Sums::default(), Sums::then);
                for (found, expected) in [
                    (f64::from(found.windows), f64::from(expected.windows)),
                    (f64::from(found.pairs), f64::from(expected.pairs)),
                    (found.n, expected.n),
                    (found.sum, expected.sum),
                    (found.squares, expected.squares),
                    (found.products, expected.products),
                ] {
                    prop_assert!((found - expected).abs() < 1e-4, "{found} {expected}");
                }
            }
            let earlier = Sums::count(7.0, 50.0, centre);
            let found = watched.all(&events, centre, earlier);
            let expected = counts.iter().map(cell).fold(earlier, Sums::then);
            prop_assert!((found.products - expected.products).abs() < 1e-4 && found.pairs == expected.pairs);
        }
    }
}
