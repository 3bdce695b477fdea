//! The verdict on two windows, of what was tallied in them.
//!
//! Each thing compared says by how many standard errors its service fares worse (errors, durations, silence) or merely
//! differs. A count's z is measured by what varies from slice to slice before (what varies after may be the harm itself),
//! and stands against what the greatest of so many comparisons reaches by chance in one of twenty: that is what makes a
//! regression. Counters, and how values are spread, are told as differences, but not judged.

use std::collections::BTreeMap;

use decant_engine::{Compared, Differing, Patience};
use decant_model::{ChangeVerdict, Outcome};

use super::tally::{Key, Of, Slice, Tally, Totals};
use super::{SAME_MEAN, Span, figure};

/// Share of a service's records below which it has fallen silent.
const SILENT: f64 = 0.1;
/// Beyond this a z says nothing more.
const MOST_Z: f64 = 100.0;
/// Comparisons of which one may be taken for a regression by chance.
const ONE_IN: f64 = 20.0;
/// Values on each side of which means are judged.
const LEAST_VALUES: u64 = 20;
/// What means differ by for no reason: a share of them, and milliseconds of a clock.
const RESOLUTION: f64 = 0.01;
const RESOLUTION_MS: f64 = 1.0;

/// A service that differs, with what is told of it by weight.
#[derive(Default)]
struct Found {
    differing: Differing,
    told: Vec<(f64, String)>,
}

/// The verdict on the later of two windows; `newest` is the time of the newest record of anything.
pub(super) fn verdict(
    before: (Span, &Tally),
    after: (Span, &Tally),
    newest: Option<i64>,
    subject: &str,
    patience: Patience,
) -> ChangeVerdict {
    let (compared, counters) = compared(before, after, newest, subject);
    let mut verdict = decant_engine::verdict(&compared, patience);
    if counters > 0 && verdict.outcome != Outcome::Wait {
        verdict.reason.push_str(&format!("; counters told and not judged: {counters}"));
    }
    verdict
}

/// How one service's records came in each window.
#[derive(Default)]
struct Heard {
    /// Records a minute before and after, of all signals.
    rates: (f64, f64),
    change: f64,
    /// Standard errors of the signals added up: logs and spans of a service mostly rise and fall together.
    error: f64,
}

/// Boils two windows down to what a verdict needs, and how many counters it leaves out; `subject` is the changed service,
/// or empty.
fn compared(before: (Span, &Tally), after: (Span, &Tally), newest: Option<i64>, subject: &str) -> (Compared, usize) {
    let none = Totals::default();
    let (a, b) = (&before.1.totals, &after.1.totals);
    let mut keys: Vec<&Key> = a.keys().chain(b.keys()).collect();
    keys.sort();
    keys.dedup();
    let all = keys.len();
    let is_judged = |key: &&Key| [a, b].iter().any(|of| of.get(*key).is_some_and(|totals| totals.all().rows > 0));
    keys.retain(is_judged);
    let counters = all - keys.len();
    let enough = (2.0 * (ONE_IN * keys.len().max(1) as f64).ln()).sqrt();
    let mut services: BTreeMap<&str, Found> = BTreeMap::new();
    let mut records: BTreeMap<(&str, Of), [Totals; 2]> = BTreeMap::new();
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
            let [all_a, all_b] = records.entry((&key.service, key.signal)).or_default();
            for (all, totals) in [(all_a, one), (all_b, two)] {
                all.slices.iter_mut().zip(totals.slices).for_each(|(slice, other)| slice.rows += other.rows);
            }
        }
    }
    let mut heard: BTreeMap<&str, Heard> = BTreeMap::new();
    for ((service, signal), [one, two]) in &records {
        let minutes = (before.1.minutes(*signal), after.1.minutes(*signal));
        let (change, error) = count_change(one, two, minutes, |slice| slice.rows);
        let of = heard.entry(service).or_default();
        of.rates.0 += one.all().rows as f64 / minutes.0;
        of.rates.1 += two.all().rows as f64 / minutes.1;
        of.change += change / minutes.1;
        of.error += error / minutes.1;
    }
    for (service, Heard { rates: (rate_a, rate_b), change, error }) in heard {
        let z = change / error;
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
    let seconds = |from: i64, to: i64| to.saturating_sub(from).max(0) as f64 / 1e9;
    // What is usual is known of as long as the subject was heard; but one that fell silent is still listened to.
    let before_s = before.1.heard.map_or(0.0, |(first, last)| seconds(first.max(before.0.from), last.min(before.0.to)));
    let after_s = newest.map_or(0.0, |newest| seconds(after.0.from, newest.min(after.0.to)));
    let services = services.into_iter().map(|(service, Found { differing, mut told })| {
        told.sort_by(|x, y| y.0.total_cmp(&x.0).then_with(|| x.1.cmp(&y.1)));
        let evidence = told.into_iter().map(|(_, what)| format!("{service}: {what}")).collect();
        Differing { service: service.to_owned(), evidence, ..differing }
    });
    let compared = Compared {
        subject: subject.to_owned(),
        before_s,
        after_s,
        before_records: of_subject(a),
        after_records: of_subject(b),
        things: keys.len(),
        services: services.collect(),
    };
    (compared, counters)
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
            let is_timed = key.signal == Of::Spans;
            let z = mean_z(a, b, if is_timed { RESOLUTION_MS } else { 0.0 });
            // Whether a metric should rise or fall is not known here.
            let is_harm = is_timed && z > 0.0;
            let what = format!("mean {} > {}{}", figure(before), figure(now), key.signal.unit());
            add(z.abs(), is_harm, what);
        }
    }
    found
}

/// z of two counts by their chances (minutes or calls).
fn count_z(a: &Totals, b: &Totals, chances: (f64, f64), count: fn(&Slice) -> u64) -> f64 {
    let (change, error) = count_change(a, b, chances, count);
    change / error
}

/// By how much the later count exceeds what the earlier one lets expect, and the standard error of that.
///
/// Where the earlier count varies from slice to slice more than by chance, the error is that much greater. How the later
/// one varies is not asked: a burst of failures would excuse itself.
fn count_change(a: &Totals, b: &Totals, (chances_a, chances_b): (f64, f64), count: fn(&Slice) -> u64) -> (f64, f64) {
    let sum = |totals: &Totals| totals.slices.iter().map(count).sum::<u64>() as f64;
    let (n_a, n_b) = (sum(a), sum(b));
    // Slices that were heard; of a window that began late some were not.
    let first = a.slices.iter().position(|slice| slice.rows > 0).unwrap_or(0);
    let counts: Vec<f64> = a.slices.iter().skip(first).map(|slice| count(slice) as f64).collect();
    let mean = n_a / counts.len().max(1) as f64;
    let pearson = if mean > 0.0 { counts.iter().map(|n| (n - mean) * (n - mean)).sum::<f64>() / mean } else { 0.0 };
    let dispersion = (pearson / counts.len().saturating_sub(1).max(1) as f64).max(1.0);
    let expected = n_a * chances_b / chances_a;
    (n_b - expected, (dispersion * (expected * chances_b / chances_a + n_b + 1.0)).sqrt())
}

/// z of two means, by how the means of slices vary before (a t statistic as a z), and at least by what a clock can tell.
///
/// How they vary after is not asked: a burst of slow calls would excuse itself. But a few slow calls may be chance, as a few
/// of anything may; so the z is no greater than what as many values as the difference rests on can tell.
fn mean_z(a: &Totals, b: &Totals, resolution: f64) -> f64 {
    let (all_a, all_b) = (a.all(), b.all());
    let (Some(mean_a), Some(mean_b)) = (all_a.mean(), all_b.mean()) else { return 0.0 };
    let of_a: Vec<f64> = a.slices.iter().filter_map(Slice::mean).collect();
    let slices = |totals: &Totals| totals.slices.iter().filter(|slice| slice.values > 0).count() as f64;
    let (slices_a, slices_b) = (slices(a), slices(b));
    let freedom = slices_a - 1.0;
    if freedom < 1.0 || all_a.values.min(all_b.values) < LEAST_VALUES {
        return 0.0;
    }
    let middle = of_a.iter().sum::<f64>() / of_a.len() as f64;
    let squares = of_a.iter().map(|m| (m - middle) * (m - middle)).sum::<f64>();
    let least = resolution.max(RESOLUTION * mean_a.abs().max(mean_b.abs()));
    let variance = (squares / freedom).max(least * least);
    // Slices of fewer values vary more.
    let thinner = (all_a.values as f64 / slices_a) / (all_b.values as f64 / slices_b);
    let error = variance * (1.0 / slices_a + thinner.max(1.0) / slices_b);
    let change = mean_b - mean_a;
    let z = (freedom * (change * change / error / freedom).ln_1p()).sqrt();
    z.min(rests_on(&all_b, mean_a).sqrt()).min(MOST_Z).copysign(change)
}

/// On how many values it rests that their mean is not such: on all when they are alike, on one when it alone is far off.
fn rests_on(values: &Slice, mean: f64) -> f64 {
    let n = values.values as f64;
    let excess = values.sum - n * mean;
    let squares = values.squares - 2.0 * mean * values.sum + n * mean * mean;
    excess * excess / squares.max(f64::MIN_POSITIVE)
}

#[cfg(test)]
mod tests {
    use super::super::tally::SLICES;
    use super::*;
    use decant_model::{Batch, Position, Resource, ResourceTable, Rows, SpanRecord, SpansBuilder, StatusCode};

    const HOUR: Span = Span { from: 0, to: 3_600_000_000_000 };
    const PATIENCE: Patience = Patience { before_s: 50.0, after_s: 300.0 };
    const STEADY: [u64; SLICES] = [100; SLICES];

    /// A window with calls of one operation a slice, so many of them failed, so many milliseconds each.
    fn window_of(calls: [u64; SLICES], errors: [u64; SLICES], ms: f64) -> Tally {
        let mut resources = ResourceTable::default();
        let resource = resources.intern(Resource::new([("service.name".to_owned(), "cart".to_owned())]));
        let mut spans = SpansBuilder::default();
        let slice_ns = HOUR.to / SLICES as i64;
        for (slice, (rows, errors)) in (0_i64..).zip(calls.into_iter().zip(errors)) {
            for row in 0..rows {
                let start_unix_nano = slice * slice_ns + row as i64 * slice_ns / rows as i64;
                let status = if row < errors { StatusCode::Error } else { StatusCode::Unset };
                let end_unix_nano = start_unix_nano + (ms * 1e6) as i64;
                let name = "add";
                spans.push(
                    &SpanRecord { start_unix_nano, end_unix_nano, name, status, resource, ..SpanRecord::default() },
                    [],
                );
            }
        }
        let mut tally = Tally::new(HOUR);
        tally.take(&Batch { position: Position::default(), resources, rows: Rows::Traces(spans.finish()) });
        tally.finish();
        tally
    }

    fn window(calls: [u64; SLICES], errors: u64, ms: f64) -> Tally {
        window_of(calls, [errors; SLICES], ms)
    }

    fn judged(before: &Tally, after: &Tally, newest: i64) -> ChangeVerdict {
        verdict((HOUR, before), (HOUR, after), Some(newest), "cart", PATIENCE)
    }

    #[test]
    fn worse_is_a_regression_other_is_a_warning_and_chance_passes() {
        const BURSTS: [u64; SLICES] = [10, 190, 10, 190, 10, 190, 10, 190, 10, 190, 10, 190];
        const FAILED_AT_FIRST: [u64; SLICES] = [100, 100, 100, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        for (before, after, outcome, word) in [
            (window(STEADY, 1, 10.0), window(STEADY, 1, 10.5), Outcome::Pass, ""),
            (window(STEADY, 1, 10.0), window(STEADY, 30, 10.0), Outcome::Regression, "errors 0.200 > 6.000"),
            (
                window(STEADY, 1, 10.0),
                window_of(STEADY, FAILED_AT_FIRST, 10.0),
                Outcome::Regression,
                "errors 0.200 > 5",
            ),
            (window(STEADY, 1, 10.0), window(STEADY, 1, 40.0), Outcome::Regression, "mean 10.000 > 40.000 ms"),
            (window(STEADY, 1, 40.0), window(STEADY, 1, 10.0), Outcome::Warning, "mean 40.000 > 10.000 ms"),
            (window(STEADY, 1, 10.0), window([300; SLICES], 3, 10.0), Outcome::Warning, "records 20.000 > 60.000"),
            (window(STEADY, 1, 10.0), window([1; SLICES], 0, 10.0), Outcome::Regression, "hardly heard"),
            (window(BURSTS, 1, 10.0), window([130; SLICES], 1, 10.0), Outcome::Pass, ""),
            // The failures before came in bursts as well.
            (window_of(STEADY, FAILED_AT_FIRST, 9.0), window_of(STEADY, FAILED_AT_FIRST, 9.0), Outcome::Pass, ""),
        ] {
            let found = judged(&before, &after, HOUR.to);
            assert_eq!(found.outcome, outcome, "{}", found.reason);
            assert!(found.evidence.iter().any(|e| e.contains(word)) || word.is_empty(), "{word}: {:?}", found.evidence);
        }
    }

    #[test]
    fn a_service_that_died_is_a_regression_once_others_were_heard_for_long_enough() {
        let (before, after) = (window(STEADY, 1, 10.0), Tally::new(HOUR));
        for (minutes, outcome) in [(0, Outcome::Wait), (10, Outcome::Regression), (90, Outcome::Regression)] {
            let found = judged(&before, &after, minutes * 60_000_000_000);
            assert_eq!(found.outcome, outcome, "{minutes}: {}", found.reason);
        }
    }

    #[test]
    fn a_window_of_which_only_the_newest_rows_were_read_is_not_silent() {
        // Three of sixty minutes were read: sixty calls are as many a minute as before.
        let (before, mut after) = (window(STEADY, 0, 10.0), window([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 60], 0, 10.0));
        after.covered_from.insert(Of::Spans, HOUR.to / 20 * 19);
        assert_eq!(judged(&before, &after, HOUR.to).outcome, Outcome::Pass);
        after.covered_from.clear();
        assert_eq!(judged(&before, &after, HOUR.to).outcome, Outcome::Regression);
    }

    #[test]
    fn counters_are_not_among_what_was_judged() {
        let mut tally = window(STEADY, 0, 10.0);
        let key = Key { signal: Of::Metrics, service: "cart".to_owned(), name: "requests".to_owned() };
        tally.totals.insert(key, Totals { rate_per_min: 60.0, rate_points: 20, ..Totals::default() });
        let reason = judged(&tally, &tally, HOUR.to).reason;
        assert!(reason.starts_with("1 signals of cart"), "{reason}");
        assert!(reason.ends_with("; counters told and not judged: 1"), "{reason}");
    }

    /// Values of one thing: their number and mean by slice.
    fn values(slices: [(u64, f64); SLICES]) -> Totals {
        let slices = slices.map(|(values, mean)| {
            let sum = values as f64 * mean;
            Slice { rows: values, values, sum, squares: sum * mean, ..Slice::default() }
        });
        Totals { slices, ..Totals::default() }
    }

    #[test]
    fn a_burst_of_slow_calls_does_not_excuse_itself_and_a_few_slow_calls_are_chance() {
        let steady = values([(100, 10.0); SLICES]);
        let restless: [(u64, f64); SLICES] = std::array::from_fn(|at| (100, if at % 3 == 0 { 60.0 } else { 10.0 }));
        let with = |at: usize, slow: u64, ms: f64| {
            let mut totals = steady;
            let slow = values([(slow, ms); SLICES]).slices[0];
            totals.slices[at] = Slice {
                rows: 100 + slow.rows,
                values: 100 + slow.values,
                sum: totals.slices[at].sum + slow.sum,
                squares: totals.slices[at].squares + slow.squares,
                ..Slice::default()
            };
            totals
        };
        let check = |before: &Totals, after: &Totals, least: f64, most: f64, why: &str| {
            let z = mean_z(before, after, RESOLUTION_MS);
            assert!((least..=most).contains(&z), "{why}: {z}");
        };
        let slow = |from: usize| std::array::from_fn(|at| (100, if at < from { 10.0 } else { 400.0 }));
        check(&steady, &values(slow(10)), 6.0, MOST_Z, "two slices of twelve are slow");
        check(&steady, &values(slow(6)), 8.0, MOST_Z, "half of them are");
        check(&steady, &with(3, 1, 30_000.0), 0.0, 1.1, "one call that timed out");
        check(&steady, &with(3, 40, 3_000.0), 4.0, 7.0, "forty that took long");
        check(&values(restless), &values(restless.map(|(n, ms)| (n, ms * 1.3))), 0.0, 1.5, "as restless before");
        check(&values([(100, 40.0); SLICES]), &steady, -MOST_Z, -8.0, "faster");
        let one_slice = |ms| values(std::array::from_fn(|at| if at == 0 { (500, ms) } else { (0, 0.0) }));
        check(&one_slice(10.0), &values([(100, 90.0); SLICES]), 0.0, 0.0, "how it varies is not known");
    }

    #[test]
    fn fewer_values_a_slice_vary_more() {
        // By 10 either way from slice to slice of a hundred calls: by far more of two calls.
        let before: [(u64, f64); SLICES] = std::array::from_fn(|at| (100, if at % 2 == 0 { 40.0 } else { 60.0 }));
        let z = |calls: u64| mean_z(&values(before), &values([(calls, 80.0); SLICES]), RESOLUTION_MS);
        assert!(z(100) > 4.0 && z(2) < super::super::CHANCE, "{} {}", z(100), z(2));
    }

    #[test]
    fn means_are_judged_of_enough_values_and_not_finer_than_the_clock() {
        let z = |calls_b: u64, ms_a: f64, ms_b: f64| {
            let of = |calls: [u64; SLICES], ms| {
                let tally = window(calls, 0, ms);
                tally.totals.into_values().next().unwrap()
            };
            let mut calls = [0; SLICES];
            calls[0] = calls_b;
            mean_z(&of(STEADY, ms_a), &of(calls, ms_b), RESOLUTION_MS)
        };
        assert_eq!(z(1, 10.0, 40.0), 0.0, "one call");
        assert!(z(40, 1.0, 2.0) < super::super::CHANCE, "a tick of the clock");
        assert!(z(40, 10.0, 40.0) > super::super::CHANCE, "four times as long");
    }
}
