//! The wire contract of `proto/decant/context/v1` as Rust types, client and server included, and how its messages are
//! read from the JSON form of an answer.
//!
//! There is one source: the service writes JSON, and [`bundle`] and [`page`] read the same names into messages. JSON
//! `null` means absent; fields that the contract does not know are passed over (the JSON form may be ahead of it).

#![allow(missing_debug_implementations, reason = "generated code")]
#![allow(clippy::pedantic, clippy::restriction, clippy::derive_partial_eq_without_eq, reason = "generated code")]

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::service::ServiceError;

tonic::include_proto!("decant.context.v1");

/// The descriptors, for reflection and for tools that need no source.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/decant_context_v1.bin"));

/// The full name that health checks and reflection use.
pub const SERVICE_NAME: &str = "decant.context.v1.ContextService";

pub(crate) fn bundle(json: Value) -> Result<Bundle, ServiceError> {
    message(json, "bundle")
}

pub(crate) fn page(json: Value) -> Result<Page, ServiceError> {
    message(json, "page")
}

fn message<M: DeserializeOwned>(json: Value, what: &str) -> Result<M, ServiceError> {
    serde_json::from_value(without_nulls(json))
        .map_err(|error| ServiceError::Internal(format!("the {what} does not fit its message: {error}")))
}

fn without_nulls(json: Value) -> Value {
    match json {
        Value::Object(fields) => Value::Object(
            fields.into_iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k, without_nulls(v))).collect(),
        ),
        Value::Array(items) => Value::Array(items.into_iter().map(without_nulls).collect()),
        plain => plain,
    }
}
