//! Numbers by layout: payment cards, and national ids whose layout is their own.
//!
//! A *stretch* is a run of digits and single separators. It is cut in groups at the separators, and each layout is tried
//! on the groups: a card is one group of 13 to 16 digits or 4-4-4-4, 4-6-5, 4-6-4. Its first digits must be those of a
//! card network, its last must be Luhn's.

use super::checks::{digits, luhn, mod97, weighted};
use super::{iban, phone};
use crate::chars::part;
use crate::rules::RANK_PERSONAL;
use crate::scan::{Hit, label};

/// Groups of digits of one stretch: (start, end).
#[derive(Default)]
pub(super) struct Groups {
    list: [(u32, u32); MAX_GROUPS],
    count: usize,
}

impl Groups {
    pub(super) fn get(&self, i: usize) -> Option<(usize, usize)> {
        let (from, to) = self.list.get(..self.count)?.get(i).copied()?;
        Some((from as usize, to as usize))
    }

    fn span(&self, i: usize, count: usize) -> Option<&[(u32, u32)]> {
        self.list.get(..self.count)?.get(i..i + count)
    }
}

/// Groups of one stretch that are seen at a time.
const MAX_GROUPS: usize = 24;

/// How far back the start of a stretch is looked for.
const MAX_STRETCH: usize = 64;

fn separator(b: u8) -> bool {
    matches!(b, b' ' | b'-' | b'.' | b'(' | b')')
}

/// Looks at the stretch around `at`; returns where it ends.
pub(crate) fn look(text: &str, at: usize, out: &mut Vec<Hit>) -> usize {
    let bytes = text.as_bytes();
    let part_of = |b: u8| b.is_ascii_digit() || separator(b);
    let before =
        bytes.get(..at).unwrap_or_default().iter().rev().take(MAX_STRETCH).take_while(|&&b| part_of(b)).count();
    let mut start = at - before;
    // What comes before a stretch with an IBAN's digits is one of its letters.
    if start > 0 && bytes.get(start - 1).is_some_and(u8::is_ascii_uppercase) {
        iban::around(text, at, out);
    }
    loop {
        let (groups, end, figures) = groups(bytes, start);
        if figures >= 9 {
            judge(text, &groups, out);
        }
        // A row of more numbers than fit is gone on with from its middle: no layout is as long as that.
        match groups.get(MAX_GROUPS / 2) {
            Some((from, _)) if groups.count == MAX_GROUPS => start = from,
            _ => return end,
        }
    }
}

/// Tries the layouts at each group.
fn judge(text: &str, groups: &Groups, out: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    for i in 0..groups.count {
        let Some((from, to)) = groups.get(i) else { break };
        if !borders_left(bytes, from) {
            continue;
        }
        match to - from {
            4 | 14..=16 => {
                card(text, groups, i, out);
                layouts(text, groups, i, out);
            }
            1 | 3 => {
                layouts(text, groups, i, out);
                phone::grouped(text, groups, i, out);
            }
            6 => layouts(text, groups, i, out),
            17 | 18 => chinese(text, groups, i, out),
            _ => {}
        }
    }
}

/// The groups from `start` on, where the stretch ends, and how many digits it has. Two separators end a stretch, but
/// for `) `.
fn groups(bytes: &[u8], start: usize) -> (Groups, usize, usize) {
    let mut groups = Groups::default();
    let (mut at, mut figures, mut gap) = (start, 0, 0);
    while groups.count < groups.list.len() {
        match bytes.get(at) {
            Some(b) if b.is_ascii_digit() => {
                let from = at;
                while bytes.get(at).is_some_and(u8::is_ascii_digit) {
                    at += 1;
                }
                groups.list[groups.count] = (from as u32, at as u32);
                groups.count += 1;
                figures += at - from;
                gap = 0;
            }
            Some(&b) if separator(b) && gap < 3 => {
                at += 1;
                gap += 1;
            }
            _ => break,
        }
    }
    (groups, at, figures)
}

/// What may stand before a number that is a thing of its own.
pub(super) fn borders_left(bytes: &[u8], at: usize) -> bool {
    match at.checked_sub(1).and_then(|i| bytes.get(i)) {
        None => true,
        Some(&b) => {
            !b.is_ascii_alphanumeric()
                && !matches!(b, b'_' | b'-' | b'.' | b'/' | b'#' | b'@' | b'$' | b'%' | b'\\' | b'+')
        }
    }
}

/// What may stand after it: no letter, and no digit after a separator.
pub(super) fn borders_right(bytes: &[u8], end: usize) -> bool {
    match bytes.get(end) {
        None => true,
        Some(b'.' | b',' | b':' | b'-') => bytes.get(end + 1).is_none_or(|b| !b.is_ascii_alphanumeric()),
        Some(&b) => !b.is_ascii_alphanumeric() && !matches!(b, b'_' | b'/' | b'%' | b'@' | b'+'),
    }
}

/// Whether the groups from `i` on have these lengths, one separator `sep` between them, and no more such group after.
pub(super) fn layout(
    bytes: &[u8],
    groups: &Groups,
    i: usize,
    lengths: &[usize],
    seps: &[u8],
) -> Option<(usize, usize)> {
    let found = groups.span(i, lengths.len())?;
    if !found.iter().zip(lengths).all(|((s, e), &n)| (e - s) as usize == n) {
        return None;
    }
    let joined =
        found.windows(2).zip(seps).all(|(w, &sep)| w[1].0 == w[0].1 + 1 && bytes.get(w[0].1 as usize) == Some(&sep));
    let (start, end) = (found.first()?.0 as usize, found.last()?.1 as usize);
    // `1234 5678 9012 3456 7890` is a row of numbers, not a card.
    let more = seps.last().is_some_and(|&sep| {
        let next = bytes.get(end) == Some(&sep) && bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
        let previous =
            start >= 2 && bytes.get(start - 1) == Some(&sep) && bytes.get(start - 2).is_some_and(u8::is_ascii_digit);
        next || previous
    });
    (joined && !more && borders_left(bytes, start) && borders_right(bytes, end)).then_some((start, end))
}

/// The first digits of the card networks (ISO/IEC 7812, the networks' published ranges) by length.
pub(super) fn network(d: &[u32]) -> bool {
    let head = |n: usize| d.iter().take(n).fold(0, |sum, digit| sum * 10 + digit);
    match d.len() {
        14 => matches!(head(2), 36 | 38 | 39) || matches!(head(3), 300..=305),
        15 => matches!(head(2), 34 | 37),
        16 => {
            head(1) == 4
                || matches!(head(2), 51..=55 | 62 | 65 | 81)
                || matches!(head(4), 2221..=2720 | 6011 | 3528..=3589 | 2200..=2204 | 5018 | 5020 | 5038 | 6304 | 6759 | 6761..=6763)
                || matches!(head(3), 644..=649 | 508)
        }
        _ => false,
    }
}

fn card(text: &str, groups: &Groups, i: usize, out: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let layouts: [(&[usize], &[u8]); 9] = [
        (&[16], b""),
        (&[15], b""),
        (&[14], b""),
        (&[4, 4, 4, 4], b"   "),
        (&[4, 4, 4, 4], b"---"),
        (&[4, 4, 4, 4], b"..."),
        (&[4, 6, 5], b"  "),
        (&[4, 6, 5], b"--"),
        (&[4, 6, 4], b"  "),
    ];
    for (lengths, seps) in layouts {
        let Some((start, end)) = layout(bytes, groups, i, lengths, seps) else { continue };
        let d = digits(part(text, start, end));
        let repeated = d.iter().skip(1).all(|x| *x == d[0]);
        // One in ten numbers passes the check: ids that may be any number are told by their key.
        let id = || lengths.len() == 1 && label::before(text, start).is_some_and(label::names_an_id);
        if network(&d) && luhn(&d) && !repeated && !id() {
            out.push(Hit::new(start, end, "payment-card", RANK_PERSONAL + 1));
        }
        return;
    }
}

/// Ids that need no word before them.
fn layouts(text: &str, groups: &Groups, i: usize, out: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let mut found = |class, range: Option<(usize, usize)>, check: fn(&[u32]) -> bool| {
        if let Some((start, end)) = range.filter(|&(s, e)| check(&digits(part(text, s, e)))) {
            out.push(Hit::new(start, end, class, RANK_PERSONAL + 1));
        }
    };
    found("us-ssn", layout(bytes, groups, i, &[3, 2, 4], b"--"), us_ssn);
    found("br-cpf", layout(bytes, groups, i, &[3, 3, 3, 2], b"..-"), br_cpf);
    found("ch-ahv", layout(bytes, groups, i, &[3, 4, 4, 2], b"..."), ch_ahv);
    found("fr-nir", layout(bytes, groups, i, &[1, 2, 2, 2, 3, 3, 2], b"      "), fr_nir);
    found("fr-nir", layout(bytes, groups, i, &[15], b""), fr_nir);
    found("kr-rrn", layout(bytes, groups, i, &[6, 7], b"-"), kr_rrn);
}

/// Area not 000, 666 or 9xx, group not 00, serial not 0000 (Social Security Administration, since 2011).
pub(super) fn us_ssn(d: &[u32]) -> bool {
    let number = |r: std::ops::Range<usize>| d.get(r).unwrap_or_default().iter().fold(0, |n, x| n * 10 + x);
    let area = number(0..3);
    d.len() == 9 && area != 0 && area != 666 && area < 900 && number(3..5) != 0 && number(5..9) != 0
}

/// Cadastro de Pessoas Físicas: two check digits modulo 11.
pub(super) fn br_cpf(d: &[u32]) -> bool {
    let check = |n: usize| {
        let sum: u32 = d.iter().take(n).zip((2..=n as u32 + 1).rev()).map(|(x, w)| x * w).sum();
        match sum % 11 {
            0 | 1 => 0,
            rest => 11 - rest,
        }
    };
    d.len() == 11 && !d.iter().all(|x| *x == d[0]) && check(9) == d[9] && check(10) == d[10]
}

/// Swiss AHV number: an EAN-13 that begins with 756.
pub(super) fn ch_ahv(d: &[u32]) -> bool {
    let sum = weighted(d, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]);
    d.len() == 13 && d.starts_with(&[7, 5, 6]) && sum.is_multiple_of(10)
}

/// French NIR: sex, year, month, place, order, and 97 less the number modulo 97.
pub(super) fn fr_nir(d: &[u32]) -> bool {
    let number =
        |r: std::ops::Range<usize>| d.get(r).unwrap_or_default().iter().fold(0u64, |n, x| n * 10 + u64::from(*x));
    let month = number(3..5);
    d.len() == 15
        && matches!(d[0], 1 | 2)
        && (1..=12).contains(&month)
        && (1..=98).contains(&number(5..7))
        && 97 - number(0..13) % 97 == number(13..15)
}

/// Korean resident number: a date, a digit for century and sex, and a check digit (which numbers since 2020 lack).
pub(super) fn kr_rrn(d: &[u32]) -> bool {
    let sum = weighted(d, &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]);
    d.len() == 13 && date(d, 2, 4) && (1..=8).contains(&d[6]) && (11 - sum % 11) % 10 == d[12]
}

/// Whether month and day at these places can be meant.
pub(super) fn date(d: &[u32], month: usize, day: usize) -> bool {
    let two = |i: usize| d.get(i..i + 2).map_or(0, |p| p[0] * 10 + p[1]);
    (1..=12).contains(&two(month)) && (1..=31).contains(&two(day))
}

/// Chinese resident id: 17 digits and a check character that may be X (GB 11643, ISO 7064 mod 11-2).
fn chinese(text: &str, groups: &Groups, i: usize, out: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let Some((start, end)) = groups.get(i) else { return };
    let x = end - start == 17 && matches!(bytes.get(end), Some(b'X' | b'x'));
    if !(end - start == 18 || x) {
        return;
    }
    let end = end + usize::from(x);
    if borders_left(bytes, start) && borders_right(bytes, end) && cn_id(part(text, start, end)) {
        out.push(Hit::new(start, end, "cn-id", RANK_PERSONAL + 1));
    }
}

pub(super) fn cn_id(text: &str) -> bool {
    let d = digits(part(text, 0, 17));
    let sum = weighted(&d, &[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
    let check = b"10X98765432"[(sum % 11) as usize];
    let year = d.get(6..8).map_or(0, |p| p[0] * 10 + p[1]);
    d.len() == 17
        && matches!(year, 19 | 20)
        && date(&d, 10, 12)
        && text.as_bytes().last().map(u8::to_ascii_uppercase) == Some(check)
}

/// Digits alone, by mod 97 of the first part: used by ids of several countries.
pub(super) fn rest97(d: &[u32], n: usize) -> Option<u64> {
    mod97(d.get(..n)?.iter().map(|x| b'0' + *x as u8))
}
