//! A signal's values as they are kept for other days: means of blocks, on a scale that stays the same.

use super::{Cells, Prefix, Room};

impl Prefix<'_> {
    /// Chances and events, or points and levels, of blocks of so many windows, the first of which began so many windows
    /// before the stretch.
    pub(crate) fn blocks(&self, room: &mut Room, (offset, length): (i64, i64), blocks: &mut Vec<(f64, f64)>) {
        let mut add = |window: u32, n: f64, sum: f64| {
            let at = usize::try_from((i64::from(window) + offset) / length.max(1)).unwrap_or_default();
            if blocks.len() <= at {
                blocks.resize(at + 1, (0.0, 0.0));
            }
            blocks[at].0 += n;
            blocks[at].1 += sum;
        };
        match &self.cells {
            Cells::Share(read) => {
                room.shares.clear();
                read.read(&mut room.shares);
                room.shares.iter().for_each(|(w, k, n)| add(*w, f64::from(*n), f64::from(*k)));
            }
            Cells::Rate { events, over, .. } => {
                over.cells().for_each(|(w, n)| add(w, n, 0.0));
                events.iter().for_each(|(place, k)| add(over.window(*place), 0.0, f64::from(*k)));
            }
            Cells::Level { read, .. } => {
                room.levels.clear();
                read.read(&mut room.levels, None);
                room.levels.iter().for_each(|(w, level)| add(*w, 1.0, f64::from(*level)));
            }
        }
    }

    /// A mean as the telemetry has it, and back on the scale on which it is judged today.
    pub(crate) fn told(&self, mean: f64) -> f64 {
        self.unit().map_or(mean, |unit| unit * mean.sinh())
    }

    pub(crate) fn judged(&self, told: f64) -> f64 {
        self.unit().map_or(told, |unit| (told / unit).asinh())
    }

    fn unit(&self) -> Option<f64> {
        let Cells::Level { prior, .. } = &self.cells else { return None };
        (prior.unit > 0.0).then_some(prior.unit)
    }

    /// Whether events are counted.
    pub(crate) fn counts(&self) -> bool {
        matches!(self.cells, Cells::Rate { .. })
    }

    pub(crate) fn is_share(&self) -> bool {
        matches!(self.cells, Cells::Share(_))
    }

    /// How far a single level strays.
    pub(crate) fn spread(&self) -> f64 {
        let Cells::Level { prior, .. } = &self.cells else { return 0.0 };
        prior.variance.sqrt()
    }
}
