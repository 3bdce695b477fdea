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

#[test]
fn an_empty_file_among_several_has_no_rows_and_a_folder_is_its_files() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("logs")).unwrap();
    for (name, text) in [("logs/a.log", "took 5 ms\n\ntook 6 ms\n"), ("logs/b.log", ""), ("logs/c.log", "took 7 ms\n")]
    {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    for paths in [&["logs/a.log", "logs/b.log", "logs/c.log"][..], &["logs"][..]] {
        let ran = run(folder.path(), &[&["templates", "--messages", "--format", "csv"], paths].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert_eq!(rows(&ran.out).iter().map(|r| r.0).collect::<Vec<_>>(), ["1", "2", "3", "1"], "{}", ran.out);
    }
    let ran = run(folder.path(), &["templates", "--format", "csv", "logs/b.log"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{}", ran.err);
}

#[test]
fn below_a_template_stand_its_times_values_and_an_example_within_a_terminals_width() {
    let log: String = (0..20)
        .map(|i| {
            format!("2026-03-03T09:00:{i:02}Z INFO web: user=ann{} took {i} ms {}\n", i % 2, "and more ".repeat(9))
        })
        .collect();
    let ran = run_with_input(&["templates", "-"], log.as_bytes());
    let wide = |line: &&str| line.chars().count() > 80 && !line.contains('%');
    assert_eq!(ran.out.lines().find(wide), None, "{}", ran.out);
    for part in
        ["20 records, 1 template,", "100.0%  ", "from 2026-03-03T09:00:00Z to 2026-03-03T09:00:19Z", "(10), ", "e.g. "]
    {
        assert!(ran.out.contains(part), "{part} in {}", ran.out);
    }
}
