//! `decant templates`: one row a line, whatever the lines are.

use crate::run::{failing_log, run, run_with_input};

fn rows(out: &str) -> Vec<(&str, &str, &str)> {
    out.lines()
        .skip(1)
        .map(|line| {
            let mut parts = line.splitn(3, ',');
            (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap())
        })
        .collect()
}

#[test]
fn messages_give_one_row_a_line_blank_ones_too() {
    let ran = run_with_input(&["templates", "--messages", "--format", "csv", "-"], b"took 5 ms\n\ntook 7 ms\nbye\n");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.starts_with("line,template_id,template\n"), "{}", ran.out);
    let rows = rows(&ran.out);
    assert_eq!(rows.iter().map(|r| r.0).collect::<Vec<_>>(), ["1", "2", "3", "4"]);
    assert_eq!(rows[0].1, rows[2].1);
    assert_ne!(rows[0].1, rows[3].1);
    assert!(rows[0].2.contains('<'), "{}", ran.out);
}

#[test]
fn rows_of_a_joined_record_carry_its_id_and_line_numbers_restart_with_each_file() {
    let folder = tempfile::tempdir().unwrap();
    let log = "2026-03-03T09:00:00Z ERROR job: failed\njava.lang.IllegalStateException: no\n\tat a.B.c(B.java:1)\n\
               2026-03-03T09:00:01Z INFO job: done\n";
    std::fs::write(folder.path().join("a.log"), log).unwrap();
    std::fs::write(folder.path().join("b.log"), log).unwrap();
    let ran = run(folder.path(), &["templates", "--format", "csv", "a.log", "b.log"]);
    let rows = rows(&ran.out);
    assert_eq!(rows.iter().map(|r| r.0).collect::<Vec<_>>(), ["1", "2", "3", "4", "1", "2", "3", "4"], "{}", ran.out);
    assert!(rows[0].1 == rows[1].1 && rows[1].1 == rows[2].1 && rows[2].1 != rows[3].1, "{}", ran.out);
    assert_eq!(rows[..4].iter().map(|r| r.1).collect::<Vec<_>>(), rows[4..].iter().map(|r| r.1).collect::<Vec<_>>());
}

#[test]
fn the_table_counts_every_record() {
    let ran = run_with_input(&["templates", "-"], failing_log().as_bytes());
    assert!(ran.out.contains("500 records, 2 templates"), "{}", ran.out);
    let ran = run_with_input(&["templates", "-", "--format", "json"], failing_log().as_bytes());
    let counts =
        ran.out.lines().map(|l| serde_json::from_str::<serde_json::Value>(l).unwrap()["count"].as_u64().unwrap());
    assert_eq!(counts.sum::<u64>(), 500);
}
