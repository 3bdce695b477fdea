//! What is marked as a repeat.

use decant_dedup::{Config, Dedup, Fields, Mode};
use decant_model::Position;

use crate::make::{Log, SECOND, log, logs, marks, push};

fn check(config: Config, rows: &[Log], expected: &str) {
    let mut dedup = Dedup::new(config);
    assert_eq!(marks(&push(&mut dedup, logs(Position::default(), rows)).stored), expected);
}

fn near() -> Config {
    Config { mode: Mode::Near, ..Config::default() }
}

fn by(user: &str) -> Log {
    Log { user: user.to_owned(), ..log(1, "down") }
}

#[test]
fn the_second_of_two_equal_records_is_a_repeat() {
    check(Config::default(), &[log(1, "a"), log(2, "b"), log(3, "a")], "..=");
}

#[test]
fn a_new_window_tells_a_running_fault_again() {
    check(Config::default(), &[log(1, "down"), log(2, "down"), log(10 * SECOND, "down")], ".=.");
}

#[test]
fn late_records_are_of_their_own_window() {
    check(
        Config::default(),
        &[log(1, "down"), log(10 * SECOND, "down"), log(2, "down"), log(11 * SECOND, "down")],
        "..==",
    );
}

#[test]
fn records_without_a_time_share_one_window() {
    let undated = Log { time: None, ..log(0, "down") };
    check(Config::default(), &[undated.clone(), log(1, "down"), undated], "..=");
}

#[test]
fn numbers_that_differ_make_a_near_repeat_where_that_is_asked_for() {
    let rows = [log(1, "try 1"), log(2, "try 2"), log(3, "try 2"), log(4, "give up"), log(5, "try 1")];
    check(Config::default(), &rows, "..=.=");
    check(near(), &rows, ".~=.=");
}

#[test]
fn attributes_count_when_they_are_included_and_not_excluded() {
    let rows = [by("ann"), by("bob"), by("ann")];
    check(Config::default(), &rows, ".==");
    check(Config { fields: Fields::These(vec!["user".to_owned()]), ..Config::default() }, &rows, "..=");
    check(Config { fields: Fields::These(vec!["host".to_owned()]), ..Config::default() }, &rows, ".==");
    check(Config { fields: Fields::AllBut(Vec::new()), ..Config::default() }, &rows, "..=");
    check(Config { fields: Fields::AllBut(vec!["user".to_owned()]), ..Config::default() }, &rows, ".==");
    check(Config { fields: Fields::AllBut(Vec::new()), ..near() }, &rows, "..=");
}
