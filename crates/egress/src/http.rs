//! The HTTP door: questions as `GET /v1/...`, MCP at `/mcp`, probes and metrics.
//!
//! `curl 'http://127.0.0.1:4321/v1/context?budget=4000&from=-15m'` answers in text for models; `format=json`, or an
//! `Accept` that names `application/json`, gets the JSON form. What answers is the body alone, within the budget; the
//! tokens it took stand in the header `decant-used-tokens`. Everything but the probes passes the [`gate`] first.

mod gate;
mod negotiate;
mod problem;
mod questions;

use std::{fmt, io, sync::Arc, time::Duration};

use axum::{
    Router,
    http::{StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::compression::CompressionLayer;

#[cfg(test)]
pub(crate) use self::{negotiate::accepted, questions::read};

use self::gate::Gate;
use crate::{
    connections::Connections,
    desk::Desk,
    mcp,
    metrics::Door,
    schema::{bundle_schema, page_schema},
    service::{ServiceError, Status},
};

/// How long a connection may be silent beyond the time that an answer may take.
const IDLE_MAX: Duration = Duration::from_secs(60);

/// What the HTTP server needs beyond the desk.
#[derive(Clone)]
pub struct HttpOptions {
    /// As [`Config::allowed_hosts`](crate::Config).
    pub allowed_hosts: Vec<String>,
    /// As [`Config::allowed_origins`](crate::Config).
    pub allowed_origins: Vec<String>,
    /// All of the process's metrics in Prometheus's text format; called for each `GET /metrics`.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
}

impl fmt::Debug for HttpOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpOptions")
            .field("allowed_hosts", &self.allowed_hosts)
            .field("allowed_origins", &self.allowed_origins)
            .finish_non_exhaustive()
    }
}

/// Serves until the token is cancelled, then lets the requests that run come to their end. The caller bounds how long.
///
/// # Errors
/// The listener failed.
pub async fn serve_http(
    listener: TcpListener,
    desk: Desk,
    options: HttpOptions,
    cancel: CancellationToken,
) -> io::Result<()> {
    let limits = desk.limits();
    // An answer that is being made moves nothing either.
    let idle_max = limits.answer_timeout + IDLE_MAX;
    let connections = Connections::new(listener, limits.connections_max, Some(idle_max), Door::Http, desk.metrics());
    axum::serve(connections, router(desk, &options, &cancel)).with_graceful_shutdown(cancel.cancelled_owned()).await
}

fn router(desk: Desk, options: &HttpOptions, cancel: &CancellationToken) -> Router {
    let gate = Gate::new(options.allowed_hosts.clone(), options.allowed_origins.clone());
    let metrics = options.metrics.clone();
    // Compressed where the client accepts it; MCP may stream, and is left alone.
    let questions = Router::new()
        .route("/v1/context", get(questions::context))
        .route("/v1/search", get(questions::search))
        .route("/v1/expand", get(questions::expand))
        .route("/v1/services", get(questions::services))
        .route("/v1/compare", get(questions::compare))
        .route("/v1/timeline", get(questions::timeline))
        .route("/v1/topology", get(questions::topology))
        .route("/v1/schema", get(async || schema(bundle_schema())))
        .route("/v1/schema/page", get(async || schema(page_schema())))
        .route("/metrics", get(async move || exposition(metrics())))
        .layer(CompressionLayer::new());
    let guarded = questions
        .route_service("/mcp", mcp::http_service(desk.clone(), options, cancel))
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method)
        .layer(gate::cors(&options.allowed_origins))
        .layer(middleware::from_fn_with_state(Arc::new(gate), gate::pass));
    let probed = desk.clone();
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(async move || ready(&probed.status())))
        .merge(guarded.with_state(desk))
}

fn ready(status: &Status) -> Response {
    match status {
        Status::Ready => "ready\n".into_response(),
        Status::NotReady(reason) => (StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")).into_response(),
    }
}

fn exposition(metrics: String) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics).into_response()
}

fn schema(schema: &Value) -> Response {
    ([(header::CONTENT_TYPE, "application/schema+json")], schema.to_string()).into_response()
}

async fn no_such_path() -> Response {
    problem::response(&ServiceError::NotFound(
        "there is nothing here: see /v1/context, /v1/search, /v1/expand, /v1/services, /v1/compare, /v1/timeline, /v1/topology, \
         /v1/schema, /v1/schema/page, /mcp, /metrics, \
         /healthz, /readyz"
            .to_owned(),
    ))
}

async fn no_such_method() -> Response {
    problem::with_status(
        StatusCode::METHOD_NOT_ALLOWED,
        &ServiceError::InvalidArgument("this path answers to GET alone".to_owned()),
    )
}
