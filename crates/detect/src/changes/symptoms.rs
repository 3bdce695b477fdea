//! Words of what went wrong, less those of an ordinary day.

use std::collections::{BTreeMap, BTreeSet};

use decant_model::{LogPattern, MetricShift, Novelty, SpanEdge};

use super::words::{parts, stems, words};
use crate::findings::Told;

/// What went wrong, for a change to be compared with.
#[derive(Clone, Debug, Default)]
pub(super) struct Symptoms {
    /// Stems, each with how surely it belongs to what went wrong, and as it was written.
    pub(super) words: BTreeMap<String, (f64, String)>,
    /// Texts of the errors that came, as they were written.
    pub(super) errors: Vec<String>,
    /// Documents of an ordinary day in which a word stands.
    pub(super) ordinary: BTreeMap<String, f64>,
    pub(super) documents: f64,
}

/// Patterns and shifts that are read.
const MAX_READ: usize = 20;
/// How surely a word belongs to what went wrong, by where it stands.
const IN_ERROR: f64 = 1.0;
/// What an error puts in quotes is the very thing that it is about.
const IN_QUOTES: f64 = 2.0;
const IN_METRIC: f64 = 0.8;
const IN_RECORD: f64 = 0.6;
/// Records of this long before an onset may belong to it: an onset is known to half a minute or so.
const SLACK_NS: i64 = 60 * 1_000_000_000;

/// Whether a pattern came with an incident that began at `onset`.
pub(super) fn is_news(pattern: &LogPattern, onset: Option<i64>) -> bool {
    let is_late = onset.zip(pattern.first_unix_nano).is_some_and(|(onset, first)| first + SLACK_NS >= onset);
    matches!(pattern.novelty, Novelty::New | Novelty::Rising) || (is_late && pattern.severity.is_error())
}

/// The record of a pattern, whole.
pub(super) fn text(pattern: &LogPattern) -> &str {
    pattern.examples.first().map_or(pattern.template.as_str(), |e| e.text.as_str())
}

pub(super) fn of(told: &Told<'_>, patterns: &[LogPattern], shifts: &[MetricShift], edges: &[SpanEdge]) -> Symptoms {
    let onset = told.incident.map(|(from, _)| from);
    let mut symptoms = Symptoms::default();
    let shifted: BTreeSet<(&str, &str)> = shifts.iter().map(|s| (s.service.as_str(), s.metric.as_str())).collect();
    let material = told.material;
    // A metric that is as ever somewhere says by its name nothing of what is wrong here.
    let mut calm: BTreeSet<&str> = BTreeSet::new();
    for series in material.live.series.values() {
        let (service, metric) = (material.name(series.service), material.name(series.metric));
        if !shifted.contains(&(service, metric)) {
            calm.insert(metric);
        }
    }
    calm.iter().for_each(|metric| symptoms.add_ordinary(metric));
    for pattern in patterns.iter().filter(|p| !is_news(p, onset) && p.novelty == Novelty::Steady) {
        symptoms.add_ordinary(text(pattern));
    }
    for pattern in patterns.iter().filter(|p| is_news(p, onset) || p.novelty == Novelty::Vanished).take(MAX_READ) {
        let is_error = pattern.severity.is_error();
        if is_error {
            symptoms.add_error(text(pattern));
        } else {
            symptoms.add(&said(text(pattern)), IN_RECORD);
        }
    }
    for shift in shifts.iter().take(MAX_READ) {
        symptoms.add(&shift.metric, IN_METRIC);
    }
    for edge in edges.iter().filter(|e| e.what == "errors").take(MAX_READ) {
        symptoms.add(&edge.operation, IN_METRIC);
    }
    for note in told.notes().into_iter().take(MAX_READ) {
        symptoms.add_error(note);
    }
    // Whose it is is another question.
    for service in material.live.services.values() {
        for word in words(material.name(service.name)) {
            symptoms.words.remove(&word);
        }
    }
    symptoms
}

/// A record without the keys of its attributes: conventions, not news.
fn said(text: &str) -> String {
    let value = |token: &str| match token.split_once('=') {
        Some((key, value)) if !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || "._-".contains(c)) => {
            value.to_owned()
        }
        _ => token.to_owned(),
    };
    text.split_whitespace().map(value).collect::<Vec<_>>().join(" ")
}

/// Whether what stands in quotes is a name and no sentence.
fn is_name(quoted: &str) -> bool {
    !quoted.is_empty() && quoted.len() <= 64 && !quoted.contains(char::is_whitespace)
}

impl Symptoms {
    fn add(&mut self, text: &str, weight: f64) {
        for part in parts(text) {
            for stem in stems(&part) {
                let known = self.words.entry(stem).or_insert_with(|| (0.0, part.clone()));
                known.0 = known.0.max(weight);
            }
        }
    }

    fn add_error(&mut self, text: &str) {
        self.add(&said(text), IN_ERROR);
        for mark in ['\'', '"', '`'] {
            // Every second part stands between two marks.
            for quoted in text.split(mark).skip(1).step_by(2).filter(|q| is_name(q)) {
                self.add(quoted, IN_QUOTES);
            }
        }
        self.errors.push(text.to_owned());
    }

    fn add_ordinary(&mut self, text: &str) {
        self.documents += 1.0;
        for word in words(text) {
            *self.ordinary.entry(word).or_default() += 1.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_attributes_are_not_said() {
        assert_eq!(said("call failed http.status_code=503 table=orders a == b"), "call failed 503 orders a == b");
    }

    #[test]
    fn what_an_error_quotes_weighs_more() {
        let mut symptoms = Symptoms::default();
        symptoms.add_error("missing required field 'meta', it's gone");
        assert_eq!(symptoms.words.get("meta").map(|w| w.0), Some(IN_QUOTES));
        assert_eq!(symptoms.words.get("requir").map(|w| w.0), Some(IN_ERROR));
    }
}
