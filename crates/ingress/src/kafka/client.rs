//! The Kafka client's settings, and what it calls us for.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use rdkafka::client::ClientContext;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::consumer::{BaseConsumer, Consumer as _, ConsumerContext, RebalanceProtocol};
use rdkafka::error::{KafkaError as ClientError, KafkaResult};
use rdkafka::types::RDKafkaRespErr;
use rdkafka::{Offset, TopicPartitionList};

use super::KafkaError;
use crate::config::{KafkaConfig, Start};

/// A topic's partition.
pub(super) type Place = (String, i32);

/// What happened during a poll.
#[derive(Debug)]
pub(super) enum Event {
    Assigned(Vec<Place>),
    /// The group waits until these are given up ([`give_up`]).
    Revoked(TopicPartitionList),
}

/// Called from within polls, in the consumer's own thread; the locks are never contended.
#[derive(Debug, Default)]
pub(super) struct Context {
    pub(super) events: Mutex<Vec<Event>>,
    /// The next offsets that may be committed.
    pub(super) committable: Mutex<BTreeMap<Place, i64>>,
    /// The consumer goes away: what is revoked now was settled before.
    pub(super) closing: AtomicBool,
}

impl Context {
    fn tell(&self, event: Event) {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).push(event);
    }

    pub(super) fn take_events(&self) -> Vec<Event> {
        std::mem::take(&mut *self.events.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The offsets that may be committed.
    pub(super) fn offsets(&self) -> TopicPartitionList {
        let committable = self.committable.lock().unwrap_or_else(PoisonError::into_inner);
        let mut list = TopicPartitionList::new();
        for ((topic, partition), &offset) in committable.iter() {
            if let Err(error) = list.add_partition_offset(topic, *partition, Offset::Offset(offset)) {
                tracing::warn!(%error, topic, partition, "an offset cannot be committed");
            }
        }
        list
    }
}

impl ClientContext for Context {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        match level {
            RDKafkaLogLevel::Emerg | RDKafkaLogLevel::Alert | RDKafkaLogLevel::Critical | RDKafkaLogLevel::Error => {
                tracing::warn!(facility, message, "kafka client");
            }
            _ => tracing::debug!(facility, message, "kafka client"),
        }
    }

    fn error(&self, error: ClientError, reason: &str) {
        tracing::warn!(%error, reason, "kafka client");
    }
}

impl ConsumerContext for Context {
    /// Revoked partitions are not given up here but by the consumer's loop, which can wait for what is under way.
    fn rebalance(&self, consumer: &BaseConsumer<Self>, what: RDKafkaRespErr, list: &mut TopicPartitionList) {
        let done = match what {
            RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS => {
                self.tell(Event::Assigned(places(list)));
                if is_cooperative(consumer) { consumer.incremental_assign(list) } else { consumer.assign(list) }
            }
            RDKafkaRespErr::RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS if !self.closing.load(Relaxed) => {
                self.tell(Event::Revoked(list.clone()));
                Ok(())
            }
            RDKafkaRespErr::RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS => give_up(consumer, list),
            other => {
                tracing::warn!(error = ?other, "rebalancing failed");
                consumer.unassign()
            }
        };
        if let Err(error) = done {
            tracing::warn!(%error, "partitions were not taken or given up as the group said");
        }
    }
}

fn is_cooperative(consumer: &BaseConsumer<Context>) -> bool {
    matches!(consumer.rebalance_protocol(), RebalanceProtocol::Cooperative)
}

/// Lets the group go on.
pub(super) fn give_up(consumer: &BaseConsumer<Context>, list: &TopicPartitionList) -> KafkaResult<()> {
    if is_cooperative(consumer) { consumer.incremental_unassign(list) } else { consumer.unassign() }
}

pub(super) fn places(list: &TopicPartitionList) -> Vec<Place> {
    list.elements().iter().map(|e| (e.topic().to_owned(), e.partition())).collect()
}

/// A consumer that has subscribed.
pub(super) fn connect(config: &KafkaConfig) -> Result<Arc<BaseConsumer<Context>>, KafkaError> {
    let mut client = ClientConfig::new();
    for (key, value) in &config.properties {
        client.set(key, value);
    }
    client
        .set("bootstrap.servers", config.brokers.join(","))
        .set("group.id", &config.group_id)
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        .set("auto.offset.reset", if config.start == Start::Earliest { "earliest" } else { "latest" });
    let defaults = [
        // What the client holds ready of each partition; 64 MiB by its own default.
        ("queued.max.messages.kbytes", "16384"),
        // When it fetches again after that was full, or after a pause; a second by its own default.
        ("fetch.queue.backoff.ms", "50"),
        // How long a broker may take to reply, and so how long a commit can hold the loop up; a minute by its own default.
        ("socket.timeout.ms", "10000"),
    ];
    for (key, value) in defaults {
        if !config.properties.contains_key(key) {
            client.set(key, value);
        }
    }
    let consumer: BaseConsumer<Context> = client.create_with_context(Context::default()).map_err(KafkaError::Client)?;
    let topics: Vec<&str> = config.topics.iter().map(|topic| topic.name.as_str()).collect();
    consumer.subscribe(&topics).map_err(KafkaError::Client)?;
    Ok(Arc::new(consumer))
}
