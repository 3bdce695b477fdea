//! What is different between two windows: every log pattern, operation and series, counted in both from the store.
//!
//! First comes the verdict on the later window beside the other (`PASS`, `WARNING`, `REGRESSION`, `WAIT`), with its
//! evidence. Windows may differ in length, so counts are told as they are and compared per minute. A count's difference
//! weighs by its distance from chance (Poisson), a mean's or a counter's by its factor and by how many values it rests on;
//! the greatest comes first, and what hardly differs is left out of the list and of its total. Of histograms it is told how
//! high nearly all values reach, as far as their buckets tell.
//!
//! Where the window would begin, a change's handle may stand: then what came after the change is compared with what was
//! before.

mod judged;
mod tally;

use std::collections::BTreeMap;

use decant_context::{Kind, PageItem};
use decant_egress::{Answer, CompareQuery, ServiceError, When};
use decant_engine::Ask;
use decant_model::{Change, ChangeVerdict};
use decant_store::Store;

use super::{Answers, Times, blocking, page_of, request};
use tally::{Buckets, Key, Tally, Totals};

/// Differences smaller than this many standard deviations are chance.
const CHANCE: f64 = 3.0;
/// Means that differ by less than this factor are the same.
const SAME_MEAN: f64 = 1.2;
/// Share of a histogram's values that are nearly all.
const NEARLY_ALL: f64 = 0.95;
/// Longest time after a change that is compared, when no end is asked for: what differs later is of something else.
const AFTER_CHANGE_NS: i64 = 1_800_000_000_000;

/// A stretch of time, the end exclusive.
#[derive(Clone, Copy, Debug)]
struct Span {
    from: i64,
    to: i64,
}

impl Span {
    fn minutes(self) -> f64 {
        (self.to.saturating_sub(self.from).max(1)) as f64 / 60e9
    }
}

pub(super) async fn answer(answers: &Answers, mut query: CompareQuery) -> Result<Answer, ServiceError> {
    let request = request(&query.fit)?;
    let times = (&query.from, &query.to, &query.against_from, &query.against_to);
    let question = format!("{times:?} {:?}", query.service);
    let newest = answers.newest().await?;
    let change = change(answers, &query.from).await?;
    if let Some(change) = &change {
        query.from = When::UnixNano(change.at_unix_nano);
        let longest = change.at_unix_nano.saturating_add(AFTER_CHANGE_NS);
        let until_now = newest.map_or(longest, |newest| longest.min(newest.saturating_add(1)));
        query.to.get_or_insert(When::UnixNano(until_now));
    }
    let (now, before) = spans(&query, newest)?;
    let store = answers.store.clone();
    let service = query.service.clone();
    let (a, b) = blocking(move || {
        let of = |span: Span| tallied(&store, span, service.as_deref());
        Ok((of(before), of(now)))
    })
    .await?;
    let shapes: Vec<u64> = a.shapes().chain(b.shapes()).collect();
    let (named, patience): (BTreeMap<u64, (u64, String)>, _) = answers
        .on_correlator(move |correlator, _| {
            let patience = correlator.patience();
            let dictionary = correlator.dictionary();
            let name = |shape: u64| dictionary.get(shape).map(|t| (shape, (t.id, t.text.clone())));
            (shapes.into_iter().filter_map(name).collect(), patience)
        })
        .await?;
    let subject = query.service.or(change.and_then(|change| change.service)).unwrap_or_default();
    blocking(move || {
        let (a, b) = (a.named(&named), b.named(&named));
        let verdict = judged::verdict((before, &a), (now, &b), newest, &subject, patience);
        let mut items = vec![verdict_item(&verdict, &subject)];
        items.extend(coverage(&a, &b));
        items.extend(self::items(&a, &b));
        page_of("compare, per minute before > now".to_owned(), question, request, query.cursor, &items)
    })
    .await
}

/// The change that is named where a time would stand.
async fn change(answers: &Answers, from: &When) -> Result<Option<Change>, ServiceError> {
    let When::Text(text) = from else { return Ok(None) };
    if crate::when::When::parse(text, &jiff::tz::TimeZone::UTC).is_ok() {
        return Ok(None);
    }
    // Only what has the form of a change's handle is looked for: that takes findings.
    let handle = text.trim().trim_start_matches('[').trim_end_matches(']');
    let is_handle = handle
        .strip_prefix('c')
        .is_some_and(|digits| (4..=16).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit()));
    if !is_handle {
        return Ok(None);
    }
    let unknown =
        || ServiceError::InvalidArgument(format!("no change has the handle {text:?}: ask for the bundle again"));
    let Some((findings, Kind::Change, id)) = super::expand::find(answers, text).await? else { return Err(unknown()) };
    findings.changes.into_iter().find(|change| change.id == id).map(Some).ok_or_else(unknown)
}

/// Of which rows this is told, where that is not all of them.
fn coverage(before: &Tally, now: &Tally) -> Option<PageItem> {
    let mut told: Vec<String> = Vec::new();
    for (window, tally) in [("before", before), ("now", now)] {
        for of in tally.covered_from.keys() {
            let minutes = figure(tally.minutes(*of));
            told.push(format!("{window}: only the newest {minutes} min of {}s, by which rates are told", of.as_str()));
        }
        if tally.is_partial {
            told.push(format!("{window}: some things are left out"));
        }
    }
    let text = told.join("; ");
    (!text.is_empty()).then(|| PageItem { kind: "coverage".to_owned(), text, ..PageItem::default() })
}

fn verdict_item(verdict: &ChangeVerdict, subject: &str) -> PageItem {
    let mut text = format!("{}: {}", verdict.outcome.as_str(), verdict.reason);
    for evidence in &verdict.evidence {
        text.push_str("; ");
        text.push_str(evidence);
    }
    PageItem {
        kind: "verdict".to_owned(),
        service: (!subject.is_empty()).then(|| subject.to_owned()),
        flagged: decant_engine::instruction_like(&text).is_some(),
        text,
        ..PageItem::default()
    }
}

fn tallied(store: &Store, span: Span, service: Option<&str>) -> Tally {
    Tally::of(store, span, service)
}

/// Both windows; the other one is as long a stretch just before, unless it was named.
fn spans(query: &CompareQuery, newest: Option<i64>) -> Result<(Span, Span), ServiceError> {
    let resolve = |from: Option<When>, to: Option<When>| -> Result<Span, ServiceError> {
        let Ask { from, to, .. } = Answers::resolved(Times { from, to, at: None }, None, newest)?;
        let from = from.unwrap_or_default();
        let to = to.or(newest.map(|newest| newest.saturating_add(1))).unwrap_or(i64::MAX);
        if from >= to {
            return Err(ServiceError::InvalidArgument("from must lie before the end of the telemetry".to_owned()));
        }
        Ok(Span { from, to })
    };
    let now = resolve(Some(query.from.clone()), query.to.clone())?;
    let before = match (&query.against_from, &query.against_to) {
        (None, None) => Span { from: now.from.saturating_sub(now.to.saturating_sub(now.from)), to: now.from },
        (from, to) => resolve(from.clone(), to.clone())?,
    };
    Ok((now, before))
}

fn items(a: &Tally, b: &Tally) -> Vec<PageItem> {
    let none = Totals::default();
    let mut keys: Vec<&Key> = a.totals.keys().chain(b.totals.keys()).collect();
    keys.sort();
    keys.dedup();
    let mut differing: Vec<(f64, PageItem)> = keys
        .into_iter()
        .filter_map(|key| {
            let (before, now) = (a.totals.get(key).unwrap_or(&none), b.totals.get(key).unwrap_or(&none));
            let minutes = (a.minutes(key.signal), b.minutes(key.signal));
            let found = [difference(key, before, now, minutes), spread(a.buckets.get(key), b.buckets.get(key))];
            let (mut weight, mut told) = (0.0_f64, Vec::new());
            for (of, what) in found.into_iter().flatten() {
                weight = weight.max(of);
                told.push(what);
            }
            if told.is_empty() {
                return None;
            }
            let text = format!("{} {}: {}", key.signal.as_str(), key.name, told.join(", "));
            let item = PageItem {
                kind: "difference".to_owned(),
                service: (!key.service.is_empty()).then(|| key.service.clone()),
                flagged: decant_engine::instruction_like(&text).is_some(),
                text,
                ..PageItem::default()
            };
            Some((weight, item))
        })
        .collect();
    differing.sort_by(|x, y| y.0.total_cmp(&x.0).then_with(|| x.1.text.cmp(&y.1.text)));
    differing.into_iter().map(|(_, item)| item).collect()
}

/// How much something differs, and how; `None` when that may be chance.
fn difference(key: &Key, a: &Totals, b: &Totals, (minutes_a, minutes_b): (f64, f64)) -> Option<(f64, String)> {
    let chance = |a: u64, b: u64| {
        let expected = a as f64 * minutes_b / minutes_a;
        let spread = (expected * minutes_b / minutes_a + b as f64 + 1.0).sqrt();
        (b as f64 - expected).abs() / spread
    };
    let (all_a, all_b) = (a.all(), b.all());
    let (mut weight, mut told) = (0.0_f64, Vec::new());
    let counts =
        [("records", all_a.rows, all_b.rows, key.signal.counts()), ("errors", all_a.errors, all_b.errors, true)];
    for (what, a, b, is_telling) in counts {
        let z = chance(a, b);
        if is_telling && z >= CHANCE {
            weight = weight.max(z);
            let (before, now) = (a as f64 / minutes_a, b as f64 / minutes_b);
            told.push(format!("{what} {} > {} ({a} > {b})", figure(before), figure(now)));
        }
    }
    let mean = (all_a.mean(), all_b.mean(), all_a.values.min(all_b.values), "mean", key.signal.unit());
    let is_rate = a.rate_points > 0 && b.rate_points > 0;
    let rate = |totals: &Totals| is_rate.then_some(totals.rate_per_min);
    let counter = (rate(a), rate(b), a.rate_points.min(b.rate_points), "grows by", " a minute");
    for (before, now, values, what, unit) in [mean, counter] {
        let (Some(before), Some(now)) = (before, now) else { continue };
        let factor = (now.abs().max(f64::MIN_POSITIVE) / before.abs().max(f64::MIN_POSITIVE)).ln().abs().min(9.0);
        if factor >= SAME_MEAN.ln() {
            weight = weight.max(factor * (values.min(100) as f64).sqrt());
            told.push(format!("{what} {} > {}{unit}", figure(before), figure(now)));
        }
    }
    (!told.is_empty()).then(|| (weight, told.join(", ")))
}

/// How the bound below which nearly all values lie moved; `None` when that may be chance, or for want of buckets.
fn spread(a: Option<&Buckets>, b: Option<&Buckets>) -> Option<(f64, String)> {
    let (a, b) = (a?, b?);
    let (before, now) = (a.bound_of(NEARLY_ALL), b.bound_of(NEARLY_ALL));
    // Where it is beyond the last bound, the other one tells where to look.
    let (lower, n_a, n_b) = (before.into_iter().chain(now).reduce(f64::min)?, a.total(), b.total());
    let (share_a, share_b) = (a.above(lower) / n_a, b.above(lower) / n_b);
    let all = (a.above(lower) + b.above(lower)) / (n_a + n_b);
    let z = (share_b - share_a).abs() / (all * (1.0 - all) * (1.0 / n_a + 1.0 / n_b)).sqrt();
    let bound = |bound: Option<f64>| bound.map_or_else(|| "beyond all bounds".to_owned(), figure);
    (before != now && z >= CHANCE).then(|| (z, format!("95 % below {} > {}", bound(before), bound(now))))
}

fn figure(value: f64) -> String {
    if value == 0.0 || value.abs() >= 100.0 { format!("{value:.0}") } else { format!("{value:.3}") }
}

#[cfg(test)]
mod tests {
    use super::tally::{Of, Slice};
    use super::*;

    fn totals(rows: u64, errors: u64, sum: f64) -> Totals {
        let mut totals = Totals::default();
        totals.slices[0] = Slice { rows, errors, values: rows, sum, squares: sum * sum / rows.max(1) as f64 };
        totals
    }

    fn told(signal: Of, a: Totals, b: Totals, minutes: (f64, f64)) -> Vec<String> {
        let key = Key { signal, service: "cart".to_owned(), name: "add".to_owned() };
        let tally = |totals: Totals, minutes: f64| {
            let mut tally = Tally::new(Span { from: 0, to: (minutes * 60e9) as i64 });
            tally.totals.insert(key.clone(), totals);
            tally
        };
        items(&tally(a, minutes.0), &tally(b, minutes.1)).into_iter().map(|item| item.text).collect()
    }

    #[test]
    fn what_came_went_or_moved_is_told_and_chance_is_not() {
        let none = Totals::default;
        let check = |a, b, expected: &[&str]| assert_eq!(told(Of::Spans, a, b, (1.0, 1.0)), expected);
        check(none(), totals(40, 0, 400.0), &["span add: records 0 > 40.000 (0 > 40)"]);
        check(totals(100, 0, 1_000.0), totals(110, 1, 1_150.0), &[]);
        check(totals(100, 0, 1_000.0), totals(100, 30, 1_000.0), &["span add: errors 0 > 30.000 (0 > 30)"]);
        check(totals(100, 0, 1_000.0), totals(100, 0, 9_000.0), &["span add: mean 10.000 > 90.000 ms"]);
        check(none(), none(), &[]);
    }

    #[test]
    fn windows_of_different_lengths_are_compared_per_minute() {
        assert_eq!(told(Of::Logs, totals(100, 0, 0.0), totals(1_000, 0, 0.0), (1.0, 10.0)), [""; 0]);
        assert_eq!(told(Of::Logs, totals(100, 0, 0.0), totals(100, 0, 0.0), (1.0, 10.0)).len(), 1);
    }

    #[test]
    fn counters_are_compared_by_what_they_grew_by() {
        let grown = |rate_per_min| Totals { rate_per_min, rate_points: 20, ..Totals::default() };
        assert_eq!(told(Of::Metrics, grown(60.0), grown(61.0), (1.0, 1.0)), [""; 0]);
        assert_eq!(
            told(Of::Metrics, grown(60.0), grown(600.0), (1.0, 1.0)),
            ["metric add: grows by 60.000 > 600 a minute"]
        );
    }

    #[test]
    fn how_high_nearly_all_values_of_a_histogram_reach_is_told_when_it_is_no_chance() {
        let buckets = |counts: [f64; 4]| Buckets::new(&[10.0, 100.0, 1_000.0], &counts);
        let check = |a: [f64; 4], b: [f64; 4], expected: Option<&str>| {
            let told = spread(Some(&buckets(a)), Some(&buckets(b))).map(|(_, told)| told);
            assert_eq!(told.as_deref(), expected);
        };
        check([960.0, 30.0, 10.0, 0.0], [900.0, 30.0, 70.0, 0.0], Some("95 % below 10.000 > 1000"));
        check([960.0, 40.0, 0.0, 0.0], [700.0, 0.0, 0.0, 300.0], Some("95 % below 10.000 > beyond all bounds"));
        check([96.0, 4.0, 0.0, 0.0], [94.0, 6.0, 0.0, 0.0], None);
        check([96.0, 4.0, 0.0, 0.0], [0.0; 4], None);
        check([960.0, 30.0, 10.0, 0.0], [960.0, 30.0, 10.0, 0.0], None);
        assert_eq!(spread(None, Some(&buckets([1.0; 4]))), None);
    }

    #[test]
    fn what_was_not_looked_through_is_told() {
        let mut now = Tally::new(Span { from: 0, to: 3_600_000_000_000 });
        now.covered_from.insert(Of::Logs, 3_000_000_000_000);
        let before = Tally::new(Span { from: 0, to: 3_600_000_000_000 });
        let told = coverage(&before, &now).unwrap().text;
        assert_eq!(told, "now: only the newest 10.000 min of logs, by which rates are told");
        assert!(coverage(&before, &before).is_none());
    }

    #[test]
    fn how_often_a_series_was_sampled_is_no_difference() {
        assert_eq!(told(Of::Metrics, totals(10, 0, 50.0), totals(100, 0, 500.0), (1.0, 1.0)), [""; 0]);
    }
}
