//! What one signal says of one episode.

use super::CHANCE;
use crate::seasons::Usual;
use crate::signal::{Contrast, Cut, Inside, What};

/// A signal beside an episode: two healthy stretches may be known, the time before and a baseline, and it may be odd.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heard {
    pub(super) live: Contrast,
    pub(super) base: Contrast,
    pub(super) odd: Contrast,
    /// z against the rest of the time since a deployment that made usual what merely differs since then.
    pub(super) since: Option<[f64; 2]>,
}

/// Deviations that the greatest of an hour's windows may stray.
const STRAY: f64 = 3.0;

/// Contrasts with the time before and with the baseline, and what is odd: a value beyond all, and noise.
pub(super) type Asked = (Contrast, Contrast, [Contrast; 2]);

/// What of all that other days did not reach at that hour, in a stretch that begins at a window; `spread` is how far single
/// levels stray. Where a level is as usual, so is its noise.
pub(super) fn bound((live, base, odd): Asked, usual: &Usual, start: i64, at: Inside, spread: f64) -> Asked {
    let windows = (start + at.windows.0 as i64, start + at.windows.1 as i64);
    let bounded = usual.bound(live, windows, 0.0);
    let share = if live.z.abs() > CHANCE { bounded.z / live.z } else { 1.0 };
    let [beyond, noise] = odd;
    let noise = Contrast { z: noise.z * share, ..noise };
    (bounded, usual.bound(base, windows, 0.0), [usual.bound(beyond, windows, STRAY * spread), noise])
}

#[inline]
pub(super) fn is_loud((live, base, odd): &Asked) -> bool {
    live.z.abs().max(base.z.abs()).max(strongest(*odd).z.abs()) > CHANCE
}

/// Whether a metric reaches beyond all that was seen, or varies more than it did, whatever its level does.
#[inline]
pub(super) fn odd(what: What, cut: &mut Cut<'_>, inside: Inside) -> [Contrast; 2] {
    let told = match what {
        What::Metric { .. } => [cut.beyond(inside), cut.loudness(inside).filter(|c| c.z > 0.0)],
        _ => [None, None],
    };
    told.map(Option::unwrap_or_default)
}

#[inline]
pub(super) fn strongest([one, other]: [Contrast; 2]) -> Contrast {
    if one.z.abs() > other.z.abs() || other.before.is_none() { one } else { other }
}
