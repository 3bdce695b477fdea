//! Code hosts, package registries, build services.

use super::Token;
use crate::chars::{Charset, Mix};

fn mixed(token: &str) -> bool {
    let mix = Mix::of(token);
    mix.upper > 0 && mix.lower > 0 && mix.digit > 0
}

/// `github_pat_`, 22 characters, `_`, 59 characters.
fn fine_grained(token: &str) -> bool {
    token.as_bytes().get(11 + 22) == Some(&b'_')
}

pub(super) const TOKENS: &[Token] = &[
    Token::new("github-token", "ghp_", Charset::ALNUM, 36, 251),
    Token::new("github-token", "gho_", Charset::ALNUM, 36, 251),
    Token::new("github-token", "ghu_", Charset::ALNUM, 36, 251),
    Token::new("github-token", "ghs_", Charset::ALNUM, 36, 251),
    Token::new("github-token", "ghr_", Charset::ALNUM, 36, 251),
    Token::new("github-token", "github_pat_", Charset::WORD, 82, 82).that(fine_grained),
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
    Token::new("circleci-token", "CCIPAT_", Charset::WORD, 40, 90),
    Token::new("pulumi-token", "pul-", Charset::HEX, 40, 40),
];
