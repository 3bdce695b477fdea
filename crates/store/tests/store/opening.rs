//! Opening a folder: what a crash, an older or newer build, or a stranger left there.

use std::fs;
use std::path::Path;

use decant_model::Signal;
use decant_store::{Recovered, Store, StoreConfig};

use crate::fixtures::{all, log_line, open};

fn reopen(folder: &Path) -> Result<(Store, Recovered), String> {
    Store::open(folder, StoreConfig::default()).map_err(|error| error.to_string())
}

/// Three groups of two rows.
fn three(folder: &Path) {
    let store = open(folder);
    for at in 0..3 {
        store.append(&[log_line(at, "cart", at * 10, 2)]).unwrap();
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn a_new_folder_becomes_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep").join("er");
    let (store, recovered) = reopen(&path).unwrap();
    assert_eq!(recovered, Recovered { is_new: true, ..Recovered::default() });
    drop(store);
    assert_eq!(reopen(&path).unwrap().1, Recovered::default());
}

#[test]
fn one_process_has_it_open() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let refused = reopen(folder.path()).unwrap_err();
    assert!(refused.contains("open in another process") && refused.contains("stop it"), "{refused}");
    drop(store);
    reopen(folder.path()).unwrap();
}

#[test]
fn a_manifest_cut_anywhere_holds_the_groups_before_the_cut() {
    let folder = tempfile::tempdir().unwrap();
    three(folder.path());
    let manifest = fs::read(folder.path().join("manifest.jsonl")).unwrap();
    let ends: Vec<usize> = manifest.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(at, _)| at + 1).collect();
    assert_eq!(ends.len(), 4);
    for cut in (ends[0]..=manifest.len()).step_by(37).chain(ends.clone()).chain(ends.iter().skip(1).map(|end| end - 1))
    {
        let scratch = tempfile::tempdir().unwrap();
        copy(folder.path(), scratch.path());
        fs::write(scratch.path().join("manifest.jsonl"), &manifest[..cut]).unwrap();
        let groups = ends.iter().filter(|end| **end <= cut).count() - 1;
        let (store, recovered) = reopen(scratch.path()).unwrap();
        assert_eq!(all(&store, Signal::Logs).len(), 2 * groups, "cut at {cut}");
        assert_eq!(recovered.segments, groups as u64);
        assert_eq!(recovered.leftovers_removed, 3 - groups as u64);
        assert_eq!(recovered.torn_bytes, (cut - ends[groups]) as u64);
        store.append(&[log_line(9, "cart", 90, 2)]).unwrap();
        drop(store);
        assert_eq!(all(&reopen(scratch.path()).unwrap().0, Signal::Logs).len(), 2 * groups + 2, "cut at {cut}");
    }
}

#[test]
fn a_last_line_with_a_hole_in_it_is_as_if_torn() {
    let folder = tempfile::tempdir().unwrap();
    three(folder.path());
    let path = folder.path().join("manifest.jsonl");
    let mut manifest = fs::read(&path).unwrap();
    let end = manifest.len();
    manifest[end - 60..end - 20].fill(0xff);
    fs::write(&path, &manifest).unwrap();
    let (store, recovered) = reopen(folder.path()).unwrap();
    assert!(recovered.torn_bytes > 60 && recovered.segments == 2, "{recovered:?}");
    assert_eq!(all(&store, Signal::Logs).len(), 4);
}

#[test]
fn a_crash_leaves_files_that_are_removed_and_nothing_else_is() {
    let folder = tempfile::tempdir().unwrap();
    three(folder.path());
    let hour = fs::read_dir(folder.path().join("data/logs")).unwrap().next().unwrap().unwrap().path();
    for name in ["0000000099.parquet", "0000000098.parquet.tmp", "notes.txt"] {
        fs::write(hour.join(name), "x").unwrap();
    }
    fs::create_dir_all(folder.path().join("data/traces/20200101-00")).unwrap();
    let (store, recovered) = reopen(folder.path()).unwrap();
    assert_eq!(recovered.leftovers_removed, 2);
    assert_eq!(store.metrics().get("leftovers_removed"), Some(2));
    assert!(hour.join("notes.txt").exists());
    assert!(!folder.path().join("data/traces/20200101-00").exists());
    assert_eq!(all(&store, Signal::Logs).len(), 6);
}

#[test]
fn what_cannot_be_meant_is_refused_and_left_as_it_is() {
    type Change = fn(&str) -> String;
    let newer: Change = |_| "{\"format\":\"decant.store\",\"version\":9}\n{\"unheard\":1}\n{\"of".to_owned();
    let table: [(&str, Change, &str); 5] = [
        ("a newer version", newer, "format version 9"),
        ("another format", |old| old.replace("decant.store", "other"), "not a manifest"),
        ("a line in the middle", |old| old.replacen("\"add\"", "\"add", 1), "line 2"),
        ("no manifest", |_| String::new(), "there are segments"),
        ("some text", |_| "hello\n".to_owned(), "line 1"),
    ];
    for (what, change, word) in table {
        let folder = tempfile::tempdir().unwrap();
        three(folder.path());
        let path = folder.path().join("manifest.jsonl");
        let old = fs::read_to_string(&path).unwrap();
        let changed = change(&old);
        fs::write(&path, &changed).unwrap();
        let refused = reopen(folder.path()).map(|_| ()).unwrap_err();
        assert!(refused.contains(word), "{what}: {refused}");
        assert_eq!(fs::read_to_string(&path).unwrap(), changed, "{what}");
        fs::write(&path, &old).unwrap();
        assert_eq!(all(&reopen(folder.path()).unwrap().0, Signal::Logs).len(), 6, "{what}: nothing was lost");
    }
}

#[test]
fn a_manifest_of_many_changes_is_written_anew_and_says_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for round in 0..280 {
        store.append(&[log_line(round % 2, "cart", round, 1)]).unwrap();
    }
    let lines = fs::read_to_string(folder.path().join("manifest.jsonl")).unwrap().lines().count();
    assert!(lines < 100, "{lines}");
    let expected = all(&store, Signal::Logs);
    assert_eq!(expected.len(), 2);
    drop(store);
    let (store, _) = reopen(folder.path()).unwrap();
    assert_eq!(all(&store, Signal::Logs), expected);
    let newest = store.snapshot().segments(Signal::Logs).map(|segment| segment.id.0).max().unwrap();
    store.append(&[log_line(7, "cart", 7, 1)]).unwrap();
    assert!(store.snapshot().segments(Signal::Logs).any(|segment| segment.id.0 > newest), "numbers are not used twice");
}

#[test]
fn a_secret_is_made_once_and_is_the_owners() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let secret: [u8; 32] = std::array::from_fn(|at| (at * 9) as u8);
    assert_eq!(store.secret_or_insert("pseudonyms", || secret).unwrap(), secret);
    drop(store);
    let store = open(folder.path());
    assert_eq!(store.secret_or_insert("pseudonyms", || unreachable!()).unwrap(), secret);
    let path = folder.path().join("secrets/pseudonyms");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    for name in ["", "../x", "A", "a/b"] {
        assert!(store.secret_or_insert(name, || secret).is_err(), "{name}");
    }
    fs::write(&path, "short").unwrap();
    let refused = store.secret_or_insert("pseudonyms", || secret).unwrap_err().to_string();
    assert!(refused.contains("64 hexadecimal digits"), "{refused}");
}
