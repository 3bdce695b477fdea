//! A service somewhere else: [`ContextService`] over the gRPC API of a running server.
//!
//! `decant mcp` is started by an agent as a child process and talks on its standard streams, while the telemetry is with
//! `decant serve`: this joins the two. Questions go out as they came, answers come back as they are; the other side
//! checks and packs. Connecting happens with the first question and again after a loss, so the order of starting does not
//! matter.

use std::time::Duration;

use tonic::{Code, Status, transport::Channel};

use crate::{
    query::{
        BundleQuery, CompareQuery, ExpandQuery, Format, SearchQuery, ServicesQuery, TimelineQuery, TopologyQuery, When,
    },
    service::{self, Answer, Answering, ContextService, ServiceError},
    v1::{self, Rendering, context_service_client::ContextServiceClient},
};

/// A server whose machine is gone says nothing: an open connection is probed so often, and given up after as long again.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);
/// An address behind which nobody is would keep the first question waiting until it is late.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The largest bundle has 1,000,000 tokens: some 4 MB of text, as much JSON, and the message.
const ANSWER_MAX_BYTES: usize = 64 << 20;

/// Speaks to one server.
#[derive(Clone, Debug)]
pub struct Remote {
    url: String,
    client: ContextServiceClient<Channel>,
}

impl Remote {
    /// `url` is the gRPC server's: `http://127.0.0.1:4320`. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// The text is no URL.
    pub fn new(url: &str) -> Result<Self, ServiceError> {
        let endpoint = Channel::from_shared(url.to_owned()).ok().filter(|_| url.starts_with("http://"));
        let Some(endpoint) = endpoint else {
            return Err(ServiceError::InvalidArgument(format!(
                "{url:?} is no address of a server: write http://host:port, such as http://127.0.0.1:4320"
            )));
        };
        let endpoint = endpoint
            .tcp_nodelay(true)
            .connect_timeout(CONNECT_TIMEOUT)
            .http2_keep_alive_interval(KEEPALIVE_INTERVAL)
            .keep_alive_timeout(KEEPALIVE_INTERVAL);
        let client = ContextServiceClient::new(endpoint.connect_lazy()).max_decoding_message_size(ANSWER_MAX_BYTES);
        Ok(Self { url: url.to_owned(), client })
    }

    fn failed(&self, status: &Status) -> ServiceError {
        let message = status.message().to_owned();
        match status.code() {
            Code::InvalidArgument => ServiceError::InvalidArgument(message),
            Code::NotFound => ServiceError::NotFound(message),
            Code::Internal => ServiceError::Internal(message),
            Code::Unavailable => {
                ServiceError::Unavailable(format!("{} does not answer ({message}): is decant serve running?", self.url))
            }
            code => ServiceError::Internal(format!("{}: {code}: {message}", self.url)),
        }
    }
}

/// Without JSON in the reply the answer's is an empty object: nobody asked for it.
fn answer(text: String, json: &str, used_tokens: u64) -> Result<Answer, ServiceError> {
    let json = if json.is_empty() { "{}" } else { json };
    let json = serde_json::from_str(json)
        .map_err(|error| ServiceError::Internal(format!("the server's JSON cannot be read: {error}")))?;
    Ok(Answer { text, json, used_tokens })
}

fn rendering(format: Format) -> i32 {
    match format {
        Format::Text => Rendering::Text,
        Format::Json => Rendering::Json,
        Format::Both => Rendering::TextAndJson,
    }
    .into()
}

fn when(when: Option<When>) -> Option<v1::When> {
    let form = match when? {
        When::UnixNano(nanos) => v1::when::Form::UnixNano(nanos),
        When::Text(text) => v1::when::Form::Text(text),
    };
    Some(v1::When { form: Some(form) })
}

impl ContextService for Remote {
    fn bundle(&self, query: BundleQuery) -> Answering<'_> {
        let request = v1::GetIncidentBundleRequest {
            budget_tokens: Some(query.fit.budget_tokens),
            tokenizer: query.fit.tokenizer,
            rendering: rendering(query.fit.format),
            from: when(query.from),
            to: when(query.to),
            at: when(query.at),
            service: query.service.unwrap_or_default(),
            since: query.since,
        };
        Box::pin(async move {
            let reply = self.client.clone().get_incident_bundle(request).await.map_err(|e| self.failed(&e))?;
            let v1::GetIncidentBundleResponse { text, json, used_tokens, .. } = reply.into_inner();
            answer(text, &json, used_tokens)
        })
    }

    fn search(&self, query: SearchQuery) -> Answering<'_> {
        let request = v1::SearchEvidenceRequest {
            budget_tokens: Some(query.fit.budget_tokens),
            tokenizer: query.fit.tokenizer,
            rendering: rendering(query.fit.format),
            from: when(query.from),
            to: when(query.to),
            service: query.service.unwrap_or_default(),
            query: query.query,
            cursor: query.cursor.unwrap_or_default(),
        };
        Box::pin(async move {
            let reply = self.client.clone().search_evidence(request).await.map_err(|e| self.failed(&e))?;
            let v1::SearchEvidenceResponse { text, json, used_tokens, .. } = reply.into_inner();
            answer(text, &json, used_tokens)
        })
    }

    fn expand(&self, query: ExpandQuery) -> Answering<'_> {
        let request = v1::ExpandRequest {
            budget_tokens: Some(query.fit.budget_tokens),
            tokenizer: query.fit.tokenizer,
            rendering: rendering(query.fit.format),
            handle: query.handle,
            cursor: query.cursor.unwrap_or_default(),
        };
        Box::pin(async move {
            let reply = self.client.clone().expand(request).await.map_err(|e| self.failed(&e))?;
            let v1::ExpandResponse { text, json, used_tokens, .. } = reply.into_inner();
            answer(text, &json, used_tokens)
        })
    }

    fn services(&self, query: ServicesQuery) -> Answering<'_> {
        let request = v1::ListServicesRequest {
            budget_tokens: Some(query.fit.budget_tokens),
            tokenizer: query.fit.tokenizer,
            rendering: rendering(query.fit.format),
            cursor: query.cursor.unwrap_or_default(),
        };
        Box::pin(async move {
            let reply = self.client.clone().list_services(request).await.map_err(|e| self.failed(&e))?;
            let v1::ListServicesResponse { text, json, used_tokens, .. } = reply.into_inner();
            answer(text, &json, used_tokens)
        })
    }

    fn compare(&self, query: CompareQuery) -> Answering<'_> {
        let request = v1::CompareRequest {
            budget_tokens: Some(query.fit.budget_tokens),
            tokenizer: query.fit.tokenizer,
            rendering: rendering(query.fit.format),
            from: when(Some(query.from)),
            to: when(query.to),
            against_from: when(query.against_from),
            against_to: when(query.against_to),
            service: query.service.unwrap_or_default(),
            cursor: query.cursor.unwrap_or_default(),
        };
        Box::pin(async move {
            let reply = self.client.clone().compare(request).await.map_err(|e| self.failed(&e))?;
            let v1::CompareResponse { text, json, used_tokens, .. } = reply.into_inner();
            answer(text, &json, used_tokens)
        })
    }

    fn timeline(&self, query: TimelineQuery) -> Answering<'_> {
        let request = v1::TimelineRequest {
            budget_tokens: Some(query.fit.budget_tokens),
            tokenizer: query.fit.tokenizer,
            rendering: rendering(query.fit.format),
            from: when(query.from),
            to: when(query.to),
            service: query.service.unwrap_or_default(),
            cursor: query.cursor.unwrap_or_default(),
        };
        Box::pin(async move {
            let reply = self.client.clone().timeline(request).await.map_err(|e| self.failed(&e))?;
            let v1::TimelineResponse { text, json, used_tokens, .. } = reply.into_inner();
            answer(text, &json, used_tokens)
        })
    }

    fn topology(&self, query: TopologyQuery) -> Answering<'_> {
        let request = v1::TopologyRequest {
            budget_tokens: Some(query.fit.budget_tokens),
            tokenizer: query.fit.tokenizer,
            rendering: rendering(query.fit.format),
            service: query.service.unwrap_or_default(),
            depth: Some(query.depth),
            cursor: query.cursor.unwrap_or_default(),
        };
        Box::pin(async move {
            let reply = self.client.clone().topology(request).await.map_err(|e| self.failed(&e))?;
            let v1::TopologyResponse { text, json, used_tokens, .. } = reply.into_inner();
            answer(text, &json, used_tokens)
        })
    }

    /// The other side has a status of its own; asking it is the question's part.
    fn status(&self) -> service::Status {
        service::Status::Ready
    }
}
