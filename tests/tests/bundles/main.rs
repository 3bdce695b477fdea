//! The bundles that are printed in BUNDLES.md are those that the whole core makes: a job's log and two simulated runs go
//! through decoder, lane and correlator, and what is found is packed. `UPDATE=1` writes the page.

mod job;

use decant_codec::text::{DecodeOptions, FileDecoder};
use decant_context::excerpts::{self, Excerpter, Heard};
use decant_context::{Request, TokenCounter as _, Tokenizer, bundle};
use decant_engine::{Ask, Config, Correlator, Lane};
use decant_model::Findings;
use decant_sim::{Fault, Scenario};
use decant_tests::judge;

const BUDGET_TOKENS: usize = 2_000;

/// What is found in a log, as `decant bundle` reads one.
fn of_log(name: &str, log: &str) -> Findings {
    let mut decoder = FileDecoder::new(name, DecodeOptions::default());
    let mut batches = Vec::new();
    decoder.push(log.as_bytes(), &mut batches);
    let read = decoder.finish(&mut batches);
    let mut config = Config::default();
    config.detect.whole_capture = true;
    let (mut lane, mut correlator) = (Lane::new(&config), Correlator::new(&config));
    let mut excerpter = Excerpter::new(&excerpts::Config::default());
    for batch in batches {
        excerpter.push(&lane.push(batch));
    }
    correlator.absorb(lane.take());
    let failure = excerpter.failure().expect("the log says that it failed");
    let mut findings = correlator.findings(&Ask::default(), excerpter.finish(), &lane.counts());
    failure.settle(&mut findings, Heard::Capture);
    findings.counts.bytes_in = read.bytes;
    findings
}

fn told(findings: &Findings) -> String {
    bundle(findings, &Request { budget_tokens: BUDGET_TOKENS, ..Request::default() }).text
}

/// The page with what the code writes after each mark.
fn page(printed: &str, bundles: &[(&str, &str)]) -> String {
    let (mut page, mut rest) = (String::new(), printed);
    for (name, text) in bundles {
        assert!(!text.contains("```"), "the fence must hold");
        let mark = format!("<!-- {name} -->\n");
        let (before, after) = rest.split_once(&mark).expect("the page has a mark for each");
        page.push_str(&format!("{before}{mark}\n```text\n{text}```\n"));
        // What stood there before, if anything.
        let old = after.strip_prefix("\n```text\n").and_then(|old| old.split_once("```\n"));
        rest = old.map_or(after, |(_, rest)| rest);
    }
    page + rest
}

#[test]
fn printed_bundles_are_as_the_core_makes_them_and_name_what_happened() {
    let check = |text: &str, words: &[&str]| {
        assert!(Tokenizer::O200kBase.count(text) <= BUDGET_TOKENS);
        for word in words {
            assert!(text.contains(word), "{word:?} is not in\n{text}");
        }
    };

    let log = job::failed();
    let job = told(&of_log("job.log", &log));
    check(
        &job,
        &[
            "python -m pytest",
            "tests/pricing/test_totals.py:58",
            "assert Decimal('9.99') == Decimal('10.02')",
            "to_cents() truncates",
            "exit code 1.",
        ],
    );

    let hurt = judge(&Scenario { fault: Some(Fault::SlowQuery), ..Scenario::default() });
    let incident = told(&hurt.findings);
    let guilty = hurt.truth.guilty_change.as_ref().expect("a deployment brings a slow query");
    assert!(hurt.is_right());
    let (service, kind) = (hurt.truth.service.as_deref(), hurt.truth.kind.as_deref());
    let named = format!("{} {}; accused", service.unwrap_or_default(), kind.unwrap_or_default());
    check(&incident, &[&named, &format!("of {} {}", guilty.service, guilty.revision.get(..12).unwrap_or_default())]);

    let healthy = told(&judge(&Scenario::default()).findings);
    check(&healthy, &["verdict: no incident", "next: ", "checked and well"]);

    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/BUNDLES.md");
    let printed = std::fs::read_to_string(path).expect("the page is there");
    let expected = page(&printed, &[("job", &job), ("incident", &incident), ("healthy", &healthy)]);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &expected).expect("the page can be written");
    } else {
        assert!(printed == expected, "tests/BUNDLES.md is out of date: run this test with UPDATE=1");
    }
}
