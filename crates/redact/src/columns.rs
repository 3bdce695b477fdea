//! The text columns of the three signals, each scanned as one buffer.

mod attributes;
mod rebuild;
mod resources;

use arrow_array::{Array as _, StringArray};
use decant_model::{Batch, ResourceTable, Rows};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::{Place, Redactor, hygiene};
use rebuild::Rebuild;

/// Which service each row belongs to, and which stream of lines.
struct Origin<'a> {
    /// Of each resource of the batch: looked up once, since rows are many.
    owners: Vec<(&'a str, u64)>,
    resource: &'a [u32],
    stream: u64,
}

impl<'a> Origin<'a> {
    fn new(resources: &'a ResourceTable, resource: &'a [u32], stream: u64) -> Self {
        Self { owners: resources.iter().map(|r| (r.service(), stream ^ r.id())).collect(), resource, stream }
    }

    fn owner(&self, row: usize) -> Option<(&'a str, u64)> {
        self.owners.get(*self.resource.get(row)? as usize).copied()
    }

    fn service(&self, row: usize) -> &'a str {
        self.owner(row).map_or("", |(service, _)| service)
    }

    fn stream(&self, row: usize) -> u64 {
        self.owner(row).map_or(self.stream, |(_, stream)| stream)
    }
}

/// Every text of a batch, redacted.
pub(crate) fn batch(redactor: &mut Redactor, batch: Batch) -> Batch {
    let resources = batch.resources.map(|r| resources::redact(redactor, r));
    let source = batch.position.source.as_bytes();
    let stream = xxh3_64_with_seed(source, batch.position.partition as u64);
    let mut rows = batch.rows;
    match &mut rows {
        Rows::Logs(logs) => {
            let of = Origin::new(&resources, logs.resource.values(), stream);
            redact(redactor, &mut logs.body, "body", &of);
            redact(redactor, &mut logs.event_name, "event.name", &of);
            attributes::redact(redactor, &mut logs.attributes, &of);
        }
        Rows::Traces(spans) => {
            let of = Origin::new(&resources, spans.resource.values(), stream);
            redact(redactor, &mut spans.name, "span.name", &of);
            redact(redactor, &mut spans.status_message, "status.message", &of);
            redact(redactor, &mut spans.events, "events", &of);
            redact(redactor, &mut spans.links, "links", &of);
            attributes::redact(redactor, &mut spans.attributes, &of);
        }
        Rows::Metrics(metrics) => {
            let of = Origin::new(&resources, metrics.resource.values(), stream);
            redact(redactor, &mut metrics.name, "metric.name", &of);
            redact(redactor, &mut metrics.unit, "metric.unit", &of);
            redact(redactor, &mut metrics.exemplars, "exemplars", &of);
            attributes::redact(redactor, &mut metrics.attributes, &of);
        }
    }
    Batch { resources, rows, ..batch }
}

/// A column with a row each.
fn redact(redactor: &mut Redactor, column: &mut StringArray, field: &'static str, of: &Origin<'_>) {
    let follows = field == "body";
    let place = |row: usize| Place { service: of.service(row), field, stream: follows.then(|| of.stream(row)) };
    if let Some(new) = redact_column(redactor, column, place) {
        *column = new;
    }
}

/// The new column, or `None` when nothing changes.
fn redact_column<'p>(
    redactor: &mut Redactor,
    column: &StringArray,
    place: impl Fn(usize) -> Place<'p>,
) -> Option<StringArray> {
    let (heads, left_out) = heads(redactor, column);
    let column = heads.as_ref().unwrap_or(column);
    let clean = clean_column(redactor, column);
    let source = clean.as_ref().unwrap_or(column);
    let mut triggers = std::mem::take(&mut redactor.triggers);
    let (first, last) = range(source);
    let offsets = source.value_offsets();
    let starts = offsets.iter().skip(1).map(|&o| o as usize - first);
    redactor.scanner.triggers(source.value_data().get(first..last).unwrap_or_default(), starts, &mut triggers);
    let mut rebuild = Rebuild::new(source);
    let start_of = |row: usize| offsets.get(row).map_or(last, |o| *o as usize) - first;
    let mut row = 0;
    while row < source.len() {
        // Rows without a trigger are passed over, unless something looks at every row.
        if !redactor.looks_at_all(place(row).stream) {
            let Some(at) = triggers.next() else { break };
            if start_of(row + 1) <= at {
                row += rows_before(offsets, row, at + first);
                continue;
            }
        }
        let (start, end) = (start_of(row), start_of(row + 1));
        let before = redactor.dropped;
        if let Some(new) = redactor.row(source.value(row), triggers.take(end), start, place(row)) {
            rebuild.replace(row, &new);
            if redactor.dropped > before {
                redactor.dropped_rows.push(row as u32);
            }
        }
        row += 1;
    }
    redactor.triggers = triggers;
    let redacted = rebuild.finish().or(clean);
    cut_column(redactor, redacted.as_ref().unwrap_or(column), &left_out).or(redacted).or(heads)
}

/// The column without what is far over the limit, and how many bytes each such row has lost; `None` when none has.
fn heads(redactor: &Redactor, column: &StringArray) -> (Option<StringArray>, Vec<(usize, usize)>) {
    let (first, last) = range(column);
    let mut left_out = Vec::new();
    if last - first <= redactor.config.max_text_bytes {
        return (None, left_out);
    }
    let mut rebuild = Rebuild::new(column);
    for row in 0..column.len() {
        let (head, more) = redactor.head(column.value(row));
        if more > 0 {
            rebuild.replace(row, head);
            left_out.push((row, more));
        }
    }
    (rebuild.finish(), left_out)
}

/// The column with texts over the limit cut; `None` when there are none.
fn cut_column(redactor: &mut Redactor, column: &StringArray, left_out: &[(usize, usize)]) -> Option<StringArray> {
    let (first, last) = range(column);
    if last - first <= redactor.config.max_text_bytes && left_out.is_empty() {
        return None;
    }
    let mut rebuild = Rebuild::new(column);
    for row in 0..column.len() {
        let more = left_out.binary_search_by_key(&row, |(row, _)| *row).map_or(0, |i| left_out[i].1);
        if let Some(cut) = redactor.cut(column.value(row), more) {
            rebuild.replace(row, &cut);
        }
    }
    rebuild.finish()
}

/// How many rows after `row` end at or before byte `at`: doubling steps, then halving, since triggers are sparse.
fn rows_before(offsets: &[i32], row: usize, at: usize) -> usize {
    let ends = offsets.get(row + 1..).unwrap_or_default();
    let passed = |i: usize| ends.get(i).is_some_and(|&end| end as usize <= at);
    let mut step = 1;
    while passed(step) {
        step *= 2;
    }
    let window = ends.get(..step.min(ends.len())).unwrap_or_default();
    window.partition_point(|&end| end as usize <= at).max(1)
}

fn range(column: &StringArray) -> (usize, usize) {
    let offsets = column.value_offsets();
    let at = |o: Option<&i32>| o.map_or(0, |o| *o as usize);
    (at(offsets.first()), at(offsets.last()))
}

/// The column without characters that hide or move things, and without what is over the limit; `None` when it was so.
fn clean_column(redactor: &mut Redactor, column: &StringArray) -> Option<StringArray> {
    let (first, last) = range(column);
    if !hygiene::is_suspect(column.value_data().get(first..last)?) {
        return None;
    }
    let mut rebuild = Rebuild::new(column);
    let mut cleaned = 0;
    for row in (0..column.len()).filter(|&row| column.is_valid(row)) {
        if let Some(new) = hygiene::clean(column.value(row)) {
            rebuild.replace(row, &new);
            cleaned += 1;
        }
    }
    if cleaned > 0 {
        redactor.count("control-characters", cleaned);
    }
    rebuild.finish()
}
