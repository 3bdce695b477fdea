//! The loop: poll, decode, hand in, learn, commit.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, atomic::Ordering::Relaxed};
use std::time::{Duration, Instant};

use decant_codec::payload::Message as Payload;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer as _};
use rdkafka::error::{KafkaError as ClientError, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Message as _};
use rdkafka::{Offset, TopicPartitionList};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::client::{self, Context, Event};
use super::partition::Partition;
use super::{DeadLetter, KafkaError, Ticket};
use crate::ack::{Failure, Outcome, To};
use crate::config::KafkaConfig;
use crate::intake::{Intake, Refusal};
use crate::metrics::{Door, End, Metrics};

/// How long a poll waits for a message.
const POLL: Duration = Duration::from_millis(50);
/// The same while something waits for room or for its acks.
const POLL_BUSY: Duration = Duration::from_millis(5);
/// Messages taken between two looks at everything else.
const MESSAGES_A_ROUND: usize = 1_000;
/// Batches of all partitions that may be on their way; the intake's own bounds are mostly narrower.
const BATCHES_OPEN_MAX: usize = 65_536;
/// Going back waits for the broker at most this long.
const SEEK_TIMEOUT: Duration = Duration::from_secs(5);

pub(super) struct Consumer<'a> {
    config: &'a KafkaConfig,
    intake: &'a Intake,
    dead_letters: &'a mut dyn FnMut(&DeadLetter),
    client: Arc<BaseConsumer<Context>>,
    /// By topic (as in the settings) and partition.
    partitions: Vec<BTreeMap<i32, Partition>>,
    tickets: HashMap<u64, Ticket>,
    next_number: u64,
    answers: mpsc::Sender<(u64, Outcome)>,
    answered: mpsc::Receiver<(u64, Outcome)>,
    commit_at: Instant,
    closed: bool,
}

impl<'a> Consumer<'a> {
    pub(super) fn new(
        config: &'a KafkaConfig,
        intake: &'a Intake,
        dead_letters: &'a mut dyn FnMut(&DeadLetter),
    ) -> Result<Self, KafkaError> {
        let client = client::connect(config)?;
        let (answers, answered) = mpsc::channel(BATCHES_OPEN_MAX);
        let partitions = config.topics.iter().map(|_| BTreeMap::new()).collect();
        let commit_at = Instant::now() + config.commit_interval;
        Ok(Self {
            config,
            intake,
            dead_letters,
            client,
            partitions,
            tickets: HashMap::new(),
            next_number: 1,
            answers,
            answered,
            commit_at,
            closed: false,
        })
    }

    pub(super) fn run(mut self, cancel: &CancellationToken) -> Result<(), KafkaError> {
        while !cancel.is_cancelled() && !self.closed {
            self.take_messages()?;
            self.round();
        }
        self.drain()
    }

    fn metrics(&self) -> &Metrics {
        self.intake.metrics()
    }

    /// Takes what is there, for a bounded while.
    fn take_messages(&mut self) -> Result<(), KafkaError> {
        let client = self.client.clone();
        let mut wait = if self.tickets.is_empty() && !self.any(|p| !p.is_done()) { POLL } else { POLL_BUSY };
        for _ in 0..MESSAGES_A_ROUND {
            let polled = client.poll(wait);
            self.handle_events();
            match polled {
                None => break,
                Some(Ok(message)) => self.take(&message),
                Some(Err(error)) => self.client_error(&error)?,
            }
            wait = Duration::ZERO;
        }
        Ok(())
    }

    fn any(&self, test: impl Fn(&Partition) -> bool) -> bool {
        self.partitions.iter().flat_map(BTreeMap::values).any(test)
    }

    fn take(&mut self, message: &BorrowedMessage<'_>) {
        let (offset, number) = (message.offset(), message.partition());
        let Some(index) = self.config.topics.iter().position(|topic| topic.name == message.topic()) else { return };
        let (Some(topic), Some(partitions)) = (self.config.topics.get(index), self.partitions.get_mut(index)) else {
            return;
        };
        let partition = partitions.entry(number).or_insert_with(|| Partition::new(topic, number, self.config));
        if partition.retry_at.is_some() {
            // It goes back to an earlier one first.
            return;
        }
        let metrics = self.intake.metrics();
        metrics.kafka.messages.fetch_add(1, Relaxed);
        metrics.received(Door::Kafka, message.payload_len());
        let time_unix_nano = message.timestamp().to_millis().and_then(|millis| millis.checked_mul(1_000_000));
        let payload = message.payload().map(|payload| Payload { offset, time_unix_nano, payload });
        let now = Instant::now();
        if let Err(error) = partition.push(offset, payload.as_ref(), now) {
            metrics.kafka.dead_letters.fetch_add(1, Relaxed);
            metrics.ended(Door::Kafka, topic.signal, End::Invalid);
            let payload = message.payload().unwrap_or_default();
            let letter = DeadLetter::of(&topic.name, number, offset, payload, error.to_string());
            tracing::warn!(topic = letter.topic, partition = number, offset, reason = letter.reason, "dead letter");
            (self.dead_letters)(&letter);
        }
        if partition.is_ripe(self.config, now) {
            self.cut(index, number);
        }
    }

    /// Makes a unit of what a partition has gathered, and hands its batches in.
    fn cut(&mut self, topic: usize, number: i32) {
        let Some(partition) = self.partitions.get_mut(topic).and_then(|p| p.get_mut(&number)) else { return };
        partition.cut(self.next_number);
        for (ticket, batch) in partition.waiting.iter().filter(|(n, _)| *n >= self.next_number) {
            let of = Ticket { topic, partition: number, signal: batch.signal(), rows: batch.len() as u64 };
            self.tickets.insert(*ticket, of);
        }
        self.next_number = partition.waiting.back().map_or(0, |(n, _)| n + 1).max(self.next_number);
        self.hand_in(topic, number);
    }

    fn hand_in(&mut self, topic: usize, number: i32) {
        let Some(partition) = self.partitions.get_mut(topic).and_then(|p| p.get_mut(&number)) else { return };
        while let Some((ticket, batch)) = partition.waiting.pop_front() {
            match self.intake.try_room(&batch) {
                Ok(place) => place.put(batch, To::Numbered { number: ticket, answers: self.answers.clone() }),
                Err(refusal) => {
                    partition.waiting.push_front((ticket, batch));
                    self.closed |= refusal == Refusal::Closed;
                    break;
                }
            }
        }
    }

    /// Everything but taking messages.
    fn round(&mut self) {
        self.learn();
        let (now, config) = (Instant::now(), self.config);
        for (topic, number) in self.places() {
            if self.partition(topic, number).is_some_and(|p| p.is_ripe(config, now)) {
                self.cut(topic, number);
            }
            self.hand_in(topic, number);
            self.go_back(topic, number, now);
            self.pause_or_resume(topic, number);
        }
        if now >= self.commit_at {
            self.commit_at = now + self.config.commit_interval;
            self.commit(CommitMode::Async);
        }
    }

    fn places(&self) -> Vec<(usize, i32)> {
        self.partitions.iter().enumerate().flat_map(|(topic, p)| p.keys().map(move |number| (topic, *number))).collect()
    }

    fn partition(&mut self, topic: usize, number: i32) -> Option<&mut Partition> {
        self.partitions.get_mut(topic)?.get_mut(&number)
    }

    /// What became of the batches.
    fn learn(&mut self) {
        while let Ok((number, outcome)) = self.answered.try_recv() {
            let Some(ticket) = self.tickets.remove(&number) else { continue };
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
    fn note_committable(&mut self, topic: usize, number: i32) {
        let Some(name) = self.config.topics.get(topic).map(|t| t.name.clone()) else { return };
        let offset = self.partition(topic, number).and_then(|p| p.progress.committable());
        let mut committable = self.client.context().committable.lock().unwrap_or_else(PoisonError::into_inner);
        match offset {
            Some(offset) => drop(committable.insert((name, number), offset)),
            None => drop(committable.remove(&(name, number))),
        }
    }

    /// Takes a partition back to what failed, once its time has come.
    fn go_back(&mut self, topic: usize, number: i32, now: Instant) {
        let Some(settings) = self.config.topics.get(topic) else { return };
        let config = self.config;
        let client = self.client.clone();
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

    fn pause_or_resume(&mut self, topic: usize, number: i32) {
        let Some(settings) = self.config.topics.get(topic) else { return };
        let config = self.config;
        let client = self.client.clone();
        let Some(partition) = self.partition(topic, number) else { return };
        let full = partition.is_over(config) || !partition.waiting.is_empty() || partition.retry_at.is_some();
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

    fn commit(&mut self, mode: CommitMode) {
        for (topic, number) in self.places() {
            // Units without batches are done without an ack.
            self.note_committable(topic, number);
        }
        let offsets = self.client.context().offsets(None);
        if offsets.count() == 0 {
            return;
        }
        if let Err(error) = self.client.commit(&offsets, mode) {
            self.metrics().kafka.commit_failures.fetch_add(1, Relaxed);
            tracing::warn!(%error, "offsets were not committed");
        } else if matches!(mode, CommitMode::Sync) {
            self.metrics().kafka.commits.fetch_add(1, Relaxed);
        }
    }

    fn handle_events(&mut self) {
        for event in self.client.context().take_events() {
            match event {
                Event::Committed(None) => drop(self.metrics().kafka.commit_failures.fetch_add(1, Relaxed)),
                Event::Committed(Some(offsets)) => {
                    self.metrics().kafka.commits.fetch_add(1, Relaxed);
                    for ((topic, number), offset) in offsets {
                        if let Some(topic) = self.topic(&topic) {
                            if let Some(partition) = self.partition(topic, number) {
                                partition.progress.committed(offset);
                            }
                            self.note_committable(topic, number);
                        }
                    }
                }
                Event::Revoked(places) => {
                    self.metrics().kafka.rebalances.fetch_add(1, Relaxed);
                    for (name, number) in places {
                        if let Some(topic) = self.topic(&name)
                            && let Some(partitions) = self.partitions.get_mut(topic)
                        {
                            partitions.remove(&number);
                            self.note_committable(topic, number);
                        }
                    }
                }
                Event::Assigned(places) => {
                    tracing::info!(partitions = places.len(), "partitions were assigned");
                    self.metrics().kafka.rebalances.fetch_add(1, Relaxed);
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

    fn topic(&self, name: &str) -> Option<usize> {
        self.config.topics.iter().position(|topic| topic.name == name)
    }

    fn client_error(&self, error: &ClientError) -> Result<(), KafkaError> {
        self.metrics().kafka.errors.fetch_add(1, Relaxed);
        if error.rdkafka_error_code() == Some(RDKafkaErrorCode::Fatal) {
            return Err(KafkaError::Fatal(error.to_string()));
        }
        tracing::warn!(%error, "kafka client");
        Ok(())
    }

    /// No more messages: what was taken becomes durable, or the time for that runs out.
    fn drain(mut self) -> Result<(), KafkaError> {
        let until = Instant::now() + self.config.drain_timeout;
        if let Ok(assigned) = self.client.assignment()
            && let Err(error) = self.client.pause(&assigned)
        {
            tracing::debug!(%error, "partitions were not paused for shutdown");
        }
        let places = self.places();
        for (topic, number) in places.iter().copied() {
            self.cut(topic, number);
        }
        let client = self.client.clone();
        while Instant::now() < until && !self.closed && self.any(|p| !p.is_done() && p.retry_at.is_none()) {
            // Messages that come now are not taken: the next owner gets them.
            drop(client.poll(POLL_BUSY));
            self.handle_events();
            for (topic, number) in places.iter().copied() {
                self.hand_in(topic, number);
            }
            self.learn();
        }
        self.learn();
        self.commit(CommitMode::Sync);
        Ok(())
    }
}
