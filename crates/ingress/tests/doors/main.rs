//! What listens, over real sockets on loopback, and the Kafka consumer against librdkafka's mock cluster.
//!
//! What is proved: telemetry arrives whole, a sender hears of success only after its batch was acknowledged, refusals
//! have the form that OTLP gives them, bounds hold, and servers stop when told. Not proved: that what is acknowledged is
//! durable, which is the consumer's part, and the behaviour of real brokers.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod grpc;
mod http;
mod intake;
mod kafka;
mod requests;
mod server;
