//! Seasons: what is usual at an hour, learnt from the same hour of other days.
//!
//! A history of some hours takes each morning's rise and each nightly job for news. So before windows are forgotten, the
//! least and the greatest **five minutes** of each hour are kept of every signal that load or a timetable can move, for
//! fifteen days: one **profile** of 1,440 bytes a signal. A stretch that departs from the time before it is asked whether it
//! also departs from what other days reached at its hours ([`usual`]); the lesser of both counts. Times are UTC; there are
//! no profiles of a capture that is read once, which forgets nothing.

mod usual;

pub(crate) use usual::{Usual, Usuals};

use crate::Config;
use crate::detectors::{self, Prepared};
use crate::ids::{IdMap, mix};
use crate::material::Material;
use crate::signal::{Room, What};

/// Under what name those are counted for which there is no room.
pub(crate) const NO_PROFILE: &str = "signals without a profile";

const HOUR_S: i64 = 3_600;
/// Timetables are in steps of five minutes, and the noise of thirty windows hides no level.
const BLOCK_S: i64 = 300;
/// Two weeks before today: so is each day of the week known twice.
const HOURS: i64 = 15 * 24;

/// The least and the greatest five minutes of an hour, each the upper half of an `f32`: right to a two-hundredth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hour {
    low: u16,
    high: u16,
}

/// No number, so nothing was heard.
const UNHEARD: Hour = Hour { low: u16::MAX, high: u16::MAX };

/// The greatest value kept: about what half a number can hold.
const GREATEST: f64 = 1e38;

impl Hour {
    fn add(&mut self, value: f64) {
        let value = value.clamp(-GREATEST, GREATEST);
        let bits = |value: f64| {
            let bits = (value as f32).to_bits();
            (bits.saturating_add(1 << 15) >> 16) as u16
        };
        let (low, high) = self.reach().map_or((value, value), |(low, high)| (low.min(value), high.max(value)));
        *self = Self { low: bits(low), high: bits(high) };
    }

    fn reach(self) -> Option<(f64, f64)> {
        let number = |half: u16| f64::from(f32::from_bits(u32::from(half) << 16));
        (self != UNHEARD).then(|| (number(self.low), number(self.high)))
    }
}

/// Of one signal: hours, each at its number since 1970 by as many as are kept.
type Profile = Box<[Hour]>;

/// The profiles of all signals, and which hours are known of the system.
#[derive(Debug, Default)]
pub(crate) struct Seasons {
    profiles: IdMap<Profile>,
    /// Hours of which windows were learnt in which anything was heard, in order.
    hours: Vec<i64>,
    /// The window up to which was learnt.
    upto: Option<i64>,
    /// Signals that the limit left without a profile, when something was learnt last.
    pub(crate) omitted: u64,
}

fn place(hour: i64) -> usize {
    hour.rem_euclid(HOURS) as usize
}

/// Windows of a block.
fn block(config: &Config) -> i64 {
    (BLOCK_S / i64::from(config.window_s.max(1))).max(1)
}

/// The key of a signal's profile; `None` of shares of calls, which neither load nor a timetable moves.
fn key(what: What) -> Option<u64> {
    let of = |kind: u64, id: u64| Some(mix(&[kind, id]));
    match what {
        What::Rate { pattern } => of(1, pattern),
        What::Throughput { service } => of(2, service),
        What::Metric { series } => of(3, series),
        What::MetricRate { series } => of(4, series),
        What::EdgeLatency { edge } => of(5, edge),
        What::EdgeGap { edge } => of(6, edge),
        What::EdgeErrors { edge } => of(7, edge),
        What::SelfTime { operation } => of(8, operation),
        What::OwnErrors { operation } => of(9, operation),
        What::Presence { .. }
        | What::Unanswered { .. }
        | What::Impossible { .. }
        | What::Child { .. }
        | What::Last { .. }
        | What::Fanout { .. }
        | What::Silence { .. } => None,
    }
}

impl Seasons {
    /// The windows that are to be learnt before all up to one are forgotten: whole blocks, from where the last ones ended.
    pub(crate) fn due(&self, first: i64, before: i64, config: &Config) -> Option<(i64, i64)> {
        let (block, hour) = (block(config), HOUR_S / i64::from(config.window_s.max(1)).min(HOUR_S));
        let to = before.div_euclid(block).saturating_mul(block);
        let oldest = to.saturating_sub((HOURS - 24).saturating_mul(hour));
        // What was learnt of a time to come was a clock that jumped.
        let from = self.upto.filter(|upto| *upto <= to).unwrap_or(first).max(first).max(oldest);
        (config.max_profiles > 0 && from < to).then_some((from, to))
    }

    /// Learns the stretch of a material, whose patterns are known by their shapes.
    pub(crate) fn learn(&mut self, material: &Material<'_>) {
        let (config, stretch) = (material.config, material.stretch);
        let (length, window_s) = (block(config), i64::from(config.window_s.max(1)));
        self.upto = Some(stretch.to);
        let hour_of = |block: i64| block.saturating_mul(length).saturating_mul(window_s).div_euclid(HOUR_S);
        let first = stretch.from.div_euclid(length);
        // Hours of which nothing at all was heard are a hole, and no zeros.
        let heard = material.live.totals.all();
        let of_heard =
            heard.range(stretch.from, stretch.to).iter().map(|(w, _)| hour_of(i64::from(*w).div_euclid(length)));
        self.make_room(of_heard, hour_of((stretch.to - 1).div_euclid(length)));
        self.omitted = 0;
        let signals = detectors::all(material);
        let (mut room, mut blocks) = (Room::default(), Vec::new());
        for Prepared { what, prefix, .. } in signals.all() {
            let Some(key) = key(*what) else { continue };
            if self.profiles.len() >= config.max_profiles && !self.profiles.contains_key(&key) {
                self.omitted += 1;
                continue;
            }
            let profile = self.profiles.entry(key).or_insert_with(|| vec![UNHEARD; HOURS as usize].into());
            blocks.clear();
            prefix.blocks(&mut room, (stretch.from.rem_euclid(length), length), &mut blocks);
            for (block, (n, sum)) in (first..).zip(&blocks) {
                let value = prefix.told(sum / n);
                if *n > 0.0 && value.is_finite() {
                    profile[place(hour_of(block))].add(value);
                }
            }
        }
    }

    /// Forgets what stood where new hours go, what is of a time to come, and profiles of which nothing is left.
    fn make_room(&mut self, new: impl Iterator<Item = i64>, last: i64) {
        let oldest = last - HOURS;
        let is_kept = |hour: i64| oldest < hour && hour <= last;
        let gone: Vec<usize> = self.hours.iter().filter(|hour| !is_kept(**hour)).map(|hour| place(*hour)).collect();
        self.hours.retain(|hour| is_kept(*hour));
        self.hours.extend(new);
        self.hours.sort_unstable();
        self.hours.dedup();
        if gone.is_empty() {
            return;
        }
        self.profiles.retain(|_, profile| {
            gone.iter().for_each(|place| profile[*place] = UNHEARD);
            profile.iter().any(|hour| *hour != UNHEARD)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_too_great_for_half_a_number_stays_finite() {
        for value in [f64::MAX, f64::MIN, 1e39, -1e39, 1e38] {
            let mut hour = UNHEARD;
            hour.add(value);
            hour.add(value);
            let (low, high) = hour.reach().unwrap();
            assert!(low.is_finite() && high.is_finite() && low * value > 0.0, "{value}: {low} to {high}");
        }
    }

    #[test]
    fn a_clock_that_jumped_a_year_ahead_stops_no_learning() {
        let config = Config::default();
        let (block, window_s) = (block(&config), i64::from(config.window_s));
        let year = 365 * 86_400 / window_s / block * block;
        for (upto, due) in [(None, Some((0, 10 * block))), (Some(4 * block), Some((4 * block, 10 * block)))] {
            let seasons = Seasons { upto, ..Seasons::default() };
            assert_eq!(seasons.due(0, 10 * block, &config), due);
        }
        let mut seasons = Seasons { upto: Some(year), hours: vec![5, 8_765], ..Seasons::default() };
        assert_eq!(seasons.due(0, 10 * block, &config), Some((0, 10 * block)));
        seasons.make_room([6].into_iter(), 6);
        assert_eq!(seasons.hours, [5, 6]);
    }
}
