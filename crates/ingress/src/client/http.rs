//! Export requests as protobuf over HTTP.

use std::time::Duration;

use axum::http::{Request, StatusCode, header};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use opentelemetry_proto::tonic::collector::{
    logs::v1::{ExportLogsServiceRequest, ExportLogsServiceResponse},
    metrics::v1::{ExportMetricsServiceRequest, ExportMetricsServiceResponse},
    trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse},
};
use prost::Message;

use super::url::Target;
use super::{Attempt, Sent, rejected};
use crate::otlp::refusal_message;

/// Of a reply; longer ones are not OTLP's.
const REPLY_MAX_BYTES: usize = 1 << 20;

#[derive(Clone, Debug)]
pub(super) struct Http {
    client: Client<HttpConnector, Full<Bytes>>,
    base: String,
}

impl Http {
    pub(super) fn new(target: &Target) -> Self {
        Self { client: Client::builder(TokioExecutor::new()).build_http(), base: target.url.clone() }
    }

    pub(super) async fn logs(&self, request: &ExportLogsServiceRequest) -> Result<Sent, Attempt> {
        let reply: ExportLogsServiceResponse = self.post("/v1/logs", request).await?;
        Ok(reply.partial_success.map_or_else(Sent::default, |p| rejected(p.rejected_log_records, p.error_message)))
    }

    pub(super) async fn metrics(&self, request: &ExportMetricsServiceRequest) -> Result<Sent, Attempt> {
        let reply: ExportMetricsServiceResponse = self.post("/v1/metrics", request).await?;
        Ok(reply.partial_success.map_or_else(Sent::default, |p| rejected(p.rejected_data_points, p.error_message)))
    }

    pub(super) async fn traces(&self, request: &ExportTraceServiceRequest) -> Result<Sent, Attempt> {
        let reply: ExportTraceServiceResponse = self.post("/v1/traces", request).await?;
        Ok(reply.partial_success.map_or_else(Sent::default, |p| rejected(p.rejected_spans, p.error_message)))
    }

    async fn post<R: Message + Default>(&self, path: &str, request: &impl Message) -> Result<R, Attempt> {
        let request = Request::post(format!("{}{path}", self.base))
            .header(header::CONTENT_TYPE, "application/x-protobuf")
            .body(Full::new(Bytes::from(request.encode_to_vec())))
            .map_err(|e| Attempt::Refused(e.to_string()))?;
        let response = self.client.request(request).await.map_err(|e| Attempt::Again(chain(&e), None))?;
        let status = response.status();
        let retry_after = response.headers().get(header::RETRY_AFTER).and_then(|v| v.to_str().ok()?.parse().ok());
        let body = Limited::new(response.into_body(), REPLY_MAX_BYTES).collect().await;
        let body = body.map_err(|e| Attempt::Again(e.to_string(), None))?.to_bytes();
        match status {
            StatusCode::OK => R::decode(body).map_err(|e| Attempt::Refused(format!("its reply is not OTLP: {e}"))),
            StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => {
                Err(Attempt::Again(reason(status, &body), retry_after.map(Duration::from_secs)))
            }
            _ => Err(Attempt::Refused(reason(status, &body))),
        }
    }
}

fn reason(status: StatusCode, body: &[u8]) -> String {
    let message = refusal_message(body);
    if message.is_empty() { status.to_string() } else { format!("{status}: {message}") }
}

/// An error with what caused it: the client's own words say only that something failed.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}
