//! Personal data: generated with valid and with wrong check digits.

use decant_redact::{Config, Redactor};

use crate::corpus::Draw;

/// Appends Luhn's check digit.
pub(crate) fn luhn(digits: &str) -> String {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(i, b)| {
            let d = u32::from(b - b'0');
            if i % 2 == 1 {
                d
            } else if d > 4 {
                2 * d - 9
            } else {
                2 * d
            }
        })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

pub(crate) fn grouped(digits: &str, lengths: &[usize], separator: &str) -> String {
    let mut rest = digits;
    let mut groups = Vec::new();
    for &n in lengths {
        let (group, tail) = rest.split_at(n);
        groups.push(group);
        rest = tail;
    }
    groups.join(separator)
}

/// The last digit raised by one: a wrong check digit.
pub(crate) fn spoiled(text: &str) -> String {
    let at = text.rfind(|c: char| c.is_ascii_digit()).unwrap();
    let digit = (text.as_bytes()[at] - b'0' + 1) % 10;
    format!("{}{digit}{}", &text[..at], &text[at + 1..])
}

pub(crate) fn iban(country: &str, bban: &str) -> String {
    let turned = format!("{bban}{country}00");
    let rest = turned.bytes().fold(0u64, |rest, b| match b {
        b'0'..=b'9' => (rest * 10 + u64::from(b - b'0')) % 97,
        _ => (rest * 100 + u64::from(b - b'A') + 10) % 97,
    });
    format!("{country}{:02}{bban}", 98 - rest)
}

pub(crate) fn cpf(nine: &str) -> String {
    let mut digits: Vec<u32> = nine.bytes().map(|b| u32::from(b - b'0')).collect();
    for n in [9u32, 10] {
        let sum: u32 = digits.iter().zip((2..=n + 1).rev()).map(|(d, w)| d * w).sum();
        digits.push(match sum % 11 {
            0 | 1 => 0,
            rest => 11 - rest,
        });
    }
    digits.iter().map(ToString::to_string).collect()
}

pub(crate) fn pesel(ten: &str) -> String {
    let sum: u32 = ten.bytes().zip([1, 3, 7, 9, 1, 3, 7, 9, 1, 3]).map(|(b, w)| u32::from(b - b'0') * w).sum();
    format!("{ten}{}", (10 - sum % 10) % 10)
}

fn check(class: &str, line: &str, value: &str) {
    let mut redactor = Redactor::new(&Config::default());
    let new = redactor.text(line);
    assert!(!new.contains(value), "{class}: {line} -> {new}");
    assert!(redactor.counts().contains_key(class), "{class}: {line} -> {new} {:?}", redactor.counts());
    assert_eq!(redactor.text(&new), new, "once is enough");
}

fn survives(line: &str) {
    assert_eq!(Redactor::new(&Config::default()).text(line), line);
}

#[test]
fn cards_are_found_by_network_and_check_digit() {
    for seed in 0..200 {
        let mut draw = Draw::new(seed);
        let (prefix, length) =
            [("4", 16), ("51", 16), ("55", 16), ("2221", 16), ("6011", 16), ("34", 15), ("37", 15), ("36", 14)]
                [seed as usize % 8];
        let number = luhn(&format!("{prefix}{}", draw.digits(length - 1 - prefix.len())));
        check("payment-card", &format!("charged card {number} for 12.00"), &number);
        if length == 16 {
            for separator in [" ", "-"] {
                let number = grouped(&number, &[4, 4, 4, 4], separator);
                check("payment-card", &format!("card: {number}, exp 12/29"), &number);
            }
        }
        survives(&format!("order {} shipped", spoiled(&number)));
        survives(&format!("blk_{number} replicated"));
        survives(&format!("offset 1{number} lag 7"));
    }
}

#[test]
fn ibans_are_found_alone_and_in_groups() {
    for seed in 0..50 {
        let mut draw = Draw::new(seed);
        for value in [
            iban("DE", &draw.digits(18)),
            iban("GB", &format!("WEST{}", draw.digits(14))),
            iban("NL", &format!("ABNA{}", draw.digits(10))),
            iban("FR", &format!("{}M{}", draw.digits(12), draw.digits(10))),
        ] {
            check("iban", &format!("transfer to {value} done"), &value);
            let lengths: Vec<usize> = (0..value.len()).step_by(4).map(|i| 4.min(value.len() - i)).collect();
            let spaced = grouped(&value, &lengths, " ");
            check("iban", &format!("IBAN {spaced}"), &spaced);
            survives(&format!("transfer to {} done", spoiled(&value)));
        }
    }
}

#[test]
fn mail_addresses_are_found_and_look_alikes_are_not() {
    for value in
        ["jane.doe@example.com", "j+tag@mail.example.co.uk", "o_brien99@sub.domain.org", "käthe@bücher.example"]
    {
        for line in [
            format!("user {value} logged in"),
            format!("from=<{value}>, size=1"),
            format!("{{\"to\":\"{value}\"}}"),
            format!("mailto:{value}"),
        ] {
            check("email", &line, value);
        }
    }
    for line in [
        "git@github.com:org/repo.git",
        "user@2x.png",
        "pkg@1.2.3",
        "actions/checkout@v4",
        "getty@tty1.service started",
        "Object@1a2b3c4d",
        "https://unpkg.com/react@18.2.0/umd/react.js",
        "@scope/name",
        "a @ b",
        "foo@bar",
        "image@sha256:abc",
    ] {
        survives(line);
    }
}

#[test]
fn telephone_numbers_need_a_plus_or_their_layout() {
    for value in [
        "+14155552671",
        "+49 30 12345678",
        "+44 20 7946 0958",
        "+33 1 23 45 67 89",
        "(415) 555-2671",
        "415-555-2671",
        "1-415-555-2671",
    ] {
        check("phone", &format!("called {value} twice"), value);
    }
    check("phone", "phone=4155552671 ok", "4155552671");
    for line in [
        "10-105-162-105",
        "2015-10-18 18:06:18,045",
        "time +0000",
        "+0200",
        "a+123456",
        "12-345-6789",
        "port 8080-8090",
        "5 + 1234567890",
        "123-45-678",
    ] {
        survives(line);
    }
}

#[test]
fn national_ids_need_their_word_or_their_layout() {
    for seed in 0..50 {
        let mut draw = Draw::new(seed);
        let number = cpf(&draw.digits(9));
        let value = format!("{}.{}.{}-{}", &number[..3], &number[3..6], &number[6..9], &number[9..]);
        check("br-cpf", &format!("cliente {value} ok"), &value);
        check("br-cpf", &format!("\"cpf\":\"{number}\""), &number);
        survives(&format!("cliente {} ok", spoiled(&value)));
        survives(&format!("row {number} written"));
        let pesel = pesel(&format!("85{}", draw.digits(8)));
        check("pl-pesel", &format!("PESEL: {pesel}"), &pesel);
        survives(&format!("PESEL: {}", spoiled(&pesel)));
        let ssn = format!("{}-{}-{}", 100 + draw.below(500), 10 + draw.below(80), 1000 + draw.below(8000));
        check("us-ssn", &format!("applicant {ssn} approved"), &ssn);
    }
    for (class, line, value) in [
        ("es-dni", "DNI 12345678Z", "12345678Z"),
        ("it-codice-fiscale", "codice fiscale: RSSMRA85T10A562S", "RSSMRA85T10A562S"),
        ("uk-nino", "NINO AB 12 34 56 C", "AB 12 34 56 C"),
        ("de-tax-id", "Steuer-ID 86095742719", "86095742719"),
        ("nl-bsn", "BSN: 111222333", "111222333"),
        ("fi-hetu", "hetu 131052-308T", "131052-308T"),
        ("se-personnummer", "personnummer 811218-9876", "811218-9876"),
        ("ca-sin", "SIN 046 454 286", "046 454 286"),
        ("sg-nric", "NRIC S1234567D", "S1234567D"),
        ("tr-tckn", "TCKN 10000000146", "10000000146"),
        ("ch-ahv", "Nr. 756.9217.0769.85 erfasst", "756.9217.0769.85"),
        ("cn-id", "id 11010519491231002X ok", "11010519491231002X"),
        ("in-aadhaar", "Aadhaar 2341 2341 2346", "2341 2341 2346"),
    ] {
        check(class, line, value);
    }
    for line in ["R 000-12-3456", "666-12-3456", "version 123-45-67890", "range 900-12-3456 x"] {
        survives(line);
    }
}

#[test]
fn names_and_dates_of_birth_are_found_by_their_key() {
    check("person-name", r#"{"first_name":"Grace","id":7}"#, "Grace");
    check("person-name", "last_name=Hopper age=85", "Hopper");
    check("birth-date", r#""date_of_birth": "1906-12-09""#, "1906-12-09");
    check("postal-address", r#""street_address":"12 Long Road, Springfield""#, "12 Long Road");
    survives(r#"{"hostname":"web-1","display_name":"shop"}"#);
}
