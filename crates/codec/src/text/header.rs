//! What is read off a text line before its message.

use decant_model::Severity;

use super::Format;
use super::stamp::Stamp;

/// How a record relates to bare lines around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Joins {
    /// It begins a record; bare lines may belong to it.
    Begins,
    /// It has no header of its own, and may belong to the record before.
    Bare,
    /// It is one record, and no other line is joined to it.
    Never,
}

/// A line taken apart. Everything borrows from the line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header<'a> {
    pub(super) format: Format,
    pub(super) joins: Joins,
    pub(super) stamp: Option<Stamp>,
    pub(super) severity: Severity,
    /// What the line says about who wrote it.
    pub(super) service: Option<&'a str>,
    pub(super) body: &'a str,
    pub(super) fields: Fields<'a>,
}

impl<'a> Header<'a> {
    /// A line that is all message.
    pub(super) fn bare(text: &'a str) -> Self {
        Self {
            format: Format::Plain,
            joins: Joins::Bare,
            stamp: None,
            severity: Severity::UNSPECIFIED,
            service: None,
            body: text,
            fields: Fields::default(),
        }
    }

    /// A line of `format` with a header.
    pub(super) fn of(format: Format, body: &'a str) -> Self {
        Self { format, joins: Joins::Begins, ..Self::bare(body) }
    }
}

const MAX_FIELDS: usize = 10;

/// The attributes that a header gives; a handful, so they live on the stack.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fields<'a> {
    items: [(&'static str, &'a str); MAX_FIELDS],
    len: usize,
}

impl<'a> Fields<'a> {
    /// Adds a field, unless it is empty. No header has more fields than there is room for.
    pub(super) fn push(&mut self, key: &'static str, value: &'a str) {
        if !value.is_empty()
            && let Some(slot) = self.items.get_mut(self.len)
        {
            *slot = (key, value);
            self.len += 1;
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&'static str, &'a str)> {
        self.items.iter().take(self.len).copied()
    }
}

/// The part of a line from `from` to `to`; both are beside ASCII, so they are character boundaries.
pub(super) fn part(text: &str, from: usize, to: usize) -> &str {
    text.get(from..to).unwrap_or_default()
}

/// The rest of a line from `from` on.
pub(super) fn rest(text: &str, from: usize) -> &str {
    text.get(from..).unwrap_or_default()
}
