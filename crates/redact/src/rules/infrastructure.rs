//! Secret stores, deployment tools, databases, observability services.

use super::{Custom, RANK_TOKEN, Token, UUID};
use crate::chars::{Charset, Mix, ends_word, part, starts_word};
use crate::scan::Hit;

fn mixed(token: &str) -> bool {
    let mix = Mix::of(token);
    mix.upper > 0 && mix.lower > 0 && mix.digit > 0
}

pub(super) const TOKENS: &[Token] = &[
    Token::new("vault-token", "hvs.", Charset::URL64, 24, 300),
    Token::new("vault-token", "hvb.", Charset::URL64, 90, 400),
    Token::new("vault-token", "hvr.", Charset::URL64, 24, 300),
    Token::new("onepassword-token", "ops_eyJ", Charset::BASE64_PAD, 100, 2048),
    Token::new("age-key", "AGE-SECRET-KEY-1", Charset::UPPER_DIGIT, 58, 58),
    Token::new("doppler-token", "dp.pt.", Charset::ALNUM, 40, 44),
    Token::new("doppler-token", "dp.st.", Charset::URL64_DOT, 40, 80),
    Token::new("doppler-token", "dp.ct.", Charset::ALNUM, 40, 44),
    Token::new("doppler-token", "dp.sa.", Charset::ALNUM, 40, 44),
    Token::new("prefect-key", "pnu_", Charset::ALNUM, 36, 36),
    Token::new("infracost-key", "ico-", Charset::ALNUM, 32, 32).that(mixed),
    Token::laid_out("grafana-token", "glsa_", Charset::WORD, 41, "{A32}_{H8}"),
    Token::new("grafana-token", "glc_", Charset::BASE64_PAD, 32, 400),
    Token::new("newrelic-key", "NRAK-", Charset::UPPER_DIGIT, 27, 27),
    Token::new("newrelic-key", "NRII-", Charset::URL64, 32, 32),
    Token::new("newrelic-key", "NRJS-", Charset::HEX, 19, 19),
    Token::new("sentry-token", "sntrys_", Charset::ANY64, 60, 400),
    Token::new("sentry-token", "sntryu_", Charset::HEX, 64, 64),
    Token::laid_out("dynatrace-token", "dt0c01", Charset::URL64_DOT, 90, ".{A24}.{A64}"),
    Token::new("dynatrace-token", "dt0s02", Charset::URL64_DOT, 74, 90),
    Token::new("posthog-key", "phx_", Charset::ALNUM, 40, 56),
    Token::new("posthog-key", "phs_", Charset::ALNUM, 40, 56),
    Token::new("honeycomb-key", "hcaik_", Charset::ALNUM, 58, 58),
    Token::new("honeycomb-key", "hcxik_", Charset::ALNUM, 58, 58),
    Token::laid_out("axiom-token", "xaat-", Charset::ALNUM_DASH, 36, UUID),
    Token::laid_out("axiom-token", "xapt-", Charset::ALNUM_DASH, 36, UUID),
    Token::new("elastic-key", "essu_", Charset::BASE64_PAD, 40, 200),
    Token::new("doppler-token", "dp.scim.", Charset::ALNUM, 40, 44),
    Token::new("doppler-token", "dp.audit.", Charset::ALNUM, 40, 44),
    Token::new("prefect-key", "pnb_", Charset::ALNUM, 36, 36),
    Token::new("onepassword-token", "A3-", Charset::UPPER_DIGIT.or(Charset::ALNUM_DASH), 34, 37).that(onepassword),
    Token::new("mongodb-secret", "mdb_sa_sk_", Charset::URL64, 40, 44).that(mixed),
    Token::new("neon-key", "napi_", Charset::LOWER_DIGIT, 64, 64),
    Token::laid_out("datastax-token", "AstraCS:", Charset::WIDE, 89, "{A24}:{H64}"),
    Token::new("clickhouse-key", "4b1d", Charset::ALNUM, 38, 38).that(mixed),
    Token::laid_out("cockroach-key", "CCDB1_", Charset::WORD, 63, "{A22}_{A40}").that(mixed),
    Token::new("aiven-password", "AVNS_", Charset::URL64, 15, 24).that(mixed),
    Token::new("dbt-token", "dbtc_", Charset::URL64, 38, 60).that(mixed),
    Token::new("dbt-token", "dbtu_", Charset::URL64, 38, 60).that(mixed),
    Token::new("rootly-token", "rootly_", Charset::HEX, 64, 64),
    Token::new("ory-token", "ory_pat_", Charset::URL64_DOT, 30, 120),
    Token::new("ory-token", "ory_at_", Charset::URL64_DOT, 30, 120),
    Token::new("ory-token", "ory_st_", Charset::URL64_DOT, 30, 120),
];

/// Capitals and digits in groups of 6, 6, 5, 5, 5, 5, or with the first three joined.
fn onepassword(token: &str) -> bool {
    let capitals = token.bytes().all(|b| b == b'-' || b.is_ascii_uppercase() || b.is_ascii_digit());
    let groups = || token.split('-').skip(1).map(str::len);
    let joined = groups().eq([6, 11, 5, 5, 5]) || groups().eq([6, 6, 5, 5, 5, 5]);
    capitals && joined && Mix::of(token).digit >= 3
}

pub(super) const CUSTOM: &[Custom] = &[
    Custom { literal: ".atlasv1.", look: terraform_cloud },
    Custom { literal: "nral", look: newrelic_license },
    Custom { literal: "ssws ", look: okta },
    Custom { literal: "_mmk", look: maxmind },
];

/// A licence key of New Relic's: 36 letters and digits, `NRAL`.
fn newrelic_license(text: &str, at: usize, end: usize, out: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let before = Charset::LOWER_DIGIT.or(Charset::UPPER).word_back(bytes, at, 37);
    let exact = part(text, at, end) == "NRAL" && before == 36 && ends_word(bytes, end);
    if exact && Mix::of(part(text, at - before, at)).digit > 0 {
        out.push(Hit::new(at - before, end, "newrelic-key", RANK_TOKEN));
    }
}

/// Okta's scheme of authorization, `00` and 40 characters.
fn okta(text: &str, at: usize, end: usize, out: &mut Vec<Hit>) {
    let length = Charset::URL64.run(text.as_bytes(), end, 43);
    if length == 42 && part(text, end, end + 2) == "00" && starts_word(text.as_bytes(), at) {
        out.push(Hit::new(end, end + length, "okta-token", RANK_TOKEN));
    }
}

/// Six characters, `_`, 29 characters, `_mmk`.
fn maxmind(text: &str, at: usize, end: usize, out: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let before = Charset::WORD.word_back(bytes, at, 37);
    let joint = at.checked_sub(30).and_then(|i| bytes.get(i)) == Some(&b'_');
    if before == 36 && joint && part(text, at, end) == "_mmk" && ends_word(bytes, end) {
        out.push(Hit::new(at - before, end, "maxmind-key", RANK_TOKEN));
    }
}

/// 14 characters, `.atlasv1.`, 60 to 70 characters.
fn terraform_cloud(text: &str, at: usize, end: usize, out: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let before = Charset::ALNUM.word_back(bytes, at, 15);
    let after = Charset::URL64.run(bytes, end, 80);
    if before == 14 && (60..=70).contains(&after) {
        out.push(Hit::new(at - before, end + after, "terraform-token", RANK_TOKEN));
    }
}
