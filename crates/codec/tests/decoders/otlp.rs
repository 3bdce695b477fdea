//! OTLP in both wire forms, as requests and as lines of a file.

use decant_codec::{DecodeError, Limits, otlp};
use decant_model::{Batch, Position, Rows, Signal};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message as _;

use crate::rows::{assert_conserved, decode_as, rows_of};

const LOGS: &str = r#"{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"cart"}}]},
"scopeLogs":[{"scope":{"name":"shop"},"logRecords":[{"timeUnixNano":"1704207845000000000","severityNumber":17,
"severityText":"ERROR","body":{"stringValue":"boom"},"attributes":[{"key":"n","value":{"intValue":"7"}}],
"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708"}]}]}]}"#;
const METRICS: &str = r#"{"resourceMetrics":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"cart"}}]},
"scopeMetrics":[{"metrics":[{"name":"http.requests","unit":"1","sum":{"aggregationTemporality":2,"isMonotonic":true,
"dataPoints":[{"timeUnixNano":"1704207845000000000","asInt":"5"}]}},{"name":"cpu","gauge":{"dataPoints":[
{"timeUnixNano":"1704207845000000000","asDouble":0.5}]}}]}]}]}"#;
const SPANS: &str = r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"cart"}}]},
"scopeSpans":[{"spans":[{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708","name":"GET /cart","kind":2,
"startTimeUnixNano":"1704207845000000000","endTimeUnixNano":"1704207845100000000","status":{"code":2,"message":"no"}}]}]}]}"#;

fn of(signal: Signal) -> &'static str {
    match signal {
        Signal::Logs => LOGS,
        Signal::Metrics => METRICS,
        Signal::Traces => SPANS,
    }
}

fn proto(signal: Signal) -> Vec<u8> {
    let json = of(signal);
    match signal {
        Signal::Logs => serde_json::from_str::<ExportLogsServiceRequest>(json).expect("OTLP").encode_to_vec(),
        Signal::Metrics => serde_json::from_str::<ExportMetricsServiceRequest>(json).expect("OTLP").encode_to_vec(),
        Signal::Traces => serde_json::from_str::<ExportTraceServiceRequest>(json).expect("OTLP").encode_to_vec(),
    }
}

fn columns(batch: &Batch) -> String {
    match &batch.rows {
        Rows::Logs(rows) => format!("{:?}", rows.to_record_batch()),
        Rows::Metrics(rows) => format!("{:?}", rows.to_record_batch()),
        Rows::Traces(rows) => format!("{:?}", rows.to_record_batch()),
    }
}

#[test]
fn both_wire_forms_mean_the_same() {
    let limits = Limits::default();
    for signal in Signal::ALL {
        let from_proto = otlp::decode_proto(signal, &proto(signal), &limits, Position::default()).expect("protobuf");
        let from_json = otlp::decode_json(signal, of(signal).as_bytes(), &limits, Position::default()).expect("JSON");
        assert_eq!(from_proto.len(), if signal == Signal::Metrics { 2 } else { 1 });
        assert_eq!(from_proto.service(0), "cart");
        assert_eq!(columns(&from_proto), columns(&from_json), "{signal:?}");
    }
}

#[test]
fn a_log_record_keeps_all_it_had() {
    let batch =
        otlp::decode_json(Signal::Logs, LOGS.as_bytes(), &Limits::default(), Position::default()).expect("JSON");
    let row = &rows_of(&batch)[0];
    assert_eq!((row.body.as_str(), row.severity, row.service.as_str()), ("boom", "ERROR", "cart"));
    assert_eq!(row.time, "2024-01-02T15:04:05Z");
    assert_eq!((row.get("n"), row.get("otel.scope.name")), (Some("7"), Some("shop")));
    assert_eq!(row.trace_id.as_deref(), Some("0102030405060708090a0b0c0d0e0f10"));
}

#[test]
fn lines_of_a_file_may_be_of_all_signals_and_plain_text_between() {
    let one_line = |text: &str| text.replace('\n', "");
    let text = [one_line(LOGS), "plain".to_owned(), one_line(METRICS), one_line(SPANS), one_line(LOGS)].join("\n");
    let (batches, counts) = decode_as("capture.jsonl", text.as_bytes(), Default::default());
    let rows = |signal| batches.iter().filter(|b| b.signal() == signal).map(Batch::len).sum::<usize>();
    assert_eq!((rows(Signal::Logs), rows(Signal::Metrics), rows(Signal::Traces)), (3, 2, 1));
    assert_eq!((counts.otlp_lines, counts.records, counts.malformed), (4, 6, 0));
    assert_conserved(&counts);
}

#[test]
fn lenient_forms_of_json_are_read() {
    let check = |json: &str| {
        let batch = otlp::decode_json(Signal::Logs, json.as_bytes(), &Limits::default(), Position::default());
        let rows = rows_of(&batch.unwrap_or_else(|e| panic!("{json}: {e}")));
        assert_eq!((rows[0].body.as_str(), rows[0].severity), ("x", "WARN"), "{json}");
    };
    check(
        r#"{"resource_logs":[{"scope_logs":[{"log_records":[{"severity_number":13,"body":{"string_value":"x"}}]}]}]}"#,
    );
    check(
        r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"severityNumber":"SEVERITY_NUMBER_WARN","body":{"stringValue":"x"}}]}]}]}"#,
    );
    check(
        r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"severityNumber":"13","body":"x","unknown":{"a":[1]},"attributes":null}]}]}]}"#,
    );
    check(
        r#"{"resourceLogs":[{"resource":null,"scopeLogs":[{"scope":null,"logRecords":[{"severityText":"warn","body":{"stringValue":"x"}}]}]}]}"#,
    );
}

#[test]
fn limits_refuse_a_message_as_a_whole() {
    let decode = |limits: Limits| otlp::decode_json(Signal::Metrics, METRICS.as_bytes(), &limits, Position::default());
    let limits = Limits { max_records: 1, ..Limits::default() };
    assert_eq!(decode(limits).map(|b| b.len()), Err(DecodeError::TooManyRecords { limit: 1 }));
    let limits = Limits { max_bytes: 10, ..Limits::default() };
    assert!(matches!(decode(limits), Err(DecodeError::TooLarge { limit: 10, .. })));
    let deep = format!(
        r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{"body":{}{{"stringValue":"x"}}{}}}]}}]}}]}}"#,
        r#"{"arrayValue":{"values":["#.repeat(20),
        "]}}".repeat(20),
    );
    let limits = Limits { max_depth: 8, ..Limits::default() };
    let found = otlp::decode_json(Signal::Logs, deep.as_bytes(), &limits, Position::default());
    assert_eq!(found.map(|b| b.len()), Err(DecodeError::TooDeep { limit: 8 }));
}

#[test]
fn malformed_requests_say_where() {
    let limits = Limits::default();
    let json = otlp::decode_json(Signal::Logs, b"{\"resourceLogs\":[}", &limits, Position::default());
    assert!(matches!(json, Err(DecodeError::Json { line: 1, .. })), "{json:?}");
    let proto = otlp::decode_proto(Signal::Logs, b"\xff\xff\xff", &limits, Position::default());
    assert!(matches!(proto, Err(DecodeError::Proto { .. })), "{proto:?}");
}
