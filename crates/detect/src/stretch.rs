//! The stretch of time that is looked at, in windows, and how long each of them was really observed.

use crate::windows::Windows;

/// Windows `from..to`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) from: i64,
    pub(crate) to: i64,
}

impl Stretch {
    pub(crate) fn len(self) -> usize {
        usize::try_from(self.to - self.from).unwrap_or(0)
    }

    /// The index of a window within the stretch.
    pub(crate) fn index(self, window: impl Into<i64>) -> Option<u32> {
        let window = window.into();
        (self.from..self.to).contains(&window).then(|| (window - self.from) as u32)
    }
}

/// Windows without a record that are a hole at any rate: wrong clocks leave gaps of years.
const MOST_SILENT: i64 = 360;

/// Seconds of each window in which a kind of record could have been seen, by total counts of that kind.
///
/// The first and the last window are rarely whole: they count for what their volume says. A gap far longer than is usual
/// is a hole in the capture, not silence.
#[derive(Clone, Debug, Default)]
pub(crate) struct Observed {
    /// (window, seconds), sorted.
    seconds: Vec<(i64, f64)>,
}

impl Observed {
    pub(crate) fn of(total: &Windows, window_s: f64) -> Self {
        let entries: Vec<(i64, u32)> = total.entries().iter().map(|(w, count)| (i64::from(*w), *count)).collect();
        let (Some(first), Some(last)) = (total.first(), total.last()) else { return Self::default() };
        let mut gaps: Vec<i64> = entries.windows(2).map(|w| w[1].0 - w[0].0).collect();
        gaps.sort_unstable();
        let usual = gaps.get(gaps.len() * 9 / 10).copied().unwrap_or(1);
        let hole = usual.saturating_mul(6).clamp(6, MOST_SILENT);
        let mut seconds = vec![(first, window_s)];
        for pair in entries.windows(2) {
            let (a, b) = (pair[0].0, pair[1].0);
            if b - a < hole {
                seconds.extend((a + 1..b).map(|w| (w, window_s)));
            }
            seconds.push((b, window_s));
        }
        let mut counts: Vec<f64> = entries.iter().map(|(_, c)| f64::from(*c)).collect();
        let middle = crate::statistics::median(&mut counts).unwrap_or(1.0).max(1.0);
        // Few records tell nothing of how full a window was.
        if usual == 1 && middle >= 20.0 {
            let share = |w: i64| f64::from(total.range(w, w + 1).first().map_or(0, |(_, c)| *c)) / middle;
            for end in [first, last] {
                if let Some(at) = seconds.iter_mut().find(|(w, _)| *w == end) {
                    at.1 = window_s * share(end).clamp(0.05, 1.0);
                }
            }
        }
        Self { seconds }
    }

    pub(crate) fn range(&self, from: i64, to: i64) -> &[(i64, f64)] {
        let start = self.seconds.partition_point(|(w, _)| *w < from);
        let end = self.seconds.partition_point(|(w, _)| *w < to).max(start);
        &self.seconds[start..end]
    }

    pub(crate) fn total(&self, from: i64, to: i64) -> f64 {
        self.range(from, to).iter().map(|(_, s)| s).sum()
    }

    pub(crate) fn all(&self) -> &[(i64, f64)] {
        &self.seconds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_of_years_is_a_hole_and_fills_no_list() {
        let mut windows = Windows::default();
        [0, 900_000_000, 900_000_005, 1_800_000_000].into_iter().for_each(|window| windows.add(window, 1));
        assert!(Observed::of(&windows, 10.0).all().len() < 20);
    }
}
