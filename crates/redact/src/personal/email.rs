//! What an `@` may stand in: an e-mail address, or the credentials of a URL (RFC 3986, userinfo).

use crate::chars::{Charset, Mix, part};
use crate::keys::is_placeholder;
use crate::rules::{RANK_KEY, RANK_PERSONAL};
use crate::scan::Hit;

const LOCAL: usize = 64;

/// Last labels that are no top-level domain: file types, and systemd's unit types.
const NOT_DOMAINS: &[&str] = &[
    "png",
    "jpg",
    "jpeg",
    "gif",
    "svg",
    "webp",
    "ico",
    "js",
    "mjs",
    "cjs",
    "ts",
    "tsx",
    "jsx",
    "css",
    "json",
    "html",
    "xml",
    "yml",
    "yaml",
    "toml",
    "lock",
    "txt",
    "log",
    "so",
    "dll",
    "exe",
    "jar",
    "tgz",
    "zip",
    "gz",
    "tar",
    "whl",
    "py",
    "go",
    "rb",
    "service",
    "socket",
    "timer",
    "mount",
    "target",
    "slice",
    "device",
    "scope",
    "swap",
    "local",
    "internal",
    "localdomain",
];

fn local_char(b: u8) -> bool {
    Charset::URL64_DOT.has(b)
        || matches!(b, b'+' | b'%' | b'!' | b'#' | b'$' | b'&' | b'*' | b'^' | b'|' | b'~')
        || b >= 0x80
}

/// Looks at the `@` at `at`.
pub(crate) fn look(text: &str, at: usize, out: &mut Vec<Hit>) {
    if url_credentials(text, at, out) {
        return;
    }
    let bytes = text.as_bytes();
    let before = bytes.get(..at).unwrap_or_default();
    let mut start = at - before.iter().rev().take(LOCAL).take_while(|&&b| local_char(b)).count();
    // `x=a@b.example&y`, `$VAR`, a leading dot or escape are not part of the address; `key=` ends before it.
    while start < at && !(bytes[start].is_ascii_alphanumeric() || bytes[start] == b'_' || bytes[start] >= 0x80) {
        start += 1;
    }
    // After an escape such as `\n` the letter belongs to the escape.
    if start > 0 && bytes[start - 1] == b'\\' && matches!(bytes[start], b'n' | b't' | b'r') {
        start += 1;
    }
    if let Some(i) = part(text, start, at).rfind(['&', '|', '#', '!', '*', '$']) {
        start += i + 1;
    }
    if start >= at || !text.is_char_boundary(start) || bytes[at - 1] == b'.' {
        return;
    }
    let Some(end) = domain_end(text, at + 1) else { return };
    let local = part(text, start, at);
    // `git@host:path` is how repositories are addressed; the user is not a person.
    if local == "git"
        || local == "hg"
        || (bytes.get(end) == Some(&b':') && bytes.get(end + 1).is_some_and(|b| b.is_ascii_alphabetic() || *b == b'/'))
    {
        return;
    }
    // `scheme://user@host`: no address of mail, and no secret unless it looks like one (`url_credentials`).
    if part(text, 0, start).ends_with("://") {
        return;
    }
    out.push(Hit::new(start, end, "email", RANK_PERSONAL));
}

/// The end of the domain at `from`: at least two labels, the last of letters.
fn domain_end(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let domain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.' || b >= 0x80;
    let length = bytes.get(from..)?.iter().take(253).take_while(|&&b| domain(b)).count();
    let found = part(text, from, from + length);
    let found = found.trim_end_matches(|c: char| !(c.is_alphanumeric() || c == '-')).trim_end_matches('-');
    let (rest, last) = found.rsplit_once('.')?;
    let letters = last.chars().all(char::is_alphabetic) || last.starts_with("xn--");
    let known = NOT_DOMAINS.iter().any(|w| last.eq_ignore_ascii_case(w));
    let labels = rest.split('.').all(|l| !l.is_empty() && !l.starts_with('-'));
    (letters && last.chars().count() >= 2 && !known && labels).then_some(from + found.len())
}

/// `scheme://user:password@host`: the password. A user without one is kept, unless it looks like a token.
fn url_credentials(text: &str, at: usize, out: &mut Vec<Hit>) -> bool {
    let bytes = text.as_bytes();
    let stop = |b: u8| matches!(b, b' ' | b'\t' | b'\n' | b'"' | b'\'' | b'<' | b'>' | b'`');
    let window = bytes.get(..at).unwrap_or_default().iter().rev().take(256).take_while(|&&b| !stop(b)).count();
    // A placeholder of ours holds `<` and `>`: then the value is gone already.
    let before = part(text, at - window, at);
    let Some(scheme) = before.rfind("://") else { return false };
    let from = at - window + scheme + 3;
    let userinfo = part(text, from, at);
    if userinfo.is_empty() || userinfo.contains(['/', '?', '#']) && !userinfo.contains(':') {
        return false;
    }
    // A path before the `@` (`https://host/a@b`) is no userinfo; a password may hold a `/` by mistake only after a colon.
    if userinfo.find('/').is_some_and(|slash| userinfo.find(':').is_none_or(|colon| slash < colon)) {
        return false;
    }
    match userinfo.find(':') {
        Some(colon) => {
            let password = part(text, from + colon + 1, at);
            let port = userinfo.get(colon + 1..).is_some_and(|p| {
                p.split('/').next().is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
                    && p.contains('/')
            });
            if port {
                return false;
            }
            if !password.is_empty() && !is_placeholder(password) {
                out.push(Hit::new(from + colon + 1, at, "url-password", RANK_KEY));
            }
        }
        None => {
            // `user%40mail.example@host`: an address of mail, which its encoding tells (`scan.rs`).
            let mailbox = userinfo.contains("%40") || userinfo.contains('@');
            let mix = Mix::of(userinfo);
            if !mailbox && userinfo.len() >= 16 && mix.digit > 0 && mix.lower + mix.upper > 0 {
                out.push(Hit::new(from, at, "url-password", RANK_KEY));
            }
        }
    }
    true
}
