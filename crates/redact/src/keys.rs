//! Values that are secret because of the key they stand under: `password=...`, `"api_key": "..."`, `--token ...`.
//!
//! A [`KeyRule`] has a word (`access_token`) and a [`Kind`] that says what its value must look like. The word may be
//! written together, with `_`, `-`, `.` or a blank, in any case, and must *end* the key: `db.password` and `X-Api-Key`
//! fit, `password_policy` and `token_count` do not.

mod table;
mod value;

use std::collections::HashMap;

use foldhash::fast::FixedState;

use crate::chars::{Charset, Mix, part};
use crate::personal::national;
use crate::rules::{RANK_KEY, RANK_PERSONAL};
use crate::scan::Hit;
pub(crate) use table::RULES;
use value::Value;
pub(crate) use value::{Separator, changes, extent, is_placeholder, paired, quote};

/// What a value must look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A password: anything but a word that says there is none.
    Any,
    /// As `Any`, under a key so short that it needs a connector before it (`db_pass`) or quotes around it.
    AnyWhenJoined,
    /// At least eight characters that look drawn at random.
    Token,
    /// Three to ten digits.
    Code,
    /// Has at least five digits.
    Number,
    /// Letters.
    Name,
    /// Text between quotes, or a word.
    Text,
    /// An `Authorization` header: scheme and credentials.
    Authorization,
    /// A `Cookie` or `Set-Cookie` header.
    Cookie,
}

/// A word and what stands under it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyRule {
    /// Parts of the word are joined by `_`.
    pub(crate) word: &'static str,
    pub(crate) class: &'static str,
    pub(crate) kind: Kind,
}

impl KeyRule {
    /// All ways to write the word.
    pub(crate) fn literals(&self) -> Vec<String> {
        if self.word.contains('_') {
            ["", "_", "-", ".", " "].iter().map(|join| self.word.replace('_', join)).collect()
        } else {
            vec![self.word.to_owned()]
        }
    }

    fn rank(&self) -> u8 {
        match self.kind {
            Kind::Name | Kind::Number | Kind::Text => RANK_PERSONAL,
            // The particular before the general: `secret_access_key` before `access_key`.
            _ => RANK_KEY + u8::from(self.word.len() > 12),
        }
    }

    /// Whether the word (at `start..end` of `key`) ends the key.
    fn ends(&self, key: &str, start: usize, end: usize) -> bool {
        let rest = key.get(end..).unwrap_or_default();
        let rest = rest.trim_start_matches(['_', '-', '.']);
        let numbered = rest.bytes().all(|b| b.is_ascii_digit());
        let ends = numbered || REST.iter().any(|r| rest.eq_ignore_ascii_case(r));
        // `tokenpassword` and `dbPassword` hold the word, `encompass` does not hold `pass`.
        let begins = start == 0 || self.word.len() > 4 || !key.as_bytes()[start - 1].is_ascii_alphanumeric();
        ends && begins
    }

    /// Whether the value of an attribute with this key is the rule's.
    pub(crate) fn fits(&self, key: &str) -> bool {
        let lower = key.to_ascii_lowercase();
        self.literals()
            .iter()
            .any(|literal| lower.rfind(literal.as_str()).is_some_and(|at| self.ends(key, at, at + literal.len())))
    }

    /// The value of an attribute whose key fits.
    pub(crate) fn attribute(&self, text: &str) -> Option<Hit> {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return None;
        }
        let start = text.len() - text.trim_start().len();
        // Values of header attributes come as JSON arrays: ["..."]; the text inside is what counts.
        let inner = trimmed.trim_start_matches(['[', '"']);
        let from = start + trimmed.len() - inner.len();
        let to = from + inner.trim_end_matches([']', '"']).len();
        let value = Value { start: from, end: to, separator: Separator::Equals, quoted: true };
        self.judge(text, value, true)
    }

    /// The value after the word at `start..end`.
    pub(crate) fn look(&self, text: &str, start: usize, end: usize) -> Option<Hit> {
        let bytes = text.as_bytes();
        let key_start = start - Charset::URL64_DOT.run_back(bytes, start, 64);
        let key_end = end + Charset::URL64_DOT.run(bytes, end, 32);
        let key = part(text, key_start, key_end);
        let key_end = key_end - (key.len() - key.trim_end_matches(['.', '-']).len());
        if key_end < end || !self.ends(part(text, key_start, key_end), start - key_start, end - key_start) {
            return None;
        }
        let prose = || value::in_prose(text, key_end).filter(|_| self.kind == Kind::Any);
        let value = value::after(text, key_start, key_end).or_else(prose)?;
        let joined = value::is_joined(bytes, key_start, start);
        let mut hit = self.judge(text, value, joined)?;
        // A bare value is judged by its start, and goes whole.
        if !value.quoted && hit.end == value.end {
            hit.end = value::bare_end(bytes, value.end, usize::MAX);
        }
        Some(hit)
    }

    fn judge(&self, text: &str, value: Value, joined: bool) -> Option<Hit> {
        let found = part(text, value.start, value.end);
        let keep = |from: usize, to: usize| Some(Hit::new(from, to, self.class, self.rank()));
        let fits = match self.kind {
            Kind::Any => value.is_password(text),
            Kind::AnyWhenJoined => {
                (joined || value.is_mixed(text)) && value.is_password(text) && !Charset::DIGIT.all(found)
            }
            Kind::Token => value::is_token(found),
            Kind::Code => (3..=10).contains(&found.len()) && Charset::DIGIT.all(found),
            Kind::Number => {
                let mix = Mix::of(found);
                mix.digit >= 5 && found.len() <= 40 && mix.digit * 2 >= found.len() && !found.contains('/')
            }
            Kind::Name => value.is_name(text),
            Kind::Text => value.quoted && found.len() >= 5 && found.contains(' ') && Mix::of(found).lower >= 3,
            Kind::Authorization => {
                let (from, to) = value::credentials(text, value)?;
                return keep(from, to);
            }
            Kind::Cookie => {
                let (from, to) = value::cookie(text, value)?;
                return keep(from, to);
            }
        };
        if fits { keep(value.start, value.end) } else { None }
    }
}

/// What the key of an attribute tells of its value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Told {
    Rule(&'static KeyRule),
    /// The word of a national id, whose check the value must pass.
    Id(&'static str),
}

impl Told {
    /// Of several words that end the key the longest is the most particular.
    fn by(key: &str) -> Option<Self> {
        let rule = RULES.iter().filter(|rule| rule.fits(key)).max_by_key(|rule| rule.word.len());
        let id = national::word_of(key).filter(|word| rule.is_none_or(|rule| rule.word.len() < word.len()));
        id.map(Self::Id).or(rule.map(Self::Rule))
    }

    /// The value of an attribute whose key told this.
    pub(crate) fn attribute(self, text: &str) -> Option<Hit> {
        match self {
            Self::Rule(rule) => rule.attribute(text),
            Self::Id(word) => national::attribute(word, text),
        }
    }
}

/// What each attribute key tells: keys repeat, so each is judged once. Bounded; when full, it starts anew.
#[derive(Debug, Default)]
pub(crate) struct KnownKeys(HashMap<Box<str>, Option<Told>, FixedState>);

impl KnownKeys {
    const MAX: usize = 8192;

    pub(crate) fn told(&mut self, key: &str) -> Option<Told> {
        if let Some(&told) = self.0.get(key) {
            return told;
        }
        let told = Told::by(key);
        if self.0.len() >= Self::MAX {
            self.0.clear();
        }
        if key.len() <= 256 {
            self.0.insert(key.into(), told);
        }
        told
    }
}

/// What may follow the word within the key.
const REST: &[&str] = &[
    "",
    "value",
    "string",
    "text",
    "plain",
    "plaintext",
    "raw",
    "base64",
    "b64",
    "old",
    "new",
    "current",
    "header",
    "hash",
    "secret",
];
