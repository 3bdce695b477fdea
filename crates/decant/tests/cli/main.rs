//! The binary as a user at a terminal or a script meets it.

#![expect(clippy::unwrap_used, reason = "what a test cannot go on without ends it")]

mod bad_input;
mod bundle;
mod odd_telemetry;
mod pages;
mod restart;
mod run;
mod serve;
mod since;
mod templates;
