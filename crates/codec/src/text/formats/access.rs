//! Access logs, common and combined: `host ident user [02/Jan/2024:15:04:05 +0000] "GET / HTTP/1.1" 200 612 ..`.

use decant_model::Severity;

use super::super::Format;
use super::super::header::{Header, part, rest};
use super::super::stamp;

pub(in crate::text) fn header(text: &str) -> Option<Header<'_>> {
    let bytes = text.as_bytes();
    // The bracket comes after three short fields.
    let open = memchr::memchr(b'[', bytes.get(..bytes.len().min(256))?)?;
    let mut words = part(text, 0, open).split_ascii_whitespace();
    let (client, _ident, user) = (words.next()?, words.next()?, words.next()?);
    let read = stamp::read(bytes.get(open + 1..)?)?;
    let after = rest(text, open + 1 + read.len).strip_prefix("] \"")?;
    let request_end = memchr::memchr(b'"', after.as_bytes())?;
    let mut request = part(after, 0, request_end).split(' ');
    let (method, path) = (request.next()?, request.next().unwrap_or(""));
    let status = rest(after, request_end + 1).trim_ascii_start();
    let status = part(status, 0, 3);
    if status.len() != 3 || !status.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    // The message is the line from the request on, with its quote.
    let mut header = Header::of(Format::Access, rest(text, text.len() - after.len() - 1));
    header.stamp = Some(read.stamp);
    header.severity = if status.starts_with('5') { Severity::ERROR } else { Severity::INFO };
    header.fields.push("client.address", client);
    if user != "-" {
        header.fields.push("user.name", user);
    }
    header.fields.push("http.request.method", method);
    header.fields.push("url.path", path.split('?').next().unwrap_or(path));
    header.fields.push("http.response.status_code", status);
    Some(header)
}
