//! One lane: the stages that a batch passes, in their one order.
//!
//! Redaction comes first, so that no raw secret is learnt, kept or counted by what follows. A lane never waits: it
//! takes a batch and returns it, redacted, with its shapes and repeats told, ready for the store; what it learnt on the
//! way is taken from it now and then as a [`Yield`].

use decant_dedup::Dedup;
use decant_detect::{Roller, Rollups};
use decant_model::arrow_array::UInt64Array;
use decant_model::{Batch, Logs, Rows};
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
            dedup: Dedup::new(config.dedup),
            roller: Roller::new(&config.detect),
            counts: LaneCounts::default(),
        }
    }

    /// Takes a fresh batch through all stages; what comes back is what the store keeps.
    #[must_use]
    pub fn push(&mut self, batch: Batch) -> Batch {
        self.counts.came_in(batch.len());
        let mut batch = self.redactor.push(batch);
        self.shape(&mut batch);
        let batch = self.dedup.push(batch);
        self.roller.push(&batch);
        self.counts.went_on(batch.signal(), batch.len());
        batch
    }

    /// Learns from a batch that has been through a lane before, such as rows of the store after a restart.
    pub fn replay(&mut self, mut batch: Batch) {
        self.counts.came_in(batch.len());
        self.shape(&mut batch);
        self.roller.push(&batch);
        self.counts.went_on(batch.signal(), batch.len());
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
        counts.repeats = dedup.repeats;
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
