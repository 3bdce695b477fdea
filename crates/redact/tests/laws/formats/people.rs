//! Numbers of people, with the check digits of their issuers, computed here once more and in another way.

use crate::corpus::Draw;
use crate::personal::{cpf, grouped, iban, luhn, pesel};

/// A class, a line with `@` for the number, and how to draw one. The near miss is the number with its last digit or
/// letter changed, or what `miss` draws where the number has no check.
pub(crate) struct Person {
    pub(crate) class: &'static str,
    pub(crate) line: &'static str,
    pub(crate) draw: fn(&mut Draw) -> String,
    pub(crate) miss: Option<fn(&mut Draw) -> String>,
}

const fn person(class: &'static str, line: &'static str, draw: fn(&mut Draw) -> String) -> Person {
    Person { class, line, draw, miss: None }
}

const fn unchecked(
    class: &'static str,
    line: &'static str,
    draw: fn(&mut Draw) -> String,
    miss: fn(&mut Draw) -> String,
) -> Person {
    Person { class, line, draw, miss: Some(miss) }
}

pub(crate) const PEOPLE: &[Person] = &[
    person("payment-card", "card @ charged", |d| luhn(&format!("4{}", d.digits(14)))),
    person("payment-card", "card @ charged", |d| grouped(&luhn(&format!("51{}", d.digits(13))), &[4, 4, 4, 4], " ")),
    person("payment-card", "card @ charged", |d| luhn(&format!("37{}", d.digits(12)))),
    person("iban", "to @ sent", |d| iban("DE", &d.digits(18))),
    person("iban", "to @ sent", |d| grouped(&iban("FR", &d.digits(23)), &[4, 4, 4, 4, 4, 4, 3], " ")),
    person("iban", "to @ sent", |d| iban("GB", &format!("{}{}", d.drawn("Z", 4), d.digits(14)))),
    person("au-tfn", "TFN: @", |d| {
        until(d, |d| {
            let eight = d.digits(8);
            let rest = sum(&eight, &[1, 4, 3, 7, 5, 8, 6, 9]) % 11;
            (rest < 10).then(|| format!("{eight}{rest}"))
        })
    }),
    person("be-nrn", "rijksregisternummer @", |d| {
        let nine = format!("{}{}", date(d), d.digits(3));
        format!("{nine}{:02}", 97 - number(&nine) % 97)
    }),
    person("bg-egn", "EGN @", |d| {
        let nine = format!("{}{}", date(d), d.digits(3));
        format!("{nine}{}", sum(&nine, &[2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10)
    }),
    person("br-cpf", "cliente @ ok", |d| {
        let n = cpf(&d.digits(9));
        format!("{}.{}.{}-{}", &n[..3], &n[3..6], &n[6..9], &n[9..])
    }),
    person("br-cpf", "\"cpf\":\"@\"", |d| cpf(&d.digits(9))),
    person("ca-sin", "SIN: @", |d| luhn(&format!("4{}", d.digits(7)))),
    person("ch-ahv", "AHV @", |d| ean(&format!("756{}", d.digits(9)))),
    person("ch-ahv", "Nr. @ erfasst", |d| grouped(&ean(&format!("756{}", d.digits(9))), &[3, 4, 4, 2], ".")),
    person("cn-id", "id @ ok", |d| {
        let head = format!("110105{}{}{}", 1950 + d.below(50), &date(d)[2..], d.digits(3));
        let rest = sum(&head, &[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) as usize % 11;
        format!("{head}{}", &"10X98765432"[rest..rest + 1])
    }),
    person("cz-rc", "rodne cislo @", |d| {
        until(d, |d| {
            let nine = format!("{}{}", date(d), d.digits(3));
            let rest = number(&nine) % 11;
            (rest < 10).then(|| format!("{}/{}{rest}", &nine[..6], &nine[6..]))
        })
    }),
    person("de-tax-id", "Steuer-ID @", |d| mod11_10(&format!("8{}", d.digits(9)))),
    unchecked(
        "dk-cpr",
        "CPR @",
        |d| format!("{}-{}", day_first(d), d.digits(4)),
        |d| format!("99{}-{}", d.digits(4), d.digits(4)),
    ),
    person("es-dni", "DNI @", |d| {
        let n = d.digits(8);
        let at = (number(&n) % 23) as usize;
        format!("{n}{}", &"TRWAGMYFPDXBNJZSQVHLCKE"[at..=at])
    }),
    person("fi-hetu", "hetu @", |d| {
        let (date, n) = (day_first(d), d.digits(3));
        let at = (number(&format!("{date}{n}")) % 31) as usize;
        format!("{date}-{n}{}", &"0123456789ABCDEFHJKLMNPRSTUVWXY"[at..=at])
    }),
    person("fr-nir", "assuré @ ok", |d| {
        let n = format!("1{}0{}75{}", d.digits(2), 1 + d.below(9), d.digits(6));
        format!("{n}{:02}", 97 - number(&n) % 97)
    }),
    person("hr-oib", "OIB: @", |d| mod11_10(&d.digits(10))),
    person("ie-pps", "PPS number @", |d| {
        let n = d.digits(7);
        let at = ((sum(&n, &[8, 7, 6, 5, 4, 3, 2]) + 9) % 23) as usize;
        format!("{n}{}A", &"WABCDEFGHIJKLMNOPQRSTUV"[at..=at])
    }),
    person("ie-pps", "PPS number @", |d| {
        let n = d.digits(7);
        let at = (sum(&n, &[8, 7, 6, 5, 4, 3, 2]) % 23) as usize;
        format!("{n}{}", &"WABCDEFGHIJKLMNOPQRSTUV"[at..=at])
    }),
    person("il-id", "teudat zehut @", |d| luhn(&d.digits(8))),
    person("in-aadhaar", "Aadhaar @", |d| grouped(&verhoeff(&format!("3{}", d.digits(10))), &[4, 4, 4], " ")),
    unchecked(
        "in-pan",
        "PAN number @",
        |d| format!("{}P{}{}{}", d.drawn("Z", 3), d.drawn("Z", 1), d.digits(4), d.drawn("Z", 1)),
        |d| format!("{}{}{}", d.drawn("Z", 4), d.digits(5), d.drawn("Z", 1)),
    ),
    person("it-codice-fiscale", "codice fiscale: @", |d| {
        let n = format!("{}{}{}{}{}{}", d.drawn("Z", 6), d.digits(2), "T", d.digits(2), d.drawn("Z", 1), d.digits(3));
        let letter = codice_fiscale(&n);
        format!("{n}{letter}")
    }),
    person("jp-my-number", "my number @", |d| {
        let n = d.digits(11);
        let rest = sum(&n, &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
        format!("{n}{}", if rest <= 1 { 0 } else { 11 - rest })
    }),
    person("kr-rrn", "주민 @ ok", |d| {
        let n = format!("{}1{}", date(d), d.digits(5));
        let rest = sum(&n, &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11;
        format!("{}-{}{}", &n[..6], &n[6..], (11 - rest) % 10)
    }),
    unchecked(
        "mx-curp",
        "CURP: @",
        |d| format!("{}{}HDF{}0{}", d.drawn("Z", 4), date(d), d.drawn("Z", 3), d.digits(1)),
        |d| format!("{}{}HDF{}0{}", d.drawn("Z", 3), d.digits(7), d.drawn("Z", 3), d.digits(1)),
    ),
    unchecked("national-id", "national_id=@ x", |d| d.digits(10), |d| format!("type{}", d.digits(2))),
    person("nl-bsn", "BSN: @", |d| {
        until(d, |d| {
            let eight = d.digits(8);
            let rest = sum(&eight, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
            (rest < 10).then(|| format!("{eight}{rest}"))
        })
    }),
    person("no-fnr", "fødselsnummer @", |d| {
        until(d, |d| {
            let nine = format!("{}{}", day_first(d), d.digits(3));
            let first = (11 - sum(&nine, &[3, 7, 6, 1, 8, 9, 4, 5, 2]) % 11) % 11;
            let ten = format!("{nine}{first}");
            let second = (11 - sum(&ten, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11;
            (first < 10 && second < 10).then(|| format!("{ten}{second}"))
        })
    }),
    person("pl-pesel", "PESEL: @", |d| pesel(&format!("85{}", d.digits(8)))),
    person("ro-cnp", "CNP: @", |d| {
        let n = format!("1{}{}", date(d), d.digits(5));
        let rest = sum(&n, &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
        format!("{n}{}", if rest == 10 { 1 } else { rest })
    }),
    person("se-personnummer", "personnummer @", |d| {
        let n = luhn(&format!("{}{}", date(d), d.digits(3)));
        format!("{}-{}", &n[..6], &n[6..])
    }),
    person("sg-nric", "NRIC @", |d| {
        let n = d.digits(7);
        let at = (sum(&n, &[2, 7, 6, 5, 4, 3, 2]) % 11) as usize;
        format!("S{n}{}", &"JZIHGFEDCBA"[at..=at])
    }),
    person("tr-tckn", "TCKN @", |d| {
        let n = format!("1{}", d.digits(8));
        let of = |from: usize| n.bytes().skip(from).step_by(2).map(|b| u32::from(b - b'0')).sum::<u32>();
        let tenth = (7 * of(0) + 100 - of(1)) % 10;
        let all = of(0) + of(1) + tenth;
        format!("{n}{tenth}{}", all % 10)
    }),
    person("uk-nhs", "NHS number @", |d| {
        until(d, |d| {
            let nine = d.digits(9);
            let check = (11 - sum(&nine, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11;
            (check < 10).then(|| format!("{} {} {}{check}", &nine[..3], &nine[3..6], &nine[6..]))
        })
    }),
    unchecked("uk-nino", "NINO @", |d| format!("AB{}C", d.digits(6)), |d| format!("DQ{}Z", d.digits(6))),
    unchecked(
        "us-ssn",
        "applicant @ approved",
        |d| format!("{}-{}-{}", 100 + d.below(500), 10 + d.below(80), 1000 + d.below(8000)),
        |d| format!("{}-{}-{}", 900 + d.below(99), 10 + d.below(80), 1000 + d.below(8000)),
    ),
    unchecked(
        "us-ssn",
        "SSN @",
        |d| format!("{}{}{}", 100 + d.below(500), 10 + d.below(80), 1000 + d.below(8000)),
        |d| format!("{}{}0000", 100 + d.below(500), 10 + d.below(80)),
    ),
    person("za-id", "south african id @", |d| luhn(&format!("{}{}08", date(d), d.digits(4)))),
];

fn until(draw: &mut Draw, next: fn(&mut Draw) -> Option<String>) -> String {
    loop {
        if let Some(found) = next(draw) {
            return found;
        }
    }
}

fn number(digits: &str) -> u64 {
    digits.parse().unwrap()
}

fn sum(digits: &str, weights: &[u32]) -> u32 {
    digits.bytes().zip(weights).map(|(b, w)| u32::from(b - b'0') * w).sum()
}

/// Year, month, day.
fn date(draw: &mut Draw) -> String {
    format!("{:02}{:02}{:02}", 40 + draw.below(59), 1 + draw.below(12), 1 + draw.below(28))
}

/// Day, month, year.
fn day_first(draw: &mut Draw) -> String {
    let date = date(draw);
    format!("{}{}{}", &date[4..], &date[2..4], &date[..2])
}

/// Appends the check digit of an EAN-13.
fn ean(twelve: &str) -> String {
    let sum: u32 = twelve.bytes().enumerate().map(|(i, b)| u32::from(b - b'0') * if i % 2 == 0 { 1 } else { 3 }).sum();
    format!("{twelve}{}", (10 - sum % 10) % 10)
}

/// Appends the check digit of ISO 7064 mod 11,10.
fn mod11_10(ten: &str) -> String {
    let product = ten.bytes().fold(10, |product, b| match (u32::from(b - b'0') + product) % 10 {
        0 => 10 * 2 % 11,
        sum => sum * 2 % 11,
    });
    format!("{ten}{}", (11 - product) % 10)
}

/// Appends Verhoeff's check digit, by the tables of his thesis.
fn verhoeff(digits: &str) -> String {
    const TIMES: [&str; 10] = [
        "0123456789",
        "1234067895",
        "2340178956",
        "3401289567",
        "4012395678",
        "5987604321",
        "6598710432",
        "7659821043",
        "8765932104",
        "9876543210",
    ];
    const PERMUTED: [&str; 8] = [
        "0123456789",
        "1576283094",
        "5803796142",
        "8916043527",
        "9453126870",
        "4286573901",
        "2793806415",
        "7046913258",
    ];
    const INVERSE: &str = "0432156789";
    let at = |row: &str, i: usize| usize::from(row.as_bytes()[i] - b'0');
    let check = digits
        .bytes()
        .rev()
        .enumerate()
        .fold(0, |c, (i, b)| at(TIMES[c], at(PERMUTED[(i + 1) % 8], usize::from(b - b'0'))));
    format!("{digits}{}", at(INVERSE, check))
}

/// The control character of an Italian tax code (Decreto Ministeriale 23 December 1976).
fn codice_fiscale(fifteen: &str) -> char {
    const ODD: &[u8] = b"BAFHJNPRTVCESULDGIMOQKWZYX";
    let value = |b: u8| if b.is_ascii_digit() { b - b'0' } else { b - b'A' };
    let sum: u32 = fifteen
        .bytes()
        .enumerate()
        .map(|(i, b)| u32::from(if i % 2 == 0 { ODD[usize::from(value(b))] - b'A' } else { value(b) }))
        .sum();
    char::from(b'A' + (sum % 26) as u8)
}
