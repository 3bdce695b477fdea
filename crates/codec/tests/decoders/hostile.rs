//! Input that is not what it should be.

use decant_codec::text::DecodeOptions;

use crate::rows::{decode, decode_with};

#[test]
fn a_line_of_ten_megabytes_is_cut_and_counted() {
    let text = format!("before\n{}\nafter\n", "x".repeat(10 << 20));
    let (rows, counts) = decode(&text);
    assert_eq!(rows.iter().map(|r| r.body.len()).collect::<Vec<_>>(), [6, 1 << 20, 5]);
    assert_eq!((counts.truncated_lines, counts.truncated_bytes), (1, 9 << 20));
}

#[test]
fn a_line_is_cut_between_characters() {
    let options = DecodeOptions { max_line_bytes: 65, ..DecodeOptions::default() };
    let (rows, counts) = decode_with("é".repeat(50).as_bytes(), options);
    assert_eq!(rows[0].body, "é".repeat(32));
    assert_eq!((counts.truncated_lines, counts.invalid_utf8), (1, 0));
}

#[test]
fn bytes_that_are_not_utf8_are_replaced_and_counted() {
    let (rows, counts) = decode_with(b"caf\xe9 is closed\nfine\n", DecodeOptions::default());
    assert_eq!(rows[0].body, "caf\u{fffd} is closed");
    assert_eq!((rows.len(), counts.invalid_utf8), (2, 1));
}

#[test]
fn a_byte_order_mark_is_no_text() {
    let (rows, _) = decode("\u{feff}2024-01-02 15:04:05 INFO a\n");
    assert_eq!((rows[0].body.as_str(), rows[0].severity), ("a", "INFO"));
    let (rows, _) = decode("\u{feff}");
    assert_eq!(rows.len(), 0);
}

#[test]
fn carriage_returns_at_line_ends_go() {
    let (rows, counts) = decode("one\r\n\r\ntwo\r\n");
    assert_eq!(rows.iter().map(|r| r.body.as_str()).collect::<Vec<_>>(), ["one", "two"]);
    assert_eq!(counts.blank_lines, 1);
}

#[test]
fn a_binary_file_yields_no_rows_and_its_bytes_are_counted() {
    let bytes: Vec<u8> = (0..20_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let (rows, counts) = decode_with(&bytes, DecodeOptions::default());
    assert_eq!((rows.len(), counts.unreadable_bytes), (0, 20_000));
}

#[test]
fn a_binary_line_within_text_is_set_aside() {
    let mut bytes = b"one\n".repeat(2000);
    bytes.extend((0..200u8).filter(|&b| b != b'\n'));
    bytes.extend(b"\ntwo\n");
    let (rows, counts) = decode_with(&bytes, DecodeOptions::default());
    assert_eq!(rows.last().map(|r| r.body.as_str()), Some("two"));
    assert_eq!((rows.len(), counts.unreadable_lines), (2001, 1));
}

#[test]
fn nothing_comes_of_nothing() {
    for text in ["", "\n", "\n\n\n", "   \n\t\n"] {
        let (rows, counts) = decode(text);
        assert_eq!((rows.len(), counts.records), (0, 0), "{text:?}");
        assert_eq!(counts.blank_lines, counts.lines);
    }
}

#[test]
fn broken_json_stays_as_text_and_is_counted() {
    let (rows, counts) = decode("{\"msg\":\"cut off\n{\"resourceLogs\":[{\"scopeLogs\n{ return 1; }\n");
    assert_eq!(rows[0].body, "{\"msg\":\"cut off");
    assert_eq!((rows.len(), counts.malformed), (3, 2));
}

#[test]
fn a_file_may_not_name_services_without_end() {
    let text: String = (0..2000).map(|i| format!("{{\"msg\":\"x\",\"service\":\"s{i}\"}}\n")).collect();
    let (rows, counts) = decode(&text);
    let services: std::collections::BTreeSet<&str> = rows.iter().map(|r| r.service.as_str()).collect();
    assert_eq!(services.len(), 1025);
    assert_eq!(counts.services_over_limit, 976);
}

#[test]
fn json_nested_without_end_is_no_stack_overflow() {
    let (rows, counts) = decode(&format!("{{\"a\":{}1{}}}\n", "[".repeat(100_000), "]".repeat(100_000)));
    assert_eq!((rows.len(), counts.malformed), (1, 1));
    let (rows, _) = decode(&format!("{{\"resourceLogs\":{}}}\n", "[".repeat(100_000)));
    assert_eq!(rows.len(), 1);
}
