//! The binary as a user at a terminal or a script meets it.

mod bad_input;
mod bundle;
mod run;
mod serve;
mod templates;
