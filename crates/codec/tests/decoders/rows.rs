//! Batches as rows that tests can compare.

use decant_codec::text::{DecodeCounts, DecodeOptions, FileDecoder};
use decant_model::{Batch, Rows};

/// A log record, written out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) body: String,
    /// RFC 3339; empty when the record tells none.
    pub(crate) time: String,
    pub(crate) severity: &'static str,
    pub(crate) service: String,
    pub(crate) attributes: Vec<(String, String)>,
    /// Line number.
    pub(crate) ordinal: u64,
    pub(crate) trace_id: Option<String>,
}

impl Row {
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.attributes.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str())
    }
}

pub(crate) fn rows_of(batch: &Batch) -> Vec<Row> {
    let Rows::Logs(logs) = &batch.rows else { return Vec::new() };
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect();
    (0..logs.len())
        .map(|i| Row {
            body: logs.body.value(i).to_owned(),
            time: logs.time_unix_nano.iter().nth(i).flatten().map(time).unwrap_or_default(),
            severity: logs.severity(i).as_str(),
            service: batch.service(logs.resource.value(i)).to_owned(),
            attributes: logs.attributes.of(i).map(|(k, v)| (k.to_owned(), v.to_owned())).collect(),
            ordinal: logs.ordinal.value(i),
            trace_id: logs.trace_id.iter().nth(i).flatten().map(hex),
        })
        .collect()
}

fn time(nanos: i64) -> String {
    jiff::Timestamp::from_nanosecond(nanos.into()).expect("in range").to_string()
}

/// Decodes a file of this name.
pub(crate) fn decode_as(source: &str, bytes: &[u8], options: DecodeOptions) -> (Vec<Batch>, DecodeCounts) {
    let mut decoder = FileDecoder::new(source, options);
    let mut out = Vec::new();
    decoder.push(bytes, &mut out);
    let counts = decoder.finish(&mut out);
    (out, counts)
}

pub(crate) fn decode_with(bytes: &[u8], options: DecodeOptions) -> (Vec<Row>, DecodeCounts) {
    let (batches, counts) = decode_as("app.log", bytes, options);
    assert_conserved(&counts);
    (batches.iter().flat_map(rows_of).collect(), counts)
}

pub(crate) fn decode(text: &str) -> (Vec<Row>, DecodeCounts) {
    decode_with(text.as_bytes(), DecodeOptions::default())
}

/// Every line is one thing.
pub(crate) fn assert_conserved(counts: &DecodeCounts) {
    let parts = counts.records_from_lines
        + counts.joined_lines
        + counts.blank_lines
        + counts.unreadable_lines
        + counts.otlp_lines;
    assert_eq!(counts.lines, parts, "{counts:?}");
}
