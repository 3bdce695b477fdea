//! Whether a log says by its words that it failed, and what becomes of the verdict.

use decant_context::excerpts::{Config, Excerpter, Heard};
use decant_model::{Findings, Verdict};

use crate::harness::batch;
use crate::noise::passing;

/// The verdict over a log, where a detector came to `before`, and the line that is named.
fn settled(text: &str, before: Verdict) -> (Verdict, String) {
    let mut excerpter = Excerpter::new(&Config::default());
    excerpter.push(&batch(text));
    let mut findings = Findings { verdict: before, verdict_reason: "as detected".to_owned(), ..Findings::default() };
    if let Some(failure) = excerpter.failure() {
        failure.settle(&mut findings, Heard::Capture);
    }
    (findings.verdict, findings.verdict_reason)
}

fn check(text: &str, expected: [Verdict; 3]) {
    let noise = passing("ok NAME 12 ms", 40);
    let text = format!("{noise}\n{text}\n");
    let verdicts =
        [Verdict::Incident, Verdict::NoIncident, Verdict::InsufficientData].map(|before| settled(&text, before).0);
    assert_eq!(verdicts, expected, "{text}");
}

const FAILED: [Verdict; 3] = [Verdict::Incident; 3];
const AS_DETECTED: [Verdict; 3] = [Verdict::Incident, Verdict::NoIncident, Verdict::InsufficientData];
const WITHOUT_TIMES: [Verdict; 3] = [Verdict::Incident, Verdict::NoIncident, Verdict::Incident];

#[test]
fn what_a_runner_or_a_process_says_of_its_end_decides() {
    check("##[error]Process completed with exit code 2.", FAILED);
    check("make: *** [Makefile:8: soak] Error 139", FAILED);
    check("ERROR: Job failed: exit code 1", FAILED);
    check("Program received signal SIGSEGV, Segmentation fault.", FAILED);
    check("kernel: Memory cgroup out of memory: Killed process 3021 (api)", FAILED);
    check("thread 'main' panicked at src/main.rs:3:5:", FAILED);
}

#[test]
fn totals_of_failures_decide_where_no_times_could_be_compared() {
    check("1801 examples, 1 failure", WITHOUT_TIMES);
    check("FAILED tests/a_test.py::test_b - assert 1 == 2", WITHOUT_TIMES);
}

#[test]
fn errors_in_passing_and_good_news_decide_nothing() {
    check("ERROR could not reach cache, going on without", AS_DETECTED);
    check("exited with code 0", AS_DETECTED);
    check("Tests: 0 failed, 12 passed", AS_DETECTED);
    check("warning: 3 deprecated calls", AS_DETECTED);
    // What is said all day long is no news.
    check(&"permission denied for user guest\n".repeat(30), AS_DETECTED);
}

#[test]
fn the_reason_names_the_line() {
    let (_, reason) =
        settled("building\n##[error]Process completed with exit code 2.\ncleaning up", Verdict::NoIncident);
    assert_eq!(reason, "line 2: the runner says that it failed; judged by the log's words alone");
    let (_, reason) = settled("FAILED a/b.py::c - assert 1 == 2", Verdict::Incident);
    assert_eq!(reason, "line 1 says that something failed; as detected");
}

#[test]
fn where_other_signals_speak_the_words_of_logs_do_not_decide() {
    let mut excerpter = Excerpter::new(&Config::default());
    excerpter.push(&batch("##[error]Process completed with exit code 2."));
    let mut findings = Findings { verdict: Verdict::NoIncident, ..Findings::default() };
    findings.counts.spans = 1;
    excerpter.failure().unwrap().settle(&mut findings, Heard::Capture);
    assert_eq!(findings.verdict, Verdict::NoIncident);
}

/// The verdict where `before` was compared, over the lines of several services in as many files as told.
fn of_machine(failure: &str, before: Verdict, files: usize, heard: Heard) -> Verdict {
    let mut excerpter = Excerpter::new(&Config::default());
    let noise = passing("systemd: started session NAME of user root", 60);
    for (n, service) in ["systemd", "kernel", "sshd"].into_iter().enumerate() {
        let text = if service == "kernel" { format!("{noise}{failure}\n{noise}") } else { noise.clone() };
        let mut batch = batch(&text);
        batch.position.source = format!("machine-{}.log", n % files);
        batch.resources = Default::default();
        let named = [("service.name".to_owned(), service.to_owned())];
        let _first = batch.resources.intern(decant_model::Resource::new(named));
        excerpter.push(&batch);
    }
    let mut findings = Findings { verdict: before, ..Findings::default() };
    findings.scope.services = ["kernel", "sshd", "systemd"].map(str::to_owned).to_vec();
    if let Some(failure) = excerpter.failure() {
        failure.settle(&mut findings, heard);
    }
    findings.verdict
}

#[test]
fn what_ends_a_process_in_the_log_of_a_machine_is_an_incident_and_a_remark_of_one_of_many_is_not() {
    let oom = "kernel: Out of memory: Killed process 4211 (java) total-vm:9120044kB, anon-rss:7812344kB";
    let check = |failure, before, files, heard, expected| {
        assert_eq!(of_machine(failure, before, files, heard), expected, "{failure} {before:?} {files} {heard:?}");
    };
    check(oom, Verdict::NoIncident, 1, Heard::Capture, Verdict::Incident);
    check(oom, Verdict::InsufficientData, 1, Heard::Capture, Verdict::Incident);
    check(oom, Verdict::NoIncident, 3, Heard::Capture, Verdict::NoIncident);
    check("FAILED tests/a.py::b - assert 1 == 2", Verdict::NoIncident, 1, Heard::Capture, Verdict::NoIncident);
    check("kernel: eth0 link is up", Verdict::NoIncident, 1, Heard::Capture, Verdict::NoIncident);
}

#[test]
fn a_grave_line_in_a_stream_whose_times_were_compared_overrules_nothing() {
    let grave = format!("{}thread 'main' panicked at src/a.rs:1:2:\n", passing("ok NAME 12 ms", 40));
    let verdict = |before, heard| {
        let mut excerpter = Excerpter::new(&Config::default());
        excerpter.push(&batch(&grave));
        let mut findings = Findings { verdict: before, ..Findings::default() };
        excerpter.failure().unwrap().settle(&mut findings, heard);
        findings.verdict
    };
    assert_eq!(verdict(Verdict::NoIncident, Heard::Stream), Verdict::NoIncident);
    assert_eq!(verdict(Verdict::InsufficientData, Heard::Stream), Verdict::Incident);
    assert_eq!(verdict(Verdict::NoIncident, Heard::Capture), Verdict::Incident);
}
