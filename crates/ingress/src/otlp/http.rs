//! The HTTP server: `POST /v1/logs`, `/v1/metrics` and `/v1/traces`, protobuf and JSON, gzip and zstd.
//!
//! The reply is in the encoding of the request. 400, 413 and 415 are for good; 503 carries `Retry-After`.

use std::{io, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use bytes::Bytes;
use decant_codec::{
    DecodeError, Limits,
    compressed::{Coding, inflate},
    otlp,
};
use decant_model::{Batch, Position, Signal};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use prost::Message as _;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::admission::Admission;
use super::grpc::{RECEIVE_MAX, logs_response, metrics_response, trace_response};
use super::put::{Entry, RETRY_AFTER, Refused};
use super::status::RpcStatus;
use crate::ack::Stored;
use crate::config::OtlpLimits;
use crate::connections::Connections;
use crate::intake::Intake;
use crate::metrics::Door;

/// How long a connection may be silent, beyond the time that a reply may take.
const IDLE_MAX: Duration = Duration::from_secs(60);

const PROTOBUF: &str = "application/x-protobuf";
const JSON: &str = "application/json";

/// Serves OTLP/HTTP until the token is cancelled, then lets the requests that run come to their end. The caller bounds
/// how long.
///
/// # Errors
/// The listener failed.
pub async fn serve_otlp_http(
    listener: TcpListener,
    intake: Intake,
    limits: OtlpLimits,
    cancel: CancellationToken,
) -> io::Result<()> {
    let idle_max = limits.durable_timeout + intake.wait_max() * 2 + IDLE_MAX;
    let metrics = intake.metrics().clone();
    let connections = Connections::new(listener, limits.connections_max, Some(idle_max), Door::Http, metrics);
    let admission = Admission::new(limits.requests_max, intake.wait_max());
    let router = router(Entry { door: Door::Http, intake, limits }, admission);
    axum::serve(connections, router).with_graceful_shutdown(cancel.cancelled_owned()).await
}

fn router(entry: Entry, admission: Admission) -> Router {
    Router::new()
        .route("/v1/logs", post(logs))
        .route("/v1/metrics", post(metrics_))
        .route("/v1/traces", post(traces))
        .fallback(async || plain(StatusCode::NOT_FOUND, "post to /v1/logs, /v1/metrics or /v1/traces\n"))
        .method_not_allowed_fallback(async || plain(StatusCode::METHOD_NOT_ALLOWED, "telemetry is sent by POST\n"))
        .with_state((entry, admission))
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    (status, text).into_response()
}

type Shared = State<(Entry, Admission)>;

async fn logs(State((entry, admission)): Shared, request: Request) -> Response {
    answer(&entry, &admission, Signal::Logs, request).await
}

async fn metrics_(State((entry, admission)): Shared, request: Request) -> Response {
    answer(&entry, &admission, Signal::Metrics, request).await
}

async fn traces(State((entry, admission)): Shared, request: Request) -> Response {
    answer(&entry, &admission, Signal::Traces, request).await
}

/// The encoding of a request and of its reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Protobuf,
    Json,
}

async fn answer(entry: &Entry, admission: &Admission, signal: Signal, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Some(form) = form(&parts.headers) else {
        return plain(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Content-Type must be application/x-protobuf or application/json\n",
        );
    };
    let Some(coding) = coding(&parts.headers) else {
        return plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Content-Encoding must be gzip, zstd or identity\n");
    };
    match take(entry, admission, signal, form, coding, body).await {
        Ok(stored) => accepted(signal, form, stored),
        Err(refused) => refusal(form, &refused),
    }
}

async fn take(
    entry: &Entry,
    admission: &Admission,
    signal: Signal,
    form: Form,
    coding: Option<Coding>,
    body: Body,
) -> Result<Stored, Refused> {
    let admitted = match admission.admit().await {
        Ok(admitted) => admitted,
        Err(refused) => return entry.put(signal, Err(refused), ()).await,
    };
    let limits = entry.limits.decode();
    let batch = match read(body, limits.max_bytes).await {
        Ok(bytes) => {
            entry.intake.metrics().received(Door::Http, bytes.len());
            let position = entry.position();
            // Compressed, it is more work than its size says.
            let work = if coding.is_some() { bytes.len().saturating_mul(8) } else { bytes.len() };
            entry.decode(work, move || decode(signal, form, coding, &bytes, &limits, position)).await
        }
        Err(refused) => Err(refused),
    };
    entry.put(signal, batch, admitted).await
}

/// `None`: it is neither.
fn form(headers: &HeaderMap) -> Option<Form> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let essence = value.split(';').next().unwrap_or("").trim();
    if essence.eq_ignore_ascii_case(PROTOBUF) || essence.eq_ignore_ascii_case("application/protobuf") {
        Some(Form::Protobuf)
    } else if essence.eq_ignore_ascii_case(JSON) {
        Some(Form::Json)
    } else {
        None
    }
}

/// `None`: it is not known. `Some(None)`: the body is plain.
fn coding(headers: &HeaderMap) -> Option<Option<Coding>> {
    match headers.get(header::CONTENT_ENCODING) {
        None => Some(None),
        Some(value) => Coding::from_name(value.to_str().ok()?),
    }
}

async fn read(body: Body, max_bytes: usize) -> Result<Bytes, Refused> {
    let reading = Limited::new(body, max_bytes).collect();
    let Ok(read) = tokio::time::timeout(RECEIVE_MAX, reading).await else {
        return Err(Refused::Unavailable("the body took too long to come in: send it again".to_owned()));
    };
    match read {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            Err(Refused::TooLarge(format!("the body has more than {max_bytes} bytes: send smaller requests")))
        }
        Err(error) => Err(Refused::Invalid(format!("the body could not be read: {error}"))),
    }
}

fn decode(
    signal: Signal,
    form: Form,
    coding: Option<Coding>,
    bytes: &[u8],
    limits: &Limits,
    position: Position,
) -> Result<Batch, DecodeError> {
    let inflated;
    let bytes = match coding {
        Some(coding) => {
            inflated = inflate(coding, bytes, limits.max_bytes)?;
            &inflated
        }
        None => bytes,
    };
    match form {
        Form::Protobuf => otlp::decode_proto(signal, bytes, limits, position),
        Form::Json => otlp::decode_json(signal, bytes, limits, position),
    }
}

fn accepted(signal: Signal, form: Form, stored: Stored) -> Response {
    match (signal, form) {
        (Signal::Logs, Form::Protobuf) => protobuf(StatusCode::OK, logs_response(stored).encode_to_vec()),
        (Signal::Metrics, Form::Protobuf) => protobuf(StatusCode::OK, metrics_response(stored).encode_to_vec()),
        (Signal::Traces, Form::Protobuf) => protobuf(StatusCode::OK, trace_response(stored).encode_to_vec()),
        (_, Form::Json) => json(StatusCode::OK, json_reply(signal, &stored)),
    }
}

/// 64-bit numbers are strings in OTLP/JSON.
fn json_reply(signal: Signal, stored: &Stored) -> String {
    if *stored == Stored::default() {
        return "{}".to_owned();
    }
    let rejected = match signal {
        Signal::Logs => "rejectedLogRecords",
        Signal::Metrics => "rejectedDataPoints",
        Signal::Traces => "rejectedSpans",
    };
    serde_json::json!({
        "partialSuccess": { rejected: stored.rejected_rows.to_string(), "errorMessage": stored.message }
    })
    .to_string()
}

fn refusal(form: Form, refused: &Refused) -> Response {
    let code = match refused {
        Refused::Invalid(_) => StatusCode::BAD_REQUEST,
        Refused::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
        Refused::Full(_) | Refused::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
    };
    let status = RpcStatus::of(refused);
    let mut response = match form {
        Form::Protobuf => protobuf(code, status.encode_to_vec()),
        Form::Json => json(code, status.json()),
    };
    if refused.is_retryable() {
        response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER.as_secs().into());
    }
    response
}

fn protobuf(status: StatusCode, bytes: Vec<u8>) -> Response {
    (status, [(header::CONTENT_TYPE, PROTOBUF)], bytes).into_response()
}

fn json(status: StatusCode, text: String) -> Response {
    (status, [(header::CONTENT_TYPE, JSON)], text).into_response()
}

#[cfg(test)]
mod laws;
