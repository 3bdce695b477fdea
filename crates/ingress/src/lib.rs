//! Where telemetry comes in: OTLP servers, a Kafka consumer, files and standard input.
//!
//! What listens hands its batches to one [`Intake`], a queue bounded in batches, rows and bytes, and each batch carries
//! an [`Ack`]. The consumer at the other end answers it once the batch is durable; only then does an OTLP client get
//! its reply and a Kafka offset its commit. When the queue is full, OTLP clients are told to come again and Kafka's
//! partitions pause, so a slow store slows the senders and never fills the memory.
//!
//! Files are for one-shot runs: [`files::read`] works in the caller's thread and hands batches to a callback. [`Client`]
//! is the other side of OTLP, for replays and simulations. Nothing here spawns a task: servers are futures that end
//! when their token is cancelled, [`kafka::consume`] is a loop for a thread of its own.

mod ack;
mod client;
mod config;
mod connections;
pub mod files;
mod intake;
pub mod kafka;
mod metrics;
mod otlp;

pub use ack::{Ack, Delivery, Failure, Outcome, Stored};
pub use client::{Client, ClientError, Sent};
pub use config::{
    Acknowledge, Config, ConfigError, IntakeLimits, KafkaConfig, OtlpConfig, OtlpLimits, RawConfig, RawIntake,
    RawKafka, RawOtlp, RawTopic, Start, Topic,
};
pub use intake::{Deliveries, Intake, Refusal};
pub use metrics::{Door, Metrics};
pub use otlp::{serve_otlp_grpc, serve_otlp_http};
