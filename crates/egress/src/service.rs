//! The one dependency inversion: what the doors need of the rest of Decant.
//!
//! The binary implements [`ContextService`] over its store and engine; tests implement it over a literal. Methods return
//! boxed futures so that the service can be shared as `Arc<dyn ContextService>`.

use std::{future::Future, pin::Pin};

use serde_json::Value;

use crate::query::{BundleQuery, CompareQuery, ExpandQuery, SearchQuery, ServicesQuery, TimelineQuery, TopologyQuery};

/// What a method of [`ContextService`] returns. Dropping it cancels the question.
pub type Answering<'a> = Pin<Box<dyn Future<Output = Result<Answer, ServiceError>> + Send + 'a>>;

/// Answers questions about telemetry. Called by any number of doors at once, at most
/// [`Limits::questions_max`](crate::Limits) at a time.
///
/// Every answer is within `query.fit.budget_tokens` of `query.fit.tokenizer`, measured over what
/// [`Fit::format`](crate::Fit) says; a tokenizer that is not known, a time that cannot be read, a window without a
/// beginning before its end are [`ServiceError::InvalidArgument`]. Work that keeps a processor busy belongs on a thread
/// of the implementation's own choosing: these futures are polled by the servers' workers.
pub trait ContextService: Send + Sync + 'static {
    /// Called for `GetIncidentBundle`, `GET /v1/context` and `get_incident_bundle`. Quiet telemetry is an answer, not an
    /// error.
    fn bundle(&self, query: BundleQuery) -> Answering<'_>;

    /// Called for `SearchEvidence`, `GET /v1/search` and `search_evidence`. Nothing found is an answer.
    fn search(&self, query: SearchQuery) -> Answering<'_>;

    /// Called for `Expand`, `GET /v1/expand` and `expand`. A handle that names nothing is [`ServiceError::NotFound`].
    fn expand(&self, query: ExpandQuery) -> Answering<'_>;

    /// Called for `ListServices`, `GET /v1/services` and `list_services`.
    fn services(&self, query: ServicesQuery) -> Answering<'_>;

    /// Called for `Compare`, `GET /v1/compare` and `compare`. Two equal stretches are an answer.
    fn compare(&self, query: CompareQuery) -> Answering<'_>;

    /// Called for `Timeline`, `GET /v1/timeline` and `timeline`.
    fn timeline(&self, query: TimelineQuery) -> Answering<'_>;

    /// Called for `Topology`, `GET /v1/topology` and `topology`. A service that was never seen is
    /// [`ServiceError::NotFound`].
    fn topology(&self, query: TopologyQuery) -> Answering<'_>;

    /// Called by probes, every second or so by the health service: cheap and without waiting.
    fn status(&self) -> Status;
}

/// A finished answer in both forms, from one source.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// The rendering for models.
    pub text: String,
    /// An object. Sent as `serde_json::to_string` writes it, which is also what its tokens are counted over.
    pub json: Value,
    /// Tokens of what the budget bound.
    pub used_tokens: u64,
}

/// Whether questions can be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    Ready,
    /// The reason: `replaying the log`, `draining`.
    NotReady(String),
}

/// Why there is no answer. The messages are Decant's words for the one who asked: what is wrong, and the mend.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServiceError {
    /// The question cannot be meant. gRPC `INVALID_ARGUMENT`, HTTP 400.
    #[error("{0}")]
    InvalidArgument(String),
    /// The question is fine, and what it names is not there (any more). gRPC `NOT_FOUND`, HTTP 404.
    #[error("{0}")]
    NotFound(String),
    /// Not now: starting, draining, too busy or too slow. gRPC `UNAVAILABLE`, HTTP 503.
    #[error("{0}")]
    Unavailable(String),
    /// A fault of ours. gRPC `INTERNAL`, HTTP 500.
    #[error("{0}")]
    Internal(String),
}

impl ServiceError {
    /// The error's name on the wire and in metrics.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidArgument(_) => "invalid_argument",
            Self::NotFound(_) => "not_found",
            Self::Unavailable(_) => "unavailable",
            Self::Internal(_) => "internal",
        }
    }
}
