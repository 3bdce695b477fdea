//! Settings of the doors: as written ([`RawConfig`]), and as checked ([`Config`]).
//!
//! Both servers listen on loopback unless told otherwise: what they say is the system's telemetry, and there is no
//! authentication here. A browser on the same machine is kept out by names: requests whose `Host` is none of
//! `allowed_hosts` are refused (against DNS rebinding), as are those with an `Origin` that was not allowed.

use std::{net::SocketAddr, time::Duration};

use serde::Deserialize;

/// The section as an operator writes it; everything may be left out.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawConfig {
    /// `host:port` of the gRPC server; `127.0.0.1:4320`.
    pub grpc_listen: Option<String>,
    /// `host:port` of the HTTP server, which also carries MCP; `127.0.0.1:4321`.
    pub http_listen: Option<String>,
    /// `Host` names that HTTP and MCP answer to; `[]`: any. Left out: loopback's names while HTTP listens on loopback,
    /// any name otherwise.
    pub allowed_hosts: Option<Vec<String>>,
    /// Browser origins that may ask, with scheme and port: `http://localhost:3000`. None by default.
    pub allowed_origins: Vec<String>,
    pub limits: RawLimits,
}

/// As [`Limits`]; what is left out has its default.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawLimits {
    pub budget_default_tokens: Option<u64>,
    pub budget_max_tokens: Option<u64>,
    pub tokenizer_default: Option<String>,
    pub parameter_max_bytes: Option<usize>,
    pub request_max_bytes: Option<usize>,
    pub questions_max: Option<usize>,
    pub waiting_max: Option<usize>,
    pub answer_timeout_ms: Option<u64>,
    pub connections_max: Option<usize>,
}

/// Where the doors are, and what bounds them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    pub grpc_listen: SocketAddr,
    pub http_listen: SocketAddr,
    /// Empty: any.
    pub allowed_hosts: Vec<String>,
    /// Empty: none.
    pub allowed_origins: Vec<String>,
    pub limits: Limits,
}

/// What bounds a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// 4,000.
    pub budget_default_tokens: u64,
    /// 1,000,000.
    pub budget_max_tokens: u64,
    /// `o200k_base`.
    pub tokenizer_default: String,
    /// Of one parameter; 4,096.
    pub parameter_max_bytes: usize,
    /// Of one gRPC or MCP message that comes in; 1 MiB.
    pub request_max_bytes: usize,
    /// Questions answered at the same time; 8.
    pub questions_max: usize,
    /// Questions that wait for their turn; those beyond are refused at once; 64.
    pub waiting_max: usize,
    /// Waiting included; 30 s.
    pub answer_timeout: Duration,
    /// Open at one time, for each of the two servers; 1,024.
    pub connections_max: usize,
}

impl Limits {
    /// A smaller budget does not hold a verdict.
    pub const BUDGET_MIN_TOKENS: u64 = 100;
    /// Calls that a question for the service graph follows from the service it names.
    pub const DEPTH_DEFAULT: u64 = 2;
    pub const DEPTH_MAX: u64 = 32;
    /// Above this, raw data is the better answer.
    pub const BUDGET_MAX_TOKENS: u64 = 1_000_000;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            budget_default_tokens: 4_000,
            budget_max_tokens: Self::BUDGET_MAX_TOKENS,
            tokenizer_default: "o200k_base".to_owned(),
            parameter_max_bytes: 4_096,
            request_max_bytes: 1 << 20,
            questions_max: 8,
            waiting_max: 64,
            answer_timeout: Duration::from_secs(30),
            connections_max: 1_024,
        }
    }
}

/// A setting that cannot be meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error("{setting}: write an address and a port, such as 127.0.0.1:{port}")]
    Address { setting: &'static str, port: u16 },
    #[error("{setting} is {value}: it must lie between {min} and {max}")]
    OutOfRange { setting: &'static str, value: u64, min: u64, max: u64 },
    #[error("allowed_origins holds {0:?}: write scheme, host and port, such as http://localhost:3000")]
    Origin(String),
}

impl RawConfig {
    /// # Errors
    /// The first setting that cannot be meant.
    pub fn validate(self) -> Result<Config, ConfigError> {
        let grpc_listen = address("grpc_listen", self.grpc_listen, 4320)?;
        let http_listen = address("http_listen", self.http_listen, 4321)?;
        if let Some(origin) = self.allowed_origins.iter().find(|origin| !origin.contains("://")) {
            return Err(ConfigError::Origin(origin.clone()));
        }
        let allowed_hosts = self.allowed_hosts.unwrap_or_else(|| {
            let names: &[&str] = if http_listen.ip().is_loopback() { &["localhost", "127.0.0.1", "::1"] } else { &[] };
            names.iter().map(|&name| name.to_owned()).collect()
        });
        let limits = self.limits.validate()?;
        Ok(Config { grpc_listen, http_listen, allowed_hosts, allowed_origins: self.allowed_origins, limits })
    }
}

impl RawLimits {
    fn validate(self) -> Result<Limits, ConfigError> {
        let default = Limits::default();
        let budget_max_tokens = in_range(
            "limits.budget_max_tokens",
            self.budget_max_tokens,
            default.budget_max_tokens,
            (Limits::BUDGET_MIN_TOKENS, Limits::BUDGET_MAX_TOKENS),
        )?;
        Ok(Limits {
            budget_default_tokens: in_range(
                "limits.budget_default_tokens",
                self.budget_default_tokens,
                default.budget_default_tokens.min(budget_max_tokens),
                (Limits::BUDGET_MIN_TOKENS, budget_max_tokens),
            )?,
            budget_max_tokens,
            tokenizer_default: self.tokenizer_default.unwrap_or(default.tokenizer_default),
            parameter_max_bytes: size(
                "limits.parameter_max_bytes",
                self.parameter_max_bytes,
                default.parameter_max_bytes,
                (64, 1 << 20),
            )?,
            request_max_bytes: size(
                "limits.request_max_bytes",
                self.request_max_bytes,
                default.request_max_bytes,
                (4_096, 64 << 20),
            )?,
            questions_max: size("limits.questions_max", self.questions_max, default.questions_max, (1, 10_000))?,
            waiting_max: size("limits.waiting_max", self.waiting_max, default.waiting_max, (0, 100_000))?,
            answer_timeout: Duration::from_millis(in_range(
                "limits.answer_timeout_ms",
                self.answer_timeout_ms,
                30_000,
                (1, 3_600_000),
            )?),
            connections_max: size(
                "limits.connections_max",
                self.connections_max,
                default.connections_max,
                (1, 1_000_000),
            )?,
        })
    }
}

fn address(setting: &'static str, value: Option<String>, port: u16) -> Result<SocketAddr, ConfigError> {
    let Some(value) = value else { return Ok(SocketAddr::from(([127, 0, 0, 1], port))) };
    value.parse().map_err(|_| ConfigError::Address { setting, port })
}

fn in_range(
    setting: &'static str,
    value: Option<u64>,
    default: u64,
    (min, max): (u64, u64),
) -> Result<u64, ConfigError> {
    let value = value.unwrap_or(default);
    if (min..=max).contains(&value) { Ok(value) } else { Err(ConfigError::OutOfRange { setting, value, min, max }) }
}

fn size(
    setting: &'static str,
    value: Option<usize>,
    default: usize,
    (min, max): (usize, usize),
) -> Result<usize, ConfigError> {
    let wide = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    in_range(setting, value.map(wide), wide(default), (wide(min), wide(max)))?;
    Ok(value.unwrap_or(default))
}

#[cfg(test)]
mod tests;
