//! After a restart: what the store holds of the recent past is learnt again, so that answers go on where they ended.
//!
//! The past is what the store held before anything came in, in one snapshot: rows that come in later are the lanes' to
//! count. Kafka may send some of the past again, since offsets are committed after rows are durable; the store lets them
//! take their own place, and the lanes are told not to count them a second time.

use std::time::Duration;

use decant_engine::{Config, Lane, Messages};
use decant_ingress::Topic;
use decant_model::Signal;
use decant_store::{PositionRange, ScanRequest, Snapshot, Store};

use super::correlating::Correlating;
use super::topics;
use crate::capture::BATCHES_PER_YIELD;

/// The number under which the replay's counts stand beside those of the lanes.
const REPLAY_LANE: usize = usize::MAX;

/// The stretch before the newest record that the store held at the start.
pub(super) struct Past {
    snapshot: Snapshot,
    from_unix_nano: i64,
}

impl Past {
    /// `None` when the store is empty.
    pub(super) fn of(store: &Store, stretch: Duration) -> Option<Self> {
        let summary = store.summary();
        let newest = Signal::ALL.into_iter().filter_map(|signal| summary.of(signal).newest_unix_nano).max()?;
        let stretch = i64::try_from(stretch.as_nanos()).unwrap_or(i64::MAX);
        Some(Self { snapshot: store.snapshot(), from_unix_nano: newest.saturating_sub(stretch) })
    }

    fn request(&self, signal: Signal) -> ScanRequest {
        ScanRequest { from_unix_nano: Some(self.from_unix_nano), ..ScanRequest::of(signal) }
    }

    /// The messages of these topics that it holds. Reads the disk.
    pub(super) fn messages(&self, topics: &[Topic]) -> Vec<(Signal, PositionRange)> {
        let mut found = Vec::new();
        for signal in Signal::ALL {
            for kind in [Messages::Batches, Messages::Rows] {
                let of_kind = topics.iter().filter(|topic| topics::messages(topic) == kind);
                let sources: Vec<&str> = of_kind.map(|topic| topic.name.as_str()).collect();
                if !sources.is_empty() {
                    let messages = self.snapshot.messages(&self.request(signal), &sources, kind == Messages::Rows);
                    found.extend(messages.into_iter().map(|range| (signal, range)));
                }
            }
        }
        found
    }

    /// Reads it in a thread of its own; fresh telemetry is taken meanwhile.
    pub(super) fn replay(self, config: &Config, correlating: Correlating) {
        let mut lane = Lane::new(config);
        tokio::task::spawn_blocking(move || {
            let mut rows = 0;
            for signal in Signal::ALL {
                for (at, batch) in self.snapshot.scan(&self.request(signal)).enumerate() {
                    match batch {
                        Ok(batch) => {
                            rows += batch.len();
                            lane.replay(batch);
                        }
                        Err(error) => tracing::warn!(%error, "a part of the recent past could not be read back"),
                    }
                    if at % BATCHES_PER_YIELD == 0 {
                        correlating.learn(REPLAY_LANE, lane.take(), lane.counts());
                    }
                }
            }
            correlating.learn(REPLAY_LANE, lane.take(), lane.counts());
            tracing::info!(rows, "the recent past is read back");
        });
    }
}
