//! What is done at a literal.

use super::{Hit, Progress, Scanner};
use crate::config::Config;
use crate::keys::{self, KeyRule};
use crate::personal::national::{self, NationalId};
use crate::rules::{self, Custom, Token};

#[derive(Clone, Copy)]
pub(super) enum What {
    Token(Token),
    Custom(Custom),
    Key(KeyRule),
    National(NationalId),
    Own(u16),
    Block,
}

#[derive(Clone)]
pub(super) struct Action {
    pub(super) literal: String,
    pub(super) what: What,
}

/// Every literal and what is done there.
pub(super) fn all(config: &Config) -> Vec<(String, What)> {
    let tokens = rules::TOKENS.iter().copied().flatten().map(|t| (t.prefix.to_owned(), What::Token(*t)));
    let custom = rules::CUSTOM.iter().copied().flatten().map(|c| (c.literal.to_owned(), What::Custom(*c)));
    let keys = keys::RULES.iter().flat_map(|k| k.literals().into_iter().map(|literal| (literal, What::Key(*k))));
    let national =
        national::IDS.iter().flat_map(|n| n.literals().into_iter().map(|literal| (literal, What::National(*n))));
    let own = config
        .rules
        .iter()
        .enumerate()
        .flat_map(|(i, rule)| rule.keywords.iter().map(move |word| (word.clone(), What::Own(i as u16))));
    let block = [("-----BEGIN".to_owned(), What::Block)];
    tokens.chain(custom).chain(keys).chain(national).chain(own).chain(block).collect()
}

impl Action {
    /// Looks at `at`, where at least the head of the literal stands.
    pub(super) fn look(&self, scanner: &Scanner, text: &str, at: usize, progress: &mut Progress, out: &mut Vec<Hit>) {
        let end = at + self.literal.len();
        let found = text.as_bytes().get(at..end);
        if !found.is_some_and(|f| f.eq_ignore_ascii_case(self.literal.as_bytes())) {
            return;
        }
        match &self.what {
            What::Token(token) => out.extend(token.hit(text, at)),
            What::Custom(custom) => (custom.look)(text, at, end, out),
            What::Key(_) if at < progress.covered => {}
            What::Key(key) => {
                if let Some(hit) = key.look(text, at, end) {
                    progress.covered = hit.end;
                    out.push(hit);
                }
            }
            What::National(id) => id.look(text, at, end, out),
            What::Own(rule) => scanner.own(text, *rule, progress, out),
            What::Block => scanner.block(text, at, progress, out),
        }
    }
}
