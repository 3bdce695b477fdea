//! OTLP/HTTP.

use std::io::Write as _;
use std::time::Duration;

use axum::http::{Request, Response, StatusCode, header};
use bytes::Bytes;
use decant_ingress::{Client, ClientError, Door, IntakeLimits, OtlpLimits, Sent, Stored};
use decant_model::{Batch, Signal};
use http_body_util::{BodyExt as _, Full};
use hyper_util::{client::legacy, rt::TokioExecutor};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceResponse;
use prost::Message as _;

use crate::requests;
use crate::server::{PATIENCE, Server, bodies, start};

const PROTOBUF: &str = "application/x-protobuf";
const JSON: &str = "application/json";
const LOG: &str = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"one"}}]}]}]}"#;

async fn post(server: &str, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Response<Bytes> {
    let client = legacy::Client::builder(TokioExecutor::new()).build_http();
    let mut request = Request::post(format!("{server}{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = client.request(request.body(Full::new(Bytes::from(body))).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    Response::from_parts(parts, body.collect().await.unwrap().to_bytes())
}

fn header_of(response: &Response<Bytes>, name: header::HeaderName) -> &str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

async fn server() -> Server {
    start(IntakeLimits::default(), OtlpLimits::default()).await
}

#[tokio::test]
async fn all_signals_arrive_by_the_client() {
    let server = server().await;
    let client = Client::new(&format!("{}/v1/logs", server.http)).unwrap();
    let metrics = server.metrics.clone();
    let (cancel, batches) = server.accept_all();
    assert_eq!(client.send_logs(requests::logs(&["one"])).await, Ok(Sent::default()));
    client.send_metrics(requests::metrics(&[1.0])).await.unwrap();
    client.send_traces(requests::spans(&["a", "b"])).await.unwrap();
    cancel.cancel();
    drop(client);
    let batches = tokio::time::timeout(PATIENCE, batches).await.unwrap().unwrap();
    assert_eq!(batches.iter().map(Batch::len).collect::<Vec<_>>(), [1, 1, 2]);
    assert_eq!(batches[0].position.source, "otlp_http");
    assert_eq!(Signal::ALL.map(|signal| metrics.rows(Door::Http, signal)), [1, 1, 2]);
}

#[tokio::test]
async fn the_reply_has_the_encoding_of_the_request() {
    let server = server().await;
    let url = server.http.clone();
    let (_, _batches) = server.accept_all();
    let reply = post(&url, "/v1/logs", &[("content-type", "application/json; charset=utf-8")], LOG.into()).await;
    assert_eq!((reply.status(), header_of(&reply, header::CONTENT_TYPE)), (StatusCode::OK, JSON));
    assert_eq!(&reply.body()[..], b"{}");
    let body = requests::logs(&["one"]).encode_to_vec();
    let reply = post(&url, "/v1/logs", &[("content-type", PROTOBUF)], body).await;
    assert_eq!((reply.status(), header_of(&reply, header::CONTENT_TYPE)), (StatusCode::OK, PROTOBUF));
    let message = ExportLogsServiceResponse::decode(reply.into_body()).unwrap();
    assert_eq!(message, ExportLogsServiceResponse::default());
}

#[tokio::test]
async fn compressed_bodies_are_taken() {
    let zstd = zstd::encode_all(LOG.as_bytes(), 1).unwrap();
    for (coding, body) in [("gzip", gzip(LOG.as_bytes())), ("zstd", zstd), ("identity", LOG.into())] {
        let mut server = server().await;
        let url = server.http.clone();
        let headers = [("content-type", JSON), ("content-encoding", coding)];
        let reply = tokio::spawn(async move { post(&url, "/v1/logs", &headers, body).await });
        let delivery = server.next().await;
        assert_eq!(bodies(&delivery.batch), ["one"]);
        delivery.ack.durable();
        assert_eq!(reply.await.unwrap().status(), StatusCode::OK);
    }
}

/// A request that is refused: its status, and a word of the reason.
async fn check(path: &str, headers: &[(&str, &str)], body: &[u8], status: StatusCode, word: &str) {
    let limits = OtlpLimits { message_max_bytes: 4_096, ..OtlpLimits::default() };
    let server = start(IntakeLimits::default(), limits).await;
    let reply = post(&server.http, path, headers, body.to_vec()).await;
    let text = String::from_utf8_lossy(reply.body());
    assert_eq!(reply.status(), status, "{path} {headers:?}: {text}");
    assert!(text.contains(word), "{path} {headers:?}: {text}");
}

#[tokio::test]
async fn what_cannot_be_taken_is_refused_with_its_code() {
    let json = ("content-type", JSON);
    let bomb = gzip(&vec![b' '; 1 << 18]);
    assert!(bomb.len() < 4_096);
    check("/v1/logs", &[json], b"{\"resourceLogs\":[}", StatusCode::BAD_REQUEST, "JSON is malformed at line 1").await;
    check("/v1/logs", &[("content-type", PROTOBUF)], b"\xff\xff", StatusCode::BAD_REQUEST, "protobuf is malformed")
        .await;
    check("/v1/logs", &[("content-type", "text/plain")], b"x", StatusCode::UNSUPPORTED_MEDIA_TYPE, "Content-Type")
        .await;
    check("/v1/logs", &[], b"x", StatusCode::UNSUPPORTED_MEDIA_TYPE, "Content-Type").await;
    let brotli = [json, ("content-encoding", "br")];
    check("/v1/logs", &brotli, b"x", StatusCode::UNSUPPORTED_MEDIA_TYPE, "gzip, zstd").await;
    check("/v1/logs", &[json], &[b' '; 5_000], StatusCode::PAYLOAD_TOO_LARGE, "smaller requests").await;
    let coded = [json, ("content-encoding", "gzip")];
    check("/v1/logs", &coded, &bomb, StatusCode::PAYLOAD_TOO_LARGE, "after decompression").await;
    check("/v1/logs", &coded, b"plain", StatusCode::BAD_REQUEST, "damaged").await;
    check("/v1/profiles", &[json], b"{}", StatusCode::NOT_FOUND, "/v1/logs").await;
}

#[tokio::test]
async fn only_post_is_telemetry() {
    let server = server().await;
    let client = legacy::Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let request = Request::get(format!("{}/v1/logs", server.http)).body(Full::default()).unwrap();
    assert_eq!(client.request(request).await.unwrap().status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn without_room_the_client_is_told_when_to_come_again() {
    let intake = IntakeLimits { batches_max: 1, wait_max: Duration::from_millis(20), ..IntakeLimits::default() };
    let mut server = start(intake, OtlpLimits::default()).await;
    let url = server.http.clone();
    let first = tokio::spawn(async move { post(&url, "/v1/logs", &[("content-type", JSON)], LOG.into()).await });
    while server.deliveries.is_empty() {
        tokio::task::yield_now().await;
    }
    let reply = post(&server.http, "/v1/logs", &[("content-type", JSON)], LOG.into()).await;
    assert_eq!((reply.status(), header_of(&reply, header::RETRY_AFTER)), (StatusCode::SERVICE_UNAVAILABLE, "1"));
    server.next().await.ack.durable();
    assert_eq!(first.await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn partial_success_is_told_in_both_encodings() {
    let mut server = server().await;
    for (form, body) in [(JSON, LOG.into()), (PROTOBUF, requests::logs(&["one"]).encode_to_vec())] {
        let url = server.http.clone();
        let reply = tokio::spawn(async move { post(&url, "/v1/logs", &[("content-type", form)], body).await });
        server.next().await.ack.answer(Ok(Stored { rejected_rows: 1, message: "too old".to_owned() }));
        let reply = reply.await.unwrap();
        if form == JSON {
            let expected = r#"{"partialSuccess":{"rejectedLogRecords":"1","errorMessage":"too old"}}"#;
            assert_eq!(String::from_utf8_lossy(reply.body()), expected);
        } else {
            let partial = ExportLogsServiceResponse::decode(reply.into_body()).unwrap().partial_success.unwrap();
            assert_eq!(partial.rejected_log_records, 1);
        }
    }
}

#[tokio::test]
async fn a_client_that_is_refused_says_why() {
    let limits = OtlpLimits { records_max: 1, ..OtlpLimits::default() };
    let server = start(IntakeLimits::default(), limits).await;
    let client = Client::new(&format!("{}/v1/logs", server.http)).unwrap();
    let refused = client.send_logs(requests::logs(&["a", "b"])).await.unwrap_err();
    assert!(
        matches!(&refused, ClientError::Refused { reason, .. } if reason.contains("more than 1 records")),
        "{refused}"
    );
}

#[tokio::test]
async fn a_server_that_is_told_to_stop_lets_its_requests_end() {
    let mut server = server().await;
    let url = server.http.clone();
    let reply = tokio::spawn(async move { post(&url, "/v1/logs", &[("content-type", JSON)], LOG.into()).await });
    let delivery = server.next().await;
    server.cancel.cancel();
    delivery.ack.durable();
    assert_eq!(reply.await.unwrap().status(), StatusCode::OK);
    tokio::time::timeout(PATIENCE, server.served).await.unwrap().unwrap().unwrap();
}
