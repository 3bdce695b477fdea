//! Log patterns: what is said, by whom, how often before and after.
//!
//! Level 1 is the numbers and the template, with the values of slots that never vary; 2 adds the first record verbatim
//! (unless it is the template), 3 what stood in the slots that vary little, 4 the second record.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use decant_model::{LogExample, LogPattern, Novelty, Severity, SlotSummary, Verdict};
use serde_json::{Map, Value, json};

use super::{Part, View, by_weight, grade, heading, put, raise, weight};
use crate::handles::Kind;
use crate::plan::Offer;
use crate::selection::List;
use crate::source::{Capture, Source};
use crate::{figures, quote};

const TEMPLATE_CHARS: usize = 500;
const EXAMPLE_CHARS: usize = 900;
const EXAMPLE_LINES: usize = 12;
/// Slots described, and values named of each.
const SLOTS: usize = 8;
const VALUES: usize = 3;

pub(super) fn offers(source: &Source<'_>) -> Vec<Offer> {
    let mut alike: HashMap<(&str, bool), i32> = HashMap::new();
    let mut templates: HashMap<u64, i32> = HashMap::new();
    let mut offers = Vec::new();
    for (index, pattern) in
        by_weight(source, List::LogPatterns, &source.findings.log_patterns, |p| (p.significance, p.id))
    {
        // What a healthy system says all day is counted; it would only fill the budget.
        if source.is_well() && pattern.severity < Severity::WARN && grade(pattern.significance) == 0 {
            continue;
        }
        let novelty = match pattern.novelty {
            Novelty::New | Novelty::Vanished => 1.0,
            Novelty::Rising | Novelty::Falling | Novelty::Unknown => 0.8,
            Novelty::Steady => 0.2,
        };
        let severity = if pattern.severity.is_error() { 1.0 } else { 0.8 };
        // The tenth pattern of a service, or the tenth service that says the same, tells less than the first.
        let service = alike.entry((&pattern.service, pattern.severity.is_error())).or_default();
        let template = templates.entry(pattern.template_id).or_default();
        let diminished = 0.93_f64.powi(*service) * 0.8_f64.powi(*template);
        (*service, *template) = (*service + 1, *template + 1);
        let own = 0.5 * weight(pattern.significance) * novelty * severity * diminished;
        let mut strength = own.max(source.support(Kind::LogPattern, pattern.id));
        if source.capture == Capture::Log && said_by_excerpts(source, pattern) {
            strength *= 0.02;
        }
        let template = filled(pattern, source.held_count(pattern)).len().min(TEMPLATE_CHARS);
        offers.push(raise(List::LogPatterns, index, strength, 90 + pattern.service.len() + template));
        if source.is_well() {
            continue;
        }
        let text = |example: &LogExample| 10 + example.text.len().min(EXAMPLE_CHARS);
        let example = examples(source, pattern, 2).first().map_or(0, |example| text(example));
        // An error's own words tell more than its template; of an ordinary line the template is nearly all.
        let own_words = if pattern.severity.is_error() { 0.5 } else { 0.25 };
        offers.push(raise(List::LogPatterns, index, strength * own_words, example));
        let slots: usize = telling(pattern).take(SLOTS).map(|slot| 20 + 15 * slot.top.len().min(VALUES)).sum();
        offers.push(raise(List::LogPatterns, index, strength * 0.2, slots));
        // The last record is another one with every revision.
        if let Some(second) = shown_examples(pattern).nth(1).filter(|_| !source.is_split) {
            offers.push(raise(List::LogPatterns, index, strength * 0.15, text(second)));
        }
    }
    offers
}

/// Whether excerpts show this pattern already.
fn said_by_excerpts(source: &Source<'_>, pattern: &LogPattern) -> bool {
    source.is_excerpted(&pattern.template) || pattern.examples.iter().any(|example| source.is_excerpted(&example.text))
}

/// Records that say more than the template.
fn shown_examples(pattern: &LogPattern) -> impl Iterator<Item = &LogExample> {
    let template = filled(pattern, None);
    pattern.examples.iter().filter(move |example| example.text.trim() != template.trim())
}

/// A flagged record comes with the head: a mark without its text, or a text without its mark, would mislead.
fn examples_at(pattern: &LogPattern, level: u8) -> usize {
    let flagged = pattern.examples.iter().rposition(|example| example.flagged).map_or(0, |last| last + 1);
    flagged.max(usize::from(level >= 2) + usize::from(level >= 4))
}

/// Those that text shows: where revisions follow, the first record unless the template says as much, and flagged ones.
fn examples<'a>(source: &Source<'_>, pattern: &'a LogPattern, level: u8) -> Vec<&'a LogExample> {
    if !source.is_split {
        return shown_examples(pattern).take(examples_at(pattern, level)).collect();
    }
    let template = filled(pattern, source.held_count(pattern));
    let of_level = pattern.examples.iter().take(examples_at(pattern, level)).enumerate();
    let shown = of_level.filter(|(place, e)| e.flagged || (*place == 0 && e.text.trim() != template.trim()));
    shown.map(|(_, example)| example).collect()
}

pub(super) fn text(view: View<'_>, out: &mut String) {
    let mut started = false;
    let title = if view.is_late == Some(true) {
        "new log patterns"
    } else if view.part == Part::Rest {
        "more log patterns (weaker evidence about a suspect, or none)"
    } else if view.source.is_split {
        "log patterns (was: records/min before T0; | template, time| record)"
    } else if !view.source.has_times {
        "log patterns (x records; | template, #line| record)"
    } else if view.source.findings.verdict == Verdict::NoIncident {
        "log patterns that make no incident (records/min, first seen; | template, time| record)"
    } else {
        "log patterns (records/min before > after T0; | template, time| record)"
    };
    for (index, level) in view.steady(List::LogPatterns, |index| place(view.source, index)) {
        let Some(pattern) = view.source.findings.log_patterns.get(index) else { continue };
        heading(out, &mut started, title);
        numbers(view, pattern, out);
        let flagged = pattern.examples.iter().any(|example| example.flagged);
        quote::lines(out, "", &filled(pattern, view.source.held_count(pattern)), flagged, (4, TEMPLATE_CHARS));
        // Which values are the commonest changes with every record.
        if level >= 3 && !view.source.is_held() {
            slots(pattern, view.source.is_split, out);
        }
        for example in examples(view.source, pattern, level) {
            let at = match example.time_unix_nano {
                Some(time) if view.source.has_times => view.source.relative(time),
                _ => format!("#{}", example.ordinal),
            };
            quote::lines(out, &at, &example.text, example.flagged, (EXAMPLE_LINES, EXAMPLE_CHARS));
        }
    }
}

/// What speaks for the first suspect first, then errors, then by how it changed and since when: what a revision adds comes
/// last of its kind.
fn place(source: &Source<'_>, index: usize) -> (bool, bool, Novelty, Option<i64>, u64) {
    let pattern = source.findings.log_patterns.get(index);
    pattern.map_or((true, true, Novelty::Unknown, None, 0), |p| {
        (
            source.is_uncited(Kind::LogPattern, p.id),
            !p.severity.is_error(),
            p.novelty,
            p.first_unix_nano.or(p.last_unix_nano),
            p.id,
        )
    })
}

/// What moves, by handle; how many are told.
pub(super) fn after(view: View<'_>, told: &HashSet<(List, usize)>, out: &mut String) -> usize {
    let mut line = super::Line::new("records/min");
    for (index, _) in view.steady(List::LogPatterns, |index| place(view.source, index)) {
        let Some(pattern) = view.source.findings.log_patterns.get(index) else { continue };
        if !told.contains(&(List::LogPatterns, index)) || view.source.is_gone(List::LogPatterns, index) {
            continue;
        }
        let handle = view.source.handle(Kind::LogPattern, pattern.id);
        match pattern.after_per_min {
            Some(rate) => line.push(&handle, &figures::after(pattern.before_per_min, rate, figures::figure)),
            None => line.push(&handle, &format!("x{}", pattern.count)),
        }
    }
    line.end(out)
}

fn numbers(view: View<'_>, pattern: &LogPattern, out: &mut String) {
    let source = view.source;
    let _infallible = write!(out, "[{}]", source.handle(Kind::LogPattern, pattern.id));
    if !pattern.service.is_empty() && source.has_times {
        let _infallible = write!(out, " {}", quote::inline(&pattern.service));
    }
    for word in [pattern.severity.as_str(), novelty(pattern.novelty)] {
        if !word.is_empty() {
            let _infallible = write!(out, " {word}");
        }
    }
    // Records without times were neither before nor after.
    let is_dated = source.has_times && pattern.first_unix_nano.or(pattern.last_unix_nano).is_some();
    if view.is_split() {
        if let Some(before) = pattern.before_per_min.filter(|_| is_dated && pattern.novelty != Novelty::New) {
            let _infallible = write!(out, ", was {}", figures::before(before, figures::figure));
        }
    } else if let (true, Verdict::NoIncident, None, Some(rate)) =
        (is_dated, source.findings.verdict, pattern.before_per_min, pattern.after_per_min)
    {
        // No moment tells before from after.
        let _infallible = write!(out, " {}", figures::figure(figures::rounded(rate, 2)));
    } else if is_dated && (pattern.before_per_min.is_some() || pattern.after_per_min.is_some()) {
        let rates = figures::change(pattern.before_per_min, pattern.after_per_min, figures::figure);
        let _infallible = write!(out, " {rates}");
    } else {
        let _infallible = write!(out, " x{}", pattern.count);
    }
    if !source.has_times {
        out.push('\n');
        return;
    }
    if let Some(first) = pattern.first_unix_nano.filter(|_| pattern.novelty != Novelty::Vanished) {
        let comma = if view.is_split() { "," } else { "" };
        let _infallible = write!(out, "{comma} from {}", source.relative(first));
    }
    if let Some(last) = pattern.last_unix_nano.filter(|_| pattern.novelty == Novelty::Vanished) {
        let _infallible = write!(out, " last {}", source.relative(last));
    }
    out.push('\n');
}

/// `unknown` says nothing in a table whose numbers say it.
fn novelty(novelty: Novelty) -> &'static str {
    if novelty == Novelty::Unknown { "" } else { novelty.as_str() }
}

/// Records after which a slot that had one value is taken to have no other, where an answer holds what it said.
const CONSTANT_AFTER: u64 = 10;

/// The template with the values of those slots that have one only; of one that was held after few records with none.
fn filled(pattern: &LogPattern, held_count: Option<u64>) -> Cow<'_, str> {
    let is_sure = held_count.is_none_or(|count| count >= CONSTANT_AFTER);
    let is_constant = |slot: &SlotSummary| slot.distinct == 1 && is_sure;
    if !pattern.slots.iter().any(is_constant) {
        return Cow::Borrowed(&pattern.template);
    }
    let mut out = String::with_capacity(pattern.template.len() + 16);
    let mut rest = pattern.template.as_str();
    for slot in &pattern.slots {
        let typed = format!("<{}>", slot.kind);
        let Some((before, after)) = rest.split_once(typed.as_str()) else { break };
        out.push_str(before);
        match slot.top.first() {
            Some((value, _)) if is_constant(slot) => out.push_str(value),
            _ => out.push_str(&typed),
        }
        rest = after;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Records that the slots speak of, which may be more than those in scope.
fn records(pattern: &LogPattern) -> u64 {
    let tops = |slot: &SlotSummary| slot.top.iter().fold(0_u64, |sum, (_, count)| sum.saturating_add(*count));
    let seen = pattern.slots.iter().map(tops).max();
    seen.unwrap_or_default().max(1)
}

/// Slots whose values are worth a look.
fn telling(pattern: &LogPattern) -> impl Iterator<Item = &SlotSummary> {
    let records = records(pattern);
    pattern.slots.iter().filter(move |slot| is_telling(slot, records))
}

/// Several values, and not a new one nearly every time.
fn is_telling(slot: &SlotSummary, records: u64) -> bool {
    let top = slot.top.first().map_or(0.0, |(_, count)| *count as f64 / records as f64);
    slot.distinct > 1 && (top >= 0.25 || slot.distinct <= VALUES as u64) && records / 2 >= slot.distinct
}

/// What stood in slots; shares move with every record, so where revisions follow the values stand alone.
fn slots(pattern: &LogPattern, is_split: bool, out: &mut String) {
    let records = records(pattern) as f64;
    let described: Vec<String> = telling(pattern)
        .take(SLOTS)
        .map(|slot| {
            // One digit: shares drift with every record. Of several values none is all.
            let share = |count: u64| figures::percent(figures::rounded(count as f64 / records, 1).min(0.99));
            let values: Vec<String> = slot
                .top
                .iter()
                .take(VALUES)
                .map(|(value, count)| format!("{} {}", quote::inline(value), share(*count)))
                .collect();
            if is_split {
                let mut values: Vec<_> = slot.top.iter().take(VALUES).map(|(value, _)| quote::inline(value)).collect();
                values.sort_unstable();
                let more = if slot.distinct > values.len() as u64 { " and others" } else { "" };
                return format!("{} {}{more}", quote::inline(&slot.kind), values.join(", "));
            }
            let more = slot.distinct.saturating_sub(values.len() as u64);
            let more = if more > 0 { format!(" +{more} other") } else { String::new() };
            format!("{} {}{more}", quote::inline(&slot.kind), values.join(", "))
        })
        .collect();
    if !described.is_empty() {
        let more = telling(pattern).count().saturating_sub(SLOTS);
        let more = if more > 0 { format!("; +{more} slots") } else { String::new() };
        let _infallible = writeln!(out, "  slots: {}{more}", described.join("; "));
    }
}

pub(super) fn json(view: View<'_>) -> Vec<Value> {
    view.shown(List::LogPatterns)
        .filter_map(|(index, level)| {
            let pattern = view.source.findings.log_patterns.get(index)?;
            let mut fields = Map::new();
            fields.insert("handle".to_owned(), view.source.handle(Kind::LogPattern, pattern.id).into());
            fields.insert("template_id".to_owned(), format!("{:016x}", pattern.template_id).into());
            fields.insert("template".to_owned(), quote::json(&pattern.template, TEMPLATE_CHARS).into());
            fields.insert("service".to_owned(), quote::json(&pattern.service, 200).into());
            fields.insert("severity".to_owned(), pattern.severity.as_str().into());
            fields.insert("count".to_owned(), pattern.count.into());
            put(&mut fields, "before_per_min", pattern.before_per_min.map_or(Value::Null, figures::number));
            put(&mut fields, "after_per_min", pattern.after_per_min.map_or(Value::Null, figures::number));
            put(&mut fields, "first", json!(pattern.first_unix_nano.map(figures::rfc3339)));
            put(&mut fields, "last", json!(pattern.last_unix_nano.map(figures::rfc3339)));
            fields.insert("novelty".to_owned(), pattern.novelty.as_str().into());
            fields.insert("significance".to_owned(), figures::number(pattern.significance));
            let examples: Vec<Value> = pattern.examples.iter().take(examples_at(pattern, level)).map(example).collect();
            fields.insert("examples".to_owned(), examples.into());
            let records = records(pattern);
            let slots: Vec<Value> = match level {
                0..3 => Vec::new(),
                _ => pattern.slots.iter().take(SLOTS).map(|item| slot(item, records)).collect(),
            };
            fields.insert("slots".to_owned(), slots.into());
            Some(Value::Object(fields))
        })
        .collect()
}

/// Records of patterns that are not shown.
pub(super) fn records_omitted(view: View<'_>) -> u64 {
    let levels = &view.selection.chosen(List::LogPatterns).levels;
    let patterns = view.source.findings.log_patterns.iter().enumerate();
    let hidden = patterns.filter(|(index, _)| levels.get(*index).is_none_or(|level| *level == 0));
    hidden.fold(0, |sum, (_, pattern)| sum.saturating_add(pattern.count))
}

fn example(example: &LogExample) -> Value {
    let mut fields = Map::new();
    put(&mut fields, "at", json!(example.time_unix_nano.map(figures::rfc3339)));
    fields.insert("source".to_owned(), quote::json(&example.source, 300).into());
    fields.insert("ordinal".to_owned(), example.ordinal.into());
    fields.insert("text".to_owned(), quote::json(&example.text, EXAMPLE_CHARS * 2).into());
    if example.flagged {
        fields.insert("flagged".to_owned(), true.into());
    }
    Value::Object(fields)
}

/// Values of a slot only where they tell something.
fn slot(slot: &SlotSummary, records: u64) -> Value {
    let shown = if slot.distinct == 1 || is_telling(slot, records) { VALUES } else { 0 };
    let top: Vec<Value> = slot
        .top
        .iter()
        .take(shown)
        .map(|(value, count)| json!({"value": quote::json(value, 160), "count": count}))
        .collect();
    json!({"kind": quote::json(&slot.kind, 60), "distinct": slot.distinct, "top": top})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(kind: &str, distinct: u64, top: &[(&str, u64)]) -> SlotSummary {
        let top = top.iter().map(|(value, count)| ((*value).to_owned(), *count)).collect();
        SlotSummary { kind: kind.to_owned(), distinct, top }
    }

    #[test]
    fn values_that_never_vary_stand_in_the_template() {
        let check = |template: &str, slots: &[SlotSummary], expected: &str| {
            let pattern = LogPattern { template: template.to_owned(), slots: slots.to_vec(), ..LogPattern::default() };
            assert_eq!(filled(&pattern, None), expected);
        };
        let (line, port) = (slot("num", 1, &[("37", 90)]), slot("num", 9, &[("80", 12)]));
        check("a.rs#<num> port <num>", &[line.clone(), port.clone()], "a.rs#37 port <num>");
        check("port <num> a.rs#<num>", &[port.clone(), line.clone()], "port <num> a.rs#37");
        check("no slots", &[], "no slots");
        check("other kinds <ip>", &[line], "other kinds <ip>");
    }

    #[test]
    fn slots_that_vary_with_every_record_tell_nothing() {
        let check = |slot: SlotSummary, expected: bool| assert_eq!(is_telling(&slot, 100), expected, "{slot:?}");
        check(slot("hex", 98, &[("af", 2), ("be", 1)]), false);
        check(slot("num", 1, &[("37", 100)]), false);
        check(slot("num", 2, &[("200", 60), ("503", 40)]), true);
        check(slot("host", 30, &[("a", 55), ("b", 2)]), true);
        check(slot("host", 30, &[("a", 9), ("b", 8)]), false);
    }

    #[test]
    fn counts_at_their_limit_do_no_harm() {
        let slots = vec![slot("num", 2, &[("1", u64::MAX), ("2", u64::MAX)])];
        assert_eq!(records(&LogPattern { slots, ..LogPattern::default() }), u64::MAX);
    }
}
