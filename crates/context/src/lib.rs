//! Plan, pack and render evidence under a token budget.

pub mod excerpts;
