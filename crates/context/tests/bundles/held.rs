//! What an answer says beside what it holds of an incident's checkpoint.

use decant_context::{Format, Handles, Kind, Request, bundle};
use decant_model::{Change, Excerpt, ExcerptLine, Findings, Suspect};

use crate::cases::incident;

fn of(budget_tokens: usize) -> Request {
    Request { budget_tokens, ..Request::default() }
}

fn held(now: Findings, then: Findings) -> Findings {
    Findings { held: Some(Box::new(then)), ..now }
}

/// A suspect behind the first.
fn suspect(id: u64, rank: u32) -> Suspect {
    Suspect { id, rank, score: 0.1, service: format!("service-{id}"), kind: "unknown".to_owned(), ..Suspect::default() }
}

fn change(id: u64, rank: u32) -> Change {
    Change { id, rank, score: 0.2, kind: "deployment".to_owned(), ..Change::default() }
}

#[test]
fn an_answer_of_one_plain_log_holds_nothing_for_it_has_no_end_for_news() {
    let excerpt = Excerpt {
        id: 9,
        source: "build.log".to_owned(),
        score: 1.0,
        lines: vec![ExcerptLine {
            ordinal: 1,
            text: "error: no such host".to_owned(),
            weight: 1.0,
            ..ExcerptLine::default()
        }],
        ..Excerpt::default()
    };
    let mut now = Findings { excerpts: vec![excerpt], ..incident() };
    now.scope.services.truncate(1);
    (now.metric_shifts, now.span_edges, now.topology) = (Vec::new(), Vec::new(), Vec::new());
    let mut then = now.clone();
    then.log_patterns.truncate(1);
    for format in [Format::Text, Format::Json] {
        let request = Request { format, ..of(4_000) };
        assert_eq!(bundle(&held(now.clone(), then.clone()), &request), bundle(&now, &request));
    }
}

#[test]
fn why_is_told_as_it_is_known_now() {
    let mut now = incident();
    let then = Findings { verdict_reason: "signals changed together (weight 1.5)".to_owned(), ..now.clone() };
    now.verdict_reason = "signals changed together (weight 1.9)".to_owned();
    let [moved, one] = [&now, &then].map(|now| bundle(&held(now.clone(), then.clone()), &of(4_000)));
    assert_eq!(moved.text, one.text);
    assert_eq!(moved.json["verdict_reason"], now.verdict_reason.as_str());
    now.verdict_reason = format!("the log tells of a failure; {}", then.verdict_reason);
    let other = bundle(&held(now, then), &of(4_000));
    assert!(other.text.contains("why: the log tells of a failure; signals changed together\n"), "{}", other.text);
}

#[test]
fn what_is_gone_is_no_cause_now_and_what_is_late_stands_behind() {
    let [mut now, mut then] = [incident(), incident()];
    let (first, accused) = (then.suspects[0].clone(), then.changes[0].clone());
    then.suspects = vec![first.clone(), suspect(23, 2), suspect(24, 3)];
    now.suspects = vec![first, suspect(25, 2), suspect(23, 3)];
    then.changes = vec![accused.clone(), change(62, 2), change(63, 3)];
    now.changes = vec![accused, change(64, 2), change(62, 3)];
    let findings = held(now, then);
    let answer = bundle(&findings, &of(100_000));
    let ranks = |list: &str| {
        let items = answer.json[list].as_array().unwrap();
        items.iter().map(|item| item["rank"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!([ranks("suspects"), ranks("changes")], [[1, 2, 3, 4], [1, 2, 3, 4]]);
    let handles = Handles::of(&findings);
    for (list, kind, id) in [("suspects", Kind::Suspect, 24), ("changes", Kind::Change, 63)] {
        let handle = handles.get(kind, id);
        let item = answer.json[list].as_array().unwrap().iter().find(|item| item["handle"] == handle.as_str()).unwrap();
        assert_eq!(item["score"], 0, "{item}");
        let line = answer.text.lines().find(|line| line.starts_with(&format!("{list}, probability"))).unwrap();
        assert!(!line.contains(&handle), "{line}");
    }
}

#[test]
fn a_small_text_says_what_is_gone_and_how_much_is_new() {
    let mut now = incident();
    let then = now.clone();
    now.log_patterns[0].id = 900;
    let gone = Handles::of(&held(now.clone(), then.clone())).get(Kind::LogPattern, then.log_patterns[0].id);
    let findings = held(now, then);
    let mut told = 0;
    // Below, the tenth of the budget that the end has holds no more than how much it leaves out.
    for budget_tokens in (740..1_500).step_by(20) {
        let text = bundle(&findings, &of(budget_tokens)).text;
        let (rows, end) = text.split_once("## now").unwrap_or((&text, ""));
        let is_shown = rows.contains(&format!("[{gone}]"));
        assert_eq!(is_shown, end.contains(&format!("no longer found: {gone}")), "{budget_tokens}: {text}");
        told += usize::from(is_shown);
    }
    assert!(told > 30, "{told}");
}

#[test]
fn lines_of_logs_are_counted_as_left_out_once() {
    let lines = (0..90).map(|n| ExcerptLine {
        ordinal: n,
        text: format!("step {n} failed"),
        weight: 0.1,
        ..ExcerptLine::default()
    });
    let excerpt =
        Excerpt { id: 9, source: "orders".to_owned(), score: 0.1, lines: lines.collect(), ..Excerpt::default() };
    let now = Findings { excerpts: vec![excerpt], ..incident() };
    let answer = bundle(&held(now.clone(), now), &of(1_000));
    assert!(answer.text.contains("excerpts.lines "), "{}", answer.text);
    assert!(!answer.text.contains("omitted of what is new"), "{}", answer.text);
}
