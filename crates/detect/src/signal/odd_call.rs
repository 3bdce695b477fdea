//! One call that hangs: how much of a rise is left without it.
//!
//! Calls hang for reasons of their own, for how long no bell curve foretells, and where there are few calls one of them
//! makes the mean. So a rise of durations is judged without the call that raises it most; of that one it counts that it is
//! the greatest of all, but not by how much.

use super::sums::Sums;
use crate::statistics::tail_z;

/// The sums of the levels in a stretch without the call that raises them most. `others` is what each level is without its
/// greatest call, not a number where there is no other.
pub(super) fn without(
    levels: &[(u32, f32)],
    others: &[f32],
    inside: Sums,
    before: Sums,
    (from, to): (usize, usize),
) -> Sums {
    let [from, to] = [from, to].map(|at| levels.partition_point(|(window, _)| (*window as usize) < at));
    let both = levels.get(from..to).unwrap_or_default().iter().zip(others.get(from..to).unwrap_or_default());
    let both = both.map(|((_, level), others)| (f64::from(*level), f64::from(*others)));
    let raised = |(level, others): (f64, f64)| level - if others.is_nan() { before.mean() } else { others };
    let Some((level, others)) = both.max_by(|a, b| raised(*a).total_cmp(&raised(*b))) else { return inside };
    let rest = inside.minus(Sums::level(level));
    if others.is_nan() { rest } else { rest.plus(Sums::level(others)) }
}

/// The z of the greatest of all being inside: as likely by chance as the inside is long.
pub(super) fn rank_z(inside: Sums, before: Sums) -> f64 {
    tail_z(((before.n + inside.n) / inside.n).ln())
}

#[cfg(test)]
mod tests {
    use crate::signal::prefix::{Cuts, Prefix, Room};
    use crate::signal::{Spread, Values};

    /// z of the last four of windows that hold so many calls each, of a length; `hang` calls of the last window but two
    /// are a hundred times as long.
    fn z(calls: usize, length: impl Fn(usize) -> f32, hang: usize) -> f64 {
        const WINDOWS: usize = 60;
        let (mut cells, mut others) = (Vec::new(), Vec::new());
        for window in 0..WINDOWS {
            let long = if window == WINDOWS - 3 { hang } else { 0 };
            let logs: Vec<f32> = (0..calls)
                .map(|call| length(window) + [0.0, 0.1, -0.1][(window + call) % 3])
                .map(f32::ln)
                .enumerate()
                .map(|(call, log)| if call < long { log + 100_f32.ln() } else { log })
                .collect();
            let (sum, most) = (logs.iter().sum::<f32>(), logs.iter().copied().fold(f32::MIN, f32::max));
            cells.push((window as u32, sum / calls as f32));
            others.push(if calls > 1 { (sum - most) / (calls - 1) as f32 } else { f32::NAN });
        }
        let prior = Spread { variance: 0.02, worth: 4.0, unit: 0.0 };
        let prefix = Prefix::new(Values::of_levels(cells, others, prior), false);
        let cuts = Cuts::new([(WINDOWS - 4, WINDOWS)].into_iter(), WINDOWS);
        Room::default().cut(&prefix, &cuts, 0.0).contrast(cuts.episodes[0]).map_or(0.0, |c| c.z)
    }

    #[test]
    fn one_call_that_hangs_is_hardly_any_news_and_two_are() {
        for calls in [1, 2, 5] {
            assert!(z(calls, |_| 2.0, 1) < 2.5, "{calls} calls: {}", z(calls, |_| 2.0, 1));
        }
        for calls in [2, 5] {
            assert!(z(calls, |_| 2.0, 2) > 2.5, "{calls} calls: {}", z(calls, |_| 2.0, 2));
        }
    }

    #[test]
    fn where_all_calls_take_longer_none_of_them_matters() {
        for calls in [1, 2, 5] {
            let z = z(calls, |window| if window >= 56 { 6.0 } else { 2.0 }, 0);
            assert!(z > 8.0, "{calls} calls: {z}");
        }
    }
}
