//! What a line is worth by itself: what it says, how often that was said, and whether it was said in the part that failed.

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_64;

use super::super::gather::Line;
use super::super::kind::Kind;
use super::super::shape::{self, Shapes};

/// Where the failure was told.
struct Scene {
    /// Steps in which the runner said that they failed; empty when it said so nowhere.
    failed_steps: Vec<u32>,
    /// The last such line.
    last_end: Option<u64>,
    /// Warnings count as errors.
    strict: bool,
}

impl Scene {
    fn of(lines: &[Line]) -> Self {
        let ends = || lines.iter().filter(|l| l.class.ends);
        let mut failed_steps: Vec<u32> = ends().map(|l| l.step).collect();
        failed_steps.dedup();
        let strict = lines.iter().any(|l| says_strict(&l.text));
        Self { failed_steps, last_end: ends().map(|l| l.ordinal).next_back(), strict }
    }

    /// How near to the failure a line is, 0 to 1.
    fn factor(&self, line: &Line) -> f32 {
        let (Some(first), Some(last)) = (self.failed_steps.first(), self.last_end) else { return 1.0 };
        if line.class.kind == Kind::Step && line.step == 0 {
            return 1.0;
        }
        // Far above the end, much has gone well since.
        let near = 0.8 + 0.2 / (1.0 + last.saturating_sub(line.ordinal) as f32 / 1_000.0);
        if line.ordinal > last {
            0.2
        } else if line.step == *first {
            near
        } else if self.failed_steps.contains(&line.step) {
            0.85 * near
        } else if line.step < *first {
            0.4
        } else {
            0.25
        }
    }
}

/// Whether the line says that warnings count as errors.
fn says_strict(text: &str) -> bool {
    let all =
        ["treated as error", "warnings as errors", "max-warnings", "too many warnings", "-Dwarnings", "-D warnings"];
    all.iter().any(|s| text.contains(s))
}

/// Whether the line says that what stands above it does no harm.
fn says_ignored(text: &str) -> bool {
    text.trim_start_matches('.').starts_with("ignoring")
}

/// How much each line says that no line before it said, 0 to 1: a copy says next to nothing, a line that differs in
/// numbers says less.
pub(super) fn news(lines: &[Line]) -> Vec<f32> {
    let mut said = Said::default();
    lines.iter().map(|line| said.news(line)).collect()
}

#[derive(Default)]
struct Said {
    copies: HashMap<u64, u32>,
    alike: HashMap<u64, u32>,
}

impl Said {
    fn news(&mut self, line: &Line) -> f32 {
        let text = &line.text;
        let before = |map: &mut HashMap<u64, u32>, key| {
            let n = map.entry(key).or_insert(0);
            *n += 1;
            (*n - 1) as f32
        };
        let copies = before(&mut self.copies, xxh3_64(text.trim().as_bytes()));
        let alike = before(&mut self.alike, shape::text(text));
        // A number in the name of a test makes it another test.
        let share = if line.class.kind == Kind::Test { 0.05 } else { 0.5 };
        1.0 / (1.0 + 3.0 * copies + share * (alike - copies))
    }
}

/// One weight a line.
pub(super) fn weights(lines: &[Line], shapes: &Shapes) -> Vec<f32> {
    let scene = Scene::of(lines);
    let mut out = vec![0.0; lines.len()];
    let mut said = HashMap::new();
    let mut texts = Said::default();
    let mut all: HashMap<u64, u32> = HashMap::new();
    lines.iter().for_each(|l| *all.entry(l.shape).or_default() += 1);
    // The first cause tells more than its echoes; of totals and ends the last is the one that counts.
    let forward = |l: &Line| l.class.kind != Kind::Summary && !l.class.ends;
    let order = (0..lines.len())
        .filter(|&i| lines.get(i).is_some_and(forward))
        .chain((0..lines.len()).rev().filter(|&i| lines.get(i).is_some_and(|l| !forward(l))));
    let failed_first = order.partition::<Vec<usize>, _>(|&i| lines.get(i).is_some_and(|l| scene.factor(l) >= 0.6));
    for i in failed_first.0.into_iter().chain(failed_first.1) {
        let (Some(line), Some(weight)) = (lines.get(i), out.get_mut(i)) else { continue };
        if line.class.score <= 0.0 {
            continue;
        }
        let times = *said.entry(line.shape).and_modify(|n| *n += 1).or_insert(1_u32);
        let of_step = matches!(line.class.kind, Kind::Step | Kind::Script | Kind::Command);
        // What was survived before may not be the last time: the last of a kind counts as the second.
        let from_end = 2 * all.get(&line.shape).copied().unwrap_or(times).saturating_sub(times) + 1;
        let again = (times - 1).min(if forward(line) { from_end } else { u32::MAX });
        let repeat = if of_step { 1.0 } else { 1.0 / (1.0 + 0.6 * again as f32) };
        let ignored = lines.get(i + 1).is_some_and(|next| next.ordinal == line.ordinal + 1 && says_ignored(&next.text));
        let repeat = if ignored { 0.2 * repeat } else { repeat };
        let strict = if line.class.kind == Kind::Warning && scene.strict { 2.5 } else { 1.0 };
        let copy = texts.news(line);
        let common = 1.0 + 0.06 * (shapes.seen(line.shape) as f32).ln();
        *weight = line.class.score * strict * scene.factor(line) * repeat * copy / if of_step { 1.0 } else { common };
    }
    out
}
