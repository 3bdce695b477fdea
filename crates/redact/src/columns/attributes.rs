//! Attributes: keys and values are flat columns, and a key may tell that its value is secret.

use arrow_array::cast::AsArray as _;
use arrow_array::{Array as _, MapArray, StringArray};
use decant_model::{Attributes, AttributesBuilder};

use super::{Origin, redact_column};
use crate::keys::Told;
use crate::{Place, Redactor};

/// Redacts keys and values of all rows.
pub(super) fn redact(redactor: &mut Redactor, attributes: &mut Attributes, of: &Origin<'_>) {
    let map = attributes.to_array();
    let (Some(keys), Some(values)) = (map.keys().as_string_opt::<i32>(), map.values().as_string_opt::<i32>()) else {
        return;
    };
    if keys.is_empty() {
        return;
    }
    let rows = row_of(&map, keys.len());
    let service = |entry: usize| of.service(rows.get(entry).map_or(0, |r| *r as usize));
    let distinct = Distinct::of(keys);
    let told = told_keys(redactor, keys, distinct.as_ref());
    redactor.dropped_rows.clear();
    let new_keys = if distinct.is_some_and(|distinct| distinct.keys.iter().all(|key| redactor.is_plain(key))) {
        None
    } else {
        redact_column(redactor, keys, |i| Place { service: service(i), field: "attribute.key", stream: None })
    };
    let whole = |i: usize| Place { service: service(i), field: keys.value(i), stream: None };
    let first = told.as_ref().and_then(|told| under_keys(redactor, values, told, whole));
    let values_now = first.as_ref().unwrap_or(values);
    let second = redact_column(redactor, values_now, whole);
    if new_keys.is_none() && first.is_none() && second.is_none() {
        return;
    }
    let (new_keys, new_values) = (new_keys.as_ref().unwrap_or(keys), second.as_ref().unwrap_or(values_now));
    *attributes = if redactor.dropped_rows.is_empty() {
        rebuilt(&map, new_keys.clone(), new_values.clone())
    } else {
        without(&map, new_keys, new_values, &redactor.dropped_rows)
    };
    redactor.dropped_rows.clear();
}

/// The map without some entries.
fn without(map: &MapArray, keys: &StringArray, values: &StringArray, dropped: &[u32]) -> Attributes {
    let mut builder = AttributesBuilder::default();
    for window in map.value_offsets().windows(2) {
        for entry in window[0]..window[1] {
            let i = entry as usize;
            if !dropped.contains(&(entry as u32)) {
                builder.push(keys.value(i), values.value(i));
            }
        }
        builder.end_row();
    }
    builder.finish()
}

/// The row of each entry.
fn row_of(map: &MapArray, entries: usize) -> Vec<u32> {
    let mut rows = vec![0; entries];
    for (row, window) in map.value_offsets().windows(2).enumerate() {
        let (Ok(from), Ok(to)) = (usize::try_from(window[0]), usize::try_from(window[1])) else { continue };
        rows.get_mut(from..to).unwrap_or_default().fill(row as u32);
    }
    rows
}

/// The different keys of a batch: few, again and again in the same order.
struct Distinct<'a> {
    keys: Vec<&'a str>,
    /// Which of them each entry has.
    of: Vec<u8>,
}

impl<'a> Distinct<'a> {
    const MAX: usize = 64;

    /// `None` when there are too many to be worth it.
    fn of(keys: &'a StringArray) -> Option<Self> {
        let mut out = Self { keys: Vec::new(), of: Vec::with_capacity(keys.len()) };
        // What followed each key the last time.
        let mut follows = [0_u8; Self::MAX];
        let mut last = 0_usize;
        for i in 0..keys.len() {
            let key = keys.value(i);
            let guess = follows.get(last).copied().unwrap_or_default();
            let at = if out.keys.get(usize::from(guess)) == Some(&key) {
                guess
            } else {
                let at = out.keys.iter().position(|known| *known == key).unwrap_or(out.keys.len());
                if at >= Self::MAX {
                    return None;
                }
                if at == out.keys.len() {
                    out.keys.push(key);
                }
                at as u8
            };
            if let Some(follows) = follows.get_mut(last) {
                *follows = at;
            }
            out.of.push(at);
            last = usize::from(at);
        }
        Some(out)
    }
}

/// What the key of each entry tells of its value; `None` when no key tells anything.
fn told_keys(
    redactor: &mut Redactor,
    keys: &StringArray,
    distinct: Option<&Distinct<'_>>,
) -> Option<Vec<Option<Told>>> {
    let told: Vec<_> = match distinct {
        Some(distinct) => {
            let told: Vec<_> = distinct.keys.iter().map(|key| redactor.keys.told(key)).collect();
            if told.iter().all(Option::is_none) {
                return None;
            }
            distinct.of.iter().map(|&at| told.get(usize::from(at)).copied().flatten()).collect()
        }
        None => (0..keys.len()).map(|i| redactor.keys.told(keys.value(i))).collect(),
    };
    told.iter().any(Option::is_some).then_some(told)
}

/// The values with those that their keys tell of replaced whole.
fn under_keys<'p>(
    redactor: &mut Redactor,
    values: &StringArray,
    told: &[Option<Told>],
    place: impl Fn(usize) -> Place<'p>,
) -> Option<StringArray> {
    let mut rebuild = super::Rebuild::new(values);
    for (i, told) in told.iter().enumerate().filter(|&(i, _)| values.is_valid(i)) {
        let text = values.value(i);
        let Some(hit) = told.and_then(|told| told.attribute(text)) else { continue };
        let before = redactor.dropped;
        if let Some(new) = redactor.replace(text, hit, place(i)) {
            rebuild.replace(i, &new);
            if redactor.dropped > before {
                redactor.dropped_rows.push(i as u32);
            }
        }
    }
    rebuild.finish()
}

/// The map with new columns. Keys and values have as many entries as before, so this cannot fail; if it did, no
/// attributes are better than raw ones.
fn rebuilt(map: &MapArray, keys: StringArray, values: StringArray) -> Attributes {
    let entries = arrow_array::StructArray::try_new(
        map.entries().fields().clone(),
        vec![std::sync::Arc::new(keys), std::sync::Arc::new(values)],
        None,
    );
    let arrow_schema::DataType::Map(field, _) = map.data_type() else { return Attributes::empty(map.len()) };
    entries
        .and_then(|entries| MapArray::try_new(field.clone(), map.offsets().clone(), entries, None, false))
        .and_then(|map| Attributes::from_array(&map))
        .unwrap_or_else(|_| Attributes::empty(map.len()))
}

#[cfg(test)]
mod tests {
    use decant_model::{Batch, LogRecord, LogsBuilder, Position, Resource, ResourceTable, Rows};

    use crate::{Config, Redactor};

    fn redacted(keys: &[String]) -> Vec<(String, String)> {
        let mut builder = LogsBuilder::default();
        for _ in 0..2 {
            builder.push(&LogRecord::default(), keys.iter().map(|key| (key.as_str(), "hunter2hunter2")));
        }
        let mut resources = ResourceTable::default();
        resources.intern(Resource::new([]));
        let batch = Batch { position: Position::default(), resources, rows: Rows::Logs(builder.finish()) };
        let Rows::Logs(logs) = Redactor::new(&Config::default()).push(batch).rows else { unreachable!() };
        logs.attributes.of(1).map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn keys_are_redacted_alike_whether_few_or_many_are_different() {
        let few = ["user", "ann@example.com", "password"].map(str::to_owned);
        let many: Vec<String> = few.iter().cloned().chain((0..100).map(|n| format!("key{n}"))).collect();
        let found = redacted(&few);
        assert_eq!(found, redacted(&many)[..3]);
        assert_eq!(found[1].0, "<email:1>");
        assert_ne!(found[2].1, "hunter2hunter2");
        assert_eq!(redacted(&["user".to_owned()]), [("user".to_owned(), "hunter2hunter2".to_owned())]);
    }
}
