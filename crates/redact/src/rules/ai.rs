//! Keys of model providers.

use super::Token;
use crate::chars::{Charset, Mix};

/// A key is no hyphenated name: it has letters of both cases and digits.
fn mixed(token: &str) -> bool {
    let mix = Mix::of(token);
    mix.upper >= 2 && mix.lower >= 2 && mix.digit >= 1
}

/// 30 or more letters of both cases.
fn cased(token: &str) -> bool {
    let mix = Mix::of(token);
    mix.upper >= 3 && mix.lower >= 5
}

pub(super) const TOKENS: &[Token] = &[
    Token::new("anthropic-key", "sk-ant-", Charset::URL64, 80, 140).that(mixed),
    Token::new("openai-key", "sk-proj-", Charset::URL64, 40, 200).that(mixed),
    Token::new("openai-key", "sk-svcacct-", Charset::URL64, 40, 200).that(mixed),
    Token::new("openai-key", "sk-admin-", Charset::URL64, 40, 200).that(mixed),
    Token::new("openai-key", "sk-", Charset::ALNUM, 40, 64).that(mixed),
    Token::new("deepseek-key", "sk-", Charset::LOWER_HEX_DIGIT, 32, 32),
    Token::new("openrouter-key", "sk-or-v1-", Charset::HEX, 64, 64),
    Token::new("langfuse-key", "sk-lf-", Charset::HEX.or(Charset::ALNUM_DASH), 36, 36),
    Token::new("huggingface-token", "hf_", Charset::ALNUM, 34, 40).that(cased),
    Token::new("huggingface-token", "api_org_", Charset::ALNUM, 34, 34).that(cased),
    Token::new("replicate-token", "r8_", Charset::ALNUM, 37, 40).that(mixed),
    Token::new("groq-key", "gsk_", Charset::ALNUM, 48, 56).that(mixed),
    Token::new("xai-key", "xai-", Charset::ALNUM, 70, 90).that(mixed),
    Token::new("perplexity-key", "pplx-", Charset::ALNUM, 40, 56),
    Token::new("nvidia-key", "nvapi-", Charset::URL64, 60, 72).that(mixed),
    Token::new("elevenlabs-key", "sk_", Charset::HEX, 48, 48),
    Token::new("together-key", "tgp_v1_", Charset::URL64, 43, 43),
];
