//! Consecutive lines that are worth showing make an excerpt.

use decant_model::{Excerpt, ExcerptLine};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::super::gather::Line;
use super::super::kind::Kind;
use super::super::shape::Shapes;

/// A line below this is left out.
const WORTH: f32 = 0.05;
/// What an excerpt holds beside its heaviest line is named when it has this part of that line's weight.
const ALSO: f32 = 0.6;
/// Lines of one excerpt; a longer stretch becomes several.
const MAX_LINES: usize = 40;

/// Cuts the lines into excerpts.
pub(super) fn excerpts(source: &str, lines: Vec<Line>, weights: &[f32], shapes: &Shapes) -> Vec<Excerpt> {
    let mut out = Vec::new();
    let mut block = Block::new();
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
    /// What is named of an excerpt beside its heaviest line, each with the weight of its best.
    told: [(Kind, f32); 3],
    kind: Kind,
    shape: u64,
    title: u64,
}

impl Block {
    fn new() -> Self {
        Self { told: [Kind::Test, Kind::Cause, Kind::Exit].map(|kind| (kind, 0.0)), ..Self::default() }
    }

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
        for (kind, best) in &mut self.told {
            if *kind == line.class.kind {
                *best = best.max(weight);
            }
        }
        self.lines.push(ExcerptLine {
            ordinal: line.ordinal,
            text: line.text,
            weight: f64::from(weight),
            flagged: false,
        });
    }

    fn finish(&mut self, source: &str, shapes: &Shapes) -> Option<Excerpt> {
        let block = std::mem::replace(self, Self::new());
        if block.lines.is_empty() || block.best <= 0.0 {
            return None;
        }
        // A packer multiplies the two: a line's worth is its own, in whichever excerpt it stands.
        let score = f64::from(block.best);
        let mut lines = block.lines;
        lines.iter_mut().for_each(|line| line.weight /= score);
        let times = shapes.seen(block.shape);
        let is_told = |(kind, best): &(Kind, f32)| *kind == block.kind || *best >= ALSO * block.best;
        let mut told: Vec<&str> = block.told.iter().filter(|of| is_told(of)).map(|(kind, _)| kind.why()).collect();
        if told.is_empty() {
            told.push(block.kind.why());
        }
        let mut why = told.join(", ");
        if times > 1 && block.shape != 0 && told.len() == 1 {
            why.push_str(&format!(", one of {times} alike"));
        }
        Some(Excerpt {
            id: xxh3_64_with_seed(source.as_bytes(), block.title),
            source: source.to_owned(),
            why,
            score,
            lines,
        })
    }
}
