//! What became of batches and commits, and what that makes of the offsets.

use std::collections::hash_map::Entry;
use std::sync::{PoisonError, atomic::Ordering::Relaxed};
use std::time::Instant;

use rdkafka::consumer::{CommitMode, Consumer as _};

use super::Consumer;
use crate::ack::Failure;
use crate::kafka::DeadLetter;
use crate::metrics::{Door, End};

impl Consumer<'_> {
    /// What became of the batches.
    pub(super) fn learn(&mut self) {
        while let Ok((number, outcome)) = self.answered.try_recv() {
            let Some(ticket) = self.tickets.remove(&number) else { continue };
            if let Entry::Occupied(mut count) = self.under_way.entry((ticket.topic, ticket.partition)) {
                *count.get_mut() -= 1;
                if *count.get() == 0 {
                    count.remove();
                }
            }
            let retry_at = Instant::now() + self.config.retry_delay;
            let end = match &outcome {
                Ok(_) => End::Accepted,
                Err(Failure::Permanent(_)) => End::Rejected,
                Err(Failure::Retryable(_)) => End::Failed,
            };
            match &outcome {
                Ok(stored) => {
                    let rows = ticket.rows.saturating_sub(stored.rejected_rows);
                    self.metrics().accepted(Door::Kafka, ticket.signal, rows);
                }
                Err(_) => self.metrics().ended(Door::Kafka, ticket.signal, end),
            }
            let Some(topic) = self.config.topics.get(ticket.topic) else { continue };
            let Some(partition) = self.partitions.get_mut(ticket.topic).and_then(|p| p.get_mut(&ticket.partition))
            else {
                continue;
            };
            match outcome {
                Ok(_) => drop(partition.progress.done(number)),
                Err(Failure::Retryable(reason)) => {
                    if partition.retry_at.is_none() && partition.progress.holds(number) {
                        tracing::warn!(topic = topic.name, partition = ticket.partition, reason, "a batch failed");
                        partition.retry_at = Some(retry_at);
                    }
                }
                Err(Failure::Permanent(reason)) => {
                    if let Some(unit) = partition.progress.done(number) {
                        let letter = DeadLetter {
                            topic: topic.name.clone(),
                            partition: ticket.partition,
                            offset: unit.first_offset,
                            messages: unit.messages,
                            reason,
                            bytes: unit.bytes,
                            hash: None,
                        };
                        tracing::warn!(
                            topic = topic.name,
                            partition = ticket.partition,
                            offset = letter.offset,
                            "a batch was refused for good"
                        );
                        (self.dead_letters)(&letter);
                    }
                }
            }
            self.note_committable(ticket.topic, ticket.partition);
        }
    }

    /// Tells the client's callbacks what may be committed.
    pub(super) fn note_committable(&mut self, topic: usize, number: i32) {
        let Some(name) = self.config.topics.get(topic).map(|t| t.name.clone()) else { return };
        let offset = self.partition(topic, number).and_then(|p| p.progress.committable());
        let mut committable = self.client.context().committable.lock().unwrap_or_else(PoisonError::into_inner);
        match offset {
            Some(offset) => drop(committable.insert((name, number), offset)),
            None => drop(committable.remove(&(name, number))),
        }
    }

    /// Commits what is durable. Waits for the broker: the client tells of commits that were sent without waiting only by
    /// a callback that it does not call.
    pub(super) fn commit(&mut self) {
        for (topic, number) in self.places() {
            // Units without batches are done without an ack.
            self.note_committable(topic, number);
        }
        let offsets = self.client.context().offsets();
        if offsets.count() == 0 {
            return;
        }
        if let Err(error) = self.client.commit(&offsets, CommitMode::Sync) {
            self.metrics().kafka.commit_failures.fetch_add(1, Relaxed);
            tracing::warn!(%error, "offsets were not committed; they will be with the next commit");
            return;
        }
        self.metrics().kafka.commits.fetch_add(1, Relaxed);
        for element in offsets.elements() {
            let Some(topic) = self.topic(element.topic()) else { continue };
            let number = element.partition();
            if let (Some(offset), Some(partition)) = (element.offset().to_raw(), self.partition(topic, number)) {
                partition.progress.committed(offset);
            }
            self.note_committable(topic, number);
        }
    }
}
