//! The Kafka client's settings, and what it calls us for.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use rdkafka::client::ClientContext;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer as _, ConsumerContext, Rebalance};
use rdkafka::error::KafkaError as ClientError;
use rdkafka::{Offset, TopicPartitionList};

use super::KafkaError;
use crate::config::{KafkaConfig, Start};

/// A topic's partition.
pub(super) type Place = (String, i32);

/// What happened during a poll.
#[derive(Debug)]
pub(super) enum Event {
    Assigned(Vec<Place>),
    Revoked(Vec<Place>),
    /// The offsets of partitions that are being revoked were committed, or not.
    Committed(bool),
}

/// Called from within polls, in the consumer's own thread; the locks are never contended.
#[derive(Debug, Default)]
pub(super) struct Context {
    pub(super) events: Mutex<Vec<Event>>,
    /// The next offsets that may be committed.
    pub(super) committable: Mutex<BTreeMap<Place, i64>>,
}

impl Context {
    fn tell(&self, event: Event) {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).push(event);
    }

    pub(super) fn take_events(&self) -> Vec<Event> {
        std::mem::take(&mut *self.events.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The offsets that may be committed, of all partitions or of some.
    pub(super) fn offsets(&self, of: Option<&[Place]>) -> TopicPartitionList {
        let committable = self.committable.lock().unwrap_or_else(PoisonError::into_inner);
        let mut list = TopicPartitionList::new();
        for ((topic, partition), &offset) in committable.iter() {
            if of.is_none_or(|of| of.iter().any(|(t, p)| t == topic && p == partition))
                && let Err(error) = list.add_partition_offset(topic, *partition, Offset::Offset(offset))
            {
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
    fn pre_rebalance(&self, consumer: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        if let Rebalance::Revoke(list) = rebalance {
            let places = places(list);
            let offsets = self.offsets(Some(&places));
            // The next owner begins where we say now. What is still on its way comes again there, and overwrites.
            if offsets.count() > 0 && !consumer.assignment_lost() {
                let committed = consumer.commit(&offsets, CommitMode::Sync);
                if let Err(error) = &committed {
                    tracing::warn!(%error, "offsets of revoked partitions were not committed");
                }
                self.tell(Event::Committed(committed.is_ok()));
            }
            self.tell(Event::Revoked(places));
        }
    }

    fn post_rebalance(&self, _: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        match rebalance {
            Rebalance::Assign(list) => self.tell(Event::Assigned(places(list))),
            Rebalance::Revoke(_) => {}
            Rebalance::Error(error) => tracing::warn!(%error, "rebalancing failed"),
        }
    }
}

fn places(list: &TopicPartitionList) -> Vec<Place> {
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
