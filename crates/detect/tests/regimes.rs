//! A deployment begins a new regime: what moved with it is usual some time later, a return to what was before is news, and
//! what it broke stays its doing as long as it hurts.

use decant_detect::{Ask, Config, History, Roller};
use decant_model::{
    Batch, Findings, LogRecord, LogsBuilder, MetricKind, MetricPoint, MetricsBuilder, Position, Resource,
    ResourceTable, Rows, Severity, Temporality, Verdict,
};

const START: i64 = 1_700_000_000_000_000_000;
const SECOND: i64 = 1_000_000_000;
/// Windows of ten seconds: two and a half hours, and the deployment in the first half of the first hour.
const WINDOWS: i64 = 900;
const DEPLOYED: i64 = 150;

/// Noise, the same each time.
fn noise(n: i64) -> f64 {
    let mixed = (n as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (mixed >> 40) as f64 / f64::from(1 << 24) - 0.5
}

/// What each service tells of: only the last of them hurts when there is more of it.
const METRICS: [&str; 4] = ["basket_size", "http.requests", "network.bytes", "requests_failed"];

/// Findings of three services after so many windows. `factor` is by how much `cart` differs from what it was at first, by
/// window, in its metrics (failures aside, when it does not hurt) and in how much it logs.
fn findings(hurts: bool, windows: i64, is_deployed: bool, factor: &dyn Fn(i64) -> f64) -> Findings {
    let config = Config::default();
    let (mut roller, mut history) = (Roller::new(&config), History::new(&config));
    let mut resources = ResourceTable::default();
    for service in ["web", "cart", "stock"] {
        resources.intern(Resource::new([("service.name".to_owned(), service.to_owned())]));
    }
    for window in 0..windows {
        let time = START + window * 10 * SECOND;
        let (mut metrics, mut logs, mut shapes) = (MetricsBuilder::default(), LogsBuilder::default(), Vec::new());
        for service in 0..3 {
            let own = if service == 1 { factor(window) } else { 1.0 };
            for (at, name) in METRICS.into_iter().enumerate() {
                let own = if hurts == (at == 3) { own } else { 1.0 };
                let sway = 1.0 + 0.1 * noise(window * 12 + i64::from(service) * 4 + at as i64);
                metrics.push(
                    &MetricPoint {
                        name,
                        kind: MetricKind::Gauge,
                        temporality: Temporality::Unspecified,
                        time_unix_nano: time,
                        value: Some(100.0 * own * sway),
                        resource: service,
                        ..MetricPoint::default()
                    },
                    [],
                );
            }
            let said = if hurts { 10 } else { (10.0 * own) as usize };
            for _ in 0..said {
                let record = LogRecord {
                    time_unix_nano: Some(time),
                    severity: Severity::INFO,
                    resource: service,
                    body: "done",
                    ..LogRecord::default()
                };
                logs.push(&record, []);
            }
            shapes.extend(std::iter::repeat_n(1, said));
        }
        if is_deployed && window == DEPLOYED {
            let record = LogRecord {
                time_unix_nano: Some(time),
                severity: Severity::INFO,
                resource: 1,
                event_name: Some("deployment"),
                body: "cart 1.4.2",
                ..LogRecord::default()
            };
            logs.push(&record, [("service.version", "1.4.2")]);
            shapes.push(2);
        }
        let mut logs = logs.finish();
        logs.shape_id = shapes.into();
        for rows in [Rows::Metrics(metrics.finish()), Rows::Logs(logs)] {
            roller.push(&Batch { position: Position::default(), resources: resources.clone(), rows });
        }
        history.absorb(roller.take());
    }
    history.findings(&Ask::default(), &|_| None)
}

#[test]
fn what_is_told_of_a_level_depends_on_the_deployment_that_moved_it() {
    let moved = |at: i64| if at >= DEPLOYED { 2.0 } else { 1.0 };
    let returned = |at: i64| if (DEPLOYED..WINDOWS - 30).contains(&at) { 2.0 } else { 1.0 };
    let soon = |at: i64| if (DEPLOYED..DEPLOYED + 60).contains(&at) { 2.0 } else { 1.0 };
    // Whether it hurts, after how many windows it is asked, whether there was a deployment; the onset that is told.
    for (hurts, windows, is_deployed, factor, onset) in [
        (false, WINDOWS, false, &moved as &dyn Fn(i64) -> f64, Some(DEPLOYED)),
        (false, WINDOWS, true, &moved, None),
        (false, DEPLOYED + 60, true, &moved, Some(DEPLOYED)),
        (false, WINDOWS, true, &returned, Some(WINDOWS - 30)),
        (false, DEPLOYED + 100, true, &soon, Some(DEPLOYED)),
        (true, WINDOWS, true, &moved, Some(DEPLOYED)),
    ] {
        let found = findings(hurts, windows, is_deployed, factor);
        let told = found.incidents.first().map(|i| (i.onset_unix_nano - START) / (10 * SECOND));
        assert!(
            told.zip(onset).is_some_and(|(a, b)| a.abs_diff(b) <= 3) || told == onset,
            "hurts {hurts}, after {windows}, deployed {is_deployed}: {told:?} and not {onset:?}, {}",
            found.verdict_reason
        );
        assert_eq!(found.verdict == Verdict::Incident, onset.is_some());
    }
}
