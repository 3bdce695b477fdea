//! Points in time as people write them: RFC 3339, a civil time, a Unix time, or relative to the newest record.

use jiff::civil;
use jiff::tz::TimeZone;

/// A point in time before it is known which record is the newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    UnixNano(i64),
    /// This many nanoseconds before the newest record.
    BeforeNewest(i64),
}

impl When {
    /// Reads `text`; a civil time without a zone is one of `zone`.
    ///
    /// # Errors
    /// A message that shows the forms.
    pub(crate) fn parse(text: &str, zone: &TimeZone) -> Result<Self, String> {
        let text = text.trim();
        let read = match text.strip_prefix('-') {
            Some(span) => nanos_of_span(span).map(Self::BeforeNewest),
            None if text == "now" => Some(Self::BeforeNewest(0)),
            None => unix(text).or_else(|| rfc3339(text)).or_else(|| civil_time(text, zone)).map(Self::UnixNano),
        };
        read.ok_or_else(|| {
            format!(
                "{text:?} is no time: write RFC 3339 (2026-05-01T10:00:00Z), a Unix time, or one relative to the newest \
                 record (-15m)"
            )
        })
    }

    /// The time itself; relative ones need a newest record.
    pub(crate) fn resolve(self, newest_unix_nano: Option<i64>) -> Option<i64> {
        match self {
            Self::UnixNano(nanos) => Some(nanos),
            Self::BeforeNewest(nanos) => newest_unix_nano.map(|newest| newest.saturating_sub(nanos)),
        }
    }

    pub(crate) fn is_relative(self) -> bool {
        matches!(self, Self::BeforeNewest(_))
    }
}

/// A zone by its IANA name or its offset (`+02:00`).
///
/// # Errors
/// A message that shows the forms.
pub(crate) fn zone(text: &str) -> Result<TimeZone, String> {
    let wrong =
        || format!("{text:?} is no time zone: write UTC, a name such as Europe/Vienna, or an offset such as +02:00");
    if matches!(text, "UTC" | "utc" | "Z") {
        return Ok(TimeZone::UTC);
    }
    if text.starts_with(['+', '-']) {
        let (hours, minutes) = text.split_once(':').unwrap_or((text, "0"));
        let hours: i32 = hours.parse().map_err(|_| wrong())?;
        let minutes: i32 = minutes.parse().map_err(|_| wrong())?;
        let sign = if text.starts_with('-') { -1 } else { 1 };
        let seconds = hours * 3600 + sign * minutes * 60;
        return jiff::tz::Offset::from_seconds(seconds).map(TimeZone::fixed).map_err(|_| wrong());
    }
    TimeZone::get(text).map_err(|_| wrong())
}

/// Seconds, milliseconds, microseconds or nanoseconds, told apart by size: each unit covers the years 1970 to 5138.
fn unix(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let number: i64 = whole.parse().ok().filter(|n| *n >= 0)?;
    let unit = match number {
        0..100_000_000_000 => 1_000_000_000,
        100_000_000_000..100_000_000_000_000 => 1_000_000,
        100_000_000_000_000..100_000_000_000_000_000 => 1_000,
        _ => 1,
    };
    let part = if fraction.is_empty() { 0.0 } else { format!("0.{fraction}").parse::<f64>().ok()? };
    number.checked_mul(unit)?.checked_add((part * unit as f64) as i64)
}

fn rfc3339(text: &str) -> Option<i64> {
    let time: jiff::Timestamp = text.parse().ok()?;
    i64::try_from(time.as_nanosecond()).ok()
}

fn civil_time(text: &str, zone: &TimeZone) -> Option<i64> {
    let time: civil::DateTime = text.parse().ok().or_else(|| text.replacen(' ', "T", 1).parse().ok())?;
    let time = zone.to_ambiguous_timestamp(time).compatible().ok()?;
    i64::try_from(time.as_nanosecond()).ok()
}

/// `15m`, `1h30m`, `90s`, `2d`, `500ms`.
fn nanos_of_span(text: &str) -> Option<i64> {
    let mut total: i64 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: i64 = rest.get(..digits)?.parse().ok()?;
        rest = rest.get(digits..)?;
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let unit: i64 = match rest.get(..letters)? {
            "ms" => 1_000_000,
            "s" | "sec" => 1_000_000_000,
            "m" | "min" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            "d" => 86_400_000_000_000,
            "w" => 604_800_000_000_000,
            _ => return None,
        };
        rest = rest.get(letters..)?;
        total = total.checked_add(number.checked_mul(unit)?)?;
    }
    (!text.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<When>) {
        let zone = zone("+02:00").unwrap();
        assert_eq!(When::parse(text, &zone).ok(), expected, "{text}");
    }

    #[test]
    fn times_are_read_in_every_form_that_the_help_names() {
        let at = When::UnixNano(1_777_629_600_000_000_000);
        check("2026-05-01T10:00:00Z", Some(at));
        check("2026-05-01T12:00:00", Some(at));
        check("2026-05-01 12:00:00", Some(at));
        check("2026-05-01T12:00:00+02:00", Some(at));
        check("1777629600", Some(at));
        check("1777629600000", Some(at));
        check("1777629600.5", Some(When::UnixNano(1_777_629_600_500_000_000)));
        check("1777629600000000000", Some(at));
        check("-15m", Some(When::BeforeNewest(900_000_000_000)));
        check("-1h30m", Some(When::BeforeNewest(5_400_000_000_000)));
        check("now", Some(When::BeforeNewest(0)));
        for wrong in ["", "-", "-15", "-15x", "yesterday", "12:00", "-99999999999999999d"] {
            check(wrong, None);
        }
    }

    #[test]
    fn relative_times_need_a_newest_record() {
        assert_eq!(When::BeforeNewest(10).resolve(Some(100)), Some(90));
        assert_eq!(When::BeforeNewest(10).resolve(None), None);
    }

    #[test]
    fn zones_are_names_or_offsets() {
        assert!(zone("UTC").is_ok() && zone("-03:30").is_ok() && zone("+5").is_ok());
        assert!(zone("Mars/Olympus").is_err() && zone("+99:00").is_err());
    }
}
