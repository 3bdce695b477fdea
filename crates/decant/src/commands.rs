//! The commands, one a file: each reads its arguments, refuses what cannot be meant, and does the work.

pub(crate) mod bundle;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod demo;
pub(crate) mod mcp;
pub(crate) mod redact;
pub(crate) mod replay;
pub(crate) mod serve;
pub(crate) mod simulate;
pub(crate) mod templates;
