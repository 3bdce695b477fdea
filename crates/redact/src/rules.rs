//! The rules: what a value of a class looks like.
//!
//! A [`Token`] is a value that begins with a literal of its issuer. A [`Custom`] rule is a function that looks around a
//! literal. Each family has a file with its tables; sources are the issuers' documentation of their formats.

mod ai;
mod aws;
mod business;
mod clouds;
mod code;
mod headers;
mod infrastructure;
mod jwt;

use crate::chars::{Charset, ends_word, part, starts_word};
use crate::scan::Hit;

/// `prefix`, then `min` to `max` bytes of `body`, and no further byte of it, nor a letter or digit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) class: &'static str,
    pub(crate) prefix: &'static str,
    pub(crate) body: Charset,
    pub(crate) min: usize,
    pub(crate) max: usize,
    /// How the body is laid out, where it has parts: `{H8}-{H4}`; empty where it has none.
    pub(crate) layout: &'static str,
    /// What the whole token must fulfil besides.
    pub(crate) check: fn(&str) -> bool,
}

/// The parts of a UUID.
pub(crate) const UUID: &str = "{H8}-{H4}-{H4}-{H4}-{H12}";

impl Token {
    pub(crate) const fn new(class: &'static str, prefix: &'static str, body: Charset, min: usize, max: usize) -> Self {
        Self { class, prefix, body, min, max, layout: "", check: always }
    }

    /// A token whose body has parts; `body` has all their bytes, and `length` is that of all of it, or the longest.
    pub(crate) const fn laid_out(
        class: &'static str,
        prefix: &'static str,
        body: Charset,
        length: usize,
        layout: &'static str,
    ) -> Self {
        Self { class, prefix, body, min: 1, max: length, layout, check: always }
    }

    pub(crate) const fn that(self, check: fn(&str) -> bool) -> Self {
        Self { check, ..self }
    }

    /// The token that starts at `at`.
    pub(crate) fn hit(&self, text: &str, at: usize) -> Option<Hit> {
        let bytes = text.as_bytes();
        let from = at + self.prefix.len();
        if bytes.get(at..from) != Some(self.prefix.as_bytes()) || !starts_word(bytes, at) {
            return None;
        }
        // A token may be long; what is longer than its format is another thing.
        let length = self.body.run(bytes, from, self.max.saturating_add(1));
        let end = from + length;
        let fits = (self.min..=self.max).contains(&length)
            && ends_word(bytes, end)
            && (self.layout.is_empty() || fits(part(text, from, end), self.layout))
            && (self.check)(part(text, at, end));
        fits.then(|| Hit::new(at, end, self.class, RANK_TOKEN))
    }
}

/// Whether a text is laid out so: `{H8}` is eight hexadecimal digits, `{A8-20}` eight to twenty letters or digits (as many
/// as there are), all else stands for itself.
fn fits(text: &str, layout: &str) -> bool {
    let (mut text, mut layout) = (text, layout);
    while let Some((literal, rest)) = layout.split_once('{') {
        let Some((part, after)) = rest.split_once('}') else { return false };
        let Some(behind) = text.strip_prefix(literal) else { return false };
        let Some((set, lengths)) = part.split_at_checked(1) else { return false };
        let (min, max) = lengths.split_once('-').unwrap_or((lengths, lengths));
        let (Ok(min), Ok(max)) = (min.parse::<usize>(), max.parse::<usize>()) else { return false };
        let length = set_of(set).run(behind.as_bytes(), 0, max);
        if length < min {
            return false;
        }
        (text, layout) = (behind.get(length..).unwrap_or_default(), after);
    }
    text == layout
}

fn set_of(name: &str) -> Charset {
    match name {
        "D" => Charset::DIGIT,
        "H" => Charset::HEX,
        "L" => Charset::LOWER_DIGIT,
        "U" => Charset::UPPER_DIGIT,
        "a" => Charset::LOWER,
        "B" => Charset::URL64,
        "6" => Charset::BASE64,
        _ => Charset::ALNUM,
    }
}

fn always(_: &str) -> bool {
    true
}

/// A function that looks around a literal (found in any case) and adds what it finds.
#[derive(Clone, Copy)]
pub(crate) struct Custom {
    pub(crate) literal: &'static str,
    pub(crate) look: fn(&str, usize, usize, &mut Vec<Hit>),
}

/// Of two hits on the same bytes the higher rank gives the class.
pub(crate) const RANK_TOKEN: u8 = 9;
pub(crate) const RANK_BLOCK: u8 = 10;
pub(crate) const RANK_OWN: u8 = 8;
pub(crate) const RANK_KEY: u8 = 6;
pub(crate) const RANK_PERSONAL: u8 = 4;
pub(crate) const RANK_GUESS: u8 = 2;

/// All tables of tokens.
pub(crate) const TOKENS: &[&[Token]] =
    &[ai::TOKENS, aws::TOKENS, business::TOKENS, clouds::TOKENS, code::TOKENS, infrastructure::TOKENS];

/// All functions at literals.
pub(crate) const CUSTOM: &[&[Custom]] =
    &[business::CUSTOM, clouds::CUSTOM, headers::CUSTOM, infrastructure::CUSTOM, jwt::CUSTOM];
