//! The lanes' threads, and how batches are spread over them.
//!
//! A record that is delivered twice has to meet the same dedup state. So a partition's batches go to one lane, however
//! they are cut when it is read again; a request, which comes again as it was, to that which its first resource hashes
//! to. A lane thread takes a batch through the stages, hands it to the writer, and tells the correlator what it
//! learnt when its queue has run dry, or after some batches when it never does.

use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use decant_engine::{Config, Lane};
use decant_ingress::{Deliveries, Delivery, Topic};
use tokio::sync::mpsc;

use super::correlating::Correlating;
use super::topics;
use super::writing::Writing;

/// Batches that may wait for a lane; the intake's bounds hold for them too.
const QUEUE: usize = 64;
/// A lane that is never idle still tells what it learnt this often.
const YIELD_INTERVAL: Duration = Duration::from_secs(1);

/// The lanes' queues and threads.
pub(super) struct Lanes {
    queues: Vec<mpsc::Sender<Delivery>>,
    threads: Vec<JoinHandle<()>>,
}

impl Lanes {
    /// Starts `count` lanes; `introduce` tells each what it has to know beforehand.
    pub(super) fn start(
        count: usize,
        config: &Config,
        writing: &Writing,
        correlating: &Correlating,
        introduce: impl Fn(&mut Lane),
    ) -> std::io::Result<Self> {
        let (mut queues, mut threads) = (Vec::new(), Vec::new());
        for lane in 0..count {
            let (sender, receiver) = mpsc::channel(QUEUE);
            let mut state = Lane::new(config);
            introduce(&mut state);
            let (writing, correlating) = (writing.clone(), correlating.clone());
            let run = move || run(lane, state, receiver, &writing, &correlating);
            threads.push(thread::Builder::new().name(format!("lane-{lane}")).spawn(run)?);
            queues.push(sender);
        }
        Ok(Self { queues, threads })
    }

    /// Spreads deliveries until they end; returns the threads, which end when their queues are empty.
    pub(super) async fn spread(self, mut deliveries: Deliveries, topics: Vec<Topic>) -> Vec<JoinHandle<()>> {
        while let Some(delivery) = deliveries.recv().await {
            let lane = topics::lane_of(&delivery.batch, &topics, self.queues.len());
            if let Some(queue) = self.queues.get(lane)
                && let Err(refused) = queue.send(delivery).await
            {
                // Dropping the ack tells the sender to try again.
                drop(refused);
                tracing::error!(lane, "a lane is gone: its batches are sent back");
            }
        }
        self.threads
    }
}

fn run(
    number: usize,
    mut lane: Lane,
    mut queue: mpsc::Receiver<Delivery>,
    writing: &Writing,
    correlating: &Correlating,
) {
    let mut told = Instant::now();
    while let Some(Delivery { batch, ack }) = queue.blocking_recv() {
        // A batch of which nothing is left had been delivered before. It goes to the writer all the same: its ack must
        // not come before that of the first delivery, which may still be on its way to the disk.
        writing.write(lane.push(batch), ack);
        if queue.is_empty() || told.elapsed() >= YIELD_INTERVAL {
            correlating.learn(number, lane.take(), lane.counts());
            told = Instant::now();
        }
    }
    correlating.learn(number, lane.take(), lane.counts());
}
