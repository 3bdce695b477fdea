//! Keys of model providers.

use super::{Token, UUID};
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
    Token::laid_out("langfuse-key", "sk-lf-", Charset::ALNUM_DASH, 36, UUID),
    Token::new("huggingface-token", "hf_", Charset::ALNUM, 34, 34).that(cased),
    Token::new("huggingface-token", "api_org_", Charset::ALNUM, 34, 34).that(cased),
    Token::new("replicate-token", "r8_", Charset::ALNUM, 37, 40).that(mixed),
    Token::new("groq-key", "gsk_", Charset::ALNUM, 52, 52).that(mixed),
    Token::new("xai-key", "xai-", Charset::ALNUM, 80, 80).that(mixed),
    Token::new("perplexity-key", "pplx-", Charset::ALNUM, 48, 48),
    Token::new("nvidia-key", "nvapi-", Charset::URL64, 60, 72).that(mixed),
    Token::new("elevenlabs-key", "sk_", Charset::HEX, 48, 48),
    Token::new("together-key", "tgp_v1_", Charset::URL64, 43, 43),
    Token::new("openai-key", "sess-", Charset::ALNUM, 40, 40).that(mixed),
    Token::new("gcp-key", "AQ.Ab", Charset::URL64, 40, 80).that(mixed),
    Token::new("cursor-key", "crsr_", Charset::HEX, 64, 64),
    Token::laid_out("langsmith-key", "lsv2_pt_", Charset::WORD, 43, "{H32}_{H10}"),
    Token::laid_out("langsmith-key", "lsv2_sk_", Charset::WORD, 43, "{H32}_{H10}"),
    Token::laid_out("pinecone-key", "pcsk_", Charset::WORD, 80, "{A4-8}_{A56-70}").that(mixed),
    Token::new("tavily-key", "tvly-", Charset::ALNUM_DASH, 32, 60).that(mixed),
    Token::new("firecrawl-key", "fc-", Charset::LOWER_HEX_DIGIT, 32, 32),
    Token::new("jina-key", "jina_", Charset::URL64, 60, 60).that(mixed),
    Token::new("cerebras-key", "csk-", Charset::LOWER_DIGIT, 48, 48),
    Token::new("fireworks-key", "fw_", Charset::ALNUM, 20, 24).that(mixed),
    Token::new("voyage-key", "pa-", Charset::URL64, 43, 43).that(mixed),
    Token::new("llamaindex-key", "llx-", Charset::ALNUM, 48, 48).that(mixed),
    Token::new("wandb-key", "wandb_v1_", Charset::WORD, 40, 160).that(mixed),
    Token::new("runpod-key", "rpa_", Charset::ALNUM, 40, 50).that(digits),
];

fn digits(token: &str) -> bool {
    Mix::of(token).digit >= 3
}
