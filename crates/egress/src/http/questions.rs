//! The questions as `GET` requests: parameters in, the answer's bytes out.

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderName, header},
    response::{IntoResponse, Response},
};

use super::{negotiate, problem};
use crate::{
    asked::Asked,
    desk::Desk,
    metrics::{Door, Question},
    parameters::{Parameter, quoted},
    query::Format,
    service::ServiceError,
};

/// Tokens of the body, so that a client needs no tokenizer to keep its accounts.
const USED_TOKENS: HeaderName = HeaderName::from_static("decant-used-tokens");

/// Pairs rather than a map: a parameter given twice is refused, not silently halved.
pub(crate) type Pairs = Result<Query<Vec<(String, String)>>, QueryRejection>;

pub(super) async fn context(State(desk): State<Desk>, headers: HeaderMap, pairs: Pairs) -> Response {
    respond(&desk, Question::Bundle, &headers, pairs).await
}

pub(super) async fn search(State(desk): State<Desk>, headers: HeaderMap, pairs: Pairs) -> Response {
    respond(&desk, Question::Search, &headers, pairs).await
}

pub(super) async fn expand(State(desk): State<Desk>, headers: HeaderMap, pairs: Pairs) -> Response {
    respond(&desk, Question::Expand, &headers, pairs).await
}

pub(super) async fn services(State(desk): State<Desk>, headers: HeaderMap, pairs: Pairs) -> Response {
    respond(&desk, Question::Services, &headers, pairs).await
}

pub(super) async fn compare(State(desk): State<Desk>, headers: HeaderMap, pairs: Pairs) -> Response {
    respond(&desk, Question::Compare, &headers, pairs).await
}

pub(super) async fn timeline(State(desk): State<Desk>, headers: HeaderMap, pairs: Pairs) -> Response {
    respond(&desk, Question::Timeline, &headers, pairs).await
}

pub(super) async fn topology(State(desk): State<Desk>, headers: HeaderMap, pairs: Pairs) -> Response {
    respond(&desk, Question::Topology, &headers, pairs).await
}

async fn respond(desk: &Desk, question: Question, headers: &HeaderMap, pairs: Pairs) -> Response {
    let (asked, format) = match read(question, pairs) {
        Ok(read) => read,
        Err(error) => return problem::response(&desk.refused(Door::Http, question, error)),
    };
    let format = format.unwrap_or_else(|| negotiate::accepted(headers));
    match desk.ask(Door::Http, question, asked, format).await {
        Ok(answer) => {
            let (kind, body) = match format {
                Format::Json => ("application/json", answer.json.to_string()),
                Format::Text | Format::Both => ("text/plain; charset=utf-8", answer.text),
            };
            let headers = [
                (header::CONTENT_TYPE, kind.to_owned()),
                (header::CACHE_CONTROL, "no-store".to_owned()),
                (header::VARY, "accept".to_owned()),
                // The body quotes what telemetry said: no reader may take it for HTML.
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
                (USED_TOKENS, answer.used_tokens.to_string()),
            ];
            (headers, body).into_response()
        }
        Err(error) => problem::response(&error),
    }
}

pub(crate) fn read(question: Question, pairs: Pairs) -> Result<(Asked, Option<Format>), ServiceError> {
    let Query(pairs) = pairs.map_err(|error| ServiceError::InvalidArgument(error.body_text()))?;
    let mut asked = Asked::default();
    let mut format = None;
    let mut seen: Vec<&str> = Vec::new();
    for (name, value) in &pairs {
        if seen.contains(&name.as_str()) {
            return Err(ServiceError::InvalidArgument(format!("{} is given twice", quoted(name))));
        }
        seen.push(name);
        if name == "format" {
            format = Some(negotiate::named(value)?);
            continue;
        }
        let parameter = Parameter::of(question).iter().find(|parameter| http_name(**parameter) == name);
        match parameter {
            Some(parameter) => parameter.set(&mut asked, value.clone())?,
            None => return Err(unknown(question, name)),
        }
    }
    Ok((asked, format))
}

fn http_name(parameter: Parameter) -> &'static str {
    match parameter {
        Parameter::Budget => "budget",
        other => other.name(),
    }
}

fn unknown(question: Question, name: &str) -> ServiceError {
    let known: Vec<&str> = Parameter::of(question).iter().map(|&parameter| http_name(parameter)).collect();
    ServiceError::InvalidArgument(format!("parameter {} is not known: use {}, format", quoted(name), known.join(", ")))
}
