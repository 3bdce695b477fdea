//! One pass over many texts for the places where something may be, then a close look at those places only.
//!
//! A column's texts lie in one buffer. [`Scanner::triggers`] goes over the buffer once and notes *triggers*: a literal of
//! a rule, an `@`, a stretch of digits. Each trigger costs a look at its row; a row without one costs nothing more.

mod prefilter;

use crate::config::Config;
use crate::rules::{self, Custom, Token};
use prefilter::Prefilter;

/// A place where a value may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Trigger {
    /// Byte in the buffer.
    pub(crate) at: usize,
    pub(crate) kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// The literals of this group may start here.
    Literal(u16),
    /// `@`.
    At,
}

/// The class of a hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Name {
    Built(&'static str),
    /// Index of a rule of the operator's.
    Own(u16),
}

/// A value that was found: bytes `start..end` of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) class: Name,
    pub(crate) rank: u8,
}

impl Hit {
    pub(crate) fn new(start: usize, end: usize, class: &'static str, rank: u8) -> Self {
        Self { start, end, class: Name::Built(class), rank }
    }
}

/// What is done at a literal.
#[derive(Clone, Copy)]
enum Action {
    Token(Token),
    Custom(Custom),
}

impl Action {
    fn literal(&self) -> &'static str {
        match self {
            Self::Token(token) => token.prefix,
            Self::Custom(custom) => custom.literal,
        }
    }
}

/// All rules, ready to run. Stateless.
pub(crate) struct Scanner {
    prefilter: Prefilter,
    /// By group of the prefilter.
    actions: Vec<Vec<Action>>,
}

impl std::fmt::Debug for Scanner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scanner").field("groups", &self.actions.len()).finish_non_exhaustive()
    }
}

impl Scanner {
    pub(crate) fn new(_config: &Config) -> Self {
        let tokens = rules::TOKENS.iter().copied().flatten().copied().map(Action::Token);
        let custom = rules::CUSTOM.iter().copied().flatten().copied().map(Action::Custom);
        let all: Vec<Action> = tokens.chain(custom).collect();
        let (prefilter, groups) = Prefilter::new(all.iter().map(Action::literal));
        let mut actions = vec![Vec::new(); groups.iter().map(|&g| usize::from(g) + 1).max().unwrap_or(0)];
        for (action, &group) in all.iter().zip(&groups) {
            if let Some(actions) = actions.get_mut(usize::from(group)) {
                actions.push(*action);
            }
        }
        Self { prefilter, actions }
    }

    /// The triggers of a buffer, in order.
    pub(crate) fn triggers(&self, buffer: &[u8], out: &mut Vec<Trigger>) {
        self.prefilter.find(buffer, out);
        out.extend(memchr::memchr_iter(b'@', buffer).map(|at| Trigger { at, kind: Kind::At }));
        out.sort();
    }

    /// Adds the values around one trigger of `text`.
    pub(crate) fn look(&self, text: &str, trigger: Trigger, out: &mut Vec<Hit>) {
        match trigger.kind {
            Kind::At => {}
            Kind::Literal(group) => {
                for action in self.actions.get(usize::from(group)).into_iter().flatten() {
                    match action {
                        Action::Token(token) => out.extend(token.hit(text, trigger.at)),
                        Action::Custom(custom) => {
                            let end = trigger.at + custom.literal.len();
                            let found = text.as_bytes().get(trigger.at..end);
                            if found.is_some_and(|f| f.eq_ignore_ascii_case(custom.literal.as_bytes())) {
                                (custom.look)(text, trigger.at, end, out);
                            }
                        }
                    }
                }
            }
        }
    }
}
