//! Kafka in: a consumer group whose offsets are committed only after their batches are durable.
//!
//! [`consume`] is a loop for a thread of its own. It takes messages, decodes them, hands batches to the intake, and
//! learns from their acks how far each partition is durable: the head of a queue of *units*, each some messages and the
//! batches made of them ([`Progress`](progress::Progress)). What is durable is committed at intervals, at shutdown, and
//! when a partition is taken away. A partition with too much uncommitted pauses; one whose batch failed goes back to it.
//!
//! Delivery is at least once, and a batch's position makes a replay overwrite: at most `uncommitted_max_messages`
//! messages can come again, so after an assignment that many are put into batches of their own, and each batch of the
//! first time meets one with its position (see [`decant_codec::payload`]).
//!
//! A message that cannot be decoded is a [`DeadLetter`]: counted, described, and passed over.

mod client;
mod consumer;
mod dead_letter;
mod partition;
mod progress;

use decant_model::Signal;
use tokio_util::sync::CancellationToken;

pub use dead_letter::DeadLetter;

use crate::config::KafkaConfig;
use crate::intake::Intake;

/// Why consuming ended before it was told to.
#[derive(Debug, thiserror::Error)]
pub enum KafkaError {
    #[error("the Kafka client could not be made, see kafka.brokers and kafka.properties: {0}")]
    Client(#[source] rdkafka::error::KafkaError),
    #[error("the Kafka client cannot go on: {0}")]
    Fatal(String),
}

/// Consumes until the token is cancelled (which it looks for every 50 ms or so), then drains: what was taken becomes
/// durable and is committed, or the time for that runs out. `dead_letters` is called before the offset of a dead letter
/// can be committed. Blocks: call it in a thread of its own.
///
/// # Errors
/// The settings are not to the Kafka client's liking, or it met an error that it cannot recover from. Brokers that
/// cannot be reached are waited for.
pub fn consume(
    config: &KafkaConfig,
    intake: &Intake,
    dead_letters: &mut dyn FnMut(&DeadLetter),
    cancel: &CancellationToken,
) -> Result<(), KafkaError> {
    consumer::Consumer::new(config, intake, dead_letters)?.run(cancel)
}

/// A batch that is on its way, by its number.
#[derive(Clone, Copy, Debug)]
struct Ticket {
    topic: usize,
    partition: i32,
    signal: Signal,
    rows: u64,
}
