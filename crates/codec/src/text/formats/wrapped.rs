//! Lines of container runtimes, which wrap a line of the program.
//!
//! - CRI: `2024-01-02T15:04:05.123456789Z stdout F message`; `P` marks a part of a line that goes on in the next record.
//! - Docker's json-file: `{"log":"message\n","stream":"stdout","time":".."}`; a part has no line feed at its end.

use std::borrow::Cow;

use serde::Deserialize;

use super::super::Format;
use super::super::stamp::{self, Stamp};

/// One wrapped line.
#[derive(Debug)]
pub(in crate::text) struct Wrapped<'a> {
    pub(in crate::text) format: Format,
    pub(in crate::text) stamp: Option<Stamp>,
    pub(in crate::text) is_stderr: bool,
    /// The line goes on in the next record of the same stream.
    pub(in crate::text) is_part: bool,
    pub(in crate::text) text: Cow<'a, str>,
}

/// A CRI line.
pub(in crate::text) fn cri(line: &str) -> Option<Wrapped<'_>> {
    let bytes = line.as_bytes();
    // 2024-01-02T15:04:05Z is the shortest timestamp; what follows is looked at first, since it is cheap.
    let space = memchr::memchr(b' ', bytes.get(..bytes.len().min(40))?).filter(|&at| at >= 20)?;
    let rest = bytes.get(space + 1..)?;
    let is_stderr = rest.starts_with(b"stderr ");
    if !is_stderr && !rest.starts_with(b"stdout ") {
        return None;
    }
    let tag = rest.get(7..)?;
    let tag_end = memchr::memchr(b' ', tag).unwrap_or(tag.len());
    let is_part = match tag.first()? {
        b'P' => true,
        b'F' => false,
        _ => return None,
    };
    let read = stamp::read(bytes).filter(|r| r.len == space)?;
    let text = line.get(space + 1 + 7 + tag_end..)?;
    let text = Cow::Borrowed(text.strip_prefix(' ').unwrap_or(text));
    Some(Wrapped { format: Format::Cri, stamp: Some(read.stamp), is_stderr, is_part, text })
}

#[derive(Deserialize)]
struct DockerLine<'a> {
    #[serde(borrow)]
    log: Cow<'a, str>,
    #[serde(borrow)]
    stream: Cow<'a, str>,
    #[serde(borrow)]
    time: Cow<'a, str>,
}

/// A line of Docker's json-file driver.
pub(in crate::text) fn docker(line: &str) -> Option<Wrapped<'_>> {
    if !line.starts_with("{\"log\":") {
        return None;
    }
    let parsed: DockerLine<'_> = serde_json::from_str(line).ok()?;
    let mut text = parsed.log;
    let is_part = !text.ends_with('\n');
    if !is_part {
        text = match text {
            Cow::Borrowed(t) => Cow::Borrowed(t.trim_end_matches(['\n', '\r'])),
            Cow::Owned(mut t) => {
                t.truncate(t.trim_end_matches(['\n', '\r']).len());
                Cow::Owned(t)
            }
        };
    }
    let stamp = stamp::read_all(&parsed.time);
    Some(Wrapped { format: Format::DockerJson, stamp, is_stderr: parsed.stream == "stderr", is_part, text })
}
