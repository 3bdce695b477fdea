//! Secrets and personal data out, control characters out, instruction-like text flagged.
//!
//! The first stage of a lane: what it lets through may be learnt, stored and shown. A *class* names a kind of value
//! (`aws-key`, `email`); its *policy* says what stands in the value's place, by default a *pseudonym* that is the same
//! for the same value, so that correlation survives: `login of <email:1> failed`. Without a key pseudonyms are numbered
//! as they come (one run, one redactor); with a key they are the same in every process: `<email:3f2a91c04b>`.
//!
//! Guarantees: a raw value is in no output, error, count or debug form of this crate; redacting twice is redacting once;
//! a column in which nothing changes is shared, not copied; all state is bounded.

mod chars;
mod class;
mod columns;
mod config;
mod hygiene;
mod instructions;
mod pseudonym;
mod rewrite;
mod rules;
mod scan;
mod siphash;

use std::borrow::Cow;
use std::collections::BTreeMap;

use decant_model::Batch;

pub use class::{CLASSES, Class, Family};
pub use config::{Config, ConfigError, Policy, RawConfig, RawRule, RawScope};
pub use instructions::{Flag, instruction_like};

use pseudonym::Pseudonyms;
use scan::{Hit, Name, Scanner, Trigger};

/// The state of one lane: rules, pseudonyms given so far, counts.
#[derive(Debug)]
pub struct Redactor {
    config: Config,
    scanner: Scanner,
    pseudonyms: Pseudonyms,
    counts: BTreeMap<String, u64>,
    // Room that is used again for each column.
    triggers: Vec<Trigger>,
    hits: Vec<Hit>,
}

/// Where a text stands, for policies that hold in some places only.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place<'a> {
    pub(crate) service: &'a str,
    pub(crate) field: &'a str,
}

impl Redactor {
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self {
            scanner: Scanner::new(config),
            pseudonyms: Pseudonyms::new(config.key, config.max_pseudonyms),
            config: config.clone(),
            counts: BTreeMap::new(),
            triggers: Vec::new(),
            hits: Vec::new(),
        }
    }

    /// The batch with every text redacted. Columns that hold nothing to redact are the same buffers.
    #[must_use]
    pub fn push(&mut self, batch: Batch) -> Batch {
        columns::batch(self, batch)
    }

    /// One free text redacted: a line of a filter, an error, a dead letter.
    #[must_use]
    pub fn text<'a>(&mut self, text: &'a str) -> Cow<'a, str> {
        match hygiene::clean(text) {
            Some(clean) => {
                self.count("control-characters", 1);
                let redacted = self.redact(&clean, Place::default()).map_or(clean, |new| new);
                Cow::Owned(redacted)
            }
            None => self.redact(text, Place::default()).map_or(Cow::Borrowed(text), Cow::Owned),
        }
    }

    /// Values found by class, and texts cleaned or cut, since the start.
    #[must_use]
    pub fn counts(&self) -> &BTreeMap<String, u64> {
        &self.counts
    }

    pub(crate) fn count(&mut self, name: &str, by: u64) {
        match self.counts.get_mut(name) {
            Some(count) => *count += by,
            None => drop(self.counts.insert(name.to_owned(), by)),
        }
    }

    /// The new text, or `None` when nothing changes.
    fn redact(&mut self, text: &str, place: Place<'_>) -> Option<String> {
        let mut triggers = std::mem::take(&mut self.triggers);
        triggers.clear();
        self.scanner.triggers(text.as_bytes(), &mut triggers);
        let new = self.row(text, &triggers, 0, place);
        self.triggers = triggers;
        new
    }

    /// The new text of a row whose triggers are given; `base` is where the row starts in their buffer.
    pub(crate) fn row(&mut self, text: &str, triggers: &[Trigger], base: usize, place: Place<'_>) -> Option<String> {
        let mut hits = std::mem::take(&mut self.hits);
        hits.clear();
        for trigger in triggers {
            self.scanner.look(text, Trigger { at: trigger.at - base, ..*trigger }, &mut hits);
        }
        rewrite::settle(&mut hits);
        let new = self.rewrite(text, &hits, place);
        self.hits = hits;
        new
    }

    fn rewrite(&mut self, text: &str, hits: &[Hit], _place: Place<'_>) -> Option<String> {
        let mut out = String::new();
        let mut copied = 0;
        for hit in hits {
            let class = match hit.class {
                Name::Built(name) => name.to_owned(),
                Name::Own(rule) => self.config.rules.get(usize::from(rule)).map(|r| r.name.clone()).unwrap_or_default(),
            };
            let value = text.get(hit.start..hit.end).unwrap_or_default();
            if self.config.allow.iter().any(|a| a.is_match(value)) {
                continue;
            }
            let policy = self.config.policies.get(&class).copied().unwrap_or_default();
            self.count(&class, 1);
            if policy == Policy::Allow || self.config.detect_only {
                continue;
            }
            out.push_str(text.get(copied..hit.start).unwrap_or_default());
            let quote = rewrite::json_quote(text, hit);
            out.push_str(quote);
            self.pseudonyms.write(&mut out, &class, value, policy);
            out.push_str(quote);
            copied = hit.end;
        }
        if copied == 0 {
            return None;
        }
        out.push_str(text.get(copied..).unwrap_or_default());
        Some(out)
    }
}
