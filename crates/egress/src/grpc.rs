//! The gRPC door: `decant.context.v1.ContextService`, with reflection (v1 and v1alpha) and health.
//!
//! Try it without the proto file: `grpcurl -plaintext 127.0.0.1:4320 decant.context.v1.ContextService/GetIncidentBundle`.
//! Health is `SERVING` while the service says that it is ready. Answers are gzipped for clients that accept it. Tonic's
//! clients refuse messages over 4 MiB unless told otherwise, which a budget of several hundred thousand tokens exceeds.

mod requests;

use std::{convert::Infallible, io, time::Duration};

use serde_json::Value;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, codec::CompressionEncoding, transport::Server};
use tonic_health::{ServingStatus, server::HealthReporter};

use crate::{
    asked::Asked,
    connections::Connections,
    desk::Desk,
    metrics::{Door, Question},
    service::{self, ServiceError},
    v1::{self, context_service_server as server},
};

/// How often health looks at the service's status.
const HEALTH_INTERVAL: Duration = Duration::from_secs(1);
/// Streams of one connection; each carries one call.
const STREAMS_PER_CONNECTION_MAX: u32 = 64;
/// Idle connections are probed, and dropped when nothing comes back.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(30);

/// Serves until the token is cancelled, then lets the calls that run come to their end. The caller bounds how long.
///
/// # Errors
/// The listener failed, or the descriptors could not be registered.
pub async fn serve_grpc(listener: TcpListener, desk: Desk, cancel: CancellationToken) -> io::Result<()> {
    let limits = desk.limits();
    let incoming = Connections::new(listener, limits.connections_max, None, Door::Grpc, desk.metrics());
    let context = server::ContextServiceServer::new(Calls { desk: desk.clone() })
        .max_decoding_message_size(limits.request_max_bytes)
        .accept_compressed(CompressionEncoding::Gzip)
        .send_compressed(CompressionEncoding::Gzip);
    let (reporter, health) = tonic_health::server::health_reporter();
    let reflection = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(v1::FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    let serving = Server::builder()
        .max_concurrent_streams(STREAMS_PER_CONNECTION_MAX)
        .http2_keepalive_interval(Some(KEEPALIVE_INTERVAL))
        .add_service(context)
        .add_service(health)
        .add_service(reflection().build_v1().map_err(io::Error::other)?)
        .add_service(reflection().build_v1alpha().map_err(io::Error::other)?)
        .serve_with_incoming_shutdown(incoming, cancel.clone().cancelled_owned());
    tokio::select! {
        ended = serving => ended.map_err(io::Error::other),
        never = report_health(reporter, &desk, &cancel) => match never {},
    }
}

/// Follows the service's status. Once shutdown has begun it says `NOT_SERVING` and then ends the watches, which would
/// otherwise hold the server open for as long as somebody looks.
async fn report_health(mut reporter: HealthReporter, desk: &Desk, cancel: &CancellationToken) -> Infallible {
    let names = ["", v1::SERVICE_NAME];
    while !cancel.is_cancelled() {
        let status = match desk.status() {
            service::Status::Ready => ServingStatus::Serving,
            service::Status::NotReady(_) => ServingStatus::NotServing,
        };
        for name in names {
            reporter.set_service_status(name, status).await;
        }
        tokio::select! {
            () = tokio::time::sleep(HEALTH_INTERVAL) => {}
            () = cancel.cancelled() => {}
        }
    }
    for name in names {
        reporter.set_service_status(name, ServingStatus::NotServing).await;
        reporter.clear_service_status(name).await;
    }
    std::future::pending().await
}

struct Calls {
    desk: Desk,
}

/// What all responses hold.
struct Answered<M> {
    text: String,
    json: String,
    used_tokens: u64,
    message: M,
}

impl Calls {
    async fn ask<M>(
        &self,
        question: Question,
        rendering: i32,
        asked: Asked,
        message: fn(Value) -> Result<M, ServiceError>,
    ) -> Result<Answered<M>, Status> {
        let form =
            requests::form(rendering).map_err(|error| status(&self.desk.refused(Door::Grpc, question, error)))?;
        let answer = self.desk.ask(Door::Grpc, question, asked, form.format()).await.map_err(|e| status(&e))?;
        Ok(Answered {
            text: if form.has_text() { answer.text } else { String::new() },
            json: if form.has_json() { answer.json.to_string() } else { String::new() },
            used_tokens: answer.used_tokens,
            message: message(answer.json).map_err(|e| status(&e))?,
        })
    }
}

#[tonic::async_trait]
impl server::ContextService for Calls {
    async fn get_incident_bundle(
        &self,
        request: Request<v1::GetIncidentBundleRequest>,
    ) -> Result<Response<v1::GetIncidentBundleResponse>, Status> {
        let request = request.into_inner();
        let Answered { text, json, used_tokens, message } =
            self.ask(Question::Bundle, request.rendering, request.into(), v1::bundle).await?;
        Ok(Response::new(v1::GetIncidentBundleResponse { text, bundle: Some(message), used_tokens, json }))
    }

    async fn search_evidence(
        &self,
        request: Request<v1::SearchEvidenceRequest>,
    ) -> Result<Response<v1::SearchEvidenceResponse>, Status> {
        let request = request.into_inner();
        let Answered { text, json, used_tokens, message } =
            self.ask(Question::Search, request.rendering, request.into(), v1::page).await?;
        Ok(Response::new(v1::SearchEvidenceResponse { text, page: Some(message), used_tokens, json }))
    }

    async fn expand(&self, request: Request<v1::ExpandRequest>) -> Result<Response<v1::ExpandResponse>, Status> {
        let request = request.into_inner();
        let Answered { text, json, used_tokens, message } =
            self.ask(Question::Expand, request.rendering, request.into(), v1::page).await?;
        Ok(Response::new(v1::ExpandResponse { text, page: Some(message), used_tokens, json }))
    }

    async fn list_services(
        &self,
        request: Request<v1::ListServicesRequest>,
    ) -> Result<Response<v1::ListServicesResponse>, Status> {
        let request = request.into_inner();
        let Answered { text, json, used_tokens, message } =
            self.ask(Question::Services, request.rendering, request.into(), v1::page).await?;
        Ok(Response::new(v1::ListServicesResponse { text, page: Some(message), used_tokens, json }))
    }

    async fn compare(&self, request: Request<v1::CompareRequest>) -> Result<Response<v1::CompareResponse>, Status> {
        let request = request.into_inner();
        let Answered { text, json, used_tokens, message } =
            self.ask(Question::Compare, request.rendering, request.into(), v1::page).await?;
        Ok(Response::new(v1::CompareResponse { text, page: Some(message), used_tokens, json }))
    }

    async fn timeline(&self, request: Request<v1::TimelineRequest>) -> Result<Response<v1::TimelineResponse>, Status> {
        let request = request.into_inner();
        let Answered { text, json, used_tokens, message } =
            self.ask(Question::Timeline, request.rendering, request.into(), v1::page).await?;
        Ok(Response::new(v1::TimelineResponse { text, page: Some(message), used_tokens, json }))
    }

    async fn topology(&self, request: Request<v1::TopologyRequest>) -> Result<Response<v1::TopologyResponse>, Status> {
        let request = request.into_inner();
        let Answered { text, json, used_tokens, message } =
            self.ask(Question::Topology, request.rendering, request.into(), v1::page).await?;
        Ok(Response::new(v1::TopologyResponse { text, page: Some(message), used_tokens, json }))
    }
}

fn status(error: &ServiceError) -> Status {
    match error {
        ServiceError::InvalidArgument(message) => Status::invalid_argument(message),
        ServiceError::NotFound(message) => Status::not_found(message),
        ServiceError::Unavailable(message) => Status::unavailable(message),
        ServiceError::Internal(message) => Status::internal(message),
    }
}
