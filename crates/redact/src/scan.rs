//! One pass over many texts for the places where something may be, then a close look at those places only.
//!
//! A column's texts lie in one buffer. [`Scanner::triggers`] goes over the buffer once and notes *triggers*: a literal of
//! a rule, an `@`, a stretch of digits, a long word. Each trigger costs a look at its row; a row without one costs
//! nothing more.

mod actions;
pub(crate) mod label;
mod prefilter;
mod runs;
mod shapes;

use std::sync::{Arc, LazyLock};

use crate::config::{Config, OwnRule};
use crate::personal::{email, ip, numbers, phone};
use crate::rules::RANK_OWN;
use crate::{blocks, encoded};
use actions::Action;
use prefilter::Prefilter;

/// Three lists of triggers of one buffer, each in order: merging them would cost more than it serves.
#[derive(Debug, Default)]
pub(crate) struct Triggers {
    /// Starts of texts (which come first: what is judged from its start is not judged again), literals, shapes.
    lists: [Vec<Trigger>; 3],
    /// How many of each were taken.
    taken: [usize; 3],
}

/// The triggers of one text.
pub(crate) type Taken<'a> = [&'a [Trigger]; 3];

impl Triggers {
    pub(crate) fn clear(&mut self) {
        self.lists.iter_mut().for_each(Vec::clear);
        self.taken = [0; 3];
    }

    /// Where the next trigger is.
    pub(crate) fn next(&self) -> Option<usize> {
        self.lists.iter().zip(self.taken).filter_map(|(list, taken)| list.get(taken)).map(|t| t.at).min()
    }

    /// Takes the triggers before byte `end`.
    pub(crate) fn take(&mut self, end: usize) -> Taken<'_> {
        let mut parts: Taken<'_> = [&[]; 3];
        for ((part, list), taken) in parts.iter_mut().zip(&self.lists).zip(&mut self.taken) {
            let rest = list.get(*taken..).unwrap_or_default();
            let count = rest.iter().take_while(|t| t.at < end).count();
            *part = rest.get(..count).unwrap_or_default();
            *taken += count;
        }
        parts
    }
}

/// A place where a value may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Trigger {
    /// Byte in the buffer.
    pub(crate) at: usize,
    pub(crate) kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A literal of this group may be here: its head's last byte.
    Literal(u16),
    At,
    Plus,
    Percent,
    /// Eight bytes of digits and separators.
    Digits,
    /// Eight bytes of a word.
    Run,
}

/// The class of a hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Name {
    Built(&'static str),
    /// Index of a rule of the operator's.
    Own(u16),
}

/// A value that was found: bytes `start..end` of a text.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) class: Name,
    pub(crate) rank: u8,
    /// The plain value, where the text holds it encoded.
    pub(crate) plain: Option<Box<str>>,
}

impl Hit {
    pub(crate) fn new(start: usize, end: usize, class: &'static str, rank: u8) -> Self {
        Self { start, end, class: Name::Built(class), rank, plain: None }
    }
}

impl std::fmt::Debug for Hit {
    /// Without the value.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} at {}..{}", self.class, self.start, self.end)
    }
}

/// What looking at one text has learnt so far.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// Ends of the stretches that were judged: a second trigger in one stretch costs nothing.
    digits: usize,
    run: usize,
    percent: usize,
    /// Rules of the operator's that were tried.
    own: Vec<u16>,
    /// End of the last value that a key named: what looks like a key inside a value is none.
    pub(crate) covered: usize,
    /// A private key starts and does not end in this text.
    pub(crate) opened: bool,
    /// How many layers of encoding were taken off.
    depth: u8,
}

/// Values of one rule of the operator's in one text.
const MAX_OWN_MATCHES: usize = 1000;

/// Layers of encoding that are taken off at most.
const MAX_DEPTH: u8 = 3;

/// The automaton and what is done at its matches.
struct Literals {
    prefilter: Prefilter,
    /// By group of the prefilter.
    actions: Vec<Vec<Action>>,
}

impl Literals {
    fn new(config: &Config) -> Self {
        let all = actions::all(config);
        let (prefilter, groups) = Prefilter::new(all.iter().map(|(literal, _)| literal.as_str()));
        let mut actions = vec![Vec::new(); groups.iter().map(|&g| usize::from(g) + 1).max().unwrap_or(0)];
        for ((literal, what), &group) in all.into_iter().zip(&groups) {
            if let Some(actions) = actions.get_mut(usize::from(group)) {
                actions.push(Action { literal, what });
            }
        }
        Self { prefilter, actions }
    }
}

/// The literals of the built-in rules: the same for every lane.
static BUILT_IN: LazyLock<Arc<Literals>> = LazyLock::new(|| Arc::new(Literals::new(&Config::default())));

/// All rules, ready to run. Stateless.
pub(crate) struct Scanner {
    literals: Arc<Literals>,
    own: Vec<OwnRule>,
    /// Rules that are tried on every text.
    always: Vec<u16>,
    ip_addresses: bool,
}

impl std::fmt::Debug for Scanner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scanner").field("groups", &self.literals.actions.len()).finish_non_exhaustive()
    }
}

impl Scanner {
    pub(crate) fn new(config: &Config) -> Self {
        let keywords = config.rules.iter().any(|rule| !rule.keywords.is_empty());
        let literals = if keywords { Arc::new(Literals::new(config)) } else { BUILT_IN.clone() };
        let always = (0..config.rules.len() as u16)
            .filter(|&i| config.rules.get(usize::from(i)).is_some_and(|r| r.keywords.is_empty()))
            .collect();
        Self { literals, own: config.rules.clone(), always, ip_addresses: config.ip_addresses }
    }

    /// Whether every text must be looked at, triggers or not.
    pub(crate) fn looks_at_all(&self) -> bool {
        self.ip_addresses || !self.always.is_empty()
    }

    /// The triggers of a buffer that is one text, or several that follow the first at `starts`.
    pub(crate) fn triggers(&self, buffer: &[u8], starts: impl Iterator<Item = usize>, out: &mut Triggers) {
        out.clear();
        let [begun, literals, found] = &mut out.lists;
        self.literals.prefilter.find(buffer, literals);
        shapes::find(buffer, found);
        shapes::starts(buffer, starts, begun);
    }

    /// The values of a text, in no order. `base` is where the text starts in the triggers' buffer.
    pub(crate) fn hits(&self, text: &str, triggers: Taken<'_>, base: usize, out: &mut Vec<Hit>) -> Progress {
        let mut progress = Progress::default();
        self.look_at(text, triggers, base, &mut progress, out);
        progress
    }

    fn look_at(&self, text: &str, triggers: Taken<'_>, base: usize, progress: &mut Progress, out: &mut Vec<Hit>) {
        for trigger in triggers.into_iter().flatten() {
            if let Some(at) = trigger.at.checked_sub(base) {
                self.look(text, at, trigger.kind, progress, out);
            }
        }
        if progress.depth == 0 {
            self.always.iter().for_each(|&rule| self.own(text, rule, progress, out));
            if self.ip_addresses {
                ip::look(text, out);
            }
        }
    }

    fn look(&self, text: &str, at: usize, kind: Kind, progress: &mut Progress, out: &mut Vec<Hit>) {
        match kind {
            Kind::At => email::look(text, at, out),
            Kind::Plus => phone::international(text, at, out),
            Kind::Digits if at >= progress.digits => {
                progress.digits = numbers::look(text, at, out);
            }
            Kind::Run if at >= progress.run => progress.run = runs::look(self, text, at, progress, out),
            Kind::Percent if at >= progress.percent => self.percent(text, at, progress, out),
            Kind::Digits | Kind::Run | Kind::Percent => {}
            Kind::Literal(group) => {
                // The head may have begun in the row before.
                let Some(at) = (at + 1).checked_sub(self.literals.prefilter.head_length(group)) else { return };
                for action in self.literals.actions.get(usize::from(group)).into_iter().flatten() {
                    action.look(self, text, at, progress, out);
                }
            }
        }
    }

    /// A rule of the operator's, once a text.
    pub(crate) fn own(&self, text: &str, rule: u16, progress: &mut Progress, out: &mut Vec<Hit>) {
        let Some(own) = self.own.get(usize::from(rule)).filter(|_| !progress.own.contains(&rule)) else { return };
        progress.own.push(rule);
        for (n, captures) in own.pattern.captures_iter(text).enumerate() {
            // Each search is linear, so that many in a long text are not: then all that is left is taken for a value.
            if n == MAX_OWN_MATCHES {
                let start = captures.get(0).map_or(0, |m| m.start());
                out.push(Hit { start, end: text.len(), class: Name::Own(rule), rank: RANK_OWN, plain: None });
                return;
            }
            if let Some(found) = captures.name("secret").or_else(|| captures.get(0)).filter(|m| !m.is_empty()) {
                let class = Name::Own(rule);
                out.push(Hit { start: found.start(), end: found.end(), class, rank: RANK_OWN, plain: None });
            }
        }
    }

    /// A private key that starts at `at`.
    pub(crate) fn block(&self, text: &str, at: usize, progress: &mut Progress, out: &mut Vec<Hit>) {
        if at < progress.covered {
            return;
        }
        if let Some((hit, closed)) = blocks::begin(text, at) {
            progress.covered = hit.end;
            progress.opened |= !closed;
            out.push(hit);
        }
    }

    /// The values of a decoded text.
    fn inside(&self, decoded: &str, progress: &Progress) -> Vec<Hit> {
        let mut inner = Progress { depth: progress.depth + 1, ..Progress::default() };
        let (mut triggers, mut hits) = (Triggers::default(), Vec::new());
        if inner.depth <= MAX_DEPTH {
            self.triggers(decoded.as_bytes(), std::iter::empty(), &mut triggers);
            self.look_at(decoded, triggers.take(usize::MAX), 0, &mut inner, &mut hits);
            crate::rewrite::settle(decoded, &mut hits);
        }
        hits
    }

    /// A stretch with `%XX` around `at`.
    fn percent(&self, text: &str, at: usize, progress: &mut Progress, out: &mut Vec<Hit>) {
        let bytes = text.as_bytes();
        let pair = bytes.get(at + 1).zip(bytes.get(at + 2));
        if !pair.is_some_and(|(h, l)| encoded::hex(*h).is_some() && encoded::hex(*l).is_some()) {
            return;
        }
        let inside = |b: &&u8| !matches!(**b, b' ' | b'\t' | b'\n' | b'"' | b'\'' | b'<' | b'>' | b'`');
        let before = bytes.get(..at).unwrap_or_default().iter().rev().take(4096).take_while(inside).count();
        let after =
            bytes.get(at..).unwrap_or_default().iter().take(encoded::MAX_ENCODED_BYTES).take_while(inside).count();
        let (mut start, mut end) = (at - before, at + after);
        while !text.is_char_boundary(start) {
            start += 1;
        }
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        progress.percent = end;
        let Some((decoded, origin)) = encoded::percent_text(crate::chars::part(text, start, end)) else { return };
        for hit in self.inside(&decoded, progress) {
            let (Some(&from), Some(&to)) = (origin.get(hit.start), origin.get(hit.end)) else { continue };
            let plain = hit.plain.or_else(|| decoded.get(hit.start..hit.end).map(Into::into));
            out.push(Hit { start: start + from as usize, end: start + to as usize, plain, ..hit });
        }
    }
}
