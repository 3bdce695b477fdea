//! Timestamps that begin with a digit.

use super::named::month_from_name;
use super::{Civil, Read, Scan, Stamp};

pub(super) fn read(bytes: &[u8]) -> Option<Read> {
    let scan = Scan::new(bytes, 0);
    match (scan.count_digits(), scan.peek_at(scan.count_digits())) {
        (4, Some(b'-' | b'/' | b'.')) => year_first(scan),
        (8, Some(b'-' | b'T' | b' ' | b'_')) => compact(scan),
        (6, Some(b' ')) => six_digits(scan),
        (1 | 2, Some(b'/' | b'-' | b'.' | b' ')) => day_or_month_first(scan),
        (10 | 13 | 16 | 19, _) => unix(scan),
        _ => None,
    }
}

fn year_first(mut scan: Scan<'_>) -> Option<Read> {
    let year = scan.digits(4).filter(|y| (1970..2262).contains(y))? as i16;
    let mark = scan.take_any(b"-/.")?;
    let month = scan.pair(1, 12)?;
    if !scan.take(mark) {
        return None;
    }
    let day = scan.pair(1, 31)?;
    let iso = scan.peek() == Some(b'T');
    scan.take_any(b"T -_:t")?;
    scan.skip(b' ');
    finish(scan, Civil { year: Some(year), month, day, ..Civil::default() }, iso)
}

/// `20240102T150405Z`, `20240102-15:04:05:123`.
fn compact(mut scan: Scan<'_>) -> Option<Read> {
    let year = scan.digits(4).filter(|y| (1970..2262).contains(y))? as i16;
    let (month, day) = (scan.pair(1, 12)?, scan.pair(1, 31)?);
    let iso = scan.peek() == Some(b'T');
    scan.take_any(b"T -_")?;
    finish(scan, Civil { year: Some(year), month, day, ..Civil::default() }, iso)
}

/// `240102 150405`, as Hadoop's and MySQL's old logs have it; a space must follow, since plain numbers look like it.
fn six_digits(mut scan: Scan<'_>) -> Option<Read> {
    let year = two_digit_year(scan.digits(2)?);
    let (month, day) = (scan.pair(1, 12)?, scan.pair(1, 31)?);
    scan.skip(b' ');
    let read = finish(scan, Civil { year: Some(year), month, day, ..Civil::default() }, false)?;
    (Scan::new(scan.rest(), read.len - scan.at).peek() == Some(b' ')).then_some(read)
}

fn day_or_month_first(mut scan: Scan<'_>) -> Option<Read> {
    let first = scan.one_or_two(0, 99)?;
    let mark = scan.take_any(b"/-. ")?;
    if let Some(month) = month_from_name(&mut scan) {
        // 02/Jan/2024:15:04:05, 02-Jan-2024 15:04:05, 2 Jan 2024 15:04:05
        let day = Some(first).filter(|d| (1..=31).contains(d))?;
        if !scan.take(mark) {
            return None;
        }
        let year = scan.digits(4).filter(|y| (1970..2262).contains(y))? as i16;
        scan.take_any(b": ,T")?;
        scan.skip(b' ');
        return finish(scan, Civil { year: Some(year), month, day, ..Civil::default() }, false);
    }
    if mark == b' ' {
        return None;
    }
    let second = scan.pair(1, 31).or_else(|| scan.one_or_two(1, 31))?;
    let mut civil = Civil::default();
    if scan.take(mark) {
        let digits = scan.count_digits();
        let third = scan.digits(if digits == 4 { 4 } else { 2 })?;
        if digits == 4 {
            // 01/02/2024 is month first unless it cannot be; 02.01.2024 and 02-01-2024 are day first.
            let day_first = mark != b'/' || first > 12;
            let (month, day) = if day_first && second <= 12 { (second, first) } else { (first, second) };
            civil = Civil { year: Some(third as i16), month, day, ..civil };
        } else {
            // 24/01/02: year first.
            let day = third as u8;
            civil = Civil { year: Some(two_digit_year(first.into())), month: second, day, ..civil };
        }
    } else {
        // 01-02 15:04:05: month and day.
        civil = Civil { month: first, day: second, ..civil };
    }
    if !(1..=12).contains(&civil.month) || !(1..=31).contains(&civil.day) {
        return None;
    }
    scan.take_any(b" T,:-")?;
    scan.skip(b' ');
    finish(scan, civil, false)
}

fn two_digit_year(year: u32) -> i16 {
    let year = year as i16;
    if year >= 70 { 1900 + year } else { 2000 + year }
}

/// The time of day, fraction, half of the day and zone after a date.
pub(super) fn finish(mut scan: Scan<'_>, mut civil: Civil, iso: bool) -> Option<Read> {
    civil.hour = scan.one_or_two(0, 24)?;
    let mark = scan.peek().filter(|m| matches!(m, b':' | b'.'));
    if let Some(mark) = mark {
        scan.at += 1;
        // Some write `22:5:7`; where a year came before, it cannot be anything else.
        let two_or_one = |scan: &mut Scan<'_>, max| match civil.year {
            Some(_) => scan.one_or_two(0, max),
            None => scan.pair(0, max),
        };
        civil.minute = two_or_one(&mut scan, 59)?;
        if scan.take(mark) {
            civil.second = two_or_one(&mut scan, 60)?;
        } else if !iso {
            return None;
        }
    } else {
        civil.minute = scan.pair(0, 59)?;
        civil.second = scan.pair(0, 60)?;
    }
    let (nanosecond, fraction_digits) = scan.fraction(b".,:");
    civil.nanosecond = nanosecond;
    half_of_day(&mut scan, &mut civil)?;
    civil.offset = zone(&mut scan);
    if scan.peek().is_some_and(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(Read { stamp: Stamp::Civil(civil), len: scan.at, fraction_digits, iso, bsd: false })
}

/// ` PM` and ` AM`; `None` when the hour does not go with it.
fn half_of_day(scan: &mut Scan<'_>, civil: &mut Civil) -> Option<()> {
    let mut ahead = *scan;
    ahead.take(b' ');
    let after_noon = match ahead.rest() {
        [b'A' | b'a', b'M' | b'm', ..] => false,
        [b'P' | b'p', b'M' | b'm', ..] => true,
        _ => return Some(()),
    };
    ahead.at += 2;
    if !ahead.at_end_of_word() {
        return Some(());
    }
    if civil.hour > 12 {
        return None;
    }
    civil.hour = civil.hour % 12 + if after_noon { 12 } else { 0 };
    *scan = ahead;
    Some(())
}

/// `Z`, `UTC`, `GMT`, `+01:00`, `-0800`, `+01`; with a space before them where that cannot be anything else.
pub(super) fn zone(scan: &mut Scan<'_>) -> Option<i32> {
    let mut ahead = *scan;
    let spaced = ahead.take(b' ');
    let offset = match ahead.peek()? {
        b'Z' | b'z' if !spaced => {
            ahead.at += 1;
            0
        }
        b'U' | b'G' => {
            if !(ahead.take_str(b"UTC") || ahead.take_str(b"GMT")) {
                return None;
            }
            0
        }
        sign @ (b'+' | b'-') => {
            ahead.at += 1;
            let hours = i32::from(ahead.pair(0, 18)?);
            let colon = ahead.take(b':');
            let minutes = match ahead.pair(0, 59) {
                Some(minutes) => i32::from(minutes),
                None if colon || spaced => return None,
                None => 0,
            };
            let seconds = (hours * 60 + minutes) * 60;
            if sign == b'-' { -seconds } else { seconds }
        }
        _ => return None,
    };
    if !ahead.at_end_of_word() {
        return None;
    }
    *scan = ahead;
    Some(offset)
}

/// A Unix time in seconds (perhaps with a fraction), milli-, micro- or nanoseconds, from 2001 on.
fn unix(mut scan: Scan<'_>) -> Option<Read> {
    let digits = scan.count_digits();
    let number: i64 = std::str::from_utf8(scan.rest().get(..digits)?).ok()?.parse().ok()?;
    scan.at += digits;
    let unit = 10i64.pow(19 - digits as u32);
    let mut nanos = number.checked_mul(unit)?;
    let (fraction, fraction_digits) = if digits == 10 { scan.fraction(b".") } else { (0, 0) };
    nanos = nanos.checked_add(fraction.into())?;
    // From September 2001 on: shorter numbers have fewer digits, and zeros in front are no time.
    let plausible = nanos >= 1_000_000_000_000_000_000 && scan.at_end_of_word() && scan.peek() != Some(b'.');
    plausible.then_some(Read { stamp: Stamp::Unix(nanos), len: scan.at, fraction_digits, iso: false, bsd: false })
}
