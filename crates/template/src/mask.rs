//! An operator's own masks: what a pattern matches becomes one named slot before the line is scanned.
//!
//! Off unless configured. A regular expression costs more than all the rest together, so each mask names a text that a
//! line must hold (`needs`) before its pattern is tried. A match is replaced by `<name:0>`, which is scanned like a
//! pseudonym of redaction; a mask depends on the line alone, so shape ids stay stateless.

use std::borrow::Cow;

use fancy_regex::Regex;
use memchr::memmem;
use serde::Deserialize;

use crate::ConfigError;

/// A mask as an operator writes it.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub struct MaskConfig {
    /// Of the slot: lower-case letters, `_` or `-`.
    pub name: String,
    pub pattern: String,
    /// Lines without this text are not looked at; not empty.
    pub needs: String,
}

#[derive(Debug)]
pub(crate) struct Mask {
    needs: memmem::Finder<'static>,
    pattern: Regex,
    replacement: String,
}

impl MaskConfig {
    pub(crate) fn compile(&self) -> Result<Mask, ConfigError> {
        let name_is_fit = !self.name.is_empty()
            && self.name.len() < 32
            && self.name.bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b'_' | b'-'));
        if !name_is_fit {
            return Err(ConfigError::MaskName { name: self.name.clone() });
        }
        if self.needs.is_empty() {
            return Err(ConfigError::MaskNeeds { name: self.name.clone() });
        }
        let pattern = Regex::new(&self.pattern).map_err(|_| ConfigError::MaskPattern { name: self.name.clone() })?;
        let needs = memmem::Finder::new(&self.needs).into_owned();
        Ok(Mask { needs, pattern, replacement: format!("<{}:0>", self.name) })
    }
}

/// The line with all masks applied; borrowed when none had anything to do. A pattern that gives up (too much
/// backtracking) leaves the line as it is and is counted.
pub(crate) fn apply<'a>(masks: &[Mask], line: &'a str, gave_up: &mut u64) -> Cow<'a, str> {
    let mut out = Cow::Borrowed(line);
    for mask in masks {
        if mask.needs.find(out.as_bytes()).is_none() {
            continue;
        }
        match mask.pattern.try_replacen(&out, 0, fancy_regex::NoExpand(&mask.replacement)) {
            Ok(Cow::Owned(masked)) => out = Cow::Owned(masked),
            Ok(Cow::Borrowed(_)) => {}
            Err(_) => *gave_up += 1,
        }
    }
    out
}
