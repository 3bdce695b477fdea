//! Payment, mail, messaging and office services.

use super::{Custom, RANK_TOKEN, Token, UUID};
use crate::chars::{Charset, Mix, ends_word, part, starts_word};
use crate::scan::Hit;

fn mixed(token: &str) -> bool {
    let mix = Mix::of(token);
    mix.upper > 0 && mix.lower > 0 && mix.digit > 0
}

fn digits(token: &str) -> bool {
    Mix::of(token).digit >= 4
}

/// Two parts of base64 joined by `-`.
fn adyen(token: &str) -> bool {
    mixed(token) && token.contains('-')
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
    Token::laid_out("flutterwave-key", "FLWSECK-", Charset::ALNUM_DASH, 48, "{A32-36}-X"),
    Token::new("flutterwave-key", "FLWSECK_TEST-", Charset::ALNUM_DASH, 12, 48),
    Token::laid_out("plaid-token", "access-production-", Charset::ALNUM_DASH, 36, UUID),
    Token::laid_out("plaid-token", "access-sandbox-", Charset::ALNUM_DASH, 36, UUID),
    Token::new("slack-token", "xoxb-", Charset::ALNUM_DASH, 20, 250).that(digits),
    Token::new("slack-token", "xoxp-", Charset::ALNUM_DASH, 20, 250).that(digits),
    Token::new("slack-token", "xoxa-", Charset::ALNUM_DASH, 20, 250).that(digits),
    Token::new("slack-token", "xoxr-", Charset::ALNUM_DASH, 20, 250).that(digits),
    Token::new("slack-token", "xoxs-", Charset::ALNUM_DASH, 20, 250).that(digits),
    Token::new("slack-token", "xoxe-", Charset::ALNUM_DASH, 20, 250).that(digits),
    Token::new("slack-token", "xoxc-", Charset::ALNUM_DASH, 40, 250).that(digits),
    Token::new("slack-token", "xoxd-", Charset::WIDE, 20, 400).that(digits),
    Token::new("slack-token", "xoxo-", Charset::ALNUM_DASH, 20, 250).that(digits),
    Token::new("slack-token", "xapp-", Charset::ALNUM_DASH, 40, 250).that(digits),
    Token::laid_out("sendgrid-key", "SG.", Charset::URL64_DOT, 66, "{B22}.{B43}"),
    Token::new("mailgun-key", "key-", Charset::LOWER_HEX_DIGIT, 32, 32),
    Token::new("mandrill-key", "md-", Charset::URL64, 22, 22).that(mixed),
    Token::new("mailersend-token", "mlsn.", Charset::HEX, 64, 64),
    Token::laid_out("brevo-key", "xkeysib-", Charset::ALNUM_DASH, 81, "{H64}-{A16}"),
    Token::laid_out("brevo-key", "xsmtpsib-", Charset::ALNUM_DASH, 81, "{H64}-{A16}"),
    Token::laid_out("resend-key", "re_", Charset::WORD, 33, "{A8}_{A24}").that(mixed),
    Token::new("linear-key", "lin_api_", Charset::ALNUM, 40, 40),
    Token::new("linear-key", "lin_oauth_", Charset::HEX, 64, 64),
    Token::new("notion-token", "ntn_", Charset::ALNUM, 40, 50),
    Token::new("notion-token", "secret_", Charset::ALNUM, 43, 43).that(mixed),
    Token::new("figma-token", "figd_", Charset::URL64, 38, 45),
    Token::new("figma-token", "figoh_", Charset::URL64, 38, 45),
    Token::laid_out("clickup-token", "pk_", Charset::WORD, 43, "{D5-10}_{U32}"),
    Token::new("intercom-token", "dG9rO", Charset::BASE64_PAD, 50, 60).that(mixed),
    Token::new("linkedin-secret", "WPL_AP1.", Charset::TOKEN, 20, 60).that(mixed),
    Token::new("adobe-secret", "p8e-", Charset::URL64, 32, 32).that(mixed),
    Token::new("canva-secret", "cnvca", Charset::URL64, 40, 60).that(mixed),
    Token::new("readme-key", "rdme_", Charset::LOWER_DIGIT, 70, 70),
    Token::new("frameio-token", "fio-u-", Charset::URL64, 64, 64).that(mixed),
    Token::new("adyen-key", "AQE", Charset::TOKEN, 90, 300).that(adyen),
    Token::laid_out("paddle-key", "pdl_live_apikey_", Charset::WORD, 53, "{A26}_{A22}_{A3}"),
    Token::laid_out("paddle-key", "pdl_sdbx_apikey_", Charset::WORD, 53, "{A26}_{A22}_{A3}"),
    Token::new("paddle-key", "pdl_ntfset_", Charset::WORD, 50, 70).that(mixed),
    Token::new("mollie-key", "live_", Charset::ALNUM, 30, 30).that(mixed),
    Token::new("gocardless-token", "live_", Charset::URL64, 40, 40).that(mixed),
    Token::new("lob-key", "live_", Charset::LOWER_HEX_DIGIT, 35, 35),
    Token::new("duffel-token", "duffel_live_", Charset::URL64, 43, 43),
    Token::new("duffel-token", "duffel_test_", Charset::URL64, 43, 43),
    Token::new("salesforce-token", "5Aep861", Charset::TOKEN, 60, 120).that(mixed),
    Token::laid_out("postman-key", "PMAK-", Charset::ALNUM_DASH, 59, "{H24}-{H34}"),
    Token::new("dropbox-token", "sl.", Charset::URL64, 130, 400).that(mixed),
    Token::new("typeform-token", "tfp_", Charset::URL64_DOT, 40, 80),
    Token::new("contentful-token", "CFPAT-", Charset::URL64, 43, 43),
    Token::laid_out("hubspot-token", "pat-na1-", Charset::ALNUM_DASH, 36, UUID),
    Token::laid_out("hubspot-token", "pat-na2-", Charset::ALNUM_DASH, 36, UUID),
    Token::laid_out("hubspot-token", "pat-ap1-", Charset::ALNUM_DASH, 36, UUID),
    Token::laid_out("hubspot-token", "pat-eu1-", Charset::ALNUM_DASH, 36, UUID),
    Token::new("mapbox-token", "sk.eyJ", Charset::URL64_DOT, 60, 200),
    Token::new("shippo-token", "shippo_live_", Charset::HEX, 40, 40),
    Token::new("shippo-token", "shippo_test_", Charset::HEX, 40, 40),
    Token::new("easypost-key", "EZAK", Charset::ALNUM, 54, 54),
    Token::new("easypost-key", "EZTK", Charset::ALNUM, 54, 54),
    Token::new("facebook-token", "EAA", Charset::ALNUM, 80, 400).that(mixed),
    Token::new("twitter-token", "AAAAAAAAAAAAAAAAAAAAA", Charset::WIDE, 60, 200).that(mixed),
];

pub(super) const CUSTOM: &[Custom] = &[
    Custom { literal: "hooks.slack.com/", look: webhook },
    Custom { literal: "/api/webhooks/", look: webhook },
    Custom { literal: ".webhook.office.com/", look: webhook },
    Custom { literal: "outlook.office.com/webhook/", look: webhook },
    Custom { literal: "/open-apis/bot/v2/hook/", look: webhook },
    Custom { literal: "/cgi-bin/webhook/send?key=", look: webhook },
    Custom { literal: "hooks.zapier.com/hooks/catch/", look: short_webhook },
    Custom { literal: "access_token$production$", look: braintree },
    Custom { literal: ":AA", look: telegram },
    Custom { literal: "-us", look: mailchimp },
    Custom { literal: "!AQ", look: salesforce },
];

/// The path of a webhook is its secret.
fn webhook(text: &str, _at: usize, end: usize, out: &mut Vec<Hit>) {
    let length = Charset::TOKEN.run(text.as_bytes(), end, 400);
    let path = part(text, end, end + length);
    // Words have neither; a path that was drawn may by chance have few digits.
    if length >= 30 && (digits(path) || Mix::of(path).upper >= 8) {
        out.push(Hit::new(end, end + length, "webhook-url", RANK_TOKEN));
    }
}

/// The numbers of an account and of a hook, no more.
fn short_webhook(text: &str, _at: usize, end: usize, out: &mut Vec<Hit>) {
    let length = Charset::TOKEN.run(text.as_bytes(), end, 400);
    if length >= 12 && digits(part(text, end, end + length)) {
        out.push(Hit::new(end, end + length, "webhook-url", RANK_TOKEN));
    }
}

/// The session of an organisation: its id from `00D` on, 15 or 18 characters, `!AQ`, 80 or more.
fn salesforce(text: &str, at: usize, end: usize, out: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let id = Charset::ALNUM.word_back(bytes, at, 19);
    let length = Charset::URL64_DOT.run(bytes, end, 400);
    let exact = part(text, at, end) == "!AQ" && matches!(id, 15 | 18) && (80..400).contains(&length);
    if exact && part(text, at - id, at).starts_with("00D") {
        out.push(Hit::new(at - id, end + length, "salesforce-token", RANK_TOKEN));
    }
}

fn braintree(text: &str, at: usize, end: usize, out: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let merchant = Charset::LOWER_DIGIT.run(bytes, end, 17);
    let secret = Charset::HEX.run(bytes, end + merchant + 1, 33);
    let bordered = starts_word(bytes, at) && ends_word(bytes, end + 16 + 1 + 32);
    if bordered && merchant == 16 && bytes.get(end + merchant) == Some(&b'$') && secret == 32 {
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
    if Charset::LOWER_HEX_DIGIT.word_back(bytes, at, 33) == 32 && starts_word(bytes, at - 32) {
        out.push(Hit::new(at - 32, end + number, "mailchimp-key", RANK_TOKEN));
    }
}
