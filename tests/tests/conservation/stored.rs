//! What the store holds of a window, counted row by row.

use std::collections::BTreeMap;

use decant_dedup::unfold;
use decant_model::arrow_array::Array as _;
use decant_model::{Batch, Rows, Signal};
use decant_store::{ScanRequest, Store};

/// Records of a window; those without a time are of every window.
#[derive(Debug, Default)]
pub(crate) struct Stored {
    pub(crate) logs: u64,
    pub(crate) spans: u64,
    pub(crate) points: u64,
    /// By service, shape and severity; what tells of a change aside.
    shapes: BTreeMap<(String, u64, u8), u64>,
}

impl Stored {
    pub(crate) fn of(store: &Store, window: Option<(i64, i64)>) -> Self {
        let mut stored = Self::default();
        for signal in Signal::ALL {
            if let Some((from, to)) = window {
                let request =
                    ScanRequest { from_unix_nano: Some(from), to_unix_nano: Some(to), ..ScanRequest::of(signal) };
                store.scan(&request).for_each(|batch| stored.add(batch.unwrap(), true));
            }
            store.scan(&ScanRequest::of(signal)).for_each(|batch| stored.add(batch.unwrap(), false));
        }
        stored
    }

    /// Counts the rows that have a time, or those that have none.
    fn add(&mut self, batch: Batch, timed: bool) {
        match &batch.rows {
            Rows::Logs(_) => {}
            Rows::Traces(spans) => self.spans += if timed { spans.len() as u64 } else { 0 },
            Rows::Metrics(points) => self.points += if timed { points.len() as u64 } else { 0 },
        }
        for batch in unfold(batch) {
            let Rows::Logs(logs) = &batch.rows else { continue };
            for row in (0..logs.len()).filter(|&row| logs.time(row).is_some() == timed) {
                self.logs += 1;
                if logs.event_name.is_null(row) {
                    let service = batch.service(logs.resource.value(row)).to_owned();
                    let key = (service, logs.shape_id.value(row), logs.severity(row).0);
                    *self.shapes.entry(key).or_default() += 1;
                }
            }
        }
    }

    /// The same by template: what a lane could not know yet when it stored the row.
    pub(crate) fn by_template(&self, dictionary: &decant_engine::Dictionary) -> BTreeMap<(String, u64, u8), u64> {
        let mut templates = BTreeMap::new();
        for ((service, shape, severity), records) in &self.shapes {
            let template = dictionary.get(*shape).map_or(*shape, |template| template.id);
            *templates.entry((service.clone(), template, *severity)).or_default() += records;
        }
        templates
    }
}
