//! Tokens whose literal is too short, or too far from their start, for the automaton: told by the length of their word.

use crate::chars::{Charset, ends_word, part, starts_word};
use crate::personal::iban;
use crate::rules::RANK_TOKEN;
use crate::scan::Hit;

/// Looks at the word `start..end`: letters, digits, `+`, `/`, `-` and `_`.
pub(super) fn look(text: &str, start: usize, end: usize, out: &mut Vec<Hit>) {
    match end - start {
        17 => airtable(text, start, end, out),
        24..=28 => discord(text, start, end, out),
        32 => asana(text, start, end, out),
        34 => twilio(text, start, end, out),
        50 => {
            rapidapi(text, start, end, out);
            mailgun(text, start, end, out);
        }
        51 => rapidapi(text, start, end, out),
        _ => {}
    }
}

/// An account number at the end of a word: one with few digits in a row shows no stretch of them.
pub(super) fn account(text: &str, start: usize, end: usize, out: &mut Vec<Hit>) {
    if (iban::SHORTEST..=64).contains(&(end - start)) {
        let last = part(text, start, end).rfind(['/', '-', '_', '+']).map_or(start, |joint| start + joint + 1);
        out.extend(iban::at(text, last));
    }
}

/// A personal token of Airtable's: `pat` and 14 characters, `.`, 64 hexadecimal digits.
fn airtable(text: &str, start: usize, end: usize, out: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    if !part(text, start, end).starts_with("pat") || bytes.get(end) != Some(&b'.') {
        return;
    }
    let secret = Charset::LOWER_HEX_DIGIT.run(bytes, end + 1, 65);
    if secret == 64 && ends_word(bytes, end + 65) && Charset::ALNUM.all(part(text, start, end)) {
        out.push(Hit::new(start, end + 65, "airtable-token", RANK_TOKEN));
    }
}

/// A personal token of Asana's: `1/` or `2/`, numbers of 14 to 17 digits joined by `/`, `:`, 32 hexadecimal digits.
fn asana(text: &str, start: usize, end: usize, out: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let colon = start.checked_sub(1).filter(|&i| bytes.get(i) == Some(&b':'));
    let Some(colon) = colon.filter(|_| Charset::LOWER_HEX_DIGIT.all(part(text, start, end))) else { return };
    let back = bytes.get(..colon).unwrap_or_default().iter().rev().take(40);
    let from = colon - back.take_while(|b| b.is_ascii_digit() || **b == b'/').count();
    let mut parts = part(text, from, colon).split('/');
    let version = parts.next().is_some_and(|v| matches!(v, "1" | "2"));
    let mut numbers = 0;
    let long = parts.inspect(|_| numbers += 1).all(|n| (14..=17).contains(&n.len()));
    if version && long && numbers > 0 && starts_word(bytes, from) {
        out.push(Hit::new(from, end, "asana-token", RANK_TOKEN));
    }
}

/// A key of RapidAPI's: letters and digits with `msh`, `p1` and `jsn` at fixed places.
fn rapidapi(text: &str, start: usize, end: usize, out: &mut Vec<Hit>) {
    let key = part(text, start, end);
    let at = |from: usize, what: &str| key.get(from..from + what.len()) == Some(what);
    if at(10, "msh") && at(28, "p1") && at(36, "jsn") && Charset::LOWER_DIGIT.all(key) {
        out.push(Hit::new(start, end, "rapidapi-key", RANK_TOKEN));
    }
}

/// A key of Mailgun's: hexadecimal parts of 32, 8 and 8.
fn mailgun(text: &str, start: usize, end: usize, out: &mut Vec<Hit>) {
    let key = part(text, start, end);
    let hexadecimal = key.bytes().all(|b| b == b'-' || Charset::LOWER_HEX_DIGIT.has(b));
    if hexadecimal && key.split('-').map(str::len).eq([32, 8, 8]) {
        out.push(Hit::new(start, end, "mailgun-key", RANK_TOKEN));
    }
}

/// A Discord bot token: 24 to 28 characters from M, N or O on, `.`, 6, `.`, 27 to 38.
fn discord(text: &str, start: usize, end: usize, out: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    if !matches!(bytes.get(start), Some(b'M' | b'N' | b'O')) || !(24..=28).contains(&(end - start)) {
        return;
    }
    let second = Charset::URL64.run(bytes, end + 1, 7);
    let third_at = end + 1 + second + 1;
    let third = Charset::URL64.run(bytes, third_at, 39);
    let dots = bytes.get(end) == Some(&b'.') && bytes.get(third_at - 1) == Some(&b'.');
    if dots && second == 6 && (27..=38).contains(&third) {
        out.push(Hit::new(start, third_at + third, "discord-token", RANK_TOKEN));
    }
}

/// A Twilio API key: `SK` and 32 hexadecimal digits. Two letters are too few for the automaton.
fn twilio(text: &str, start: usize, end: usize, out: &mut Vec<Hit>) {
    let rest = part(text, start, end).strip_prefix("SK");
    if rest.is_some_and(|r| r.len() == 32 && Charset::LOWER_HEX_DIGIT.all(r)) && starts_word(text.as_bytes(), start) {
        out.push(Hit::new(start, end, "twilio-key", RANK_TOKEN));
    }
}
