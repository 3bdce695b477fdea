//! The one correlator: where the lanes' yields meet, and questions are answered from.

use std::collections::BTreeMap;

use decant_detect::{Ask, History, Named, Patience, Register, narrow};
use decant_model::{Excerpt, Findings, SlotSummary};
use decant_redact::instruction_like;
use decant_template::{Dictionary, Learned};

use crate::checkpoint;
use crate::config::Config;
use crate::counts::LaneCounts;
use crate::lane::Yield;

/// All that was learnt, of all lanes.
#[derive(Debug)]
pub struct Correlator {
    history: History,
    /// Incidents told so far: they keep their ids.
    register: Register,
    patience: Patience,
    /// Length of a window.
    window_s: u32,
    learned: Learned,
    /// Of `learned`; `None` when it has grown since.
    dictionary: Option<Dictionary>,
}

impl Correlator {
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self {
            history: History::new(&config.detect),
            register: Register::new(&config.detect),
            patience: Patience::of(&config.detect),
            window_s: config.detect.window_s,
            learned: Learned::default(),
            dictionary: None,
        }
    }

    /// Takes over what a lane learnt.
    pub fn absorb(&mut self, yielded: Yield) {
        self.learn(yielded.learned);
        self.history.absorb(yielded.rollups);
    }

    /// The same for a capture of the system when it was well: it trains, and is never reported.
    pub fn absorb_baseline(&mut self, yielded: Yield) {
        self.learn(yielded.learned);
        self.history.absorb_baseline(yielded.rollups);
    }

    /// Time of the newest record.
    #[must_use]
    pub fn newest_unix_nano(&self) -> Option<i64> {
        self.history.newest()
    }

    /// What limits turned away and what could not be used, by the words that bundles have for it.
    #[must_use]
    pub fn notes(&self) -> BTreeMap<&'static str, u64> {
        self.history.notes()
    }

    /// How long must be heard before and after a change to judge it.
    #[must_use]
    pub fn patience(&self) -> Patience {
        self.patience
    }

    /// The templates of all shapes met so far.
    pub fn dictionary(&mut self) -> &Dictionary {
        self.dictionary.get_or_insert_with(|| self.learned.dictionary())
    }

    /// What there is to say to a question, with excerpts that others found and what the lanes say they saw.
    pub fn findings(&mut self, ask: &Ask, excerpts: Vec<Excerpt>, seen: &LaneCounts) -> Findings {
        self.answer(ask, excerpts, seen, false)
    }

    /// The same, and of an incident that goes on what was to be said at its last checkpoint: for answers of which
    /// revisions follow. It takes a second look at the data.
    pub fn findings_held(&mut self, ask: &Ask, excerpts: Vec<Excerpt>, seen: &LaneCounts) -> Findings {
        self.answer(ask, excerpts, seen, true)
    }

    fn answer(&mut self, ask: &Ask, excerpts: Vec<Excerpt>, seen: &LaneCounts, holds: bool) -> Findings {
        let dictionary = self.dictionary.get_or_insert_with(|| self.learned.dictionary());
        let mut findings = self.history.findings(ask, &|shape| named(dictionary, shape));
        self.register.revise(&self.history, &mut findings);
        let checkpoint = checkpoint::last(ask, &findings, self.history.newest(), self.window_s);
        if let Some(to) = checkpoint.filter(|_| holds) {
            let held = Ask { to: Some(to), ..ask.clone() };
            let mut held = self.history.findings(&held, &|shape| named(dictionary, shape));
            held.changes.retain(|change| change.at_unix_nano < to);
            if checkpoint::is_same(&findings, &held, self.window_s) {
                findings.held = Some(Box::new(held));
            }
        }
        if let Some(service) = &ask.service {
            narrow(&mut findings, service);
            if let Some(held) = &mut findings.held {
                narrow(held, service);
            }
        }
        findings.excerpts = excerpts;
        count(&mut findings, seen);
        flag(&mut findings);
        findings
    }

    fn learn(&mut self, learned: Learned) {
        self.dictionary = None;
        self.learned.merge(learned);
    }
}

fn named(dictionary: &Dictionary, shape: u64) -> Option<Named> {
    let template = dictionary.get(shape)?;
    let slots = template
        .slots
        .iter()
        .map(|slot| SlotSummary { kind: slot.kind.name().to_owned(), distinct: slot.distinct, top: slot.top.clone() })
        .collect();
    Some(Named { id: template.id, text: template.text.clone(), slots })
}

fn count(findings: &mut Findings, seen: &LaneCounts) {
    let counts = &mut findings.counts;
    counts.records_in = seen.records_in;
    let told = counts.logs + counts.spans + counts.metric_points;
    let outside = (seen.logs + seen.spans + seen.metric_points).saturating_sub(told);
    if outside > 0 {
        counts.dropped.insert("outside the window".to_owned(), outside);
    }
    if seen.redelivered > 0 {
        counts.dropped.insert("redelivered".to_owned(), seen.redelivered);
    }
    for (what, n) in [
        ("repeats but for what is set aside", seen.near_repeats),
        ("repeats stored as a count, by policy", seen.folded),
    ] {
        if n > 0 {
            counts.notes.insert(what.to_owned(), n);
        }
    }
    if seen.evicted > 0 {
        counts.notes.insert("identities forgotten by dedup".to_owned(), seen.evicted);
    }
    for (class, &n) in &seen.redacted {
        counts.notes.insert(format!("redacted {class}"), n);
    }
}

/// Marks text that reads like an instruction to a model, wherever a bundle may show it verbatim.
fn flag(findings: &mut Findings) {
    if let Some(held) = &mut findings.held {
        flag(held);
    }
    for pattern in &mut findings.log_patterns {
        for example in &mut pattern.examples {
            example.flagged |= instruction_like(&example.text).is_some();
        }
    }
    for excerpt in &mut findings.excerpts {
        for line in &mut excerpt.lines {
            line.flagged |= instruction_like(&line.text).is_some();
        }
    }
}
