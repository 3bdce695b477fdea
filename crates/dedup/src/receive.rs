//! Who was here before: redelivered messages, batches and rows, found before anything counts them.
//!
//! What may come again with its position (Kafka) takes its own place in the store. So such a batch is never thinned by
//! what it brought itself before: a part of it would take the place of the whole. It goes on whole, and only what is new
//! counts. What another batch brought is removed.

use std::collections::HashMap;

use decant_model::{Batch, Logs, Position, Rows, Signal};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::fingerprint;
use crate::rows::{self, Fate};
use crate::seen::{Bringer, Seen};
use crate::taken::Taken;

/// How a source that may replay makes batches of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Messages {
    /// A batch is one message, whose offset is its position.
    Batches,
    /// Log rows are of messages, whose offsets are their ordinals; what a replay puts into one batch may differ.
    Rows,
}

/// A batch of which is known what of it was here before.
#[derive(Debug)]
pub struct Received {
    /// What goes on to the store; its log rows may now get their `shape_id`.
    pub batch: Batch,
    /// Which rows count; `None`: all.
    pub(crate) count: Option<Vec<bool>>,
    /// Rows that do not count, here or gone.
    pub(crate) redelivered: u64,
    pub(crate) bringer: Bringer,
    /// Its rows are messages of their own: the last one tells how far it reaches.
    pub(crate) rows_are_messages: bool,
}

#[derive(Debug)]
pub(crate) struct Receiver {
    replaying: HashMap<String, Messages>,
    taken: Taken,
    contents: Seen,
    spans: Seen,
    points: Seen,
    pushes: u32,
}

impl Receiver {
    pub(crate) fn new(max_keys: usize) -> Self {
        let seen = || Seen::new(max_keys);
        Self {
            replaying: HashMap::new(),
            taken: Taken::new(max_keys),
            contents: seen(),
            spans: seen(),
            points: seen(),
            pushes: 0,
        }
    }

    pub(crate) fn may_replay(&mut self, source: &str, messages: Messages) {
        self.replaying.insert(source.to_owned(), messages);
    }

    pub(crate) fn add(&mut self, signal: Signal, source: &str, partition: i32, first: i64, last: i64) {
        self.taken.add(of_partition(signal, source, partition), first, last);
    }

    pub(crate) fn evicted(&self) -> u64 {
        self.taken.evicted() + self.contents.evicted() + self.spans.evicted() + self.points.evicted()
    }

    pub(crate) fn receive(&mut self, batch: Batch) -> Received {
        self.pushes = self.pushes.wrapping_add(1);
        let replaying = self.replaying.get(&batch.position.source).copied();
        // Without a position of its own that may come again, a batch is like no other.
        let place = replaying.map_or(!self.pushes, |_| of_position(&batch.position));
        let bringer = Bringer { place, push: self.pushes };
        let before = replaying.map(|messages| self.before(&batch, messages));
        let is_replay = matches!(before, Some(Before::All));
        let fates = match &batch.rows {
            Rows::Logs(logs) => self.logs(&batch, logs, before, bringer),
            Rows::Traces(spans) => {
                let identities = (0..spans.len()).map(|row| rows::span(spans, row));
                Fates::Each(rows::fates(identities, &mut self.spans, bringer, is_replay))
            }
            Rows::Metrics(points) => {
                let identities = (0..points.len()).map(|row| Some(rows::point(points, &batch.resources, row)));
                Fates::Each(rows::fates(identities, &mut self.points, bringer, is_replay))
            }
        };
        let mut received = split(batch, fates, bringer);
        received.rows_are_messages = replaying == Some(Messages::Rows);
        received
    }

    /// What of a batch's messages came before; from now on all of them did.
    fn before(&mut self, batch: &Batch, messages: Messages) -> Before {
        let partition = of_partition(batch.signal(), &batch.position.source, batch.position.partition);
        let first = batch.position.offset;
        match (&batch.rows, messages) {
            (Rows::Logs(logs), Messages::Rows) => {
                let offset = |row: usize| i64::try_from(logs.ordinal.value(row)).unwrap_or(i64::MAX);
                let flags: Vec<bool> = (0..logs.len()).map(|row| self.taken.holds(partition, offset(row))).collect();
                let last = (0..logs.len()).map(offset).max().unwrap_or(first);
                self.taken.add(partition, first, last);
                match flags.iter().filter(|flag| **flag).count() {
                    0 => Before::None,
                    n if n == flags.len() => Before::All,
                    _ => Before::These(flags),
                }
            }
            _ => {
                let held = self.taken.holds(partition, first);
                self.taken.add(partition, first, first);
                if held { Before::All } else { Before::None }
            }
        }
    }

    fn logs(&mut self, batch: &Batch, logs: &Logs, before: Option<Before>, bringer: Bringer) -> Fates {
        let known = fingerprint::of(batch, logs).and_then(|content| self.contents.check(content, bringer));
        match (known, before) {
            (Some(known), _) if known.place != bringer.place => Fates::All(Fate::Double),
            (Some(_), _) | (None, Some(Before::All)) => Fates::All(Fate::Again),
            (None, Some(Before::These(flags))) => {
                Fates::Each(flags.into_iter().map(|before| if before { Fate::Again } else { Fate::New }).collect())
            }
            (None, None | Some(Before::None)) => Fates::All(Fate::New),
        }
    }
}

/// Which messages came before.
enum Before {
    None,
    All,
    These(Vec<bool>),
}

enum Fates {
    All(Fate),
    Each(Vec<Fate>),
}

fn split(batch: Batch, fates: Fates, bringer: Bringer) -> Received {
    let rows = batch.len();
    let fates = match fates {
        Fates::All(Fate::New) => {
            return Received { batch, count: None, redelivered: 0, bringer, rows_are_messages: false };
        }
        Fates::All(fate) => vec![fate; rows],
        Fates::Each(fates) => fates,
    };
    let count = |fate: Fate| fates.iter().filter(|f| **f == fate).count();
    let (new, again) = (count(Fate::New), count(Fate::Again));
    let batch = if new + again == rows {
        batch
    } else {
        let keep = fates.iter().map(|fate| *fate != Fate::Double).collect();
        filtered(batch, keep)
    };
    let flags = || fates.iter().filter(|f| **f != Fate::Double).map(|f| *f == Fate::New).collect();
    let count = (again > 0).then(flags);
    Received { batch, count, redelivered: (rows - new) as u64, bringer, rows_are_messages: false }
}

/// The rows whose flag is set.
pub(crate) fn filtered(mut batch: Batch, keep: Vec<bool>) -> Batch {
    // One flag a row was made from the columns themselves, so the lengths agree.
    if keep.contains(&false)
        && let Ok(left) = batch.rows.filter(keep)
    {
        batch.rows = left;
    }
    batch
}

fn of_partition(signal: Signal, source: &str, partition: i32) -> u64 {
    xxh3_64_with_seed(source.as_bytes(), (signal as u64) << 32 | u64::from(partition.cast_unsigned()))
}

fn of_position(position: &Position) -> u32 {
    let partition = u64::from(position.partition.cast_unsigned());
    let of_source = xxh3_64_with_seed(position.source.as_bytes(), partition);
    (xxh3_64(&(of_source ^ position.offset.cast_unsigned().rotate_left(17)).to_le_bytes()) >> 32) as u32
}
