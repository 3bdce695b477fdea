//! The other side of OTLP: sends export requests, for replays, simulations and tests.
//!
//! Over gRPC, or as protobuf over HTTP when the URL has port 4318 or a path. A request that is refused with a time to
//! come again, or that does not get through, is sent again after that time (or a growing one), up to a limit.

mod grpc;
mod http;
mod url;

use std::time::Duration;

use opentelemetry_proto::tonic::collector::{
    logs::v1::ExportLogsServiceRequest, metrics::v1::ExportMetricsServiceRequest, trace::v1::ExportTraceServiceRequest,
};

use url::{Target, Way};

/// A request is sent at most so often.
const ATTEMPTS_MAX: u32 = 8;
/// The first wait, doubled each time, when the server names none.
const BACKOFF: Duration = Duration::from_millis(100);
const BACKOFF_MAX: Duration = Duration::from_secs(5);
/// For one attempt, connecting included.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(60);

/// Why a request was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    #[error("{url:?} is no OTLP endpoint: write http://host:4317 for gRPC or http://host:4318 for HTTP")]
    Url { url: String },
    #[error("{url}: https is not spoken here, send to a collector on this machine")]
    Tls { url: String },
    #[error("{url} refused the request: {reason}")]
    Refused { url: String, reason: String },
    #[error("{url} did not take the request in {attempts} attempts: {reason}")]
    GivenUp { url: String, attempts: u32, reason: String },
}

/// How a request was taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Records that the server refused.
    pub rejected: u64,
    /// What it said about them.
    pub message: String,
    /// Attempts before the one that succeeded.
    pub retries: u32,
}

/// How one attempt failed.
#[derive(Debug)]
enum Attempt {
    /// Not worth another.
    Refused(String),
    /// Again, after this time if one was named.
    Again(String, Option<Duration>),
}

/// A client of one endpoint; it connects when it is first used. Cheap to clone; clones share the connection.
#[derive(Clone, Debug)]
pub struct Client {
    url: String,
    way: Speaks,
}

#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "one a client")]
enum Speaks {
    Grpc(grpc::Grpc),
    Http(http::Http),
}

/// Sends until it is taken, refused or given up. (A macro, since a future made by a closure is not known to be `Send`.)
macro_rules! send {
    ($self:ident, $request:ident, $name:ident) => {{
        let mut retries = Retries { url: &$self.url, backoff: BACKOFF, failed: 0 };
        loop {
            let attempt = async {
                match &$self.way {
                    Speaks::Grpc(grpc) => grpc.$name($request.clone()).await,
                    Speaks::Http(http) => http.$name(&$request).await,
                }
            };
            let outcome = tokio::time::timeout(ATTEMPT_TIMEOUT, attempt).await;
            let outcome = outcome.unwrap_or_else(|_| Err(Attempt::Again("no reply in time".to_owned(), None)));
            match outcome {
                Ok(sent) => break Ok(Sent { retries: retries.failed, ..sent }),
                Err(failed) => tokio::time::sleep(retries.wait(failed)?).await,
            }
        }
    }};
}

/// Attempts that failed so far.
#[derive(Debug)]
struct Retries<'a> {
    url: &'a str,
    backoff: Duration,
    failed: u32,
}

impl Retries<'_> {
    /// How long to wait before the next attempt, if there is to be one.
    fn wait(&mut self, failed: Attempt) -> Result<Duration, ClientError> {
        self.failed += 1;
        let url = || self.url.to_owned();
        match failed {
            Attempt::Refused(reason) => Err(ClientError::Refused { url: url(), reason }),
            Attempt::Again(reason, _) if self.failed >= ATTEMPTS_MAX => {
                Err(ClientError::GivenUp { url: url(), attempts: self.failed, reason })
            }
            Attempt::Again(reason, after) => {
                tracing::debug!(url = self.url, reason, "to be sent again");
                let wait = after.unwrap_or(self.backoff).min(BACKOFF_MAX);
                self.backoff = (self.backoff * 2).min(BACKOFF_MAX);
                Ok(wait)
            }
        }
    }
}

impl Client {
    /// A client of the endpoint at `url`: `http://host:4317`, `http://host:4318`, or with a path before or including
    /// `/v1` or `/v1/logs`.
    ///
    /// # Errors
    /// The URL is none, or asks for TLS.
    pub fn new(url: &str) -> Result<Self, ClientError> {
        let target = Target::parse(url)?;
        let way = match target.way {
            Way::Grpc => Speaks::Grpc(grpc::Grpc::new(&target)?),
            Way::Http => Speaks::Http(http::Http::new(&target)),
        };
        Ok(Self { url: target.url, way })
    }

    /// # Errors
    /// When it was refused, or not taken in all attempts.
    pub async fn send_logs(&self, request: ExportLogsServiceRequest) -> Result<Sent, ClientError> {
        send!(self, request, logs)
    }

    /// # Errors
    /// When it was refused, or not taken in all attempts.
    pub async fn send_metrics(&self, request: ExportMetricsServiceRequest) -> Result<Sent, ClientError> {
        send!(self, request, metrics)
    }

    /// # Errors
    /// When it was refused, or not taken in all attempts.
    pub async fn send_traces(&self, request: ExportTraceServiceRequest) -> Result<Sent, ClientError> {
        send!(self, request, traces)
    }
}

fn rejected(count: i64, message: String) -> Sent {
    Sent { rejected: u64::try_from(count).unwrap_or(0), message, retries: 0 }
}
