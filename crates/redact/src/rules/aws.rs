//! Amazon Web Services. Secret access keys have no prefix of their own: they are found by their key (`keys.rs`).

use super::{Token, UUID};
use crate::chars::{Charset, Mix};

/// Access key ids are base32: no 0, 1, 8, 9.
fn base32(token: &str) -> bool {
    token.bytes().skip(4).all(|b| b.is_ascii_uppercase() || (b'2'..=b'7').contains(&b))
}

fn mixed(token: &str) -> bool {
    let mix = Mix::of(token);
    mix.upper > 0 && mix.lower > 0 && mix.digit > 0
}

pub(super) const TOKENS: &[Token] = &[
    Token::new("aws-key", "AKIA", Charset::UPPER_DIGIT, 16, 16).that(base32),
    Token::new("aws-key", "ASIA", Charset::UPPER_DIGIT, 16, 16).that(base32),
    Token::new("aws-key", "ABIA", Charset::UPPER_DIGIT, 16, 16).that(base32),
    Token::new("aws-key", "ACCA", Charset::UPPER_DIGIT, 16, 16).that(base32),
    Token::laid_out("aws-key", "amzn.mws.", Charset::ALNUM_DASH, 36, UUID),
    Token::new("amazon-oauth-secret", "amzn1.oa2-cs.v1.", Charset::HEX, 64, 64),
    Token::new("aws-session-token", "IQoJb3JpZ2lu", Charset::BASE64_PAD, 80, 4096),
    Token::new("aws-session-token", "FwoGZXIvYXdz", Charset::BASE64_PAD, 80, 4096),
    Token::new("aws-bedrock-key", "ABSK", Charset::BASE64_PAD, 100, 300).that(mixed),
];
