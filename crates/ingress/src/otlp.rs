//! OTLP in, over gRPC and HTTP (<https://opentelemetry.io/docs/specs/otlp/>).
//!
//! Both doors do the same with a request: decode it within limits, hand its batch to the intake, wait until the batch is
//! durable, reply. A request that cannot be decoded is refused for good. One that finds no room, or whose batch could
//! not be made durable, is refused with a time after which to come again. Requests that are being read and decoded are
//! bounded in number; those that only wait for their batch are not counted, since the batch has its own room.

mod admission;
mod grpc;
mod http;
mod put;
mod status;

pub use grpc::serve_otlp_grpc;
pub use http::serve_otlp_http;
pub(crate) use status::{refusal_message, retry_delay};
