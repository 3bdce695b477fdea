//! What really happened in a run: the answer against which a diagnosis is scored.

use serde::{Deserialize, Serialize};

/// The ground truth of a run. Times are nanoseconds since 1970.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Truth {
    pub seed: u64,
    /// The fault's name; `None` in a healthy run, and then all that speaks of a fault is `None` too.
    pub fault: Option<String>,
    /// `service.name` of the service that was hurt.
    pub service: Option<String>,
    /// Other names under which the same cause may rightly be blamed: the failing database or provider itself.
    pub also: Vec<String>,
    /// The kind of suspect that fits: a word of `decant_model::Suspect::kind`.
    pub kind: Option<String>,
    /// The first moment at which something is different.
    pub onset_unix_nano: Option<i64>,
    pub ended_unix_nano: Option<i64>,
    /// Pod, peer, certificate, volume or statement that was hurt, when it is narrower than the service.
    pub component: Option<String>,
    /// The operation that was hurt, when it was only one.
    pub operation: Option<String>,
    /// How strong the effect is, 0 (just noticeable) to 1.
    pub strength_percent: Option<u8>,
    /// The change that brought the fault, when a change did.
    pub guilty_change: Option<ChangeTruth>,
    /// Changes in the same run that did nothing.
    pub innocent_changes: Vec<ChangeTruth>,
    /// All services of the shop.
    pub services: Vec<String>,
    pub start_unix_nano: i64,
    pub end_unix_nano: i64,
}

/// A change event of the run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeTruth {
    pub at_unix_nano: i64,
    /// The event's name: `deployment`, `feature_flag.change`, ...
    pub kind: String,
    pub service: String,
    /// Commit, or the version, or the flag's key.
    pub revision: String,
}

impl Truth {
    /// Whether a diagnosis that names `service` is right.
    #[must_use]
    pub fn blames(&self, service: &str) -> bool {
        self.service.as_deref() == Some(service) || self.also.iter().any(|name| name == service)
    }
}
