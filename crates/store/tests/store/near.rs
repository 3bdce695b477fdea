//! The records around a place.

use decant_model::Signal;
use decant_store::{Place, Store};

use crate::fixtures::{NOON, SECOND, log_line, logs, of_logs, open, position};

fn near(store: &Store, place: &Place, before: usize, after: usize) -> Vec<String> {
    store.snapshot().near(place, before, after).unwrap().iter().flat_map(of_logs).collect()
}

fn time(service: &str, second: i64, ordinal: u64) -> Place {
    Place::Time { service: service.to_owned(), unix_nano: NOON + second * SECOND, ordinal }
}

#[test]
fn neighbours_in_time_are_those_of_the_same_service() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for at in 0..20 {
        store.append(&[log_line(2 * at, "cart", at * 10, 10), log_line(2 * at + 1, "pay", at * 10, 10)]).unwrap();
    }
    let check = |place: Place, before: usize, after: usize, expected: std::ops::Range<i64>| {
        let expected: Vec<String> = expected.map(|second| format!("cart at {second}")).collect();
        assert_eq!(near(&store, &place, before, after), expected, "{place:?} {before} {after}");
    };
    check(time("cart", 50, 1), 2, 3, 48..54);
    check(time("cart", 50, 0), 0, 0, 50..51);
    check(time("cart", 0, 0), 5, 1, 0..2);
    check(time("cart", 199, 0), 1, 5, 198..200);
    check(time("cart", 500, 0), 3, 3, 197..200);
    check(time("cart", -500, 0), 3, 2, 0..3);
    check(time("cart", 95, 0), 40, 40, 55..136);
    check(time("nobody", 50, 0), 3, 3, 0..0);
    let before = store.metrics().get("segments_read").unwrap();
    check(time("cart", 55, 0), 2, 2, 53..58);
    let read = store.metrics().get("segments_read").unwrap() - before;
    assert!(read <= 3, "{read} of {} segments", store.summary().of(Signal::Logs).segments);
}

#[test]
fn neighbours_in_a_file_are_those_of_its_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let lines =
        |from: u64| -> Vec<(Option<i64>, String)> { (from..from + 5).map(|n| (None, format!("line {n}"))).collect() };
    for (at, source) in ["a.log", "b.log"].into_iter().enumerate() {
        let owned = lines(100 * at as u64 + 1);
        let records: Vec<(Option<i64>, &str)> = owned.iter().map(|(t, b)| (*t, b.as_str())).collect();
        store.append(&[logs(position(source, 0), "ci", &records)]).unwrap();
    }
    let place = |ordinal| Place::Ordinal { source: "b.log".to_owned(), partition: 0, ordinal };
    assert_eq!(near(&store, &place(3), 1, 1), ["line 102", "line 103", "line 104"]);
    assert_eq!(near(&store, &place(1), 9, 1), ["line 101", "line 102"]);
    assert_eq!(near(&store, &place(77), 2, 9), ["line 104", "line 105"]);
}

#[test]
fn records_of_one_moment_are_in_the_order_of_their_ordinals() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let bodies: Vec<String> = (1..=3_000).map(|n| format!("r{n}")).collect();
    let records: Vec<(Option<i64>, &str)> = bodies.iter().map(|b| (Some(5), b.as_str())).collect();
    store.append(&[logs(position("a", 0), "cart", &records)]).unwrap();
    assert_eq!(near(&store, &time("cart", 5, 1_500), 2, 1), ["r1498", "r1499", "r1500", "r1501"]);
    let same = |at: i64| logs(position("a", at), "cart", &[(Some(9), "same")]);
    store.append(&(1..=50).map(same).collect::<Vec<_>>()).unwrap();
    assert_eq!(near(&store, &time("cart", 9, 1), 1, 2), ["r3000", "same", "same", "same"]);
}
