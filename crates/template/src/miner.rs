//! The state of one lane.

use xxhash_rust::xxh3::xxh3_64;

use crate::Config;
use crate::learned::{Learned, Limits};
use crate::mask::{self, Mask};
use crate::scan::{NEW_LINE, Scanner};

/// Learns lines and names their shapes.
#[derive(Debug)]
pub struct Miner {
    scanner: Scanner,
    learned: Learned,
    max_line: usize,
    max_shape: usize,
    several_lines: bool,
    masks: Vec<Mask>,
    masks_gave_up: u64,
}

impl Miner {
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let limits = Limits { shapes: config.max_shapes, bytes: config.max_bytes, values: config.max_values };
        Self {
            scanner: Scanner::default(),
            learned: Learned::new(limits, xxh3_64(config.scope.as_bytes())),
            max_line: config.max_line_bytes,
            max_shape: config.max_shape_bytes,
            several_lines: false,
            // A mask that does not compile did not pass `RawConfig::validate`; it is left out.
            masks: config.masks.iter().filter_map(|m| m.compile().ok()).collect(),
            masks_gave_up: 0,
        }
    }

    /// Counts the line and returns its shape id, which depends on the line and on the settings alone.
    pub fn learn(&mut self, line: &str) -> u64 {
        if self.masks.is_empty() {
            return self.learn_masked(line);
        }
        let masked = mask::apply(&self.masks, line, &mut self.masks_gave_up);
        self.learn_masked(&masked)
    }

    #[inline]
    fn learn_masked(&mut self, line: &str) -> u64 {
        self.scan(line);
        let id = xxh3_64(&self.scanner.skeleton);
        self.learned.add(id, &self.scanner.skeleton, line, &self.scanner.slots);
        if self.several_lines {
            self.learned.exemplify(id, line);
        }
        id
    }

    #[inline]
    fn scan(&mut self, line: &str) {
        let line = line.trim_ascii_end();
        let to = line.floor_char_boundary(self.max_line);
        let bytes = line.as_bytes();
        self.scanner.start(bytes.get(..to).unwrap_or(bytes));
        self.scanner.scan(bytes, 0, to, self.max_shape);
        self.several_lines = false;
        // Few records have several lines, so it is not asked beforehand.
        if self.scanner.breaks {
            self.scanner.again();
            self.scanner.record(bytes, to, self.max_shape);
            self.several_lines = self.scanner.skeleton.contains(&NEW_LINE);
        }
        if to < bytes.len() {
            self.scanner.tail(to, bytes.len());
        }
    }

    /// Lines at which a mask's pattern gave up.
    #[must_use]
    pub fn masks_gave_up(&self) -> u64 {
        self.masks_gave_up
    }

    /// Everything learned since the last call.
    pub fn take(&mut self) -> Learned {
        let empty = Learned::new(self.learned.limits, self.learned.scope);
        std::mem::replace(&mut self.learned, empty)
    }

    /// What was learned since the last [`Miner::take`].
    #[must_use]
    pub fn learned(&self) -> &Learned {
        &self.learned
    }
}
