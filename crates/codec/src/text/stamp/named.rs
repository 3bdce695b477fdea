//! Timestamps that begin with the name of a day or month.

use super::numeric::{finish, zone};
use super::{Civil, Read, Scan, Stamp};

pub(super) fn read(bytes: &[u8]) -> Option<Read> {
    let mut scan = Scan::new(bytes, 0);
    let mut month = month_from_name(&mut scan);
    if month.is_none() {
        take_weekday(&mut scan)?;
        if scan.peek()?.is_ascii_digit() {
            // Mon, 02 Jan 2006 15:04:05 GMT
            let at = scan.at;
            let read = super::numeric::read(scan.rest())?;
            return Some(Read { len: at + read.len, ..read });
        }
        month = month_from_name(&mut scan);
    }
    let month = month?;
    scan.take(b' ').then_some(())?;
    scan.skip(b' ');
    let day = scan.one_or_two(1, 31)?;
    let comma = scan.take(b',');
    scan.take(b' ').then_some(())?;
    scan.skip(b' ');
    let mut civil = Civil { month, day, ..Civil::default() };
    // Jan 2, 2024 3:04:05 PM; Jan 02 2024 15:04:05
    if scan.count_digits() == 4 {
        civil.year = Some(year(&mut scan)?);
        scan.take(b',');
        scan.take(b' ').then_some(())?;
        return finish(scan, civil, false);
    }
    if comma {
        return None;
    }
    // Jan  2 15:04:05, then perhaps a zone and a year: 2024, UTC 2024.
    let mut read = finish(scan, civil, false)?;
    let mut tail = Scan::new(bytes, read.len);
    let offset = zone(&mut tail);
    if tail.take(b' ') && tail.count_digits() == 4 {
        let at = tail.at;
        if let Some(year) = year(&mut tail).filter(|_| tail.at_end_of_word()) {
            if let Stamp::Civil(civil) = &mut read.stamp {
                civil.year = Some(year);
                civil.offset = civil.offset.or(offset);
            }
            return Some(Read { len: at + 4, ..read });
        }
    }
    Some(Read { bsd: true, ..read })
}

fn year(scan: &mut Scan<'_>) -> Option<i16> {
    scan.digits(4).filter(|y| (1970..2262).contains(y)).map(|y| y as i16)
}

/// Takes `Mon `, `Monday, ` and the like.
fn take_weekday(scan: &mut Scan<'_>) -> Option<()> {
    let name = scan.rest().get(..3)?;
    [b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"].iter().any(|d| *d == name).then_some(())?;
    scan.at += 3;
    while scan.peek().is_some_and(|b| b.is_ascii_lowercase()) {
        scan.at += 1;
    }
    scan.take(b',');
    scan.take(b' ').then_some(())?;
    scan.skip(b' ');
    Some(())
}

/// Takes the English name of a month, short (in any case) or long.
pub(super) fn month_from_name(scan: &mut Scan<'_>) -> Option<u8> {
    const LONG: [&[u8]; 12] = [
        b"january",
        b"february",
        b"march",
        b"april",
        b"may",
        b"june",
        b"july",
        b"august",
        b"september",
        b"october",
        b"november",
        b"december",
    ];
    // Three letters as one number, in small letters: most lines begin with no month.
    const SHORT: [u32; 12] = {
        let mut out = [0; 12];
        let mut i = 0;
        while i < 12 {
            out[i] = small(LONG[i][0], LONG[i][1], LONG[i][2]);
            i += 1;
        }
        out
    };
    let rest = scan.rest();
    let &[a, b, c] = rest.first_chunk::<3>()?;
    let short = small(a, b, c);
    let at = SHORT.iter().position(|m| *m == short)?;
    let letters = rest.iter().take(10).take_while(|b| b.is_ascii_alphabetic()).count();
    if letters != 3 && !LONG.get(at)?.eq_ignore_ascii_case(rest.get(..letters)?) {
        return None;
    }
    scan.at += letters;
    Some(at as u8 + 1)
}

/// Three bytes as one number, with letters made small.
const fn small(a: u8, b: u8, c: u8) -> u32 {
    u32::from_le_bytes([a | 0x20, b | 0x20, c | 0x20, 0])
}
