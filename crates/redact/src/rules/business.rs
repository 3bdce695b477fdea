//! Payment, mail, messaging and office services.

use super::{Custom, RANK_TOKEN, Token};
use crate::chars::{Charset, Mix, ends_word, part, starts_word};
use crate::scan::Hit;

fn mixed(token: &str) -> bool {
    let mix = Mix::of(token);
    mix.upper > 0 && mix.lower > 0 && mix.digit > 0
}

fn digits(token: &str) -> bool {
    Mix::of(token).digit >= 4
}

/// `SG.`, 22 characters, `.`, 43 characters.
fn sendgrid(token: &str) -> bool {
    token.as_bytes().get(25) == Some(&b'.')
}

/// Hexadecimal parts of 24 and 34.
fn postman(token: &str) -> bool {
    token.as_bytes().get(29) == Some(&b'-')
}

pub(super) const TOKENS: &[Token] = &[
    Token::new("stripe-key", "sk_live_", Charset::ALNUM, 20, 250),
    Token::new("stripe-key", "sk_test_", Charset::ALNUM, 20, 250),
    Token::new("stripe-key", "rk_live_", Charset::ALNUM, 20, 250),
    Token::new("stripe-key", "rk_test_", Charset::ALNUM, 20, 250),
    Token::new("stripe-key", "whsec_", Charset::BASE64_PAD, 24, 100),
    Token::new("square-token", "sq0atp-", Charset::URL64, 22, 22),
    Token::new("square-token", "sq0csp-", Charset::URL64, 43, 43),
    Token::new("square-token", "EAAA", Charset::URL64, 60, 60).that(mixed),
    Token::new("shopify-token", "shpat_", Charset::HEX, 32, 32),
    Token::new("shopify-token", "shpca_", Charset::HEX, 32, 32),
    Token::new("shopify-token", "shppa_", Charset::HEX, 32, 32),
    Token::new("shopify-token", "shpss_", Charset::HEX, 32, 32),
    Token::new("razorpay-key", "rzp_live_", Charset::ALNUM, 14, 24),
    Token::new("razorpay-key", "rzp_test_", Charset::ALNUM, 14, 24),
    Token::new("flutterwave-key", "FLWSECK-", Charset::ALNUM_DASH, 32, 48),
    Token::new("flutterwave-key", "FLWSECK_TEST-", Charset::ALNUM_DASH, 12, 48),
    Token::new("plaid-token", "access-production-", Charset::HEX.or(Charset::ALNUM_DASH), 36, 36),
    Token::new("plaid-token", "access-sandbox-", Charset::HEX.or(Charset::ALNUM_DASH), 36, 36),
    Token::new("slack-token", "xoxb-", Charset::ALNUM_DASH, 20, 250).that(digits),
    Token::new("slack-token", "xoxp-", Charset::ALNUM_DASH, 20, 250).that(digits),
    Token::new("slack-token", "xoxa-", Charset::ALNUM_DASH, 20, 250).that(digits),
    Token::new("slack-token", "xoxr-", Charset::ALNUM_DASH, 20, 250).that(digits),
    Token::new("slack-token", "xoxs-", Charset::ALNUM_DASH, 20, 250).that(digits),
    Token::new("slack-token", "xoxe-", Charset::ALNUM_DASH, 20, 250).that(digits),
    Token::new("slack-token", "xapp-", Charset::ALNUM_DASH, 40, 250).that(digits),
    Token::new("sendgrid-key", "SG.", Charset::URL64_DOT, 66, 66).that(sendgrid),
    Token::new("mailgun-key", "key-", Charset::LOWER_HEX_DIGIT, 32, 32),
    Token::new("brevo-key", "xkeysib-", Charset::ALNUM_DASH, 81, 81),
    Token::new("resend-key", "re_", Charset::WORD, 32, 36).that(mixed),
    Token::new("linear-key", "lin_api_", Charset::ALNUM, 40, 40),
    Token::new("notion-token", "ntn_", Charset::ALNUM, 40, 50),
    Token::new("notion-token", "secret_", Charset::ALNUM, 43, 43).that(mixed),
    Token::new("figma-token", "figd_", Charset::URL64, 38, 45),
    Token::new("postman-key", "PMAK-", Charset::HEX.or(Charset::ALNUM_DASH), 59, 59).that(postman),
    Token::new("dropbox-token", "sl.", Charset::URL64, 130, 400).that(mixed),
    Token::new("typeform-token", "tfp_", Charset::URL64_DOT, 40, 80),
    Token::new("contentful-token", "CFPAT-", Charset::URL64, 43, 43),
    Token::new("hubspot-token", "pat-na1-", Charset::HEX.or(Charset::ALNUM_DASH), 36, 36),
    Token::new("hubspot-token", "pat-eu1-", Charset::HEX.or(Charset::ALNUM_DASH), 36, 36),
    Token::new("mapbox-token", "sk.eyJ", Charset::URL64_DOT, 60, 200),
    Token::new("shippo-token", "shippo_live_", Charset::HEX, 40, 40),
    Token::new("easypost-key", "EZAK", Charset::ALNUM, 54, 54),
    Token::new("facebook-token", "EAA", Charset::ALNUM, 80, 400).that(mixed),
    Token::new("twitter-token", "AAAAAAAAAAAAAAAAAAAAA", Charset::WIDE, 60, 200).that(mixed),
];

pub(super) const CUSTOM: &[Custom] = &[
    Custom { literal: "hooks.slack.com/", look: webhook },
    Custom { literal: "/api/webhooks/", look: webhook },
    Custom { literal: ".webhook.office.com/", look: webhook },
    Custom { literal: "access_token$production$", look: braintree },
    Custom { literal: ":AA", look: telegram },
    Custom { literal: "-us", look: mailchimp },
];

/// The path of a webhook is its secret.
fn webhook(text: &str, _at: usize, end: usize, out: &mut Vec<Hit>) {
    let length = Charset::TOKEN.run(text.as_bytes(), end, 400);
    if length >= 30 && digits(part(text, end, end + length)) {
        out.push(Hit::new(end, end + length, "webhook-url", RANK_TOKEN));
    }
}

fn braintree(text: &str, at: usize, end: usize, out: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let merchant = Charset::LOWER_DIGIT.run(bytes, end, 17);
    let secret = Charset::HEX.run(bytes, end + merchant + 1, 33);
    if merchant == 16 && bytes.get(end + merchant) == Some(&b'$') && secret == 32 {
        out.push(Hit::new(at, end + merchant + 1 + secret, "braintree-token", RANK_TOKEN));
    }
}

/// A bot's number of 8 to 10 digits, `:AA`, 33 characters.
fn telegram(text: &str, at: usize, end: usize, out: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let number = Charset::DIGIT.run_back(bytes, at, 11);
    let length = Charset::URL64.run(bytes, end, 34);
    let exact = part(text, at, end) == ":AA" && (8..=10).contains(&number) && length == 33;
    if exact && (starts_word(bytes, at - number) || part(text, 0, at - number).ends_with("/bot")) {
        out.push(Hit::new(at - number, end + length, "telegram-token", RANK_TOKEN));
    }
}

/// 32 hexadecimal digits, `-us`, the number of a data centre.
fn mailchimp(text: &str, at: usize, end: usize, out: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let number = Charset::DIGIT.run(bytes, end, 3);
    if !(1..=2).contains(&number) || !ends_word(bytes, end + number) {
        return;
    }
    if Charset::LOWER_HEX_DIGIT.run_back(bytes, at, 33) == 32 && starts_word(bytes, at - 32) {
        out.push(Hit::new(at - 32, end + number, "mailchimp-key", RANK_TOKEN));
    }
}
