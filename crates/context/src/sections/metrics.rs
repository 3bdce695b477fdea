//! Series whose level changed, a row each.

use std::collections::HashMap;
use std::fmt::Write as _;

use decant_model::MetricShift;
use serde_json::{Map, Value, json};

use super::{View, heading, put, raise, weight};
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
    let shifts = source.findings.metric_shifts.iter().enumerate();
    shifts
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
    for (index, _) in view.shown(List::MetricShifts) {
        let Some(shift) = view.source.findings.metric_shifts.get(index) else { continue };
        heading(out, &mut started, "metric shifts (median before > after T0, farthest value, begin)");
        row(view.source, shift, out);
    }
}

fn row(source: &Source<'_>, shift: &MetricShift, out: &mut String) {
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
    let _infallible = write!(out, ": {}", figures::change(shift.before, shift.after, figures::figure));
    if !shift.unit.is_empty() && shift.unit != "1" {
        let _infallible = write!(out, " {}", quote::inline(&shift.unit));
    }
    if let Some(peak) = shift.peak {
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
