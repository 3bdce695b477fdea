//! The parameters of the questions, for the doors that take them by name (HTTP and MCP).
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
    Since,
    AgainstFrom,
    AgainstTo,
    Depth,
}

use Parameter::{
    AgainstFrom, AgainstTo, At, Budget, Cursor, Depth, From, Handle, Query, Service, Since, To, Tokenizer,
};

impl Parameter {
    /// What a question takes, the required first.
    pub(crate) fn of(question: Question) -> &'static [Self] {
        match question {
            Question::Bundle => &[Budget, From, To, Service, At, Since, Tokenizer],
            Question::Search => &[Query, Budget, From, To, Service, Cursor, Tokenizer],
            Question::Expand => &[Handle, Budget, Cursor, Tokenizer],
            Question::Services => &[Budget, Cursor, Tokenizer],
            Question::Compare => &[From, To, AgainstFrom, AgainstTo, Service, Budget, Cursor, Tokenizer],
            Question::Timeline => &[Budget, From, To, Service, Cursor, Tokenizer],
            Question::Topology => &[Service, Depth, Budget, Cursor, Tokenizer],
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
            Since => "since",
            AgainstFrom => "against_from",
            AgainstTo => "against_to",
            Depth => "depth",
        }
    }

    pub(crate) fn is_required(self, question: Question) -> bool {
        matches!(self, Query | Handle) || (self == From && question == Question::Compare)
    }

    /// # Errors
    /// A number which is none.
    pub(crate) fn set(self, asked: &mut Asked, value: String) -> Result<(), ServiceError> {
        match self {
            Query => asked.query = Some(value),
            Handle => asked.handle = Some(value),
            Budget => asked.budget_tokens = number("budget", &value, "of tokens, such as 4000")?,
            Tokenizer => asked.tokenizer = Some(value),
            From => asked.from = Some(When::Text(value)),
            To => asked.to = Some(When::Text(value)),
            At => asked.at = Some(When::Text(value)),
            Service => asked.service = Some(value),
            Cursor => asked.cursor = Some(value),
            Since => asked.since = number("since", &value, "as an answer's revision")?,
            AgainstFrom => asked.against_from = Some(When::Text(value)),
            AgainstTo => asked.against_to = Some(When::Text(value)),
            Depth => asked.depth = number("depth", &value, "of calls, such as 2")?,
        }
        Ok(())
    }
}

fn number(name: &str, value: &str, what: &str) -> Result<Option<u64>, ServiceError> {
    let value = value.trim();
    if value.is_empty() {
        return Ok(None);
    }
    value
        .parse()
        .map(Some)
        .map_err(|_| ServiceError::InvalidArgument(format!("{name} is {}: write a whole number {what}", quoted(value))))
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
