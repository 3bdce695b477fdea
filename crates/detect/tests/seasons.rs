//! Days of telemetry in which mornings rise and jobs run at night: what is usual at an hour is no incident once two days
//! have shown it, and what is not usual there is one.

use decant_detect::{Ask, Config, History, Named, Roller};
use decant_model::{
    Batch, Findings, LogRecord, LogsBuilder, MetricKind, MetricPoint, MetricsBuilder, Position, Resource,
    ResourceTable, Rows, Severity, Temporality, Verdict,
};

/// 2023-11-13T00:00:00Z, a Monday.
const START: i64 = 1_699_833_600;
const DAY: i64 = 86_400;
const HOUR: i64 = 3_600;
/// Windows of two minutes, of which six hours are kept.
const WINDOW: i64 = 120;

const SERVICES: [&str; 3] = ["web", "cart", "export"];

/// Noise between -0.5 and 0.5, the same each time.
fn noise(n: i64) -> f64 {
    let mixed = (n as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (mixed >> 40) as f64 / f64::from(1 << 24) - 0.5
}

/// Whether a second of the day lies between two hours.
fn is_within(second: i64, (from, to): (f64, f64)) -> bool {
    let hour = second.rem_euclid(DAY) as f64 / HOUR as f64;
    (from..to).contains(&hour)
}

/// By how much a service has more to do than at its quietest, and fails more; by seconds since the start.
#[derive(Clone, Copy)]
struct Days {
    work: fn(usize, i64) -> f64,
    failures: fn(usize, i64) -> f64,
    /// Whether anything is heard.
    is_heard: fn(i64) -> bool,
    /// Windows by which each third window comes late.
    late: usize,
}

const QUIET: Days = Days { work: |_, _| 1.0, failures: |_, _| 1.0, is_heard: |_| true, late: 0 };

fn batches(days: &Days, second: i64, totals: &mut [f64; 3]) -> Vec<Batch> {
    let mut resources = ResourceTable::default();
    for service in SERVICES {
        resources.intern(Resource::new([("service.name".to_owned(), service.to_owned())]));
    }
    let (mut metrics, mut logs, mut shapes) = (MetricsBuilder::default(), LogsBuilder::default(), Vec::new());
    let time_unix_nano = (START + second) * 1_000_000_000;
    for (service, total) in totals.iter_mut().enumerate() {
        let work = (days.work)(service, second);
        // Each day is a little another one.
        let sway =
            |at: i64| 1.0 + 0.1 * noise(second / WINDOW * 12 + service as i64 * 4 + at) + 0.05 * noise(second / DAY);
        *total += 1_000.0 * work * sway(0);
        // The process starts anew, and counts from zero.
        if second == 3 * DAY + 12 * HOUR {
            *total = 0.0;
        }
        let failures = (days.failures)(service, second);
        for (name, value, is_total) in [
            ("http.requests", *total, true),
            ("network.bytes", 100.0 * work * sway(1), false),
            ("basket_size", 100.0 * work * sway(2), false),
            ("requests_failed", 5.0 * failures * sway(3), false),
        ] {
            metrics.push(
                &MetricPoint {
                    name,
                    kind: if is_total { MetricKind::Sum } else { MetricKind::Gauge },
                    temporality: if is_total { Temporality::Cumulative } else { Temporality::Unspecified },
                    monotonic: is_total,
                    time_unix_nano,
                    value: Some(value),
                    resource: service as u32,
                    ..MetricPoint::default()
                },
                [],
            );
        }
        let said = (10.0 * work) as usize;
        for _ in 0..said {
            let record = LogRecord {
                time_unix_nano: Some(time_unix_nano),
                severity: Severity::INFO,
                resource: service as u32,
                body: "done",
                ..LogRecord::default()
            };
            logs.push(&record, []);
        }
        shapes.extend(std::iter::repeat_n(1, said));
    }
    let mut logs = logs.finish();
    logs.shape_id = shapes.into();
    let rows = [Rows::Metrics(metrics.finish()), Rows::Logs(logs)];
    rows.map(|rows| Batch { position: Position::default(), resources: resources.clone(), rows }).into()
}

/// Profiles that are too few.
const FEW: usize = 4;

/// What is found when it is asked at a second, with so many profiles.
fn findings(days: &Days, asked: i64, max_profiles: usize) -> Findings {
    let config = Config { window_s: WINDOW as u32, max_windows: 180, max_profiles, ..Config::default() };
    let (mut roller, mut history) = (Roller::new(&config), History::new(&config));
    let mut totals = [0.0; 3];
    let mut waiting = std::collections::VecDeque::new();
    for window in 0..asked / WINDOW {
        let second = window * WINDOW;
        if !(days.is_heard)(second) {
            continue;
        }
        let batches = batches(days, second, &mut totals);
        if days.late > 0 && window % 3 == 0 {
            waiting.push_back(batches);
        } else {
            batches.iter().for_each(|batch| roller.push(batch));
        }
        while waiting.len() > days.late / 3 {
            waiting.pop_front().into_iter().flatten().for_each(|batch| roller.push(&batch));
        }
        history.absorb(roller.take());
    }
    waiting.into_iter().flatten().for_each(|batch| roller.push(&batch));
    history.absorb(roller.take());
    // Templates have other ids than their shapes.
    let name = |shape: u64| Some(Named { id: shape + 7, text: "done".to_owned(), slots: Vec::new() });
    let found = history.findings(&Ask::default(), &name);
    assert_eq!(found.counts.notes.contains_key("signals without a profile"), max_profiles == FEW);
    assert_eq!(history.notes().contains_key("signals without a profile"), max_profiles == FEW);
    found
}

/// The service that is blamed with and without what other days tell.
fn check(name: &str, days: Days, asked: i64, with: Option<&str>, without: Option<&str>) {
    for (max_profiles, expected) in [(1_000, with), (0, without)] {
        let found = findings(&days, asked, max_profiles);
        let first = found.suspects.first().filter(|_| found.verdict == Verdict::Incident).map(|s| s.service.as_str());
        let reason = &found.verdict_reason;
        assert_eq!(first, expected, "{name}, {max_profiles} profiles: {reason}");
    }
}

const NIGHT: (f64, f64) = (2.0, 2.7);
/// While the nightly job runs, on the tenth day.
const AT_NIGHT: i64 = 9 * DAY + 2 * HOUR + 2_160;

fn nightly(service: usize, second: i64) -> f64 {
    if service == 2 && is_within(second, NIGHT) { 4.0 } else { 1.0 }
}

/// From six to nine in the morning it rises to four times as much, and falls from eighteen to twenty-one.
fn daily(_: usize, second: i64) -> f64 {
    let hour = second.rem_euclid(DAY) as f64 / HOUR as f64;
    1.0 + ((hour - 6.0).clamp(0.0, 3.0) - (hour - 18.0).clamp(0.0, 3.0))
}

#[test]
fn a_nightly_job_is_usual_and_a_fault_beside_it_is_not() {
    let night = Days { work: nightly, ..QUIET };
    check("nightly job", night, AT_NIGHT, None, Some("export"));
    let fault = Days {
        failures: |service, second| if service == 1 && second >= AT_NIGHT - 1_200 { 6.0 } else { 1.0 },
        ..night
    };
    // Without other days the job is blamed for what the cart does.
    check("fault beside it", fault, AT_NIGHT, Some("cart"), Some("export"));
    let larger = |service, second| nightly(service, second).powi(if second >= 9 * DAY { 2 } else { 1 });
    let larger = Days { work: larger, ..night };
    check("far more than each night", larger, AT_NIGHT, Some("export"), Some("export"));
    let at_noon = |service, second| if service == 2 && second >= 9 * DAY + 12 * HOUR { 4.0 } else { 1.0 };
    check(
        "the same at noon",
        Days { work: at_noon, ..night },
        9 * DAY + 12 * HOUR + 2_160,
        Some("export"),
        Some("export"),
    );
}

#[test]
fn a_morning_that_rises_as_others_did_is_usual() {
    let days = Days { work: daily, ..QUIET };
    let at = 9 * DAY + 9 * HOUR;
    check("morning", days, at, None, Some("export"));
    let failing = |service, second| if service == 1 && second >= 9 * DAY + 8 * HOUR { 6.0 } else { 1.0 };
    check("failures in it", Days { failures: failing, ..days }, at, Some("cart"), Some("cart"));
    let flat = |service, second| if second >= 9 * DAY { 1.0 } else { daily(service, second) };
    check("none to speak of", Days { work: flat, ..days }, at, None, None);
}

#[test]
fn a_day_of_the_week_is_usual_by_its_own_kind() {
    // Days 5, 6, 12, 13, 19 and 20 are of weekends: the job runs on these.
    let weekly = |service, second| if second / DAY % 7 >= 5 { nightly(service, second) } else { 1.0 };
    let at = |day: i64| day * DAY + 2 * HOUR + 2_160;
    check("a job of Saturdays", Days { work: weekly, ..QUIET }, at(19), None, Some("export"));
    let once = |service, second: i64| {
        let is_weekend = second / DAY % 7 >= 5;
        if is_weekend || second >= 16 * DAY { nightly(service, second) } else { 1.0 }
    };
    check("the same on a Wednesday", Days { work: once, ..QUIET }, at(16), Some("export"), Some("export"));
}

#[test]
fn holes_late_data_and_counters_that_begin_anew_change_nothing() {
    let hole = Days { is_heard: |second| second / DAY != 5, work: nightly, ..QUIET };
    check("a day is missing", hole, AT_NIGHT, None, Some("export"));
    let fall = |service, second| if service == 0 && second >= 9 * DAY + 12 * HOUR { 0.2 } else { 1.0 };
    let after = Days { is_heard: |second| !(6..9).contains(&(second / DAY)), work: fall, ..QUIET };
    check("less after days of nothing", after, 9 * DAY + 12 * HOUR + 2_160, Some("web"), Some("web"));
    let late = Days { late: 45, work: nightly, ..QUIET };
    check("every third window comes an hour and a half late", late, AT_NIGHT, None, Some("export"));
    let young = Days { work: nightly, ..QUIET };
    check("one night is not enough", young, DAY + 2 * HOUR + 2_160, Some("export"), Some("export"));
    check("two are", young, 2 * DAY + 2 * HOUR + 2_160, None, Some("export"));
}

#[test]
fn signals_that_find_no_room_are_counted() {
    let found = findings(&Days { work: nightly, ..QUIET }, AT_NIGHT, FEW);
    assert_eq!(found.verdict, Verdict::Incident, "{}", found.verdict_reason);
}
