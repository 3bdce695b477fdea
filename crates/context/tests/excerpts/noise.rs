//! What surrounds a failure in real logs: the runner's preamble, downloads, tests that pass, and the clean-up after.

/// Lines as a runner of jobs prints them before the step that fails, with some that look worse than they are.
pub(crate) fn preamble(job: &str) -> String {
    let mut out = format!(
        "Current runner version: '2.320.0'\nComplete job name: {job}\n##[group]Run actions/checkout@v4\nwith:\n  fetch-depth: 1\n  fail-on-error: false\n##[endgroup]\n"
    );
    for i in 0..40 {
        out += &format!("Receiving objects: {}% ({}/4000), {i}.30 MiB | 9.10 MiB/s\n", i * 100 / 40, i * 100);
    }
    out += "hint: Using 'master' as the name for the initial branch. This default branch name is subject to change.\n";
    out += "Cache not found for input keys: build-cache-Linux-a1b2c3\n";
    out += "npm warn deprecated inflight@1.0.6: This module is not supported, and leaks memory.\n";
    out
}

/// A step that fails: its group, what it printed, the runner's word on it, and the clean-up.
pub(crate) fn step(command: &str, output: &str, code: u32) -> String {
    let mut out = format!(
        "##[group]Run {command}\n{command}\nshell: /usr/bin/bash -e {{0}}\nenv:\n  CI: true\n  RETRY_ON_FAILURE: 3\n##[endgroup]\n{}\n##[error]Process completed with exit code {code}.\n",
        output.trim_matches('\n')
    );
    out += "Post job cleanup.\n[command]/usr/bin/git version\ngit version 2.47.0\n";
    for i in 0..12 {
        out += &format!("[command]/usr/bin/git config --local --unset-all http.extraheader.{i}\n");
    }
    out += "Cleaning up orphan processes\n";
    out
}

/// Lines of tests that pass, whose names speak of failures.
pub(crate) fn passing(form: &str, count: usize) -> String {
    let names =
        ["returns_error_on_timeout", "fails_when_denied", "handles_exception", "parses", "renders_404_not_found"];
    (0..count).map(|i| form.replace("NAME", &format!("{}_{i}", names[i % names.len()])) + "\n").collect()
}
