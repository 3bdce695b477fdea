//! A position that comes again replaces its rows; a law over any order of appends, merges and restarts.

use std::collections::BTreeMap;

use decant_model::{Batch, Position, Signal};
use decant_store::{ScanRequest, Store, StoreConfig};
use proptest::prelude::*;

use crate::fixtures::{all, log_line, logs, open, points, position, words};

#[test]
fn a_position_that_comes_again_replaces_its_rows_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let old = [
        log_line(0, "cart", 0, 3),
        log_line(1, "cart", 3, 3),
        points(position("topic", 0), "cart", &[(0, "cpu", 1.0)]),
    ];
    store.append(&old).unwrap();
    let again = log_line(0, "cart", 100, 2);
    let appended = store.append(std::slice::from_ref(&again)).unwrap();
    assert_eq!((appended.rows, appended.rows_superseded), (2, 3));
    let mut expected = words(&old[1]);
    expected.extend(words(&again));
    assert_eq!(all(&store, Signal::Logs), expected);
    assert_eq!(all(&store, Signal::Metrics).len(), 1, "another signal of the same position stays");
    assert_eq!(store.summary().logs.rows, 5);
    assert_eq!(store.metrics().get("rows_superseded"), Some(3));
    let appended = store.append(&[log_line(1, "cart", 3, 3)]).unwrap();
    assert_eq!(appended.rows_superseded, 3);
    assert_eq!(store.summary().logs.segments, 2, "a segment of which nothing is left goes");
}

#[test]
fn parts_of_one_payload_stay_together() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let parts = [log_line(0, "cart", 0, 2), log_line(0, "pay", 0, 2)];
    store.append(&parts).unwrap();
    assert_eq!(all(&store, Signal::Logs).len(), 4);
    assert_eq!(store.append(&parts).unwrap().rows_superseded, 4);
    assert_eq!(all(&store, Signal::Logs).len(), 4);
}

#[test]
fn what_has_no_source_is_never_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for _ in 0..2 {
        let appended = store.append(&[logs(Position::default(), "cart", &[(Some(1), "same")])]).unwrap();
        assert_eq!(appended.rows_superseded, 0);
    }
    assert_eq!(all(&store, Signal::Logs).len(), 2);
}

#[test]
fn nothing_is_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    assert_eq!(store.append(&[]).unwrap(), decant_store::Appended::default());
    assert_eq!(store.append(&[logs(position("a", 0), "cart", &[])]).unwrap(), decant_store::Appended::default());
    assert_eq!(store.summary(), decant_store::Summary::default());
}

#[derive(Clone, Debug)]
enum Step {
    /// (partition, offset) of each batch of a group.
    Append(Vec<(i32, i64)>),
    Compact,
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => prop::collection::vec((0..2_i32, prop_oneof![0..6_i64, 0..200_i64]), 0..5).prop_map(Step::Append),
        1 => Just(Step::Compact),
        1 => Just(Step::Reopen),
    ]
}

fn batch(partition: i32, offset: i64, version: usize) -> Batch {
    let bodies = [format!("{version} first"), format!("{version} second")];
    let records: Vec<(Option<i64>, &str)> = bodies.iter().map(|body| (Some(offset % 7), body.as_str())).collect();
    logs(Position { source: "topic".to_owned(), partition, offset }, "cart", &records)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Each position holds the rows of the last group in which it came, whatever happened in between.
    #[test]
    fn the_last_word_of_each_position_counts(steps in prop::collection::vec(step(), 1..50)) {
        let folder = crate::fixtures::memory_folder();
        let mut store = open(folder.path());
        let mut expected: BTreeMap<(i32, i64), Vec<String>> = BTreeMap::new();
        for (version, step) in steps.into_iter().enumerate() {
            match step {
                Step::Append(positions) => {
                    let batches: Vec<Batch> = positions.iter().map(|&(p, o)| batch(p, o, version)).collect();
                    store.append(&batches).unwrap();
                    positions.iter().for_each(|at| { expected.remove(at); });
                    for (at, batch) in positions.iter().zip(&batches) {
                        expected.entry(*at).or_default().extend(words(batch));
                    }
                }
                Step::Compact => while store.compact().unwrap().is_some() {},
                Step::Reopen => {
                    drop(store);
                    store = Store::open(folder.path(), StoreConfig::default()).unwrap().0;
                }
            }
            let mut found = all(&store, Signal::Logs);
            let mut wanted: Vec<String> = expected.values().flatten().cloned().collect();
            found.sort();
            wanted.sort();
            prop_assert_eq!(store.summary().logs.rows, wanted.len() as u64);
            prop_assert_eq!(found, wanted);
        }
    }
}

#[test]
fn the_messages_of_a_source_are_told_by_offset_or_up_to_the_greatest_ordinal() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let elsewhere = logs(position("otlp_http", 9), "cart", &[(Some(1), "same")]);
    store.append(&[log_line(0, "cart", 0, 1), log_line(1, "cart", 3, 3), elsewhere]).unwrap();
    store.append(&[log_line(7, "cart", 9, 9)]).unwrap();
    let check = |sources: &[&str], by_ordinal: bool, expected: &[(i64, i64)]| {
        let found = store.snapshot().messages(&ScanRequest::of(Signal::Logs), sources, by_ordinal);
        assert_eq!(found.iter().map(|range| (range.first, range.last)).collect::<Vec<_>>(), expected);
    };
    check(&["topic"], false, &[(0, 1), (7, 7)]);
    check(&["topic"], true, &[(0, 3), (7, 9)]);
    check(&["other"], true, &[]);
}
