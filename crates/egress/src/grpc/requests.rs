//! Requests of the wire contract as [`Asked`], and the form that their answers take.
//!
//! In proto3 an empty string is an absent one; a budget is optional, so that an explicit zero is refused and not taken
//! for the default.

use crate::{
    asked::Asked,
    query::{Format, When},
    service::ServiceError,
    v1::{self, Rendering},
};

/// What a response holds beside its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Json,
    TextAndJson,
    Structured,
}

impl Form {
    /// A message has no tokens of its own: its budget is that of the JSON form.
    pub(super) fn format(self) -> Format {
        match self {
            Self::Text => Format::Text,
            Self::Json | Self::Structured => Format::Json,
            Self::TextAndJson => Format::Both,
        }
    }

    pub(super) fn has_text(self) -> bool {
        matches!(self, Self::Text | Self::TextAndJson)
    }

    pub(super) fn has_json(self) -> bool {
        matches!(self, Self::Json | Self::TextAndJson)
    }
}

pub(super) fn form(rendering: i32) -> Result<Form, ServiceError> {
    match Rendering::try_from(rendering) {
        Ok(Rendering::Unspecified | Rendering::Text) => Ok(Form::Text),
        Ok(Rendering::Json) => Ok(Form::Json),
        Ok(Rendering::TextAndJson) => Ok(Form::TextAndJson),
        Ok(Rendering::Structured) => Ok(Form::Structured),
        Err(_) => Err(ServiceError::InvalidArgument(format!(
            "rendering {rendering} is not known: use TEXT (1), JSON (2), STRUCTURED (3) or TEXT_AND_JSON (4)"
        ))),
    }
}

impl From<v1::GetIncidentBundleRequest> for Asked {
    fn from(request: v1::GetIncidentBundleRequest) -> Self {
        Self {
            budget_tokens: request.budget_tokens,
            tokenizer: Some(request.tokenizer),
            from: when(request.from),
            to: when(request.to),
            at: when(request.at),
            service: Some(request.service),
            since: request.since,
            ..Self::default()
        }
    }
}

impl From<v1::SearchEvidenceRequest> for Asked {
    fn from(request: v1::SearchEvidenceRequest) -> Self {
        Self {
            budget_tokens: request.budget_tokens,
            tokenizer: Some(request.tokenizer),
            from: when(request.from),
            to: when(request.to),
            service: Some(request.service),
            query: Some(request.query),
            cursor: Some(request.cursor),
            ..Self::default()
        }
    }
}

impl From<v1::ExpandRequest> for Asked {
    fn from(request: v1::ExpandRequest) -> Self {
        Self {
            budget_tokens: request.budget_tokens,
            tokenizer: Some(request.tokenizer),
            handle: Some(request.handle),
            cursor: Some(request.cursor),
            ..Self::default()
        }
    }
}

impl From<v1::ListServicesRequest> for Asked {
    fn from(request: v1::ListServicesRequest) -> Self {
        Self {
            budget_tokens: request.budget_tokens,
            tokenizer: Some(request.tokenizer),
            cursor: Some(request.cursor),
            ..Self::default()
        }
    }
}

impl From<v1::CompareRequest> for Asked {
    fn from(request: v1::CompareRequest) -> Self {
        Self {
            budget_tokens: request.budget_tokens,
            tokenizer: Some(request.tokenizer),
            from: when(request.from),
            to: when(request.to),
            against_from: when(request.against_from),
            against_to: when(request.against_to),
            service: Some(request.service),
            cursor: Some(request.cursor),
            ..Self::default()
        }
    }
}

impl From<v1::TimelineRequest> for Asked {
    fn from(request: v1::TimelineRequest) -> Self {
        Self {
            budget_tokens: request.budget_tokens,
            tokenizer: Some(request.tokenizer),
            from: when(request.from),
            to: when(request.to),
            service: Some(request.service),
            cursor: Some(request.cursor),
            ..Self::default()
        }
    }
}

impl From<v1::TopologyRequest> for Asked {
    fn from(request: v1::TopologyRequest) -> Self {
        Self {
            budget_tokens: request.budget_tokens,
            tokenizer: Some(request.tokenizer),
            service: Some(request.service),
            depth: request.depth,
            cursor: Some(request.cursor),
            ..Self::default()
        }
    }
}

fn when(when: Option<v1::When>) -> Option<When> {
    Some(match when?.form? {
        v1::when::Form::UnixNano(nanos) => When::UnixNano(nanos),
        v1::when::Form::Text(text) => When::Text(text),
    })
}
