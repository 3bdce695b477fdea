//! What redaction promises, over a generated corpus. No value here is real: all are drawn from a seed by their format.

mod classes;
mod corpus;
mod encodings;
mod formats;
mod personal;
mod places;
mod real_logs;
mod rules;
