//! Two answers about an incident that lasts: what they share, and what they may not hang on.

use std::time::Duration;

use decant_context::{Request, TokenCounter as _, Tokenizer, bundle};
use decant_model::Findings;
use decant_sim::{Fault, Scenario};
use decant_tests::revisions;

fn told(fault: Fault) -> Vec<Findings> {
    let scenario = Scenario { seed: 1, fault: Some(fault), faulty: Duration::from_secs(400), ..Scenario::default() };
    revisions(&scenario, &[340, 370, 400].map(|s| scenario.healthy + Duration::from_secs(s)))
}

#[test]
fn revisions_of_an_incident_that_lasts_share_nine_tenths_of_their_tokens() {
    let told = told(Fault::DnsFailure);
    assert!(told.len() == 3 && told.iter().all(|findings| findings.held.is_some()));
    let count = |text: &str| Tokenizer::O200kBase.count(text) as f64;
    for budget_tokens in [1_000, 4_000] {
        for pair in told.windows(2) {
            let request = Request { budget_tokens, ..Request::default() };
            let [one, two] = [&pair[0], &pair[1]].map(|findings| bundle(findings, &request).text);
            let same: String = one.chars().zip(two.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect();
            let share = count(&same) / count(&two);
            assert!(share >= 0.9, "{budget_tokens}: {share:.2}\n{one}\n{two}");
        }
    }
}

#[test]
fn what_a_checkpoint_says_hangs_on_nothing_that_came_after_it() {
    let told = told(Fault::CpuStress);
    let held: Vec<&Findings> = told.iter().filter_map(|findings| findings.held.as_deref()).collect();
    assert_eq!(held.len(), 3);
    for pair in held.windows(2) {
        let check = |what: &str, [one, two]: [String; 2]| assert_eq!(one, two, "{what}");
        check("suspects", [0, 1].map(|n| format!("{:?}", pair[n].suspects)));
        check("shifts", [0, 1].map(|n| format!("{:?}", pair[n].metric_shifts)));
        check("calls", [0, 1].map(|n| format!("{:?}", pair[n].span_edges)));
        check("topology", [0, 1].map(|n| format!("{:?}", pair[n].topology)));
        let patterns = |findings: &Findings| {
            let of = findings.log_patterns.iter().map(|p| (p.id, p.count, format!("{:?}", p.significance)));
            format!("{:?}", of.collect::<Vec<_>>())
        };
        check("patterns", [0, 1].map(|n| patterns(pair[n])));
    }
}
