//! Google Cloud, Azure, and the smaller clouds and hosts.

use super::{Custom, RANK_TOKEN, Token};
use crate::chars::{Charset, Mix, part};
use crate::scan::Hit;

fn mixed(token: &str) -> bool {
    let mix = Mix::of(token);
    mix.upper > 0 && mix.lower > 0 && mix.digit > 0
}

pub(super) const TOKENS: &[Token] = &[
    Token::new("gcp-key", "AIza", Charset::URL64, 35, 35),
    Token::new("gcp-token", "ya29.", Charset::URL64_DOT, 20, 2048).that(mixed),
    Token::new("gcp-token", "1//0", Charset::URL64, 40, 512).that(mixed),
    Token::new("gcp-client-secret", "GOCSPX-", Charset::URL64, 28, 28),
    Token::new("alibaba-key", "LTAI", Charset::ALNUM, 12, 26).that(mixed),
    Token::new("tencent-key", "AKID", Charset::ALNUM, 32, 32).that(mixed),
    Token::new("yandex-key", "AQVN", Charset::URL64, 35, 38).that(mixed),
    Token::new("digitalocean-token", "dop_v1_", Charset::HEX, 64, 64),
    Token::new("digitalocean-token", "doo_v1_", Charset::HEX, 64, 64),
    Token::new("digitalocean-token", "dor_v1_", Charset::HEX, 64, 64),
    Token::new("heroku-key", "HRKU-", Charset::URL64, 36, 60),
    Token::new("fly-token", "fm2_", Charset::BASE64_PAD, 60, 4096),
    Token::new("fly-token", "fo1_", Charset::URL64, 43, 43),
    Token::new("netlify-token", "nfp_", Charset::ALNUM, 36, 40),
    Token::new("supabase-key", "sbp_", Charset::HEX, 40, 40),
    Token::new("supabase-key", "sb_secret_", Charset::URL64, 20, 64),
    Token::new("planetscale-token", "pscale_tkn_", Charset::URL64_DOT, 32, 64),
    Token::new("planetscale-token", "pscale_pw_", Charset::URL64_DOT, 32, 64),
    Token::new("planetscale-token", "pscale_oauth_", Charset::URL64_DOT, 32, 64),
    Token::new("render-key", "rnd_", Charset::ALNUM, 28, 40),
    Token::new("tailscale-key", "tskey-", Charset::ALNUM_DASH, 20, 120).that(mixed),
    Token::new("databricks-token", "dapi", Charset::HEX, 32, 32),
    Token::new("databricks-token", "dose", Charset::HEX, 32, 32),
    Token::new("cloudflare-key", "v1.0-", Charset::HEX.or(Charset::ALNUM_DASH), 171, 171),
];

pub(super) const CUSTOM: &[Custom] =
    &[Custom { literal: "q~", look: azure_client_secret }, Custom { literal: "sig=", look: azure_sas }];

/// Three characters and a digit, `Q~`, 31 to 34 characters.
fn azure_client_secret(text: &str, at: usize, end: usize, out: &mut Vec<Hit>) {
    let set = Charset::UNRESERVED;
    let bytes = text.as_bytes();
    let Some(start) = at.checked_sub(4) else { return };
    let digit = bytes.get(at - 1).is_some_and(u8::is_ascii_digit);
    let exact = set.run_back(bytes, at, 5) == 4;
    let length = set.run(bytes, end, 35);
    if digit && exact && part(text, at, end) == "Q~" && (31..=34).contains(&length) {
        out.push(Hit::new(start, end + length, "azure-client-secret", RANK_TOKEN));
    }
}

/// The signature of a shared access URL: base64 of 32 bytes, as it is or percent-encoded.
fn azure_sas(text: &str, at: usize, end: usize, out: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let bordered = at == 0 || matches!(bytes.get(at - 1), Some(b'?' | b'&' | b' ' | b'"' | b';' | b'\''));
    let length = Charset::WIDE.run(bytes, end, 128);
    if bordered && (43..=80).contains(&length) {
        out.push(Hit::new(end, end + length, "azure-sas", RANK_TOKEN));
    }
}
