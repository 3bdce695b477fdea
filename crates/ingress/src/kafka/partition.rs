//! One partition that is assigned to us.

use std::collections::VecDeque;
use std::time::Instant;

use decant_codec::payload::{Message, PayloadDecoder};
use decant_codec::text::DecodeOptions;
use decant_codec::{DecodeError, payload::Encoding};
use decant_model::Batch;

use super::progress::{Progress, Unit};
use crate::config::{KafkaConfig, Topic};

/// Batches that may wait for room in the intake before their partition pauses.
const WAITING_MAX: usize = 4;

/// Messages that are being gathered into a unit.
#[derive(Clone, Copy, Debug)]
struct Gathering {
    first_offset: i64,
    next_offset: i64,
    messages: u64,
    bytes: u64,
    since: Instant,
}

pub(super) struct Partition {
    decoder: PayloadDecoder,
    gathering: Option<Gathering>,
    pub(super) progress: Progress,
    /// Batches that the intake had no room for yet, oldest first.
    pub(super) waiting: VecDeque<(u64, Batch)>,
    /// Messages that may have been taken before, by us or another: each gets batches of its own.
    replay_left: u64,
    /// Batches of an earlier assignment are still on their way. Of two copies of a batch that are on their way at once,
    /// neither can take the place of the other.
    pub(super) is_held: bool,
    pub(super) paused: bool,
    /// Since when it is over what should be taken.
    pub(super) over_since: Option<Instant>,
    /// When to go back to what failed.
    pub(super) retry_at: Option<Instant>,
    /// Where going back to failed the last time.
    pub(super) go_back_to: Option<i64>,
}

impl Partition {
    pub(super) fn new(topic: &Topic, number: i32, config: &KafkaConfig) -> Self {
        let options = DecodeOptions {
            max_batch_rows: config.batch_max_rows,
            max_batch_bytes: config.batch_max_bytes,
            limits: config.limits,
            ..DecodeOptions::default()
        };
        Self {
            decoder: PayloadDecoder::new(topic.encoding, topic.signal, &topic.name, number, options),
            gathering: None,
            progress: Progress::default(),
            waiting: VecDeque::new(),
            replay_left: replay(topic.encoding, config),
            is_held: true,
            paused: false,
            over_since: None,
            retry_at: None,
            go_back_to: None,
        }
    }

    /// Takes a message; `None` is one without a payload. Whether decoded or not, it counts as taken.
    pub(super) fn push(
        &mut self,
        offset: i64,
        message: Option<&Message<'_>>,
        now: Instant,
    ) -> Result<u64, DecodeError> {
        let rows = message.map_or(Ok(0), |message| self.decoder.push(message));
        let gathering = self.gathering.get_or_insert(Gathering {
            first_offset: offset,
            next_offset: offset,
            messages: 0,
            bytes: 0,
            since: now,
        });
        gathering.next_offset = offset + 1;
        gathering.messages += 1;
        gathering.bytes += message.map_or(0, |m| m.payload.len() as u64);
        rows
    }

    /// Whether what was gathered should go.
    pub(super) fn is_ripe(&self, config: &KafkaConfig, now: Instant) -> bool {
        self.gathering.is_some_and(|gathering| {
            self.replay_left > 0
                || self.decoder.is_full()
                || gathering.messages >= config.uncommitted_max_messages as u64 / 2
                || now.duration_since(gathering.since) >= config.linger
        })
    }

    /// Makes a unit of what was gathered; its batches wait for the intake, numbered from `first_number` on.
    pub(super) fn cut(&mut self, first_number: u64) {
        let Some(gathering) = self.gathering.take() else { return };
        self.replay_left = self.replay_left.saturating_sub(gathering.messages);
        let mut batches = Vec::new();
        self.decoder.take(&mut batches);
        let open = batches.len() as u64;
        self.progress.taken(Unit {
            first_offset: gathering.first_offset,
            next_offset: gathering.next_offset,
            messages: gathering.messages,
            bytes: gathering.bytes,
            first_number,
            batches: open,
            open,
        });
        self.waiting.extend((first_number..).zip(batches));
    }

    /// Whether there is more than should be taken before some of it is committed, or before the intake has room.
    pub(super) fn is_over(&self, config: &KafkaConfig) -> bool {
        let (messages, bytes) = self.progress.load();
        self.waiting.len() >= WAITING_MAX
            || messages >= config.uncommitted_max_messages as u64
            || bytes >= config.uncommitted_max_bytes as u64
    }

    pub(super) fn is_half_full(&self, config: &KafkaConfig) -> bool {
        let (messages, bytes) = self.progress.load();
        messages > config.uncommitted_max_messages as u64 / 2 || bytes > config.uncommitted_max_bytes as u64 / 2
    }

    /// Whether a paused partition has room for a good while.
    pub(super) fn is_eased(&self, config: &KafkaConfig) -> bool {
        self.waiting.is_empty() && self.retry_at.is_none() && !self.is_half_full(config)
    }

    /// Forgets what was not handed in.
    pub(super) fn forget_waiting(&mut self) {
        self.gathering = None;
        self.decoder.take(&mut Vec::new());
        self.waiting.clear();
    }

    /// Forgets what is not durable; returns the offset to go back to.
    pub(super) fn rewind(&mut self, topic: &Topic, config: &KafkaConfig) -> Option<i64> {
        let gathered = self.gathering.map(|g| g.first_offset);
        self.forget_waiting();
        self.replay_left = replay(topic.encoding, config);
        self.go_back_to.take().or(self.progress.rewind()).or(gathered)
    }

    /// Whether nothing is on its way.
    pub(super) fn is_done(&self) -> bool {
        self.gathering.is_none() && self.waiting.is_empty() && self.progress.is_done()
    }
}

/// How many messages may come again.
fn replay(encoding: Encoding, config: &KafkaConfig) -> u64 {
    match encoding {
        // Batches of their own anyway.
        Encoding::OtlpProto | Encoding::OtlpJson => 0,
        Encoding::Json | Encoding::Raw | Encoding::Text => config.uncommitted_max_messages as u64,
    }
}
