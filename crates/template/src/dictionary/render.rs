//! A column of a template as text: constant, typed, or a wildcard.

use crate::kind::Kind;
use crate::scan::kind_of;
use crate::sketch::Sketch;

/// What a column turned out to be.
pub(super) struct Rendered {
    pub(super) text: String,
    /// `None`: constant.
    pub(super) kind: Option<Kind>,
}

fn constant(text: &str) -> Rendered {
    Rendered { text: text.to_owned(), kind: None }
}

fn typed(kind: Kind) -> Rendered {
    Rendered { text: kind.placeholder().to_owned(), kind: Some(kind) }
}

/// Values that have nothing in common.
pub(super) fn mixed() -> Rendered {
    typed(Kind::Any)
}

/// A column of slots of one kind.
pub(super) fn slot(kind: Kind, values: &Sketch) -> Rendered {
    match kind {
        Kind::Size | Kind::Duration => match common_unit(values) {
            Some(unit) => Rendered { text: format!("<num>{unit}"), kind: Some(kind) },
            None => typed(kind),
        },
        Kind::Value | Kind::Quoted => value(kind, values),
        _ => typed(kind),
    }
}

/// The value of a key: constant while it is one word, else what its values are.
fn value(kind: Kind, values: &Sketch) -> Rendered {
    let entries = values.entries();
    if let [only] = entries {
        let digits = only.value.bytes().filter(u8::is_ascii_digit).count();
        if only.value.is_empty() {
            return constant("");
        }
        if digits == 0 && (kind == Kind::Quoted || kind_of(&only.value).is_none()) {
            return constant(&only.value);
        }
    }
    if kind == Kind::Quoted {
        return typed(kind);
    }
    let mut kinds = entries.iter().map(|e| kind_of(&e.value));
    let first = kinds.next().flatten();
    match first {
        Some(kind) if kinds.all(|k| k == first) => {
            if kind == Kind::Id {
                words(values)
            } else {
                typed(kind)
            }
        }
        _ => words(values),
    }
}

/// The unit behind a space that all values share, with the space.
fn common_unit(values: &Sketch) -> Option<&str> {
    let mut units = values.entries().iter().map(|e| {
        let number = e.value.bytes().take_while(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+')).count();
        if number == 0 { "" } else { e.value.get(number..).unwrap_or_default() }
    });
    let first = units.next()?;
    (first.starts_with(' ') && !first.contains('(') && units.all(|u| u == first)).then_some(first)
}

/// Words, with digits or without: what they have in common between `.`, `-` and the like stays.
pub(super) fn words(values: &Sketch) -> Rendered {
    let entries = values.entries();
    let Some(first) = entries.first() else { return typed(Kind::Any) };
    let split: Vec<Vec<&str>> = entries.iter().map(|e| parts(&e.value)).collect();
    let Some(head) = split.first() else { return typed(Kind::Any) };
    if entries.len() == 1 && values.is_exact() && !head.iter().any(|p| is_variable_part(p)) {
        return constant(&first.value);
    }
    let digits = entries.iter().all(|e| e.value.bytes().any(|b| b.is_ascii_digit()));
    let kind = if digits { Kind::Id } else { Kind::Any };
    let mut text = String::new();
    if split.iter().all(|s| s.len() == head.len() && marks(s).eq(marks(head))) {
        for (i, part) in head.iter().enumerate() {
            let same = split.iter().all(|s| s.get(i) == Some(part));
            push(&mut text, if same && !is_variable_part(part) { part } else { kind.placeholder() }, kind);
        }
    } else {
        let common = |back: bool| {
            let at = |s: &Vec<&str>, i: usize| if back { s.len().checked_sub(i + 1) } else { Some(i) };
            let shortest = split.iter().map(Vec::len).min().unwrap_or(0);
            (0..shortest.saturating_sub(1))
                .take_while(|i| {
                    let want = at(head, *i).and_then(|j| head.get(j));
                    want.is_some_and(|p| !is_variable_part(p))
                        && split.iter().all(|s| at(s, *i).and_then(|j| s.get(j)) == want)
                })
                .count()
        };
        let front = common(false);
        let back = common(true).min(split.iter().map(Vec::len).min().unwrap_or(0).saturating_sub(front + 1));
        text.extend(head.iter().take(front).copied());
        text.push_str(kind.placeholder());
        text.extend(head.iter().skip(head.len() - back).copied());
    }
    Rendered { text, kind: Some(kind) }
}

fn push(text: &mut String, part: &str, kind: Kind) {
    if part == kind.placeholder() && text.ends_with(part) {
        return;
    }
    text.push_str(part);
}

/// Cut at marks; the marks are parts of their own.
fn parts(value: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut from = 0;
    for (i, b) in value.bytes().enumerate() {
        if is_mark(b) {
            if i > from {
                out.extend(value.get(from..i));
            }
            out.extend(value.get(i..=i));
            from = i + 1;
        }
    }
    if from < value.len() {
        out.extend(value.get(from..));
    }
    out
}

fn is_mark(b: u8) -> bool {
    matches!(b, b'.' | b'-' | b'@' | b'#' | b'$' | b'%' | b'&' | b'+' | b'/' | b':' | b'~')
}

fn marks<'a>(parts: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
    parts.iter().copied().filter(|p| p.len() == 1 && p.bytes().all(is_mark))
}

/// A number, or a word with more than two digits.
fn is_variable_part(part: &str) -> bool {
    let digits = part.bytes().filter(u8::is_ascii_digit).count();
    digits > 2 || (digits > 0 && digits == part.len())
}
