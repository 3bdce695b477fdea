//! The lines of plain logs that explain a failure, with their neighbours, in bounded memory.
//!
//! Logs of builds, tests and services tell a failure in a few kinds of lines, whatever the tool: the step and command
//! that ran, the test that failed, the error with its place in the source, what was expected and what came, the
//! exception and its causes, the summary, the exit code. Two passes find them:
//!
//! 1. **gather** ([`Excerpter::push`]), streaming: each line is looked at once by one automaton of words. Lines that say
//!    something are kept with the lines around them; the rest passes through a small ring of recent lines. What is kept
//!    is bounded: lines that repeat a shape, and lines that say little, go first.
//! 2. **weigh** ([`Excerpter::finish`]), over what was kept: the first cause counts more than its echoes, the step that
//!    failed more than those before and after it, and a line gets part of the weight of what it stands beside.
//!
//! An excerpt's score times a line's weight is what the line is worth, 0 to 1, whichever excerpt it stands in: a packer
//! with little room takes the worthiest lines of all, and leaves the edges of their excerpts out.

mod clean;
mod config;
mod extras;
mod failure;
mod gather;
mod kind;
mod shape;
mod weigh;
mod words;

use std::collections::BTreeMap;

pub use config::{Config, ConfigError, RawConfig};
use decant_model::{Batch, Excerpt, Rows};
pub use failure::{Failure, Heard};

use gather::Source;
use shape::Shapes;
use words::Words;

/// Finds excerpts. Takes log batches in order, any number of sources; batches of other signals are passed over.
#[derive(Debug)]
pub struct Excerpter {
    config: Config,
    words: Words,
    shapes: Shapes,
    sources: Vec<Source>,
    /// By path and service.
    index: BTreeMap<(String, String), usize>,
    /// Lines of sources past the limit, which were not looked at.
    lines_passed_over: u64,
}

impl Excerpter {
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self {
            config: config.clone(),
            words: Words::new(),
            shapes: Shapes::new(config.max_shapes),
            sources: Vec::new(),
            index: BTreeMap::new(),
            lines_passed_over: 0,
        }
    }

    /// Looks at the lines of a batch.
    pub fn push(&mut self, batch: &Batch) {
        let Rows::Logs(logs) = &batch.rows else { return };
        // Which source a resource's rows are of, once they were met.
        let mut of_resource: Vec<Option<usize>> = vec![None; batch.resources.len()];
        let resources = logs.resource.values();
        let mut row = 0;
        for rows in resources.chunk_by(|a, b| a == b) {
            let resource = rows.first().copied().unwrap_or_default();
            let end = row + rows.len();
            let known = of_resource.get(resource as usize).copied().flatten();
            match known.or_else(|| self.source(batch, resource)) {
                Some(at) => {
                    if let Some(slot) = of_resource.get_mut(resource as usize) {
                        *slot = Some(at);
                    }
                    if let Some(source) = self.sources.get_mut(at) {
                        for r in row..end {
                            source.record(logs, r, &mut self.words, &mut self.shapes);
                        }
                        if source.len() > 2 * self.config.max_lines_per_source {
                            source.trim(self.config.max_lines_per_source);
                        }
                    }
                }
                None => self.lines_passed_over += rows.len() as u64,
            }
            row = end;
        }
        self.trim();
    }

    /// Where the source of a resource's rows is; `None` when there are too many.
    fn source(&mut self, batch: &Batch, resource: u32) -> Option<usize> {
        let key = (batch.position.source.clone(), batch.service(resource).to_owned());
        if let Some(&at) = self.index.get(&key) {
            return Some(at);
        }
        if self.sources.len() >= self.config.max_sources {
            return None;
        }
        self.sources.push(Source::default());
        self.index.insert(key, self.sources.len() - 1);
        Some(self.sources.len() - 1)
    }

    /// Keeps all sources together within twice the limit.
    fn trim(&mut self) {
        let kept: usize = self.sources.iter().map(Source::len).sum();
        if kept > 2 * self.config.max_lines {
            let share = (self.config.max_lines / self.sources.len()).max(1);
            self.sources.iter_mut().for_each(|source| source.trim(share));
        }
    }

    /// The excerpts, the most telling first.
    #[must_use]
    pub fn finish(mut self) -> Vec<Excerpt> {
        let mut out = Vec::new();
        let mut of_name: BTreeMap<String, u32> = BTreeMap::new();
        for (_, service) in self.index.keys() {
            *of_name.entry(service.clone()).or_default() += 1;
        }
        for ((path, service), at) in self.index {
            let source = self.sources.get_mut(at).map(std::mem::take).unwrap_or_default();
            // Files of one name in several folders are told apart by their paths.
            let alone = of_name.get(&service) == Some(&1);
            let name = match (service.is_empty(), alone || path.is_empty()) {
                (true, _) => path,
                (false, true) => service,
                (false, false) if path.ends_with(&service) => path,
                (false, false) => format!("{path} {service}"),
            };
            out.extend(weigh::excerpts(&name, source.into_kept(), &self.shapes));
        }
        out.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.source.cmp(&b.source)).then(a.id.cmp(&b.id)));
        out.truncate(self.config.max_excerpts);
        out
    }

    /// Where the logs say that what they tell of failed; nowhere in most.
    #[must_use]
    pub fn failure(&self) -> Option<Failure> {
        let mut paths = self.index.keys().map(|(path, _)| path);
        let first = paths.next();
        let one_file = first.is_some_and(|first| !first.is_empty()) && paths.all(|path| Some(path) == first);
        let said = self.index.values().filter_map(|&at| self.sources.get(at)?.failure(&self.shapes));
        Failure::surest(said).map(|failure| failure.of_one_file(one_file))
    }

    /// Lines that were not looked at because they came from more sources than the limit.
    #[must_use]
    pub fn lines_passed_over(&self) -> u64 {
        self.lines_passed_over
    }
}
