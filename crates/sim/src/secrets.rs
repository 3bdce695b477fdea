//! Secrets and personal data that belong to nobody, for tests that nothing of the kind leaks.
//!
//! Values have the forms that their issuers document (prefix, alphabet, length, check digits), drawn by seed: none was
//! ever issued, and no literal of this source looks like one. Each [`Specimen`] has a near miss beside it, which looks
//! alike and must be left alone. [`plant`] puts a specimen where telemetry may carry it: a [`Place`] is a field of
//! OTLP, or an encoding within one.

mod checks;
mod keyed;
mod personal;
mod places;
mod tokens;

use crate::dice::{Dice, Purpose};

pub use places::{Place, plant, plant_text};

/// How many values of each class a corpus holds.
pub const VALUES_PER_CLASS: usize = 50;

/// A value that must not leak, and one that looks alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Specimen {
    /// What it is, in the names that redaction has for its classes.
    pub class: &'static str,
    /// The key under which it stands, when the value alone does not tell what it is.
    pub key: Option<&'static str>,
    /// The value; a private key has several lines.
    pub value: String,
    /// A text that holds nothing to hide.
    pub near_miss: String,
}

impl Specimen {
    /// The value as a text would carry it: alone, or with its key.
    #[must_use]
    pub fn text(&self) -> String {
        self.key.map_or_else(|| self.value.clone(), |key| format!("{key}={}", self.value))
    }

    /// The strings whose appearance in an output is a leak: the value, line by line.
    #[must_use]
    pub fn needles(&self) -> Vec<&str> {
        self.value.lines().filter(|line| !line.starts_with("-----") && !line.is_empty()).collect()
    }
}

/// What a class makes: value, and near miss.
type Make = fn(&mut Dice) -> (String, String);

/// A class: name, key, maker.
type Class = (&'static str, Option<&'static str>, Make);

fn classes() -> impl Iterator<Item = &'static Class> {
    tokens::CLASSES.iter().chain(keyed::CLASSES).chain(personal::CLASSES)
}

/// The names of all classes of the corpus.
pub fn class_names() -> impl Iterator<Item = &'static str> {
    classes().map(|c| c.0)
}

/// All specimens of a seed, [`VALUES_PER_CLASS`] of each class.
pub fn corpus(seed: u64) -> impl Iterator<Item = Specimen> {
    classes().enumerate().flat_map(move |(at, (class, key, make))| {
        let mut dice = Dice::new(seed, Purpose::Secrets, at as u64);
        (0..VALUES_PER_CLASS).map(move |_| {
            let (value, near_miss) = make(&mut dice);
            Specimen { class, key: *key, value, near_miss }
        })
    })
}
