//! The words by which tools tell failures, and what each says.
//!
//! One case-blind automaton finds all of them in one pass; a line without any is done with. The list is of words that
//! many tools share, not of tools: a new tool is found by the words it has in common with others. What a word says
//! depends on what stands beside it ([`classify`](super::words::Words::classify)): `error` within a path or an identifier
//! says nothing, `0 errors` says that all is well.

mod list;
mod look;
mod memo;
mod place;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::kind::{Class, Kind};
use list::{Effect, WORDS};
use memo::Memo;
pub(super) use place::{bare, is_command};

/// What the words of a record are worth that calls itself information.
const CALM: f32 = 0.45;

/// The automaton, and what it found before.
#[derive(Debug)]
pub(super) struct Words {
    automaton: AhoCorasick,
    memo: Memo,
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
    /// A number was asked for: with another one the line may tell something else.
    counts: bool,
}

impl Sum {
    /// What all of it comes to.
    fn class(mut self) -> Class {
        if self.kind == Kind::Step || self.ends || self.marked {
            return Class { kind: self.kind, score: self.score, ends: self.ends };
        }
        if (self.good && self.score < 0.8 && self.kind != Kind::Summary) || (self.passed && self.kind != Kind::Summary)
        {
            return Class { kind: Kind::Noise, score: 0.0, ends: false };
        }
        if self.kind == Kind::Summary {
            // Totals name what was skipped or only warned of, too.
            (self.damp, self.shown) = (1.0, 1.0);
        }
        if self.calm && self.score < 0.8 && !matches!(self.kind, Kind::Exit | Kind::Test | Kind::Summary) {
            self.damp = self.damp.min(CALM);
        }
        let score = ((self.score + self.more.min(0.09)) * self.damp * self.shown).min(1.0);
        if self.warning && score < 0.3 && self.shown >= 1.0 {
            return Class { kind: Kind::Warning, score: 0.22, ends: false };
        }
        let kind = if self.score == 0.0 && self.progress { Kind::Noise } else { self.kind };
        Class { kind, score, ends: false }
    }

    /// A number that is asked for.
    fn number(&mut self, number: Option<u64>) -> Option<u64> {
        self.counts |= number.is_some();
        number
    }

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
        Self { automaton, memo: Memo::default() }
    }

    /// What a line tells.
    pub(super) fn classify(&mut self, line: &str) -> Class {
        let key = self.memo.key(line);
        if let Some(known) = key.and_then(|key| self.memo.get(key)) {
            return known;
        }
        let (class, counts) = self.look(line);
        if let Some(key) = key.filter(|_| !counts) {
            self.memo.put(key, class);
        }
        class
    }

    /// What a line tells, and whether that hangs on the value of a number in it.
    fn look(&self, line: &str) -> (Class, bool) {
        let sum = self.sum(place::bare(line));
        let counts = sum.counts;
        (sum.class(), counts)
    }

    fn sum(&self, line: &str) -> Sum {
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
        sum
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
            if sum.number(look::number_after(line, end)).is_some_and(|n| (400..600).contains(&n)) {
                sum.say(Kind::Cause, 0.65);
            }
        }
        Effect::Warning => sum.warning = true,
        Effect::Ends(score) => {
            sum.say(Kind::Exit, score);
            sum.ends = true;
        }
        Effect::Code(score) => match sum.number(look::number_after(line, end)) {
            Some(0) => sum.good = true,
            Some(_) => sum.say(Kind::Exit, score),
            None => {}
        },
        Effect::EndsWithCode => match sum.number(look::number_after(line, end)) {
            Some(0) => sum.good = true,
            _ => {
                sum.say(Kind::Exit, 1.0);
                sum.ends = true;
            }
        },
        Effect::Count(kind, bare) => match sum.number(look::number_beside(line, start, end)) {
            Some(0) => sum.good = true,
            Some(_) => sum.say(Kind::Summary, 0.85),
            None => sum.say(kind, bare + look::emphasis(line, start, end)),
        },
        Effect::Error => {
            if look::is_exception(line, start, end) {
                sum.say(Kind::Cause, 0.85);
            } else if look::is_word(line, start, end) {
                match sum.number(look::number_beside(line, start, end)) {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Parts of lines: words of the list, what asks for numbers, and digits.
    fn part() -> impl Strategy<Value = String> {
        let word = (0..WORDS.len()).prop_map(|i| WORDS.get(i).map_or(String::new(), |w| w.text.to_owned()));
        prop_oneof![
            word,
            "[0-9]{1,4}",
            prop_oneof![Just(" "), Just(": "), Just("="), Just("/"), Just("("), Just("."), Just("#"), Just("[")]
                .prop_map(str::to_owned),
            prop_oneof![Just("tests"), Just("HTTP/1.1 "), Just("src/a.rs:"), Just("at "), Just("E   "), Just("exit ")]
                .prop_map(str::to_owned),
        ]
    }

    /// The line with other digits in the places of its own.
    fn with_digits(line: &str, digits: &[u8]) -> String {
        let mut next = digits.iter().cycle();
        line.chars()
            .map(|c| if c.is_ascii_digit() { char::from(b'0' + next.next().copied().unwrap_or(0) % 10) } else { c })
            .collect()
    }

    proptest! {
        #[test]
        fn what_is_remembered_is_what_a_look_finds(
            parts in proptest::collection::vec(part(), 1..9),
            digits in proptest::collection::vec(proptest::collection::vec(0_u8..10, 1..6), 1..6),
        ) {
            let mut words = Words::new();
            let line = parts.concat();
            for digits in digits {
                let line = with_digits(&line, &digits);
                prop_assert_eq!(words.classify(&line), words.look(&line).0, "{}", line);
            }
        }
    }

    #[test]
    fn a_word_with_digits_is_not_taken_for_another_one() {
        let mut words = Words::new();
        assert_eq!(words.classify("x264: wide pictures").score, 0.0);
        assert_eq!(words.classify("x509: wide pictures").kind, Kind::Cause);
        let runs = |text: &'static str| text.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty());
        for run in WORDS.iter().flat_map(|word| runs(word.text)) {
            assert!(memo::DIGITS_OF_WORDS.contains(&run.as_bytes()), "{run}");
        }
    }

    #[test]
    fn a_number_that_tells_is_asked_for_each_time() {
        let mut words = Words::new();
        for (line, kind) in [
            ("3 tests failed", Kind::Summary),
            ("0 tests failed", Kind::Noise),
            ("exit code 1", Kind::Exit),
            ("exit code 0", Kind::Noise),
            ("7 tests failed", Kind::Summary),
        ] {
            assert_eq!(words.classify(line).kind, kind, "{line}");
        }
    }
}
