//! Telemetry that is wrong, through every door: it is taken, counted in `/metrics` and in the bundle, and the server
//! answers afterwards.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::run::run;
use crate::serve::Served;

const SECOND: i64 = 1_000_000_000;
/// When all this happens.
const NOW: i64 = 1_772_528_400 * SECOND;
const DAY: i64 = 86_400 * SECOND;

/// What is sent, and by how much which counter grows.
struct Case {
    name: &'static str,
    requests: Vec<Value>,
    counter: &'static str,
    by: u64,
}

const NOT_NUMBERS: &str = r#"decant_detect_notes_total{what="points that are not numbers"}"#;
const NO_VALUE: &str = r#"decant_detect_notes_total{what="points without a value"}"#;
const AHEAD: &str = r#"decant_detect_notes_total{what="records ahead of time"}"#;
const SERIES: &str = r#"decant_detect_notes_total{what="series over the limit"}"#;
const REDELIVERED: &str = "decant_engine_redelivered_total";
const POINTS: &str = r#"decant_engine_records_total{signal="metrics"}"#;
const SPANS: &str = r#"decant_engine_records_total{signal="traces"}"#;
const LOGS: &str = r#"decant_engine_records_total{signal="logs"}"#;

fn resource(service: &str) -> Value {
    json!({ "attributes": [{ "key": "service.name", "value": { "stringValue": service } }] })
}

fn metrics(service: &str, metric: impl Into<Value>) -> Value {
    json!({ "resourceMetrics": [{ "resource": resource(service), "scopeMetrics": [{ "metrics": [metric.into()] }] }] })
}

fn gauge(service: &str, points: impl Into<Value>) -> Value {
    metrics(service, json!({ "name": format!("{service}.load"), "gauge": { "dataPoints": points.into() } }))
}

fn counter(service: &str, points: impl Into<Value>) -> Value {
    let sum = json!({ "dataPoints": points.into(), "isMonotonic": true, "aggregationTemporality": 2 });
    metrics(service, json!({ "name": format!("{service}.requests"), "sum": sum }))
}

fn point(time: i64, value: impl Into<Value>) -> Value {
    json!({ "timeUnixNano": time.to_string(), "asDouble": value.into() })
}

fn spans(service: &str, spans: impl Into<Value>) -> Value {
    json!({ "resourceSpans": [{ "resource": resource(service), "scopeSpans": [{ "spans": spans.into() }] }] })
}

/// A call of 10 ms, without status.
fn span(trace: u64, id: u64, parent: &str, start: i64) -> Value {
    json!({
        "traceId": format!("{trace:032x}"), "spanId": format!("{id:016x}"), "parentSpanId": parent, "name": "GET /",
        "startTimeUnixNano": start.to_string(), "endTimeUnixNano": (start + SECOND / 100).to_string(), "kind": 3,
    })
}

fn logs(service: &str, records: impl Into<Value>) -> Value {
    json!({ "resourceLogs": [{ "resource": resource(service), "scopeLogs": [{ "logRecords": records.into() }] }] })
}

fn log(time: u64, body: &str) -> Value {
    json!({ "timeUnixNano": time.to_string(), "severityNumber": 9, "body": { "stringValue": body } })
}

/// Ten minutes of values, one each ten seconds, oldest first.
fn steady(value: impl Fn(i64) -> f64) -> Vec<Value> {
    (0..60).map(|i| point(NOW - (600 - i * 10) * SECOND, value(i))).collect()
}

fn cases() -> Vec<Case> {
    let case = |name, requests, counter, by| Case { name, requests, counter, by };
    let mut shuffled = steady(|i| (i % 3) as f64);
    shuffled.sort_by_key(|point| point["timeUnixNano"].as_str().map(|t| t.bytes().rev().collect::<Vec<u8>>()));
    let again = |request: Value| vec![request.clone(), request.clone(), request];
    let own_labels = |i: i64| {
        let mut point = point(NOW, 1.0);
        point["attributes"] = json!([{ "key": "id", "value": { "stringValue": format!("u-{i}") } }]);
        point
    };
    let mut called = span(40, 1, "", NOW);
    called["attributes"] = json!([{ "key": "peer.service", "value": { "stringValue": "only-a-peer" } }]);
    let mut backwards = span(41, 1, "", NOW);
    backwards["endTimeUnixNano"] = json!((NOW - DAY).to_string());
    let mut of_no_kind = span(42, 1, "", NOW);
    of_no_kind["kind"] = json!(99);
    of_no_kind["status"] = json!({ "code": 77 });
    vec![
        case(
            "three healthy services",
            ["web", "cart", "stock"].map(|s| gauge(s, steady(|_| 1.0))).to_vec(),
            POINTS,
            180,
        ),
        case(
            "values that are no numbers",
            vec![gauge("nan", ["NaN", "Infinity", "-Infinity"].map(|v| point(NOW, v)).to_vec())],
            NOT_NUMBERS,
            3,
        ),
        case(
            "the largest values",
            vec![gauge("large", vec![point(NOW - 1, f64::MAX), point(NOW, f64::MIN)])],
            POINTS,
            2,
        ),
        case(
            "a point without a value",
            vec![gauge("none", vec![json!({ "timeUnixNano": NOW.to_string() })])],
            NO_VALUE,
            1,
        ),
        case("a clock a day ahead", vec![gauge("ahead", vec![point(NOW + DAY, 1.0)])], AHEAD, 1),
        case("a clock long behind", vec![gauge("behind", vec![point(1, 1.0)])], POINTS, 1),
        case("times at the ends", vec![logs("ends", vec![log(u64::MAX, "a"), log(0, "b"), log(1, "c")])], LOGS, 3),
        case("out of order", vec![gauge("shuffled", shuffled)], POINTS, 60),
        case("a counter that starts anew", vec![counter("resets", steady(|i| ((i % 20) * 100) as f64))], POINTS, 60),
        case("a series that starts mid-way", vec![gauge("late", steady(|_| 1.0).split_off(50))], POINTS, 10),
        case("points that come three times", again(gauge("twice", steady(|_| 1.0))), REDELIVERED, 120),
        case(
            "logs that come three times",
            again(logs("twice", vec![log(NOW as u64 + 1_234_567, "once")])),
            REDELIVERED,
            2,
        ),
        case("spans that come three times", again(spans("twice", vec![span(30, 1, "", NOW)])), REDELIVERED, 2),
        case("a parent that never comes", vec![spans("orphan", vec![span(31, 1, "00000000000000ff", NOW)])], SPANS, 1),
        case("its own parent", vec![spans("own", vec![span(32, 1, "0000000000000001", NOW)])], SPANS, 1),
        case(
            "parents in a circle",
            vec![spans("ring", vec![span(33, 1, "0000000000000002", NOW), span(33, 2, "0000000000000001", NOW)])],
            SPANS,
            2,
        ),
        case("no ids", vec![spans("nobody", vec![span(0, 0, "", NOW)])], SPANS, 1),
        case("an end before the start", vec![spans("backwards", vec![backwards])], SPANS, 1),
        case("a kind and a status that do not exist", vec![spans("kind", vec![of_no_kind])], SPANS, 1),
        case("a service that is only a peer", vec![spans("caller", vec![called])], SPANS, 1),
        case(
            "a new series with each point",
            vec![gauge("labels", (0..5_000).map(own_labels).collect::<Vec<_>>())],
            SERIES,
            0,
        ),
    ]
}

fn counted(exposition: &str, counter: &str) -> u64 {
    let line = exposition.lines().find_map(|line| line.strip_prefix(counter)?.strip_prefix(' '));
    line.map_or(0, |count| count.parse().unwrap())
}

/// The requests' path, by what they hold.
fn path(request: &Value) -> &'static str {
    match request {
        r if r.get("resourceLogs").is_some() => "/v1/logs",
        r if r.get("resourceSpans").is_some() => "/v1/traces",
        _ => "/v1/metrics",
    }
}

const LIMITS: &str = "detect: { max_series: 200 }\n";

/// What every door ends with: the answers come, and say what was counted.
fn still_answers(server: &Served, not_numbers: u64) {
    let exposition = server.metrics();
    let over = counted(&exposition, SERIES);
    assert!((4_700..5_000).contains(&over), "{over}: {exposition}");
    let bundle = server.bundle();
    assert_ne!(bundle["verdict"], "incident", "{bundle}");
    let notes = &bundle["counts"]["notes"];
    assert_eq!(notes["points that are not numbers"].as_u64().unwrap_or(0), not_numbers, "{notes}");
    assert_eq!(notes["points without a value"], 1, "{notes}");
    assert_eq!(notes["records ahead of time"], counted(&exposition, AHEAD), "{notes}");
    assert_eq!(notes["series over the limit"], over, "{notes}");
    assert_eq!(bundle["counts"]["dropped"]["redelivered"], 124, "{bundle}");
    let topology = server.asked("/v1/topology?format=json&budget=20000").to_string();
    assert!(topology.contains("only-a-peer"), "{topology}");
}

#[test]
fn each_kind_of_odd_telemetry_is_taken_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let server = Served::start_with(folder.path(), LIMITS);
    for Case { name, requests, counter, by } in cases() {
        let before = counted(&server.metrics(), counter);
        for request in &requests {
            assert_eq!(server.send(path(request), &request.to_string()), 200, "{name}");
        }
        // What lanes tell comes before the answer to a question that is asked later.
        server.bundle();
        let exposition = server.metrics();
        let grown = counted(&exposition, counter) - before;
        assert!(grown == by || (by == 0 && grown > 0), "{name}: {counter} grew by {grown}, not {by}: {exposition}");
    }
    still_answers(&server, 3);
    for (path, broken) in [("/v1/logs", "{\"resourceLogs\":["), ("/v1/traces", ""), ("/v1/metrics", "[]")] {
        assert_eq!(server.send(path, broken), 400, "{broken}");
    }
    let invalid = r#"decant_ingress_requests_total{source="otlp_http",signal="logs",outcome="invalid"}"#;
    assert_eq!(counted(&server.metrics(), invalid), 1);
    still_answers(&server, 3);
}

#[test]
fn odd_telemetry_by_protobuf_and_grpc_and_from_files_is_counted_alike() {
    let folder = tempfile::tempdir().unwrap();
    // What makes protobuf of the lines knows no JSON for values that are no numbers: they come from the file alone.
    let (mut all, mut numbers) = (String::new(), String::new());
    for case in cases() {
        for request in &case.requests {
            writeln!(all, "{request}").unwrap();
            if case.counter != NOT_NUMBERS {
                writeln!(numbers, "{request}").unwrap();
            }
        }
    }
    std::fs::write(folder.path().join("odd.jsonl"), all).unwrap();
    std::fs::write(folder.path().join("numbers.jsonl"), numbers).unwrap();
    for door in ["grpc", "http"] {
        let own = folder.path().join(door);
        std::fs::create_dir(&own).unwrap();
        let server = Served::start_with(&own, LIMITS);
        let to = match door {
            "grpc" => format!("http://{}", server.otlp_grpc),
            _ => format!("http://{}/v1", server.otlp_http),
        };
        let ran = run(folder.path(), &["replay", "numbers.jsonl", "--to", &to]);
        assert_eq!(ran.code, 0, "{door}: {}", ran.err);
        server.bundle();
        still_answers(&server, 0);
    }
    let ran = run(folder.path(), &["bundle", "odd.jsonl", "--format", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let bundle: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(bundle["counts"]["notes"]["points that are not numbers"], 3, "{}", bundle["counts"]);
    assert_eq!(bundle["counts"]["notes"]["points without a value"], 1, "{}", bundle["counts"]);
}
