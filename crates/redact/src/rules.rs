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

use crate::chars::{Charset, part, starts_word};
use crate::scan::Hit;

/// `prefix`, then `min` to `max` bytes of `body`, and no further byte of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) class: &'static str,
    pub(crate) prefix: &'static str,
    pub(crate) body: Charset,
    pub(crate) min: usize,
    pub(crate) max: usize,
    /// What the whole token must fulfil besides.
    pub(crate) check: fn(&str) -> bool,
}

impl Token {
    pub(crate) const fn new(class: &'static str, prefix: &'static str, body: Charset, min: usize, max: usize) -> Self {
        Self { class, prefix, body, min, max, check: always }
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
        let fits = (self.min..=self.max).contains(&length) && (self.check)(part(text, at, end));
        fits.then(|| Hit::new(at, end, self.class, RANK_TOKEN))
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
