//! After a restart: what the store holds of the recent past is learnt again, so that answers go on where they ended.

use std::sync::Arc;
use std::time::Duration;

use decant_engine::{Config, Lane};
use decant_model::Signal;
use decant_store::{ScanRequest, Store};

use super::correlating::Correlating;

/// The number under which the replay's counts stand beside those of the lanes.
const REPLAY_LANE: usize = usize::MAX;
/// Batches between two yields.
const BATCHES_PER_YIELD: usize = 32;

/// Reads the stretch before the newest record in a thread of its own; fresh telemetry is taken meanwhile.
pub(super) fn replay(store: Arc<Store>, stretch: Duration, config: &Config, correlating: Correlating) {
    let summary = store.summary();
    let Some(newest) = Signal::ALL.into_iter().filter_map(|signal| summary.of(signal).newest_unix_nano).max() else {
        return;
    };
    let stretch = i64::try_from(stretch.as_nanos()).unwrap_or(i64::MAX);
    let from = newest.saturating_sub(stretch);
    let mut lane = Lane::new(config);
    tokio::task::spawn_blocking(move || {
        let mut rows = 0;
        for signal in Signal::ALL {
            let request = ScanRequest { from_unix_nano: Some(from), ..ScanRequest::of(signal) };
            for (at, batch) in store.scan(&request).enumerate() {
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
