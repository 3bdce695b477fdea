//! Consecutive lines that are worth showing make an excerpt.

use decant_model::{Excerpt, ExcerptLine};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::super::gather::Line;
use super::super::kind::Kind;
use super::super::shape::Shapes;

/// A line below this is left out.
const WORTH: f32 = 0.05;
/// Lines of one excerpt; a longer stretch becomes several.
const MAX_LINES: usize = 40;

/// Cuts the lines into excerpts.
pub(super) fn excerpts(source: &str, lines: Vec<Line>, weights: &[f32], shapes: &Shapes) -> Vec<Excerpt> {
    let mut out = Vec::new();
    let mut block = Block::default();
    for (line, &weight) in lines.into_iter().zip(weights) {
        if weight < WORTH {
            continue;
        }
        if block.ends_before(&line) {
            out.extend(block.finish(source, shapes));
        }
        block.push(line, weight);
    }
    out.extend(block.finish(source, shapes));
    out
}

#[derive(Default)]
struct Block {
    lines: Vec<ExcerptLine>,
    best: f32,
    kind: Kind,
    shape: u64,
    title: u64,
}

impl Block {
    fn ends_before(&self, line: &Line) -> bool {
        self.lines.len() >= MAX_LINES || self.lines.last().is_some_and(|last| line.ordinal > last.ordinal + 4)
    }

    fn push(&mut self, line: Line, weight: f32) {
        if weight > self.best {
            self.best = weight;
            self.kind = line.class.kind;
            self.shape = line.shape;
            self.title = xxh3_64_with_seed(line.text.trim().as_bytes(), line.ordinal);
        }
        self.lines.push(ExcerptLine {
            ordinal: line.ordinal,
            text: line.text,
            weight: f64::from(weight),
            flagged: false,
        });
    }

    fn finish(&mut self, source: &str, shapes: &Shapes) -> Option<Excerpt> {
        let block = std::mem::take(self);
        if block.lines.is_empty() || block.best <= 0.0 {
            return None;
        }
        // A packer multiplies the two: a line's worth is its own, in whichever excerpt it stands.
        let score = f64::from(block.best);
        let mut lines = block.lines;
        lines.iter_mut().for_each(|line| line.weight /= score);
        let times = shapes.seen(block.shape);
        let why = if times > 1 && block.shape != 0 {
            format!("{}, one of {times} alike", block.kind.why())
        } else {
            block.kind.why().to_owned()
        };
        Some(Excerpt {
            id: xxh3_64_with_seed(source.as_bytes(), block.title),
            source: source.to_owned(),
            why,
            score,
            lines,
        })
    }
}
