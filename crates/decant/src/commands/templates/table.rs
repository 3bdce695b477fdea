//! Templates for people (a table, the most frequent first) and for programs (JSON).

use std::collections::HashMap;
use std::io::{self, Write};

use decant_engine::Dictionary;
use decant_model::{Batch, Rows};
use serde_json::json;

/// Longest example shown in the table, in characters.
const EXAMPLE_CHARS: usize = 160;
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

pub(super) fn write_table(dictionary: &Dictionary, seen: &Seen, out: &mut impl Write) -> io::Result<()> {
    let rows = seen.by_template(dictionary);
    let total: u64 = rows.iter().map(|(_, s)| s.count).sum();
    writeln!(out, "{:>10} {:>6}  {:<20} {:<20} template", "count", "share", "first", "last")?;
    for (template, sighting) in &rows {
        let share = 100.0 * sighting.count as f64 / total.max(1) as f64;
        let (first, last) = (time(sighting.first), time(sighting.last));
        writeln!(out, "{:>10} {share:>5.1}%  {first:<20} {last:<20} {}", sighting.count, one_line(&template.text))?;
        if sighting.example != template.text {
            let example: String = one_line(&sighting.example).chars().take(EXAMPLE_CHARS).collect();
            writeln!(out, "{:>59} e.g. {example}", "")?;
        }
    }
    writeln!(out, "{total:>10} records, {} templates", rows.len())
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
