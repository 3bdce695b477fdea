//! Google Cloud, Azure, and the smaller clouds and hosts.

use super::{Custom, RANK_TOKEN, Token, UUID};
use crate::chars::{Charset, Mix, part};
use crate::scan::Hit;

fn mixed(token: &str) -> bool {
    let mix = Mix::of(token);
    mix.upper > 0 && mix.lower > 0 && mix.digit > 0
}

pub(super) const TOKENS: &[Token] = &[
    Token::new("gcp-key", "AIza", Charset::URL64, 35, 35),
    Token::new("gcp-token", "ya29.", Charset::URL64_DOT, 40, 2048).that(mixed),
    Token::new("gcp-token", "1//0", Charset::URL64, 40, 512).that(mixed),
    Token::new("gcp-client-secret", "GOCSPX-", Charset::URL64, 28, 28),
    Token::new("alibaba-key", "LTAI", Charset::ALNUM, 12, 26).that(mixed),
    Token::new("tencent-key", "AKID", Charset::ALNUM, 32, 32).that(mixed),
    Token::new("yandex-key", "AQVN", Charset::URL64, 35, 38).that(mixed),
    Token::new("digitalocean-token", "dop_v1_", Charset::HEX, 64, 64),
    Token::new("digitalocean-token", "doo_v1_", Charset::HEX, 64, 64),
    Token::new("digitalocean-token", "dor_v1_", Charset::HEX, 64, 64),
    Token::laid_out("heroku-key", "HRKU-", Charset::ALNUM_DASH, 36, UUID),
    Token::new("heroku-key", "HRKU-AA", Charset::URL64, 58, 58),
    Token::new("fly-token", "fm2_", Charset::BASE64_PAD, 60, 4096),
    Token::new("fly-token", "fo1_", Charset::URL64, 43, 43),
    Token::new("netlify-token", "nfp_", Charset::ALNUM, 36, 40),
    Token::new("netlify-token", "nfc_", Charset::ALNUM, 36, 40),
    Token::new("netlify-token", "nfo_", Charset::ALNUM, 36, 40),
    Token::new("netlify-token", "nfu_", Charset::ALNUM, 36, 40),
    Token::new("supabase-key", "sbp_", Charset::HEX, 40, 40),
    Token::new("supabase-key", "sb_secret_", Charset::URL64, 20, 64),
    Token::new("planetscale-token", "pscale_tkn_", Charset::URL64_DOT, 32, 64),
    Token::new("planetscale-token", "pscale_pw_", Charset::URL64_DOT, 32, 64),
    Token::new("planetscale-token", "pscale_oauth_", Charset::URL64_DOT, 32, 64),
    Token::new("render-key", "rnd_", Charset::ALNUM, 28, 40),
    Token::laid_out("tailscale-key", "tskey-", Charset::ALNUM_DASH, 80, "{a3-8}-{A10-24}-{A16-40}"),
    Token::new("databricks-token", "dapi", Charset::HEX, 32, 32),
    Token::new("databricks-token", "dose", Charset::HEX, 32, 32),
    Token::laid_out("cloudflare-key", "v1.0-", Charset::ALNUM_DASH, 171, "{H24}-{H146}"),
    Token::new("cloudflare-key", "cfk_", Charset::WORD, 44, 52).that(mixed),
    Token::new("cloudflare-key", "cfut_", Charset::WORD, 44, 52).that(mixed),
    Token::new("cloudflare-key", "cfat_", Charset::WORD, 44, 52).that(mixed),
    Token::new("gcp-key", "GOOG1E", Charset::UPPER_DIGIT, 55, 55),
    Token::laid_out("baidu-key", "bce-v3/ALTAK-", Charset::BASE64, 62, "{A21}/{H40}"),
    Token::new("volcengine-key", "AKLT", Charset::ALNUM, 40, 60).that(mixed),
    Token::new("scaleway-key", "SCW", Charset::UPPER_DIGIT, 17, 17).that(digits),
    Token::new("exoscale-key", "EXO", Charset::LOWER_HEX_DIGIT, 24, 24).that(digits),
    Token::new("digitalocean-token", "DO00", Charset::UPPER_DIGIT, 16, 16).that(digits),
    Token::new("fly-token", "fm1r_", Charset::BASE64_PAD, 60, 4096),
    Token::new("fly-token", "fm1a_", Charset::BASE64_PAD, 60, 4096),
    Token::new("scalingo-token", "tk-us-", Charset::URL64, 48, 48).that(mixed),
    Token::new("vercel-token", "vcp_", Charset::ALNUM, 50, 64).that(mixed),
    Token::new("vercel-token", "vci_", Charset::ALNUM, 50, 64).that(mixed),
    Token::new("vercel-token", "vca_", Charset::ALNUM, 50, 64).that(mixed),
    Token::new("vercel-token", "vcr_", Charset::ALNUM, 50, 64).that(mixed),
    Token::new("vercel-token", "vck_", Charset::ALNUM, 50, 64).that(mixed),
    Token::new("vercel-token", "vercel_blob_rw_", Charset::WORD, 40, 64).that(mixed),
    Token::new("deno-token", "ddp_", Charset::ALNUM, 36, 36),
    Token::new("deno-token", "ddo_", Charset::ALNUM, 36, 36),
    Token::new("openshift-token", "sha256~", Charset::URL64, 43, 43).that(mixed),
];

fn digits(token: &str) -> bool {
    Mix::of(token).digit >= 4
}

pub(super) const CUSTOM: &[Custom] = &[
    Custom { literal: "q~", look: azure_client_secret },
    Custom { literal: "sig=", look: azure_sas },
    Custom { literal: "JQQJ9", look: azure_annotated },
    Custom { literal: "AzFu", look: azure_marked },
    Custom { literal: "AzSe", look: azure_marked },
    Custom { literal: "AzCa", look: azure_marked },
    Custom { literal: "ACDb", look: azure_marked },
    Custom { literal: "AIoT", look: azure_marked },
    Custom { literal: "+ASt", look: azure_marked },
    Custom { literal: "+AEh", look: azure_marked },
    Custom { literal: "+ASb", look: azure_marked },
    Custom { literal: "+ARm", look: azure_marked },
    Custom { literal: "+ACR", look: azure_marked },
    Custom { literal: "+ABa", look: azure_marked },
];

/// A key of 84 characters with `JQQJ9` after the first 52 (Azure DevOps, Azure OpenAI and others, since 2024).
fn azure_annotated(text: &str, at: usize, end: usize, out: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let before = Charset::ALNUM.word_back(bytes, at, 53);
    let after = Charset::ALNUM.run(bytes, end, 28);
    if before == 52 && after == 27 && part(text, at, end) == "JQQJ9" {
        out.push(Hit::new(at - before, end + after, "azure-key", RANK_TOKEN));
    }
}

/// A key of 32, 39, 42 or 64 bytes in base64 whose issuer's mark stands ten characters before its end.
fn azure_marked(text: &str, at: usize, end: usize, out: &mut Vec<Hit>) {
    let (bytes, set) = (text.as_bytes(), Charset::BASE64.or(Charset::URL64));
    let before = set.word_back(bytes, at, 77);
    let after = set.run(bytes, end, 7);
    let padding = bytes.get(end + after..).unwrap_or_default().iter().take(3).take_while(|&&b| b == b'=').count();
    let fits = matches!((before, padding), (33, 1) | (42, 0) | (44 | 76, 2)) && after == 6;
    let exact = MARKS.contains(&part(text, at, end));
    if exact && fits {
        out.push(Hit::new(at - before, end + after + padding, "azure-key", RANK_TOKEN));
    }
}

const MARKS: &[&str] = &["AzFu", "AzSe", "AzCa", "ACDb", "AIoT", "+ASt", "+AEh", "+ASb", "+ARm", "+ACR", "+ABa"];

/// Three characters and a digit, `Q~`, 31 to 34 characters.
fn azure_client_secret(text: &str, at: usize, end: usize, out: &mut Vec<Hit>) {
    let set = Charset::UNRESERVED;
    let bytes = text.as_bytes();
    let Some(start) = at.checked_sub(4) else { return };
    let digit = bytes.get(at - 1).is_some_and(u8::is_ascii_digit);
    let exact = set.word_back(bytes, at, 5) == 4;
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
