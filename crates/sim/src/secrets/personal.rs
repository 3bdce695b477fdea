//! Personal data: addresses, numbers, ids of several countries.

use super::Class;
use super::checks::{luhn, mod11_10, mod97, verhoeff, weighted};
use crate::dice::Dice;

const FIRST: &[&str] = &["Marta", "Jonas", "Aylin", "Pedro", "Ingrid", "Tomasz", "Chloe", "Rafael", "Noor", "Emil"];
const LAST: &[&str] =
    &["Lindberg", "Okonkwo", "Moreau", "Kowalski", "Duarte", "Haugen", "Brenner", "Iyer", "Vogel", "Rossi"];

fn digits(dice: &mut Dice, n: usize) -> Vec<u32> {
    (0..n).map(|_| dice.below(10) as u32).collect()
}

fn text(digits: &[u32]) -> String {
    digits.iter().filter_map(|d| char::from_digit(*d, 10)).collect()
}

/// The number with its check digit, and with a wrong one.
fn with_check(mut of: Vec<u32>, check: u32) -> (String, String) {
    let wrong = (check + 3) % 10;
    of.push(check);
    let good = text(&of);
    of.pop();
    of.push(wrong);
    (good, format!("block {} was read", text(&of)))
}

fn email(dice: &mut Dice) -> (String, String) {
    let (first, last) = (dice.pick(FIRST).to_lowercase(), dice.pick(LAST).to_lowercase());
    let (host, n) = (dice.pick(&["mail.example", "post.example.org", "firma.example.com"]), dice.below(90));
    (format!("{first}.{last}{n}@{host}"), format!("thread main@{} is waiting", dice.hex(8)))
}

fn phone(dice: &mut Dice) -> (String, String) {
    let value = match dice.below(3) {
        0 => format!("+49 30 {}", text(&digits(dice, 8))),
        1 => format!("+44 20 7946 0{}", text(&digits(dice, 3))),
        _ => format!("+1-202-555-01{}", text(&digits(dice, 2))),
    };
    (value, format!("offset +{} of partition {}", text(&digits(dice, 4)), dice.below(90)))
}

fn card(dice: &mut Dice) -> (String, String) {
    let mut number = match dice.below(3) {
        0 => vec![4],
        1 => vec![5, 1 + dice.below(5) as u32],
        _ => vec![3, 7],
    };
    let length = if number[0] == 3 { 14 } else { 15 };
    number.extend(digits(dice, length - number.len()));
    let check = luhn(&number);
    let (good, near) = with_check(number, check);
    if good.len() == 16 && dice.chance(0.4) {
        let groups: Vec<&str> = good.as_bytes().chunks(4).filter_map(|c| std::str::from_utf8(c).ok()).collect();
        return (groups.join(dice.pick(&[" ", "-"])), near);
    }
    (good, near)
}

fn iban(dice: &mut Dice) -> (String, String) {
    let (country, body) = match dice.below(3) {
        0 => ("DE", text(&digits(dice, 18))),
        1 => ("NL", format!("ABNA{}", text(&digits(dice, 10)))),
        _ => ("GB", format!("WEST{}", text(&digits(dice, 14)))),
    };
    let check = 98 - mod97(&format!("{body}{country}00"));
    let wrong = (check + 7) % 97;
    (format!("{country}{check:02}{body}"), format!("part {country}{wrong:02}{body} is missing"))
}

fn us_ssn(dice: &mut Dice) -> (String, String) {
    let (area, group, serial) = (1 + dice.below(665), 1 + dice.below(99), 1 + dice.below(9_999));
    (format!("{area:03}-{group:02}-{serial:04}"), format!("range 000-{group:02}-{serial:04} is unused"))
}

fn fr_nir(dice: &mut Dice) -> (String, String) {
    let mut body = vec![1 + dice.below(2) as u32];
    body.extend(digits(dice, 2));
    body.extend([0, 1 + dice.below(9) as u32]);
    body.extend([7, 5]);
    body.extend(digits(dice, 6));
    let body = text(&body);
    let key = 97 - mod97(&body);
    (format!("{body}{key:02}"), format!("lot {body}{:02} was packed", (key + 5) % 97))
}

fn es_dni(dice: &mut Dice) -> (String, String) {
    const LETTERS: &[u8] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let number = 10_000_000 + dice.below(80_000_000);
    let letter = |n: usize| char::from(LETTERS[n % 23]);
    (format!("{number}{}", letter(number)), format!("bolt {number}{} was tightened", letter(number + 4)))
}

fn nl_bsn(dice: &mut Dice) -> (String, String) {
    loop {
        let mut of = digits(dice, 8);
        of[0] = 1 + of[0] % 8;
        let check = weighted(&of, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
        if check < 10 {
            return with_check(of, check);
        }
    }
}

fn pl_pesel(dice: &mut Dice) -> (String, String) {
    let mut of = vec![dice.below(10) as u32, dice.below(10) as u32, 0, 1 + dice.below(9) as u32];
    of.extend([dice.below(2) as u32, 1 + dice.below(9) as u32]);
    of.extend(digits(dice, 4));
    let check = (10 - weighted(&of, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10) % 10;
    with_check(of, check)
}

fn br_cpf(dice: &mut Dice) -> (String, String) {
    let mut of = digits(dice, 9);
    for start in [10, 11] {
        let weights: Vec<u32> = (2..=start).rev().collect();
        let rest = weighted(&of, &weights) * 10 % 11 % 10;
        of.push(rest);
    }
    let t = text(&of);
    let part = |from: usize, to: usize| t.get(from..to).unwrap_or_default().to_owned();
    let dotted = |check: &str| format!("{}.{}.{}-{check}", part(0, 3), part(3, 6), part(6, 9));
    let wrong = format!("{:02}", (of[9] * 10 + of[10] + 13) % 100);
    (dotted(&part(9, 11)), format!("node {} joined", dotted(&wrong)))
}

fn in_aadhaar(dice: &mut Dice) -> (String, String) {
    let mut of = digits(dice, 11);
    of[0] = 2 + of[0] % 8;
    let check = verhoeff(&of);
    with_check(of, check)
}

fn de_tax_id(dice: &mut Dice) -> (String, String) {
    // One digit twice, one not at all, the others once.
    let mut of: Vec<u32> = (0..10).collect();
    for at in (1..10).rev() {
        of.swap(at, dice.below(at + 1));
    }
    if of[0] == 0 {
        of.swap(0, 5);
    }
    of[9] = of[2];
    let check = mod11_10(&of);
    with_check(of, check)
}

fn ch_ahv(dice: &mut Dice) -> (String, String) {
    let mut of = vec![7, 5, 6];
    of.extend(digits(dice, 9));
    let check = (10 - weighted(&of, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]) % 10) % 10;
    let t = text(&of);
    let part = |from: usize, to: usize| t.get(from..to).unwrap_or_default().to_owned();
    let dotted = |check: u32| format!("{}.{}.{}.{}{check}", part(0, 3), part(3, 7), part(7, 11), part(11, 12));
    (dotted(check), format!("build {} is out", dotted((check + 3) % 10)))
}

fn person_name(dice: &mut Dice) -> (String, String) {
    (format!("{} {}", dice.pick(FIRST), dice.pick(LAST)), format!("queue {} was drained", dice.hex(6)))
}

fn birth_date(dice: &mut Dice) -> (String, String) {
    let value = format!("{}-{:02}-{:02}", 1_940 + dice.below(65), 1 + dice.below(12), 1 + dice.below(28));
    (value, format!("index of {} days was closed", 1 + dice.below(400)))
}

/// Classes of personal data; bare numbers have a key that says what they are.
pub(super) const CLASSES: &[Class] = &[
    ("email", None, email),
    ("phone", Some("phone"), phone),
    ("payment-card", None, card),
    ("iban", None, iban),
    ("us-ssn", Some("ssn"), us_ssn),
    ("fr-nir", Some("nir"), fr_nir),
    ("es-dni", Some("dni"), es_dni),
    ("nl-bsn", Some("bsn"), nl_bsn),
    ("pl-pesel", Some("pesel"), pl_pesel),
    ("br-cpf", Some("cpf"), br_cpf),
    ("in-aadhaar", Some("aadhaar"), in_aadhaar),
    ("de-tax-id", Some("steuer_id"), de_tax_id),
    ("ch-ahv", Some("ahv"), ch_ahv),
    ("person-name", Some("customer_name"), person_name),
    ("birth-date", Some("date_of_birth"), birth_date),
];
