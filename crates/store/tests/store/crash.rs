//! A process that is killed in the middle of its work: what it had acknowledged is there, and nothing twice.
//!
//! The test starts its own program again as a child that appends, replays, merges and deletes for ever, telling each
//! acknowledgement on its standard output, and kills it. This shows the order of writes, not what a loss of power does to
//! a disk: for that the tests of cut and torn manifests stand in.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use decant_model::Signal;
use decant_store::{Store, StoreConfig};

use crate::fixtures::{all, log_line, open, points, position};

const FOLDER: &str = "DECANT_STORE_TEST_FOLDER";

/// Each offset holds one log record and one point; the record tells the round in which it was written.
fn child(folder: &Path) {
    let store = open(folder);
    let mut out = std::io::stdout();
    let first = store.summary().metrics.rows as i64;
    for round in first.. {
        // The one before comes again, as after a crash between the store and a commit.
        let offsets = [(round - 1).max(0), round];
        let mut batches = Vec::new();
        for offset in offsets.into_iter().collect::<std::collections::BTreeSet<_>>() {
            batches.push(log_line(offset, "cart", round, 1));
            batches.push(points(position("topic", offset), "cart", &[(offset, "cpu", 1.0)]));
        }
        store.append(&batches).unwrap();
        writeln!(out, "acknowledged {round}").unwrap();
        out.flush().unwrap();
        if round % 5 == 0 {
            store.compact().unwrap();
            store.retain(0).unwrap();
        }
    }
}

#[test]
fn the_child_appends_until_it_is_killed() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        child(Path::new(&folder));
    }
}

/// Lets a child run for a while and kills it; returns the last round that it acknowledged.
fn kill_after(folder: &Path, time: Duration) -> Option<i64> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::the_child_appends_until_it_is_killed", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let reader = std::thread::spawn(move || {
        let rounds = out.lines().map_while(Result::ok).filter_map(|line| {
            let (_, round) = line.split_once("acknowledged ")?;
            round.parse::<i64>().ok()
        });
        rounds.last()
    });
    std::thread::sleep(time);
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap()
}

#[test]
fn what_was_acknowledged_survives_a_kill_and_nothing_is_doubled() {
    let folder = tempfile::tempdir().unwrap();
    let mut last = -1;
    for run in 0..8 {
        let acknowledged = kill_after(folder.path(), Duration::from_millis(150 + 37 * run));
        last = acknowledged.unwrap_or(last).max(last);
        let (store, recovered) = Store::open(folder.path(), StoreConfig::default()).unwrap();
        assert_eq!(recovered.segments_damaged, 0);
        let mut by_offset: BTreeMap<i64, (usize, usize)> = BTreeMap::new();
        let offset = |row: &str| row.split_once('@').unwrap().1.split_once(' ').unwrap().0.parse::<i64>().unwrap();
        for row in all(&store, Signal::Logs) {
            by_offset.entry(offset(&row)).or_default().0 += 1;
        }
        for row in all(&store, Signal::Metrics) {
            by_offset.entry(offset(&row)).or_default().1 += 1;
        }
        assert!(by_offset.values().all(|counts| *counts == (1, 1)), "doubled or halved: {by_offset:?}");
        let rounds = by_offset.len() as i64;
        assert!(by_offset.keys().copied().eq(0..rounds), "a gap");
        // The group that was under way may have got through.
        assert!(rounds == last + 1 || rounds == last + 2, "run {run}: {rounds} rounds are there, {last} acknowledged");
        last = rounds - 1;
    }
    assert!(last > 8, "the child hardly got to work: {last}");
}
