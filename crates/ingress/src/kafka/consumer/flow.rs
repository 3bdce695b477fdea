//! Partitions that wait: until there is room, or to go back to what failed.

use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use rdkafka::consumer::Consumer as _;
use rdkafka::{Offset, TopicPartitionList};

use super::Consumer;

/// Going back waits for the broker at most this long.
const SEEK_TIMEOUT: Duration = Duration::from_secs(5);

/// A partition that is full for this long pauses, so that the others can go on.
const PAUSE_AFTER: Duration = Duration::from_millis(250);

impl Consumer<'_> {
    /// Takes a partition back to what failed, once its time has come and what was handed in behind it is answered.
    pub(super) fn go_back(&mut self, topic: usize, number: i32, now: Instant) {
        let Some(settings) = self.config.topics.get(topic) else { return };
        let config = self.config;
        let client = self.client.clone();
        if self.under_way.contains_key(&(topic, number)) {
            return;
        }
        let Some(partition) = self.partition(topic, number).filter(|p| p.retry_at.is_some_and(|at| now >= at)) else {
            return;
        };
        let Some(offset) = partition.rewind(settings, config) else {
            partition.retry_at = None;
            return;
        };
        match client.seek(&settings.name, number, Offset::Offset(offset), SEEK_TIMEOUT) {
            Ok(()) => {
                partition.retry_at = None;
                self.metrics().kafka.rewinds.fetch_add(1, Relaxed);
            }
            Err(error) => {
                tracing::warn!(%error, topic = settings.name, partition = number, offset, "going back failed");
                partition.retry_at = Some(now + config.retry_delay);
                partition.go_back_to = Some(offset);
            }
        }
    }

    pub(super) fn pause_or_resume(&mut self, topic: usize, number: i32, now: Instant) {
        let Some(settings) = self.config.topics.get(topic) else { return };
        let config = self.config;
        let client = self.client.clone();
        let Some(partition) = self.partition(topic, number) else { return };
        partition.over_since = partition.over_since.filter(|_| partition.is_over(config));
        let full = partition.retry_at.is_some() || partition.over_since.is_some_and(|since| now - since >= PAUSE_AFTER);
        let mut list = TopicPartitionList::new();
        list.add_partition(&settings.name, number);
        let done = if !partition.paused && full {
            client.pause(&list)
        } else if partition.paused && partition.is_eased(config) {
            client.resume(&list)
        } else {
            return;
        };
        match done {
            Ok(()) => {
                partition.paused = !partition.paused;
                if partition.paused {
                    self.metrics().kafka.pauses.fetch_add(1, Relaxed);
                }
            }
            Err(error) => tracing::debug!(%error, "a partition was neither paused nor resumed"),
        }
    }
}
