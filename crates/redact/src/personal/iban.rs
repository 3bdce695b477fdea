//! IBAN (ISO 13616): country, two check digits, up to 30 characters, alone or in groups of four; 1 modulo 97.

use super::checks::mod97;
use crate::chars::{ends_word, starts_word};
use crate::rules::RANK_PERSONAL;
use crate::scan::Hit;

/// Length by country, from the SWIFT registry.
const LENGTHS: &[(&str, usize)] = &[
    ("AD", 24),
    ("AE", 23),
    ("AL", 28),
    ("AT", 20),
    ("AZ", 28),
    ("BA", 20),
    ("BE", 16),
    ("BG", 22),
    ("BH", 22),
    ("BR", 29),
    ("BY", 28),
    ("CH", 21),
    ("CR", 22),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DK", 18),
    ("DO", 28),
    ("EE", 20),
    ("EG", 29),
    ("ES", 24),
    ("FI", 18),
    ("FO", 18),
    ("FR", 27),
    ("GB", 22),
    ("GE", 22),
    ("GI", 23),
    ("GL", 18),
    ("GR", 27),
    ("GT", 28),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IL", 23),
    ("IQ", 23),
    ("IS", 26),
    ("IT", 27),
    ("JO", 30),
    ("KW", 30),
    ("KZ", 20),
    ("LB", 28),
    ("LC", 32),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("LY", 25),
    ("MC", 27),
    ("MD", 24),
    ("ME", 22),
    ("MK", 19),
    ("MR", 27),
    ("MT", 31),
    ("MU", 30),
    ("NL", 18),
    ("NO", 15),
    ("PK", 24),
    ("PL", 28),
    ("PS", 29),
    ("PT", 25),
    ("QA", 29),
    ("RO", 24),
    ("RS", 22),
    ("SA", 24),
    ("SC", 31),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("TN", 24),
    ("TR", 26),
    ("UA", 29),
    ("VA", 22),
    ("VG", 24),
    ("XK", 20),
];

/// Norway's.
pub(crate) const SHORTEST: usize = 15;

/// The IBAN that starts at `at`.
pub(crate) fn at(text: &str, at: usize) -> Option<Hit> {
    let bytes = text.as_bytes();
    let (country, check) = (bytes.get(at..at + 2)?, bytes.get(at + 2..at + 4)?);
    let letters = country.iter().all(u8::is_ascii_uppercase) && check.iter().all(u8::is_ascii_digit);
    if !letters || !starts_word(bytes, at) {
        return None;
    }
    let known = LENGTHS.binary_search_by(|(c, _)| c.as_bytes().cmp(country)).ok()?;
    let (_, length) = LENGTHS.get(known)?;
    let mut found = Vec::with_capacity(34);
    let mut end = at;
    let mut spaced = false;
    while found.len() < *length {
        match *bytes.get(end)? {
            b @ (b'0'..=b'9' | b'A'..=b'Z') => found.push(b),
            b' ' | b'-' if found.len().is_multiple_of(4) && (spaced || found.len() == 4) => spaced = true,
            _ => return None,
        }
        end += 1;
    }
    let turned = found.iter().skip(4).chain(found.iter().take(4)).copied();
    (ends_word(bytes, end) && mod97(turned) == Some(1)).then(|| Hit::new(at, end, "iban", RANK_PERSONAL + 2))
}

/// IBANs whose digits contain the stretch at `at`: they start at most 34 characters before it.
pub(crate) fn around(text: &str, at_digit: usize, out: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let mut i = at_digit;
    let floor = at_digit.saturating_sub(42);
    while i > floor
        && bytes.get(i - 1).is_some_and(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b' ' || *b == b'-')
    {
        i -= 1;
        let country =
            bytes.get(i).is_some_and(u8::is_ascii_uppercase) && bytes.get(i + 2).is_some_and(u8::is_ascii_digit);
        if let Some(hit) = country.then(|| at(text, i)).flatten() {
            out.push(hit);
            return;
        }
    }
}
