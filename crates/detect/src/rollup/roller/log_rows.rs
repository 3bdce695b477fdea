//! Log rows: counts, exemplars, sightings in traces, change events.

use decant_model::arrow_array::Array as _;
use decant_model::{Batch, Logs};

use super::{Owner, Roller, clip, sane};
use crate::ids::mix;
use crate::rollup::change_event::{ChangeEvent, FLAG_STATES, flag_revision, is_change, is_reporter};
use crate::rollup::{Exemplar, Sighting};

/// A stamp farther than this from its observation says something about the clock.
const FAR_MS: i64 = 5_000;

impl Roller {
    pub(super) fn push_logs(&mut self, logs: &Logs, owners: &[Owner], batch: &Batch) {
        let mut touched: Vec<(u64, usize, usize)> = Vec::new();
        for row in 0..logs.len() {
            let index = logs.resource.value(row);
            let Some(owner) = owners.get(index as usize).copied() else { continue };
            if logs.event_name.is_valid(row) && is_change(logs.event_name.value(row)) {
                self.push_change(logs, row, batch.service(index));
                continue;
            }
            let time = logs.time(row).map(sane);
            let window = time.map(|t| self.config.window(t));
            if let Some(seen) = self.seen(owner, time) {
                match window {
                    Some(window) => seen.logs.add(window, 1),
                    None => seen.timeless += 1,
                }
                if logs.time_unix_nano.is_valid(row) && logs.observed_time_unix_nano.is_valid(row) {
                    let offset = logs.time_unix_nano.value(row).saturating_sub(logs.observed_time_unix_nano.value(row));
                    if (offset / 1_000_000).abs() > FAR_MS {
                        seen.offset_ms = seen.offset_ms.saturating_add(offset / 1_000_000);
                        seen.offset_records += 1;
                    }
                }
            }
            let shape = logs.shape_id.value(row);
            let severity = logs.severity(row);
            let key = mix(&[owner.service, shape, u64::from(severity.0)]);
            if self.open.logs.len() >= self.config.max_log_keys && !self.open.logs.contains_key(&key) {
                self.note("log keys over the limit", 1);
            } else {
                let cell = self.open.logs.entry(key).or_default();
                (cell.service, cell.shape, cell.severity) = (owner.service, shape, severity);
                match window {
                    Some(window) => cell.windows.add(window, 1),
                    None => cell.positions.add(logs.ordinal.value(row)),
                }
                match touched.iter_mut().rev().take(32).find(|(k, ..)| *k == key) {
                    Some((_, first, last)) => {
                        let order = |r: usize| (logs.time(r).map(sane), logs.ordinal.value(r));
                        if order(row) < order(*first) {
                            *first = row;
                        }
                        if order(row) >= order(*last) {
                            *last = row;
                        }
                    }
                    None => touched.push((key, row, row)),
                }
            }
            if logs.trace_id.is_valid(row) {
                self.sight(logs, row, owner, shape, time.unwrap_or(0));
            }
        }
        for (key, first, last) in touched {
            self.keep_exemplars(logs, batch, key, first, last);
        }
    }

    fn sight(&mut self, logs: &Logs, row: usize, owner: Owner, shape: u64, time: i64) {
        if self.open.sightings.len() + self.open.stubs.len() >= self.config.max_open_items {
            self.note("trace items over the limit", 1);
            return;
        }
        let trace: [u8; 16] = logs.trace_id.value(row).try_into().unwrap_or_default();
        if trace != [0; 16] {
            let span = if logs.span_id.is_valid(row) {
                logs.span_id.value(row).try_into().unwrap_or_default()
            } else {
                [0; 8]
            };
            let span = u64::from_le_bytes(span);
            self.open.sightings.push(Sighting { trace, span, service: owner.service, shape, time });
        }
    }

    fn keep_exemplars(&mut self, logs: &Logs, batch: &Batch, key: u64, first: usize, last: usize) {
        let limit = self.config.max_exemplar_bytes;
        let Some(cell) = self.open.logs.get_mut(&key) else { return };
        let earlier = cell
            .first
            .as_ref()
            .is_none_or(|e| (logs.time(first).map(sane), logs.ordinal.value(first)) <= (e.time, e.ordinal));
        if earlier {
            let new = exemplar(logs, batch, first, limit);
            cell.first = Some(cell.first.take().map_or_else(|| new.clone(), |old| old.min(new.clone())));
        }
        let later = cell
            .last
            .as_ref()
            .is_none_or(|e| (logs.time(last).map(sane), logs.ordinal.value(last)) >= (e.time, e.ordinal));
        if later {
            cell.last = cell.last.take().max(Some(exemplar(logs, batch, last, limit)));
        }
        self.bound(key);
    }

    /// Drops the later exemplar where it is the earlier one again.
    fn bound(&mut self, key: u64) {
        if let Some(cell) = self.open.logs.get_mut(&key)
            && cell.total() == 1
        {
            cell.last = cell.first.clone();
        }
    }

    fn push_change(&mut self, logs: &Logs, row: usize, service: &str) {
        let get = |keys: &[&str]| keys.iter().find_map(|k| logs.attributes.get(row, k)).unwrap_or("").to_owned();
        let limit = self.config.max_exemplar_bytes;
        let mut revision = get(&[
            "vcs.ref.head.revision",
            "vcs.revision",
            "git.commit",
            "deployment.revision",
            "service.version",
            "k8s.deployment.revision",
        ]);
        let flag = flag_revision(&get(&["feature_flag.key"]), &get(&FLAG_STATES));
        if revision.is_empty() {
            revision = clip(&flag, limit).to_owned();
        }
        let mut title = clip(logs.body.value(row), limit).to_owned();
        if title.is_empty() {
            title = get(&["message", "k8s.event.reason"]);
        }
        if title.is_empty() {
            title = flag;
        }
        let mut event = ChangeEvent {
            time: logs.time(row).map_or(0, sane),
            kind: logs.event_name.value(row).to_owned(),
            service: if is_reporter(service) {
                get(&["service.name", "deployment.name", "peer.service"])
            } else {
                service.to_owned()
            },
            revision: (!revision.is_empty()).then_some(revision),
            title,
            experiment: get(&EXPERIMENTS),
            phase: get(&PHASES),
            files: clip(&get(&["vcs.files_changed", "files"]), limit).to_owned(),
            diff: clip(&get(&["vcs.diff", "diff", "config.diff"]), limit).to_owned(),
        };
        event.clip(limit);
        let key = event.id();
        if self.open.changes.len() < self.config.max_changes {
            self.open.changes.insert(key, event);
        } else {
            self.note("changes over the limit", 1);
        }
    }
}

/// What chaos tools call the fault that they bring, and its state; there is no convention yet.
const EXPERIMENTS: [&str; 5] =
    ["chaos.experiment.name", "chaos.experiment.fault", "chaos.fault", "chaos.experiment.type", "chaos.type"];
const PHASES: [&str; 4] = ["chaos.experiment.phase", "chaos.experiment.status", "chaos.phase", "chaos.status"];

/// The record of a row, whole: its body, and its attributes behind it.
fn exemplar(logs: &Logs, batch: &Batch, row: usize, limit: usize) -> Exemplar {
    let mut text = clip(logs.body.value(row), limit).to_owned();
    for (key, value) in logs.attributes.of(row) {
        if text.len() + key.len() + value.len() + 2 > limit {
            break;
        }
        text.push_str(if text.is_empty() { "" } else { " " });
        text.push_str(key);
        text.push('=');
        text.push_str(value);
    }
    let source = batch.resources.get(logs.resource.value(row)).map_or("", |r| r.instance().unwrap_or(r.service()));
    Exemplar { time: logs.time(row).map(sane), ordinal: logs.ordinal.value(row), text, source: source.to_owned() }
}
