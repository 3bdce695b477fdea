//! The text columns of the three signals, each scanned as one buffer.

use std::borrow::Cow;

use arrow_array::builder::StringBuilder;
use arrow_array::{Array as _, StringArray};
use decant_model::{Attributes, Batch, Resource, Rows};

use crate::{Place, Redactor, hygiene};

/// Every text of a batch, redacted.
pub(crate) fn batch(redactor: &mut Redactor, mut batch: Batch) -> Batch {
    batch.resources = batch.resources.map(|r| resource(redactor, r));
    match &mut batch.rows {
        Rows::Logs(logs) => {
            redact(redactor, &mut logs.body, "body");
            redact(redactor, &mut logs.event_name, "event.name");
            attributes(redactor, &mut logs.attributes);
        }
        Rows::Traces(spans) => {
            redact(redactor, &mut spans.name, "span.name");
            redact(redactor, &mut spans.status_message, "status.message");
            redact(redactor, &mut spans.events, "events");
            redact(redactor, &mut spans.links, "links");
            attributes(redactor, &mut spans.attributes);
        }
        Rows::Metrics(metrics) => {
            redact(redactor, &mut metrics.name, "metric.name");
            redact(redactor, &mut metrics.unit, "metric.unit");
            redact(redactor, &mut metrics.exemplars, "exemplars");
            attributes(redactor, &mut metrics.attributes);
        }
    }
    batch
}

fn redact(redactor: &mut Redactor, column: &mut StringArray, field: &'static str) {
    let place = Place { service: "", field };
    let mut changed: Option<StringBuilder> = None;
    for row in 0..column.len() {
        let old = column.is_valid(row).then(|| column.value(row));
        let new = old.map(|old| value(redactor, old, place));
        if changed.is_none() && matches!(new, Some(Cow::Owned(_))) {
            let mut builder = StringBuilder::with_capacity(column.len(), column.value_data().len());
            (0..row).for_each(|i| builder.append_option(column.is_valid(i).then(|| column.value(i))));
            changed = Some(builder);
        }
        if let Some(builder) = &mut changed {
            builder.append_option(new);
        }
    }
    if let Some(mut builder) = changed {
        *column = builder.finish();
    }
}

fn value<'a>(redactor: &mut Redactor, text: &'a str, place: Place<'_>) -> Cow<'a, str> {
    match hygiene::clean(text) {
        Some(clean) => {
            let new = redactor.redact(&clean, place);
            Cow::Owned(new.unwrap_or(clean))
        }
        None => redactor.redact(text, place).map_or(Cow::Borrowed(text), Cow::Owned),
    }
}

fn attributes(redactor: &mut Redactor, attributes: &mut Attributes) {
    let keys = attributes.map_keys(|key| value(redactor, key, Place { service: "", field: "attribute.key" }));
    let new = keys.map_values(|key, text| value(redactor, text, Place { service: "", field: key }));
    *attributes = new;
}

fn resource(redactor: &mut Redactor, resource: &Resource) -> Option<Resource> {
    let new: Vec<(Cow<'_, str>, Cow<'_, str>)> = resource
        .attributes()
        .iter()
        .map(|(k, v)| {
            let key = value(redactor, k, Place { service: "", field: "attribute.key" });
            (key, value(redactor, v, Place { service: "", field: k }))
        })
        .collect();
    let same = new.iter().all(|(k, v)| matches!((k, v), (Cow::Borrowed(_), Cow::Borrowed(_))));
    (!same).then(|| Resource::new(new.into_iter().map(|(k, v)| (k.into_owned(), v.into_owned()))))
}
