//! Whatever is posted gets a reply of OTLP's kind, and what was accepted is what arrived.

use std::io::Write as _;
use std::sync::Arc;

use axum::http::{Method, StatusCode};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use proptest::prelude::*;
use tower::ServiceExt as _;

use super::*;
use crate::config::IntakeLimits;
use crate::metrics::Metrics;

const LOG: &str =
    r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"one"}},{"body":{"intValue":"2"}}]}]}]}"#;

#[derive(Clone, Debug)]
struct Posted {
    method: Method,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

fn posted() -> impl Strategy<Value = Posted> {
    let method = prop_oneof![9 => Just(Method::POST), 1 => prop::sample::select(vec![Method::GET, Method::PUT])];
    let path = prop_oneof![
        9 => prop::sample::select(vec!["/v1/logs", "/v1/metrics", "/v1/traces"]).prop_map(str::to_owned),
        1 => "/[a-z0-9/]{0,12}",
    ];
    let form = prop_oneof![
        6 => prop::sample::select(vec![JSON, PROTOBUF, "application/json;charset=utf-8"]).prop_map(str::to_owned),
        1 => "[ -~]{0,20}",
    ];
    let coding = prop_oneof![
        6 => prop::sample::select(vec!["", "gzip", "zstd", "identity"]).prop_map(str::to_owned),
        1 => "[a-z]{0,6}",
    ];
    let proto = serde_json::from_str::<ExportLogsServiceRequest>(LOG).expect("OTLP").encode_to_vec();
    let plain = prop_oneof![
        Just(LOG.as_bytes().to_vec()),
        Just(proto),
        prop::collection::vec(any::<u8>(), 0..300),
        (0..LOG.len()).prop_map(|cut| LOG.as_bytes().get(..cut).unwrap_or_default().to_vec()),
    ];
    let packed = prop::sample::select(vec!["", "gzip", "zstd"]);
    (method, path, form, coding, plain, packed, 0usize..20).prop_map(
        |(method, path, form, coding, plain, packed, cut)| {
            let mut body = match packed {
                "gzip" => {
                    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                    encoder.write_all(&plain).expect("in memory");
                    encoder.finish().expect("in memory")
                }
                "zstd" => zstd::encode_all(&plain[..], 1).expect("in memory"),
                _ => plain,
            };
            if cut < 5 {
                body.truncate(body.len().saturating_sub(cut));
            }
            Posted { method, path, headers: vec![("content-type", form), ("content-encoding", coding)], body }
        },
    )
}

async fn reply(posted: &Posted) -> (Response<Body>, u64, usize) {
    let metrics = Arc::new(Metrics::default());
    let (intake, mut deliveries) = Intake::new(&IntakeLimits::default(), 0, metrics.clone());
    let limits = OtlpLimits { message_max_bytes: 4_096, ..OtlpLimits::default() };
    let router = router(Entry { door: Door::Http, intake, limits }, Admission::new(1, Duration::from_secs(1)));
    let mut request = Request::builder().method(&posted.method).uri(&posted.path);
    for (name, value) in &posted.headers {
        request = request.header(*name, value);
    }
    let request = request.body(Body::from(posted.body.clone())).expect("a request");
    let accepting = async {
        let mut rows = 0;
        while let Some(delivery) = deliveries.recv().await {
            rows += delivery.batch.len();
            delivery.ack.durable();
        }
        rows
    };
    let (response, rows) = tokio::join!(router.oneshot(request), accepting);
    let acknowledged = Signal::ALL.iter().map(|&signal| metrics.rows(Door::Http, signal)).sum();
    (response.expect("infallible"), acknowledged, rows)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_request_gets_a_reply_of_otlps_kind(posted in posted()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let (response, acknowledged, rows) = runtime.block_on(reply(&posted));
        let status = response.status();
        let expected = [
            StatusCode::OK,
            StatusCode::BAD_REQUEST,
            StatusCode::NOT_FOUND,
            StatusCode::METHOD_NOT_ALLOWED,
            StatusCode::PAYLOAD_TOO_LARGE,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ];
        prop_assert!(expected.contains(&status), "{}", status);
        prop_assert_eq!(acknowledged, rows as u64);
        if status != StatusCode::OK {
            prop_assert_eq!(rows, 0);
        }
    }
}
