//! What a service whose clock is wrong may do to the others' history: nothing.

use decant_detect::{Ask, Config, History, Named, Roller};
use decant_model::{Batch, LogRecord, LogsBuilder, Position, Resource, ResourceTable, Rows, Severity};

const START: i64 = 1_700_000_000_000_000_000;
const SECOND: i64 = 1_000_000_000;
/// Windows kept, of ten seconds.
const KEPT: i64 = 30;

/// A record of each service in each of so many windows, a service's clock being ahead by so many seconds.
fn counts(services: &[(&str, i64)], windows: i64) -> (Vec<(String, u64)>, u64) {
    let config = Config { max_windows: KEPT as usize, ..Config::default() };
    let (mut roller, mut history) = (Roller::new(&config), History::new(&config));
    for window in 0..windows {
        for (service, ahead) in services {
            let mut resources = ResourceTable::default();
            let resource = resources.intern(Resource::new([("service.name".to_owned(), (*service).to_owned())]));
            let mut rows = LogsBuilder::default();
            rows.push(
                &LogRecord {
                    time_unix_nano: Some(START + (10 * window + ahead) * SECOND),
                    severity: Severity::INFO,
                    resource,
                    body: "order accepted",
                    ..LogRecord::default()
                },
                [],
            );
            let mut rows = rows.finish();
            rows.shape_id = vec![1].into();
            roller.push(&Batch { position: Position::default(), resources, rows: Rows::Logs(rows) });
            // A yield for each: the one that is ahead comes alone.
            history.absorb(roller.take());
        }
    }
    let name = |shape: u64| Some(Named { id: shape, text: "order accepted".to_owned(), slots: Vec::new() });
    let findings = history.findings(&Ask::default(), &name);
    let mut counts: Vec<(String, u64)> = findings.log_patterns.into_iter().map(|p| (p.service, p.count)).collect();
    counts.sort();
    (counts, history.notes().get("records ahead of time").copied().unwrap_or(0))
}

#[test]
fn a_clock_that_is_a_day_ahead_does_not_make_the_others_history_old() {
    let (counts, ahead) = counts(&[("cart", 0), ("front", 0), ("stock", 86_400)], 200);
    for (service, count) in counts.iter().filter(|(service, _)| service != "stock") {
        assert!((KEPT as u64..=KEPT as u64 * 5 / 4).contains(count), "{service}: {count}");
    }
    let of_stock = counts.iter().find(|(service, _)| service == "stock").map_or(0, |(_, count)| *count);
    assert_eq!(of_stock + ahead, 200, "what is too far ahead is dropped and counted");
    assert!(counts.len() >= 2 && of_stock <= KEPT as u64, "{counts:?}");
}

#[test]
fn what_is_older_than_the_windows_that_are_kept_is_forgotten() {
    let (counts, ahead) = counts(&[("cart", 0), ("front", 0)], 200);
    assert_eq!((counts.len(), ahead), (2, 0));
    assert!(counts.iter().all(|(_, count)| *count <= KEPT as u64 * 5 / 4), "{counts:?}");
}
