//! What redaction promises, over a generated corpus. No value here is real: all are drawn from a seed by their format.

#![expect(
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "tests: values are ASCII, and a failure should show"
)]

mod bad_input;
mod classes;
mod clean;
mod corpus;
mod encodings;
mod formats;
mod lanes;
mod personal;
mod places;
mod real_logs;
mod rules;
