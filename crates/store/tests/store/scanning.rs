//! What comes back, and which files are looked into for it.

use std::sync::Arc;

use decant_model::{Rows, Signal};
use decant_store::{ScanRequest, Store, StoreConfig};

use crate::fixtures::{
    NOON, SECOND, all, bodies, log_line, logs, of_logs, open, points, position, scanned, spans, words,
};

#[test]
fn all_three_signals_come_back_as_they_went_in() {
    let folder = tempfile::tempdir().unwrap();
    let batches = [
        logs(position("a.log", 0), "cart", &[(Some(1), "one"), (None, "no time"), (Some(3), "ünïcode\n\tat X")]),
        points(position("topic", 4), "cart", &[(2, "cpu", 0.5), (3, "cpu", f64::INFINITY)]),
        spans(position("", 0), "pay", &[(1, "GET /", 1), (2, "SELECT", 1)]),
    ];
    let expected: Vec<Vec<String>> = batches.iter().map(words).collect();
    let store = open(folder.path());
    let appended = store.append(&batches).unwrap();
    assert_eq!((appended.segments, appended.rows), (3, 7));
    let check = |store: &Store| {
        for (signal, expected) in Signal::ALL.into_iter().zip(&expected) {
            assert_eq!(&all(store, signal), expected);
        }
    };
    check(&store);
    drop(store);
    let (store, recovered) = Store::open(folder.path(), StoreConfig::default()).unwrap();
    assert_eq!((recovered.segments, recovered.rows, recovered.segments_damaged), (3, 7, 0));
    check(&store);
}

/// Services `cart` and `pay`, a record a second in a hundred segments.
fn hundred() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for at in 0..50 {
        store.append(&[log_line(2 * at, "cart", at * 10, 10)]).unwrap();
        store.append(&[log_line(2 * at + 1, "pay", at * 10, 10)]).unwrap();
    }
    (folder, store)
}

#[test]
fn a_question_opens_only_the_segments_that_it_concerns() {
    let (_folder, store) = hundred();
    let request = |from: Option<i64>, to: Option<i64>, services: Option<&[&str]>| ScanRequest {
        from_unix_nano: from.map(|s| NOON + s * SECOND),
        to_unix_nano: to.map(|s| NOON + s * SECOND),
        services: services.map(|all| all.iter().map(|&s| s.to_owned()).collect()),
        ..ScanRequest::of(Signal::Logs)
    };
    let check = |request: ScanRequest, rows: usize, segments: u64| {
        let before = store.metrics().get("segments_read").unwrap();
        assert_eq!(bodies(&store, &request).len(), rows, "{request:?}");
        assert_eq!(store.metrics().get("segments_read").unwrap() - before, segments, "{request:?}");
    };
    check(request(None, None, None), 1_000, 100);
    check(request(Some(100), Some(110), None), 20, 2);
    check(request(Some(105), Some(115), None), 20, 4);
    check(request(Some(105), Some(106), Some(&["cart"])), 1, 1);
    check(request(None, Some(0), None), 0, 0);
    check(request(Some(499), None, None), 2, 2);
    check(request(Some(500), None, None), 0, 0);
    check(request(None, None, Some(&["cart", "nobody"])), 500, 50);
    check(request(None, None, Some(&["nobody"])), 0, 0);
    check(request(None, None, Some(&[])), 0, 0);
    check(request(Some(20), Some(10), None), 0, 0);
    check(ScanRequest { rows_max: Some(25), ..request(None, None, None) }, 25, 3);
    check(ScanRequest { rows_max: Some(0), ..request(None, None, None) }, 0, 0);
    check(ScanRequest { source: Some(("topic".to_owned(), 0)), ..request(None, Some(10), None) }, 20, 2);
    check(ScanRequest { source: Some(("topic".to_owned(), 1)), ..request(None, Some(10), None) }, 0, 0);
    check(ScanRequest { ordinals: Some((3, 4)), ..request(None, Some(10), None) }, 4, 2);
    check(ScanRequest { names: Some(vec!["x".to_owned()]), ..request(None, None, None) }, 0, 0);
}

#[test]
fn rows_come_in_the_order_of_their_segments_times() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for first in [30, 10, 20, 0] {
        store.append(&[log_line(first, "cart", first, 2)]).unwrap();
    }
    let expected =
        ["cart at 0", "cart at 1", "cart at 10", "cart at 11", "cart at 20", "cart at 21", "cart at 30", "cart at 31"];
    assert_eq!(bodies(&store, &ScanRequest::of(Signal::Logs)), expected);
}

#[test]
fn a_record_without_a_time_counts_as_of_the_earliest_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store
        .append(&[logs(position("a", 0), "cart", &[(Some(10), "ten"), (None, "when?"), (Some(20), "twenty")])])
        .unwrap();
    store.append(&[logs(position("a", 1), "cart", &[(None, "never")])]).unwrap();
    let check = |from: i64, to: i64, expected: &[&str]| {
        let request = ScanRequest {
            from_unix_nano: Some(NOON + from * SECOND),
            to_unix_nano: Some(NOON + to * SECOND),
            ..ScanRequest::of(Signal::Logs)
        };
        assert_eq!(bodies(&store, &request), expected, "{from} to {to}");
    };
    check(5, 15, &["ten", "when?", "never"]);
    check(15, 25, &["twenty"]);
    check(0, 10, &[]);
}

#[test]
fn a_row_whose_resource_is_not_there_belongs_to_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let mut batch = log_line(0, "cart", 0, 2);
    if let Rows::Logs(logs) = &mut batch.rows {
        logs.resource = vec![0, 9].into();
    }
    store.append(&[batch]).unwrap();
    let of = |service: &str| {
        bodies(&store, &ScanRequest { services: Some(vec![service.to_owned()]), ..ScanRequest::of(Signal::Logs) })
    };
    assert_eq!((of("cart"), of("")), (vec!["cart at 0".to_owned()], vec!["cart at 1".to_owned()]));
}

#[test]
fn traces_shapes_and_names_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let many: Vec<(i64, &str, f64)> =
        (0..20_000).map(|at| (at, if at % 1_000 == 0 { "rare" } else { "common" }, 1.0)).collect();
    store
        .append(&[
            logs(position("a", 0), "cart", &[(Some(1), "traced"), (Some(2), "not")]),
            spans(position("a", 0), "cart", &[(1, "GET /", 7), (2, "SELECT", 7), (3, "GET /", 9)]),
            points(position("a", 0), "cart", &many),
        ])
        .unwrap();
    let trace = |signal| ScanRequest { trace_id: Some([7; 16]), ..ScanRequest::of(signal) };
    assert_eq!(bodies(&store, &trace(Signal::Logs)), ["traced"]);
    assert_eq!(scanned(&store, &trace(Signal::Traces)).len(), 2);
    assert_eq!(scanned(&store, &trace(Signal::Metrics)).len(), 0);
    let name = |signal, name: &str| ScanRequest { names: Some(vec![name.to_owned()]), ..ScanRequest::of(signal) };
    assert_eq!(scanned(&store, &name(Signal::Metrics, "rare")).len(), 20);
    assert_eq!(scanned(&store, &name(Signal::Traces, "SELECT")).len(), 1);
    let shape = |shape| ScanRequest { shapes: Some(vec![shape]), ..ScanRequest::of(Signal::Logs) };
    assert_eq!(bodies(&store, &shape(0)).len(), 2);
    assert_eq!(bodies(&store, &shape(1)).len(), 0);
}

#[test]
fn the_newest_come_first_when_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) =
        Store::open(folder.path(), StoreConfig { row_group_rows: 5_000, ..StoreConfig::default() }).unwrap();
    store.append(&[log_line(1, "cart", 20_000, 3), log_line(2, "cart", 20_003, 2)]).unwrap();
    store.append(&[log_line(0, "cart", 0, 20_000)]).unwrap();
    let newest = |rows_max: usize, services: Option<&str>| {
        let request = ScanRequest {
            newest_first: true,
            rows_max: Some(rows_max),
            services: services.map(|service| vec![service.to_owned()]),
            ..ScanRequest::of(Signal::Logs)
        };
        let mut batches: Vec<Vec<String>> = store.scan(&request).map(|b| of_logs(&b.unwrap())).collect();
        batches.reverse();
        batches.concat()
    };
    let expected = |first: i64| -> Vec<String> { (first..20_005).map(|second| format!("cart at {second}")).collect() };
    for rows in [1, 2, 4, 5, 6, 3_000, 17_000] {
        assert_eq!(newest(rows, None), expected(20_005 - rows as i64), "{rows}");
    }
    assert_eq!(newest(50_000, None), expected(0));
    assert_eq!(newest(7, Some("cart")), expected(19_998));
    assert!(newest(7, Some("pay")).is_empty());
}

#[test]
fn shapes_are_counted_without_reading_the_records() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let shaped = |offset: i64, shapes: &[u64]| {
        let mut batch = log_line(offset, "cart", offset, shapes.len() as i64);
        if let Rows::Logs(logs) = &mut batch.rows {
            logs.shape_id = shapes.to_vec().into();
        }
        batch
    };
    store.append(&[shaped(0, &[7, 7, u64::MAX])]).unwrap();
    store.append(&[shaped(10, &[7, 9])]).unwrap();
    let all = ScanRequest::of(Signal::Logs);
    let count = |request: &ScanRequest| store.snapshot().shapes(request).0.into_iter().collect::<Vec<_>>();
    assert_eq!(count(&all), [(7, 3), (9, 1), (u64::MAX, 1)]);
    let late = ScanRequest { from_unix_nano: Some(NOON + 5 * SECOND), ..all };
    assert_eq!(count(&late), [(7, 1), (9, 1)]);
    let rows = bodies(&store, &ScanRequest { shapes: Some(vec![9]), ..late });
    assert_eq!(rows, ["cart at 11"]);
}

#[test]
fn a_snapshot_does_not_change() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.append(&[log_line(0, "cart", 0, 2)]).unwrap();
    let snapshot = store.snapshot();
    let request = ScanRequest::of(Signal::Logs);
    let mut begun = snapshot.scan(&request);
    store.append(&[log_line(0, "cart", 50, 3)]).unwrap();
    store.append(&[log_line(1, "cart", 60, 1)]).unwrap();
    assert_eq!(begun.by_ref().map(|batch| batch.unwrap().len()).sum::<usize>(), 2);
    assert_eq!(snapshot.scan(&request).map(|batch| batch.unwrap().len()).sum::<usize>(), 2);
    assert_eq!(all(&store, Signal::Logs).len(), 4);
    assert!(store.snapshot().version() > snapshot.version());
    drop((begun, snapshot));
    assert_eq!(files(folder.path()), 2, "the replaced file went with its last reader");
}

fn files(folder: &std::path::Path) -> usize {
    let hours = std::fs::read_dir(folder.join("data/logs")).unwrap();
    hours.map(|hour| std::fs::read_dir(hour.unwrap().path()).unwrap().count()).sum()
}

#[test]
fn many_read_while_one_appends() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(open(folder.path()));
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let mut seen = 0;
                while seen < 400 {
                    let rows = bodies(&store, &ScanRequest::of(Signal::Logs)).len();
                    assert!(rows >= seen && rows.is_multiple_of(10), "{rows} after {seen}");
                    seen = rows;
                }
            });
        }
        scope.spawn(|| {
            for at in 0..40 {
                store.append(&[log_line(at, "cart", at * 10, 10)]).unwrap();
                if at % 8 == 7 {
                    store.compact().unwrap();
                }
            }
        });
    });
    assert_eq!(all(&store, Signal::Logs).len(), 400);
}

#[test]
fn a_file_that_cannot_be_read_costs_its_own_rows() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for at in 0..3 {
        store.append(&[log_line(at, "cart", at * 10, 10)]).unwrap();
    }
    let broken = store.snapshot().segments(Signal::Logs).nth(1).unwrap();
    std::fs::write(folder.path().join(&broken.file), b"PAR1 and then nothing").unwrap();
    let outcomes: Vec<_> = store.scan(&ScanRequest::of(Signal::Logs)).collect();
    let rows: usize = outcomes.iter().flatten().map(decant_model::Batch::len).sum();
    assert_eq!(rows, 20);
    let errors: Vec<String> = outcomes.iter().filter_map(|o| o.as_ref().err()).map(ToString::to_string).collect();
    assert!(errors.len() == 1 && errors[0].contains(&broken.file), "{errors:?}");
    assert_eq!(store.metrics().get("segments_unreadable"), Some(1));
    drop(store);
    let (store, recovered) = Store::open(folder.path(), StoreConfig::default()).unwrap();
    assert_eq!(recovered.segments_damaged, 1);
    store.append(&[log_line(1, "cart", 10, 10)]).expect("a replay of what cannot be read goes through");
}

#[test]
fn a_group_that_cannot_be_written_is_not_there_and_the_next_goes_through() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.append(&[log_line(0, "cart", 0, 1)]).unwrap();
    std::fs::write(folder.path().join("data/traces"), "in the way").unwrap();
    let group = [log_line(1, "cart", 1, 1), spans(position("topic", 1), "cart", &[(1, "GET /", 1)])];
    let refused = store.append(&group).unwrap_err().to_string();
    assert!(refused.contains("make folder") && refused.contains("traces"), "{refused}");
    assert_eq!((all(&store, Signal::Logs).len(), files(folder.path())), (1, 1), "the half that was written is gone");
    assert_eq!(store.metrics().get("append_failures"), Some(1));
    std::fs::remove_file(folder.path().join("data/traces")).unwrap();
    store.append(&group).unwrap();
    assert_eq!((all(&store, Signal::Logs).len(), all(&store, Signal::Traces).len()), (2, 1));
}
