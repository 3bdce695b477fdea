//! One lane: the stages that a batch passes, in their one order.
//!
//! Redaction comes first, so that no raw secret is learnt, kept or counted by what follows. A lane never waits: it
//! takes a batch and returns it, redacted, with its shapes and repeats told, ready for the store; what it learnt on the
//! way is taken from it now and then as a [`Yield`]. What was delivered twice counts once, whatever the store does with it.

use decant_dedup::{Dedup, Messages, unfold};
use decant_detect::{Roller, Rollups};
use decant_model::arrow_array::UInt64Array;
use decant_model::{Batch, Logs, Rows, Signal};
use decant_redact::Redactor;
use decant_template::{Learned, Miner};

use crate::config::Config;
use crate::counts::LaneCounts;

/// The state of one lane.
#[derive(Debug)]
pub struct Lane {
    redactor: Redactor,
    miner: Miner,
    dedup: Dedup,
    roller: Roller,
    counts: LaneCounts,
}

/// What a lane learnt since it was last asked; yields of all lanes merge in any order.
#[derive(Debug, Default)]
pub struct Yield {
    pub rollups: Rollups,
    pub learned: Learned,
}

impl Lane {
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self {
            redactor: Redactor::new(&config.redact),
            miner: Miner::new(&config.template),
            dedup: Dedup::new(config.dedup.clone()),
            roller: Roller::new(&config.detect),
            counts: LaneCounts::default(),
        }
    }

    /// Takes a fresh batch through all stages; what comes back is what the store keeps.
    #[must_use]
    pub fn push(&mut self, batch: Batch) -> Batch {
        self.counts.came_in(batch.len());
        let mut received = self.dedup.receive(self.redactor.push(batch));
        self.shape(&mut received.batch);
        let passed = self.dedup.mark(received);
        self.roller.push(&passed.counted);
        self.counts.went_on(passed.counted.signal(), passed.counted.len());
        passed.stored
    }

    /// Learns from a batch that has been through a lane before, such as rows of the store after a restart.
    pub fn replay(&mut self, batch: Batch) {
        for mut batch in unfold(batch) {
            self.counts.came_in(batch.len());
            self.shape(&mut batch);
            self.roller.push(&batch);
            self.counts.went_on(batch.signal(), batch.len());
        }
    }

    /// Batches of this source may come again with the positions that they had, and count once.
    pub fn may_replay(&mut self, source: &str, messages: Messages) {
        self.dedup.may_replay(source, messages);
    }

    /// Tells of messages that were counted elsewhere, as by the [`replay`](Self::replay) of what is stored: `first` to
    /// `last`, both included.
    pub fn counted_elsewhere(&mut self, signal: Signal, source: &str, partition: i32, first: i64, last: i64) {
        self.dedup.counted_elsewhere(signal, source, partition, first, last);
    }

    /// What was learnt since the last call.
    pub fn take(&mut self) -> Yield {
        Yield { rollups: self.roller.take(), learned: self.miner.take() }
    }

    /// Redacts one text that is no record: a line for a person, an error, an excerpt of a dead letter.
    pub fn redactor(&mut self) -> &mut Redactor {
        &mut self.redactor
    }

    /// Totals since the start.
    #[must_use]
    pub fn counts(&self) -> LaneCounts {
        let dedup = self.dedup.counts();
        let mut counts = self.counts.clone();
        counts.repeats = dedup.repeats + dedup.folded - dedup.folded_near;
        counts.near_repeats = dedup.near_repeats + dedup.folded_near;
        counts.folded = dedup.folded;
        counts.redelivered = dedup.redelivered;
        counts.evicted = dedup.evicted;
        counts.redacted = self.redactor.counts().iter().map(|(class, &n)| (class.clone(), n)).collect();
        counts
    }

    fn shape(&mut self, batch: &mut Batch) {
        if let Rows::Logs(logs) = &mut batch.rows {
            logs.shape_id = shapes(logs, &mut self.miner);
        }
    }
}

fn shapes(logs: &Logs, miner: &mut Miner) -> UInt64Array {
    UInt64Array::from_iter_values((0..logs.len()).map(|row| miner.learn(logs.body.value(row))))
}
