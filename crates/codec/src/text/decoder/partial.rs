//! Lines that a container runtime split into parts, put together again: one open line a stream.

use std::borrow::Cow;

use super::super::counts::Format;
use super::super::formats::wrapped::Wrapped;

#[derive(Debug, Default)]
struct Open {
    text: String,
    first_line: u64,
    lines: u64,
    format: Option<Format>,
}

#[derive(Debug, Default)]
pub(super) struct Partial {
    stdout: Open,
    stderr: Open,
}

impl Partial {
    /// Takes a line: the whole text, its first line's number and how many lines it took; `None` while it goes on. A line
    /// that grows past `max_bytes` is given as it is.
    pub(super) fn take<'a>(
        &mut self,
        line: &'a Wrapped<'_>,
        number: u64,
        max_bytes: usize,
    ) -> Option<(Cow<'a, str>, u64, u64)> {
        let open = if line.is_stderr { &mut self.stderr } else { &mut self.stdout };
        if open.lines == 0 {
            if !line.is_part {
                return Some((Cow::Borrowed(&line.text), number, 1));
            }
            open.first_line = number;
            open.format = Some(line.format);
        }
        open.text.push_str(&line.text);
        open.lines += 1;
        if line.is_part && open.text.len() < max_bytes {
            return None;
        }
        let lines = std::mem::take(&mut open.lines);
        Some((Cow::Owned(std::mem::take(&mut open.text)), open.first_line, lines))
    }

    /// What is still open at the end of the file.
    pub(super) fn rest(&mut self) -> Vec<Rest> {
        let close = |open: &mut Open, is_stderr: bool| {
            let Open { text, first_line, lines, format } = std::mem::take(open);
            format.filter(|_| lines > 0).map(|format| Rest { format, is_stderr, text, first_line, lines })
        };
        close(&mut self.stdout, false).into_iter().chain(close(&mut self.stderr, true)).collect()
    }
}

/// A line whose last part did not come.
#[derive(Debug)]
pub(super) struct Rest {
    pub(super) format: Format,
    pub(super) is_stderr: bool,
    pub(super) text: String,
    pub(super) first_line: u64,
    pub(super) lines: u64,
}
