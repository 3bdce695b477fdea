//! A column of a template as text: constant, typed, or a wildcard.

use xxhash_rust::xxh3::xxh3_64;

use crate::kind::Kind;
use crate::scan::kind_of;
use crate::sketch::Sketch;

/// What a column turned out to be: constants and kinds' bytes, and a slot for each of the bytes.
pub(super) struct Rendered {
    pub(super) text: String,
    pub(super) slots: Vec<(Kind, Sketch)>,
}

fn constant(text: String) -> Rendered {
    Rendered { text, slots: Vec::new() }
}

pub(super) fn typed(kind: Kind, values: Sketch) -> Rendered {
    Rendered { text: byte(kind), slots: vec![(kind, values)] }
}

fn byte(kind: Kind) -> String {
    char::from(kind as u8).to_string()
}

/// The kind that holds both.
pub(super) fn join(a: Kind, b: Kind) -> Option<Kind> {
    match (a, b) {
        _ if a == b => Some(a),
        (Kind::Num | Kind::Hex, Kind::Num | Kind::Hex) => Some(Kind::Hex),
        (Kind::Id, Kind::Num | Kind::Hex | Kind::Uuid) | (Kind::Num | Kind::Hex | Kind::Uuid, Kind::Id) => {
            Some(Kind::Id)
        }
        (Kind::Ip | Kind::Host, Kind::Ip | Kind::Host) => Some(Kind::Host),
        _ => None,
    }
}

/// A column of slots of one kind.
pub(super) fn slot(kind: Kind, values: Sketch) -> Rendered {
    match kind {
        Kind::Size | Kind::Duration => match common_unit(&values) {
            Some(unit) => Rendered { text: format!("{}{unit}", byte(Kind::Num)), slots: vec![(kind, values)] },
            None => typed(kind, values),
        },
        Kind::Value | Kind::Quoted => value(kind, values),
        _ => typed(kind, values),
    }
}

/// The value of a key: constant while it is one word, else what its values are.
fn value(kind: Kind, values: Sketch) -> Rendered {
    if let Some(only) = values.only()
        && !only.bytes().any(|b| b.is_ascii_digit())
        && (kind == Kind::Quoted || kind_of(only).is_none())
    {
        return constant(only.chars().map(|c| if c.is_control() { ' ' } else { c }).collect());
    }
    let kinds = values.entries().map(|(v, _)| kind_of(v));
    let found = kinds.reduce(|a, b| a.zip(b).and_then(|(a, b)| join(a, b))).flatten();
    typed(found.unwrap_or(if kind == Kind::Quoted { kind } else { Kind::Any }), values)
}

/// The unit behind a space that all values share, with the space.
fn common_unit(values: &Sketch) -> Option<String> {
    let mut units = values.entries().map(|(v, _)| {
        let number = v.bytes().take_while(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+')).count();
        if number == 0 { "" } else { v.get(number..).unwrap_or_default() }
    });
    let first = units.next()?;
    (first.starts_with(' ') && !first.contains('(') && units.all(|u| u == first)).then(|| first.to_owned())
}

/// Words, with digits or without: what they have in common between `.`, `-` and the like stays.
pub(super) fn words(values: Sketch, k: usize) -> Rendered {
    let split: Vec<Vec<&str>> = values.entries().map(|(v, _)| parts(v)).collect();
    let Some(head) = split.first() else { return typed(Kind::Any, values) };
    if let Some(only) = values.only()
        && !head.iter().any(|p| is_variable_part(p))
    {
        return constant(only.to_owned());
    }
    let digits = values.entries().all(|(v, _)| v.bytes().any(|b| b.is_ascii_digit()));
    let kind = if digits { Kind::Id } else { Kind::Any };
    if split.iter().all(|s| s.len() == head.len() && marks(s).eq(marks(head))) {
        return by_part(&values, &split, head, kind, k);
    }
    let shortest = split.iter().map(Vec::len).min().unwrap_or(0);
    let common = |back: bool| {
        let at = |s: &Vec<&str>, i: usize| if back { s.len().checked_sub(i + 1) } else { Some(i) };
        (0..shortest.saturating_sub(1))
            .take_while(|i| {
                let want = at(head, *i).and_then(|j| head.get(j));
                want.is_some_and(|p| !is_variable_part(p))
                    && split.iter().all(|s| at(s, *i).and_then(|j| s.get(j)) == want)
            })
            .count()
    };
    let front = common(false);
    let back = common(true).min(shortest.saturating_sub(front + 1));
    let mut text: String = head.iter().take(front).copied().collect();
    text.push_str(&byte(kind));
    text.extend(head.iter().skip(head.len() - back).copied());
    Rendered { text, slots: vec![(kind, values)] }
}

/// Every value has the same marks: each part is constant or a slot of its own.
fn by_part(values: &Sketch, split: &[Vec<&str>], head: &[&str], kind: Kind, k: usize) -> Rendered {
    let mut out = Rendered { text: String::new(), slots: Vec::new() };
    for (i, part) in head.iter().enumerate() {
        if !is_variable_part(part) && split.iter().all(|s| s.get(i) == Some(part)) {
            out.text.push_str(part);
            continue;
        }
        let mut sketch = Sketch::default();
        for ((_, count), s) in values.entries().zip(split) {
            let text = s.get(i).copied().unwrap_or_default();
            sketch.add_hashed(xxh3_64(text.as_bytes()), text, count, k);
        }
        out.text.push_str(&byte(kind));
        out.slots.push((kind, sketch));
    }
    // Numbers with nothing but points between them are one number to a reader.
    if out.slots.len() > 1 && !out.text.bytes().any(|b| b.is_ascii_alphanumeric()) {
        return Rendered { text: byte(kind), slots: vec![(kind, values.clone())] };
    }
    out
}

/// Cut at marks; the marks are parts of their own.
fn parts(value: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut from = 0;
    let mut before = b'a';
    for (i, b) in value.bytes().enumerate() {
        // A sign is part of its number.
        let sign = b == b'-' && !before.is_ascii_alphanumeric();
        before = b;
        if is_mark(b) && !sign {
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

/// `ssh2` and `jk2_init` are names; `storage37`, `2b`, `blk_1` and `rack_B8` are not.
fn is_variable_part(part: &str) -> bool {
    let mut subs = part.split('_').filter(|s| !s.is_empty());
    let joined = part.contains('_');
    subs.any(|sub| {
        let digits = sub.bytes().filter(u8::is_ascii_digit).count();
        digits > 1
            || sub.bytes().find(|b| *b != b'-').is_some_and(|b| b.is_ascii_digit())
            || (joined && digits > 0 && sub.len() <= 2)
    })
}
