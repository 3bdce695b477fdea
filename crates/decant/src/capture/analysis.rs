//! What is built up while batches come by, on threads of its own: whoever reads goes on reading.
//!
//! ```text
//! reading and decoding (the caller) -> lane and correlator -> excerpts
//! ```
//!
//! Each stage is one thread with one bounded input, and batches keep their order: the answer is that of one thread.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use decant_context::excerpts::Excerpter;
use decant_engine::{Config, Correlator, Lane, Window, restrict};
use decant_model::{Batch, Rows};

use super::BATCHES_PER_YIELD;

/// Batches that wait between two stages: enough that neither stands still, little beside what the stages hold.
const BATCHES_WAITING: usize = 4;

#[derive(Debug)]
pub(super) struct Analysis {
    pub(super) lane: Lane,
    pub(super) correlator: Correlator,
    pub(super) excerpter: Excerpter,
    /// Rows outside the window.
    pub(super) outside: u64,
}

impl Analysis {
    pub(super) fn new(config: &Config, correlator: Correlator) -> Self {
        let excerpter = Excerpter::new(&decant_context::excerpts::Config::default());
        Self { lane: Lane::new(config), correlator, excerpter, outside: 0 }
    }

    /// Analyses every batch that `feed` hands over.
    ///
    /// # Errors
    /// Those of `feed`.
    pub(super) fn run<T>(
        &mut self,
        window: Window,
        feed: impl FnOnce(&mut dyn FnMut(Batch)) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let Self { lane, correlator, excerpter, outside } = self;
        thread::scope(|scope| {
            let (to_lane, fresh) = sync_channel(BATCHES_WAITING);
            let (to_excerpts, logs) = sync_channel(BATCHES_WAITING);
            scope.spawn(move || *outside += learn(lane, correlator, window, &fresh, &to_excerpts));
            scope.spawn(move || logs.iter().for_each(|batch| excerpter.push(&batch)));
            // A stage that is gone has panicked, and the scope will too.
            feed(&mut |batch| drop(to_lane.send(batch)))
        })
    }
}

/// Takes batches through the lane and hands logs on; tells how many rows lay outside the window.
fn learn(
    lane: &mut Lane,
    correlator: &mut Correlator,
    window: Window,
    fresh: &Receiver<Batch>,
    to_excerpts: &SyncSender<Batch>,
) -> u64 {
    let (mut batches, mut left_out) = (0_usize, 0);
    for batch in fresh {
        let (batch, outside) = restrict(batch, window);
        left_out += outside;
        let batch = lane.push(batch);
        if matches!(batch.rows, Rows::Logs(_)) {
            drop(to_excerpts.send(batch));
        }
        batches += 1;
        if batches.is_multiple_of(BATCHES_PER_YIELD) {
            correlator.absorb(lane.take());
        }
    }
    correlator.absorb(lane.take());
    left_out
}
