//! Export requests over gRPC, uncompressed: they mostly stay on the machine.

use std::time::Duration;

use opentelemetry_proto::tonic::collector::{
    logs::v1::{ExportLogsServiceRequest, logs_service_client::LogsServiceClient},
    metrics::v1::{ExportMetricsServiceRequest, metrics_service_client::MetricsServiceClient},
    trace::v1::{ExportTraceServiceRequest, trace_service_client::TraceServiceClient},
};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};

use super::url::Target;
use super::{Attempt, ClientError, Sent, rejected};
use crate::otlp::retry_delay;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Clone, Debug)]
pub(super) struct Grpc {
    channel: Channel,
}

impl Grpc {
    pub(super) fn new(target: &Target) -> Result<Self, ClientError> {
        let endpoint = Endpoint::from_shared(target.url.clone())
            .map_err(|_| ClientError::Url { url: target.url.clone() })?
            .connect_timeout(CONNECT_TIMEOUT);
        Ok(Self { channel: endpoint.connect_lazy() })
    }

    pub(super) async fn logs(&self, request: ExportLogsServiceRequest) -> Result<Sent, Attempt> {
        let response = LogsServiceClient::new(self.channel.clone()).export(request).await.map_err(|s| attempt(&s))?;
        let partial = response.into_inner().partial_success;
        Ok(partial.map_or_else(Sent::default, |p| rejected(p.rejected_log_records, p.error_message)))
    }

    pub(super) async fn metrics(&self, request: ExportMetricsServiceRequest) -> Result<Sent, Attempt> {
        let response =
            MetricsServiceClient::new(self.channel.clone()).export(request).await.map_err(|s| attempt(&s))?;
        let partial = response.into_inner().partial_success;
        Ok(partial.map_or_else(Sent::default, |p| rejected(p.rejected_data_points, p.error_message)))
    }

    pub(super) async fn traces(&self, request: ExportTraceServiceRequest) -> Result<Sent, Attempt> {
        let response = TraceServiceClient::new(self.channel.clone()).export(request).await.map_err(|s| attempt(&s))?;
        let partial = response.into_inner().partial_success;
        Ok(partial.map_or_else(Sent::default, |p| rejected(p.rejected_spans, p.error_message)))
    }
}

/// As the OTLP specification has it: which codes are worth another attempt.
fn attempt(status: &Status) -> Attempt {
    let delay = retry_delay(status.details());
    let reason = format!("{}: {}", status.code(), status.message());
    match status.code() {
        Code::Cancelled
        | Code::DeadlineExceeded
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unavailable
        | Code::DataLoss => Attempt::Again(reason, delay),
        Code::ResourceExhausted if delay.is_some() => Attempt::Again(reason, delay),
        _ => Attempt::Refused(reason),
    }
}
