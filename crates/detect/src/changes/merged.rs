//! A commit, its deployments and what delivered it, as one change.

use std::collections::BTreeSet;

use super::diff::Diff;
use super::words::{self, words};
use crate::rollup::ChangeEvent;

/// One change.
#[derive(Clone, Debug)]
pub(super) struct Merged {
    pub(super) first: ChangeEvent,
    /// When it took effect: the deployment, else the event itself.
    pub(super) effect: i64,
    /// Services that it touches, as far as is known.
    pub(super) services: BTreeSet<String>,
    /// Code that is no single service's.
    pub(super) is_shared: bool,
    pub(super) files: Vec<String>,
    pub(super) diff: Diff,
    pub(super) is_deployed: bool,
    /// Words that the diff changes.
    pub(super) changed: BTreeSet<String>,
    /// Words of title, files and what surrounds the diff.
    pub(super) around: BTreeSet<String>,
}

/// Longest time from a commit to the deployment that is taken to bring it.
const DELIVERY_NS: i64 = 2 * 3600 * 1_000_000_000;

/// Changes in order of time. `known` are the services of the system.
pub(super) fn merge(events: &[&ChangeEvent], known: &BTreeSet<&str>) -> Vec<Merged> {
    let mut merged: Vec<Merged> = Vec::new();
    for event in events {
        let is_deployment = deploys(&event.kind);
        let same =
            event.revision.as_ref().and_then(|r| merged.iter_mut().find(|m| m.first.revision.as_ref() == Some(r)));
        let into = match same {
            Some(known) => known,
            None => {
                merged.push(Merged::new(event));
                let Some(new) = merged.last_mut() else { continue };
                new
            }
        };
        into.add(event, is_deployment);
    }
    for change in &mut merged {
        let by_path = change.files.iter().flat_map(|f| f.split('/')).filter(|part| known.contains(part));
        let by_stem = known.iter().filter(|service| stem(service).is_some_and(|s| change.is_about(s)));
        let found: Vec<String> = by_path.chain(by_stem.copied()).map(str::to_owned).collect();
        if change.services.is_empty() {
            change.services.extend(found);
            change.is_shared = change.services.is_empty();
        }
    }
    deliver(&mut merged);
    merged
}

fn deploys(kind: &str) -> bool {
    kind.contains("deploy") || kind.contains("rollout")
}

/// What is left of a service's name without the word for service.
fn stem(service: &str) -> Option<&str> {
    let stem = service.trim_end_matches("service").trim_end_matches("-svc").trim_end_matches(['-', '_']);
    (stem.len() >= 4 && stem.len() < service.len()).then_some(stem)
}

impl Merged {
    fn new(event: &ChangeEvent) -> Self {
        Self {
            first: event.clone(),
            effect: event.time,
            services: BTreeSet::new(),
            is_shared: false,
            files: Vec::new(),
            diff: Diff::default(),
            is_deployed: false,
            changed: BTreeSet::new(),
            around: BTreeSet::new(),
        }
    }

    fn add(&mut self, event: &ChangeEvent, is_deployment: bool) {
        if !event.service.is_empty() {
            self.services.insert(event.service.clone());
        }
        if is_deployment && !self.is_deployed {
            self.effect = event.time;
            self.is_deployed = true;
        }
        if self.first.diff.is_empty() && !event.diff.is_empty() {
            self.first.title.clone_from(&event.title);
            self.first.diff.clone_from(&event.diff);
        }
        if !event.diff.is_empty() {
            self.diff = Diff::read(&event.diff);
            self.changed.extend(self.diff.changed.iter().cloned());
        }
        self.files.extend(event.files.split([',', ' ', '\n']).filter(|f| !f.is_empty()).map(str::to_owned));
        let hunks = event.diff.lines().filter(|l| l.starts_with("@@"));
        for text in [event.title.as_str(), event.files.as_str()].into_iter().chain(hunks) {
            self.around.extend(words(text));
        }
    }

    /// Whether a file lies in a folder of that name.
    fn is_about(&self, stem: &str) -> bool {
        self.files.iter().flat_map(|f| f.split('/')).any(|part| part == stem)
    }

    /// Whether nothing that runs is touched: texts, tests, the build's own files.
    pub(super) fn is_harmless(&self) -> bool {
        let kind = self.first.title.split([':', '(']).next().unwrap_or("").trim().to_ascii_lowercase();
        // Types of Conventional Commits that by convention change no behaviour.
        let by_type = ["docs", "doc", "test", "tests", "style", "ci"].contains(&kind.as_str());
        let by_word = words::parts(&self.first.title)
            .iter()
            .any(|w| ["typo", "readme", "changelog", "codeowners", "comment", "comments"].contains(&w.as_str()));
        let by_files = !self.files.is_empty() && self.files.iter().all(|f| is_harmless_file(f));
        by_type || by_word || by_files
    }

    /// Names of the files without their folders.
    pub(super) fn file_names(&self) -> impl Iterator<Item = &str> {
        self.files.iter().filter_map(|f| f.rsplit('/').next()).filter(|name| name.len() > 4 && name.contains('.'))
    }
}

fn is_harmless_file(file: &str) -> bool {
    let file = file.to_ascii_lowercase();
    let name = file.rsplit('/').next().unwrap_or("");
    [".md", ".rst", ".txt", ".css", ".scss", ".svg", ".png"].iter().any(|end| name.ends_with(end))
        || ["_test.", ".test.", ".spec.", "test_"].iter().any(|part| name.contains(part))
        || file.split('/').any(|part| ["docs", "doc", "test", "tests", "testdata", ".github"].contains(&part))
        || ["codeowners", ".golangci.yml", ".gitignore", ".editorconfig"].contains(&name)
}

/// A commit that was not seen to be deployed takes effect with the next deployment of its service, or with the one that
/// builds on a newer version of the module in which its files lie.
fn deliver(merged: &mut [Merged]) {
    let deployed: Vec<(i64, BTreeSet<String>, Vec<String>)> = merged
        .iter()
        .filter(|m| m.is_deployed)
        .map(|m| (m.effect, m.services.clone(), m.diff.modules.clone()))
        .collect();
    for change in merged.iter_mut().filter(|m| !m.is_deployed && m.first.kind.contains("commit")) {
        let reaches = |(at, services, modules): &&(i64, BTreeSet<String>, Vec<String>)| {
            let is_next = *at >= change.first.time && *at - change.first.time < DELIVERY_NS;
            let same_service = services.iter().any(|s| change.services.contains(s));
            is_next && (same_service || modules.iter().any(|m| change.files.iter().any(|f| lies_in(f, m))))
        };
        if let Some((at, services, _)) = deployed.iter().filter(reaches).min_by_key(|(at, ..)| *at) {
            change.effect = *at;
            change.is_deployed = true;
            change.services.extend(services.iter().cloned());
        }
    }
}

/// Whether a file lies in a module, by the last two names of the module's path.
fn lies_in(file: &str, module: &str) -> bool {
    let mut names = module.rsplit('/');
    let (Some(last), Some(folder)) = (names.next(), names.next()) else { return false };
    file.starts_with(&format!("{folder}/{last}/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(time_s: i64, kind: &str, service: &str, revision: &str, files: &str, diff: &str) -> ChangeEvent {
        ChangeEvent {
            time: time_s * 1_000_000_000,
            kind: kind.to_owned(),
            service: service.to_owned(),
            revision: Some(revision.to_owned()),
            title: "a change".to_owned(),
            files: files.to_owned(),
            diff: diff.to_owned(),
        }
    }

    fn merged(events: &[ChangeEvent]) -> Vec<Merged> {
        merge(&events.iter().collect::<Vec<_>>(), &BTreeSet::from(["cartservice", "web"]))
    }

    #[test]
    fn a_commit_and_its_deployment_are_one() {
        let all = merged(&[
            event(1, "vcs.commit", "", "a1", "services/cart/x.go", "-a\n+b"),
            event(60, "deployment", "cartservice", "a1", "", ""),
        ]);
        assert_eq!((all.len(), all[0].effect, all[0].is_deployed), (1, 60_000_000_000, true));
    }

    #[test]
    fn a_commit_comes_with_the_next_deployment_of_its_service() {
        let all = merged(&[
            event(1, "vcs.commit", "", "a1", "services/cart/x.go", ""),
            event(60, "deployment", "cartservice", "b2", "", ""),
        ]);
        assert_eq!(all[0].effect, 60_000_000_000);
        assert!(all[0].services.contains("cartservice"));
    }

    #[test]
    fn a_shared_module_comes_with_whoever_builds_on_it_anew() {
        let bump = "-\texample.com/acme/pkg/schema v0.8.3\n+\texample.com/acme/pkg/schema v0.9.0";
        let all = merged(&[
            event(1, "vcs.commit", "", "a1", "pkg/schema/envelope.go", "-Meta\n+Metadata"),
            event(50, "vcs.commit", "web", "b2", "web/go.mod", bump),
            event(60, "deployment", "web", "b2", "", ""),
        ]);
        assert_eq!(all[0].effect, 60_000_000_000);
        assert!(all[0].services.contains("web"));
    }

    #[test]
    fn texts_and_tests_change_nothing_that_runs() {
        for (files, is_harmless) in [
            ("docs/a.md,README.md", true),
            ("pkg/a/a_test.go", true),
            ("pkg/a/testdata/x.json", true),
            ("pkg/a/a.go,docs/a.md", false),
            ("", false),
        ] {
            assert_eq!(merged(&[event(1, "vcs.commit", "", "a", files, "")])[0].is_harmless(), is_harmless, "{files}");
        }
    }
}
