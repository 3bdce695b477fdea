//! A commit, its deployments and what delivered it, as one change.

use std::collections::{BTreeMap, BTreeSet};

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
    let mut by_revision: BTreeMap<&str, usize> = BTreeMap::new();
    for event in events {
        // What a flag is set to comes again, and is another change each time.
        let revision = event.revision.as_deref().filter(|_| !event.kind.contains("flag"));
        let at = revision.and_then(|r| by_revision.get(r).copied()).unwrap_or_else(|| {
            merged.push(Merged::new(event));
            merged.len() - 1
        });
        if let Some(revision) = revision {
            by_revision.insert(revision, at);
        }
        if let Some(into) = merged.get_mut(at) {
            into.add(event, deploys(&event.kind));
        }
    }
    let mut stems: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for service in known {
        if let Some(stem) = stem(service) {
            stems.entry(stem).or_default().push(service);
        }
    }
    for change in merged.iter_mut().filter(|change| change.services.is_empty()) {
        let parts = || change.files.iter().flat_map(|f| f.split('/'));
        let by_path = parts().filter(|part| known.contains(part));
        // A file that lies in a folder of that name.
        let by_stem = parts().filter_map(|part| stems.get(part)).flatten().copied();
        let found: BTreeSet<String> = by_path.chain(by_stem).map(str::to_owned).collect();
        change.is_shared = found.is_empty();
        change.services = found;
    }
    deliver(&mut merged);
    merged
}

/// Whether a change of this kind brings new code to where it runs.
pub(crate) fn deploys(kind: &str) -> bool {
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
    // Deployments of a service, and those that build on a module anew, as (time, place among all).
    let mut of_service: BTreeMap<String, Vec<(i64, usize)>> = BTreeMap::new();
    let mut of_module: BTreeMap<String, Vec<(i64, usize)>> = BTreeMap::new();
    let mut brings: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    for (at, deployed) in merged.iter().enumerate().filter(|(_, m)| m.is_deployed) {
        let services = deployed.services.iter().cloned();
        services.for_each(|service| of_service.entry(service).or_default().push((deployed.effect, at)));
        for module in deployed.diff.modules.iter().filter_map(|m| folder(m)) {
            of_module.entry(module).or_default().push((deployed.effect, at));
        }
        brings.insert(at, deployed.services.clone());
    }
    of_service.values_mut().chain(of_module.values_mut()).for_each(|list| list.sort_unstable());
    for change in merged.iter_mut().filter(|m| !m.is_deployed && m.first.kind.contains("commit")) {
        let modules = change.files.iter().filter_map(|file| Some(folder_of(file)?.to_owned()));
        let lists = change.services.iter().filter_map(|service| of_service.get(service));
        let lists = lists.chain(modules.filter_map(|module| of_module.get(&module)));
        let next = |list: &Vec<(i64, usize)>| {
            let next = list.get(list.partition_point(|(at, _)| *at < change.first.time)).copied();
            next.filter(|(at, _)| *at - change.first.time < DELIVERY_NS)
        };
        if let Some((effect, at)) = lists.filter_map(next).min() {
            change.effect = effect;
            change.is_deployed = true;
            change.services.extend(brings.get(&at).into_iter().flatten().cloned());
        }
    }
}

/// A module by the last two names of its path, as files that lie in it begin.
fn folder(module: &str) -> Option<String> {
    let mut names = module.rsplit('/');
    let (last, folder) = (names.next()?, names.next()?);
    Some(format!("{folder}/{last}"))
}

/// The first two names of a file's path, when it lies that deep.
fn folder_of(file: &str) -> Option<&str> {
    let mut slashes = file.match_indices('/').map(|(at, _)| at);
    slashes.nth(1).and_then(|at| file.get(..at))
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
            ..ChangeEvent::default()
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
    fn a_flag_that_is_set_again_is_another_change() {
        let flag = |time_s| event(time_s, "feature_flag.change", "web", "pay-v2=on", "", "");
        assert_eq!(merged(&[flag(1), flag(90)]).len(), 2);
    }

    #[test]
    fn thousands_of_changes_and_services_are_merged_in_no_time() {
        let services: Vec<String> = (0..5_000).map(|n| format!("part{n}-service")).collect();
        let known: BTreeSet<&str> = services.iter().map(String::as_str).collect();
        let events: Vec<ChangeEvent> = (0..5_000)
            .flat_map(|n| {
                let (commit, service) = (format!("c{n}"), &services[n]);
                let time_s = n as i64 * 20;
                [
                    event(time_s, "vcs.commit", "", &commit, &format!("services/part{n}/main.go"), ""),
                    event(time_s + 60, "deployment", service, &format!("d{n}"), "", ""),
                ]
            })
            .collect();
        let all = merge(&events.iter().collect::<Vec<_>>(), &known);
        assert_eq!(all.len(), 10_000);
        assert!(all.iter().all(|m| m.is_deployed && m.services.len() == 1));
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
