//! Merging and retention: nothing that counts is lost, and it is told what went.

use std::time::Duration;

use decant_model::Signal;
use decant_store::{Retained, ScanRequest, Store, StoreConfig};

use crate::fixtures::{all, bodies, log_line, open, points, position};

#[test]
fn small_segments_become_few_and_say_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for at in 0..70 {
        store
            .append(&[log_line(at, "cart", at, 1), points(position("topic", at), "pay", &[(at, "cpu", 1.0)])])
            .unwrap();
    }
    let before = (all(&store, Signal::Logs), all(&store, Signal::Metrics));
    let pinned = store.snapshot();
    let mut merged = 0;
    while let Some(compacted) = store.compact().unwrap() {
        merged += compacted.segments_merged;
    }
    assert!(merged >= 128, "{merged}");
    assert_eq!((all(&store, Signal::Logs), all(&store, Signal::Metrics)), before);
    let summary = store.summary();
    assert!(summary.logs.segments < 20 && summary.metrics.segments < 20, "{summary:?}");
    assert_eq!((summary.logs.rows, summary.metrics.rows), (70, 70));
    let request = ScanRequest::of(Signal::Logs);
    assert_eq!(pinned.scan(&request).map(|batch| batch.unwrap().len()).sum::<usize>(), 70, "old files are still there");
    assert_eq!(store.append(&[log_line(3, "cart", 3, 1)]).unwrap().rows_superseded, 1, "positions are still known");
    assert_eq!(all(&store, Signal::Logs).len(), 70);
    drop((pinned, store));
    let (store, recovered) = Store::open(folder.path(), StoreConfig::default()).unwrap();
    assert_eq!((recovered.rows, recovered.leftovers_removed, recovered.segments_damaged), (140, 0, 0));
    assert_eq!(all(&store, Signal::Logs).len(), 70);
}

#[test]
fn a_merge_leaves_out_what_was_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for at in 0..16 {
        store.append(&[log_line(2 * at, "cart", at, 1), log_line(2 * at + 1, "cart", at, 1)]).unwrap();
    }
    store.append(&(0..16).map(|at| log_line(2 * at, "cart", 100 + at, 1)).collect::<Vec<_>>()).unwrap();
    let before = all(&store, Signal::Logs);
    assert_eq!(before.len(), 32);
    while store.compact().unwrap().is_some() {}
    let mut after = all(&store, Signal::Logs);
    after.sort();
    let mut before = before;
    before.sort();
    assert_eq!(after, before);
    let written: u64 = store.snapshot().segments(Signal::Logs).map(|segment| segment.rows).sum();
    assert_eq!(written, 32, "replaced rows are gone from the files too");
}

#[test]
fn the_longest_written_go_first_when_there_is_too_much() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(folder.path(), StoreConfig { max_bytes: Some(0), ..StoreConfig::default() }).unwrap();
    store.append(&[log_line(0, "cart", 100, 5)]).unwrap();
    drop(store);
    let (store, _) = Store::open(folder.path(), StoreConfig::default()).unwrap();
    assert_eq!(store.retain(0).unwrap(), Retained::default());
    store.append(&[log_line(1, "cart", 0, 5)]).unwrap();
    let one = store.snapshot().segments(Signal::Logs).map(|segment| segment.bytes).max().unwrap();
    drop(store);
    let (store, _) =
        Store::open(folder.path(), StoreConfig { max_bytes: Some(one), ..StoreConfig::default() }).unwrap();
    let retained = store.retain(0).unwrap();
    assert_eq!((retained.segments_expired, retained.rows_expired), (1, 5));
    assert_eq!(bodies(&store, &ScanRequest::of(Signal::Logs))[0], "cart at 0", "what arrived last stays");
    assert_eq!(store.metrics().get("rows_expired"), Some(5));
    let mut text = String::new();
    store.write_prometheus(&mut text);
    assert!(text.contains("decant_store_segments_expired_total 1\n"), "{text}");
    assert!(text.contains("decant_store_rows{signal=\"logs\"} 5\n"), "{text}");
}

#[test]
fn age_counts_from_the_writing() {
    let folder = tempfile::tempdir().unwrap();
    let config = StoreConfig { max_age: Some(Duration::from_secs(3600)), ..StoreConfig::default() };
    let (store, _) = Store::open(folder.path(), config).unwrap();
    // A day of some other year.
    store.append(&[log_line(0, "cart", -40_000_000, 5)]).unwrap();
    let written = store.snapshot().segments(Signal::Logs).next().unwrap().written_unix_nano;
    assert_eq!(store.retain(written + 3_599_000_000_000).unwrap(), Retained::default());
    assert_eq!(store.retain(written + 3_601_000_000_000).unwrap().segments_expired, 1);
    assert_eq!(store.summary().logs.rows, 0);
    let files = std::fs::read_dir(folder.path().join("data/logs")).unwrap().count();
    assert_eq!(files, 0, "the hour's folder goes too");
}

#[test]
fn a_segment_that_cannot_be_read_is_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for at in 0..20 {
        store.append(&[log_line(at, "cart", at, 1)]).unwrap();
    }
    let broken = store.snapshot().segments(Signal::Logs).nth(3).unwrap();
    std::fs::write(folder.path().join(&broken.file), "nothing of the kind").unwrap();
    let refused = store.compact().unwrap_err().to_string();
    assert!(refused.contains(&broken.file), "{refused}");
    assert_eq!(store.compact().unwrap().unwrap().segments_merged, 19);
    assert_eq!(store.compact().unwrap(), None);
    let rows: usize = store.scan(&ScanRequest::of(Signal::Logs)).flatten().map(|batch| batch.len()).sum();
    assert_eq!(rows, 19);
}
