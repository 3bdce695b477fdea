//! Numbers and times as a reader wants them: few digits, one anchor, units beside the number.
//!
//! Two or three significant digits tell what a person or a model can use, and keep two revisions of one incident equal
//! where nothing of weight changed. Text has times relative to `T0`; JSON has RFC 3339 in UTC.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Number, Value};

/// Three significant digits with `k`, `M`, `G`, `T` above 10,000.
pub(crate) fn figure(value: f64) -> String {
    if !value.is_finite() {
        return "?".to_owned();
    }
    let size = value.abs();
    let (scaled, unit) = match size {
        _ if size >= 1e15 => return format!("{value:.2e}"),
        _ if size >= 1e12 => (value / 1e12, "T"),
        _ if size >= 1e9 => (value / 1e9, "G"),
        _ if size >= 1e6 => (value / 1e6, "M"),
        _ if size >= 1e4 => (value / 1e3, "k"),
        _ => (value, ""),
    };
    format!("{}{unit}", significant(scaled))
}

fn significant(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    if size < 1e-4 {
        return format!("{value:.1e}");
    }
    let decimals = (2 - size.log10().floor() as i32).clamp(0, 6) as usize;
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A change of level, each side in the given form: `12 > 340`, `unknown > 5`. Two digits, more where two would make the
/// sides equal.
pub(crate) fn change(before: Option<f64>, after: Option<f64>, form: fn(f64) -> String) -> String {
    let both = |digits: usize| {
        let side =
            |value: Option<f64>| value.map_or_else(|| "unknown".to_owned(), |value| form(rounded(value, digits)));
        (side(before), side(after))
    };
    let (mut before_text, mut after_text) = both(2);
    for digits in 3..=4 {
        if before_text != after_text || before == after {
            break;
        }
        (before_text, after_text) = both(digits);
    }
    format!("{before_text} > {after_text}")
}

/// The first side of a change told by itself: two digits, whatever the other side is.
pub(crate) fn before(value: f64, form: fn(f64) -> String) -> String {
    form(rounded(value, 2))
}

/// The second side by itself: two digits, more where two would make it the first.
pub(crate) fn after(before: Option<f64>, after: f64, form: fn(f64) -> String) -> String {
    let of = |digits| form(rounded(after, digits));
    match before {
        Some(before) if before != after && of(2) == form(rounded(before, 2)) => of(3),
        _ => of(2),
    }
}

/// A value with so many significant digits.
pub(crate) fn rounded(value: f64, digits: usize) -> f64 {
    format!("{value:.*e}", digits.saturating_sub(1)).parse().unwrap_or(value)
}

/// Whether a word of a sentence is a number, with or without its unit: `0.93`, `(12%`, `40ms`; no `web1`, no `10.0.0.1`.
pub(crate) fn is_figure(word: &str) -> bool {
    let bare = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let number = bare.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    number.starts_with(|c: char| c.is_ascii_digit()) && number.parse::<f64>().is_ok()
}

/// A sentence of ours without its figures, which move with every record and stand elsewhere: what went from one to
/// another rose or fell, what stands in parentheses for its figures is left out, any other is an ellipsis.
pub(crate) fn still(sentence: &str) -> String {
    sentence.split("; ").map(still_clause).collect::<Vec<_>>().join("; ")
}

fn still_clause(clause: &str) -> String {
    let mut bare = String::with_capacity(clause.len());
    let mut rest = clause;
    while let Some((before, (within, after))) =
        rest.split_once(" (").and_then(|(before, rest)| Some((before, rest.split_once(')')?)))
    {
        bare.push_str(before);
        if !within.split(' ').any(is_figure) {
            bare.push_str(&format!(" ({within})"));
        }
        rest = after;
    }
    bare.push_str(rest);
    let words: Vec<&str> = bare.split(' ').collect();
    let mut told: Vec<&str> = Vec::with_capacity(words.len());
    let mut at = 0;
    while let Some(word) = words.get(at) {
        match words.get(at..at + 5) {
            Some(["went", "from", before, "to", after]) if is_figure(after) => {
                let [plain, followed] = match value(before).zip(value(after)) {
                    Some((before, after)) if after > before => ["rose", "rose,"],
                    Some((before, after)) if after < before => ["fell", "fell,"],
                    _ => ["changed", "changed,"],
                };
                told.push(if after.ends_with(',') { followed } else { plain });
                at += 5;
            }
            _ => {
                told.push(if is_figure(word) { "…" } else { word });
                at += 1;
            }
        }
    }
    told.join(" ")
}

/// The number of a word that is one, without its unit.
fn value(word: &str) -> Option<f64> {
    word.trim_end_matches(|c: char| !c.is_ascii_digit()).parse().ok()
}

/// Share as a percentage.
pub(crate) fn percent(ratio: f64) -> String {
    format!("{}%", figure(ratio * 100.0))
}

/// A probability, two decimals.
pub(crate) fn probability(value: f64) -> String {
    if value.is_finite() { format!("{:.2}", value.clamp(0.0, 1.0)) } else { "?".to_owned() }
}

pub(crate) fn milliseconds(value: f64) -> String {
    if value.abs() >= 10_000.0 { format!("{}s", figure(value / 1e3)) } else { format!("{}ms", figure(value)) }
}

/// Time from the anchor on: `+3.2s`, `-12m05s`, `+5h12m`, `+3d04h`.
pub(crate) fn relative(unix_nano: i64, anchor_unix_nano: i64) -> String {
    let nanos = i128::from(unix_nano) - i128::from(anchor_unix_nano);
    let sign = if nanos < 0 { '-' } else { '+' };
    let tenths = (nanos.unsigned_abs() + 50_000_000) / 100_000_000;
    let seconds = (tenths + 5) / 10;
    match seconds {
        _ if tenths < 1_000 && tenths % 10 == 0 => format!("{sign}{}s", tenths / 10),
        _ if tenths < 1_000 => format!("{sign}{}.{}s", tenths / 10, tenths % 10),
        _ if seconds < 6_000 => format!("{sign}{}m{:02}s", seconds / 60, seconds % 60),
        _ if seconds < 172_800 => format!("{sign}{}h{:02}m", seconds / 3_600, seconds % 3_600 / 60),
        _ => format!("{sign}{}d{:02}h", seconds / 86_400, seconds % 86_400 / 3_600),
    }
}

/// RFC 3339 in UTC, to the millisecond, without needless zeros.
pub(crate) fn rfc3339(unix_nano: i64) -> String {
    let millis = SignedDuration::from_millis(unix_nano.div_euclid(1_000_000));
    // Every i64 of nanoseconds lies between the years 1677 and 2262.
    Timestamp::from_duration(millis).map_or_else(|_| unix_nano.to_string(), |time| time.to_string())
}

/// Four significant digits; `null` for what is no number.
pub(crate) fn number(value: f64) -> Value {
    if !value.is_finite() {
        return Value::Null;
    }
    let rounded = rounded(value, 4);
    if rounded.fract() == 0.0 && rounded.abs() < 1e15 {
        return Value::from(rounded as i64);
    }
    Number::from_f64(rounded).map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_three_digits() {
        let check = |value: f64, expected: &str| assert_eq!(figure(value), expected);
        check(0.0, "0");
        check(0.123_456, "0.123");
        check(0.001_234, "0.00123");
        check(0.000_012, "1.2e-5");
        check(12.0, "12");
        check(-12.34, "-12.3");
        check(1234.5, "1234");
        check(12_345.0, "12.3k");
        check(536_870_912.0, "537M");
        check(f64::NAN, "?");
    }

    #[test]
    fn changes_have_as_many_digits_as_it_takes_to_see_them() {
        let check = |before: f64, after: f64, expected: &str| {
            assert_eq!(change(Some(before), Some(after), figure), expected);
        };
        check(12.34, 406.1, "12 > 410");
        check(1010.0, 1030.0, "1010 > 1030");
        check(118.0, 118.0, "120 > 120");
        check(0.123_41, 0.123_42, "0.123 > 0.123");
        assert_eq!(change(None, Some(0.421), percent), "unknown > 42%");
    }

    #[test]
    fn sentences_hold_still_without_their_figures() {
        let check = |sentence: &str, expected: &str| assert_eq!(still(sentence), expected);
        check("a.b went from 0.10 to 0.93; it logs more", "a.b rose; it logs more");
        check("a.b went from 12% to 3%", "a.b fell");
        check("a.b went from -2 to -1, c went from unknown to 3", "a.b rose, c changed");
        check("calls lose time (12 ms, 0.4 ms before) on web1 (a pod)", "calls lose time on web1 (a pod)");
        check("changed together (weight of evidence 1.53); none", "changed together; none");
        check("3 of 40 fail (unclosed 3", "… of … fail (unclosed …");
    }

    #[test]
    fn times_are_relative_to_the_anchor() {
        let check = |ms: i64, expected: &str| assert_eq!(relative(ms * 1_000_000, 0), expected);
        check(0, "+0s");
        check(3_249, "+3.2s");
        check(-99_900, "-99.9s");
        check(725_000, "+12m05s");
        check(-18_720_000, "-5h12m");
        check(273_600_000, "+3d04h");
        assert_eq!(relative(i64::MAX, i64::MIN), "+213503d23h");
    }

    #[test]
    fn absolute_times_are_rfc_3339_in_utc() {
        assert_eq!(rfc3339(1_661_140_260_120_456_789), "2022-08-22T03:51:00.12Z");
        assert_eq!(rfc3339(i64::MIN), "1677-09-21T00:12:43.145Z");
    }

    #[test]
    fn json_numbers_have_four_digits() {
        assert_eq!(number(0.123_456).to_string(), "0.1235");
        assert_eq!(number(123_456.0).to_string(), "123500");
        assert_eq!(number(f64::INFINITY), Value::Null);
    }
}
