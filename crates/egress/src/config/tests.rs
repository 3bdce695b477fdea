//! What may be written, and what is said when it may not.

use super::*;

fn parse(json: &str) -> Result<Config, String> {
    let raw: RawConfig = serde_json::from_str(json).map_err(|error| error.to_string())?;
    raw.validate().map_err(|error| error.to_string())
}

#[test]
fn nothing_written_is_loopback_and_the_defaults() {
    let config = parse("{}").unwrap();
    assert_eq!(config.grpc_listen.to_string(), "127.0.0.1:4320");
    assert_eq!(config.http_listen.to_string(), "127.0.0.1:4321");
    assert_eq!(config.allowed_hosts, ["localhost", "127.0.0.1", "::1"]);
    assert_eq!(config.limits, Limits::default());
}

#[test]
fn host_names_are_checked_on_loopback_unless_told_otherwise() {
    let check = |json: &str, hosts: &[&str]| assert_eq!(parse(json).unwrap().allowed_hosts, hosts, "{json}");
    check(r#"{"http_listen": "0.0.0.0:4321"}"#, &[]);
    check(r#"{"http_listen": "[::1]:4321"}"#, &["localhost", "127.0.0.1", "::1"]);
    check(r#"{"http_listen": "0.0.0.0:4321", "allowed_hosts": ["decant.example"]}"#, &["decant.example"]);
    check(r#"{"allowed_hosts": []}"#, &[]);
}

#[test]
fn what_cannot_be_meant_is_refused_with_the_mend() {
    let check = |json: &str, words: &str| {
        let error = parse(json).unwrap_err();
        assert!(error.contains(words), "{json}: {error}");
    };
    check(r#"{"grpc_lisen": "127.0.0.1:1"}"#, "unknown field `grpc_lisen`, expected one of `grpc_listen`");
    check(r#"{"limits": {"budget": 1}}"#, "unknown field `budget`");
    check(r#"{"grpc_listen": "4320"}"#, "such as 127.0.0.1:4320");
    check(r#"{"http_listen": "localhost"}"#, "such as 127.0.0.1:4321");
    check(r#"{"allowed_origins": ["localhost:3000"]}"#, "such as http://localhost:3000");
    check(r#"{"limits": {"budget_default_tokens": 99}}"#, "between 100 and 1000000");
    check(r#"{"limits": {"budget_max_tokens": 1000001}}"#, "between 100 and 1000000");
    check(r#"{"limits": {"budget_max_tokens": 500, "budget_default_tokens": 501}}"#, "between 100 and 500");
    check(r#"{"limits": {"questions_max": 0}}"#, "limits.questions_max is 0");
    check(r#"{"limits": {"answer_timeout_ms": 0}}"#, "limits.answer_timeout_ms is 0");
}

#[test]
fn a_lower_ceiling_lowers_the_default_budget() {
    assert_eq!(parse(r#"{"limits": {"budget_max_tokens": 500}}"#).unwrap().limits.budget_default_tokens, 500);
}
