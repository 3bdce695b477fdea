//! Credentials after the name of their scheme, with or without the header's name before it.

use super::{Custom, RANK_KEY, RANK_TOKEN};
use crate::chars::{Charset, Mix, part, starts_word};
use crate::keys::changes;
use crate::scan::Hit;

pub(super) const CUSTOM: &[Custom] = &[
    Custom { literal: "bearer ", look: bearer },
    Custom { literal: "basic ", look: basic },
    Custom { literal: "credential=", look: aws_credential },
    Custom { literal: "identified by ", look: sql_password },
    Custom { literal: "-u ", look: curl_user },
    Custom { literal: "--user ", look: curl_user },
    Custom { literal: " -p", look: option_password },
];

/// 16 or more characters that are no word: `bearer authentication` stays.
fn bearer(text: &str, at: usize, end: usize, out: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let length = Charset::TOKEN.run(bytes, end, 1 << 16);
    let token = part(text, end, end + length);
    if starts_word(bytes, at) && length >= 16 && (Mix::of(token).digit > 0 || changes(token) * 4 >= length) {
        out.push(Hit::new(end, end + length, "bearer-token", RANK_KEY));
    }
}

/// base64 of `user:password`.
fn basic(text: &str, at: usize, end: usize, out: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let length = Charset::BASE64_PAD.run(bytes, end, 4096);
    if !starts_word(bytes, at) || length < 6 {
        return;
    }
    let decoded = crate::encoded::base64_text(part(text, end, end + length));
    if decoded.is_some_and(|d| d.contains(':')) {
        out.push(Hit::new(end, end + length, "basic-auth", RANK_TOKEN));
    }
}

/// `Credential=KEY/date/region/service/aws4_request`: the key's id is found by its prefix; the signature is here.
fn aws_credential(text: &str, _at: usize, end: usize, out: &mut Vec<Hit>) {
    let window = part(text, end, text.len().min(end + 600));
    if let Some(i) = window.find("Signature=") {
        let from = end + i + "Signature=".len();
        let length = Charset::HEX.run(text.as_bytes(), from, 65);
        if length == 64 {
            out.push(Hit::new(from, from + length, "aws-signature", RANK_TOKEN));
        }
    }
}

/// `IDENTIFIED BY 'password'`.
fn sql_password(text: &str, _at: usize, end: usize, out: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let quoted = matches!(bytes.get(end), Some(b'\'' | b'"'));
    let value = crate::keys::extent(text, end, crate::keys::Separator::Equals);
    if quoted && value.quoted && value.end > value.start {
        out.push(Hit::new(value.start, value.end, "password", RANK_KEY));
    }
}

/// `curl -u user:password`: the password, in a line that names curl or wget.
fn curl_user(text: &str, at: usize, end: usize, out: &mut Vec<Hit>) {
    let before = part(text, at.saturating_sub(400), at);
    if !before.contains("curl") && !before.contains("http") {
        return;
    }
    let value = crate::keys::extent(text, end, crate::keys::Separator::Equals);
    let found = part(text, value.start, value.end);
    let colon = found.find(':').filter(|&c| c > 0 && c + 1 < found.len() && !found.contains("//"));
    let password = colon.and_then(|c| found.get(c + 1..)).filter(|p| !crate::keys::is_placeholder(p));
    if let Some(password) = password {
        out.push(Hit::new(value.end - password.len(), value.end, "password", RANK_KEY));
    }
}

/// `sshpass -p x`, `docker login -p x`, `mysql -px`: the password, in a line that names the program.
fn option_password(text: &str, at: usize, end: usize, out: &mut Vec<Hit>) {
    let before = part(text, at.saturating_sub(200), at);
    let glued = text.as_bytes().get(end).is_some_and(|&b| b != b' ');
    let named = if glued {
        before.contains("mysql") || before.contains("mariadb")
    } else {
        before.contains("sshpass") || before.contains(" login ")
    };
    let value = crate::keys::extent(text, end + usize::from(!glued), crate::keys::Separator::Equals);
    let found = part(text, value.start, value.end);
    if named && found.len() >= 3 && !crate::keys::is_placeholder(found) && !found.starts_with('-') {
        out.push(Hit::new(value.start, value.end, "password", RANK_KEY));
    }
}
