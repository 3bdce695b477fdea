//! What holds for answers that tell only what is new.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use decant_context::{Format, Handles, Kind, Known, Request, bundle, delta, whole};
use decant_model::{Change, ChangeVerdict, Findings, Outcome};
use proptest::prelude::*;
use serde_json::Value;

use crate::arbitrary::{findings, held};
use crate::cases::incident;
use crate::laws::{bound, large, later, requests};

const LISTS: [&str; 9] = [
    "incidents",
    "suspects",
    "changes",
    "log_patterns",
    "metric_shifts",
    "span_edges",
    "traces",
    "topology",
    "resilience",
];

fn shown(answer: &Value, list: &str) -> u64 {
    answer[list].as_array().map_or(0, |items| items.len() as u64)
}

/// Of each list how many items a delta shows, says to be unchanged and leaves out.
fn told(answer: &Value) -> [u64; LISTS.len()] {
    LISTS.map(|list| {
        let of = |field: &Value| field[list].as_u64().unwrap_or_default();
        shown(answer, list) + of(&answer["delta"]["unchanged"]) + of(&answer["omitted"])
    })
}

fn sizes(findings: &Findings) -> [u64; LISTS.len()] {
    [
        findings.incidents.len(),
        findings.suspects.len(),
        findings.changes.len(),
        findings.log_patterns.len(),
        findings.metric_shifts.len(),
        findings.span_edges.len(),
        findings.traces.len(),
        findings.topology.len(),
        findings.resilience.len(),
    ]
    .map(|items| items as u64)
}

/// What a reader has who was told everything.
fn all_of(findings: &Findings) -> Known {
    bundle(findings, &Request { budget_tokens: 1_000_000, ..Request::default() }).told
}

/// Without items whose id another has: of those that analysis finds, none are.
fn distinct(mut findings: Findings) -> Findings {
    fn once<T, K: std::hash::Hash + Eq>(items: &mut Vec<T>, key: impl Fn(&T) -> K) {
        let mut seen = HashSet::new();
        items.retain(|item| seen.insert(key(item)));
    }
    once(&mut findings.suspects, |s| s.id);
    once(&mut findings.changes, |c| c.id);
    once(&mut findings.log_patterns, |p| p.id);
    once(&mut findings.metric_shifts, |m| m.id);
    once(&mut findings.span_edges, |e| e.id);
    once(&mut findings.traces, |t| t.id);
    once(&mut findings.topology, |e| (e.caller.clone(), e.callee.clone()));
    findings.held = findings.held.map(|then| Box::new(distinct(*then)));
    findings
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_delta_never_exceeds_its_budget(before in findings(), now in findings(), request in requests()) {
        let known = all_of(&before);
        let rendered = delta(&now, &known, &request);
        let tokens = bound(&request, &rendered);
        prop_assert!(tokens <= request.budget_tokens, "{tokens} of {}\n{}\n{}", request.budget_tokens, rendered.text, rendered.json);
        prop_assert_eq!(rendered.used_tokens, tokens);
        prop_assert_eq!(&rendered.json["delta"]["since"], &Value::from(known.revision()));
        // What the contract promises of every delta, however small.
        prop_assert_eq!(&rendered.json["schema"], "decant.context.v1");
        prop_assert!(rendered.json["delta"]["unchanged"].is_object() && rendered.json["omitted"].is_object());
        prop_assert!(rendered.text.contains("new since"), "{}", rendered.text);
    }

    #[test]
    fn shown_unchanged_and_omitted_are_all_there_are(before in findings(), now in findings()) {
        let request = Request { budget_tokens: 100_000, format: Format::Both, ..Request::default() };
        let answer = delta(&now, &all_of(&before), &request).json;
        prop_assert_eq!(told(&answer), sizes(&now));
    }

    #[test]
    fn of_what_is_held_a_delta_tells_what_is_found_now_and_names_the_rest(now in held(), request in requests()) {
        let now = distinct(now);
        // Who read the checkpoint's answer has what is gone.
        let then = now.held.as_deref().unwrap();
        let whole = Request { budget_tokens: 1_000_000, format: Format::Both, ..Request::default() };
        let answer = delta(&now, &all_of(then), &whole);
        prop_assert_eq!(told(&answer.json), sizes(&now));
        let handles = Handles::of(&now);
        let found: HashSet<u64> = now.log_patterns.iter().map(|pattern| pattern.id).collect();
        let gone = then.log_patterns.iter().filter(|pattern| !found.contains(&pattern.id));
        let named = answer.json["delta"]["gone"].as_array().unwrap();
        let unnamed = answer.json["omitted"]["delta.gone"].as_u64().unwrap_or_default();
        for handle in gone.map(|pattern| handles.get(Kind::LogPattern, pattern.id)) {
            prop_assert!(named.contains(&handle.as_str().into()) || unnamed > 0, "{handle}: {}", answer.json);
        }
        // The next answer names them no more.
        let next = delta(&now, &answer.told, &whole);
        prop_assert_eq!(&next.json["delta"]["gone"], &serde_json::json!([]));
        let rendered = delta(&now, &all_of(then), &request);
        prop_assert!(bound(&request, &rendered) <= request.budget_tokens, "{}", rendered.text);
    }
}

#[test]
fn how_a_change_went_since_the_checkpoint_is_news() {
    let went = |outcome| Some(ChangeVerdict { outcome, reason: format!("{outcome:?}"), ..ChangeVerdict::default() });
    let change = |outcome| Change { id: 7, score: 0.3, verdict: went(outcome), ..Change::default() };
    for (then, now) in [(Outcome::Wait, Outcome::Regression), (Outcome::Warning, Outcome::Pass)] {
        let [mut before, mut findings] = [incident(), incident()];
        before.changes = vec![change(then)];
        findings.changes = vec![change(now)];
        findings.held = Some(Box::new(before.clone()));
        let request = Request { budget_tokens: 100_000, ..Request::default() };
        let answer = delta(&findings, &all_of(&before), &request);
        assert_eq!(answer.json["changes"][0]["verdict"]["outcome"], now.as_str(), "{}", answer.json);
        assert!(answer.text.contains(now.as_str()) && !answer.text.contains(then.as_str()), "{}", answer.text);
    }
}

#[test]
fn what_was_gone_before_it_was_told_is_not_told_and_what_goes_then_is_named() {
    let mut now = incident();
    let then = now.clone();
    let gone = now.log_patterns.remove(0).id;
    now.held = Some(Box::new(then));
    let handle = Handles::of(&now).get(Kind::LogPattern, gone);
    let large = Request { budget_tokens: 100_000, ..Request::default() };
    let fresh = delta(&now, &Known::default(), &large);
    assert!(!fresh.json["log_patterns"].to_string().contains(&handle), "{}", fresh.json);
    assert_eq!(fresh.json["delta"]["gone"], serde_json::json!([]));
    // The whole answer holds the row, and says that it is gone where it has room for that.
    let mut told_later = 0;
    for budget_tokens in (100..2_000).step_by(20) {
        let whole = bundle(&now, &Request { budget_tokens, ..Request::default() });
        let has_row = whole.text.contains(&format!("[{handle}]"));
        let is_told = whole.text.contains("no longer found");
        let named = delta(&now, &whole.told, &large).json["delta"]["gone"] == serde_json::json!([handle]);
        assert_eq!(named, has_row && !is_told, "{budget_tokens}: {}", whole.text);
        told_later += usize::from(named);
    }
    assert!(told_later < 95);
}

#[test]
fn a_steady_incident_has_hardly_anything_new_to_tell_revision_after_revision() {
    let mut now = large();
    for format in [Format::Text, Format::Json, Format::Both] {
        for _ in 0..6 {
            let request = Request { budget_tokens: 16_000, format, ..Request::default() };
            let known = bundle(&now, &request).told;
            now = later(now);
            let (whole, new) = (bundle(&now, &request), delta(&now, &known, &request));
            let (new_tokens, tokens) = (new.used_tokens, whole.used_tokens);
            assert!(10 * new_tokens <= tokens, "{new_tokens} of {tokens}\n{}\n{}", new.text, new.json);
            assert_eq!(new.json["bundle_id"], whole.json["bundle_id"]);
        }
    }
}

#[test]
fn what_is_new_or_moved_is_told_and_what_is_no_more_is_named() {
    let before = incident();
    let known = all_of(&before);
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
    let answer = delta(&now, &Known::default(), &request);
    for list in LISTS {
        assert_eq!(answer.json[list], bundle(&now, &request).json[list], "{list}");
    }
}

#[test]
fn what_a_budget_left_out_was_not_told() {
    let now = large();
    let request = Request { budget_tokens: 1_000, ..Request::default() };
    let first = bundle(&now, &request);
    let had = shown(&first.json, "log_patterns");
    let answer = delta(&now, &first.told, &Request { budget_tokens: 100_000, ..request }).json;
    let all = now.log_patterns.len() as u64;
    assert!(had > 0 && had < all);
    // Those that were told come again where there is more to tell of them.
    let unchanged = answer["delta"]["unchanged"]["log_patterns"].as_u64().unwrap_or_default();
    assert!(unchanged <= had && unchanged + shown(&answer, "log_patterns") == all, "{answer}");
    let of = |list| answer["delta"]["unchanged"][list].as_u64().unwrap_or_default();
    assert!(shown(&first.json, "changes") > 0 && of("changes") == shown(&first.json, "changes"), "{answer}");
}

#[test]
fn what_a_delta_told_is_known_to_the_next() {
    let now = large();
    let of = |budget_tokens| Request { budget_tokens, ..Request::default() };
    let mut known = bundle(&now, &of(1_000)).told;
    for budget_tokens in [2_000, 100_000] {
        let answer = delta(&now, &known, &of(budget_tokens));
        assert!(LISTS.into_iter().map(|list| shown(&answer.json, list)).sum::<u64>() > 9, "{}", answer.text);
        assert_ne!(answer.told.revision(), known.revision());
        known = answer.told;
    }
    let rest = delta(&now, &known, &of(100_000)).json;
    assert_eq!(rest["omitted"], serde_json::json!({}), "{rest}");
    assert_eq!(LISTS.into_iter().map(|list| shown(&rest, list)).sum::<u64>(), 0, "{rest}");
}

#[test]
fn answers_that_told_different_things_have_different_revisions_with_and_without_an_incident() {
    for findings in [large(), crate::cases::quiet(), crate::cases::failed_build()] {
        let of = |budget_tokens| bundle(&findings, &Request { budget_tokens, ..Request::default() });
        assert_eq!(of(200).told, of(200).told);
        assert_ne!(of(100).told.revision(), of(100_000).told.revision());
        assert_eq!(of(4_000).json["revision"].as_u64(), Some(of(4_000).told.revision()));
        assert!(
            of(4_000).text.contains(&format!("revision {}", of(4_000).told.revision()))
                || findings.scope.services.is_empty()
        );
    }
}

#[test]
fn calls_between_others_with_like_names_are_others() {
    let edge = |n: u32| decant_model::TopologyEdge { caller: format!("web{n}"), callee: format!("db{n}"), calls: 9 };
    let mut before = incident();
    before.topology = vec![edge(1)];
    let mut now = before.clone();
    now.topology = vec![edge(2)];
    let request = Request { budget_tokens: 100_000, ..Request::default() };
    assert_eq!(delta(&now, &all_of(&before), &request).json["topology"][0]["caller"], "web2");
}

#[test]
fn who_was_told_the_heads_alone_gets_the_details_with_a_larger_budget() {
    type Size = fn(&Value) -> usize;
    let now = large();
    let of = |budget_tokens| Request { budget_tokens, ..Request::default() };
    let (small, large) = (bundle(&now, &of(1_000)), bundle(&now, &of(1_000_000)));
    let details = |answer: &Value, list: &str, of: Size| -> BTreeMap<String, usize> {
        let items = answer[list].as_array().into_iter().flatten();
        items.map(|item| (item["handle"].to_string(), of(item))).collect()
    };
    let length = |list: &Value| list.as_array().map_or(0, Vec::len);
    let new = delta(&now, &small.told, &of(1_000_000)).json;
    let counted: [(&str, Size); 4] = [
        ("log_patterns", |item| item["examples"].as_array().map_or(0, Vec::len)),
        ("log_patterns", |item| item["slots"].as_array().map_or(0, Vec::len)),
        ("traces", |item| item["spans"].as_array().map_or(0, Vec::len)),
        ("suspects", |item| item["what"].as_str().map_or(0, str::len)),
    ];
    let mut more = 0;
    for (list, of) in counted {
        let (small, new) = (details(&small.json, list, of), details(&new, list, of));
        for (handle, all) in details(&large.json, list, of) {
            let had = small.get(&handle).copied().unwrap_or_default();
            let has = new.get(&handle).copied().unwrap_or(had);
            more += usize::from(small.contains_key(&handle) && has > had);
            assert_eq!(has, all, "{list} {handle}");
        }
    }
    assert!(more > 0 && length(&small.json["log_patterns"]) > 0, "{}", small.text);
}

#[test]
fn answers_that_differ_in_a_suspect_s_reasons_have_different_revisions() {
    let findings = incident();
    let mut answers: Vec<_> = (100..1_500)
        .step_by(5)
        .map(|budget_tokens| bundle(&findings, &Request { budget_tokens, ..Request::default() }))
        .collect();
    answers.dedup_by_key(|answer| answer.json["suspects"].clone());
    assert!(answers.len() > 2, "names and reasons come one after the other");
    let revisions: BTreeSet<u64> = answers.iter().map(|answer| answer.told.revision()).collect();
    assert_eq!(revisions.len(), answers.len());
}

#[test]
fn who_has_all_is_told_that_nothing_is_new_and_who_has_what_nobody_remembers_is_told_all() {
    for now in [incident(), crate::cases::quiet()] {
        let request = Request::default();
        let all = bundle(&now, &request);
        let nothing = delta(&now, &all.told, &request).text;
        assert!(nothing.contains("nothing new; unchanged: ") && !nothing.contains("## "), "{nothing}");
        let some = delta(&now, &Known::default(), &request).text;
        assert!(some.contains("unchanged: nothing") && !some.contains("nothing new"), "{some}");
        let again = whole(&now, Some(7), &request);
        assert_eq!(again.json["revision"], all.json["revision"]);
        assert_eq!(again.text.replace(" (all there is to tell: revision 7 is not remembered)", ""), all.text);
        assert_ne!(again.text, all.text);
    }
}
