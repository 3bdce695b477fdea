//! Whether a log says by its words that it failed, and what becomes of the verdict.

use decant_context::excerpts::{Config, Excerpter};
use decant_model::{Findings, Verdict};

use crate::harness::batch;
use crate::noise::passing;

/// The verdict over a log, where a detector came to `before`, and the line that is named.
fn settled(text: &str, before: Verdict) -> (Verdict, String) {
    let mut excerpter = Excerpter::new(&Config::default());
    excerpter.push(&batch(text));
    let mut findings = Findings { verdict: before, verdict_reason: "as detected".to_owned(), ..Findings::default() };
    if let Some(failure) = excerpter.failure() {
        failure.settle(&mut findings);
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
    excerpter.failure().unwrap().settle(&mut findings);
    assert_eq!(findings.verdict, Verdict::NoIncident);
}
