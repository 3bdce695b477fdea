//! Keys of model providers.

use super::Token;
use crate::chars::{Charset, Mix};

/// A key is no hyphenated name: it has letters of both cases and digits.
fn mixed(token: &str) -> bool {
    let mix = Mix::of(token);
    mix.upper >= 2 && mix.lower >= 2 && mix.digit >= 1
}

pub(super) const TOKENS: &[Token] = &[
    Token::new("anthropic-key", "sk-ant-", Charset::URL64, 80, 140),
    Token::new("openai-key", "sk-proj-", Charset::URL64, 40, 200).that(mixed),
    Token::new("openai-key", "sk-svcacct-", Charset::URL64, 40, 200).that(mixed),
    Token::new("openai-key", "sk-admin-", Charset::URL64, 40, 200).that(mixed),
    Token::new("openai-key", "sk-", Charset::ALNUM, 40, 64).that(mixed),
];
