//! A signal's regimes: which part of the time before an episode tells what is usual ([`crate::regimes`]).

use super::{Cells, Cut, Inside, Parts, Sums, cut_level, cut_share};
use crate::signal::watched::Places;

/// A deployment that moved a signal by no more than this (what chance does) begins no regime of it: all that was before is
/// known then, which tells more.
const MOVED: f64 = 2.0;

impl Cut<'_> {
    /// An episode, judged by the regime in which it begins: that since the last of the windows `begins` (in order) which
    /// moved this signal and lies at least so many windows before the episode.
    #[inline]
    pub(crate) fn within(&mut self, at: Inside, begins: &[usize], least: usize) -> Inside {
        let old_enough = begins.partition_point(|window| window + least <= at.windows.0);
        if old_enough == 0 { at } else { self.within_regime(at, begins, old_enough) }
    }

    fn within_regime(&mut self, at: Inside, begins: &[usize], old_enough: usize) -> Inside {
        self.sum_regimes(begins);
        let earlier = self.before(at.cuts.0);
        let mut known = at;
        for (nth, window) in (1..).zip(begins.iter().take(old_enough)) {
            let upto = self.room.regimes.get(nth).copied().unwrap_or_default();
            let (before, since) = (self.known(upto, known), earlier.minus(upto));
            let (block, _) = self.grid.blocks(*window, *window);
            let parts =
                Parts { before: known.gone.1.min(block)..block, inside: block..at.blocks.0.max(block), after: 0..0 };
            if self.compare(since, before, &parts).z.abs() > MOVED {
                known.gone = (nth, self.grid.blocks(0, *window).1);
            }
        }
        known
    }

    /// z of what lies inside since one of the windows `begins`, against the rest of the so many windows that followed: what
    /// came with a deployment and is still so then is the same as the rest, or leaves none.
    pub(crate) fn since(&mut self, at: Inside, begins: &[usize], settled: usize, place: usize) -> f64 {
        let Some(begin) = begins.get(place).copied() else { return 0.0 };
        let end = begin + settled;
        self.sum_regimes(begins);
        let settled = self.sums(&[end]);
        let begun = self.room.regimes.get(place + 1).copied().unwrap_or_default();
        let first = if at.windows.0 < begin { begun } else { self.before(at.cuts.0) };
        let last = self.before(at.cuts.1);
        let inside = last.minus(first);
        let mut rest = first.minus(begun);
        if at.windows.1 < end {
            rest = rest.plus(settled.first().copied().unwrap_or_default().minus(last));
        }
        let ((block, _), (end, _)) = (self.grid.blocks(begin, begin), self.grid.blocks(end, end));
        let from = at.blocks.0.max(block);
        let to = at.blocks.1.max(from);
        self.compare(inside, rest, &Parts { before: block..from, inside: from..to, after: to..end.max(to) }).z
    }

    /// z of what lies inside before the first deployment that may account for any of it, against the time before: what moved
    /// earlier is no deployment's doing. Zero where such a deployment lies before all of it.
    pub(crate) fn earlier(&mut self, at: Inside, begins: &[usize], settled: usize) -> f64 {
        let place = begins.partition_point(|begin| begin + settled <= at.windows.0);
        let Some(begin) = begins.get(place).copied().filter(|begin| at.windows.0 < *begin) else { return 0.0 };
        self.sum_regimes(begins);
        let (first, begun) = (self.before(at.cuts.0), self.room.regimes.get(place + 1).copied().unwrap_or_default());
        let from = at.blocks.0;
        let block = self.grid.blocks(begin, begin).0.max(from);
        let parts = Parts { before: at.gone.1.min(from)..from, inside: from..block, after: 0..0 };
        self.compare(begun.minus(first), self.known(first, at), &parts).z
    }

    fn sum_regimes(&mut self, begins: &[usize]) {
        if self.room.regimes.is_empty() {
            let mut regimes = vec![Sums::default()];
            regimes.extend(self.sums(begins));
            self.room.regimes = regimes;
        }
    }

    /// Sums of the signal that was cut last up to each of some windows, which ascend, and of all.
    fn sums(&self, windows: &[usize]) -> Vec<Sums> {
        let mut upto = Vec::new();
        match &self.prefix.cells {
            Cells::Rate { events, over, centre } => {
                over.cut(events, *centre, Places::default().of(over, windows), &mut upto);
            }
            Cells::Share(_) => cut_share(&self.room.shares, windows, &mut upto),
            Cells::Level { .. } => cut_level(&self.room.levels, windows, &mut upto),
        }
        upto
    }

    /// What was before, as far as the regime knows it; a baseline belongs to the time before all regimes.
    #[inline]
    pub(super) fn known(&self, before: Sums, at: Inside) -> Sums {
        match self.room.regimes.get(at.gone.0).filter(|_| at.gone.0 > 0) {
            Some(gone) => before.minus(*gone),
            None => before.plus(self.prefix.base()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Cuts, Prefix, Room, Spread, Values};

    /// z of the last ten of 60 levels, judged by the regimes that begin at some windows.
    fn regime_z(level: impl Fn(u32) -> f32, begins: &[usize]) -> f64 {
        let sway = |at: u32| [0.1, -0.2, 0.3, -0.1, 0.2, -0.3, 0.0][at as usize * 3 % 7];
        let levels: Vec<(u32, f32)> = (0..60).map(|at| (at, level(at) + sway(at))).collect();
        let prior = Spread { variance: 0.04, worth: 4.0, unit: 0.0 };
        let prefix = Prefix::new(Values::of_levels(levels, Vec::new(), prior), true);
        let cuts = Cuts::new([(50, 60)].into_iter(), 60);
        let (mut room, least) = (Room::default(), 5);
        let mut cut = room.cut(&prefix, &cuts, 0.0);
        let inside = cut.within(cuts.episodes[0], begins, least);
        cut.contrast(inside).map_or(0.0, |c| c.z)
    }

    #[test]
    fn what_moved_before_a_deployment_is_not_its_doing() {
        let prior = Spread { variance: 0.04, worth: 4.0, unit: 0.0 };
        let sway = |at: u32| [0.1, -0.2, 0.3, -0.1, 0.2, -0.3, 0.0][at as usize * 3 % 7];
        for (name, onset, begins, expected) in [
            ("moved before the deployment", 30, &[40][..], 6.0..100.0),
            ("moved with the deployment", 40, &[40], -1.0..1.0),
            ("moved with the first of two deployments", 30, &[30, 40], -1.0..1.0),
        ] {
            let levels = (0..60).map(|at| (at, f32::from(u8::from(at >= onset)) + sway(at))).collect();
            let prefix = Prefix::new(Values::of_levels(levels, Vec::new(), prior), true);
            let cuts = Cuts::new([(30, 60)].into_iter(), 60);
            let mut room = Room::default();
            let z = room.cut(&prefix, &cuts, 0.0).earlier(cuts.episodes[0], begins, 5);
            assert!(expected.contains(&z), "{name}: {z}");
        }
    }

    #[test]
    fn what_moved_with_a_deployment_is_usual_since_then() {
        let moved = |at: u32| f32::from(u8::from(at >= 30));
        let returned = |at: u32| f32::from(u8::from((30..50).contains(&at)));
        let broke = |at: u32| f32::from(u8::from(at >= 50));
        for (name, level, begins, expected) in [
            ("it stays as it was since", &moved as &dyn Fn(u32) -> f32, &[30][..], -1.0..1.0),
            ("of two deployments the one that moved it", &moved, &[10, 30, 40], -1.0..1.0),
            ("a return to the old level is news", &returned, &[30], -100.0..-6.0),
            ("what a deployment broke is its doing", &broke, &[30, 50], 6.0..100.0),
            ("one just before does not know what is usual", &broke, &[48], 6.0..100.0),
        ] {
            let z = regime_z(level, begins);
            assert!(expected.contains(&z), "{name}: {z}, without regimes {}", regime_z(level, &[]));
        }
        // Without regimes the level before is a mixture, which hides the return.
        assert!(regime_z(returned, &[]).abs() < 3.0 && regime_z(moved, &[]) > 1.0);
        // A deployment that moved nothing takes nothing of what is known.
        assert_eq!(regime_z(broke, &[30]).to_bits(), regime_z(broke, &[]).to_bits());
    }
}
