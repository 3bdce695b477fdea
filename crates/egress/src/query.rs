//! Questions as the service gets them: checked, complete, the same from every door.
//!
//! Times stay as they were told ([`When`]): what "-15m" means depends on the newest record, which only the service knows.

/// What an answer has to fit into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fit {
    pub budget_tokens: u64,
    /// `o200k_base`, `cl100k_base`, `approx`, ...: names are the service's to know.
    pub tokenizer: String,
    pub format: Format,
}

/// Which form goes to the model, and so is bound by the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// [`Answer::text`](crate::Answer) alone.
    Text,
    /// [`Answer::json`](crate::Answer) alone, compact.
    Json,
    /// Both together, as MCP sends them: text block and `structuredContent`.
    Both,
}

/// A point in time, as it was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    UnixNano(i64),
    /// RFC 3339, a Unix time, or relative to the newest record (`-15m`).
    Text(String),
}

/// What does an agent need to know about this incident?
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleQuery {
    pub fit: Fit,
    pub from: Option<When>,
    /// Exclusive.
    pub to: Option<When>,
    /// The incident at this time rather than the newest.
    pub at: Option<When>,
    /// Only this service and its neighbours.
    pub service: Option<String>,
    /// Only what is new since this revision, which the asker has.
    pub since: Option<u64>,
}

/// Where do these words occur?
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchQuery {
    pub fit: Fit,
    /// Not blank.
    pub query: String,
    pub from: Option<When>,
    /// Exclusive.
    pub to: Option<When>,
    pub service: Option<String>,
    /// Of the page before.
    pub cursor: Option<String>,
}

/// What stands behind this handle?
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpandQuery {
    pub fit: Fit,
    /// Not blank.
    pub handle: String,
    /// Of the page before.
    pub cursor: Option<String>,
}

/// Which services are there?
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServicesQuery {
    pub fit: Fit,
    /// Of the page before.
    pub cursor: Option<String>,
}

/// What is different between two stretches of time?
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompareQuery {
    pub fit: Fit,
    pub from: When,
    /// Exclusive; the end of the telemetry when absent.
    pub to: Option<When>,
    /// The other stretch; as long a stretch just before `from` when both are absent.
    pub against_from: Option<When>,
    pub against_to: Option<When>,
    pub service: Option<String>,
    /// Of the page before.
    pub cursor: Option<String>,
}

/// What happened, in order of time?
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineQuery {
    pub fit: Fit,
    pub from: Option<When>,
    /// Exclusive.
    pub to: Option<When>,
    pub service: Option<String>,
    /// Of the page before.
    pub cursor: Option<String>,
}

/// Who calls whom?
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopologyQuery {
    pub fit: Fit,
    /// Where to begin; the whole graph when absent.
    pub service: Option<String>,
    /// Calls between the service and the farthest edge, either way; 1 to [`Limits::DEPTH_MAX`](crate::Limits).
    pub depth: u64,
    /// Of the page before.
    pub cursor: Option<String>,
}
