//! Change events: deployments, commits, flags, configuration, Kubernetes events, experiments, alerts.
//!
//! They come as log records with an event name. They say what somebody did, not how the system fares, so they are kept
//! apart from log patterns: an innocent deployment must not look like a new error.

use crate::ids::{mix, text_id};

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
    /// What an experiment does, and whether it begins or is over, as its tool tells.
    pub(crate) experiment: String,
    pub(crate) phase: String,
    /// Files and diff, for weighing.
    pub(crate) files: String,
    pub(crate) diff: String,
}

/// Most bytes of an event's name, of an experiment and of its phase: names, not texts.
const MAX_NAME: usize = 256;

impl ChangeEvent {
    /// Cuts what a sender made too long: names shorter than texts.
    pub(crate) fn clip(&mut self, limit: usize) {
        let cut = |text: &mut String, limit: usize| {
            if text.len() > limit {
                text.truncate(text.floor_char_boundary(limit));
                text.shrink_to_fit();
            }
        };
        for name in [&mut self.kind, &mut self.experiment, &mut self.phase] {
            cut(name, limit.min(MAX_NAME));
        }
        for text in [&mut self.title, &mut self.files, &mut self.diff].into_iter().chain(&mut self.revision) {
            cut(text, limit);
        }
    }

    /// The id of the event and of the finding that tells of it. All of the event is in it, so that two of one id are
    /// equal, and it does not matter which of them a merge keeps.
    pub(crate) fn id(&self) -> u64 {
        mix(&[
            text_id("change"),
            text_id(&self.kind),
            text_id(&self.service),
            text_id(self.revision.as_deref().unwrap_or("")),
            text_id(&self.title),
            text_id(&self.experiment),
            text_id(&self.phase),
            text_id(&self.files),
            text_id(&self.diff),
            self.time as u64,
        ])
    }
}

/// The names under which tools tell a flag's version, variant or step, the most telling first: OpenTelemetry's and older
/// ones.
pub(crate) const FLAG_STATES: [&str; 5] = [
    "feature_flag.version",
    "feature_flag.result.variant",
    "feature_flag.variant",
    "feature_flag.result.value",
    "feature_flag.change",
];

/// A flag as a revision: its key and, where told, what it was set to. One flag turned twice is two revisions.
pub(crate) fn flag_revision(key: &str, state: &str) -> String {
    match (key.is_empty(), state.is_empty()) {
        (false, false) => format!("{key}={state}"),
        (false, true) => key.to_owned(),
        (true, _) => state.to_owned(),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_is_known_by_its_key_and_by_what_it_was_set_to() {
        for (key, state, revision) in
            [("pay-v2", "on", "pay-v2=on"), ("pay-v2", "", "pay-v2"), ("", "17", "17"), ("", "", "")]
        {
            assert_eq!(flag_revision(key, state), revision);
        }
    }

    #[test]
    fn megabytes_in_any_field_are_cut() {
        let long = || "é".repeat(1 << 20);
        let mut event = ChangeEvent {
            kind: long(),
            revision: Some(long()),
            title: long(),
            experiment: long(),
            phase: long(),
            files: long(),
            diff: long(),
            ..ChangeEvent::default()
        };
        event.clip(2_001);
        for name in [&event.kind, &event.experiment, &event.phase] {
            assert_eq!(name.len(), MAX_NAME);
        }
        for text in [&event.title, &event.files, &event.diff].into_iter().chain(&event.revision) {
            assert_eq!(text.len(), 2_000);
            assert!(text.capacity() < 4_000);
        }
    }

    #[test]
    fn events_that_differ_anywhere_have_ids_of_their_own() {
        let of = |experiment: &str, phase: &str, diff: &str| {
            let (experiment, phase, diff) = (experiment.to_owned(), phase.to_owned(), diff.to_owned());
            ChangeEvent { time: 7, experiment, phase, diff, ..ChangeEvent::default() }.id()
        };
        let ids = [of("cpu", "begin", ""), of("disk", "begin", ""), of("cpu", "end", ""), of("cpu", "begin", "+x")];
        assert_eq!(ids.iter().collect::<std::collections::BTreeSet<_>>().len(), ids.len());
        assert_eq!(ids[0], of("cpu", "begin", ""));
    }
}
