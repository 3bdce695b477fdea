//! What a diff does to what was there, as far as its lines tell.
//!
//! Most changes cannot break anything: they move code, add a helper, correct a text. A diff that takes something away, or
//! makes a number many times what it was, can. Compared are not lines but the words in them, so that what was only moved
//! or reformatted is not taken for changed.

use std::collections::{BTreeMap, BTreeSet};

use super::words;

/// The kind of a diff.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Touch {
    /// There is no diff.
    #[default]
    Unknown,
    /// Comments and white space.
    Nothing,
    /// What is gone stands elsewhere in the diff.
    Moves,
    Adds,
    Removes,
    Rewrites,
    /// Quantities are this many times what they were, as the greatest |ln|.
    Values(f64),
    /// Versions of what it builds on: 0 major, 1 minor, 2 patch.
    Versions(usize),
}

impl Touch {
    /// How much likelier a change of this kind is to be guilty than any change, as a logarithm.
    ///
    /// Set by hand: a formatted file breaks nothing, an extracted helper seldom; a quantity that doubles is a matter of
    /// taste, one that is ten times as much is another behaviour.
    pub(super) fn log_ratio(self) -> f64 {
        match self {
            Self::Unknown | Self::Rewrites => 0.0,
            Self::Nothing => -3.0,
            Self::Moves => -1.5,
            Self::Adds => -0.7,
            Self::Removes => 0.7,
            Self::Values(ratio) => ratio.min(3.0) - 1.0,
            Self::Versions(0) => 0.5,
            Self::Versions(1) => 0.0,
            Self::Versions(_) => -2.0,
        }
    }

    pub(super) fn reason(self) -> Option<String> {
        Some(match self {
            Self::Unknown | Self::Rewrites => return None,
            Self::Nothing => "its diff changes nothing but the form".to_owned(),
            Self::Moves => "its diff moves what was there".to_owned(),
            Self::Adds => "its diff only adds".to_owned(),
            Self::Removes => "its diff takes something away".to_owned(),
            Self::Values(ratio) => format!("its diff changes values by a factor of {:.1}", ratio.exp()),
            Self::Versions(2..) => "its diff changes patch versions".to_owned(),
            Self::Versions(_) => "its diff changes versions of what it builds on".to_owned(),
        })
    }
}

/// A diff, read.
#[derive(Clone, Debug, Default)]
pub(super) struct Diff {
    pub(super) touch: Touch,
    /// Words that came or went, and those of lines whose values changed.
    pub(super) changed: BTreeSet<String>,
    /// Modules that are built on in another version.
    pub(super) modules: Vec<String>,
}

/// Words of programming languages that say nothing of what a line is about.
const GLUE: [&str; 22] = [
    "return", "if", "err", "nil", "null", "none", "else", "var", "let", "const", "func", "fn", "def", "new", "self",
    "this", "await", "async", "public", "private", "static", "final",
];
/// Share of words gone up to which nothing is: locals are renamed when code moves.
const HARDLY_LOST: f64 = 0.1;
/// Share of words that two lines have in common when one replaces the other.
const ALIKE: f64 = 0.6;

impl Diff {
    pub(super) fn read(text: &str) -> Self {
        let (gone, come) = (side(text, '-'), side(text, '+'));
        if !text.lines().any(|l| l.starts_with(['-', '+'])) {
            return Self::default();
        }
        let (before, after) = (bag(&gone), bag(&come));
        let lost = less(&before, &after);
        let gained = less(&after, &before);
        let (mut values, mut versions, mut keys, mut modules) = (None::<f64>, None::<usize>, Vec::new(), Vec::new());
        let come = Lines::new(&come);
        for (old, new) in gone.iter().filter_map(|old| come.replacement(old).map(|new| (*old, new))) {
            if let Some(part) = version_step(old, new) {
                versions = Some(versions.map_or(part, |v| v.min(part)));
                modules.extend(module(old));
                keys.push(old);
            } else if let Some(ratio) = value_step(old, new) {
                values = Some(values.map_or(ratio, |v| v.max(ratio)));
                keys.push(old);
            }
        }
        let total = |bag: &Bag| bag.values().sum::<u32>();
        let touch = match (values, versions) {
            (Some(ratio), _) => Touch::Values(ratio),
            (None, Some(part)) => Touch::Versions(part),
            _ if total(&lost) == 0 && total(&gained) == 0 => Touch::Nothing,
            _ if gone.is_empty() => Touch::Adds,
            _ if f64::from(total(&lost)) <= HARDLY_LOST * f64::from(total(&before)) => Touch::Moves,
            _ if total(&gained) == 0 => Touch::Removes,
            _ => Touch::Rewrites,
        };
        let mut changed = words::of(lost.into_keys().chain(gained.into_keys()));
        changed.extend(keys.into_iter().flat_map(words::words));
        Self { touch, changed, modules }
    }
}

type Bag = BTreeMap<String, u32>;

/// Lines of one side, without comments.
fn side(text: &str, sign: char) -> Vec<&str> {
    let header = if sign == '-' { "--- " } else { "+++ " };
    text.lines()
        .filter(|l| l.starts_with(sign) && !l.starts_with(header))
        .filter_map(|l| l.get(1..).map(str::trim))
        .filter(|l| !["//", "#", "/*", "*", "--", "<!--"].iter().any(|mark| l.starts_with(mark)))
        .filter(|l| l.chars().any(char::is_alphanumeric))
        .collect()
}

/// Words of lines with their numbers; names of one letter and glue left out.
fn bag(lines: &[&str]) -> Bag {
    let mut bag = Bag::new();
    for line in lines {
        for part in words::parts(line).into_iter().filter(|p| p.len() > 1 && !GLUE.contains(&p.as_str())) {
            *bag.entry(part).or_default() += 1;
        }
    }
    bag
}

fn less(a: &Bag, b: &Bag) -> Bag {
    a.iter()
        .map(|(word, n)| (word.clone(), n.saturating_sub(b.get(word).copied().unwrap_or(0))))
        .filter(|(_, n)| *n > 0)
        .collect()
}

/// Lines that came, by the words in them: a rewritten file has thousands, and each is a neighbour of few.
struct Lines<'a> {
    /// Each with how many words it has.
    lines: Vec<(&'a str, usize)>,
    by_word: BTreeMap<String, Vec<usize>>,
}

impl<'a> Lines<'a> {
    fn new(come: &[&'a str]) -> Self {
        let (mut lines, mut by_word) = (Vec::new(), BTreeMap::<String, Vec<usize>>::new());
        for (at, line) in come.iter().enumerate() {
            let words: BTreeSet<String> = words::parts(line).into_iter().collect();
            lines.push((*line, words.len()));
            words.into_iter().for_each(|word| by_word.entry(word).or_default().push(at));
        }
        Self { lines, by_word }
    }

    /// The line that stands in the place of one that is gone: the most alike, when it is another.
    fn replacement(&self, old: &str) -> Option<&'a str> {
        let words: BTreeSet<String> = words::parts(old).into_iter().collect();
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        for at in words.iter().filter_map(|word| self.by_word.get(word)).flatten() {
            *shared.entry(*at).or_default() += 1;
        }
        let alike = |(at, shared): (usize, usize)| {
            let (line, count) = self.lines.get(at)?;
            Some((shared as f64 / ((words.len() + count - shared) as f64).max(1.0), *line))
        };
        // Where none has a word in common, the last stands for all.
        let none = self.lines.last().map(|(line, _)| (0.0, *line));
        let best = shared.into_iter().filter_map(alike).max_by(|a, b| a.0.total_cmp(&b.0)).or(none)?;
        // A number and its unit are all that some lines have.
        let same_key = key(old).is_some() && key(old) == key(best.1);
        (best.1 != old && (best.0 >= ALIKE || same_key)).then_some(best.1)
    }
}

/// The name to which a line gives a value.
fn key(line: &str) -> Option<&str> {
    line.split_once([':', '=']).map(|(key, _)| key.trim()).filter(|k| k.len() >= 3)
}

/// Numbers with a dot in them that are versions: `v1.31.0`, `0.9.0`.
fn version(line: &str) -> Option<Vec<u64>> {
    line.split(|c: char| !c.is_ascii_alphanumeric() && c != '.')
        .map(|token| token.trim_start_matches('v'))
        .filter(|token| token.matches('.').count() >= 2)
        .find_map(|token| token.split('.').take(3).map(|part| part.parse().ok()).collect())
}

fn version_step(old: &str, new: &str) -> Option<usize> {
    let (a, b) = (version(old)?, version(new)?);
    a.iter().zip(&b).position(|(x, y)| x != y)
}

/// The module whose version a line tells: its longest word with a slash.
fn module(line: &str) -> Option<String> {
    line.split([' ', '\t', '"', '\'']).filter(|w| w.contains('/')).max_by_key(|w| w.len()).map(str::to_owned)
}

/// |ln| of how many times a quantity is what it was.
fn value_step(old: &str, new: &str) -> Option<f64> {
    let (a, b) = (quantities(old), quantities(new));
    let steps = a
        .iter()
        .zip(&b)
        .filter(|(x, y)| x != y)
        .map(|(x, y)| if *x > 0.0 && *y > 0.0 { (x / y).ln().abs() } else { 3.0 });
    if a.len() == b.len() { steps.max_by(f64::total_cmp) } else { None }
}

/// Units in seconds, bytes or parts of one.
fn unit(word: &str) -> f64 {
    match word {
        "ns" | "nanosecond" | "nanoseconds" => 1e-9,
        "us" | "microsecond" | "microseconds" => 1e-6,
        "ms" | "millisecond" | "milliseconds" | "millis" => 1e-3,
        "m" | "min" | "minute" | "minutes" => 60.0,
        "h" | "hour" | "hours" => 3_600.0,
        "d" | "day" | "days" => 86_400.0,
        "k" | "kb" | "ki" | "kib" => 1_024.0,
        "mb" | "mi" | "mib" => 1_048_576.0,
        "g" | "gb" | "gi" | "gib" => 1_073_741_824.0,
        _ => 1.0,
    }
}

/// Numbers of a line in base units; digits within a name are none.
fn quantities(line: &str) -> Vec<f64> {
    let mut out = Vec::new();
    let mut rest = line;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let is_name = rest.get(..at).and_then(|t| t.chars().next_back()).is_some_and(|c| c.is_alphabetic() || c == '_');
        let tail = rest.get(at..).unwrap_or("");
        let end = tail.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_').unwrap_or(tail.len());
        let number = tail.get(..end).unwrap_or("").replace('_', "");
        rest = tail.get(end..).unwrap_or("");
        if is_name {
            continue;
        }
        // `15 * time.Minute`, `300ms`, `768Mi`.
        let after = rest.trim_start_matches([' ', '*']);
        let after = after.strip_prefix("time.").or_else(|| after.strip_prefix("Duration.")).unwrap_or(after);
        let word: String = after.chars().take_while(char::is_ascii_alphabetic).collect();
        if let Ok(value) = number.trim_end_matches('.').parse::<f64>() {
            out.push(value * unit(&word.to_ascii_lowercase()));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touch(text: &str) -> Touch {
        Diff::read(text).touch
    }

    #[test]
    fn what_a_diff_does_is_told_from_its_words() {
        for (text, expected) in [
            ("", Touch::Unknown),
            (" context only", Touch::Unknown),
            ("-a_url: http://a\n+# grouped\n+a_url:   http://a", Touch::Nothing),
            (
                "-  x := s.load(ctx, key)\n-  if x == nil { return x }\n+  return s.fetch(ctx, key)\n+}\n+func fetch(key) { s.load(ctx, key)",
                Touch::Moves,
            ),
            ("+func Ready() bool { return true }", Touch::Adds),
            ("-  mu sync.Mutex\n-  l.mu.Lock()\n-  defer l.mu.Unlock()", Touch::Removes),
            ("-  Name string `json:\"meta\"`\n+  Name string `json:\"labels\"`", Touch::Rewrites),
            ("-\tgoogle.golang.org/grpc v1.62.0\n+\tgoogle.golang.org/grpc v1.62.1", Touch::Versions(2)),
            ("-\tacme/lib v1.31.0\n+\tacme/lib v1.34.2", Touch::Versions(1)),
        ] {
            assert_eq!(touch(text), expected, "{text}");
        }
    }

    #[test]
    fn values_change_by_a_factor_whatever_their_units() {
        for (text, factor) in [
            ("-  TTL: 15 * time.Minute,\n+  TTL: 15 * time.Second,", 60.0),
            (
                "-\tctx, c := context.WithTimeout(ctx, 5*time.Second)\n+\tcallCtx, c := context.WithTimeout(ctx, 300*time.Millisecond)",
                16.7,
            ),
            ("-  ttl: 10m\n+  ttl: 600s", 1.0),
            ("-  entries: 50000\n+  entries: 60000", 1.2),
            ("-  memory: 512Mi\n+  memory: 1Gi", 2.0),
        ] {
            match touch(text) {
                Touch::Values(ratio) => assert!((ratio.exp() - factor).abs() < 0.1, "{text}: {}", ratio.exp()),
                other => assert!((factor - 1.0).abs() < 1e-9, "{text}: {other:?}"),
            }
        }
    }

    #[test]
    fn changed_words_are_those_that_came_or_went() {
        let diff = Diff::read("-  a.Batch(items)\n+  a.Single(items)\n context Untouched");
        assert_eq!(diff.changed.iter().map(String::as_str).collect::<Vec<_>>(), ["batch", "single"]);
        assert!(Diff::read("-  default_ttl: 15m\n+  default_ttl: 15s").changed.contains("defaul"));
    }

    #[test]
    fn any_text_is_read() {
        for text in [
            "-",
            "+",
            "--- a\n+++ b",
            "-é: 1\n+é: 2",
            "-x: 999999999999999999999999\n+x: 1.2.3.4.5.6",
            "-a: ..\n+a: 1..2",
        ] {
            let _read = Diff::read(text);
        }
    }
}
