//! Keeping the store in order while it is written and read: small segments merged, old ones deleted.

use std::sync::Arc;
use std::time::Duration;

use decant_store::Store;
use tokio_util::sync::CancellationToken;

/// How often there is a look.
const INTERVAL: Duration = Duration::from_secs(2);

/// Looks until it is told to stop. A failure is told and tried again: the store is as it was before.
pub(super) async fn keep(store: Arc<Store>, stop: CancellationToken) -> anyhow::Result<()> {
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(INTERVAL) => {}
        }
        let store = store.clone();
        let now = i64::try_from(jiff::Timestamp::now().as_nanosecond()).unwrap_or(i64::MAX);
        tokio::task::spawn_blocking(move || once(&store, now)).await?;
    }
}

fn once(store: &Store, now_unix_nano: i64) {
    loop {
        match store.compact() {
            Ok(Some(merged)) => tracing::debug!(?merged, "small segments are merged"),
            Ok(None) => break,
            Err(error) => {
                tracing::warn!(%error, "small segments could not be merged");
                break;
            }
        }
    }
    match store.retain(now_unix_nano) {
        Ok(retained) => tracing::trace!(?retained, "what is too old is deleted"),
        Err(error) => tracing::warn!(%error, "what is too old could not be deleted"),
    }
}
