//! Messages that were passed over.

use decant_codec::DecodeError;
use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64;

/// What is known of a message that could not be decoded, or of a batch that was refused for good. None of its text: what
/// could not be decoded could not be redacted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeadLetter {
    pub topic: String,
    pub partition: i32,
    pub offset: i64,
    /// Messages that it stands for, from `offset` on.
    pub messages: u64,
    pub reason: String,
    pub bytes: u64,
    /// XXH3 of the payload, in hex, so that copies are known; absent for a batch.
    pub hash: Option<String>,
}

/// Bytes of a reason that are kept.
const REASON_MAX: usize = 500;

impl DeadLetter {
    pub(super) fn of(topic: &str, partition: i32, offset: i64, payload: &[u8], error: &DecodeError) -> Self {
        Self {
            topic: topic.to_owned(),
            partition,
            offset,
            messages: 1,
            reason: reason(error),
            bytes: payload.len() as u64,
            hash: Some(format!("{:016x}", xxh3_64(payload))),
        }
    }
}

/// The error in words. A JSON value that is not what was expected is quoted by the parser: what it quotes is cut out.
fn reason(error: &DecodeError) -> String {
    let mut words = error.to_string();
    if matches!(error, DecodeError::Json { .. }) {
        cut_out(&mut words, '"');
        if ["invalid ", "unknown "].iter().any(|start| words.contains(start)) {
            cut_out(&mut words, '`');
        }
    }
    words.truncate(words.floor_char_boundary(REASON_MAX));
    words
}

/// From the first to the last of these quotes, since a value may hold some too.
fn cut_out(words: &mut String, quote: char) {
    if let (Some(first), Some(last)) = (words.find(quote), words.rfind(quote)) {
        words.replace_range(first..=last, "(cut out)");
    }
}

#[cfg(test)]
mod tests {
    use decant_codec::payload::{Encoding, Message, PayloadDecoder};
    use decant_codec::text::DecodeOptions;
    use decant_model::Signal;

    use super::*;

    #[test]
    fn a_reason_tells_nothing_of_what_the_message_says() {
        let long = format!("{{\"resourceLogs\":\"{}\"}}", "hunter2 ".repeat(1_000));
        let time = |value: &str| {
            format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{"timeUnixNano":{value}}}]}}]}}]}}"#)
        };
        let payloads = [
            r#"{"resourceLogs":"hunter2"}"#.to_owned(),
            r#"{"resourceLogs":"a \"hunter2\" in quotes"}"#.to_owned(),
            r#"{"resourceLogs":4111111111111111}"#.to_owned(),
            r#"{"resourceLogs":[{"resource":"hunter2`"}]}"#.to_owned(),
            r#"hunter2"#.to_owned(),
            r#""hunter2""#.to_owned(),
            time("\"hunter2\""),
            time("[4111111111111111]"),
            long,
        ];
        for payload in payloads {
            let options = DecodeOptions::default();
            let mut decoder = PayloadDecoder::new(Encoding::OtlpJson, Signal::Logs, "topic", 0, options);
            let message = Message { offset: 0, time_unix_nano: None, payload: payload.as_bytes() };
            let error = decoder.push(&message).unwrap_err();
            let letter = DeadLetter::of("topic", 0, 0, payload.as_bytes(), &error);
            let told = &letter.reason;
            assert!(!told.contains("hunter2") && !told.contains("41111"), "{told}");
            assert!(told.starts_with("JSON is malformed at line 1 column ") && told.len() <= REASON_MAX, "{told}");
        }
    }
}
