//! From a civil time to a Unix time, when the log does not say the year or the zone.
//!
//! A zone-less time is in the zone of the options, else UTC. A missing year is the one that keeps time moving forward:
//! it begins with the last year that was told (else the reference year) and goes up by one when the date falls back by
//! more than half a year, which is a new year and not a late line.

use jiff::tz::TimeZone;

use super::stamp::{Civil, Stamp, days_from_civil};

const DAY_SECONDS: i64 = 86_400;
const HALF_YEAR_DAYS: i64 = 183;

#[derive(Debug)]
pub(super) struct Clock {
    zone: Option<TimeZone>,
    /// The last offset looked up, and the local hour that it was for.
    cached: Option<(i64, i64)>,
    year: i32,
    /// Day of the last time, in days since 1970.
    last_day: Option<i64>,
    last_unix_nano: Option<i64>,
}

impl Clock {
    pub(super) fn new(zone: Option<TimeZone>, reference_year: i16) -> Self {
        Self { zone, cached: None, year: reference_year.into(), last_day: None, last_unix_nano: None }
    }

    /// The last time that was told.
    pub(super) fn last(&self) -> Option<i64> {
        self.last_unix_nano
    }

    /// Nanoseconds since 1970.
    pub(super) fn resolve(&mut self, stamp: Stamp) -> i64 {
        let nanos = match stamp {
            Stamp::Unix(nanos) => nanos,
            Stamp::Civil(civil) => self.civil(&civil),
        };
        self.last_unix_nano = Some(nanos);
        nanos
    }

    fn civil(&mut self, civil: &Civil) -> i64 {
        let day = match civil.year {
            Some(year) => {
                self.year = year.into();
                days_from_civil(self.year, civil.month, civil.day)
            }
            None => self.day_in_likely_year(civil),
        };
        self.last_day = Some(day);
        let local =
            day * DAY_SECONDS + i64::from(civil.hour) * 3600 + i64::from(civil.minute) * 60 + i64::from(civil.second);
        let offset = civil.offset.map_or_else(|| self.offset_at(local), i64::from);
        (local - offset).saturating_mul(1_000_000_000).saturating_add(civil.nanosecond.into())
    }

    fn day_in_likely_year(&mut self, civil: &Civil) -> i64 {
        let day = days_from_civil(self.year, civil.month, civil.day);
        let Some(last) = self.last_day else { return day };
        if day < last - HALF_YEAR_DAYS {
            self.year += 1;
        } else if day > last + HALF_YEAR_DAYS {
            // A line of last year that came late.
            return days_from_civil(self.year - 1, civil.month, civil.day);
        }
        days_from_civil(self.year, civil.month, civil.day)
    }

    /// Seconds east of UTC at a local time; looked up once an hour of log time.
    fn offset_at(&mut self, local: i64) -> i64 {
        let Some(zone) = &self.zone else { return 0 };
        let hour = local.div_euclid(3600);
        if let Some((cached, offset)) = self.cached
            && cached == hour
        {
            return offset;
        }
        let offset = jiff::Timestamp::from_second(local).map_or(0, |as_if_utc| {
            let civil = TimeZone::UTC.to_datetime(as_if_utc);
            zone.to_ambiguous_timestamp(civil).compatible().map_or(0, |t| local - t.as_second())
        });
        self.cached = Some((hour, offset));
        offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::stamp::read;

    fn times(zone: Option<TimeZone>, lines: &[&str]) -> Vec<String> {
        let mut clock = Clock::new(zone, 2023);
        let resolve = |line: &&str| clock.resolve(read(line.as_bytes()).expect("a timestamp").stamp);
        let nanos: Vec<i64> = lines.iter().map(resolve).collect();
        nanos.iter().map(|&n| jiff::Timestamp::from_nanosecond(n.into()).expect("in range").to_string()).collect()
    }

    #[test]
    fn a_missing_year_keeps_time_moving_forward() {
        assert_eq!(
            times(None, &["Dec 31 23:59:59", "Jan  1 00:00:00", "Dec 31 23:59:58", "Jan  1 00:00:01"]),
            ["2023-12-31T23:59:59Z", "2024-01-01T00:00:00Z", "2023-12-31T23:59:58Z", "2024-01-01T00:00:01Z"]
        );
    }

    #[test]
    fn a_year_that_was_told_serves_the_lines_after_it() {
        assert_eq!(
            times(None, &["2005-06-14 00:00:00", "Jun 15 00:00:00"]),
            ["2005-06-14T00:00:00Z", "2005-06-15T00:00:00Z"]
        );
    }

    #[test]
    fn a_zone_holds_where_none_is_told() {
        let zone = TimeZone::fixed(jiff::tz::offset(-5));
        assert_eq!(
            times(Some(zone), &["2024-01-02 03:04:05", "2024-01-02T03:04:05Z"]),
            ["2024-01-02T08:04:05Z", "2024-01-02T03:04:05Z"]
        );
    }
}
