//! Templates for people (a table, the most frequent first) and for programs (JSON).

use std::collections::HashMap;
use std::io::{self, Write};

use decant_engine::{Dictionary, TemplateSlot as Slot};
use decant_model::{Batch, Rows};
use serde_json::json;

/// Columns of the table; templates alone may be longer.
const WIDTH: usize = 80;
const INDENT: usize = 21;
/// Slots of a template that are shown, values of a slot, and the longest value in characters.
const MAX_SLOTS: usize = 3;
const MAX_VALUES: usize = 3;
const VALUE_CHARS: usize = 24;
/// Shapes whose first and last times and examples are kept.
const MAX_SHAPES: usize = 200_000;

/// What a table tells beyond the template.
#[derive(Debug, Default)]
pub(super) struct Seen {
    shapes: HashMap<u64, Sighting>,
}

#[derive(Debug, Default)]
struct Sighting {
    count: u64,
    first: Option<i64>,
    last: Option<i64>,
    example: String,
}

impl Seen {
    pub(super) fn push(&mut self, batch: &Batch) {
        let Rows::Logs(logs) = &batch.rows else { return };
        for row in 0..logs.len() {
            let shape = logs.shape_id.value(row);
            if self.shapes.len() >= MAX_SHAPES && !self.shapes.contains_key(&shape) {
                continue;
            }
            let sighting = self.shapes.entry(shape).or_default();
            if sighting.count == 0 {
                logs.body.value(row).clone_into(&mut sighting.example);
            }
            sighting.see(1, logs.time(row), logs.time(row));
        }
    }

    /// By template, the most frequent first; ties in order of text.
    fn by_template<'d>(&self, dictionary: &'d Dictionary) -> Vec<(&'d decant_engine::Template, Sighting)> {
        let mut merged: HashMap<u64, (&decant_engine::Template, Sighting)> = HashMap::new();
        let mut shapes: Vec<_> = self.shapes.iter().collect();
        shapes.sort_by_key(|(shape, s)| (s.first, **shape));
        for (shape, sighting) in shapes {
            let Some(template) = dictionary.get(*shape) else { continue };
            let (_, into) = merged.entry(template.id).or_insert((template, Sighting::default()));
            if into.count == 0 {
                into.example.clone_from(&sighting.example);
            }
            into.see(sighting.count, sighting.first, sighting.last);
        }
        let mut out: Vec<_> = merged.into_values().collect();
        out.sort_by(|(a, x), (b, y)| y.count.cmp(&x.count).then_with(|| a.text.cmp(&b.text)));
        out
    }
}

impl Sighting {
    fn see(&mut self, count: u64, first: Option<i64>, last: Option<i64>) {
        self.count += count;
        self.first = match (self.first, first) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        self.last = self.last.max(last);
    }
}

/// One template is a block: what is counted before it, what is known of it indented below.
pub(super) fn write_table(dictionary: &Dictionary, seen: &Seen, out: &mut impl Write) -> io::Result<()> {
    let rows = seen.by_template(dictionary);
    let total: u64 = rows.iter().map(|(_, s)| s.count).sum();
    let plural = |n: u64| if n == 1 { "" } else { "s" };
    let records = format!("{total} record{}", plural(total));
    writeln!(out, "{records}, {} template{}, the most frequent first", rows.len(), plural(rows.len() as u64))?;
    writeln!(out, "{:>10} {:>6}  template", "count", "share")?;
    for (template, sighting) in &rows {
        let share = 100.0 * sighting.count as f64 / total.max(1) as f64;
        writeln!(out, "{:>10} {share:>5.1}%  {}", sighting.count, one_line(&template.text))?;
        if sighting.first.is_some() {
            let (first, last) = (time(sighting.first), time(sighting.last));
            let when = if first == last { format!("at {first}") } else { format!("from {first} to {last}") };
            writeln!(out, "{}", below(&when))?;
        }
        for slot in template.slots.iter().filter(|slot| slot.distinct > 1).take(MAX_SLOTS) {
            writeln!(out, "{}", below(&values(slot)))?;
        }
        if sighting.example != template.text {
            writeln!(out, "{}", below(&format!("e.g. {}", one_line(&sighting.example))))?;
        }
    }
    Ok(())
}

/// `<ip>: 10.0.0.1 (7), 10.0.0.2 (3); 2 values`.
fn values(slot: &Slot) -> String {
    let top: Vec<String> =
        slot.top.iter().take(MAX_VALUES).map(|(value, count)| format!("{} ({count})", excerpt(value))).collect();
    let all = slot.top.len() as u64 == slot.distinct;
    format!(
        "{}: {}; {}{} values",
        slot.kind.placeholder(),
        top.join(", "),
        if all { "" } else { "about " },
        slot.distinct
    )
}

fn excerpt(value: &str) -> String {
    let text = one_line(value);
    if text.chars().count() <= VALUE_CHARS {
        return text;
    }
    text.chars().take(VALUE_CHARS - 1).chain(['\u{2026}']).collect()
}

/// Under the template, not wider than a terminal usually is.
fn below(text: &str) -> String {
    let room = WIDTH - INDENT;
    let mut out = " ".repeat(INDENT);
    if text.chars().count() <= room {
        out.push_str(text);
    } else {
        out.extend(text.chars().take(room - 1));
        out.push('\u{2026}');
    }
    out
}

pub(super) fn write_json(dictionary: &Dictionary, seen: &Seen, out: &mut impl Write) -> io::Result<()> {
    for (template, sighting) in seen.by_template(dictionary) {
        let slots: Vec<_> = template
            .slots
            .iter()
            .map(|slot| json!({"kind": slot.kind.name(), "distinct": slot.distinct, "top": slot.top}))
            .collect();
        let row = json!({
            "template_id": format!("{:016x}", template.id),
            "template": template.text,
            "count": sighting.count,
            "first": sighting.first.map(|t| time(Some(t))),
            "last": sighting.last.map(|t| time(Some(t))),
            "example": sighting.example,
            "slots": slots,
        });
        writeln!(out, "{row}")?;
    }
    Ok(())
}

fn time(unix_nano: Option<i64>) -> String {
    unix_nano
        .and_then(|nanos| jiff::Timestamp::from_second(nanos.div_euclid(1_000_000_000)).ok())
        .map_or_else(|| "-".to_owned(), |time| time.to_string())
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
