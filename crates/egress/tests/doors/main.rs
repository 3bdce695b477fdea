//! The three doors over real sockets and pipes, in front of a service that answers from a literal.
//!
//! What is proved: what was asked reaches the service complete and checked, both forms of an answer reach the client
//! unchanged, errors keep their kind, and servers stop when told. Not proved: that answers are right or within budget,
//! which is the service's part.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod fake;
mod grpc;
mod http;
mod mcp;
mod plain_http;
mod remote;
mod schema;
