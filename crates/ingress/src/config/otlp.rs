//! The section `otlp`.

use std::{net::SocketAddr, time::Duration};

use decant_codec::Limits;
use serde::Deserialize;

use super::ConfigError;
use super::checks::{address, millis, size};

/// As an operator writes it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawOtlp {
    /// `host:port` of the gRPC server, or `off`; `127.0.0.1:4317`.
    pub grpc_listen: Option<String>,
    /// `host:port` of the HTTP server, or `off`; `127.0.0.1:4318`.
    pub http_listen: Option<String>,
    /// `durable` or `received`; `durable`.
    pub acknowledge: Option<String>,
    pub message_max_bytes: Option<usize>,
    pub records_max: Option<usize>,
    pub attributes_max: Option<usize>,
    pub requests_max: Option<usize>,
    pub connections_max: Option<usize>,
    pub durable_timeout_ms: Option<u64>,
}

/// When a client is told that its telemetry was taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Acknowledge {
    /// Once it survives a crash.
    #[default]
    Durable,
    /// Once it is in the queue: quicker, and what is in the queue is lost in a crash.
    Received,
}

/// The OTLP servers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtlpConfig {
    /// `None`: off.
    pub grpc_listen: Option<SocketAddr>,
    /// `None`: off.
    pub http_listen: Option<SocketAddr>,
    pub limits: OtlpLimits,
}

/// What bounds one of the servers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtlpLimits {
    pub acknowledge: Acknowledge,
    /// Of a message, compressed or not; 16 MiB. Larger ones are refused.
    pub message_max_bytes: usize,
    /// Records of a message; 1,000,000.
    pub records_max: usize,
    /// Attributes of a record; further ones are left out and counted in the record; 512.
    pub attributes_max: usize,
    /// Requests that are read and decoded at one time; those beyond wait, then are told to come again; 64.
    pub requests_max: usize,
    /// Open at one time; 1,024.
    pub connections_max: usize,
    /// How long a request waits to be durable before the client is told to come again; 30 s.
    pub durable_timeout: Duration,
}

impl Default for OtlpLimits {
    fn default() -> Self {
        Self {
            acknowledge: Acknowledge::Durable,
            message_max_bytes: 16 << 20,
            records_max: 1_000_000,
            attributes_max: 512,
            requests_max: 64,
            connections_max: 1_024,
            durable_timeout: Duration::from_secs(30),
        }
    }
}

impl OtlpLimits {
    pub(crate) fn decode(&self) -> Limits {
        Limits {
            max_bytes: self.message_max_bytes,
            max_records: self.records_max,
            max_attributes: self.attributes_max,
            ..Limits::default()
        }
    }
}

impl RawOtlp {
    pub(super) fn validate(self) -> Result<OtlpConfig, ConfigError> {
        let default = OtlpLimits::default();
        let acknowledge = match self.acknowledge.as_deref() {
            None | Some("durable") => Acknowledge::Durable,
            Some("received") => Acknowledge::Received,
            Some(_) => {
                let allowed = "durable, received";
                return Err(ConfigError::OneOf { setting: "otlp.acknowledge", allowed });
            }
        };
        let limits = OtlpLimits {
            acknowledge,
            message_max_bytes: size(
                "otlp.message_max_bytes",
                self.message_max_bytes,
                default.message_max_bytes,
                (4_096, 1 << 30),
            )?,
            records_max: size("otlp.records_max", self.records_max, default.records_max, (1, 100_000_000))?,
            attributes_max: size("otlp.attributes_max", self.attributes_max, default.attributes_max, (0, 100_000))?,
            requests_max: size("otlp.requests_max", self.requests_max, default.requests_max, (1, 100_000))?,
            connections_max: size(
                "otlp.connections_max",
                self.connections_max,
                default.connections_max,
                (1, 1_000_000),
            )?,
            durable_timeout: millis(
                "otlp.durable_timeout_ms",
                self.durable_timeout_ms,
                default.durable_timeout,
                (1, 3_600_000),
            )?,
        };
        Ok(OtlpConfig {
            grpc_listen: address("otlp.grpc_listen", self.grpc_listen, 4317)?,
            http_listen: address("otlp.http_listen", self.http_listen, 4318)?,
            limits,
        })
    }
}
