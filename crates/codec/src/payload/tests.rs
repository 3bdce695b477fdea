//! A table of payloads.

use decant_model::Rows;

use super::*;

fn decoder(encoding: Encoding) -> PayloadDecoder {
    PayloadDecoder::new(encoding, Signal::Logs, "app", 3, DecodeOptions::default())
}

fn push(decoder: &mut PayloadDecoder, offset: i64, payload: &str) -> Result<u64, DecodeError> {
    decoder.push(&Message { offset, time_unix_nano: Some(7), payload: payload.as_bytes() })
}

/// Body, ordinal, time.
type Row = (String, u64, Option<i64>);

fn take(decoder: &mut PayloadDecoder) -> Vec<(i64, Vec<Row>)> {
    let mut out = Vec::new();
    decoder.take(&mut out);
    let rows = |batch: &Batch| match &batch.rows {
        Rows::Logs(logs) => {
            (0..logs.len()).map(|i| (logs.body.value(i).to_owned(), logs.ordinal.value(i), logs.time(i))).collect()
        }
        _ => panic!("these are logs"),
    };
    out.iter().map(|batch| (batch.position.offset, rows(batch))).collect()
}

fn row(body: &str, ordinal: u64, time: i64) -> Row {
    (body.to_owned(), ordinal, Some(time))
}

#[test]
fn a_batch_has_the_offset_of_its_first_message() {
    let mut raw = decoder(Encoding::Raw);
    assert_eq!(push(&mut raw, 5, "one\n two"), Ok(1));
    assert_eq!(push(&mut raw, 9, "2024-01-02 03:04:05 three"), Ok(1));
    let first = vec![row("one\n two", 5, 7), row("2024-01-02 03:04:05 three", 9, 7)];
    assert_eq!(take(&mut raw), [(5, first)]);
    assert_eq!(take(&mut raw), []);
    assert_eq!(push(&mut raw, 10, "four"), Ok(1));
    assert_eq!(take(&mut raw), [(10, vec![row("four", 10, 7)])]);
}

#[test]
fn a_partition_may_go_back() {
    let mut raw = decoder(Encoding::Raw);
    for offset in [5, 6, 5] {
        assert_eq!(push(&mut raw, offset, "x"), Ok(1));
        assert_eq!(take(&mut raw), [(offset, vec![row("x", offset as u64, 7)])]);
    }
}

#[test]
fn a_text_message_is_lines_that_are_not_joined_to_the_next_message() {
    let mut text = decoder(Encoding::Text);
    let stack = "1970-01-01 00:00:01 ERROR java.lang.IllegalStateException: x\n\tat a.B.c(B.java:1)\n";
    assert_eq!(push(&mut text, 1, stack), Ok(1));
    assert_eq!(push(&mut text, 2, "\tat a.B.d(B.java:2)"), Ok(1));
    let stack = "java.lang.IllegalStateException: x\n\tat a.B.c(B.java:1)";
    assert_eq!(take(&mut text), [(1, vec![row(stack, 1, 1_000_000_000), row("\tat a.B.d(B.java:2)", 2, 7)])]);
}

#[test]
fn a_message_that_is_not_what_it_should_be_adds_nothing() {
    let mut json = decoder(Encoding::Json);
    assert!(matches!(push(&mut json, 1, "{\"msg\":"), Err(DecodeError::Json { .. })));
    assert!(matches!(push(&mut json, 2, "[1]"), Err(DecodeError::Json { .. })));
    assert_eq!(push(&mut json, 3, "{\"msg\":\"fine\",\"level\":\"warn\"}"), Ok(1));
    assert!(matches!(push(&mut json, 4, "{\"msg\":1} x"), Err(DecodeError::Json { .. })));
    assert_eq!(take(&mut json), [(3, vec![row("fine", 3, 7)])]);
    let mut text = decoder(Encoding::Text);
    let binary = [0x9c, 0xff, 0x00, 0x80, 0x01, 0xe8, 0xaa, 0xbb, 0xf1, 0x90].repeat(4);
    let message = Message { offset: 1, time_unix_nano: None, payload: &binary };
    assert!(matches!(text.push(&message), Err(DecodeError::Utf8 { valid_up_to: 0 })));
    let mut proto = decoder(Encoding::OtlpProto);
    assert!(matches!(push(&mut proto, 1, "not protobuf"), Err(DecodeError::Proto { .. })));
    assert!(!proto.is_full());
}

#[test]
fn an_otlp_message_is_a_batch_of_its_own() {
    let mut otlp = decoder(Encoding::OtlpJson);
    let logs = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"8","body":{"stringValue":"x"}}]}]}]}"#;
    assert_eq!(push(&mut otlp, 4, logs), Ok(1));
    assert!(otlp.is_full());
    assert_eq!(take(&mut otlp), [(4, vec![row("x", 0, 8)])]);
    assert_eq!(push(&mut otlp, 5, "{}"), Ok(0));
    assert!(!otlp.is_full());
}

#[test]
fn json_that_is_no_otlp_is_an_error_and_an_empty_request_is_none() {
    let push = |payload: &str| {
        let mut decoder = PayloadDecoder::new(Encoding::OtlpJson, Signal::Logs, "topic", 0, DecodeOptions::default());
        decoder.push(&Message { offset: 0, time_unix_nano: None, payload: payload.as_bytes() })
    };
    for payload in ["[]", " [[]]", r#"{"a":1}"#, r#"{"resourceLog":[]}"#, r#"{"a":1,"resourceLogs":null}"#] {
        assert_eq!(push(payload), Err(DecodeError::NotOtlp), "{payload}");
    }
    for payload in ["{}", r#"{"resourceLogs":[]}"#, r#"{"resourceSpans":null}"#, r#"{"a":1,"resourceLogs":[]}"#] {
        assert_eq!(push(payload), Ok(0), "{payload}");
    }
}
