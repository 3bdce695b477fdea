//! The correlator's thread: what lanes learnt comes in, questions are answered, one at a time and in order.
//!
//! The correlator belongs to this thread alone. Others send it work as closures, and wait for what they return; the
//! queue is bounded, so a slow answer slows the lanes and never fills the memory.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use decant_engine::{Config, Correlator, LaneCounts, Yield};
use tokio::sync::{mpsc, oneshot};

use super::metrics::Totals;

/// Yields and questions that may wait.
const QUEUE: usize = 64;

type Question = Box<dyn FnOnce(&mut Correlator, &LaneCounts) + Send>;

enum Work {
    Learn { lane: usize, yielded: Box<Yield>, counts: Box<LaneCounts> },
    Answer(Question),
}

/// Sends work to the correlator. Cheap to clone; the thread ends when all are gone.
#[derive(Clone)]
pub(super) struct Correlating(mpsc::Sender<Work>);

impl Correlating {
    /// Starts the thread, which tells `totals` what was counted.
    pub(super) fn start(config: &Config, totals: Arc<Totals>) -> std::io::Result<(Self, JoinHandle<()>)> {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let correlator = Correlator::new(config);
        let thread =
            thread::Builder::new().name("correlator".to_owned()).spawn(move || run(correlator, receiver, &totals))?;
        Ok((Self(sender), thread))
    }

    /// Hands over what a lane learnt, and its totals. Called by lane threads; waits for room.
    pub(super) fn learn(&self, lane: usize, yielded: Yield, counts: LaneCounts) {
        let work = Work::Learn { lane, yielded: Box::new(yielded), counts: Box::new(counts) };
        if self.0.blocking_send(work).is_err() {
            tracing::error!(lane, "the correlator is gone: what the lane learnt is not in the answers");
        }
    }

    /// Runs `question` on the correlator's thread. `None` when that thread is gone.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Correlator, &LaneCounts) -> T + Send + 'static,
    ) -> Option<T> {
        let (sender, answer) = oneshot::channel();
        let question = move |correlator: &mut Correlator, counts: &LaneCounts| {
            // Whoever asked may have gone away meanwhile.
            drop(sender.send(question(correlator, counts)));
        };
        self.0.send(Work::Answer(Box::new(question))).await.ok()?;
        answer.await.ok()
    }
}

fn run(mut correlator: Correlator, mut work: mpsc::Receiver<Work>, totals: &Totals) {
    let mut lanes: BTreeMap<usize, LaneCounts> = BTreeMap::new();
    let mut total = LaneCounts::default();
    while let Some(work) = work.blocking_recv() {
        match work {
            Work::Learn { lane, yielded, counts } => {
                correlator.absorb(*yielded);
                lanes.insert(lane, *counts);
                total = LaneCounts::default();
                lanes.values().for_each(|counts| total.add(counts));
                totals.set(total.clone(), correlator.notes());
            }
            Work::Answer(question) => question(&mut correlator, &total),
        }
    }
}
