//! How services stood chaos experiments; only when some were seen.

use std::fmt::Write as _;

use decant_model::{Experiment, Resilience};
use serde_json::{Map, Value, json};

use super::{View, heading, put, raise};
use crate::handles::Kind;
use crate::plan::Offer;
use crate::selection::List;
use crate::source::Source;
use crate::{figures, quote};

/// Experiments named, the newest. Level 2 names all that there are, in the JSON form: one item that grows without end would
/// fit no small budget.
const NAMED: usize = 4;

pub(super) fn offers(source: &Source<'_>) -> Vec<Offer> {
    let services = source.findings.resilience.iter().enumerate();
    services
        .flat_map(|(index, of)| {
            // What broke says more than what held.
            let strength = (1.0 - of.score).clamp(0.1, 1.0);
            let named = of.experiments.len().min(NAMED);
            let head = raise(List::Resilience, index, strength, 60 + 70 * named);
            let others = of.experiments.len() - named;
            let rest = (others > 0).then(|| raise(List::Resilience, index, strength * 0.2, 70 * others));
            std::iter::once(head).chain(rest)
        })
        .collect()
}

pub(super) fn text(view: View<'_>, out: &mut String) {
    let mut started = false;
    for (index, _) in view.ranked(List::Resilience) {
        let Some(of) = view.source.findings.resilience.get(index) else { continue };
        heading(out, &mut started, "chaos experiments (chance to stand the next one, by those seen)");
        let score = figures::probability(of.score);
        let _infallible = write!(out, "- {} {score}, newest {} s ago", quote::inline(&of.service), of.age_s);
        for experiment in of.experiments.iter().take(NAMED) {
            let _infallible = write!(out, "; [{}] {}", handle(view, experiment), quote::inline(&experiment.fault));
            let _infallible =
                write!(out, " {}: {}", view.source.relative(experiment.at_unix_nano), experiment.survival.as_str());
            if let Some(sick_s) = experiment.sick_s {
                let _infallible = write!(out, ", sick for {sick_s} s");
            }
        }
        let more = total(of).saturating_sub(NAMED as u64);
        if more > 0 {
            let _infallible = write!(out, "; and {more} more");
        }
        out.push('\n');
    }
}

pub(super) fn json(view: View<'_>) -> Vec<Value> {
    view.ranked(List::Resilience)
        .filter_map(|(index, level)| {
            let of = view.source.findings.resilience.get(index)?;
            let most = if level >= 2 { usize::MAX } else { NAMED };
            Some(json!({
                "service": quote::json(&of.service, 200),
                "score": figures::number(of.score),
                "age_s": of.age_s,
                "experiments": of.experiments.iter().take(most).map(|e| experiment(view, e)).collect::<Vec<_>>(),
                "experiments_total": total(of),
            }))
        })
        .collect()
}

/// No fewer than are listed.
fn total(of: &Resilience) -> u64 {
    of.experiments_total.max(of.experiments.len() as u64)
}

fn handle(view: View<'_>, experiment: &Experiment) -> String {
    view.source.handle(Kind::Change, experiment.id)
}

fn experiment(view: View<'_>, experiment: &Experiment) -> Value {
    let mut fields = Map::new();
    fields.insert("handle".to_owned(), handle(view, experiment).into());
    fields.insert("at".to_owned(), figures::rfc3339(experiment.at_unix_nano).into());
    put(&mut fields, "ended", json!(experiment.ended_unix_nano.map(figures::rfc3339)));
    fields.insert("fault".to_owned(), quote::json(&experiment.fault, 200).into());
    fields.insert("survival".to_owned(), experiment.survival.as_str().into());
    put(&mut fields, "sick_s", json!(experiment.sick_s));
    let incident = experiment.incident.map(|id| view.source.handle(Kind::Incident, id));
    put(&mut fields, "incident", json!(incident));
    Value::Object(fields)
}
