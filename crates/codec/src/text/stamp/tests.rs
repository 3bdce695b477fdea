//! A table of timestamps.

use super::*;
use crate::text::clock::Clock;

fn check(text: &str, expected: &str, len: usize) {
    let read = read(text.as_bytes()).unwrap_or_else(|| panic!("{text} is a timestamp"));
    let nanos = Clock::new(None, 2023).resolve(read.stamp);
    let time = jiff::Timestamp::from_nanosecond(nanos.into()).expect("in range");
    assert_eq!(time.to_string(), expected, "{text}");
    assert_eq!(read.len, len, "{text}");
}

fn check_not(text: &str) {
    assert_eq!(read(text.as_bytes()), None, "{text}");
}

#[test]
fn timestamps_of_many_programs_are_read() {
    check("2024-01-02T15:04:05Z x", "2024-01-02T15:04:05Z", 20);
    check("2024-01-02T15:04:05.1234567Z", "2024-01-02T15:04:05.1234567Z", 28);
    check("2024-01-02T15:04:05.123456789+02:00 x", "2024-01-02T13:04:05.123456789Z", 35);
    check("2024-01-02T15:04Z", "2024-01-02T15:04:00Z", 17);
    check("2024-01-02 15:04:05,123 INFO", "2024-01-02T15:04:05.123Z", 23);
    check("2024-01-02 15:04:05.123 UTC [1]", "2024-01-02T15:04:05.123Z", 27);
    check("2024-01-02 15:04:05 -0800 x", "2024-01-02T23:04:05Z", 25);
    check("2024-01-02 15:04:05 - name", "2024-01-02T15:04:05Z", 19);
    check("2024/01/02 15:04:05 [error]", "2024-01-02T15:04:05Z", 19);
    check("2024-01-02-15.04.05.678901 R1", "2024-01-02T15:04:05.678901Z", 26);
    check("20240102-15:04:05:678|x", "2024-01-02T15:04:05.678Z", 21);
    check("20240102-15:4:5:678|x", "2024-01-02T15:04:05.678Z", 19);
    check("20240102T150405Z", "2024-01-02T15:04:05Z", 16);
    check("240102 150405 148 INFO", "2024-01-02T15:04:05Z", 13);
    check("17/06/09 20:10:40 INFO", "2017-06-09T20:10:40Z", 17);
    check("02/Jan/2024:15:04:05 +0100] x", "2024-01-02T14:04:05Z", 26);
    check("02-Jan-2024 15:04:05.123 INFO", "2024-01-02T15:04:05.123Z", 24);
    check("2 Jan 2024 15:04:05", "2024-01-02T15:04:05Z", 19);
    check("01/02/2024 03:04:05 PM - x", "2024-01-02T15:04:05Z", 22);
    check("31/01/2024 03:04:05", "2024-01-31T03:04:05Z", 19);
    check("02.01.2024 03:04:05", "2024-01-02T03:04:05Z", 19);
    check("01-02 15:04:05.678  123 I", "2023-01-02T15:04:05.678Z", 18);
    check("10.30 16:49:06] x", "2023-10-30T16:49:06Z", 14);
    check("Jan  2 15:04:05 host", "2023-01-02T15:04:05Z", 15);
    check("Jan 12 15:04:05.123 host", "2023-01-12T15:04:05.123Z", 19);
    check("Tue Jan 02 15:04:05 2024] x", "2024-01-02T15:04:05Z", 24);
    check("Tue Jan 02 15:04:05.123456 2024] x", "2024-01-02T15:04:05.123456Z", 31);
    check("Tue Jan  2 15:04:05 UTC 2024", "2024-01-02T15:04:05Z", 28);
    check("Jan 2, 2024 3:04:05 PM org.x", "2024-01-02T15:04:05Z", 22);
    check("Tue, 02 Jan 2024 15:04:05 GMT", "2024-01-02T15:04:05Z", 29);
    check("1704207845 x", "2024-01-02T15:04:05Z", 10);
    check("1704207845.25", "2024-01-02T15:04:05.25Z", 13);
    check("1704207845123", "2024-01-02T15:04:05.123Z", 13);
    check("1704207845123456", "2024-01-02T15:04:05.123456Z", 16);
    check("1704207845123456789", "2024-01-02T15:04:05.123456789Z", 19);
}

#[test]
fn what_only_resembles_a_timestamp_is_not_one() {
    check_not("");
    check_not("2024-01-02");
    check_not("2024-13-02 15:04:05");
    check_not("2024-01-02 25:04:05");
    check_not("10.251.73.220:50010 is added");
    check_not("1.2.3 released");
    check_not("12/34 done");
    check_not("123456 654321");
    check_not("0123456789");
    check_not("17042078451");
    check_not("1704207845abc");
    check_not("Marching on");
    check_not("May 5 apples");
    check_not("5 Jan apples");
}
