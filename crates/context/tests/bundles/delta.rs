//! What holds for answers that tell only what is new.

use decant_context::{Format, Known, Request, bundle, delta, revision};
use decant_model::Findings;
use proptest::prelude::*;
use serde_json::Value;

use crate::arbitrary::findings;
use crate::cases::incident;
use crate::laws::{bound, large, later, requests};

const LISTS: [&str; 8] =
    ["incidents", "suspects", "changes", "log_patterns", "metric_shifts", "span_edges", "traces", "topology"];

fn shown(answer: &Value, list: &str) -> u64 {
    answer[list].as_array().map_or(0, |items| items.len() as u64)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_delta_never_exceeds_its_budget(before in findings(), now in findings(), request in requests()) {
        let rendered = delta(&now, &Known::of(&before), &request);
        let tokens = bound(&request, &rendered);
        prop_assert!(tokens <= request.budget_tokens, "{tokens} of {}\n{}", request.budget_tokens, rendered.text);
        prop_assert_eq!(rendered.used_tokens, tokens);
        prop_assert_eq!(&rendered.json["delta"]["since"], &Value::from(revision(&before)));
        prop_assert!(rendered.text.contains("new since revision"), "{}", rendered.text);
    }

    #[test]
    fn shown_unchanged_and_omitted_are_all_there_are(before in findings(), now in findings()) {
        let request = Request { budget_tokens: 100_000, format: Format::Both, ..Request::default() };
        let answer = delta(&now, &Known::of(&before), &request).json;
        let sizes = [
            now.incidents.len(), now.suspects.len(), now.changes.len(), now.log_patterns.len(),
            now.metric_shifts.len(), now.span_edges.len(), now.traces.len(), now.topology.len(),
        ];
        for (list, all) in LISTS.into_iter().zip(sizes) {
            let of = |field: &Value| field[list].as_u64().unwrap_or_default();
            let told = shown(&answer, list) + of(&answer["delta"]["unchanged"]) + of(&answer["omitted"]);
            prop_assert_eq!(told, all as u64, "{}", list);
        }
    }
}

#[test]
fn a_steady_incident_has_hardly_anything_new_to_tell_revision_after_revision() {
    let mut now = large();
    for format in [Format::Text, Format::Json, Format::Both] {
        for _ in 0..6 {
            let known = Known::of(&now);
            now = later(now);
            let request = Request { budget_tokens: 4_000, format, ..Request::default() };
            let (whole, new) = (bundle(&now, &request), delta(&now, &known, &request));
            let (new_tokens, tokens) = (new.used_tokens, whole.used_tokens);
            assert!(10 * new_tokens <= tokens, "{new_tokens} of {tokens}\n{}\n{}", new.text, new.json);
            assert_eq!(new.json["revision"], whole.json["revision"]);
            assert_eq!(new.json["bundle_id"], whole.json["bundle_id"]);
        }
    }
}

#[test]
fn what_is_new_or_moved_is_told_and_what_is_no_more_is_named() {
    let before = incident();
    let known = Known::of(&before);
    let mut now = later(before.clone());
    let moved = now.log_patterns[0].id;
    now.log_patterns[0].after_per_min = now.log_patterns[0].after_per_min.map(|rate| rate * 3.0);
    let gone = now.span_edges.remove(0).id;
    let request = Request { budget_tokens: 100_000, ..Request::default() };
    let answer = delta(&now, &known, &request);
    let handles = decant_context::Handles::of(&before);
    let handle = |kind, id| handles.get(kind, id);
    assert_eq!(answer.json["log_patterns"][0]["handle"], handle(decant_context::Kind::LogPattern, moved).as_str());
    assert_eq!(shown(&answer.json, "log_patterns"), 1);
    assert_eq!(answer.json["delta"]["gone"][0], handle(decant_context::Kind::SpanEdge, gone).as_str());
    assert!(answer.text.contains(&format!("no more: [{}]", handle(decant_context::Kind::SpanEdge, gone))));
}

#[test]
fn to_nothing_known_everything_is_new() {
    let now = incident();
    let request = Request { budget_tokens: 100_000, ..Request::default() };
    let answer = delta(&now, &Known::of(&Findings::default()), &request);
    for list in LISTS {
        assert_eq!(answer.json[list], bundle(&now, &request).json[list], "{list}");
    }
}
