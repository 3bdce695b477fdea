//! What cannot be read or meant: a clear message, the right exit code, and the readable parts still used.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::run::{failing_log, run, run_with_input};

/// Exit code and words of the message.
fn check(folder: &Path, arguments: &[&str], code: i32, words: &[&str]) {
    let ran = run(folder, arguments);
    assert_eq!(ran.code, code, "{arguments:?}: {}", ran.err);
    for word in words {
        assert!(ran.err.contains(word), "{arguments:?}: {:?} lacks {word:?}", ran.err);
    }
    if code != 0 {
        assert_eq!(ran.out, "", "{arguments:?} failed and printed");
    }
}

#[test]
fn bad_usage_ends_with_2_and_names_the_mend() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("app.log"), failing_log()).unwrap();
    let check = |arguments: &[&str], words: &[&str]| check(folder.path(), arguments, 2, words);
    check(&["bundle"], &["PATH"]);
    check(&["bundle", "app.log", "--budget", "0"], &["--budget is 0", "100 and 1,000,000"]);
    check(&["bundle", "app.log", "--budget", "99999999"], &["100 and 1,000,000"]);
    check(&["bundle", "app.log", "--budget", "many"], &["--budget"]);
    check(&["bundle", "app.log", "--tokenizer", "gpt-9"], &["o200k_base", "cl100k_base", "approx"]);
    check(&["bundle", "app.log", "--from", "yesterday"], &["--from", "RFC 3339", "-15m"]);
    check(&["bundle", "app.log", "--timezone", "Mars"], &["--timezone", "Europe/Vienna"]);
    check(&["bundle", "app.log", "--format", "xml"], &["text", "json"]);
    check(&["demo", "--fault", "gremlins"], &["gremlins", "cpu-stress", "bad-data"]);
    check(&["frobnicate"], &["frobnicate"]);
}

#[test]
fn when_nothing_can_be_read_it_ends_with_1() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("empty"), "").unwrap();
    fs::write(folder.path().join("binary"), [0_u8, 159, 146, 150, 0, 1, 2, 3].repeat(500)).unwrap();
    fs::create_dir(folder.path().join("nothing-in-it")).unwrap();
    let check = |arguments: &[&str], words: &[&str]| check(folder.path(), arguments, 1, words);
    check(&["bundle", "no-such-file"], &["no-such-file"]);
    check(&["bundle", "empty"], &["empty"]);
    check(&["bundle", "binary"], &["no text"]);
    check(&["bundle", "nothing-in-it"], &["nothing could be read"]);
}

#[test]
fn the_readable_parts_are_used_and_the_rest_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("app.log"), failing_log()).unwrap();
    fs::write(folder.path().join("empty"), "").unwrap();
    let ran = run(folder.path(), &["bundle", "app.log", "empty", "missing", "--format", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("missing"), "{}", ran.err);
    let bundle: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(bundle["counts"]["logs"], 500);
    assert_eq!(bundle["counts"]["notes"]["inputs that could not be read"], 1);
}

#[test]
fn a_truncated_archive_gives_what_could_be_unpacked() {
    // Lines that hardly compress, so that three quarters of the archive hold most of them.
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state
    };
    let log: String = (0..20_000).map(|i| format!("request {i} took {:x} {:x}\n", next(), next())).collect();
    let zstd = zstd::encode_all(log.as_bytes(), 1).unwrap();
    let gzip = {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(log.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    for whole in [zstd, gzip] {
        let ran = run_with_input(&["bundle", "-", "--format", "json"], &whole[..whole.len() * 3 / 4]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let bundle: Value = serde_json::from_str(&ran.out).unwrap();
        assert!(bundle["counts"]["logs"].as_u64().unwrap() > 500, "{}", ran.out);
        assert_eq!(bundle["counts"]["notes"]["inputs that ended early"], 1);
    }
}

#[test]
fn odd_bytes_are_read_and_counted() {
    let mut log = failing_log().into_bytes();
    log.extend_from_slice(b"2026-03-03T09:09:00Z WARN shop: caf\xe9 closed\n");
    log.extend_from_slice(b"{\"resourceLogs\": [{\"broken\"\n");
    log.extend_from_slice(&b"x".repeat(10 << 20));
    log.extend_from_slice(b"\n");
    let ran = run_with_input(&["bundle", "-", "--format", "json"], &log);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let bundle: Value = serde_json::from_str(&ran.out).unwrap();
    let notes = &bundle["counts"]["notes"];
    assert_eq!(notes["lines with invalid UTF-8 repaired"], 1, "{notes}");
    assert_eq!(notes["lines cut at the limit"], 1, "{notes}");
    assert_eq!(notes["malformed lines kept as text"], 1, "{notes}");
}

#[test]
fn a_closed_pipe_is_no_failure() {
    use std::process::Stdio;
    let mut child = crate::run::decant()
        .args(["templates", "-", "--format", "csv"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(failing_log().repeat(20).as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}
