//! Inputs whole, compressed, cut off and failing.

use std::io::Write as _;

use decant_model::Rows;

use super::*;

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(plain).expect("in memory");
    encoder.finish().expect("in memory")
}

fn bodies(batch: &Batch) -> Vec<String> {
    match &batch.rows {
        Rows::Logs(logs) => (0..logs.len()).map(|i| logs.body.value(i).to_owned()).collect(),
        _ => panic!("these are logs"),
    }
}

fn check(bytes: &[u8], expected: &[&str], compression: Compression, damaged: bool) -> FileReport {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("app.log");
    std::fs::write(&path, bytes).expect("a file");
    let input = Input::File { path, bytes: bytes.len() as u64 };
    let (mut found, mut last) = (Vec::new(), None);
    let report = read(&input, DecodeOptions::default(), &mut |b| found.extend(bodies(&b)), &mut |p| last = Some(p));
    let report = report.expect("readable");
    assert_eq!(found, expected);
    assert_eq!((report.compression, report.damage.is_some()), (compression, damaged));
    if !bytes.is_empty() {
        assert_eq!(last, Some(Progress { read_bytes: bytes.len() as u64, total_bytes: Some(bytes.len() as u64) }));
    }
    report
}

#[test]
fn compressed_or_not_the_records_are_the_same() {
    check(b"", &[], Compression::None, false);
    check(b"one\ntwo\n", &["one", "two"], Compression::None, false);
    check(&gzip(b"one\ntwo\n"), &["one", "two"], Compression::Gzip, false);
    check(&[gzip(b"one\n"), gzip(b"two\n")].concat(), &["one", "two"], Compression::Gzip, false);
    check(&zstd::encode_all(&b"one\ntwo\n"[..], 1).expect("in memory"), &["one", "two"], Compression::Zstd, false);
}

#[test]
fn of_a_stream_that_is_cut_off_the_rest_is_missing_and_told() {
    let lines = "a line of the log\n".repeat(50_000);
    let whole = gzip(lines.as_bytes());
    let half = whole.get(..whole.len() / 2).expect("within");
    let mut rows = 0;
    let report = read_stream("x.gz", half, None, DecodeOptions::default(), &mut |b| rows += b.len(), &mut |_| {});
    let report = report.expect("readable in part");
    assert_eq!(report.damage.as_deref(), Some("it is cut off"));
    assert!(rows > 1_000 && rows < 50_000, "{rows}");
    assert_eq!(report.counts.records, rows as u64);
}

#[test]
fn a_file_that_cannot_be_opened_is_named() {
    let input = Input::File { path: "/nowhere/app.log".into(), bytes: 0 };
    let error = read(&input, DecodeOptions::default(), &mut |_| {}, &mut |_| {}).expect_err("missing");
    assert_eq!(error.to_string(), "/nowhere/app.log: there is no such file or folder, check the path");
}
