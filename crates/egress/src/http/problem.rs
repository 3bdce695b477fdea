//! Errors over HTTP: `{"error":{"code":"invalid_argument","message":"..."}}` with the status that fits.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::service::ServiceError;

/// Seconds after which a client that was turned away may ask again.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("1");

pub(super) fn response(error: &ServiceError) -> Response {
    let status = match error {
        ServiceError::InvalidArgument(_) => StatusCode::BAD_REQUEST,
        ServiceError::NotFound(_) => StatusCode::NOT_FOUND,
        ServiceError::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        ServiceError::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    with_status(status, error)
}

/// Where HTTP has a status of its own for what went wrong.
pub(super) fn with_status(status: StatusCode, error: &ServiceError) -> Response {
    let body = json!({"error": {"code": error.code(), "message": error.to_string()}});
    let mut response = (status, [(header::CONTENT_TYPE, "application/json")], format!("{body}\n")).into_response();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER_SECONDS);
    }
    response
}
