//! What holds for any findings and any budget.

use decant_context::{Format, Rendered, Request, Tokenizer, bundle};
use decant_model::{Findings, Verdict};
use proptest::prelude::*;
use serde_json::Value;

use crate::arbitrary::{findings, held};

/// Tokens by an implementation written by others.
pub(crate) fn independent(tokenizer: Tokenizer, text: &str) -> usize {
    let o200k = || tiktoken_rs::o200k_base_singleton().encode_ordinary(text).len();
    match tokenizer {
        Tokenizer::O200kBase => o200k(),
        Tokenizer::Cl100kBase => tiktoken_rs::cl100k_base_singleton().encode_ordinary(text).len(),
        Tokenizer::Approx => (o200k() * 7).div_ceil(4),
    }
}

/// Tokens of what the request's budget binds.
pub(crate) fn bound(request: &Request, rendered: &Rendered) -> usize {
    let text = || independent(request.tokenizer, &rendered.text);
    let json = || independent(request.tokenizer, &rendered.json.to_string());
    match request.format {
        Format::Text => text(),
        Format::Json => json(),
        Format::Both => text() + json(),
    }
}

pub(crate) fn requests() -> impl Strategy<Value = Request> {
    let budget = prop_oneof![
        Just(100_usize),
        100_usize..400,
        400_usize..8_000,
        prop::sample::select(vec![999, 1_000, 1_001, 9_999, 10_000, 100_000, 1_000_000]),
    ];
    let tokenizers = vec![Tokenizer::O200kBase, Tokenizer::Cl100kBase, Tokenizer::Approx];
    let formats = vec![Format::Text, Format::Json, Format::Both];
    (budget, prop::sample::select(tokenizers), prop::sample::select(formats))
        .prop_map(|(budget_tokens, tokenizer, format)| Request { budget_tokens, tokenizer, format })
}

/// Whether everything in `small` stands in `large`: details may be added, nothing is taken away.
fn within(small: &Value, large: &Value) -> bool {
    match (small, large) {
        (Value::Array(small), Value::Array(large)) => {
            small.iter().all(|item| large.iter().any(|other| within(item, other)))
        }
        (Value::Object(small), Value::Object(large)) => {
            small.iter().all(|(name, value)| large.get(name).is_some_and(|other| within(value, other)))
        }
        (Value::String(text), _) if text.is_empty() => true,
        _ => small == large,
    }
}

const LISTS: [&str; 12] = [
    "incidents",
    "suspects",
    "changes",
    "log_patterns",
    "metric_shifts",
    "span_edges",
    "traces",
    "topology",
    "healthy",
    "excerpts",
    "missing",
    "resilience",
];

fn sizes(findings: &Findings) -> [usize; 12] {
    [
        findings.incidents.len(),
        findings.suspects.len(),
        findings.changes.len(),
        findings.log_patterns.len(),
        findings.metric_shifts.len(),
        findings.span_edges.len(),
        findings.traces.len(),
        findings.topology.len(),
        findings.healthy.len(),
        findings.excerpts.len(),
        findings.missing.len(),
        findings.resilience.len(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_bundle_never_exceeds_its_budget_and_knows_its_length(findings in findings(), request in requests()) {
        let rendered = bundle(&findings, &request);
        let tokens = bound(&request, &rendered);
        prop_assert!(tokens <= request.budget_tokens, "{tokens} of {}", request.budget_tokens);
        prop_assert_eq!(rendered.used_tokens, tokens);
        prop_assert_eq!(&rendered.json["budget"]["used"], &Value::from(tokens));
        prop_assert_eq!(&rendered.json["budget"]["limit"], &Value::from(request.budget_tokens));
    }

    #[test]
    fn a_larger_budget_shows_all_that_a_smaller_one_does(
        findings in findings(), request in requests(), more in 0_usize..3_000,
    ) {
        let larger = Request { budget_tokens: request.budget_tokens + more, ..request };
        let (small, large) = (bundle(&findings, &request), bundle(&findings, &larger));
        for list in LISTS {
            let (small, large) = (&small.json[list], &large.json[list]);
            prop_assert!(small.is_null() || within(small, large), "{list}: {small}\n{large}");
        }
        // Lines of logs stay word for word.
        for line in small.text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit()) && line.contains("| ")) {
            prop_assert!(large.text.contains(line), "{line}");
        }
    }

    #[test]
    fn what_is_held_keeps_the_laws(findings in held(), request in requests(), more in 0_usize..3_000) {
        let larger = Request { budget_tokens: request.budget_tokens + more, ..request };
        let (small, large) = (bundle(&findings, &request), bundle(&findings, &larger));
        for (request, rendered) in [(&request, &small), (&larger, &large)] {
            let tokens = bound(request, rendered);
            prop_assert!(tokens <= request.budget_tokens, "{tokens} of {}", request.budget_tokens);
            prop_assert_eq!(rendered.used_tokens, tokens);
        }
        for list in LISTS {
            let (small, large) = (&small.json[list], &large.json[list]);
            prop_assert!(small.is_null() || within(small, large), "{list}: {small}\n{large}");
        }
        prop_assert_eq!(bundle(&findings, &request).text, small.text);
        // All that is found now is told where there is room.
        let all = bundle(&findings, &Request { budget_tokens: 1_000_000, ..Request::default() });
        let handles = decant_context::Handles::of(&findings);
        for pattern in &findings.log_patterns {
            let handle = handles.get(decant_context::Kind::LogPattern, pattern.id);
            prop_assert!(all.text.contains(&format!("[{handle}]")), "{handle}: {}", all.text);
        }
    }

    #[test]
    fn shown_and_omitted_are_all_there_are(findings in findings(), request in requests()) {
        let rendered = bundle(&findings, &request);
        let omitted = &rendered.json["omitted"];
        let shown = |list: &str| rendered.json[list].as_array().map_or(0, Vec::len) as u64;
        if omitted.get("all").is_none() {
            for (list, all) in LISTS.into_iter().zip(sizes(&findings)) {
                prop_assert_eq!(shown(list) + omitted[list].as_u64().unwrap_or_default(), all as u64, "{}", list);
            }
        } else {
            let items: usize = sizes(&findings).iter().sum();
            let shown: u64 = LISTS.into_iter().map(shown).sum();
            prop_assert!(omitted["all"].as_u64().unwrap() + shown >= items as u64);
        }
    }

    #[test]
    fn the_same_findings_and_request_give_the_same_bytes(findings in findings(), request in requests()) {
        let (one, two) = (bundle(&findings, &request), bundle(&findings.clone(), &request));
        prop_assert_eq!(one.text, two.text);
        prop_assert_eq!(one.json.to_string(), two.json.to_string());
    }

    #[test]
    fn the_budget_is_used_while_there_is_more_to_say(findings in findings(), budget_tokens in 400_usize..4_000) {
        let rendered = bundle(&findings, &Request { budget_tokens, ..Request::default() });
        let nothing = rendered.json["omitted"].as_object().is_some_and(|lists| {
            lists.keys().all(|list| {
                let told_in_part = ["suspects.evidence", "traces.spans", "scope.services"].contains(&list.as_str());
                // Of what a system says that is well only the grave is told, and no lines.
                let is_well = findings.verdict == Verdict::NoIncident
                    && ["excerpts", "log_patterns"].iter().any(|of| list.starts_with(of));
                told_in_part || is_well
            })
        });
        // The longest step is a flagged pattern: its template and two records of many characters that are tokens each.
        prop_assert!(nothing || rendered.used_tokens + 1_600 > budget_tokens, "{}", rendered.text);
    }
}

/// What a steady incident changes by itself between two revisions: its end, sums, and rates a little.
pub(crate) fn later(mut findings: Findings) -> Findings {
    let seconds = 30_000_000_000;
    findings.scope.to_unix_nano = findings.scope.to_unix_nano.map(|time| time + seconds);
    for incident in &mut findings.incidents {
        incident.revision += 1;
        incident.last_unix_nano += seconds;
    }
    for pattern in &mut findings.log_patterns {
        pattern.count += pattern.count / 4;
        pattern.after_per_min = pattern.after_per_min.map(|rate| rate * 1.004);
        pattern.last_unix_nano = pattern.last_unix_nano.map(|time| time + seconds);
        for (_, count) in pattern.slots.iter_mut().flat_map(|slot| &mut slot.top) {
            *count += *count / 4;
        }
    }
    for edge in &mut findings.span_edges {
        edge.after.calls_per_min = edge.after.calls_per_min.map(|rate| rate * 1.004);
        edge.after.p99_ms = edge.after.p99_ms.map(|ms| ms * 0.996);
    }
    findings.topology.iter_mut().for_each(|edge| edge.calls += edge.calls / 4);
    findings.counts.records_in += 2_000;
    findings.counts.logs += 2_000;
    findings
}

/// An incident with as much to say as real ones have.
pub(crate) fn large() -> Findings {
    let mut findings = crate::cases::incident();
    let (pattern, edge) = (findings.log_patterns[0].clone(), findings.span_edges[0].clone());
    for n in 1000..1040_u64 {
        let mut other = pattern.clone();
        (other.id, other.template_id, other.service) = (n, n, format!("service-{}", n % 9));
        other.template = format!("job {n} of <id> gave up after <num> attempts");
        other.examples.iter_mut().for_each(|example| example.text = format!("job {n} of abc gave up after 5 attempts"));
        findings.log_patterns.push(other);
        let mut other = edge.clone();
        (other.id, other.operation) = (n, format!("GET /things/{n}"));
        findings.span_edges.push(other);
    }
    findings
}

/// Tokens of the text's beginning that both revisions share, of all tokens of the second.
fn shared(one: &str, two: &str) -> f64 {
    let same: String = one.chars().zip(two.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect();
    independent(Tokenizer::O200kBase, &same) as f64 / independent(Tokenizer::O200kBase, two) as f64
}

#[test]
fn two_revisions_of_a_steady_incident_begin_alike() {
    // Mean and least share over many incidents. Which of many weak signals a budget has room for moves with how strong each
    // is, and a row more or less among them is where the two part: at 4,000 tokens that may be the first row, so there the mean
    // alone says much.
    for (budget_tokens, mean, least) in [(1_000, 0.80, 0.50), (4_000, 0.60, 0.05), (16_000, 0.93, 0.88)] {
        let request = Request { budget_tokens, ..Request::default() };
        let shares: Vec<f64> = (0..24)
            .map(|seed| {
                let [one, two] = crate::steady::steady(seed).map(|findings| bundle(&findings, &request).text);
                assert_ne!(one, two);
                shared(&one, &two)
            })
            .collect();
        let sum: f64 = shares.iter().sum();
        assert!(sum / shares.len() as f64 >= mean, "{budget_tokens}: {shares:?}");
        assert!(shares.iter().all(|share| *share >= least), "{budget_tokens}: {shares:?}");
    }
}

#[test]
fn two_revisions_after_a_checkpoint_share_nine_tenths() {
    // Where all that is held has room, what is new takes what is left.
    for (budget_tokens, mean, least) in [(1_000, 0.95, 0.9), (4_000, 0.9, 0.8), (16_000, 0.85, 0.75)] {
        let request = Request { budget_tokens, ..Request::default() };
        let shares: Vec<f64> = (0..24)
            .map(|seed| {
                let [one, two] = crate::steady::held(seed).map(|findings| bundle(&findings, &request).text);
                shared(&one, &two)
            })
            .collect();
        let sum: f64 = shares.iter().sum();
        assert!(sum / shares.len() as f64 >= mean, "{budget_tokens}: {shares:?}");
        assert!(shares.iter().all(|share| *share >= least), "{budget_tokens}: {shares:?}");
    }
}

#[test]
fn a_changed_count_hardly_ever_moves_what_stands_before_the_figures() {
    let mut moved = Vec::new();
    for (seed, budget_tokens) in (0..30).flat_map(|seed| [1_000, 4_000, 16_000].map(|budget| (seed, budget))) {
        let [mut now, _] = crate::steady::steady(seed);
        let request = Request { budget_tokens, ..Request::default() };
        let before = bundle(&now, &request).text;
        for pattern in &mut now.log_patterns {
            pattern.count += 1;
            pattern.after_per_min = pattern.after_per_min.map(|rate| rate * 1.01);
        }
        now.metric_shifts.iter_mut().for_each(|shift| shift.after = shift.after.map(|after| after * 1.01));
        now.topology.iter_mut().for_each(|edge| edge.calls += 1);
        (now.counts.records_in, now.counts.logs) = (now.counts.records_in + 1, now.counts.logs + 1);
        let after = bundle(&now, &request).text;
        let steady = |text: &str| text.split("\n## now").next().map(str::to_owned);
        if steady(&before) != steady(&after) {
            moved.push((seed, budget_tokens));
        }
    }
    // One figure more or less ("farthest") may be a step more or less.
    assert!(moved.len() <= 4, "{moved:?} of 90");
}

#[test]
fn the_smallest_budget_is_kept_with_every_tokenizer_and_format() {
    for tokenizer in [Tokenizer::O200kBase, Tokenizer::Cl100kBase, Tokenizer::Approx] {
        for format in [Format::Text, Format::Json, Format::Both] {
            let request = Request { budget_tokens: 100, tokenizer, format };
            let mut findings = crate::cases::incident();
            findings.verdict = decant_model::Verdict::InsufficientData;
            let rendered = bundle(&findings, &request);
            assert!(bound(&request, &rendered) <= 100, "{request:?}: {}\n{}", rendered.text, rendered.json);
        }
    }
}

#[test]
fn findings_without_anything_are_still_an_answer() {
    for format in [Format::Text, Format::Json, Format::Both] {
        let rendered = bundle(&Findings::default(), &Request { format, budget_tokens: 100, ..Request::default() });
        assert!(rendered.text.contains("verdict: insufficient data"), "{}", rendered.text);
        assert_eq!(rendered.json["verdict"], "insufficient_data");
    }
}
