//! Which rows of one frame are the same template.
//!
//! Rows of one frame have the same separators and the same number of cells. For every column, rows that agree in all
//! other cells form a **bucket**. A bucket with enough different words is evidence that the column varies, and its rows
//! become one with a wildcard there; a bucket with few words is an enumeration (`started`, `stopped`) and stays apart.
//! This is repeated until nothing changes, then for pairs of columns with stronger demands. Each round looks at all
//! rows at once, so the outcome is a function of the set of rows.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hasher;

use xxhash_rust::xxh3::Xxh3;

/// What a cell holds for the comparison with others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cell<'a> {
    Word(&'a str),
    /// A word that happens to have a digit.
    Name(String),
    /// A slot that never held anything.
    Empty,
    /// The masked pattern of a word with digits.
    Id(&'a str),
    /// Surely variable: a typed slot.
    Slot,
    /// Found to vary.
    Wild,
}

impl Cell<'_> {
    fn hash_into(&self, h: &mut Xxh3) {
        match self {
            Cell::Word(w) => {
                h.write_u8(1);
                h.update(w.as_bytes());
            }
            Cell::Id(p) => {
                h.write_u8(2);
                h.update(p.as_bytes());
            }
            Cell::Name(w) => {
                h.write_u8(1);
                h.update(w.as_bytes());
            }
            Cell::Empty => h.write_u8(5),
            Cell::Slot => h.write_u8(3),
            Cell::Wild => h.write_u8(4),
        }
        h.write_u8(0);
    }

    fn hash(&self) -> u64 {
        let mut h = Xxh3::new();
        self.hash_into(&mut h);
        h.digest()
    }
}

/// Rows that are one template: their numbers and their common cells.
#[derive(Clone, Debug)]
pub(super) struct Group<'a> {
    pub(super) cells: Vec<Cell<'a>>,
    pub(super) rows: Vec<usize>,
}

/// Columns beyond this are not looked at in pairs.
const PAIR_COLUMNS: usize = 24;

/// `rows` are in a canonical order.
pub(super) fn group<'a>(mut rows: Vec<Vec<Cell<'a>>>) -> Vec<Group<'a>> {
    for cells in &mut rows {
        // With words enough around it, a word with digits is as variable as any typed slot.
        if Context::of(cells, &[]).words >= 2 {
            for cell in cells.iter_mut().filter(|c| matches!(c, Cell::Id(_))) {
                *cell = Cell::Slot;
            }
        }
    }
    let mut groups: Vec<Group<'a>> =
        unite(rows.into_iter().enumerate().map(|(i, cells)| Group { cells, rows: vec![i] }).collect());
    let columns = groups.first().map_or(0, |g| g.cells.len());
    loop {
        let before = groups.len();
        for column in by_promise(&groups, columns) {
            groups = generalise(groups, &[column]);
        }
        if groups.len() == before {
            break;
        }
    }
    if groups.len() > 2 && (3..=PAIR_COLUMNS).contains(&columns) {
        for a in 0..columns {
            for b in a + 1..columns {
                groups = generalise(groups, &[a, b]);
            }
        }
    }
    groups
}

/// Columns with the largest buckets first: they are the surest.
fn by_promise(groups: &[Group<'_>], columns: usize) -> Vec<usize> {
    let mut order: Vec<(usize, usize)> = (0..columns)
        .map(|c| {
            let largest = buckets(groups, &[c]).values().map(Vec::len).max().unwrap_or(0);
            (largest, c)
        })
        .filter(|(largest, _)| *largest > 1)
        .collect();
    order.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    order.into_iter().map(|(_, c)| c).collect()
}

fn buckets(groups: &[Group<'_>], without: &[usize]) -> BTreeMap<u64, Vec<usize>> {
    let mut out: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for (i, g) in groups.iter().enumerate() {
        let mut h = Xxh3::new();
        for (c, cell) in g.cells.iter().enumerate() {
            if without.contains(&c) { h.write_u8(9) } else { cell.hash_into(&mut h) }
        }
        out.entry(h.digest()).or_default().push(i);
    }
    out
}

fn generalise<'a>(mut groups: Vec<Group<'a>>, columns: &[usize]) -> Vec<Group<'a>> {
    let mut changed = false;
    for members in buckets(&groups, columns).into_values() {
        if members.len() < 2 {
            continue;
        }
        let varies = columns.iter().all(|c| {
            let cells: BTreeSet<&Cell<'_>> = members.iter().filter_map(|m| groups.get(*m)?.cells.get(*c)).collect();
            let context = groups.get(members[0]).map(|g| Context::of(&g.cells, columns)).unwrap_or_default();
            is_variable(&cells, *c, &context, columns.len())
        });
        if varies {
            changed = true;
            for m in &members {
                for c in columns {
                    if let Some(cell) = groups.get_mut(*m).and_then(|g| g.cells.get_mut(*c)) {
                        *cell = Cell::Wild;
                    }
                }
            }
        }
    }
    if changed { unite(groups) } else { groups }
}

/// Groups with equal cells become one.
fn unite(groups: Vec<Group<'_>>) -> Vec<Group<'_>> {
    let mut by_cells: BTreeMap<Vec<u64>, Group<'_>> = BTreeMap::new();
    let mut order: Vec<Vec<u64>> = Vec::new();
    for mut g in groups {
        let key: Vec<u64> = g.cells.iter().map(Cell::hash).collect();
        match by_cells.get_mut(&key) {
            Some(known) => known.rows.append(&mut g.rows),
            None => {
                order.push(key.clone());
                by_cells.insert(key, g);
            }
        }
    }
    order.iter().filter_map(|key| by_cells.remove(key)).collect()
}

/// What surrounds a bucket.
#[derive(Default)]
struct Context {
    /// Constant words with a letter in them.
    words: usize,
    /// The word before the column names a thing: `user`, `host`.
    introduced: bool,
}

impl Context {
    fn of(cells: &[Cell<'_>], without: &[usize]) -> Self {
        let words = cells
            .iter()
            .enumerate()
            .filter(|(c, cell)| {
                !without.contains(c) && matches!(cell, Cell::Word(w) if w.bytes().any(|b| b.is_ascii_alphabetic()))
            })
            .count();
        let introduced = without
            .iter()
            .all(|c| matches!(c.checked_sub(1).and_then(|b| cells.get(b)), Some(Cell::Word(w)) if introduces(w)));
        Self { words, introduced }
    }
}

/// Nouns that are followed by a name.
fn introduces(word: &str) -> bool {
    const NOUNS: [&str; 16] = [
        "user",
        "username",
        "host",
        "hostname",
        "node",
        "file",
        "filename",
        "account",
        "domain",
        "database",
        "table",
        "topic",
        "pod",
        "container",
        "job",
        "device",
    ];
    NOUNS.iter().any(|n| word.eq_ignore_ascii_case(n))
}

fn is_variable(cells: &BTreeSet<&Cell<'_>>, column: usize, context: &Context, at_once: usize) -> bool {
    let n = cells.len();
    if n < 2 || context.words == 0 {
        return false;
    }
    if cells.contains(&Cell::Wild) || cells.contains(&Cell::Empty) {
        return true;
    }
    let words: Vec<&str> = cells
        .iter()
        .filter_map(|c| match c {
            Cell::Word(w) => Some(*w),
            Cell::Name(w) => Some(w.as_str()),
            _ => None,
        })
        .collect();
    if words.len() < n {
        return n > at_once || context.words >= 3;
    }
    if context.introduced {
        return true;
    }
    let needed = if words.iter().all(|w| is_upper(w)) {
        12
    } else if words.iter().all(|w| is_identifier(w)) {
        4
    } else {
        5 + usize::from(column == 0) * 3
    };
    n >= needed + 4_usize.saturating_sub(context.words) + (at_once - 1) * 2
}

/// `RUNNING`, `FAIL_TASK_CLEANUP`: a name of a state.
fn is_upper(word: &str) -> bool {
    let last = word.rsplit('.').next().unwrap_or(word);
    last.len() > 1 && last.bytes().any(|b| b.is_ascii_uppercase()) && !last.bytes().any(|b| b.is_ascii_lowercase())
}

/// Not a word of a language: inner capitals or marks.
fn is_identifier(word: &str) -> bool {
    word.bytes()
        .skip(1)
        .any(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-' | b'/' | b'$' | b'@'))
}
