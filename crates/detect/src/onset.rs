//! When did it begin, and is it over? The stretch that, taken for sick, says most clearly who is to blame.
//!
//! A change-point over all signals at once would be drawn to whatever varies most, such as the mix of requests. Asking
//! each stretch "if this was the incident, how much would point at one service?" uses what a fault has and noise lacks:
//! several kinds of witness that change at one place and time.

/// A stretch in another state.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Episode {
    /// Windows `from..to`, as indices into the stretch.
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// How much points at the most blamed service.
    pub(crate) weight: f64,
}

impl Episode {
    pub(crate) fn new(from: usize, to: usize) -> Self {
        Self { from, to, weight: 0.0 }
    }
}

/// Shortest episode, in windows: what is shorter cannot be told from chance.
const LEAST_WINDOWS: usize = 3;
/// How finely a long stretch is divided, and how finely each part once more.
const STEPS: usize = 24;
const FINE_STEPS: usize = 15;

/// Comparisons that a search may make: what a second is enough for.
const BUDGET: usize = 3_000_000;
const LEAST_STEPS: usize = 6;

/// Into how many parts a stretch is divided when there are so many signals.
fn steps(signals: usize) -> usize {
    (2 * BUDGET / signals.max(1)).isqrt().clamp(LEAST_STEPS, STEPS)
}

/// How many incidents beside the one that is meant may be searched for their beginnings within the budget.
pub(crate) fn affordable(signals: usize) -> usize {
    BUDGET / (2 * FINE_STEPS * signals.max(1))
}

/// Stretches to try: `(from, to)`. The first `well` windows are taken for well.
pub(crate) fn candidates(windows: usize, well: usize, signals: usize) -> Vec<(usize, usize)> {
    let step = (windows / steps(signals)).max(1);
    let least = LEAST_WINDOWS.min(windows);
    let mut out = Vec::new();
    for from in (0..windows).step_by(step).filter(|from| *from >= well) {
        let mut to = windows;
        while to >= from + least {
            out.push((from, to));
            match to.checked_sub(step) {
                Some(less) => to = less,
                None => break,
            }
        }
    }
    out
}

/// Beginnings to try around one that the coarse search found.
pub(crate) fn around(
    from: usize,
    to: usize,
    windows: usize,
    well: usize,
    signals: usize,
) -> impl Iterator<Item = usize> {
    let step = (windows / steps(signals)).max(1);
    let fine = step.div_ceil(FINE_STEPS.min(steps(signals)));
    let last = (from + step).min(to.saturating_sub(LEAST_WINDOWS.min(windows)));
    (from.saturating_sub(step).max(well)..=last).step_by(fine).filter(move |f| step > 1 && *f != from)
}
