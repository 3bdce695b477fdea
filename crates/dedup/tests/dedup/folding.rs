//! The policy `repeats: drop`: fewer rows, the same records.

use decant_dedup::{Config, Dedup, Messages, Mode, Repeats, unfold};
use decant_model::Position;

use crate::make::{Log, SECOND, at, bodies, columns, log, logs, marks, push, records};

fn dropping(mode: Mode) -> Dedup {
    Dedup::new(Config { mode, repeats: Repeats::Drop, ..Config::default() })
}

fn at_default(rows: &[Log]) -> decant_model::Batch {
    logs(Position::default(), rows)
}

#[test]
fn of_a_batchs_repeats_the_earliest_stays_with_count_and_last_time() {
    let mut dedup = dropping(Mode::Exact);
    let rows = [log(5, "down"), log(3, "up"), log(7, "down"), log(2, "down"), log(4, "down")];
    let passed = push(&mut dedup, at_default(&rows));
    assert_eq!((bodies(&passed.stored), marks(&passed.stored).as_str()), (vec!["up", "down"], ".."));
    let left = columns(&passed.stored);
    assert_eq!((left.folded.value(1), left.time(1), left.folded_until_unix_nano.value(1)), (3, Some(2), 7));
    assert_eq!(left.folded.value(0), 0);
    // All count.
    assert_eq!(passed.counted.len(), 5);
    let counts = dedup.counts();
    assert_eq!((counts.first, counts.repeats, counts.folded), (2, 0, 3));
}

#[test]
fn a_later_batch_of_the_window_tells_its_own_count() {
    let mut dedup = dropping(Mode::Exact);
    push(&mut dedup, at_default(&[log(1, "down"), log(2, "down")]));
    let passed =
        push(&mut dedup, at_default(&[log(3, "down"), log(4, "down"), log(5, "down"), log(10 * SECOND, "down")]));
    assert_eq!((marks(&passed.stored).as_str(), records(&passed.stored)), ("=.", 4));
}

#[test]
fn the_last_of_a_batchs_messages_stays_since_it_tells_how_far_the_batch_reaches() {
    let mut dedup = dropping(Mode::Exact);
    dedup.may_replay("lines", Messages::Rows);
    let rows: Vec<Log> = (10..20).map(|n| Log { ordinal: n, ..log(n as i64, "down") }).collect();
    let stored = push(&mut dedup, logs(at("lines", 10), &rows)).stored;
    assert_eq!((columns(&stored).ordinal.values().to_vec(), records(&stored)), (vec![10, 19], 10));
}

#[test]
fn near_repeats_fold_where_the_operator_set_numbers_aside() {
    let rows = [log(1, "try 1"), log(2, "try 2"), log(3, "try 3")];
    assert_eq!(push(&mut dropping(Mode::Exact), at_default(&rows)).stored.len(), 3);
    let mut dedup = dropping(Mode::Near);
    let passed = push(&mut dedup, at_default(&rows));
    assert_eq!((bodies(&passed.stored), records(&passed.stored)), (vec!["try 1"], 3));
    let passed = push(&mut dedup, at_default(&[log(4, "try 3"), log(5, "try 4")]));
    assert_eq!((marks(&passed.stored).as_str(), records(&passed.stored)), ("~", 2));
    let counts = dedup.counts();
    // "try 3" is the same as before to the letter; a near one of its group stands in the store.
    assert_eq!((counts.near_repeats, counts.folded, counts.folded_near), (1, 3, 2));
}

#[test]
fn unfolded_rows_have_the_first_and_the_last_time_and_lie_between() {
    let mut dedup = dropping(Mode::Exact);
    let rows: Vec<Log> = (0..100).map(|n| log(1_000 + n * n, "down")).collect();
    let stored = push(&mut dedup, at_default(&rows)).stored;
    assert_eq!(stored.len(), 1);
    let unfolded = unfold(stored);
    let times: Vec<i64> = unfolded.iter().flat_map(|b| (0..b.len()).map(|row| columns(b).time(row).unwrap())).collect();
    assert_eq!((times.len(), times[0], times[99]), (100, 1_000, 1_000 + 99 * 99));
    assert!(times.is_sorted());
    assert!(unfolded.iter().all(|b| records(b) == b.len() as u64));
}

#[test]
fn many_records_unfold_into_batches_of_bounded_size() {
    let mut dedup = dropping(Mode::Exact);
    let rows = vec![log(1, "down"); 200_000];
    let unfolded = unfold(push(&mut dedup, at_default(&rows)).stored);
    assert!(unfolded.iter().all(|batch| batch.len() <= 65_536));
    assert_eq!(unfolded.iter().map(decant_model::Batch::len).sum::<usize>(), 200_000);
}
