//! What was here before counts once, and never takes the place of more than itself.

use decant_dedup::{Config, Dedup, Messages};
use decant_model::{Position, Signal};

use crate::make::{Log, at, bodies, ids, log, logs, marks, points, push, spans};

fn dedup() -> Dedup {
    let mut dedup = Dedup::new(Config::default());
    dedup.may_replay("topic", Messages::Batches);
    dedup.may_replay("lines", Messages::Rows);
    dedup
}

fn line(offset: u64) -> Log {
    Log { ordinal: offset, ..log(1, "down") }
}

#[test]
fn a_span_delivered_twice_counts_once() {
    let mut dedup = dedup();
    assert_eq!(ids(&push(&mut dedup, spans(Position::default(), &[1, 2, 1])).stored), [1, 2]);
    assert_eq!(ids(&push(&mut dedup, spans(at("otlp_grpc", 7), &[2, 3])).stored), [3]);
    assert_eq!(dedup.counts().redelivered, 2);
}

#[test]
fn a_span_without_an_id_has_no_identity() {
    let mut dedup = dedup();
    assert_eq!(push(&mut dedup, spans(Position::default(), &[0, 0])).stored.len(), 2);
}

#[test]
fn a_point_delivered_twice_counts_once_and_a_new_value_passes() {
    let mut dedup = dedup();
    assert_eq!(push(&mut dedup, points(&[(1, 0.5), (1, 0.5), (1, 0.6), (2, 0.5)])).stored.len(), 3);
}

#[test]
fn a_request_that_is_sent_again_is_removed_and_a_repeat_is_not() {
    let mut dedup = dedup();
    let rows = [log(1, "down"), log(2, "down")];
    push(&mut dedup, logs(at("otlp_http", 100), &rows));
    let again = push(&mut dedup, logs(at("otlp_http", 101), &rows));
    assert_eq!((again.stored.len(), again.counted.len()), (0, 0));
    let later = push(&mut dedup, logs(at("otlp_http", 102), &[log(1, "down"), log(3, "down")]));
    assert_eq!((marks(&later.stored).as_str(), later.counted.len()), ("==", 2));
    assert_eq!(dedup.counts().redelivered, 2);
}

#[test]
fn without_a_time_there_is_no_telling() {
    let mut dedup = dedup();
    let rows = [Log { time: None, ..log(0, "down") }];
    push(&mut dedup, logs(at("otlp_http", 100), &rows));
    assert_eq!(push(&mut dedup, logs(at("otlp_http", 101), &rows)).counted.len(), 1);
}

#[test]
fn one_row_of_a_coarse_clock_may_be_a_repeat_and_is_kept() {
    const MILLISECOND: i64 = 1_000_000;
    for (times, kept) in
        [(vec![5 * MILLISECOND], 1), (vec![5 * MILLISECOND + 1], 0), (vec![5 * MILLISECOND, 6 * MILLISECOND], 0)]
    {
        let mut dedup = dedup();
        let rows: Vec<Log> = times.iter().map(|t| log(*t, "down")).collect();
        push(&mut dedup, logs(at("otlp_http", 100), &rows));
        let again = push(&mut dedup, logs(at("otlp_http", 101), &rows));
        assert_eq!((again.stored.len(), again.counted.len()), (kept, kept), "{times:?}");
    }
}

#[test]
fn a_message_that_is_read_again_is_stored_again_as_it_was_and_does_not_count() {
    let mut dedup = dedup();
    let rows = [log(1, "down"), log(2, "down")];
    let first = push(&mut dedup, logs(at("topic", 5), &rows));
    let again = push(&mut dedup, logs(at("topic", 5), &rows));
    assert_eq!((marks(&first.stored), marks(&again.stored)), (".=".to_owned(), ".=".to_owned()));
    assert_eq!((first.counted.len(), again.counted.len()), (2, 0));
}

#[test]
fn the_same_offset_of_another_partition_or_signal_is_another_message() {
    let mut dedup = dedup();
    push(&mut dedup, logs(at("topic", 5), &[log(1, "down")]));
    let elsewhere = Position { partition: 1, ..at("topic", 5) };
    assert_eq!(push(&mut dedup, logs(elsewhere, &[log(2, "down")])).counted.len(), 1);
    assert_eq!(push(&mut dedup, spans(at("topic", 5), &[1])).counted.len(), 1);
}

#[test]
fn a_producers_second_copy_under_another_offset_is_removed_each_time_it_is_read() {
    let mut dedup = dedup();
    let rows = [log(1, "down")];
    push(&mut dedup, logs(at("topic", 5), &rows));
    for _ in 0..2 {
        assert_eq!(push(&mut dedup, logs(at("topic", 6), &rows)).stored.len(), 0);
    }
    assert_eq!(push(&mut dedup, logs(at("topic", 5), &rows)).stored.len(), 1);
    push(&mut dedup, spans(at("topic", 7), &[1]));
    for _ in 0..2 {
        assert_eq!(ids(&push(&mut dedup, spans(at("topic", 8), &[1, 2])).stored), [2]);
    }
}

#[test]
fn lines_are_messages_of_their_own_however_they_are_gathered() {
    let mut dedup = dedup();
    push(&mut dedup, logs(at("lines", 100), &[line(100), line(101), line(103)]));
    for offset in [100, 101, 103] {
        let again = push(&mut dedup, logs(at("lines", offset), &[line(offset as u64)]));
        assert_eq!((again.stored.len(), again.counted.len()), (1, 0), "{offset}");
    }
    let mixed = push(&mut dedup, logs(at("lines", 103), &[line(103), line(104)]));
    assert_eq!((bodies(&mixed.stored).len(), mixed.counted.len()), (2, 1));
}

#[test]
fn what_was_counted_before_a_restart_does_not_count_again() {
    let mut dedup = dedup();
    dedup.counted_elsewhere(Signal::Logs, "topic", 0, 5, 6);
    for (offset, counted) in [(4, 1), (5, 0), (6, 0), (7, 1)] {
        let passed = push(&mut dedup, logs(at("topic", offset), &[log(offset, "down")]));
        assert_eq!((passed.stored.len(), passed.counted.len()), (1, counted), "{offset}");
    }
    dedup.counted_elsewhere(Signal::Traces, "topic", 0, 5, 5);
    let passed = push(&mut dedup, spans(at("topic", 5), &[1, 2]));
    assert_eq!((passed.stored.len(), passed.counted.len()), (2, 0));
}

/// Some of a message's spans are forgotten, others are not: a part of it would take the place of the whole.
#[test]
fn a_message_that_is_half_forgotten_is_stored_whole() {
    let mut dedup = Dedup::new(Config { max_keys: 4, ..Config::default() });
    dedup.may_replay("topic", Messages::Batches);
    push(&mut dedup, spans(at("topic", 1), &[1, 2, 3, 4]));
    push(&mut dedup, spans(at("topic", 9), &[5, 6, 7]));
    assert!(push(&mut dedup, spans(at("topic", 1), &[1, 2, 3, 4])).stored.len() == 4);
    for position in 20..40 {
        push(&mut dedup, spans(at("topic", position * 2), &[position as u8]));
        let again = push(&mut dedup, spans(at("topic", 1), &[1, 2, 3, 4]));
        assert_eq!(ids(&again.stored), [1, 2, 3, 4]);
    }
    assert!(dedup.counts().evicted > 0);
}
