//! Who wrote a line, where a tool put that before each: `docker compose logs` (`cart-1  | line`) and
//! `kubectl logs --prefix` (`[pod/cart-7d9f/cart] line`).
//!
//! Rows of a table look like the former. So a name counts once a line with it held a record of a known format; from
//! then on its bare lines are taken apart too.

use std::collections::HashSet;

use super::formats::{self, json, level};
use super::header::Joins;

/// The names that were met.
#[derive(Debug, Default)]
pub(super) struct Prefixes {
    known: HashSet<String, foldhash::fast::RandomState>,
}

impl Prefixes {
    /// The writer's name and the line that it wrote. No more than `max` names are known.
    pub(super) fn split<'a>(&mut self, text: &'a str, max: usize) -> Option<(&'a str, &'a str)> {
        let (name, line) = match text.as_bytes().first()? {
            b'[' => pod(text)?,
            _ => compose(text)?,
        };
        if self.known.contains(name) {
            return Some((name, line));
        }
        let record = if line.starts_with('{') {
            json::parse(line).is_some()
        } else {
            formats::header(line).joins != Joins::Bare
        };
        if !record || self.known.len() >= max {
            return None;
        }
        self.known.insert(name.to_owned());
        Some((name, line))
    }
}

fn compose(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    let part_of_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let len = bytes.iter().take(64).position(|b| !part_of_name(b)).filter(|&len| len > 0)?;
    let spaces = bytes.get(len..)?.iter().take_while(|b| **b == b' ').count();
    let after = text.get(len + spaces..)?.strip_prefix('|').filter(|_| spaces > 0)?;
    let line = after.strip_prefix(' ').or(after.is_empty().then_some(after))?;
    let name = text.get(..len)?;
    // `INFO  | 2024-01-02 ..` is a level, and a number is a row's.
    let is_name = name.bytes().any(|b| b.is_ascii_alphabetic()) && level::of_word(name.as_bytes()).is_none();
    is_name.then_some((name, line))
}

fn pod(text: &str) -> Option<(&str, &str)> {
    let (path, line) = text.strip_prefix("[pod/")?.split_once(']')?;
    let (_, container) = path.rsplit_once('/')?;
    Some((container, line.strip_prefix(' ').unwrap_or(line)))
}
