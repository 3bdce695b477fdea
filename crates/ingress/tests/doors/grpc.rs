//! OTLP/gRPC.

use decant_ingress::{
    Acknowledge, Client, ClientError, Delivery, Door, Failure, IntakeLimits, OtlpLimits, Sent, Stored,
};
use decant_model::Signal;
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_client::LogsServiceClient;
use std::time::Duration;
use tonic::{Code, codec::CompressionEncoding, transport::Channel};

use crate::requests;
use crate::server::{PATIENCE, bodies, start};

async fn raw(url: &str) -> LogsServiceClient<Channel> {
    LogsServiceClient::connect(url.to_owned()).await.unwrap()
}

#[tokio::test]
async fn all_signals_arrive_and_are_answered_once_durable() {
    let mut server = start(IntakeLimits::default(), OtlpLimits::default()).await;
    let client = Client::new(&server.grpc).unwrap();
    let sending = tokio::spawn({
        let client = client.clone();
        async move { client.send_logs(requests::logs(&["one", "two"])).await }
    });
    let Delivery { batch, ack } = server.next().await;
    assert_eq!(bodies(&batch), ["one", "two"]);
    assert_eq!((batch.position.source.as_str(), batch.position.offset), ("otlp_grpc", 1_000));
    tokio::task::yield_now().await;
    assert!(!sending.is_finished(), "no reply before the batch is durable");
    ack.durable();
    assert_eq!(sending.await.unwrap(), Ok(Sent::default()));
    let metrics = server.metrics.clone();
    let (cancel, batches) = server.accept_all();
    client.send_metrics(requests::metrics(&[1.0, 2.0])).await.unwrap();
    client.send_traces(requests::spans(&["a"])).await.unwrap();
    cancel.cancel();
    drop(client);
    let batches = tokio::time::timeout(PATIENCE, batches).await.unwrap().unwrap();
    let found: Vec<_> = batches.iter().map(|b| (b.signal(), b.len(), b.position.offset)).collect();
    assert_eq!(found, [(Signal::Metrics, 2, 1_001), (Signal::Traces, 1, 1_002)]);
    assert_eq!(Signal::ALL.map(|signal| metrics.rows(Door::Grpc, signal)), [2, 2, 1]);
}

#[tokio::test]
async fn compressed_requests_are_taken() {
    for encoding in [CompressionEncoding::Gzip, CompressionEncoding::Zstd] {
        let server = start(IntakeLimits::default(), OtlpLimits::default()).await;
        let mut client = raw(&server.grpc).await.send_compressed(encoding);
        let (_, batches) = server.accept_all();
        client.export(requests::logs(&["one"])).await.unwrap();
        assert!(!batches.is_finished());
    }
}

#[tokio::test]
async fn a_message_over_the_limit_is_refused_compressed_or_not() {
    let limits = OtlpLimits { message_max_bytes: 10_000, ..OtlpLimits::default() };
    let server = start(IntakeLimits::default(), limits).await;
    let body = "x".repeat(20_000);
    let plain = raw(&server.grpc).await.export(requests::logs(&[&body])).await.unwrap_err();
    let mut client = raw(&server.grpc).await.send_compressed(CompressionEncoding::Gzip);
    let gzip = client.export(requests::logs(&[&body])).await.unwrap_err();
    assert_eq!(plain.code(), Code::ResourceExhausted, "{plain:?}");
    assert_eq!(gzip.code(), Code::ResourceExhausted, "{gzip:?}");
}

#[tokio::test]
async fn too_many_records_are_refused_for_good() {
    let limits = OtlpLimits { records_max: 1, ..OtlpLimits::default() };
    let server = start(IntakeLimits::default(), limits).await;
    let refused = Client::new(&server.grpc).unwrap().send_logs(requests::logs(&["a", "b"])).await.unwrap_err();
    assert!(
        matches!(&refused, ClientError::Refused { reason, .. } if reason.contains("more than 1 records")),
        "{refused}"
    );
    assert_eq!(server.metrics.requests(Door::Grpc, Signal::Logs, "invalid"), 1);
}

#[tokio::test]
async fn without_room_the_client_is_told_when_to_come_again() {
    let intake = IntakeLimits { rows_max: 2, wait_max: Duration::from_millis(50), ..IntakeLimits::default() };
    let mut server = start(intake, OtlpLimits::default()).await;
    let client = Client::new(&server.grpc).unwrap();
    let first = tokio::spawn({
        let client = client.clone();
        async move { client.send_logs(requests::logs(&["a", "b"])).await }
    });
    let held = server.next().await;
    let status = raw(&server.grpc).await.export(requests::logs(&["c"])).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    assert!(!status.details().is_empty(), "it carries RetryInfo");
    assert_eq!(server.metrics.requests(Door::Grpc, Signal::Logs, "full"), 1);
    // The client keeps at it, and gets through once there is room.
    let second = tokio::spawn(async move { client.send_logs(requests::logs(&["c"])).await });
    while server.metrics.requests(Door::Grpc, Signal::Logs, "full") < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    held.ack.durable();
    server.next().await.ack.durable();
    first.await.unwrap().unwrap();
    assert!(second.await.unwrap().unwrap().retries >= 1);
}

#[tokio::test]
async fn how_a_batch_ended_is_what_the_client_hears() {
    let mut server = start(IntakeLimits::default(), OtlpLimits::default()).await;
    let mut client = raw(&server.grpc).await;
    let sending = |mut client: LogsServiceClient<Channel>| {
        tokio::spawn(async move { client.export(requests::logs(&["a"])).await })
    };
    let reply = sending(client.clone());
    server.next().await.ack.failed(Failure::Retryable("the disk is full".to_owned()));
    let status = reply.await.unwrap().unwrap_err();
    assert_eq!((status.code(), status.message()), (Code::Unavailable, "the disk is full"));
    let reply = sending(client.clone());
    server.next().await.ack.failed(Failure::Permanent("not wanted".to_owned()));
    assert_eq!(reply.await.unwrap().unwrap_err().code(), Code::InvalidArgument);
    let reply = sending(client.clone());
    drop(server.next().await);
    assert_eq!(reply.await.unwrap().unwrap_err().code(), Code::Unavailable);
    let reply = sending(client.clone());
    server.next().await.ack.answer(Ok(Stored { rejected_rows: 1, message: "too old".to_owned() }));
    let partial = reply.await.unwrap().unwrap().into_inner().partial_success.unwrap();
    assert_eq!((partial.rejected_log_records, partial.error_message.as_str()), (1, "too old"));
    let empty = client.export(requests::logs(&[])).await.unwrap().into_inner();
    assert_eq!(empty.partial_success, None);
}

#[tokio::test]
async fn a_batch_that_takes_too_long_is_to_be_sent_again() {
    let limits = OtlpLimits { durable_timeout: Duration::from_millis(20), ..OtlpLimits::default() };
    let server = start(IntakeLimits::default(), limits).await;
    let status = raw(&server.grpc).await.export(requests::logs(&["a"])).await.unwrap_err();
    assert_eq!((status.code(), status.message()), (Code::Unavailable, "not durable in time: send it again"));
}

#[tokio::test]
async fn received_is_enough_when_the_operator_says_so() {
    let limits = OtlpLimits { acknowledge: Acknowledge::Received, ..OtlpLimits::default() };
    let mut server = start(IntakeLimits::default(), limits).await;
    let client = Client::new(&server.grpc).unwrap();
    client.send_logs(requests::logs(&["a"])).await.unwrap();
    assert_eq!(bodies(&server.next().await.batch), ["a"]);
}

#[tokio::test]
async fn a_server_that_is_told_to_stop_lets_its_requests_end() {
    let mut server = start(IntakeLimits::default(), OtlpLimits::default()).await;
    let client = Client::new(&server.grpc).unwrap();
    let sending = tokio::spawn(async move { client.send_logs(requests::logs(&["a"])).await });
    let delivery = server.next().await;
    server.cancel.cancel();
    assert!(!server.served.is_finished());
    delivery.ack.durable();
    sending.await.unwrap().unwrap();
    tokio::time::timeout(PATIENCE, server.served).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn a_connection_that_stays_open_does_not_hold_the_server() {
    let server = start(IntakeLimits::default(), OtlpLimits::default()).await;
    let mut grpc = raw(&server.grpc).await;
    grpc.export(requests::logs(&[])).await.unwrap();
    let http = Client::new(&format!("{}/v1/logs", server.http)).unwrap();
    http.send_logs(requests::logs(&[])).await.unwrap();
    server.cancel.cancel();
    tokio::time::timeout(PATIENCE, server.served).await.unwrap().unwrap().unwrap();
    drop((grpc, http));
}

#[tokio::test]
async fn requests_that_only_wait_for_their_batch_do_not_keep_others_out() {
    let limits = OtlpLimits { requests_max: 1, ..OtlpLimits::default() };
    let mut server = start(IntakeLimits::default(), limits).await;
    let client = Client::new(&server.grpc).unwrap();
    let sending = |body: &'static str| {
        let client = client.clone();
        tokio::spawn(async move { client.send_logs(requests::logs(&[body])).await })
    };
    let replies = [sending("a"), sending("b"), sending("c")];
    let held = [server.next().await, server.next().await, server.next().await];
    held.into_iter().for_each(|delivery| delivery.ack.durable());
    for reply in replies {
        reply.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn one_connection_too_many_is_closed() {
    let limits = OtlpLimits { connections_max: 1, ..OtlpLimits::default() };
    let server = start(IntakeLimits::default(), limits).await;
    let mut first = raw(&server.grpc).await;
    first.export(requests::logs(&[])).await.unwrap();
    let second = async {
        let mut client = LogsServiceClient::connect(server.grpc.clone()).await.map_err(|_| ())?;
        client.export(requests::logs(&[])).await.map_err(|_| ())
    };
    assert!(second.await.is_err());
    first.export(requests::logs(&[])).await.unwrap();
}
