//! All metrics of the process in one text.

use std::sync::Arc;

use decant_store::Store;

/// What `GET /metrics` calls.
pub(super) fn exposition(
    store: Arc<Store>,
    ingress: Arc<decant_ingress::Metrics>,
    egress: Arc<decant_egress::Metrics>,
) -> Arc<dyn Fn() -> String + Send + Sync> {
    Arc::new(move || {
        let mut out = String::new();
        ingress.write_prometheus(&mut out);
        store.write_prometheus(&mut out);
        egress.write_prometheus(&mut out);
        out
    })
}
