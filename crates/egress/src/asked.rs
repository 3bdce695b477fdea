//! What somebody asked, before it is checked: every door fills one [`Asked`], and the rules stand here once.
//!
//! Absent and empty mean the same (`service=` asks about all services). Words are bounded in length, a budget in size;
//! every refusal names the parameter, the value and the mend.

use crate::{
    config::Limits,
    query::{
        BundleQuery, CompareQuery, ExpandQuery, Fit, Format, SearchQuery, ServicesQuery, TimelineQuery, TopologyQuery,
        When,
    },
    service::ServiceError,
};

/// The parameters of all questions together; a door leaves out what its request does not carry.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub budget_tokens: Option<u64>,
    pub tokenizer: Option<String>,
    pub from: Option<When>,
    pub to: Option<When>,
    pub at: Option<When>,
    pub service: Option<String>,
    pub query: Option<String>,
    pub handle: Option<String>,
    pub cursor: Option<String>,
    pub since: Option<u64>,
    pub against_from: Option<When>,
    pub against_to: Option<When>,
    pub depth: Option<u64>,
}

impl Asked {
    /// # Errors
    /// A budget out of range, or words over the limit; likewise below.
    pub fn bundle(self, limits: &Limits, format: Format) -> Result<BundleQuery, ServiceError> {
        Ok(BundleQuery {
            fit: fit(self.budget_tokens, self.tokenizer, limits, format)?,
            from: time("from", self.from, limits)?,
            to: time("to", self.to, limits)?,
            at: time("at", self.at, limits)?,
            service: words("service", self.service, limits)?,
            since: self.since,
        })
    }

    /// # Errors
    /// As [`bundle`](Self::bundle), and when there is no query.
    pub fn search(self, limits: &Limits, format: Format) -> Result<SearchQuery, ServiceError> {
        Ok(SearchQuery {
            fit: fit(self.budget_tokens, self.tokenizer, limits, format)?,
            query: required("query", self.query, limits, "give the words to look for")?,
            from: time("from", self.from, limits)?,
            to: time("to", self.to, limits)?,
            service: words("service", self.service, limits)?,
            cursor: words("cursor", self.cursor, limits)?,
        })
    }

    /// # Errors
    /// As [`bundle`](Self::bundle), and when there is no handle.
    pub fn expand(self, limits: &Limits, format: Format) -> Result<ExpandQuery, ServiceError> {
        Ok(ExpandQuery {
            fit: fit(self.budget_tokens, self.tokenizer, limits, format)?,
            handle: required("handle", self.handle, limits, "take one from an earlier answer")?,
            cursor: words("cursor", self.cursor, limits)?,
        })
    }

    /// # Errors
    /// As [`bundle`](Self::bundle).
    pub fn services(self, limits: &Limits, format: Format) -> Result<ServicesQuery, ServiceError> {
        Ok(ServicesQuery {
            fit: fit(self.budget_tokens, self.tokenizer, limits, format)?,
            cursor: words("cursor", self.cursor, limits)?,
        })
    }

    /// # Errors
    /// As [`bundle`](Self::bundle), and when no window begins, or the other one has one end only.
    pub fn compare(self, limits: &Limits, format: Format) -> Result<CompareQuery, ServiceError> {
        let missing = |name: &str| {
            ServiceError::InvalidArgument(format!(
                "{name} is missing: give a time such as -15m, or 2026-01-02T03:04:05Z"
            ))
        };
        let against_from = time("against_from", self.against_from, limits)?;
        let against_to = time("against_to", self.against_to, limits)?;
        match (&against_from, &against_to) {
            (Some(_), None) => return Err(missing("against_to")),
            (None, Some(_)) => return Err(missing("against_from")),
            _ => {}
        }
        Ok(CompareQuery {
            fit: fit(self.budget_tokens, self.tokenizer, limits, format)?,
            from: time("from", self.from, limits)?.ok_or_else(|| missing("from"))?,
            to: time("to", self.to, limits)?,
            against_from,
            against_to,
            service: words("service", self.service, limits)?,
            cursor: words("cursor", self.cursor, limits)?,
        })
    }

    /// # Errors
    /// As [`bundle`](Self::bundle).
    pub fn timeline(self, limits: &Limits, format: Format) -> Result<TimelineQuery, ServiceError> {
        Ok(TimelineQuery {
            fit: fit(self.budget_tokens, self.tokenizer, limits, format)?,
            from: time("from", self.from, limits)?,
            to: time("to", self.to, limits)?,
            service: words("service", self.service, limits)?,
            cursor: words("cursor", self.cursor, limits)?,
        })
    }

    /// # Errors
    /// As [`bundle`](Self::bundle), and a depth out of range.
    pub fn topology(self, limits: &Limits, format: Format) -> Result<TopologyQuery, ServiceError> {
        let depth = self.depth.unwrap_or(Limits::DEPTH_DEFAULT);
        if !(1..=Limits::DEPTH_MAX).contains(&depth) {
            let most = Limits::DEPTH_MAX;
            return Err(ServiceError::InvalidArgument(format!(
                "a depth of {depth} is out of range: ask for 1 to {most}"
            )));
        }
        Ok(TopologyQuery {
            fit: fit(self.budget_tokens, self.tokenizer, limits, format)?,
            service: words("service", self.service, limits)?,
            depth,
            cursor: words("cursor", self.cursor, limits)?,
        })
    }
}

fn fit(
    budget_tokens: Option<u64>,
    tokenizer: Option<String>,
    limits: &Limits,
    format: Format,
) -> Result<Fit, ServiceError> {
    let budget_tokens = budget_tokens.unwrap_or(limits.budget_default_tokens);
    let range = Limits::BUDGET_MIN_TOKENS..=limits.budget_max_tokens;
    if !range.contains(&budget_tokens) {
        return Err(ServiceError::InvalidArgument(format!(
            "a budget of {budget_tokens} tokens is out of range: ask for {} to {}",
            range.start(),
            range.end()
        )));
    }
    let tokenizer = words("tokenizer", tokenizer, limits)?.unwrap_or_else(|| limits.tokenizer_default.clone());
    Ok(Fit { budget_tokens, tokenizer, format })
}

fn time(name: &str, when: Option<When>, limits: &Limits) -> Result<Option<When>, ServiceError> {
    match when {
        Some(When::Text(text)) => Ok(words(name, Some(text), limits)?.map(When::Text)),
        exact => Ok(exact),
    }
}

fn required(name: &str, value: Option<String>, limits: &Limits, mend: &str) -> Result<String, ServiceError> {
    words(name, value, limits)?.ok_or_else(|| ServiceError::InvalidArgument(format!("{name} is missing: {mend}")))
}

fn words(name: &str, value: Option<String>, limits: &Limits) -> Result<Option<String>, ServiceError> {
    let Some(value) = value else { return Ok(None) };
    if value.len() > limits.parameter_max_bytes {
        return Err(ServiceError::InvalidArgument(format!(
            "{name} has {} bytes: shorten it to {} or fewer",
            value.len(),
            limits.parameter_max_bytes
        )));
    }
    let value = value.trim();
    Ok((!value.is_empty()).then(|| value.to_owned()))
}
