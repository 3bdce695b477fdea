//! Plan, pack and render evidence under a token budget.
//!
//! A **bundle** is what an agent reads instead of the raw telemetry: the verdict, the suspects, and the evidence worth
//! most per token, within a **budget** of tokens of a named tokenizer. Three steps: [`plan`] puts everything there is to
//! say into one order that knows nothing of the budget; [`pack`] takes as many steps of it as fit; [`sections`] write
//! what was taken, as text for models and as JSON, from one selection.
//!
//! Laws: what the budget binds is never longer than the budget; the same findings and request give the same bytes; what
//! a smaller budget shows, a larger one shows too; shown and omitted items add up to all there are; text of the
//! telemetry cannot be taken for words of ours ([`quote`]). While an incident lasts, answers share their beginning
//! ([`held`]).

mod bundle;
mod delta;
pub mod excerpts;
mod figures;
mod handles;
mod held;
mod pack;
mod page;
mod people;
mod plan;
mod quote;
mod sections;
mod selection;
mod source;
mod tokens;

pub use bundle::{Format, Rendered, Request, bundle, whole};
pub use delta::{Known, delta};
pub use handles::{Handles, Kind};
pub use page::{PageError, PageItem, PageRequest, page};
pub use people::{html, markdown};
pub use tokens::{TOKENIZERS, TokenCounter, Tokenizer, tokenizer};

/// Smallest budget that can be kept.
pub const BUDGET_TOKENS_MIN: usize = 100;
/// Largest budget that is taken for meant.
pub const BUDGET_TOKENS_MAX: usize = 1_000_000;
/// Name and version of the form.
pub const SCHEMA: &str = "decant.context.v1";
