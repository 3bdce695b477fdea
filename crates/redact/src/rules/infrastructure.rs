//! Secret stores, deployment tools, databases, observability services.

use super::{Custom, RANK_TOKEN, Token};
use crate::chars::{Charset, Mix};
use crate::scan::Hit;

fn mixed(token: &str) -> bool {
    let mix = Mix::of(token);
    mix.upper > 0 && mix.lower > 0 && mix.digit > 0
}

/// A 24-character public part, then a 64-character secret one.
fn dynatrace(token: &str) -> bool {
    token.as_bytes().get(6) == Some(&b'.') && token.as_bytes().get(31) == Some(&b'.')
}

pub(super) const TOKENS: &[Token] = &[
    Token::new("vault-token", "hvs.", Charset::URL64, 24, 300),
    Token::new("vault-token", "hvb.", Charset::URL64, 24, 400),
    Token::new("vault-token", "hvr.", Charset::URL64, 24, 300),
    Token::new("onepassword-token", "ops_eyJ", Charset::BASE64_PAD, 100, 2048),
    Token::new("age-key", "AGE-SECRET-KEY-1", Charset::UPPER_DIGIT, 58, 58),
    Token::new("doppler-token", "dp.pt.", Charset::ALNUM, 40, 44),
    Token::new("doppler-token", "dp.st.", Charset::URL64_DOT, 40, 80),
    Token::new("doppler-token", "dp.ct.", Charset::ALNUM, 40, 44),
    Token::new("doppler-token", "dp.sa.", Charset::ALNUM, 40, 44),
    Token::new("prefect-key", "pnu_", Charset::ALNUM, 36, 36),
    Token::new("infracost-key", "ico-", Charset::ALNUM, 32, 32).that(mixed),
    Token::new("grafana-token", "glsa_", Charset::WORD, 41, 41),
    Token::new("grafana-token", "glc_", Charset::BASE64_PAD, 32, 400),
    Token::new("newrelic-key", "NRAK-", Charset::UPPER_DIGIT, 27, 27),
    Token::new("newrelic-key", "NRII-", Charset::URL64, 32, 32),
    Token::new("newrelic-key", "NRJS-", Charset::HEX, 19, 19),
    Token::new("sentry-token", "sntrys_", Charset::ANY64, 60, 400),
    Token::new("sentry-token", "sntryu_", Charset::HEX, 64, 64),
    Token::new("dynatrace-token", "dt0c01", Charset::URL64_DOT, 90, 90).that(dynatrace),
    Token::new("dynatrace-token", "dt0s02", Charset::URL64_DOT, 74, 90),
    Token::new("posthog-key", "phx_", Charset::ALNUM, 40, 56),
    Token::new("posthog-key", "phs_", Charset::ALNUM, 40, 56),
    Token::new("honeycomb-key", "hcaik_", Charset::ALNUM, 58, 58),
    Token::new("honeycomb-key", "hcxik_", Charset::ALNUM, 58, 58),
    Token::new("axiom-token", "xaat-", Charset::HEX.or(Charset::ALNUM_DASH), 36, 36),
    Token::new("axiom-token", "xapt-", Charset::HEX.or(Charset::ALNUM_DASH), 36, 36),
    Token::new("elastic-key", "essu_", Charset::BASE64_PAD, 40, 200),
];

pub(super) const CUSTOM: &[Custom] = &[Custom { literal: ".atlasv1.", look: terraform_cloud }];

/// 14 characters, `.atlasv1.`, 60 to 70 characters.
fn terraform_cloud(text: &str, at: usize, end: usize, out: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let before = Charset::ALNUM.run_back(bytes, at, 15);
    let after = Charset::URL64.run(bytes, end, 80);
    if before == 14 && (60..=70).contains(&after) {
        out.push(Hit::new(at - before, end + after, "terraform-token", RANK_TOKEN));
    }
}
