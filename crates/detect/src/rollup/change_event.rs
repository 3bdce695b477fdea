//! Change events: deployments, commits, flags, configuration, Kubernetes events, experiments, alerts.
//!
//! They come as log records with an event name. They say what somebody did, not how the system fares, so they are kept
//! apart from log patterns: an innocent deployment must not look like a new error.

/// A change, as it was told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ChangeEvent {
    pub(crate) time: i64,
    /// The event's name.
    pub(crate) kind: String,
    /// Empty when the source is not a service of the system.
    pub(crate) service: String,
    pub(crate) revision: Option<String>,
    pub(crate) title: String,
    /// Files and diff, for weighing.
    pub(crate) files: String,
    pub(crate) diff: String,
}

/// Whether an event name is that of a change, by its words.
pub(crate) fn is_change(name: &str) -> bool {
    const WORDS: [&str; 18] = [
        "deployment",
        "deploy",
        "deployed",
        "vcs",
        "commit",
        "feature_flag",
        "flag",
        "config",
        "configuration",
        "k8s",
        "kubernetes",
        "chaos",
        "experiment",
        "alert",
        "rollout",
        "rollback",
        "release",
        "migration",
    ];
    name.split(['.', '/', ':', ' ', '-']).any(|word| WORDS.iter().any(|w| w.eq_ignore_ascii_case(word)))
}

/// Whether a service name stands for a tool which reports changes, not for a part of the system.
pub(crate) fn is_reporter(service: &str) -> bool {
    matches!(
        service,
        "" | "vcs" | "git" | "github" | "gitlab" | "ci" | "cd" | "argocd" | "jenkins" | "flux" | "deployer"
    )
}
