//! The words by which tools tell failures, and what each says.
//!
//! One case-blind automaton finds all of them in one pass; a line without any is done with. The list is of words that
//! many tools share, not of tools: a new tool is found by the words it has in common with others. What a word says
//! depends on what stands beside it ([`classify`](super::words::Words::classify)): `error` within a path or an identifier
//! says nothing, `0 errors` says that all is well.

mod list;
mod look;
mod place;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::kind::{Class, Kind};
use list::{Effect, WORDS};
pub(super) use place::{bare, is_command};

/// What the words of a record are worth that calls itself information.
const CALM: f32 = 0.45;

/// The automaton.
#[derive(Debug)]
pub(super) struct Words {
    automaton: AhoCorasick,
}

/// What the words of one line amount to.
#[derive(Debug, Default)]
struct Sum {
    kind: Kind,
    score: f32,
    /// Other telling words beside the best.
    more: f32,
    damp: f32,
    /// As `damp`, for source that is shown, which is no noise.
    shown: f32,
    ends: bool,
    /// The runner calls it an error.
    marked: bool,
    warning: bool,
    progress: bool,
    good: bool,
    /// A verdict that all is well with what the line names.
    passed: bool,
    /// A record of a running program that calls itself no error.
    calm: bool,
}

impl Sum {
    fn say(&mut self, kind: Kind, score: f32) {
        if score > self.score {
            if self.score >= 0.5 {
                self.more += 0.03;
            }
            (self.kind, self.score) = (kind, score);
        } else if score >= 0.5 {
            self.more += 0.03;
        }
    }
}

impl Words {
    pub(super) fn new() -> Self {
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::DFA))
            .prefilter(false)
            .build(WORDS.iter().map(|w| w.text))
            .expect("a list of a few hundred short words fits an automaton");
        Self { automaton }
    }

    /// What a line tells.
    pub(super) fn classify(&self, line: &str) -> Class {
        let line = place::bare(line);
        let bytes = line.as_bytes();
        let mut sum = Sum { damp: 1.0, shown: 1.0, ..Sum::default() };
        for m in self.automaton.find_overlapping_iter(bytes) {
            let Some(word) = WORDS.get(m.pattern().as_usize()) else { continue };
            if !look::edges(bytes, m.start(), m.end(), word.edges) {
                continue;
            }
            apply(&mut sum, word.effect, bytes, m.start(), m.end());
        }
        place::start(&mut sum, line);
        if sum.kind == Kind::Step || sum.ends || sum.marked {
            return Class { kind: sum.kind, score: sum.score, ends: sum.ends };
        }
        if (sum.good && sum.score < 0.8 && sum.kind != Kind::Summary) || (sum.passed && sum.kind != Kind::Summary) {
            return Class { kind: Kind::Noise, score: 0.0, ends: false };
        }
        if sum.kind == Kind::Summary {
            // Totals name what was skipped or only warned of, too.
            (sum.damp, sum.shown) = (1.0, 1.0);
        }
        if sum.calm && sum.score < 0.8 && !matches!(sum.kind, Kind::Exit | Kind::Test | Kind::Summary) {
            sum.damp = sum.damp.min(CALM);
        }
        let score = ((sum.score + sum.more.min(0.09)) * sum.damp * sum.shown).min(1.0);
        if sum.warning && score < 0.3 && sum.shown >= 1.0 {
            return Class { kind: Kind::Warning, score: 0.22, ends: false };
        }
        let kind = if sum.score == 0.0 && sum.progress { Kind::Noise } else { sum.kind };
        Class { kind, score, ends: false }
    }
}

/// Adds what the word at `start..end` says.
fn apply(sum: &mut Sum, effect: Effect, line: &[u8], start: usize, end: usize) {
    match effect {
        Effect::Say(kind, score) => sum.say(kind, score),
        Effect::Annotation => {
            // Errors at a place in the source are many; the step's end comes after them.
            let at_place = std::str::from_utf8(line.get(end..).unwrap_or_default()).is_ok_and(place::begins_with_place);
            sum.say(Kind::Cause, if at_place { 0.88 } else { 0.95 });
            sum.ends |= !at_place;
            sum.marked = true;
        }
        Effect::Http => {
            if look::number_after(line, end).is_some_and(|n| (400..600).contains(&n)) {
                sum.say(Kind::Cause, 0.65);
            }
        }
        Effect::Warning => sum.warning = true,
        Effect::Ends(score) => {
            sum.say(Kind::Exit, score);
            sum.ends = true;
        }
        Effect::Code(score) => match look::number_after(line, end) {
            Some(0) => sum.good = true,
            Some(_) => sum.say(Kind::Exit, score),
            None => {}
        },
        Effect::EndsWithCode => match look::number_after(line, end) {
            Some(0) => sum.good = true,
            _ => {
                sum.say(Kind::Exit, 1.0);
                sum.ends = true;
            }
        },
        Effect::Count(kind, bare) => match look::number_beside(line, start, end) {
            Some(0) => sum.good = true,
            Some(_) => sum.say(Kind::Summary, 0.85),
            None => sum.say(kind, bare + look::emphasis(line, start, end)),
        },
        Effect::Error => {
            if look::is_exception(line, start, end) {
                sum.say(Kind::Cause, 0.85);
            } else if look::is_word(line, start, end) {
                match look::number_beside(line, start, end) {
                    Some(0) if !look::colon_after(line, end) => sum.good = true,
                    _ => sum.say(Kind::Cause, look::error_score(line, start, end)),
                }
            }
        }
        Effect::Damp(factor) => sum.damp = sum.damp.min(factor),
        Effect::Progress(factor) => {
            sum.damp = sum.damp.min(factor);
            sum.progress = true;
        }
        Effect::Good => sum.good = true,
        Effect::Level => sum.calm |= look::is_level(line, start, end),
        Effect::Passed => {
            if look::emphasis(line, start, end) > 0.0 && look::number_beside(line, start, end).is_none() {
                sum.passed = true;
            }
        }
        Effect::Expected => {
            if !look::is_assigned(line, end) {
                sum.say(Kind::Detail, 0.4);
            }
        }
    }
}
