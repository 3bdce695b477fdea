//! The parameters of the four questions, for the doors that take them by name (HTTP and MCP).
//!
//! A name that is not known is refused and not passed over: a misspelt `form=` would silently widen a window.

use crate::{asked::Asked, metrics::Question, query::When, service::ServiceError};

/// One thing that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parameter {
    Query,
    Handle,
    Budget,
    Tokenizer,
    From,
    To,
    At,
    Service,
    Cursor,
}

use Parameter::{At, Budget, Cursor, From, Handle, Query, Service, To, Tokenizer};

impl Parameter {
    /// What a question takes, the required first.
    pub(crate) fn of(question: Question) -> &'static [Self] {
        match question {
            Question::Bundle => &[Budget, From, To, Service, At, Tokenizer],
            Question::Search => &[Query, Budget, From, To, Service, Cursor, Tokenizer],
            Question::Expand => &[Handle, Budget, Cursor, Tokenizer],
            Question::Services => &[Budget, Cursor, Tokenizer],
        }
    }

    /// Its name in MCP; HTTP writes `budget` for short.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Query => "query",
            Handle => "handle",
            Budget => "budget_tokens",
            Tokenizer => "tokenizer",
            From => "from",
            To => "to",
            At => "at",
            Service => "service",
            Cursor => "cursor",
        }
    }

    pub(crate) fn is_required(self) -> bool {
        matches!(self, Query | Handle)
    }

    /// # Errors
    /// A budget which is no number.
    pub(crate) fn set(self, asked: &mut Asked, value: String) -> Result<(), ServiceError> {
        match self {
            Query => asked.query = Some(value),
            Handle => asked.handle = Some(value),
            Budget => asked.budget_tokens = budget(&value)?,
            Tokenizer => asked.tokenizer = Some(value),
            From => asked.from = Some(When::Text(value)),
            To => asked.to = Some(When::Text(value)),
            At => asked.at = Some(When::Text(value)),
            Service => asked.service = Some(value),
            Cursor => asked.cursor = Some(value),
        }
        Ok(())
    }
}

fn budget(value: &str) -> Result<Option<u64>, ServiceError> {
    let value = value.trim();
    if value.is_empty() {
        return Ok(None);
    }
    value.parse().map(Some).map_err(|_| {
        ServiceError::InvalidArgument(format!(
            "budget is {}: write a whole number of tokens, such as 4000",
            quoted(value)
        ))
    })
}

/// What somebody sent, short enough to be told back.
pub(crate) fn quoted(value: &str) -> String {
    const SHOWN_CHARS: usize = 40;
    let mut shown: String = value.chars().take(SHOWN_CHARS).collect();
    if shown.len() < value.len() {
        shown.push('…');
    }
    format!("{shown:?}")
}
