//! What holds for anything that anybody may send: no panic, and a question that reaches the service is within limits.

use axum::{
    extract::Query,
    http::{HeaderMap, HeaderValue, header},
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::{
    asked::Asked,
    config::Limits,
    http, mcp,
    metrics::Question,
    query::{Fit, Format, When},
    service::ServiceError,
    v1,
};

fn questions() -> impl Strategy<Value = Question> {
    prop::sample::select(Question::ALL.to_vec())
}

/// Mostly names that mean something, with values that may.
fn names() -> impl Strategy<Value = String> {
    let known = [
        "budget",
        "budget_tokens",
        "from",
        "to",
        "at",
        "service",
        "query",
        "handle",
        "cursor",
        "tokenizer",
        "since",
        "depth",
        "against_from",
        "against_to",
    ];
    prop_oneof![4 => prop::sample::select(known.to_vec()).prop_map(str::to_owned), 1 => ".{0,12}"]
}

fn values() -> impl Strategy<Value = String> {
    prop_oneof!["[0-9]{1,22}", "-?[0-9]{1,3}[smhd]", ".{0,40}", "\\s{0,3}", "[a-z]{4000,5000}"]
}

fn json_values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        values().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((names(), inner), 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// The words and the fit of a checked question, or why it was refused.
fn checked(question: Question, asked: Asked) -> Result<(Fit, Vec<String>), ServiceError> {
    let limits = Limits::default();
    let words = |when: Option<When>| match when {
        Some(When::Text(text)) => Some(text),
        _ => None,
    };
    let (fit, told) = match question {
        Question::Bundle => {
            let q = asked.bundle(&limits, Format::Text)?;
            (q.fit, vec![words(q.from), words(q.to), words(q.at), q.service])
        }
        Question::Search => {
            let q = asked.search(&limits, Format::Text)?;
            (q.fit, vec![Some(q.query), words(q.from), words(q.to), q.service, q.cursor])
        }
        Question::Expand => {
            let q = asked.expand(&limits, Format::Text)?;
            (q.fit, vec![Some(q.handle), q.cursor])
        }
        Question::Services => {
            let q = asked.services(&limits, Format::Text)?;
            (q.fit, vec![q.cursor])
        }
        Question::Compare => {
            let q = asked.compare(&limits, Format::Text)?;
            let times = [Some(q.from), q.to, q.against_from, q.against_to].map(words);
            (q.fit, times.into_iter().chain([q.service, q.cursor]).collect())
        }
        Question::Timeline => {
            let q = asked.timeline(&limits, Format::Text)?;
            (q.fit, vec![words(q.from), words(q.to), q.service, q.cursor])
        }
        Question::Topology => {
            let q = asked.topology(&limits, Format::Text)?;
            assert!((1..=Limits::DEPTH_MAX).contains(&q.depth));
            (q.fit, vec![q.service, q.cursor])
        }
    };
    Ok((fit, told.into_iter().flatten().collect()))
}

fn is_within_limits(question: Question, asked: Asked) -> Result<(), TestCaseError> {
    let limits = Limits::default();
    match checked(question, asked) {
        Ok((fit, told)) => {
            prop_assert!((Limits::BUDGET_MIN_TOKENS..=limits.budget_max_tokens).contains(&fit.budget_tokens));
            prop_assert!(!fit.tokenizer.is_empty());
            for words in told {
                prop_assert!(!words.trim().is_empty() && words.len() <= limits.parameter_max_bytes);
            }
        }
        Err(error) => is_a_short_refusal(&error)?,
    }
    Ok(())
}

/// What somebody sent does not come back at length, nor with control characters.
fn is_a_short_refusal(error: &ServiceError) -> Result<(), TestCaseError> {
    prop_assert_eq!(error.code(), "invalid_argument");
    let message = error.to_string();
    prop_assert!(message.len() < 600, "{} bytes", message.len());
    prop_assert!(!message.contains(char::is_control), "{message:?}");
    Ok(())
}

proptest! {
    #[test]
    fn any_parameters_over_http(question in questions(), pairs in prop::collection::vec((names(), values()), 0..5)) {
        match http::read(question, Ok(Query(pairs))) {
            Ok((asked, _)) => is_within_limits(question, asked)?,
            Err(error) => is_a_short_refusal(&error)?,
        }
    }

    #[test]
    fn any_arguments_over_mcp(
        question in questions(),
        arguments in prop::collection::vec((names(), json_values()), 0..5),
    ) {
        let arguments: Map<String, Value> = arguments.into_iter().collect();
        match mcp::read(question, arguments) {
            Ok(asked) => is_within_limits(question, asked)?,
            Err(error) => is_a_short_refusal(&error)?,
        }
    }

    #[test]
    fn any_accept_header(accept in "[ -~]{0,60}") {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_str(&accept).unwrap());
        let format = http::accepted(&headers);
        prop_assert!(format == Format::Text || accept.to_ascii_lowercase().contains("application/json"));
    }

    #[test]
    fn any_json_is_a_message_or_a_fault_of_ours(value in json_values(), name in "[a-z_]{1,12}") {
        for json in [value.clone(), json!({ name: value.clone() }), json!({"suspects": [value.clone()], "counts": value})] {
            for outcome in [v1::bundle(json.clone()).map(drop), v1::page(json).map(drop)] {
                prop_assert!(outcome.is_ok() || matches!(outcome, Err(ServiceError::Internal(_))));
            }
        }
    }
}
