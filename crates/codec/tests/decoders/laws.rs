//! Laws for any bytes.

use decant_codec::compressed::{Coding, Plain, inflate};
use decant_codec::payload::{Encoding, Message, PayloadDecoder};
use decant_codec::text::{DecodeOptions, FileDecoder};
use decant_codec::{Limits, otlp};
use decant_model::{Position, Signal};
use proptest::prelude::*;

use crate::rows::{assert_conserved, decode_with, rows_of};

/// Pieces from which lines are made that nearly are of some format.
const PIECES: &[&str] = &[
    "2024-01-02 15:04:05",
    "2024-01-02T15:04:05.1234567Z",
    "2024-01-02T15:04:05.1Z stdout P ",
    "Jan  2 15:04:05",
    "<34>",
    "<165>1 ",
    "I0102 15:04:05.0 7 a.go:1] ",
    "[",
    "]",
    "{",
    "}",
    "{\"msg\":\"",
    "\"}",
    "{\"log\":\"x",
    "\",\"stream\":\"stderr\",\"time\":\"2024-01-02T15:04:05Z\"}",
    "{\"resourceLogs\":[",
    "level=",
    "msg=\"a\\\"",
    "=",
    " ERROR ",
    " info",
    ":",
    "\t",
    " ",
    "\n",
    "\r\n",
    "\n\n",
    "\u{1b}[31m",
    "\u{1b}]0;",
    "\u{7}",
    "é",
    "世界",
    "\0",
    "\tat a.B(C.java:1)",
    "Caused by: ",
    "Traceback (most recent call last):",
    "panic: ",
    "goroutine 1 [running]:",
    "thread 'main' panicked at a.rs:1:1:",
    "java.lang.Error: x",
    "host app[7]: ",
    "127.0.0.1 - - [02/Jan/2024:15:04:05 +0000] \"",
    "\u{feff}",
    "1704207845",
    "99999999999999999999",
    "##[error]",
    " | ",
    " - ",
    "cart-1  | ",
    "mail-1  | ",
    "[pod/a/b] ",
    "---",
];

fn text() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => prop::sample::select(PIECES).prop_map(|s| s.as_bytes().to_vec()),
        2 => "[ -~]{0,12}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..6),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn small() -> DecodeOptions {
    DecodeOptions {
        max_line_bytes: 200,
        max_joined_lines: 5,
        max_joined_bytes: 300,
        max_batch_rows: 4,
        max_batch_bytes: 200,
        max_services: 3,
        ..DecodeOptions::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_line_is_counted_once_and_chunks_do_not_matter(
        bytes in text(), chunk in 1usize..80, messages: bool, narrow: bool,
    ) {
        let options = DecodeOptions { messages, ..if narrow { small() } else { DecodeOptions::default() } };
        let (rows, counts) = decode_with(&bytes, options.clone());
        assert_conserved(&counts);
        prop_assert_eq!(counts.bytes, bytes.len() as u64);
        prop_assert_eq!(counts.formats().map(|(_, n)| n).sum::<u64>(), counts.records);
        let mut decoder = FileDecoder::new("app.log", options);
        let mut out = Vec::new();
        bytes.chunks(chunk).for_each(|c| decoder.push(c, &mut out));
        prop_assert_eq!(decoder.finish(&mut out), counts);
        let in_chunks: Vec<_> = out.iter().flat_map(rows_of).collect();
        prop_assert_eq!(in_chunks, rows);
        let mut positions: Vec<_> = out.iter().map(|b| (b.signal(), b.position.clone())).collect();
        let batches = positions.len();
        positions.sort();
        positions.dedup();
        prop_assert_eq!(positions.len(), batches);
    }

    #[test]
    fn messages_keep_one_row_a_line(lines in prop::collection::vec("[ -~é]{0,20}", 0..20)) {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let options = DecodeOptions { messages: true, ..DecodeOptions::default() };
        let (rows, _) = decode_with(text.as_bytes(), options);
        prop_assert_eq!(rows.iter().map(|r| r.body.as_str()).collect::<Vec<_>>(), lines);
    }

    #[test]
    fn decoders_of_requests_never_panic(bytes in text(), cut in 0usize..400) {
        let limits = Limits { max_bytes: 1 << 16, ..Limits::default() };
        for signal in Signal::ALL {
            otlp::decode_proto(signal, &bytes, &limits, Position::default()).ok();
            otlp::decode_json(signal, &bytes, &limits, Position::default()).ok();
        }
        otlp::decode_any_json(&bytes, &limits, Position::default()).ok();
        for coding in [Coding::Gzip, Coding::Zstd] {
            inflate(coding, &bytes, 1 << 16).ok();
            let zstd = zstd::encode_all(&bytes[..], 1).expect("in memory");
            let cut = zstd.get(..cut.min(zstd.len())).expect("within");
            inflate(coding, cut, 1 << 16).ok();
            let mut plain = Vec::new();
            std::io::Read::read_to_end(&mut Plain::new(cut).expect("in memory"), &mut plain).ok();
            prop_assert!(bytes.starts_with(&plain) || plain == cut);
        }
    }

    #[test]
    fn a_partition_replayed_message_by_message_has_the_same_rows_and_meets_each_position(
        payloads in prop::collection::vec(text(), 1..8), every in 1usize..5,
        encoding in prop::sample::select(&Encoding::ALL[..]),
    ) {
        let run = |every: usize| {
            let mut decoder = PayloadDecoder::new(encoding, Signal::Logs, "t", 0, DecodeOptions::default());
            let mut out = Vec::new();
            for (i, payload) in payloads.iter().enumerate() {
                let message = Message { offset: i as i64, time_unix_nano: None, payload };
                decoder.push(&message).ok();
                if decoder.is_full() || (i + 1) % every == 0 {
                    decoder.take(&mut out);
                }
            }
            decoder.take(&mut out);
            out
        };
        let (first, replayed) = (run(every), run(1));
        let positions: Vec<_> = replayed.iter().map(|b| b.position.clone()).collect();
        for batch in &first {
            prop_assert!(positions.contains(&batch.position));
        }
        let rows = |batches: &[decant_model::Batch]| batches.iter().flat_map(rows_of).collect::<Vec<_>>();
        prop_assert_eq!(rows(&first), rows(&replayed));
    }
}
