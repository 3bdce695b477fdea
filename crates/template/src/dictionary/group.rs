//! Which rows of one frame are the same template.
//!
//! Rows of one frame have the same separators and the same number of cells. For every column, rows that agree in all
//! other cells form a **bucket**. A bucket with enough different words is evidence that the column varies, and its rows
//! become one with a wildcard there; a bucket with few words is an enumeration (`started`, `stopped`) and stays apart.
//! This is repeated until nothing changes, then for pairs of columns with stronger demands. Each round looks at all
//! rows at once, so the outcome is a function of the set of rows.

use std::collections::{BTreeMap, BTreeSet};

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// What a cell holds for the comparison with others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cell<'a> {
    Word(&'a str),
    /// A word that happens to have a digit.
    Name(String),
    /// `true` or `false`.
    Bool,
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
    /// Of what it holds and where it stands, so that a row's hash is a sum from which a column can be taken out.
    fn hash(&self, column: usize) -> u64 {
        let (tag, text) = match self {
            Cell::Word(w) => (1, *w),
            Cell::Name(w) => (1, w.as_str()),
            Cell::Id(p) => (2, *p),
            Cell::Slot => (3, ""),
            Cell::Wild => (4, ""),
            Cell::Empty => (5, ""),
            Cell::Bool => (6, ""),
        };
        xxh3_64_with_seed(text.as_bytes(), (column as u64) << 8 | tag)
    }
}

/// Rows that are one template: their numbers and their common cells.
#[derive(Clone, Debug)]
pub(super) struct Group<'a> {
    pub(super) cells: Vec<Cell<'a>>,
    pub(super) rows: Vec<usize>,
    hashes: Vec<u64>,
    /// The sum of the hashes.
    hash: u64,
}

impl<'a> Group<'a> {
    fn new(row: usize, cells: Vec<Cell<'a>>) -> Self {
        let hashes: Vec<u64> = cells.iter().enumerate().map(|(c, cell)| cell.hash(c)).collect();
        let hash = hashes.iter().fold(0, |sum: u64, h| sum.wrapping_add(*h));
        Self { cells, rows: vec![row], hashes, hash }
    }

    /// The hash of the other columns.
    fn hash_without(&self, columns: &[usize]) -> u64 {
        columns.iter().fold(self.hash, |sum, c| sum.wrapping_sub(self.hashes.get(*c).copied().unwrap_or(0)))
    }

    fn set_wild(&mut self, column: usize) {
        if let (Some(cell), Some(hash)) = (self.cells.get_mut(column), self.hashes.get_mut(column)) {
            *cell = Cell::Wild;
            let new = cell.hash(column);
            self.hash = self.hash.wrapping_sub(*hash).wrapping_add(new);
            *hash = new;
        }
    }
}

/// Columns beyond this are not looked at in pairs.
const PAIR_COLUMNS: usize = 24;

/// `rows` are in a canonical order; of each column it is told whether it stands in quotes.
pub(super) fn group<'a>(mut rows: Vec<Vec<Cell<'a>>>, quoted: &[bool]) -> Vec<Group<'a>> {
    for cells in &mut rows {
        // With words enough around it, a word with digits is as variable as any typed slot.
        if Context::of(cells, &[], &[]).words >= 2 {
            for cell in cells.iter_mut().filter(|c| matches!(c, Cell::Id(_))) {
                *cell = Cell::Slot;
            }
        }
    }
    let mut groups = unite(rows.into_iter().enumerate().map(|(i, cells)| Group::new(i, cells)).collect());
    let columns = groups.first().map_or(0, |g| g.cells.len());
    loop {
        let before = groups.len();
        for column in by_promise(&groups, columns) {
            groups = generalise(groups, &[column], quoted);
        }
        if groups.len() == before {
            break;
        }
    }
    if groups.len() > 2 && (3..=PAIR_COLUMNS).contains(&columns) {
        for a in 0..columns {
            for b in a + 1..columns {
                groups = generalise(groups, &[a, b], quoted);
            }
        }
    }
    groups
}

/// Columns with the largest buckets first: they are the surest.
fn by_promise(groups: &[Group<'_>], columns: usize) -> Vec<usize> {
    let mut order: Vec<(usize, usize)> = (0..columns)
        .map(|c| (buckets(groups, &[c]).iter().map(Vec::len).max().unwrap_or(0), c))
        .filter(|(largest, _)| *largest > 1)
        .collect();
    order.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    order.into_iter().map(|(_, c)| c).collect()
}

/// Two or more groups that agree in all columns but these.
fn buckets(groups: &[Group<'_>], without: &[usize]) -> Vec<Vec<usize>> {
    let mut keyed: Vec<(u64, usize)> = groups.iter().enumerate().map(|(i, g)| (g.hash_without(without), i)).collect();
    keyed.sort_unstable();
    keyed
        .chunk_by(|a, b| a.0 == b.0)
        .filter(|bucket| bucket.len() > 1)
        .map(|bucket| bucket.iter().map(|(_, i)| *i).collect())
        .collect()
}

fn generalise<'a>(mut groups: Vec<Group<'a>>, columns: &[usize], quoted: &[bool]) -> Vec<Group<'a>> {
    let mut changed = false;
    for members in buckets(&groups, columns) {
        let varies = columns.iter().all(|c| {
            let cells: BTreeSet<&Cell<'_>> = members.iter().filter_map(|m| groups.get(*m)?.cells.get(*c)).collect();
            let context = groups.get(members[0]).map(|g| Context::of(&g.cells, columns, quoted)).unwrap_or_default();
            is_variable(&cells, *c, &context, columns.len())
        });
        if varies {
            changed = true;
            for m in &members {
                for c in columns {
                    if let Some(group) = groups.get_mut(*m) {
                        group.set_wild(*c);
                    }
                }
            }
        }
    }
    if changed { unite(groups) } else { groups }
}

/// Groups with equal cells become one, where the first of them stood.
fn unite(groups: Vec<Group<'_>>) -> Vec<Group<'_>> {
    let mut first: BTreeMap<u64, usize> = BTreeMap::new();
    let mut out: Vec<Group<'_>> = Vec::with_capacity(groups.len());
    for mut g in groups {
        match first.get(&g.hash).and_then(|at| out.get_mut(*at)) {
            Some(known) => known.rows.append(&mut g.rows),
            None => {
                first.insert(g.hash, out.len());
                out.push(g);
            }
        }
    }
    out
}

/// What surrounds a bucket.
#[derive(Default)]
struct Context {
    /// Constant words with a letter in them.
    words: usize,
    /// The word before the column names a thing: `user`, `host`.
    introduced: bool,
    /// The column stands in quotes, in a sentence.
    quoted: bool,
}

impl Context {
    fn of(cells: &[Cell<'_>], without: &[usize], quoted: &[bool]) -> Self {
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
        let quoted = words >= 2 && !without.is_empty() && without.iter().all(|c| quoted.get(*c) == Some(&true));
        Self { words, introduced, quoted }
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
            Cell::Bool => Some("true"),
            _ => None,
        })
        .collect();
    if words.len() < n {
        // A single plain word beside typed values is more likely a keyword than one more value.
        if let [word] = words.as_slice()
            && cells.contains(&Cell::Slot)
            && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
            && context.words < 3
        {
            return false;
        }
        return n > at_once || context.words >= 3;
    }
    // What is quoted is a name; of two plain words it may be a state.
    if context.quoted && (n > 2 || words.iter().all(|w| is_identifier(w))) {
        return true;
    }
    if context.introduced || words.iter().all(|w| same_but_digits(w, words[0])) && is_counted(&words) {
        return true;
    }
    // Names with points name things; no verb and no state looks like that.
    if words.iter().filter(|w| is_qualified(w)).count() * 2 > n {
        return n >= 2 + 3_usize.saturating_sub(context.words) + (at_once - 1) * 2;
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

/// `CPU0` and `CPU12`: one name, other numbers.
fn same_but_digits(a: &str, b: &str) -> bool {
    let letters = |w: &str| w.bytes().filter(|b| !b.is_ascii_digit()).count();
    letters(a) < a.len()
        && letters(a) == letters(b)
        && a.bytes().filter(|b| !b.is_ascii_digit()).eq(b.bytes().filter(|b| !b.is_ascii_digit()))
}

/// `IPV4` and `IPV6` are two names; what is counted starts at 0 or goes on.
fn is_counted(words: &[&str]) -> bool {
    words.len() > 2 || words.iter().any(|w| w.ends_with('0'))
}

/// `com.example.Thing`, `system.message.count`: three or more parts between points.
fn is_qualified(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_alphabetic())
        && word.split('.').count() > 2
        && word.split('.').all(|part| part.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
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
