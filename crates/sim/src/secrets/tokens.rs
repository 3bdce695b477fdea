//! Tokens that tell by their form who issued them.
//!
//! A near miss is too short, has a letter outside of the alphabet, or the prefix of something that is public.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::Class;
use super::checks::crc32;
use crate::dice::Dice;

const DIGITS: &[u8] = b"0123456789";
const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const URL64: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
const HEX: &[u8] = b"0123456789abcdef";

/// A prefix and so many letters of an alphabet; the near miss has only six of them.
fn token(dice: &mut Dice, prefix: &str, alphabet: &[u8], length: usize) -> (String, String) {
    // An underscore or dash at the end would not belong to the word.
    let end = dice.of(b"0123456789abcdef", 1);
    let end = if alphabet.iter().any(u8::is_ascii_lowercase) { end } else { dice.of(alphabet, 1) };
    (
        format!("{prefix}{}{end}", dice.of(alphabet, length - 1)),
        format!("see {prefix}{} in the docs", dice.of(DIGITS, 4)),
    )
}

fn base62(mut number: u32, digits: usize) -> String {
    let mut out: Vec<char> = Vec::new();
    while out.len() < digits {
        out.push(char::from(BASE62[(number % 62) as usize]));
        number /= 62;
    }
    out.iter().rev().collect()
}

/// Six letters of checksum at the end, as GitHub and npm have it.
fn checked(dice: &mut Dice, prefix: &str) -> (String, String) {
    let body = dice.of(BASE62, 30);
    let sum = base62(crc32(body.as_bytes()), 6);
    (format!("{prefix}{body}{sum}"), format!("see {prefix}{} in the docs", dice.of(DIGITS, 4)))
}

fn aws(dice: &mut Dice) -> (String, String) {
    let prefix = dice.pick(&["AKIA", "ASIA"]);
    (format!("{prefix}{}", dice.of(BASE32, 16)), format!("part {prefix}{} of the list", dice.of(BASE32, 9)))
}

fn github(dice: &mut Dice) -> (String, String) {
    if dice.chance(0.3) {
        let prefix = ["github", "_pat_"].concat();
        let value = format!("{prefix}{}_{}", dice.of(BASE62, 22), dice.of(BASE62, 59));
        return (value, format!("tokens begin with {prefix} since 2022"));
    }
    let prefix = dice.pick(&["ghp", "gho", "ghu", "ghs"]);
    checked(dice, &format!("{prefix}_"))
}

fn slack(dice: &mut Dice) -> (String, String) {
    let prefix = dice.pick(&["xoxb", "xoxp"]);
    let value = format!("{prefix}-{}-{}-{}", dice.of(DIGITS, 12), dice.of(DIGITS, 13), dice.of(BASE62, 24));
    (value, format!("a {prefix} token is missing"))
}

fn slack_webhook(dice: &mut Dice) -> (String, String) {
    let host = ["https://hooks.", "slack.com"].concat();
    let value = format!("{host}/services/T{}/B{}/{}", dice.of(UPPER, 10), dice.of(UPPER, 10), dice.of(BASE62, 24));
    (value, format!("posting to {host} took {} ms", dice.below(900)))
}

fn stripe(dice: &mut Dice) -> (String, String) {
    let prefix = dice.pick(&["sk", "rk"]);
    let value = format!("{prefix}_{}_{}", dice.pick(&["live", "test"]), dice.of(BASE62, 24));
    (value, format!("customer cus_{} was charged", dice.of(BASE62, 14)))
}

fn openai(dice: &mut Dice) -> (String, String) {
    let mark = ["T3Blbk", "FJ"].concat();
    let value = if dice.chance(0.5) {
        format!("sk-{}{mark}{}", dice.of(BASE62, 20), dice.of(BASE62, 20))
    } else {
        format!("sk-proj-{}{mark}{}", dice.of(URL64, 74), dice.of(BASE62, 74))
    };
    (value, format!("model sk-{} loaded", dice.of(DIGITS, 3)))
}

fn anthropic(dice: &mut Dice) -> (String, String) {
    let prefix = ["sk-", "ant-"].concat();
    (format!("{prefix}api03-{}AA", dice.of(URL64, 93)), format!("prefix {prefix} is reserved"))
}

fn pypi(dice: &mut Dice) -> (String, String) {
    let prefix = ["pypi-", "AgEIcHlwaS5vcmc"].concat();
    (format!("{prefix}{}", dice.of(BASE62, 140)), format!("pypi-{} is not a package", dice.of(LOWER, 6)))
}

fn jwt(dice: &mut Dice) -> (String, String) {
    let part = |text: String| URL_SAFE_NO_PAD.encode(text);
    let head = part(format!("{{\"alg\":\"{}\",\"typ\":\"JWT\"}}", dice.pick(&["HS256", "RS256", "ES256"])));
    let claims =
        part(format!("{{\"sub\":\"{}\",\"iat\":{}}}", dice.below(99_999_999), 1_700_000_000 + dice.below(90_000_000)));
    (
        format!("{head}.{claims}.{}", dice.of(BASE62, 43)),
        format!("version {}.{}.{} of the module", dice.below(9), dice.below(30), dice.below(99)),
    )
}

fn private_key(dice: &mut Dice) -> (String, String) {
    let kind = dice.pick(&["RSA PRIVATE", "EC PRIVATE", "PRIVATE", "OPENSSH PRIVATE"]);
    let bytes: Vec<u8> = (0..240).map(|_| dice.bits() as u8).collect();
    let body = STANDARD.encode(&bytes);
    let lines: Vec<&str> = body.as_bytes().chunks(64).filter_map(|c| std::str::from_utf8(c).ok()).collect();
    let value = format!("-----BEGIN {kind} KEY-----\n{}\n-----END {kind} KEY-----", lines.join("\n"));
    (value, format!("key file {} has the wrong mode", dice.below(99)))
}

fn telegram(dice: &mut Dice) -> (String, String) {
    let value = format!("{}{}:AA{}", 1 + dice.below(9), dice.of(DIGITS, 9), dice.of(BASE62, 33));
    (value, format!("{}:{} slots are free", dice.below(24), dice.below(60)))
}

fn grafana(dice: &mut Dice) -> (String, String) {
    let prefix = ["gl", "sa_"].concat();
    (format!("{prefix}{}_{}", dice.of(BASE62, 32), dice.of(HEX, 8)), format!("prefix {prefix} is reserved"))
}

fn dynatrace(dice: &mut Dice) -> (String, String) {
    let prefix = ["dt0", "c01"].concat();
    (format!("{prefix}.{}.{}", dice.of(BASE32, 24), dice.of(BASE32, 64)), format!("{prefix}.{}", dice.of(BASE32, 5)))
}

fn terraform(dice: &mut Dice) -> (String, String) {
    let mark = [".atlas", "v1."].concat();
    (format!("{}{mark}{}", dice.of(BASE62, 14), dice.of(BASE62, 67)), format!("tokens hold {mark} in the middle"))
}

fn tailscale(dice: &mut Dice) -> (String, String) {
    let prefix = ["tskey", "-auth-"].concat();
    (format!("{prefix}{}CNTRL-{}", dice.of(BASE62, 9), dice.of(BASE62, 32)), format!("prefix {prefix} is reserved"))
}

fn sendgrid(dice: &mut Dice) -> (String, String) {
    (format!("SG.{}.{}", dice.of(BASE62, 22), dice.of(BASE62, 43)), format!("region SG.{} is up", dice.of(LOWER, 4)))
}

/// Classes by the form of the value.
pub(super) const CLASSES: &[Class] = &[
    ("aws-key", None, aws),
    ("github-token", None, github),
    ("gitlab-token", None, |d| token(d, "glpat-", URL64, 20)),
    ("slack-token", None, slack),
    ("webhook-url", None, slack_webhook),
    ("stripe-key", None, stripe),
    ("openai-key", None, openai),
    ("anthropic-key", None, anthropic),
    ("npm-token", None, |d| checked(d, "npm_")),
    ("pypi-token", None, pypi),
    ("jwt", None, jwt),
    ("private-key", None, private_key),
    ("gcp-key", None, |d| token(d, "AIza", URL64, 35)),
    ("gcp-token", None, |d| token(d, "ya29.", URL64, 120)),
    ("twilio-key", None, |d| token(d, "SK", HEX, 32)),
    ("sendgrid-key", None, sendgrid),
    ("digitalocean-token", None, |d| token(d, "dop_v1_", HEX, 64)),
    ("shopify-token", None, |d| token(d, "shpat_", HEX, 32)),
    ("square-token", None, |d| token(d, "sq0atp-", URL64, 22)),
    ("huggingface-token", None, |d| token(d, "hf_", LETTERS, 34)),
    ("databricks-token", None, |d| token(d, "dapi", HEX, 32)),
    ("doppler-token", None, |d| token(d, "dp.pt.", BASE62, 43)),
    ("vault-token", None, |d| token(d, "hvs.", BASE62, 95)),
    ("newrelic-key", None, |d| token(d, "NRAK-", UPPER, 27)),
    ("grafana-token", None, grafana),
    ("linear-key", None, |d| token(d, "lin_api_", BASE62, 40)),
    ("dynatrace-token", None, dynatrace),
    ("docker-token", None, |d| token(d, "dckr_pat_", URL64, 27)),
    ("telegram-token", None, telegram),
    ("rubygems-key", None, |d| token(d, "rubygems_", HEX, 48)),
    ("sentry-token", None, |d| token(d, "sntryu_", HEX, 64)),
    ("tailscale-key", None, tailscale),
    ("planetscale-token", None, |d| token(d, "pscale_tkn_", URL64, 43)),
    ("supabase-key", None, |d| token(d, "sbp_", HEX, 40)),
    ("pulumi-token", None, |d| token(d, "pul-", HEX, 40)),
    ("terraform-token", None, terraform),
    ("postman-key", None, |d| {
        let (value, near) = token(d, "PMAK-", HEX, 24);
        (format!("{value}-{}", d.of(HEX, 34)), near)
    }),
    ("replicate-token", None, |d| token(d, "r8_", BASE62, 37)),
];
