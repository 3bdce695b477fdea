//! `google.rpc.Status` and `RetryInfo`: how OTLP says no.
//!
//! Over gRPC the status travels in the trailers, its details in `grpc-status-details-bin`; over HTTP it is the body of a
//! reply with an error code, in the encoding of the request.

use prost::Message;
use tonic::Code;

use super::put::{RETRY_AFTER, Refused};

const RETRY_INFO: &str = "type.googleapis.com/google.rpc.RetryInfo";

/// `google.rpc.Status`.
#[derive(Clone, PartialEq, Message)]
pub(super) struct RpcStatus {
    #[prost(int32, tag = "1")]
    pub(super) code: i32,
    #[prost(string, tag = "2")]
    pub(super) message: String,
    #[prost(message, repeated, tag = "3")]
    pub(super) details: Vec<prost_types::Any>,
}

/// `google.rpc.RetryInfo`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    pub(crate) retry_delay: Option<prost_types::Duration>,
}

impl RpcStatus {
    pub(super) fn of(refused: &Refused) -> Self {
        let code = match refused {
            Refused::Invalid(_) => Code::InvalidArgument,
            Refused::TooLarge(_) => Code::ResourceExhausted,
            Refused::Full(_) | Refused::Unavailable(_) => Code::Unavailable,
        };
        let details = if refused.is_retryable() { vec![retry_info()] } else { Vec::new() };
        Self { code: code as i32, message: refused.to_string(), details }
    }

    /// As a gRPC status.
    pub(super) fn grpc(self) -> tonic::Status {
        let details = if self.details.is_empty() { Vec::new() } else { self.encode_to_vec() };
        tonic::Status::with_details(Code::from(self.code), self.message, details.into())
    }

    /// As JSON; details are left out, since `Retry-After` says the same.
    pub(super) fn json(&self) -> String {
        serde_json::json!({ "code": self.code, "message": self.message }).to_string()
    }
}

fn retry_info() -> prost_types::Any {
    let seconds = i64::try_from(RETRY_AFTER.as_secs()).unwrap_or(1);
    let info = RetryInfo { retry_delay: Some(prost_types::Duration { seconds, nanos: 0 }) };
    prost_types::Any { type_url: RETRY_INFO.to_owned(), value: info.encode_to_vec() }
}

/// The time that a gRPC status' details ask to wait, when they do.
pub(crate) fn retry_delay(details: &[u8]) -> Option<std::time::Duration> {
    let status = RpcStatus::decode(details).ok()?;
    let any = status.details.iter().find(|any| any.type_url == RETRY_INFO)?;
    RetryInfo::decode(any.value.as_slice()).ok()?.retry_delay?.try_into().ok()
}

/// What the body of a refusal over HTTP says; empty when it is not in OTLP's form.
pub(crate) fn refusal_message(body: &[u8]) -> String {
    RpcStatus::decode(body).map(|status| status.message).unwrap_or_default()
}
