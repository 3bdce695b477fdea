//! The writer's thread: batches of all lanes, made durable in groups.
//!
//! One write to the disk costs as much for a hundred batches as for one. So the writer takes what has gathered, waits a
//! moment for more unless there is much already, appends it as one group, and only then answers. When the disk fails, it
//! tries again and senders wait; nothing is acknowledged that is not there. At shutdown it tries until the time for that
//! is over, and then tells the senders.

use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use decant_ingress::{Ack, Failure};
use decant_model::Batch;
use decant_store::{Store, StoreError};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Batches that may wait; the intake's bounds hold for them too.
const QUEUE: usize = 256;
/// A group is written when it has this many bytes.
const GROUP_BYTES: usize = 16 << 20;
/// A group waits this long for more batches.
const LINGER: Duration = Duration::from_millis(100);
/// A failed append is tried again after this, then after twice as long, up to the second.
const RETRY_WAIT: Duration = Duration::from_millis(100);
const RETRY_WAIT_MAX: Duration = Duration::from_secs(5);
/// How often the queue is looked at while a group gathers.
const GATHER_INTERVAL: Duration = Duration::from_millis(5);

struct Write {
    batch: Batch,
    ack: Ack,
}

/// Sends batches to the writer. Cheap to clone; the thread ends when all are gone.
#[derive(Clone)]
pub(super) struct Writing(mpsc::Sender<Write>);

impl Writing {
    /// Starts the thread.
    ///
    /// `ended` is cancelled when the thread ends, which it does before its time when the store takes no writes any more.
    /// Once `give_up` is cancelled, what fails is not tried again. Called within the runtime.
    pub(super) fn start(
        store: Arc<Store>,
        ended: CancellationToken,
        give_up: CancellationToken,
    ) -> std::io::Result<(Self, JoinHandle<()>)> {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let patience = Patience { runtime: Handle::current(), give_up };
        let thread = thread::Builder::new().name("writer".to_owned()).spawn(move || {
            let _ended = ended.drop_guard();
            run(&store, receiver, &patience);
        })?;
        Ok((Self(sender), thread))
    }

    /// Hands a batch over; its ack is answered when it is durable. Called by lane threads; waits for room.
    pub(super) fn write(&self, batch: Batch, ack: Ack) {
        if let Err(refused) = self.0.blocking_send(Write { batch, ack }) {
            refused
                .0
                .ack
                .failed(Failure::Retryable("the store takes no writes any more: restart the server".to_owned()));
        }
    }
}

/// Waits between two tries.
struct Patience {
    runtime: Handle,
    give_up: CancellationToken,
}

impl Patience {
    /// Whether to try again, after this time.
    fn lasts(&self, wait: Duration) -> bool {
        // An error says that the time passed and nobody gave up.
        self.runtime.block_on(async { tokio::time::timeout(wait, self.give_up.cancelled()).await.is_err() })
    }
}

fn run(store: &Store, mut queue: mpsc::Receiver<Write>, patience: &Patience) {
    while let Some(first) = queue.blocking_recv() {
        let (batches, acks) = gather(first, &mut queue);
        match append(store, &batches, &queue, patience) {
            Ok(()) => acks.into_iter().for_each(Ack::durable),
            Err(error) => {
                let failure = Failure::Retryable(error.to_string());
                acks.into_iter().for_each(|ack| ack.failed(failure.clone()));
                if matches!(error, StoreError::Stopped { .. }) {
                    return;
                }
            }
        }
    }
}

/// Appends until it is done. The lanes have learnt these batches and would drop a second delivery of them as a repeat, so
/// what fails is tried again here; meanwhile the queues fill, and senders are told to come again. At shutdown, when
/// nothing more comes in or the time is over, a last failure is told to the senders.
fn append(
    store: &Store,
    batches: &[Batch],
    queue: &mpsc::Receiver<Write>,
    patience: &Patience,
) -> Result<(), StoreError> {
    let mut wait = RETRY_WAIT;
    loop {
        match store.append(batches) {
            Ok(_) => return Ok(()),
            Err(error @ StoreError::Stopped { .. }) => {
                tracing::error!(%error, "the store has to be opened again");
                return Err(error);
            }
            Err(error) if queue.is_closed() && queue.is_empty() => {
                tracing::error!(%error, batches = batches.len(), "a group of batches could not be made durable");
                return Err(error);
            }
            Err(error) => {
                tracing::error!(%error, batches = batches.len(), "a group of batches could not be made durable: trying again");
                if !patience.lasts(wait) {
                    return Err(error);
                }
                wait = (wait * 2).min(RETRY_WAIT_MAX);
            }
        }
    }
}

fn gather(first: Write, queue: &mut mpsc::Receiver<Write>) -> (Vec<Batch>, Vec<Ack>) {
    let until = Instant::now() + LINGER;
    let mut bytes = first.batch.memory_bytes();
    let (mut batches, mut acks) = (vec![first.batch], vec![first.ack]);
    while bytes < GROUP_BYTES {
        match queue.try_recv() {
            Ok(write) => {
                bytes += write.batch.memory_bytes();
                batches.push(write.batch);
                acks.push(write.ack);
            }
            Err(mpsc::error::TryRecvError::Empty) if Instant::now() < until => thread::sleep(GATHER_INTERVAL),
            Err(_) => break,
        }
    }
    (batches, acks)
}
