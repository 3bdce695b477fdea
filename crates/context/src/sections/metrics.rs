//! Series whose level changed, a row each.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use decant_model::MetricShift;
use serde_json::{Map, Value, json};

use super::{Part, View, by_weight, heading, put, raise, weight};
use crate::handles::Kind;
use crate::plan::Offer;
use crate::selection::List;
use crate::source::Source;
use crate::{figures, quote};

/// Attributes named of a series.
const ATTRIBUTES: usize = 6;

pub(super) fn offers(source: &Source<'_>) -> Vec<Offer> {
    let mut alike: HashMap<(&str, &str), i32> = HashMap::new();
    let mut services: HashMap<&str, i32> = HashMap::new();
    let shifts = by_weight(source, List::MetricShifts, &source.findings.metric_shifts, |m| (m.significance, m.id));
    shifts
        .into_iter()
        .map(|(index, shift)| {
            let series = alike.entry((&shift.service, &shift.metric)).or_default();
            let service = services.entry(&shift.service).or_default();
            let own = 0.5 * weight(shift.significance) * 0.7_f64.powi(*series) * 0.93_f64.powi(*service);
            (*series, *service) = (*series + 1, *service + 1);
            let attributes: usize = shift.attributes.iter().take(ATTRIBUTES).map(|(k, v)| k.len() + v.len() + 3).sum();
            let bytes = 60 + shift.service.len() + shift.metric.len() + attributes;
            raise(List::MetricShifts, index, own.max(source.support(Kind::MetricShift, shift.id)), bytes)
        })
        .collect()
}

pub(super) fn text(view: View<'_>, out: &mut String) {
    let mut started = false;
    let title = if view.is_late == Some(true) {
        "new metric shifts"
    } else if view.part == Part::Rest {
        "more metric shifts (weaker evidence about a suspect, or none)"
    } else if view.source.is_split {
        "metric shifts (was: median before T0; where it went; begin)"
    } else {
        "metric shifts (median before > after T0, farthest value, begin)"
    };
    for (index, _) in view.steady(List::MetricShifts, |index| place(view.source, index)) {
        let Some(shift) = view.source.findings.metric_shifts.get(index) else { continue };
        heading(out, &mut started, title);
        row(view, shift, out);
    }
}

/// What speaks for the first suspect first, then its other series, then service by service.
fn place<'a>(source: &'a Source<'_>, index: usize) -> (bool, bool, &'a str, &'a str, u64) {
    let shift = source.findings.metric_shifts.get(index);
    shift.map_or((true, true, "", "", 0), |m| {
        let uncited = source.is_uncited(Kind::MetricShift, m.id);
        (uncited, !source.is_first(&m.service), m.service.as_str(), m.metric.as_str(), m.id)
    })
}

/// What moves, by handle; how many are told.
pub(super) fn after(view: View<'_>, told: &HashSet<(List, usize)>, out: &mut String) -> usize {
    let mut line = super::Line::new("medians");
    for (index, _) in view.steady(List::MetricShifts, |index| place(view.source, index)) {
        let Some(shift) = view.source.findings.metric_shifts.get(index) else { continue };
        let is_told = told.contains(&(List::MetricShifts, index)) && !view.source.is_gone(List::MetricShifts, index);
        let Some(after) = shift.after.filter(|_| is_told) else { continue };
        let mut told = figures::after(shift.before, after, figures::figure);
        // A value far beyond the median is told too; room is left for it, so that what fits does not hang on how far.
        let from = shift.before.unwrap_or(after);
        let is_told = |peak: &f64| !view.selection.omissions || (peak - from).abs() > 1.5 * (after - from).abs();
        if let Some(peak) = shift.peak.filter(is_told) {
            let _infallible = write!(told, " (farthest {})", figures::figure(figures::rounded(peak, 2)));
        }
        line.push(&view.source.handle(Kind::MetricShift, shift.id), &told);
    }
    line.end(out)
}

fn row(view: View<'_>, shift: &MetricShift, out: &mut String) {
    let source = view.source;
    let _infallible = write!(out, "[{}] {}", source.handle(Kind::MetricShift, shift.id), quote::inline(&shift.service));
    if let Some(component) = &shift.component {
        let _infallible = write!(out, " {}", quote::inline(component));
    }
    let _infallible = write!(out, " {}", quote::inline(&shift.metric));
    if !shift.attributes.is_empty() {
        let named: Vec<String> = shift
            .attributes
            .iter()
            .take(ATTRIBUTES)
            .map(|(key, value)| format!("{}={}", quote::inline(key), quote::inline(value)))
            .collect();
        let more = shift.attributes.len() - named.len();
        let more = if more > 0 { format!(" +{more}") } else { String::new() };
        let _infallible = write!(out, " {{{}{more}}}", named.join(" "));
    }
    if view.is_split() {
        match shift.before {
            Some(before) => {
                let _infallible = write!(out, ": was {}", figures::before(before, figures::figure));
            }
            None => out.push_str(": was unknown"),
        }
    } else {
        let _infallible = write!(out, ": {}", figures::change(shift.before, shift.after, figures::figure));
    }
    if !shift.unit.is_empty() && shift.unit != "1" {
        let _infallible = write!(out, " {}", quote::inline(&shift.unit));
    }
    if view.is_split() {
        if let (Some(before), Some(after)) = (shift.before, source.level(shift)) {
            out.push_str(match after.total_cmp(&before) {
                Ordering::Less => ", down",
                Ordering::Greater => ", up",
                Ordering::Equal if shift.peak.is_some_and(|peak| peak != after) => ", only its farthest value",
                Ordering::Equal => "",
            });
        }
    } else if let Some(peak) = shift.peak {
        let _infallible = write!(out, ", farthest {}", figures::figure(peak));
    }
    if let Some(onset) = shift.onset_unix_nano {
        let _infallible = write!(out, ", from {}", source.relative(onset));
    }
    out.push('\n');
}

pub(super) fn json(view: View<'_>) -> Vec<Value> {
    view.shown(List::MetricShifts)
        .filter_map(|(index, _)| {
            let shift = view.source.findings.metric_shifts.get(index)?;
            let mut attributes = Map::new();
            for (key, value) in shift.attributes.iter().take(ATTRIBUTES) {
                attributes.insert(quote::json(key, 100), quote::json(value, 160).into());
            }
            let mut fields = Map::new();
            fields.insert("handle".to_owned(), view.source.handle(Kind::MetricShift, shift.id).into());
            fields.insert("service".to_owned(), quote::json(&shift.service, 200).into());
            put(&mut fields, "component", json!(shift.component.as_ref().map(|name| quote::json(name, 200))));
            fields.insert("metric".to_owned(), quote::json(&shift.metric, 200).into());
            fields.insert("unit".to_owned(), quote::json(&shift.unit, 40).into());
            fields.insert("attributes".to_owned(), attributes.into());
            put(&mut fields, "before", shift.before.map_or(Value::Null, figures::number));
            put(&mut fields, "after", shift.after.map_or(Value::Null, figures::number));
            put(&mut fields, "peak", shift.peak.map_or(Value::Null, figures::number));
            put(&mut fields, "onset", json!(shift.onset_unix_nano.map(figures::rfc3339)));
            fields.insert("significance".to_owned(), figures::number(shift.significance));
            Some(Value::Object(fields))
        })
        .collect()
}
