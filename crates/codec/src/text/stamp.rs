//! Timestamps as programs write them, read from the start of bytes.
//!
//! | form | example |
//! |---|---|
//! | ISO 8601, RFC 3339 and kin | `2024-01-02T15:04:05.123Z`, `2024-01-02 15:04:05,123 +0100`, `2024/01/02 15:04:05` |
//! | compact | `20240102T150405Z`, `20240102-15:04:05:123`, `240102 150405` |
//! | day or month first | `02/Jan/2024:15:04:05 +0000`, `02-Jan-2024 15:04:05.123`, `01-02 15:04:05.123` |
//! | month name | `Jan  2 15:04:05`, `Tue Jan 02 15:04:05 2024`, `Jan 2, 2024 3:04:05 PM` |
//! | Unix time | `1704207845`, `1704207845.123`, in milli-, micro- and nanoseconds by magnitude |
//!
//! What is read is civil: which year or zone it is in when it does not say, is the [`Clock`](super::clock::Clock)'s to
//! tell. A date without a time of day is not a timestamp.

mod named;
mod numeric;
mod scan;

pub(super) use scan::Scan;

/// A moment as told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stamp {
    /// Nanoseconds since 1970.
    Unix(i64),
    Civil(Civil),
}

/// A civil date and time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Civil {
    pub(super) year: Option<i16>,
    pub(super) month: u8,
    pub(super) day: u8,
    pub(super) hour: u8,
    pub(super) minute: u8,
    pub(super) second: u8,
    pub(super) nanosecond: u32,
    /// Seconds east of UTC.
    pub(super) offset: Option<i32>,
}

/// What a timestamp looked like, where a format hangs on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) stamp: Stamp,
    /// Bytes it took.
    pub(super) len: usize,
    /// Digits of the fraction.
    pub(super) fraction_digits: u8,
    /// `T` between date and time.
    pub(super) iso: bool,
    /// The month was named and the year was not: as in RFC 3164.
    pub(super) bsd: bool,
}

/// The timestamp at the start of `bytes`. What follows it is not looked at, except that a number does not go on.
pub(super) fn read(bytes: &[u8]) -> Option<Read> {
    let first = bytes.first()?;
    if first.is_ascii_digit() {
        numeric::read(bytes)
    } else if first.is_ascii_alphabetic() {
        named::read(bytes)
    } else {
        None
    }
}

/// The timestamp that is all of `text`, for JSON and logfmt values.
pub(super) fn read_all(text: &str) -> Option<Stamp> {
    let text = text.trim();
    let read = read(text.as_bytes())?;
    (read.len == text.len()).then_some(read.stamp)
}

/// A Unix time by its magnitude: seconds, milli-, micro- or nanoseconds; `None` outside 1973 to 2242 or so.
pub(super) fn unix_from_number(number: f64) -> Option<i64> {
    let nanos = match number.abs() {
        1e8..1e10 => number * 1e9,
        1e11..1e13 => number * 1e6,
        1e14..1e16 => number * 1e3,
        1e17..9.2e18 => number,
        _ => return None,
    };
    (nanos > 0.0 && nanos < 9.2e18).then_some(nanos as i64)
}

/// Days since 1970-01-01 of a date in the proleptic Gregorian calendar (Howard Hinnant, "chrono-compatible low-level
/// date algorithms").
pub(super) fn days_from_civil(year: i32, month: u8, day: u8) -> i64 {
    let year = i64::from(year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month = i64::from(month);
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests;
