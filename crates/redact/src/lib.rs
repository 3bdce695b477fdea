//! Secrets and personal data out, control characters out, instruction-like text flagged.
//!
//! The first stage of a lane: what it lets through may be learnt, stored and shown. A *class* names a kind of value
//! (`aws-key`, `email`); its *policy* says what stands in the value's place, by default a *pseudonym* that is the same
//! for the same value, so that correlation survives: `login of <email:1> failed`. Without a key pseudonyms are numbered
//! as they come (one run, one redactor); with a key they are the same in every process: `<email:3f2a91c04b>`.
//!
//! Guarantees: a raw value is in no output, error, count or debug form of this crate; redacting twice is redacting once;
//! a column in which nothing changes is shared, not copied; all state is bounded.
//!
//! Limits: what has no form of its own needs something beside it that tells. A password, an opaque key or a national id
//! without a layout is found behind its word, under its key or by the name of its pair; alone in a free text it is a word
//! or a number as any other, and stays. Base64 of fewer than twelve bytes is a word as any other, too.

mod blocks;
mod chars;
mod class;
mod columns;
mod config;
mod encoded;
mod hygiene;
mod instructions;
mod keys;
mod personal;
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

use blocks::Blocks;
use keys::KnownKeys;
use pseudonym::Pseudonyms;
use scan::{Hit, Name, Scanner, Taken, Triggers};

/// The state of one lane: rules, pseudonyms given so far, open blocks, counts.
#[derive(Debug)]
pub struct Redactor {
    config: Config,
    scanner: Scanner,
    pseudonyms: Pseudonyms,
    blocks: Blocks,
    keys: KnownKeys,
    counts: BTreeMap<String, u64>,
    /// Values that policy dropped, and the entries of the column at hand that held them.
    dropped: u64,
    dropped_rows: Vec<u32>,
    // Room that is used again for each column.
    triggers: Triggers,
    hits: Vec<Hit>,
}

/// Where a text stands.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place<'a> {
    pub(crate) service: &'a str,
    pub(crate) field: &'a str,
    /// The stream of lines that the text is one of.
    pub(crate) stream: Option<u64>,
}

/// Values that are kept by policy are counted in the first pass only.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    First,
    Again,
}

/// How far behind the limit of a text values may end that begin before it: no value is taken for longer, but by rules of
/// the operator's own.
const CUT_MARGIN_BYTES: usize = 64 << 10;

/// How often a text that changed is looked at again.
const MAX_PASSES: usize = 4;

impl Redactor {
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self {
            scanner: Scanner::new(config),
            pseudonyms: Pseudonyms::new(config.key, config.max_pseudonyms),
            blocks: Blocks::new(config.max_open_blocks),
            keys: KnownKeys::default(),
            config: config.clone(),
            counts: BTreeMap::new(),
            dropped: 0,
            dropped_rows: Vec::new(),
            triggers: Triggers::default(),
            hits: Vec::new(),
        }
    }

    /// The batch with every text redacted. Columns that hold nothing to redact are the same buffers.
    #[must_use]
    pub fn push(&mut self, batch: Batch) -> Batch {
        columns::batch(self, batch)
    }

    /// One free text redacted: a line of a filter, an error, a dead letter. Texts given one after the other are taken for
    /// lines of one stream: a private key may run over several.
    #[must_use]
    pub fn text<'a>(&mut self, text: &'a str) -> Cow<'a, str> {
        self.value(text, Place { stream: Some(0), ..Place::default() })
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

    /// One text, cleaned and redacted.
    pub(crate) fn value<'a>(&mut self, text: &'a str, place: Place<'_>) -> Cow<'a, str> {
        self.ranked(text, place, 0)
    }

    /// One text, cleaned, and redacted of what has at least this rank.
    pub(crate) fn ranked<'a>(&mut self, text: &'a str, place: Place<'_>, rank: u8) -> Cow<'a, str> {
        let (text, left_out) = self.head(text);
        let new = match hygiene::clean(text) {
            Some(clean) => {
                self.count("control-characters", 1);
                let redacted = self.redact(&clean, place, rank);
                Cow::Owned(redacted.unwrap_or(clean))
            }
            None => self.redact(text, place, rank).map_or(Cow::Borrowed(text), Cow::Owned),
        };
        match self.cut(&new, left_out) {
            Some(cut) => Cow::Owned(cut),
            None => new,
        }
    }

    /// What is looked at of a text, and how many bytes are not: those that would be cut off anyway. Rules of the operator's
    /// own may match however much there is, and look at all of it.
    pub(crate) fn head<'a>(&self, text: &'a str) -> (&'a str, usize) {
        if !self.config.rules.is_empty() {
            return (text, 0);
        }
        let end = text.floor_char_boundary(self.config.max_text_bytes + CUT_MARGIN_BYTES);
        (text.get(..end).unwrap_or(text), text.len() - end)
    }

    /// The start of a text that is over the limit, and how much is left out, `left_out` bytes included that were not
    /// looked at. Comes after redaction: a value that is cut in two could not be told any more.
    pub(crate) fn cut(&mut self, text: &str, left_out: usize) -> Option<String> {
        const NOTE_BYTES: usize = 32;
        if text.len() <= self.config.max_text_bytes && left_out == 0 {
            return None;
        }
        self.count("truncated", 1);
        // A value may have been cut in two at the end of what was looked at.
        let whole = if left_out > 0 { text.len().saturating_sub(CUT_MARGIN_BYTES) } else { text.len() };
        let end = text.floor_char_boundary(whole.min(self.config.max_text_bytes - NOTE_BYTES));
        Some(format!("{}[cut: {} bytes more]", text.get(..end).unwrap_or_default(), text.len() - end + left_out))
    }

    /// The new text, or `None` when nothing changes.
    fn redact(&mut self, text: &str, place: Place<'_>, rank: u8) -> Option<String> {
        let mut triggers = std::mem::take(&mut self.triggers);
        self.scanner.triggers(text.as_bytes(), std::iter::empty(), &mut triggers);
        let new = self.row_ranked(text, triggers.take(usize::MAX), 0, place, rank);
        self.triggers = triggers;
        new
    }

    /// Whether nothing is found in a text that belongs to no stream: then any number of such texts stay as they are.
    pub(crate) fn is_plain(&mut self, text: &str) -> bool {
        if text.len() > self.config.max_text_bytes || hygiene::is_suspect(text.as_bytes()) {
            return false;
        }
        let mut triggers = std::mem::take(&mut self.triggers);
        let mut hits = std::mem::take(&mut self.hits);
        hits.clear();
        self.scanner.triggers(text.as_bytes(), std::iter::empty(), &mut triggers);
        self.scanner.hits(text, triggers.take(usize::MAX), 0, &mut hits);
        let plain = hits.is_empty();
        (self.triggers, self.hits) = (triggers, hits);
        plain
    }

    /// Whether a row of this stream must be looked at without a trigger.
    pub(crate) fn looks_at_all(&self, stream: Option<u64>) -> bool {
        self.scanner.looks_at_all() || (stream.is_some() && !self.blocks.is_idle())
    }

    /// The new text of a row whose triggers are given; `base` is where the row starts in their buffer.
    pub(crate) fn row(&mut self, text: &str, triggers: Taken<'_>, base: usize, place: Place<'_>) -> Option<String> {
        self.row_ranked(text, triggers, base, place, 0)
    }

    fn row_ranked(
        &mut self,
        text: &str,
        triggers: Taken<'_>,
        base: usize,
        place: Place<'_>,
        rank: u8,
    ) -> Option<String> {
        let mut hits = std::mem::take(&mut self.hits);
        hits.clear();
        if let Some(stream) = place.stream {
            self.blocks.follow(stream, text, &mut hits);
        }
        let progress = self.scanner.hits(text, triggers, base, &mut hits);
        if let Some(stream) = place.stream.filter(|_| progress.opened) {
            let evicted = self.blocks.open(stream);
            if evicted {
                self.count("open-blocks-evicted", 1);
            }
        }
        hits.retain(|hit| hit.rank >= rank || hit.class == Name::Built("email"));
        rewrite::settle(text, &mut hits);
        let mut new = self.rewrite(text, &hits, place, Pass::First);
        // What stood beside a value may show as one when the value is gone. Few texts come here.
        for _ in 0..MAX_PASSES {
            let Some(once) = &new else { break };
            hits.clear();
            let mut triggers = Triggers::default();
            self.scanner.triggers(once.as_bytes(), std::iter::empty(), &mut triggers);
            self.scanner.hits(once, triggers.take(usize::MAX), 0, &mut hits);
            hits.retain(|hit| hit.rank >= rank || hit.class == Name::Built("email"));
            rewrite::settle(once, &mut hits);
            let Some(again) = self.rewrite(once, &hits, place, Pass::Again) else { break };
            new = Some(again);
        }
        self.hits = hits;
        new
    }

    /// The text with one hit replaced; `None` when policy leaves it.
    pub(crate) fn replace(&mut self, text: &str, hit: Hit, place: Place<'_>) -> Option<String> {
        let mut hits = vec![hit];
        rewrite::settle(text, &mut hits);
        self.rewrite(text, &hits, place, Pass::First)
    }

    fn rewrite(&mut self, text: &str, hits: &[Hit], place: Place<'_>, pass: Pass) -> Option<String> {
        let mut out = String::new();
        let (mut copied, mut changed) = (0, false);
        for hit in hits {
            let own;
            let class = match hit.class {
                Name::Built(name) => name,
                Name::Own(rule) => {
                    own = self.config.rules.get(usize::from(rule)).map(|r| r.name.clone()).unwrap_or_default();
                    own.as_str()
                }
            };
            let raw = text.get(hit.start..hit.end).unwrap_or_default();
            let value = hit.plain.as_deref().unwrap_or(raw);
            if self.config.is_allowed(value) || self.config.is_allowed(raw) {
                continue;
            }
            let policy = self.config.policy(class, place.service, place.field);
            let kept = policy == Policy::Allow || self.config.detect_only;
            if !kept || pass == Pass::First {
                self.count(class, 1);
            }
            if kept {
                continue;
            }
            out.push_str(text.get(copied..hit.start).unwrap_or_default());
            let quote = rewrite::json_quote(text, hit);
            out.push_str(quote);
            self.pseudonyms.write(&mut out, class, value, policy);
            out.push_str(quote);
            (copied, changed) = (hit.end, true);
            self.dropped += u64::from(policy == Policy::Drop);
        }
        if !changed {
            return None;
        }
        let overflowed = self.pseudonyms.take_overflowed();
        if overflowed > 0 {
            self.count("pseudonyms-overflowed", overflowed);
        }
        out.push_str(text.get(copied..).unwrap_or_default());
        Some(out)
    }
}
