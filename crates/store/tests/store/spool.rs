//! Batches of a one-shot run: the same back, in order, spilled or not.

use decant_model::{Batch, Position, Resource, ResourceTable};
use decant_store::{Spool, SpoolConfig, SpoolError, Spooled};

use crate::fixtures::{log_line, points, position, spans, words};

fn batches() -> Vec<Batch> {
    let mut out = Vec::new();
    for at in 0..30 {
        out.push(log_line(at, if at % 3 == 0 { "cart" } else { "pay" }, at * 10, 5));
        if at % 2 == 0 {
            out.push(points(position("m", at), "cart", &[(at, "cpu", at as f64)]));
        }
        if at % 7 == 3 {
            out.push(spans(Position::default(), "pay", &[(at, "GET /", 3)]));
        }
    }
    // Two resources that redaction made equal keep their places.
    let same = |_: &Resource| Some(Resource::new([("service.name".to_owned(), "<email:1>".to_owned())]));
    let both: ResourceTable = crate::fixtures::table(&["one", "two"]).map(same);
    out.push(Batch { resources: both, ..log_line(99, "x", 0, 2) });
    out
}

fn spooled(memory_max_bytes: usize, folder: &std::path::Path) -> Spooled {
    let config = SpoolConfig { memory_max_bytes, folder: Some(folder.to_owned()), ..SpoolConfig::default() };
    let mut spool = Spool::new(config);
    for batch in batches() {
        spool.push(batch).unwrap();
        assert!(spool.memory_bytes() <= memory_max_bytes);
    }
    spool.finish().unwrap()
}

#[test]
fn what_was_pushed_comes_back_any_number_of_times() {
    let expected: Vec<(usize, Vec<String>)> = batches().iter().map(|b| (b.resources.len(), words(b))).collect();
    for (memory_max_bytes, is_spilled) in [(usize::MAX, false), (20_000, true), (0, true)] {
        let folder = tempfile::tempdir().unwrap();
        let spooled = spooled(memory_max_bytes, folder.path());
        assert_eq!(spooled.is_spilled(), is_spilled, "{memory_max_bytes}");
        assert_eq!(spooled.rows(), expected.iter().map(|(_, words)| words.len() as u64).sum::<u64>());
        for _ in 0..2 {
            let found: Vec<(usize, Vec<String>)> =
                spooled.iter().unwrap().map(|b| b.unwrap()).map(|b| (b.resources.len(), words(&b))).collect();
            assert_eq!(found, expected, "{memory_max_bytes}");
        }
        drop(spooled);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the temporary folder goes");
    }
}

#[test]
fn readings_do_not_disturb_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let spooled = spooled(0, folder.path());
    let mut one = spooled.iter().unwrap();
    let first = words(&one.next().unwrap().unwrap());
    let other: Vec<String> = spooled.iter().unwrap().flat_map(|b| words(&b.unwrap())).collect();
    let mut rest: Vec<String> = one.flat_map(|b| words(&b.unwrap())).collect();
    rest.splice(0..0, first);
    assert_eq!(rest, other);
}

#[test]
fn the_disk_has_a_limit_too() {
    let folder = tempfile::tempdir().unwrap();
    let config = SpoolConfig { memory_max_bytes: 0, disk_max_bytes: 10_000, folder: Some(folder.path().to_owned()) };
    let mut spool = Spool::new(config);
    let refused = (0..10_000).find_map(|at| spool.push(log_line(at, "cart", at, 10)).err()).unwrap();
    assert!(matches!(refused, SpoolError::Full { max_bytes: 10_000, .. }), "{refused}");
    drop(spool);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_place_that_is_not_there_is_named() {
    let config = SpoolConfig { memory_max_bytes: 0, folder: Some("/nowhere/at/all".into()), ..SpoolConfig::default() };
    let refused = Spool::new(config).push(log_line(0, "cart", 0, 1)).unwrap_err().to_string();
    assert!(refused.contains("/nowhere/at/all") && refused.contains("TMPDIR"), "{refused}");
}

#[test]
fn what_a_killed_process_left_is_removed_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let left = folder.path().join("decant-spool-abc");
    std::fs::create_dir(&left).unwrap();
    std::fs::write(left.join("LOCK"), "").unwrap();
    std::fs::write(left.join("logs"), "much").unwrap();
    // Not a spool's, or not yet.
    std::fs::create_dir(folder.path().join("decant-spool-new")).unwrap();
    std::fs::create_dir(folder.path().join("other")).unwrap();
    let mine = spooled(0, folder.path());
    let other = spooled(0, folder.path());
    let mut names: Vec<String> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names.len(), 4, "{names:?}");
    assert!(!left.exists() && names.contains(&"other".to_owned()) && names.contains(&"decant-spool-new".to_owned()));
    assert_eq!(mine.iter().unwrap().count(), other.iter().unwrap().count(), "those in use stay");
}
