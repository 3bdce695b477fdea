//! Code hosts, package registries, build services.

use super::{Token, UUID};
use crate::chars::{Charset, Mix};

fn mixed(token: &str) -> bool {
    let mix = Mix::of(token);
    mix.upper > 0 && mix.lower > 0 && mix.digit > 0
}

pub(super) const TOKENS: &[Token] = &[
    Token::new("github-token", "ghp_", Charset::ALNUM, 36, 251),
    Token::new("github-token", "gho_", Charset::ALNUM, 36, 251),
    Token::new("github-token", "ghu_", Charset::ALNUM, 36, 251),
    Token::new("github-token", "ghs_", Charset::URL64_DOT, 36, 2048),
    Token::new("github-token", "ghr_", Charset::ALNUM, 36, 251),
    Token::laid_out("github-token", "github_pat_", Charset::WORD, 82, "{A22}_{A59}"),
    Token::new("gitlab-token", "glpat-", Charset::URL64_DOT, 20, 320),
    Token::new("gitlab-token", "gldt-", Charset::URL64, 20, 64),
    Token::new("gitlab-token", "glrt-", Charset::URL64_DOT, 20, 320),
    Token::new("gitlab-token", "glcbt-", Charset::URL64, 20, 80),
    Token::new("gitlab-token", "glptt-", Charset::HEX, 40, 40),
    Token::new("gitlab-token", "glft-", Charset::URL64, 20, 64),
    Token::new("gitlab-token", "glimt-", Charset::URL64, 25, 25),
    Token::new("gitlab-token", "glagent-", Charset::URL64, 50, 1024),
    Token::new("gitlab-token", "gloas-", Charset::URL64, 64, 64),
    Token::new("gitlab-token", "glsoat-", Charset::URL64, 20, 64),
    Token::new("gitlab-token", "GR1348941", Charset::URL64, 20, 20),
    Token::new("npm-token", "npm_", Charset::ALNUM, 36, 36),
    Token::new("pypi-token", "pypi-AgE", Charset::URL64, 50, 1000),
    Token::new("rubygems-key", "rubygems_", Charset::HEX, 48, 48),
    Token::new("crates-io-token", "cio", Charset::ALNUM, 32, 32).that(mixed),
    Token::new("docker-token", "dckr_pat_", Charset::URL64, 27, 27),
    Token::new("docker-token", "dckr_oat_", Charset::URL64, 32, 32),
    Token::new("nuget-key", "oy2", Charset::LOWER_DIGIT, 43, 43),
    Token::new("clojars-token", "CLOJARS_", Charset::ALNUM, 60, 60),
    Token::new("jfrog-key", "AKCp", Charset::ALNUM, 69, 69),
    Token::new("jfrog-key", "cmVmdGtu", Charset::ALNUM, 56, 56),
    Token::new("atlassian-token", "ATATT3x", Charset::ANY64, 60, 400),
    Token::new("atlassian-token", "ATCTT3x", Charset::ANY64, 60, 400),
    Token::new("atlassian-token", "ATBB", Charset::ALNUM, 28, 40).that(mixed),
    Token::new("trello-token", "ATTA", Charset::HEX, 72, 72),
    Token::new("sonar-token", "squ_", Charset::HEX, 40, 40),
    Token::new("sonar-token", "sqp_", Charset::HEX, 40, 40),
    Token::new("sonar-token", "sqa_", Charset::HEX, 40, 40),
    Token::new("buildkite-token", "bkua_", Charset::HEX, 40, 40),
    Token::laid_out("circleci-token", "CCIPAT_", Charset::WORD, 63, "{A22}_{H40}"),
    Token::new("pulumi-token", "pul-", Charset::HEX, 40, 40),
    Token::new("gitlab-token", "glffct-", Charset::URL64, 20, 64),
    Token::new("gitlab-token", "glrtr-", Charset::URL64_DOT, 20, 320),
    Token::laid_out("circleci-token", "CCIPRJ_", Charset::WORD, 63, "{A22}_{H40}"),
    Token::new("sourcegraph-token", "sgp_", Charset::HEX, 40, 40),
    Token::laid_out("sourcegraph-token", "sgp_", Charset::WORD, 57, "{H16}_{H40}"),
    Token::laid_out("sourcegraph-token", "sgp_local_", Charset::WORD, 40, "{H40}"),
    Token::new("sourcegraph-token", "slk_", Charset::HEX, 64, 64),
    Token::new("segment-token", "sgp_", Charset::ALNUM, 64, 64).that(mixed),
    Token::new("snyk-token", "snyk_uat.", Charset::URL64_DOT, 40, 300).that(mixed),
    Token::new("snyk-token", "snyk_sat.", Charset::URL64_DOT, 40, 300).that(mixed),
    Token::new("jetbrains-token", "perm:", Charset::TOKEN, 40, 240).that(two_dots),
    Token::new("jetbrains-token", "perm-", Charset::TOKEN, 40, 240).that(two_dots),
    Token::new("octopus-key", "API-", Charset::UPPER_DIGIT, 26, 32).that(some_digits),
    Token::laid_out("harness-token", "pat.", Charset::URL64_DOT, 68, "{B22}.{H24}.{A20}"),
    Token::laid_out("harness-token", "sat.", Charset::URL64_DOT, 68, "{B22}.{H24}.{A20}"),
    Token::laid_out("ovsx-token", "ovsxat_", Charset::ALNUM_DASH, 36, UUID),
    Token::new("packagist-token", "packagist_ack_", Charset::HEX, 50, 100),
    Token::new("packagist-token", "packagist_uut_", Charset::HEX, 50, 100),
    Token::laid_out("wakatime-key", "waka_", Charset::ALNUM_DASH, 36, UUID),
    Token::new("adafruit-key", "aio_", Charset::ALNUM, 28, 28).that(mixed),
    Token::laid_out("launchdarkly-key", "sdk-", Charset::ALNUM_DASH, 36, UUID),
];

fn two_dots(token: &str) -> bool {
    mixed(token) && token.bytes().filter(|&b| b == b'.').count() == 2
}

fn some_digits(token: &str) -> bool {
    Mix::of(token).digit >= 3
}
