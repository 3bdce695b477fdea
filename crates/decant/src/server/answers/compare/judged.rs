//! The verdict on two windows, of what was tallied in them.
//!
//! Each thing compared says by how many standard errors its service fares worse (errors, durations, silence) or merely
//! differs. A z is measured by what varies from slice to slice within the windows, and stands against what the greatest of
//! so many comparisons reaches by chance in one of twenty: that is what makes a regression.

use std::collections::BTreeMap;

use decant_engine::{Compared, Differing};

use super::tally::{Key, Of, Slice, Tally, Totals};
use super::{SAME_MEAN, Span, figure};

/// Share of a service's records below which it has fallen silent.
const SILENT: f64 = 0.1;
/// Beyond this a z says nothing more.
const MOST_Z: f64 = 100.0;
/// Comparisons of which one may be taken for a regression by chance.
const ONE_IN: f64 = 20.0;

/// A service that differs, with what is told of it by weight.
#[derive(Default)]
struct Found {
    differing: Differing,
    told: Vec<(f64, String)>,
}

/// Boils two windows down to what a verdict needs; `subject` is the changed service, or empty.
pub(super) fn compared(before: (Span, &Tally), after: (Span, &Tally), subject: &str) -> Compared {
    let none = Totals::default();
    let (a, b) = (&before.1.totals, &after.1.totals);
    let mut keys: Vec<&Key> = a.keys().chain(b.keys()).collect();
    keys.sort();
    keys.dedup();
    let enough = (2.0 * (ONE_IN * keys.len().max(1) as f64).ln()).sqrt();
    let mut services: BTreeMap<&str, Found> = BTreeMap::new();
    let mut records: BTreeMap<&str, [Totals; 2]> = BTreeMap::new();
    for key in &keys {
        let (one, two) = (a.get(key).unwrap_or(&none), b.get(key).unwrap_or(&none));
        let minutes = (before.1.minutes(key.signal), after.1.minutes(key.signal));
        let Found { differing, told } = services.entry(&key.service).or_default();
        for Difference { z, is_harm, what } in differences(key, one, two, minutes) {
            let weight = z / enough;
            let place = if is_harm { &mut differing.harm } else { &mut differing.drift };
            *place = place.max(weight);
            told.push((weight + f64::from(u8::from(is_harm)), format!("{} {}: {what}", key.signal.as_str(), key.name)));
        }
        if key.signal.counts() {
            let [all_a, all_b] = records.entry(&key.service).or_default();
            for (all, totals) in [(all_a, one), (all_b, two)] {
                all.slices.iter_mut().zip(totals.slices).for_each(|(slice, other)| slice.rows += other.rows);
            }
        }
    }
    let minutes = (before.0.minutes(), after.0.minutes());
    for (service, [one, two]) in &records {
        let z = count_z(one, two, minutes, |slice| slice.rows);
        let (rate_a, rate_b) = (one.all().rows as f64 / minutes.0, two.all().rows as f64 / minutes.1);
        if rate_b < SILENT * rate_a && z < 0.0 {
            let Found { differing, told } = services.entry(service).or_default();
            differing.harm = differing.harm.max(-z / enough);
            told.push((
                1.0 - z / enough,
                format!("hardly heard any more, {} > {} records a minute", figure(rate_a), figure(rate_b)),
            ));
        }
    }
    let of_subject = |all: &BTreeMap<Key, Totals>| -> u64 {
        all.iter()
            .filter(|(k, _)| subject.is_empty() || k.service == subject)
            .map(|(_, t)| t.all().rows + t.rate_points)
            .sum()
    };
    let heard_s = |(span, tally): (Span, &Tally)| {
        tally
            .heard
            .map_or(0.0, |(first, last)| (last.min(span.to).saturating_sub(first.max(span.from))).max(0) as f64 / 1e9)
    };
    let services = services.into_iter().map(|(service, Found { differing, mut told })| {
        told.sort_by(|x, y| y.0.total_cmp(&x.0).then_with(|| x.1.cmp(&y.1)));
        let evidence = told.into_iter().map(|(_, what)| format!("{service}: {what}")).collect();
        Differing { service: service.to_owned(), evidence, ..differing }
    });
    Compared {
        subject: subject.to_owned(),
        before_s: heard_s(before),
        after_s: heard_s(after),
        before_records: of_subject(a),
        after_records: of_subject(b),
        things: keys.len(),
        services: services.collect(),
    }
}

struct Difference {
    z: f64,
    is_harm: bool,
    what: String,
}

/// What is worse of a thing, and what merely differs; what chance may explain is left out.
fn differences(key: &Key, a: &Totals, b: &Totals, minutes: (f64, f64)) -> Vec<Difference> {
    let mut found = Vec::new();
    let (all_a, all_b) = (a.all(), b.all());
    let per_min = |n: u64, minutes: f64| figure(n as f64 / minutes);
    let mut add = |z: f64, is_harm: bool, what: String| {
        if z >= super::CHANCE {
            found.push(Difference { z, is_harm, what });
        }
    };
    // More calls fail more often: worse is only a greater share of them. A log pattern has no calls, only time.
    let calls = (all_a.rows as f64, all_b.rows as f64);
    let chances = if key.signal == Of::Spans && calls.0 > 0.0 { calls } else { minutes };
    let errors = if chances.1 > 0.0 { count_z(a, b, chances, |slice| slice.errors) } else { 0.0 };
    if key.signal.counts() {
        let what =
            format!("errors {} > {} a minute", per_min(all_a.errors, minutes.0), per_min(all_b.errors, minutes.1));
        add(errors, true, what);
    }
    let rows = count_z(a, b, minutes, |slice| slice.rows).abs();
    if key.signal.counts() {
        let what = format!("records {} > {} a minute", per_min(all_a.rows, minutes.0), per_min(all_b.rows, minutes.1));
        add(rows, false, what);
    }
    if let (Some(before), Some(now)) = (all_a.mean(), all_b.mean()) {
        let moved = now.abs().max(f64::MIN_POSITIVE) / before.abs().max(f64::MIN_POSITIVE);
        if moved.max(1.0 / moved) >= SAME_MEAN {
            let z = mean_z(a, b);
            // Whether a metric should rise or fall is not known here.
            let is_harm = key.signal.unit() == " ms" && z > 0.0;
            let what = format!("mean {} > {}{}", figure(before), figure(now), key.signal.unit());
            add(z.abs(), is_harm, what);
        }
    }
    found
}

/// z of two counts by their chances (minutes or calls), by how they vary from slice to slice where that is more than chance.
fn count_z(a: &Totals, b: &Totals, (minutes_a, minutes_b): (f64, f64), count: fn(&Slice) -> u64) -> f64 {
    let sum = |totals: &Totals| totals.slices.iter().map(count).sum::<u64>() as f64;
    let (n_a, n_b) = (sum(a), sum(b));
    // Slices that were heard; of a window that began late some were not.
    let heard = |totals: &Totals| {
        let counts: Vec<f64> = totals.slices.iter().map(|slice| count(slice) as f64).collect();
        let first = counts.iter().position(|n| *n > 0.0).unwrap_or(0);
        counts.get(first..).unwrap_or_default().to_vec()
    };
    let pearson = |counts: &[f64]| {
        let mean = counts.iter().sum::<f64>() / counts.len().max(1) as f64;
        if mean > 0.0 { counts.iter().map(|n| (n - mean) * (n - mean)).sum::<f64>() / mean } else { 0.0 }
    };
    let (of_a, of_b) = (heard(a), heard(b));
    let freedom = (of_a.len() + of_b.len()).saturating_sub(2).max(1) as f64;
    let dispersion = ((pearson(&of_a) + pearson(&of_b)) / freedom).max(1.0);
    let expected = n_a * minutes_b / minutes_a;
    let spread = (dispersion * (expected * minutes_b / minutes_a + n_b + 1.0)).sqrt();
    (n_b - expected) / spread
}

/// z of two means, by how the means of slices vary (a t statistic as a z).
fn mean_z(a: &Totals, b: &Totals) -> f64 {
    let means = |totals: &Totals| totals.slices.iter().filter_map(Slice::mean).collect::<Vec<f64>>();
    let (of_a, of_b) = (means(a), means(b));
    let freedom = (of_a.len() + of_b.len()) as f64 - 2.0;
    if of_a.is_empty() || of_b.is_empty() || freedom < 1.0 {
        return 0.0;
    }
    let mean = |means: &[f64]| means.iter().sum::<f64>() / means.len() as f64;
    let squares = |means: &[f64], mean: f64| means.iter().map(|m| (m - mean) * (m - mean)).sum::<f64>();
    let (mean_a, mean_b) = (mean(&of_a), mean(&of_b));
    let variance = (squares(&of_a, mean_a) + squares(&of_b, mean_b)) / freedom;
    let error = variance * (1.0 / of_a.len() as f64 + 1.0 / of_b.len() as f64);
    let t2 = (mean_b - mean_a) * (mean_b - mean_a) / error.max(f64::MIN_POSITIVE);
    let z = (freedom * (t2 / freedom).ln_1p()).sqrt().min(MOST_Z);
    if mean_b >= mean_a { z } else { -z }
}

#[cfg(test)]
mod tests {
    use super::super::tally::SLICES;
    use super::*;
    use decant_engine::{Patience, verdict};
    use decant_model::Outcome;

    const HOUR: Span = Span { from: 0, to: 3_600_000_000_000 };

    /// A window with calls of one operation a slice, so many of them failed, so many milliseconds each.
    fn window(calls: [u64; SLICES], errors: u64, ms: f64) -> Tally {
        let mut totals = Totals::default();
        for (slice, rows) in totals.slices.iter_mut().zip(calls) {
            *slice = Slice { rows, errors, values: rows, sum: ms * rows as f64 };
        }
        let key = Key { signal: Of::Spans, service: "cart".to_owned(), name: "add".to_owned() };
        let mut tally = Tally::new(HOUR);
        tally.totals.insert(key, totals);
        tally.heard = Some((HOUR.from, HOUR.to));
        tally
    }

    #[test]
    fn worse_is_a_regression_other_is_a_warning_and_chance_passes() {
        const STEADY: [u64; SLICES] = [100; SLICES];
        const BURSTS: [u64; SLICES] = [10, 190, 10, 190, 10, 190, 10, 190, 10, 190, 10, 190];
        let patience = Patience { before_s: 50.0, after_s: 300.0 };
        for (before, after, outcome, word) in [
            (window(STEADY, 1, 10.0), window(STEADY, 1, 10.5), Outcome::Pass, ""),
            (window(STEADY, 1, 10.0), window(STEADY, 30, 10.0), Outcome::Regression, "errors 0.200 > 6.000"),
            (window(STEADY, 1, 10.0), window(STEADY, 1, 40.0), Outcome::Regression, "mean 10.000 > 40.000 ms"),
            (window(STEADY, 1, 40.0), window(STEADY, 1, 10.0), Outcome::Warning, "mean 40.000 > 10.000 ms"),
            (window(STEADY, 1, 10.0), window([300; SLICES], 3, 10.0), Outcome::Warning, "records 20.000 > 60.000"),
            (window(STEADY, 1, 10.0), window([1; SLICES], 0, 10.0), Outcome::Regression, "hardly heard"),
            (window(BURSTS, 1, 10.0), window([130; SLICES], 1, 10.0), Outcome::Pass, ""),
        ] {
            let found = verdict(&compared((HOUR, &before), (HOUR, &after), "cart"), patience);
            assert_eq!(found.outcome, outcome, "{}", found.reason);
            assert!(found.evidence.iter().any(|e| e.contains(word)) || word.is_empty(), "{word}: {:?}", found.evidence);
        }
    }
}
