//! The step that runs: its title and the first lines of its script, told when something in it fails.

use super::super::clean;
use super::super::kind::{Class, Kind};
use super::Line;

/// Lines of a script that are remembered.
const MAX_SCRIPT: usize = 16;
/// A group that is longer is none of a step's.
const MAX_GROUP: u64 = 400;

#[derive(Debug, Default)]
pub(super) struct Step {
    number: u32,
    /// Where the group that introduces the step began, while it is open.
    open: Option<u64>,
    /// Whether the open group still shows the script.
    script: bool,
    lines: Vec<Line>,
}

impl Step {
    /// Number of the step; 0 before the first.
    pub(super) fn number(&self) -> u32 {
        self.number
    }

    pub(super) fn begin(&mut self, ordinal: u64, text: &str, class: Class) {
        self.number += 1;
        self.open = text.contains("##[group]").then_some(ordinal);
        self.script = true;
        self.lines.clear();
        self.lines.push(self.line(ordinal, text, class));
    }

    /// Whether the line belongs to the group that introduces the step: its script and its settings are no output.
    pub(super) fn takes(&mut self, ordinal: u64, text: &str) -> bool {
        let Some(from) = self.open else { return false };
        if text.starts_with("##[endgroup]") {
            self.open = None;
            return true;
        }
        if ordinal > from + MAX_GROUP || text.starts_with("##[") {
            self.open = None;
            return false;
        }
        if text.starts_with("shell: ") || text == "env:" || text == "with:" {
            self.script = false;
        }
        // The title holds the first line of the script.
        let said = self.lines.len() == 1 && self.lines.first().is_some_and(|l| l.text.ends_with(text));
        if self.script && self.lines.len() < MAX_SCRIPT && !said {
            let class = Class { kind: Kind::Script, score: 0.2, ends: false };
            self.lines.push(self.line(ordinal, text, class));
        }
        true
    }

    /// The step's lines, once.
    pub(super) fn told(&mut self) -> impl Iterator<Item = Line> {
        self.lines.drain(..)
    }

    fn line(&self, ordinal: u64, text: &str, class: Class) -> Line {
        Line { ordinal, text: clean::cut(text), class, shape: 0, step: self.number, priority: 0.5 }
    }
}
