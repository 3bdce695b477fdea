//! Times as the log formats of the shop write them (UTC, proleptic Gregorian).

/// A moment taken apart.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Calendar {
    pub(crate) year: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
    pub(crate) nano: i64,
}

impl Calendar {
    /// Days to date after Howard Hinnant, "chrono-compatible low-level date algorithms".
    pub(crate) fn at(unix_nano: i64) -> Self {
        let (seconds, nano) = (unix_nano.div_euclid(1_000_000_000), unix_nano.rem_euclid(1_000_000_000));
        let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let z = days + 719_468;
        let (era, day_of_era) = (z.div_euclid(146_097), z.rem_euclid(146_097));
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Self { year, month, day, hour: rest / 3_600, minute: rest / 60 % 60, second: rest % 60, nano }
    }

    /// `2026-03-03T09:00:01.123Z` with so many digits of a second (at most 9).
    pub(crate) fn rfc3339(self, digits: usize) -> String {
        format!("{}T{}.{}Z", self.date(), self.time(), self.fraction(digits))
    }

    /// `2026-03-03 09:00:01,123`, as Python's logging writes it.
    pub(crate) fn comma(self) -> String {
        format!("{} {},{}", self.date(), self.time(), self.fraction(3))
    }

    pub(crate) fn date(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    pub(crate) fn time(self) -> String {
        format!("{:02}:{:02}:{:02}", self.hour, self.minute, self.second)
    }

    fn fraction(self, digits: usize) -> String {
        format!("{:09}", self.nano).chars().take(digits).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(unix_seconds: i64, expected: &str) {
        assert_eq!(Calendar::at(unix_seconds * 1_000_000_000 + 7_000_000).rfc3339(3), expected);
    }

    #[test]
    fn moments_are_written_as_the_calendar_has_them() {
        check(0, "1970-01-01T00:00:00.007Z");
        check(951_782_400, "2000-02-29T00:00:00.007Z");
        check(1_772_528_400, "2026-03-03T09:00:00.007Z");
        check(4_102_444_799, "2099-12-31T23:59:59.007Z");
    }
}
