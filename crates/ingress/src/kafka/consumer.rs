//! The loop: poll, decode, hand in, learn, commit.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, atomic::Ordering::Relaxed};
use std::time::{Duration, Instant};

use decant_codec::payload::Message as Payload;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::{KafkaError as ClientError, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Message as _};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::client::{self, Context};
use super::partition::Partition;
use super::{DeadLetter, KafkaError, Ticket};
use crate::ack::{Outcome, To};
use crate::config::KafkaConfig;
use crate::intake::{Intake, Refusal};
use crate::metrics::{Door, End, Metrics};

/// How long a poll waits for a message.
const POLL: Duration = Duration::from_millis(50);
/// The same while something waits for room or for its acks.
pub(super) const POLL_BUSY: Duration = Duration::from_millis(5);
/// Commits are at least so far apart.
const COMMIT_INTERVAL_MIN: Duration = Duration::from_millis(20);
/// Messages taken between two looks at everything else.
const MESSAGES_A_ROUND: usize = 1_000;
/// Batches of all partitions that may be on their way; the intake's own bounds are mostly narrower.
const BATCHES_OPEN_MAX: usize = 65_536;

mod flow;
mod handover;
mod settle;

pub(super) struct Consumer<'a> {
    config: &'a KafkaConfig,
    intake: &'a Intake,
    dead_letters: &'a mut dyn FnMut(&DeadLetter),
    client: Arc<BaseConsumer<Context>>,
    /// By topic (as in the settings) and partition.
    partitions: Vec<BTreeMap<i32, Partition>>,
    /// Batches that are in the intake.
    tickets: HashMap<u64, Ticket>,
    /// How many of them are of a topic's partition.
    under_way: HashMap<(usize, i32), usize>,
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
            under_way: HashMap::new(),
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
        if self.any(|p| p.over_since.is_some() && !p.paused) {
            // Mostly it has room again in a moment, and pausing takes the client up to a second.
            std::thread::sleep(POLL_BUSY);
            return Ok(());
        }
        let client = self.client.clone();
        let mut wait = if self.tickets.is_empty() && !self.any(|p| !p.is_done()) { POLL } else { POLL_BUSY };
        for _ in 0..MESSAGES_A_ROUND {
            let polled = client.poll(wait);
            self.handle_events();
            match polled {
                None => break,
                Some(Ok(message)) => {
                    if self.take(&message) {
                        break;
                    }
                }
                Some(Err(error)) => self.client_error(&error)?,
            }
            wait = Duration::ZERO;
        }
        Ok(())
    }

    fn any(&self, test: impl Fn(&Partition) -> bool) -> bool {
        self.partitions.iter().flat_map(BTreeMap::values).any(test)
    }

    /// Takes a message; whether its partition has enough for now.
    fn take(&mut self, message: &BorrowedMessage<'_>) -> bool {
        let (offset, number) = (message.offset(), message.partition());
        let Some(index) = self.config.topics.iter().position(|topic| topic.name == message.topic()) else {
            return false;
        };
        let partition = self.partitions.get_mut(index).and_then(|p| p.get_mut(&number));
        let (Some(topic), Some(partition)) = (self.config.topics.get(index), partition) else {
            // Not ours (any more).
            return false;
        };
        if partition.retry_at.is_some() {
            // It goes back to an earlier one first.
            return false;
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
            let letter = DeadLetter::of(&topic.name, number, offset, payload, &error);
            tracing::warn!(topic = letter.topic, partition = number, offset, reason = letter.reason, "dead letter");
            (self.dead_letters)(&letter);
        }
        if partition.is_ripe(self.config, now) {
            self.cut(index, number);
        }
        let config = self.config;
        let Some(partition) = self.partition(index, number).filter(|p| p.is_over(config)) else { return false };
        partition.over_since.get_or_insert(now);
        true
    }

    /// Makes a unit of what a partition has gathered, and hands its batches in.
    fn cut(&mut self, topic: usize, number: i32) {
        let Some(partition) = self.partitions.get_mut(topic).and_then(|p| p.get_mut(&number)) else { return };
        partition.cut(self.next_number);
        self.next_number = partition.waiting.back().map_or(0, |(n, _)| n + 1).max(self.next_number);
        self.hand_in(topic, number);
    }

    fn hand_in(&mut self, topic: usize, number: i32) {
        let Some(partition) = self.partitions.get_mut(topic).and_then(|p| p.get_mut(&number)) else { return };
        if partition.retry_at.is_some() {
            return;
        }
        if partition.is_held {
            if self.under_way.contains_key(&(topic, number)) {
                return;
            }
            partition.is_held = false;
        }
        while let Some((ticket, batch)) = partition.waiting.pop_front() {
            match self.intake.try_room(&batch) {
                Ok(place) => {
                    let of = Ticket { topic, partition: number, signal: batch.signal(), rows: batch.len() as u64 };
                    self.tickets.insert(ticket, of);
                    *self.under_way.entry((topic, number)).or_default() += 1;
                    place.put(batch, To::Numbered { number: ticket, answers: self.answers.clone() });
                }
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
            self.pause_or_resume(topic, number, now);
        }
        // A partition that is half full of what is only to be committed need not come to pause for it.
        let early = now + config.commit_interval >= self.commit_at + COMMIT_INTERVAL_MIN
            && self.any(|p| p.is_half_full(config) && p.progress.committable().is_some());
        if now >= self.commit_at || early {
            self.commit_at = now + self.config.commit_interval;
            self.commit();
        }
    }

    fn places(&self) -> Vec<(usize, i32)> {
        self.partitions.iter().enumerate().flat_map(|(topic, p)| p.keys().map(move |number| (topic, *number))).collect()
    }

    fn partition(&mut self, topic: usize, number: i32) -> Option<&mut Partition> {
        self.partitions.get_mut(topic)?.get_mut(&number)
    }

    fn topic(&self, name: &str) -> Option<usize> {
        self.config.topics.iter().position(|topic| topic.name == name)
    }

    fn client_error(&self, error: &ClientError) -> Result<(), KafkaError> {
        self.metrics().kafka.errors.fetch_add(1, Relaxed);
        let is_fatal = matches!(error, ClientError::MessageConsumptionFatal(_));
        if is_fatal || error.rdkafka_error_code() == Some(RDKafkaErrorCode::Fatal) {
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
        self.commit();
        Ok(())
    }
}
