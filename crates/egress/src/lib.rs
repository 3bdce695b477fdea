//! Where answers go out: gRPC, HTTP and MCP in front of one [`ContextService`].
//!
//! Three doors, one desk. A *door* ([`serve_grpc`], [`serve_http`], [`serve_mcp_stdio`]) speaks a protocol: it reads a
//! request into [`Asked`], and writes an [`Answer`] or a [`ServiceError`] in its own words. The *desk* ([`Desk`]) is what
//! they share: it checks what was asked, bounds how many questions run and for how long, counts, and puts the question to
//! the service, which the binary implements. The contract of the messages is `proto/decant/context/v1`. Nothing here
//! reads the store, packs evidence or spawns a task; each server is a future that ends when its token is cancelled.

mod asked;
mod config;
mod connections;
mod desk;
mod grpc;
mod http;
#[cfg(test)]
mod laws;
mod mcp;
mod metrics;
mod parameters;
mod query;
mod remote;
mod schema;
mod service;
pub mod v1;

pub use asked::Asked;
pub use config::{Config, ConfigError, Limits, RawConfig, RawLimits};
pub use desk::Desk;
pub use grpc::serve_grpc;
pub use http::{HttpOptions, serve_http};
pub use mcp::{serve_mcp, serve_mcp_stdio};
pub use metrics::{Door, Metrics, Question};
pub use query::{
    BundleQuery, CompareQuery, ExpandQuery, Fit, Format, SearchQuery, ServicesQuery, TimelineQuery, TopologyQuery, When,
};
pub use remote::Remote;
pub use schema::{bundle_schema, page_schema, undescribed};
pub use service::{Answer, Answering, ContextService, ServiceError, Status};
