//! The first pass over one source: which lines are kept.

use decant_model::{Logs, Severity};

use super::clean;
use super::extras;
use super::failure::Failure;
use super::kind::{Class, Kind};
use super::shape::{self, Shapes};
use super::words::{self, Words};

mod ring;
mod step;

use ring::Ring;
use step::Step;

/// Lines after a telling one that are kept for it.
const AFTER: u32 = 14;
/// Lines before a telling one that are kept for it.
const BEFORE: usize = 6;
/// A header further up than this has nothing to do with an error.
const HEADER_REACH: u64 = 400;
/// From here on a line tells enough that its neighbours are kept.
const TELLING: f32 = 0.3;
/// Of one shape, this many are kept; later ones are counted.
const MAX_OF_SHAPE: u32 = 48;

/// A line that is kept.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) ordinal: u64,
    pub(super) text: String,
    pub(super) class: Class,
    pub(super) shape: u64,
    /// Number of the step it stands in.
    pub(super) step: u32,
    /// Who stays when there is no room for all.
    pub(super) priority: f32,
}

/// One source of lines.
#[derive(Debug, Default)]
pub(super) struct Source {
    kept: Vec<Line>,
    ring: Ring,
    step: Step,
    header: Option<Line>,
    command: Option<Line>,
    after: u32,
    after_priority: f32,
    scratch: String,
    /// The last line's ordinal as it was told, and as it is kept.
    last: Option<(u64, u64)>,
}

impl Source {
    /// Looks at one record, which may be several lines.
    pub(super) fn record(&mut self, logs: &Logs, row: usize, words: &mut Words, shapes: &mut Shapes) {
        let (body, severity) = (logs.body.value(row), logs.severity(row));
        let ordinal = self.begin(logs.ordinal.value(row));
        let mut scratch = std::mem::take(&mut self.scratch);
        let (first, further) = match memchr::memchr(b'\n', body.as_bytes()) {
            Some(end) => (body.get(..end).unwrap_or_default(), body.get(end + 1..)),
            None => (body, None),
        };
        let mut inner = ordinal;
        if severity >= Severity::WARN && logs.attributes.of(row).next().is_some() {
            let mut told = clean::strip(first, &mut scratch).to_owned();
            extras::append(&logs.attributes, row, &mut told);
            self.line(ordinal, &told, severity, words, shapes);
        } else {
            self.line(ordinal, clean::strip(first, &mut scratch), severity, words, shapes);
        }
        for line in further.iter().flat_map(|more| more.split('\n')) {
            inner += 1;
            self.line(inner, clean::strip(line, &mut scratch), Severity::UNSPECIFIED, words, shapes);
        }
        self.last = self.last.map(|(told, _)| (told + (inner - ordinal), inner));
        self.scratch = scratch;
    }

    /// The ordinal by which a record is kept: its own in a file; counted on where ordinals start again, as they do with
    /// every request of a network protocol.
    fn begin(&mut self, told: u64) -> u64 {
        let kept = match self.last {
            Some((last, kept)) if told > last => kept + (told - last),
            Some((_, kept)) => kept + 1,
            None => told,
        };
        self.last = Some((told, kept));
        kept
    }

    fn line(&mut self, ordinal: u64, text: &str, severity: Severity, words: &mut Words, shapes: &mut Shapes) {
        let text = clean::without_overwritten(clean::without_origin(text));
        if text.trim_start().is_empty() {
            return;
        }
        if self.step.takes(ordinal, text) {
            return;
        }
        let mut class = words.classify(text);
        if severity.is_error() && class.kind != Kind::Exit && class.score < 0.7 {
            class = Class { kind: Kind::Cause, score: class.score.max(0.6), ends: false };
        }
        if class.kind == Kind::Step {
            self.begin_step(ordinal, text, class);
            return;
        }
        if class.score < TELLING {
            self.quiet(ordinal, text, class, shapes);
            return;
        }
        let shape = shape::of(text);
        let nth = shapes.count(shape);
        if nth > MAX_OF_SHAPE && class.kind != Kind::Exit {
            self.ring.push(ordinal, text, class, self.step.number());
            return;
        }
        let priority = class.score / (nth as f32).sqrt();
        self.telling(ordinal, text, class, shape, priority);
    }

    fn begin_step(&mut self, ordinal: u64, text: &str, class: Class) {
        if text.contains("##[") {
            self.step.begin(ordinal, text, class);
            (self.header, self.command) = (None, None);
            self.after = 0;
        } else {
            let line =
                Line { ordinal, text: clean::cut(text), class, shape: 0, step: self.step.number(), priority: 1.0 };
            self.kept.push(line);
        }
    }

    fn quiet(&mut self, ordinal: u64, text: &str, class: Class, shapes: &mut Shapes) {
        if class.kind == Kind::Header {
            let step = self.step.number();
            let line = Line { ordinal, text: clean::cut(text), class, shape: 0, step, priority: 0.5 };
            // Where a runner names the steps, their titles say what ran.
            if step == 0 && words::is_command(text) {
                let class = Class { kind: Kind::Command, score: 0.1, ends: false };
                self.command = Some(Line { class, ..line });
            } else {
                self.header = Some(line);
            }
        }
        if self.after == 0 && class.kind == Kind::Warning {
            self.warning(ordinal, text, class, shapes);
            return;
        }
        if self.after == 0 {
            self.ring.push(ordinal, text, class, self.step.number());
            return;
        }
        // Frames and other indented lines are the body of an error; they may be many.
        let inner = text.starts_with([' ', '\t']) && self.after > 2;
        self.after = if inner && self.after_priority > 0.02 { self.after } else { self.after - 1 };
        self.after_priority *= 0.95;
        self.keep(ordinal, text, class, shape::of(text), self.after_priority);
    }

    /// Warnings are kept alone, the first of each shape.
    fn warning(&mut self, ordinal: u64, text: &str, class: Class, shapes: &mut Shapes) {
        let shape = shape::of(text);
        let nth = shapes.count(shape);
        if nth <= MAX_OF_SHAPE / 4 {
            self.keep(ordinal, text, class, shape, 0.15 / nth as f32);
        } else {
            self.ring.push(ordinal, text, class, self.step.number());
        }
    }

    fn telling(&mut self, ordinal: u64, text: &str, class: Class, shape: u64, priority: f32) {
        let number = self.step.number();
        if class.ends {
            let whole = self.ring.len();
            self.keep_recent(whole, 0.3);
        } else {
            self.keep_recent(BEFORE, priority * 0.4);
        }
        if class.score >= 0.5 {
            self.kept.extend(self.step.told());
            self.kept.extend(self.command.take());
            let near = |h: &Line| h.step == number && h.ordinal + HEADER_REACH > ordinal;
            if let Some(mut header) = self.header.take().filter(near) {
                header.priority = priority * 0.6;
                header.shape = shape::of(&header.text);
                self.kept.push(header);
            }
        }
        self.keep(ordinal, text, class, shape, priority);
        if priority * 0.6 >= self.after_priority || self.after == 0 {
            self.after = AFTER;
            self.after_priority = priority * 0.6;
        }
    }

    fn keep(&mut self, ordinal: u64, text: &str, class: Class, shape: u64, priority: f32) {
        let step = self.step.number();
        self.kept.push(Line { ordinal, text: clean::cut(text), class, shape, step, priority });
    }

    fn keep_recent(&mut self, count: usize, priority: f32) {
        self.ring.take(count, |entry| {
            self.kept.push(Line {
                ordinal: entry.ordinal,
                text: entry.text.clone(),
                class: entry.class,
                shape: shape::of(&entry.text),
                step: entry.step,
                priority,
            });
        });
    }

    pub(super) fn failure(&self, shapes: &Shapes) -> Option<Failure> {
        Failure::of(self.kept.iter(), shapes)
    }

    /// Lines kept.
    pub(super) fn len(&self) -> usize {
        self.kept.len()
    }

    /// Drops what tells least until there are no more than `max` lines.
    pub(super) fn trim(&mut self, max: usize) {
        if self.kept.len() <= max {
            return;
        }
        let mut priorities: Vec<f32> = self.kept.iter().map(|l| l.priority).collect();
        let at = priorities.len() - max;
        let (_, least, _) = priorities.select_nth_unstable_by(at, f32::total_cmp);
        let least = *least;
        self.kept.retain(|l| l.priority >= least);
        // Many of equal priority: the first and the last stay.
        if self.kept.len() > max {
            self.kept.drain(max / 2..self.kept.len() - max / 2);
        }
    }

    /// What was kept, in order, each line once.
    pub(super) fn into_kept(mut self) -> Vec<Line> {
        let whole = self.ring.len();
        self.keep_recent(whole, 0.1);
        self.kept.sort_by(|a, b| a.ordinal.cmp(&b.ordinal).then(b.priority.total_cmp(&a.priority)));
        self.kept.dedup_by_key(|l| l.ordinal);
        self.kept
    }
}
