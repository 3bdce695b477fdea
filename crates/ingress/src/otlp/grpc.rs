//! The gRPC server: the three export services, gzip and zstd.

use std::{io, time::Duration};

use axum::http::{HeaderMap, HeaderValue};
use decant_codec::otlp::{logs_from_request, metrics_from_request, traces_from_request};
use decant_model::{Batch, Signal};
use opentelemetry_proto::tonic::collector::{
    logs::v1::{
        ExportLogsPartialSuccess, ExportLogsServiceRequest, ExportLogsServiceResponse,
        logs_service_server::{LogsService, LogsServiceServer},
    },
    metrics::v1::{
        ExportMetricsPartialSuccess, ExportMetricsServiceRequest, ExportMetricsServiceResponse,
        metrics_service_server::{MetricsService, MetricsServiceServer},
    },
    trace::v1::{
        ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
        trace_service_server::{TraceService, TraceServiceServer},
    },
};
use prost::Message;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::{Code, Request, Response, Status, codec::CompressionEncoding, transport::Server};

use super::admission::{Admission, AdmissionLayer, Admitted};
use super::put::Entry;
use super::status::RpcStatus;
use crate::ack::Stored;
use crate::config::OtlpLimits;
use crate::connections::Connections;
use crate::intake::Intake;
use crate::metrics::Door;

/// Streams of one connection; each carries one request.
const STREAMS_PER_CONNECTION_MAX: u32 = 128;
/// How long a request may take to come in.
pub(super) const RECEIVE_MAX: Duration = Duration::from_secs(30);
const GRPC_STATUS: &str = "grpc-status";
/// Idle connections are probed, and dropped when nothing comes back.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(30);

/// Serves OTLP/gRPC until the token is cancelled, then lets the requests that run come to their end. The caller bounds
/// how long.
///
/// # Errors
/// The listener failed.
pub async fn serve_otlp_grpc(
    listener: TcpListener,
    intake: Intake,
    limits: OtlpLimits,
    cancel: CancellationToken,
) -> io::Result<()> {
    let incoming = Connections::new(listener, limits.connections_max, None, Door::Grpc, intake.metrics().clone());
    let admission = AdmissionLayer {
        admission: Admission::new(limits.requests_max, intake.wait_max()),
        refuse: |refused| RpcStatus::of(refused).grpc().into_http(),
        mend: |response| too_large_is_for_good(response.headers_mut()),
    };
    let timeout = limits.durable_timeout + intake.wait_max() * 2 + RECEIVE_MAX;
    let max = limits.message_max_bytes;
    let export = Export(Entry { door: Door::Grpc, intake, limits });
    macro_rules! service {
        ($server:ident) => {
            $server::new(export.clone())
                .max_decoding_message_size(max)
                .accept_compressed(CompressionEncoding::Gzip)
                .accept_compressed(CompressionEncoding::Zstd)
        };
    }
    Server::builder()
        .max_concurrent_streams(STREAMS_PER_CONNECTION_MAX)
        .http2_keepalive_interval(Some(KEEPALIVE_INTERVAL))
        .timeout(timeout)
        .layer(admission)
        .add_service(service!(LogsServiceServer))
        .add_service(service!(MetricsServiceServer))
        .add_service(service!(TraceServiceServer))
        .serve_with_incoming_shutdown(incoming, cancel.cancelled_owned())
        .await
        .map_err(io::Error::other)
}

/// A message that is too large is `OUT_OF_RANGE` to tonic, and OTLP has clients send it again then.
fn too_large_is_for_good(headers: &mut HeaderMap) {
    let out_of_range = HeaderValue::from(Code::OutOfRange as i32);
    if headers.get(GRPC_STATUS) == Some(&out_of_range) {
        headers.insert(GRPC_STATUS, HeaderValue::from(Code::ResourceExhausted as i32));
    }
}

/// The three services.
#[derive(Clone, Debug)]
struct Export(Entry);

impl Export {
    async fn export<R: Message + 'static>(
        &self,
        signal: Signal,
        request: Request<R>,
        decode: fn(&R, &decant_codec::Limits, decant_model::Position) -> Result<Batch, decant_codec::DecodeError>,
    ) -> Result<Stored, Status> {
        let entry = &self.0;
        let (_, mut extensions, message) = request.into_parts();
        let admitted = extensions.remove::<Admitted>();
        drop(extensions);
        let bytes = message.encoded_len();
        entry.intake.metrics().received(Door::Grpc, bytes);
        let (limits, position) = (entry.limits.decode(), entry.position());
        let batch = entry.decode(bytes, move || decode(&message, &limits, position)).await;
        entry.put(signal, batch, admitted).await.map_err(|refused| RpcStatus::of(&refused).grpc())
    }
}

#[tonic::async_trait]
impl LogsService for Export {
    async fn export(
        &self,
        request: Request<ExportLogsServiceRequest>,
    ) -> Result<Response<ExportLogsServiceResponse>, Status> {
        let stored = self.export(Signal::Logs, request, logs_from_request).await?;
        Ok(Response::new(logs_response(stored)))
    }
}

#[tonic::async_trait]
impl MetricsService for Export {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        let stored = self.export(Signal::Metrics, request, metrics_from_request).await?;
        Ok(Response::new(metrics_response(stored)))
    }
}

#[tonic::async_trait]
impl TraceService for Export {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let stored = self.export(Signal::Traces, request, traces_from_request).await?;
        Ok(Response::new(trace_response(stored)))
    }
}

fn told(stored: Stored) -> Option<(i64, String)> {
    let any = stored.rejected_rows > 0 || !stored.message.is_empty();
    any.then(|| (i64::try_from(stored.rejected_rows).unwrap_or(i64::MAX), stored.message))
}

/// The reply to logs; partial success when rows were refused or there is a warning.
pub(super) fn logs_response(stored: Stored) -> ExportLogsServiceResponse {
    let partial_success = told(stored)
        .map(|(rejected_log_records, error_message)| ExportLogsPartialSuccess { rejected_log_records, error_message });
    ExportLogsServiceResponse { partial_success }
}

/// As [`logs_response`], for metrics.
pub(super) fn metrics_response(stored: Stored) -> ExportMetricsServiceResponse {
    let partial_success = told(stored).map(|(rejected_data_points, error_message)| ExportMetricsPartialSuccess {
        rejected_data_points,
        error_message,
    });
    ExportMetricsServiceResponse { partial_success }
}

/// As [`logs_response`], for spans.
pub(super) fn trace_response(stored: Stored) -> ExportTraceServiceResponse {
    let partial_success =
        told(stored).map(|(rejected_spans, error_message)| ExportTracePartialSuccess { rejected_spans, error_message });
    ExportTraceServiceResponse { partial_success }
}
