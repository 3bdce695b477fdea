//! Stored rows as items of a page.

use decant_context::PageItem;
use decant_engine::instruction_like;
use decant_model::arrow_array::Array as _;
use decant_model::{Attributes, Batch, Logs, MetricKind, Metrics, Rows, Spans, StatusCode};

/// Attributes of a row that are shown.
const ATTRIBUTES_MAX: usize = 24;

/// The rows of a batch as items, in order.
pub(super) fn items(batch: &Batch, out: &mut Vec<PageItem>) {
    match &batch.rows {
        Rows::Logs(logs) => (0..logs.len()).for_each(|row| out.push(log(batch, logs, row))),
        Rows::Metrics(points) => (0..points.len()).for_each(|row| out.push(point(batch, points, row))),
        Rows::Traces(spans) => (0..spans.len()).for_each(|row| out.push(span(batch, spans, row))),
    }
}

fn item(service: &str, at: Option<i64>, text: String) -> PageItem {
    PageItem {
        handle: String::new(),
        kind: "record".to_owned(),
        service: (!service.is_empty()).then(|| service.to_owned()),
        at_unix_nano: at,
        flagged: instruction_like(&text).is_some(),
        text,
    }
}

/// Says that an answer holds not all that there is.
pub(super) fn cut(text: String) -> PageItem {
    PageItem { kind: "coverage".to_owned(), text, ..PageItem::default() }
}

/// Says of how many parts of the store nothing is known.
pub(super) fn unreadable(batches: usize) -> Option<PageItem> {
    let text = |plural| {
        format!(
            "{batches} part{plural} of the store could not be read: what they hold is missing here; the log says why"
        )
    };
    (batches > 0).then(|| cut(text(if batches == 1 { "" } else { "s" })))
}

/// One log record: severity, body, attributes.
pub(super) fn log(batch: &Batch, logs: &Logs, row: usize) -> PageItem {
    let mut text = logs.severity(row).as_str().to_owned();
    push(&mut text, logs.body.value(row));
    if logs.event_name.is_valid(row) {
        push(&mut text, &format!("event_name={}", logs.event_name.value(row)));
    }
    push_attributes(&mut text, &logs.attributes, row);
    if logs.folded.value(row) > 0 {
        push(&mut text, &repeated(logs, row));
    }
    if logs.trace_id.is_valid(row) {
        push(&mut text, &format!("trace_id={}", hex(logs.trace_id.value(row))));
    }
    item(batch.service(logs.resource.value(row)), logs.time(row), text)
}

/// What a row stands for by the policy `repeats: drop`.
fn repeated(logs: &Logs, row: usize) -> String {
    let until = logs.folded_until_unix_nano.is_valid(row).then(|| logs.folded_until_unix_nano.value(row));
    let until = until.and_then(|nanos| jiff::Timestamp::from_nanosecond(i128::from(nanos)).ok());
    let until = until.map_or_else(String::new, |until| format!(" until {until}"));
    format!("(x{} from this time{until})", logs.records(row))
}

fn span(batch: &Batch, spans: &Spans, row: usize) -> PageItem {
    let (start, end) = (spans.start_unix_nano.value(row), spans.end_unix_nano.value(row));
    let millis = end.saturating_sub(start) as f64 / 1e6;
    let mut text = format!("span {} {millis:.1} ms", spans.name.value(row));
    if spans.status(row) == StatusCode::Error {
        push(&mut text, "error");
    }
    if spans.status_message.is_valid(row) {
        push(&mut text, spans.status_message.value(row));
    }
    push_attributes(&mut text, &spans.attributes, row);
    if spans.events.is_valid(row) && spans.events.value(row) != "[]" {
        push(&mut text, &format!("events={}", spans.events.value(row)));
    }
    push(&mut text, &format!("trace_id={} span_id={}", hex(&spans.trace(row)), hex(&spans.span(row))));
    if let Some(parent) = spans.parent(row) {
        push(&mut text, &format!("parent_span_id={}", hex(&parent)));
    }
    item(batch.service(spans.resource.value(row)), Some(start), text)
}

fn point(batch: &Batch, points: &Metrics, row: usize) -> PageItem {
    let mut text = points.name.value(row).to_owned();
    match points.kind(row) {
        MetricKind::Gauge | MetricKind::Sum => push(&mut text, &format!("= {}", points.value.value(row))),
        MetricKind::Histogram | MetricKind::ExponentialHistogram | MetricKind::Summary => {
            push(&mut text, &format!("count={} sum={}", points.count.value(row), points.sum.value(row)));
        }
    }
    push(&mut text, points.unit.value(row));
    push_attributes(&mut text, &points.attributes, row);
    if let Some(instance) = batch.resources.get(points.resource.value(row)).and_then(|r| r.instance()) {
        push(&mut text, &format!("instance={instance}"));
    }
    item(batch.service(points.resource.value(row)), Some(points.time_unix_nano.value(row)), text)
}

fn push_attributes(text: &mut String, attributes: &Attributes, row: usize) {
    for (key, value) in attributes.of(row).take(ATTRIBUTES_MAX) {
        push(text, &format!("{key}={value}"));
    }
}

fn push(text: &mut String, part: &str) {
    if part.is_empty() {
        return;
    }
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(part);
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
