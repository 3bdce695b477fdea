//! Answers in pages: what the pages show together is what each of them says there is.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::serve::Served;

/// 2026-03-03T09:00:00Z.
const START: i64 = 1_772_528_400_000_000_000;

/// A request of logs: every tenth is an error, every third a repeat.
fn logs(service: &str, records: i64) -> String {
    let mut rows = String::new();
    for n in 0..records {
        let (severity, body) = match n % 10 {
            0 => (17, format!("ledger rejected charge {}", n / 3)),
            _ => (9, format!("ledger took charge {}", n / 3)),
        };
        let comma = if n > 0 { "," } else { "" };
        let time = START + n * 500_000_000;
        write!(
            rows,
            r#"{comma}{{"timeUnixNano":"{time}","severityNumber":{severity},"body":{{"stringValue":"{body}"}}}}"#
        )
        .unwrap();
    }
    format!(
        r#"{{"resourceLogs":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"{service}"}}}}]}},
        "scopeLogs":[{{"logRecords":[{rows}]}}]}}]}}"#
    )
}

/// All items of an answer, page by page.
fn paged(server: &Served, question: &str) -> Vec<Value> {
    let (mut items, mut totals, mut cursor) = (Vec::new(), Vec::new(), String::new());
    loop {
        let page = server.asked(&format!("{question}&format=json&cursor={cursor}"));
        let shown = page["items"].as_array().expect("a page has items");
        assert_eq!(page["shown"], shown.len(), "{question}");
        items.extend(shown.iter().cloned());
        totals.push(page["total"].as_u64().unwrap());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert!(totals.iter().all(|total| *total == items.len() as u64), "{question}: {} of {totals:?}", items.len());
    items
}

#[test]
fn pages_show_together_what_each_says_there_is() {
    let folder = tempfile::tempdir().unwrap();
    let server = Served::start_with(folder.path(), "");
    assert_eq!(server.send_logs(&logs("cart", 900)), 200);
    assert_eq!(server.send_logs(&logs("pay", 301)), 200);
    let records = |items: &[Value]| items.iter().filter(|item| item["kind"] == "record").count() as u64;
    for budget in [300, 4_000, 60_000] {
        let found = paged(&server, &format!("/v1/search?query=rejected&budget={budget}"));
        assert_eq!(records(&found), 90 + 31, "{budget}");
        assert!(!paged(&server, &format!("/v1/timeline?budget={budget}")).is_empty());
        assert!(!paged(&server, &format!("/v1/services?budget={budget}")).is_empty());
    }
    // A pattern's records, one by one, are as many as the bundle says.
    let bundle = server.bundle();
    let patterns = bundle["log_patterns"].as_array().unwrap();
    let told: u64 = patterns.iter().filter_map(|pattern| pattern["count"].as_u64()).sum();
    let left_out = bundle["omitted"]["log_patterns.records"].as_u64().unwrap_or_default();
    assert_eq!(told + left_out, 1_201, "{bundle}");
    for pattern in patterns {
        let handle = pattern["handle"].as_str().unwrap();
        let behind = paged(&server, &format!("/v1/expand?handle={handle}&budget=4000"));
        assert_eq!(records(&behind), pattern["count"].as_u64().unwrap(), "{pattern}");
    }
}

#[test]
fn an_answer_that_is_cut_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let server = Served::start_with(folder.path(), "");
    // More matches in one request than an answer holds, and then another request.
    assert_eq!(server.send_logs(&logs("cart", 2_400)), 200);
    assert_eq!(server.send_logs(&logs("pay", 2_400)), 200);
    let cut = |items: &[Value]| items.iter().filter(|item| item["kind"] == "coverage").count();
    assert_eq!(cut(&paged(&server, "/v1/search?query=took&budget=60000")), 1);
    assert_eq!(cut(&paged(&server, "/v1/search?query=rejected&budget=60000")), 0);
}

#[test]
fn an_answer_says_what_of_the_store_could_not_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let server = Served::start_with(folder.path(), "");
    assert_eq!(server.send_logs(&logs("cart", 60)), 200);
    let missing = |question: &str| {
        let items = paged(&server, question);
        items.iter().filter(|item| item["text"].as_str().is_some_and(|t| t.contains("could not be read"))).count()
    };
    let bundle = server.bundle();
    let pattern = bundle["log_patterns"][0]["handle"].as_str().unwrap();
    let questions =
        ["/v1/search?query=charge&budget=4000".to_owned(), format!("/v1/expand?handle={pattern}&budget=4000")];
    assert_eq!(questions.each_ref().map(|question| missing(question)), [0, 0]);
    let mut spoilt = 0;
    for file in files(folder.path()).into_iter().filter(|file| file.extension().is_some_and(|e| e == "parquet")) {
        let length = file.metadata().unwrap().len();
        std::fs::write(&file, vec![0; usize::try_from(length).unwrap()]).unwrap();
        spoilt += 1;
    }
    assert!(spoilt > 0, "nothing was stored");
    assert_eq!(questions.each_ref().map(|question| missing(question)), [1, 1]);
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn a_changes_handle_stands_where_the_compared_window_begins() {
    let folder = tempfile::tempdir().unwrap();
    let server = Served::start_with(folder.path(), "");
    let at = |second: u64| (1_772_528_400 + second) * 1_000_000_000;
    let mut records: Vec<String> = (0..1_200)
        .map(|second| {
            let word = if second < 600 { "charge accepted" } else { "charge refused" };
            format!(r#"{{"timeUnixNano":"{}","severityNumber":9,"body":{{"stringValue":"{word}"}}}}"#, at(second))
        })
        .collect();
    records.push(format!(
        r#"{{"timeUnixNano":"{}","severityNumber":9,"eventName":"deployment","body":{{"stringValue":"cart 2.0"}},
        "attributes":[{{"key":"service.name","value":{{"stringValue":"cart"}}}}]}}"#,
        at(600)
    ));
    let sent = format!(
        r#"{{"resourceLogs":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"cart"}}}}]}},
        "scopeLogs":[{{"logRecords":[{}]}}]}}]}}"#,
        records.join(",")
    );
    assert_eq!(server.send_logs(&sent), 200);
    let bundle = server.asked("/v1/context?format=json&budget=20000&from=2026-03-03T00:00:00Z");
    let change = bundle["changes"][0]["handle"].as_str().unwrap_or_else(|| panic!("no change: {bundle}"));
    let compared = server.asked(&format!("/v1/compare?format=json&from={change}&budget=4000")).to_string();
    assert!(compared.contains("charge accepted") && compared.contains("charge refused"), "{compared}");
}
