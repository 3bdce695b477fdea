//! JSON Web Tokens (RFC 7519): base64url of a JSON header, of a JSON body, and a signature, joined by dots.

use super::{Custom, RANK_TOKEN};
use crate::chars::{Charset, part};
use crate::scan::Hit;

pub(super) const CUSTOM: &[Custom] = &[Custom { literal: "eyJ", look: jwt }];

fn jwt(text: &str, at: usize, _end: usize, out: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    // `eyJ` is base64 of `{"`. Inside a token it comes again at the start of the body: only the outer one counts.
    if !part(text, at, at + 3).starts_with("eyJ") || Charset::URL64_DOT.word_back(bytes, at, 1) > 0 {
        return;
    }
    let header = Charset::URL64.run(bytes, at, 4096);
    let body_at = at + header + 1;
    let body = Charset::URL64.run(bytes, body_at, 1 << 16);
    let signature_at = body_at + body + 1;
    let dotted = bytes.get(body_at - 1) == Some(&b'.') && bytes.get(signature_at - 1) == Some(&b'.');
    if !dotted || header < 16 || body < 8 {
        return;
    }
    // A JWE (RFC 7516) has five parts; its second may be empty of JSON.
    let rest = Charset::URL64_DOT.run(bytes, signature_at, 1 << 16);
    if rest >= 16 || part(text, body_at, body_at + 3) == "eyJ" {
        out.push(Hit::new(at, signature_at + rest, "jwt", RANK_TOKEN));
    }
}
