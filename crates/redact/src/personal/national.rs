//! National ids after a word that names them, checked by the country's own rule.
//!
//! `PESEL: 44051401359`, `"cpf":"52998224725"`, `codice fiscale RSSMRA85T10A562S`. The word may be followed by a few
//! fillers (`number`, `no.`, `is`, `:`); the id may be grouped by blanks, dots, dashes or slashes. A word that ends the
//! key of an attribute (`customer.pesel`) tells what its value is. Numbers that have no word and no layout of their own
//! stay: nine digits in free text are nine digits.

use super::checks::{digits, luhn, mod11_10, verhoeff, weighted};
use super::numbers::{br_cpf, ch_ahv, cn_id, date, fr_nir, kr_rrn, rest97, us_ssn};
use crate::chars::{ends_word, part, starts_word};
use crate::keys::{paired, quote};
use crate::rules::RANK_PERSONAL;
use crate::scan::Hit;

/// A word, the class, how many letters and digits the id has, and its check on them (upper case, no separators). Parts of
/// a word are joined by a blank here, and by whatever keys are joined by in texts.
#[derive(Clone, Copy)]
pub(crate) struct NationalId {
    pub(crate) word: &'static str,
    class: &'static str,
    length: usize,
    check: fn(&str) -> bool,
}

const fn id(word: &'static str, class: &'static str, length: usize, check: fn(&str) -> bool) -> NationalId {
    NationalId { word, class, length, check }
}

pub(crate) const IDS: &[NationalId] = &[
    id("ssn", "us-ssn", 9, |t| us_ssn(&digits(t))),
    id("social security", "us-ssn", 9, |t| us_ssn(&digits(t))),
    id("nino", "uk-nino", 9, uk_nino),
    id("national insurance", "uk-nino", 9, uk_nino),
    id("nhs number", "uk-nhs", 10, uk_nhs),
    id("aadhaar", "in-aadhaar", 12, in_aadhaar),
    id("aadhar", "in-aadhaar", 12, in_aadhaar),
    id("pan number", "in-pan", 10, |t| shape(t, "AAAAA9999A")),
    id("cpf", "br-cpf", 11, |t| br_cpf(&digits(t))),
    id("pesel", "pl-pesel", 11, pl_pesel),
    id("bsn", "nl-bsn", 9, nl_bsn),
    id("burgerservicenummer", "nl-bsn", 9, nl_bsn),
    id("dni", "es-dni", 9, es_dni),
    id("nif", "es-dni", 9, |t| es_dni(t) || pt_nif(t)),
    id("nie", "es-dni", 9, es_dni),
    id("nir", "fr-nir", 15, |t| fr_nir(&digits(t))),
    id("insee", "fr-nir", 15, |t| fr_nir(&digits(t))),
    id("steuer id", "de-tax-id", 11, |t| mod11_10(&digits(t))),
    id("steueridentifikationsnummer", "de-tax-id", 11, |t| mod11_10(&digits(t))),
    id("oib", "hr-oib", 11, |t| mod11_10(&digits(t))),
    id("personnummer", "se-personnummer", 10, |t| luhn(&digits(t)) && date(&digits(t), 2, 4)),
    id("personnummer", "se-personnummer", 12, |t| luhn(digits(t).get(2..).unwrap_or_default())),
    id("fødselsnummer", "no-fnr", 11, no_fnr),
    id("fodselsnummer", "no-fnr", 11, no_fnr),
    id("henkilotunnus", "fi-hetu", 10, fi_hetu),
    id("hetu", "fi-hetu", 10, fi_hetu),
    id("cpr", "dk-cpr", 10, |t| digits(t).len() == 10 && date(&digits(t), 2, 0)),
    id("codice fiscale", "it-codice-fiscale", 16, it_codice_fiscale),
    id("sin", "ca-sin", 9, |t| luhn(&digits(t)) && digits(t).len() == 9),
    id("social insurance", "ca-sin", 9, |t| luhn(&digits(t)) && digits(t).len() == 9),
    id("tfn", "au-tfn", 9, |t| {
        digits(t).len() == 9 && weighted(&digits(t), &[1, 4, 3, 7, 5, 8, 6, 9, 10]).is_multiple_of(11)
    }),
    id("tax file number", "au-tfn", 9, |t| weighted(&digits(t), &[1, 4, 3, 7, 5, 8, 6, 9, 10]).is_multiple_of(11)),
    id("nric", "sg-nric", 9, sg_nric),
    id("rrn", "kr-rrn", 13, |t| kr_rrn(&digits(t)) || date(&digits(t), 2, 4)),
    id("curp", "mx-curp", 18, |t| shape(t, "AAAA999999AAAAAA##")),
    id("tckn", "tr-tckn", 11, tr_tckn),
    id("tc kimlik", "tr-tckn", 11, tr_tckn),
    id("rsa id", "za-id", 13, |t| luhn(&digits(t)) && date(&digits(t), 2, 4)),
    id("south african id", "za-id", 13, |t| luhn(&digits(t)) && date(&digits(t), 2, 4)),
    id("ahv", "ch-ahv", 13, |t| ch_ahv(&digits(t))),
    id("rijksregisternummer", "be-nrn", 11, be_nrn),
    id("registre national", "be-nrn", 11, be_nrn),
    id("resident id", "cn-id", 18, cn_id),
    id("my number", "jp-my-number", 12, jp_my_number),
    id("cnp", "ro-cnp", 13, ro_cnp),
    id("egn", "bg-egn", 10, bg_egn),
    id("rodne cislo", "cz-rc", 10, |t| digits(t).iter().fold(0u64, |n, d| n * 10 + u64::from(*d)).is_multiple_of(11)),
    id("pps number", "ie-pps", 9, ie_pps),
    id("pps number", "ie-pps", 8, ie_pps),
    id("ppsn", "ie-pps", 9, ie_pps),
    id("ppsn", "ie-pps", 8, ie_pps),
    id("teudat zehut", "il-id", 9, |t| luhn(&digits(t)) && digits(t).len() == 9),
    id("passport", "passport", 9, |t| digits(t).len() >= 7),
];

/// Longest text between the word and the id.
const MAX_FILLER: usize = 24;

/// What may stand between the word and the id.
const FILLERS: [&str; 10] = ["number", "no", "nr", "is", "id", "num", "nummer", "numero", "value", "n"];

/// The longest word of an id that ends the key of an attribute.
pub(crate) fn word_of(key: &str) -> Option<&'static str> {
    IDS.iter().filter(|id| id.ends(key)).map(|id| id.word).max_by_key(|word| word.len())
}

/// The id that is the whole value of an attribute whose key ends with the word.
pub(crate) fn attribute(word: &str, text: &str) -> Option<Hit> {
    let outer = |c: char| c.is_whitespace() || matches!(c, '"' | '[' | ']');
    let start = text.len() - text.trim_start_matches(outer).len();
    let end = text.trim_end_matches(outer).len();
    let fits = |id: &&NationalId| id.word == word && id.value(text, start) == Some(end);
    IDS.iter().find(fits).map(|id| Hit::new(start, end, id.class, RANK_PERSONAL + 1))
}

impl NationalId {
    /// All ways to write the word.
    pub(crate) fn literals(&self) -> Vec<String> {
        let joins: &[&str] = if self.word.contains(' ') { &["", "_", "-", ".", " "] } else { &[" "] };
        joins.iter().map(|join| self.word.replace(' ', join)).collect()
    }

    /// Whether the word ends the key, fillers and digits aside: `customer.pesel`, `cpfNumber`, `pesel_2`.
    fn ends(&self, key: &str) -> bool {
        let lower = key.to_ascii_lowercase();
        self.literals().iter().any(|literal| {
            let Some(at) = lower.rfind(literal.as_str()) else { return false };
            let rest = part(&lower, at + literal.len(), lower.len()).trim_start_matches(['_', '-', '.']);
            let ends = rest.bytes().all(|b| b.is_ascii_digit()) || FILLERS.contains(&rest);
            // `customerPesel` begins a word, `epoxynie` does not.
            let camel = key.as_bytes().get(at).is_some_and(u8::is_ascii_uppercase);
            ends && (starts_word(lower.as_bytes(), at) || camel)
        })
    }

    /// Looks behind the word at `start..end`.
    pub(crate) fn look(&self, text: &str, start: usize, end: usize, out: &mut Vec<Hit>) {
        let bytes = text.as_bytes();
        let joined = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
        if !starts_word(bytes, start) || joined(bytes.get(end)) {
            return;
        }
        let mut at = end;
        let mut limit = bytes.len().min(end + MAX_FILLER);
        while at < limit {
            let word =
                bytes.get(at..).unwrap_or_default().iter().take(24).take_while(|b| b.is_ascii_alphanumeric()).count();
            let has_digit = part(text, at, at + word).bytes().any(|b| b.is_ascii_digit());
            if let Some(value) = quote(bytes, at).and_then(|(escapes, _)| paired(bytes, at + escapes + 1)) {
                at = value;
                limit = bytes.len().min(value + MAX_FILLER);
                continue;
            }
            match bytes[at] {
                _ if word > 0 && has_digit => break,
                _ if word > 0 && FILLERS.iter().any(|f| part(text, at, at + word).eq_ignore_ascii_case(f)) => {
                    at += word;
                }
                _ if word > 0 => break,
                b' ' | b':' | b'=' | b'#' | b'"' | b'\'' | b'.' | b'_' | b'\\' | b'-' | b'(' => at += 1,
                _ => return,
            }
        }
        if let Some(to) = self.value(text, at) {
            out.push(Hit::new(at, to, self.class, RANK_PERSONAL + 1));
        }
    }

    /// Where the id that starts at `at` ends.
    fn value(&self, text: &str, at: usize) -> Option<usize> {
        let bytes = text.as_bytes();
        let mut compact = String::with_capacity(20);
        let mut to = at;
        let mut gap = false;
        while compact.len() < self.length {
            match bytes.get(to)? {
                b if b.is_ascii_alphanumeric() => {
                    compact.push(char::from(b.to_ascii_uppercase()));
                    gap = false;
                }
                b' ' | b'.' | b'-' | b'/' | b'+' if !gap && !compact.is_empty() => gap = true,
                _ => return None,
            }
            to += 1;
        }
        (ends_word(bytes, to) && (self.check)(&compact)).then_some(to)
    }
}

/// `A` a letter, `9` a digit, `#` either.
fn shape(text: &str, pattern: &str) -> bool {
    text.len() == pattern.len()
        && text.bytes().zip(pattern.bytes()).all(|(b, p)| match p {
            b'A' => b.is_ascii_uppercase(),
            b'9' => b.is_ascii_digit(),
            _ => b.is_ascii_alphanumeric(),
        })
}

fn uk_nino(t: &str) -> bool {
    let bad = ["BG", "GB", "KN", "NK", "NT", "TN", "ZZ"];
    shape(t, "AA999999A")
        && !t.bytes().take(2).any(|b| b"DFIQUV".contains(&b))
        && t.as_bytes()[1] != b'O'
        && !bad.iter().any(|p| t.starts_with(p))
        && matches!(t.as_bytes()[8], b'A'..=b'D')
}

fn uk_nhs(t: &str) -> bool {
    let d = digits(t);
    let check = (11 - weighted(&d, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11;
    d.len() == 10 && check == d[9]
}

fn in_aadhaar(t: &str) -> bool {
    let d = digits(t);
    d.len() == 12 && d[0] >= 2 && verhoeff(&d)
}

fn pl_pesel(t: &str) -> bool {
    let d = digits(t);
    d.len() == 11 && (weighted(&d, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) + d[10]).is_multiple_of(10)
}

fn nl_bsn(t: &str) -> bool {
    let d = digits(t);
    d.len() == 9 && d.iter().any(|x| *x > 0) && {
        let sum = i64::from(weighted(&d, &[9, 8, 7, 6, 5, 4, 3, 2])) - i64::from(d[8]);
        sum % 11 == 0
    }
}

fn es_dni(t: &str) -> bool {
    let number = match t.as_bytes().first() {
        Some(b'X') => t.replacen('X', "0", 1),
        Some(b'Y') => t.replacen('Y', "1", 1),
        Some(b'Z') => t.replacen('Z', "2", 1),
        _ => t.to_owned(),
    };
    let n = digits(&number).iter().fold(0, |n, d| n * 10 + d);
    shape(&number, "99999999A") && b"TRWAGMYFPDXBNJZSQVHLCKE"[(n % 23) as usize] == number.as_bytes()[8]
}

fn pt_nif(t: &str) -> bool {
    let d = digits(t);
    let rest = weighted(&d, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    d.len() == 9 && d[8] == if rest < 2 { 0 } else { 11 - rest }
}

fn no_fnr(t: &str) -> bool {
    let d = digits(t);
    d.len() == 11
        && (weighted(&d, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1])).is_multiple_of(11)
        && weighted(&d, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}

/// Date, (separator), number, check character; the `A` of this century is a letter within: `010190-123A`.
fn fi_hetu(t: &str) -> bool {
    let d = digits(t.get(..9).unwrap_or_default());
    let n = d.iter().fold(0, |n, x| n * 10 + x);
    d.len() == 9 && t.as_bytes().get(9) == b"0123456789ABCDEFHJKLMNPRSTUVWXY".get((n % 31) as usize)
}

fn it_codice_fiscale(t: &str) -> bool {
    const ODD: [u8; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let value = |b: u8| if b.is_ascii_digit() { b - b'0' } else { b.saturating_sub(b'A').min(25) };
    let sum: u32 = t
        .bytes()
        .take(15)
        .enumerate()
        .map(|(i, b)| u32::from(if i % 2 == 0 { ODD[usize::from(value(b))] } else { value(b) }))
        .sum();
    shape(t, "AAAAAA##A##A###A") && u32::from(t.as_bytes()[15] - b'A') == sum % 26
}

fn sg_nric(t: &str) -> bool {
    if !shape(t, "A9999999A") {
        return false;
    }
    let offset = match t.as_bytes()[0] {
        b'T' | b'G' => 4,
        b'M' => 3,
        _ => 0,
    };
    let rest = (weighted(&digits(t), &[2, 7, 6, 5, 4, 3, 2]) + offset) % 11;
    let letters: &[u8] = match t.as_bytes()[0] {
        b'S' | b'T' => b"JZIHGFEDCBA",
        b'F' | b'G' => b"XWUTRQPNMLK",
        b'M' => b"KLJNPQRTUWX",
        _ => return false,
    };
    let rest = if t.as_bytes()[0] == b'M' { 10 - rest } else { rest };
    letters.get(rest as usize) == t.as_bytes().get(8)
}

fn tr_tckn(t: &str) -> bool {
    let d = digits(t);
    let sum = |from: usize| d.iter().skip(from).take(9 - from).step_by(2).sum::<u32>();
    d.len() == 11
        && d[0] != 0
        && (7 * sum(0) + 100 - sum(1)) % 10 == d[9]
        && d.iter().take(10).sum::<u32>() % 10 == d[10]
}

fn be_nrn(t: &str) -> bool {
    let d = digits(t);
    let number = |d: &[u32]| d.iter().fold(0u64, |n, x| n * 10 + u64::from(*x));
    d.len() == 11 && {
        let check = number(&d[9..]);
        let n = number(&d[..9]);
        97 - n % 97 == check || 97 - (2_000_000_000 + n) % 97 == check || rest97(&d, 9) == Some(97 - check.min(97))
    }
}

fn jp_my_number(t: &str) -> bool {
    let d = digits(t);
    let rest = weighted(&d, &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    d.len() == 12 && d[11] == if rest <= 1 { 0 } else { 11 - rest }
}

fn ro_cnp(t: &str) -> bool {
    let d = digits(t);
    let rest = weighted(&d, &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
    d.len() == 13 && date(&d, 3, 5) && d[12] == if rest == 10 { 1 } else { rest }
}

fn bg_egn(t: &str) -> bool {
    let d = digits(t);
    d.len() == 10 && weighted(&d, &[2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10 == d[9]
}

/// Seven digits and a check letter; since 2013 one letter more, which counts in the check.
fn ie_pps(t: &str) -> bool {
    let d = digits(t);
    let letters = b"WABCDEFGHIJKLMNOPQRSTUV";
    let second = t.as_bytes().get(8).map_or(0, |b| u32::from(b.saturating_sub(b'A')) + 1);
    let second = if t.as_bytes().get(8) == Some(&b'W') { 0 } else { second };
    (shape(t, "9999999AA") || shape(t, "9999999A"))
        && t.as_bytes().get(7) == letters.get(((weighted(&d, &[8, 7, 6, 5, 4, 3, 2]) + 9 * second) % 23) as usize)
}
