//! Rolls batches up: one pass over the rows, hash look-ups by ids, text touched only for what is new in a batch.

mod log_rows;
mod metric_rows;
mod span_rows;

use decant_model::{Batch, ResourceTable, Rows};

use super::{Attributes, Rollups, ServiceSeen};
use crate::Config;
use crate::ids::{IdMap, NONE, Names};

/// The rolling state of one lane.
#[derive(Debug)]
pub struct Roller {
    config: Config,
    open: Rollups,
    /// Texts and attributes that were met before, so that what comes again and again is not copied for each yield.
    names: Names,
    attributes: IdMap<Attributes>,
}

/// What rows need to know of their resource, found once a batch.
#[derive(Clone, Copy, Debug)]
struct Owner {
    service: u64,
    instance: u64,
    version: u64,
}

impl Roller {
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self { config: config.clone(), open: Rollups::default(), names: Names::default(), attributes: IdMap::default() }
    }

    /// Counts a batch in. Log rows need their `shape_id`; all text must have been through redaction.
    pub fn push(&mut self, batch: &Batch) {
        self.open.records.push(batch, &self.config);
        let owners = self.owners(&batch.resources);
        match &batch.rows {
            Rows::Logs(logs) => self.push_logs(logs, &owners, batch),
            Rows::Metrics(metrics) => self.push_metrics(metrics, &owners),
            Rows::Traces(spans) => self.push_spans(spans, &owners),
        }
    }

    /// What was rolled up since the last call.
    pub fn take(&mut self) -> Rollups {
        let next = self.open.successor();
        std::mem::replace(&mut self.open, next)
    }

    fn owners(&mut self, resources: &ResourceTable) -> Vec<Owner> {
        resources
            .iter()
            .map(|resource| Owner {
                service: self.name(resource.service()),
                instance: self.name(resource.instance().unwrap_or("")),
                version: self.name(resource.get("service.version").unwrap_or("")),
            })
            .collect()
    }

    fn name(&mut self, text: &str) -> u64 {
        let (id, known) = self.open.names.intern(text, self.config.max_names, &mut self.names);
        if !known {
            self.note("names over the limit", 1);
        }
        id
    }

    fn note(&mut self, what: &'static str, count: u64) {
        *self.open.notes.entry(what).or_default() += count;
    }

    /// The entry of a service; `None` when there are too many.
    fn seen(&mut self, owner: Owner, time: Option<i64>) -> Option<&mut ServiceSeen> {
        let services = &mut self.open.services;
        if services.len() >= self.config.max_services && !services.contains_key(&owner.service) {
            *self.open.notes.entry("services over the limit").or_default() += 1;
            return None;
        }
        let seen = services.entry(owner.service).or_default();
        seen.name = owner.service;
        self.open.newest = self.open.newest.max(time);
        if let (true, Some(time)) = (owner.version != NONE, time) {
            seen.version(owner.version, time);
        }
        Some(seen)
    }
}

/// A time within 1970 to 2116: farther ones are of clocks that are wrong anyway, and differences must stay numbers.
pub(super) fn sane(time_unix_nano: i64) -> i64 {
    time_unix_nano.clamp(0, 1 << 62)
}

/// Up to `limit` bytes of a text, cut between characters.
fn clip(text: &str, limit: usize) -> &str {
    text.get(..text.floor_char_boundary(limit)).unwrap_or(text)
}
