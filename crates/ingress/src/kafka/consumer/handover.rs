//! Partitions come and go with the group's other members.
//!
//! A member that gives a partition up says where the next one begins. The group waits for it, so it first lets what is
//! under way become durable, for a while: what is committed does not come a second time, to another member's store.

use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use rdkafka::TopicPartitionList;
use rdkafka::consumer::Consumer as _;

use super::{Consumer, POLL_BUSY};
use crate::kafka::client::{self, Event, Place};
use crate::kafka::partition::Partition;

/// The group waits for us at most about this long.
const GIVE_UP_AFTER: Duration = Duration::from_secs(3);

impl Consumer<'_> {
    pub(super) fn handle_events(&mut self) {
        for event in self.client.context().take_events() {
            self.metrics().kafka.rebalances.fetch_add(1, Relaxed);
            match event {
                Event::Revoked(list) => self.give_up(&list),
                Event::Assigned(places) => {
                    tracing::info!(partitions = places.len(), "partitions were assigned");
                    for (name, number) in places {
                        if let Some(index) = self.topic(&name)
                            && let (Some(topic), Some(partitions)) =
                                (self.config.topics.get(index), self.partitions.get_mut(index))
                        {
                            partitions.insert(number, Partition::new(topic, number, self.config));
                        }
                    }
                }
            }
        }
    }

    fn give_up(&mut self, list: &TopicPartitionList) {
        let places: Vec<(usize, i32)> = client::places(list).iter().filter_map(|p| self.place(p)).collect();
        for &(topic, number) in &places {
            if let Some(partition) = self.partition(topic, number) {
                partition.forget_waiting();
            }
        }
        if !self.client.assignment_lost() {
            let until = Instant::now() + GIVE_UP_AFTER.min(self.config.drain_timeout);
            while places.iter().any(|place| self.under_way.contains_key(place)) && Instant::now() < until {
                std::thread::sleep(POLL_BUSY);
                self.learn();
            }
            self.commit();
        }
        for (topic, number) in places {
            if let Some(partitions) = self.partitions.get_mut(topic) {
                partitions.remove(&number);
            }
            self.note_committable(topic, number);
        }
        if let Err(error) = client::give_up(&self.client, list) {
            tracing::warn!(%error, "revoked partitions were not given up");
        }
    }

    fn place(&self, (name, number): &Place) -> Option<(usize, i32)> {
        Some((self.topic(name)?, *number))
    }
}

impl Drop for Consumer<'_> {
    /// The client closes: whatever it revokes has to be given up at once, or closing would wait for it for ever.
    fn drop(&mut self) {
        let context = self.client.context();
        context.closing.store(true, Relaxed);
        for event in context.take_events() {
            if let Event::Revoked(list) = event
                && let Err(error) = client::give_up(&self.client, &list)
            {
                tracing::debug!(%error, "revoked partitions were not given up");
            }
        }
    }
}
