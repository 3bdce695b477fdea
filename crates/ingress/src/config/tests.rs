//! A table of settings.

use super::*;

fn check(json: &str, expected: Result<&dyn Fn(&Config) -> bool, &str>) {
    let found = serde_json::from_str::<RawConfig>(json)
        .map_err(|e| e.to_string())
        .and_then(|raw| raw.validate().map_err(|e| e.to_string()));
    match expected {
        Ok(holds) => assert!(found.as_ref().is_ok_and(holds), "{json}: {found:?}"),
        Err(word) => assert!(found.as_ref().is_err_and(|e| e.contains(word)), "{json}: {found:?}"),
    }
}

#[test]
fn nothing_written_listens_on_loopback_and_leaves_kafka_alone() {
    check("{}", Ok(&|c| c.kafka.is_none() && c.otlp.grpc_listen == "127.0.0.1:4317".parse().ok()));
    check("{}", Ok(&|c| c.otlp.http_listen == "127.0.0.1:4318".parse().ok() && c.intake == IntakeLimits::default()));
}

#[test]
fn what_is_written_holds() {
    check(r#"{"otlp":{"grpc_listen":"0.0.0.0:1","http_listen":"off"}}"#, Ok(&|c| c.otlp.http_listen.is_none()));
    check(r#"{"otlp":{"http_listen":"localhost:80"}}"#, Ok(&|c| c.otlp.http_listen == "127.0.0.1:80".parse().ok()));
    check(r#"{"otlp":{"acknowledge":"received"}}"#, Ok(&|c| c.otlp.limits.acknowledge == Acknowledge::Received));
    let kafka = r#"{"kafka":{"brokers":["a:9092"],"topics":[{"name":"app","encoding":"text"},{"name":"my_spans"}]}}"#;
    check(kafka, Ok(&|c| c.kafka.as_ref().is_some_and(|k| k.topics.len() == 2 && k.group_id == "decant")));
    let spans = |c: &Config| c.kafka.as_ref().and_then(|k| k.topics.get(1)).map(|t| t.signal);
    check(kafka, Ok(&|c| spans(c) == Some(decant_model::Signal::Traces)));
}

#[test]
fn settings_that_cannot_be_meant_are_named() {
    check(r#"{"otlp":{"grpc_listen":"4317"}}"#, Err("otlp.grpc_listen: write an address and a port"));
    check(r#"{"otlp":{"acknowledge":"never"}}"#, Err("durable, received"));
    check(r#"{"otlp":{"message_max_bytes":1}}"#, Err("otlp.message_max_bytes is 1: it must lie between 4096"));
    check(r#"{"otlp":{"port":1}}"#, Err("unknown field `port`"));
    check(r#"{"intake":{"bytes_max":1}}"#, Err("intake.bytes_max"));
    check(r#"{"kafka":{"brokers":["a:1"],"topics":[]}}"#, Err("kafka.topics is empty"));
    check(r#"{"kafka":{"topics":[{"name":"a"},{"name":"a"}]}}"#, Err("names \"a\" twice"));
    check(r#"{"kafka":{"topics":[{"name":"a","encoding":"avro"}]}}"#, Err("otlp_proto, otlp_json, json, raw, text"));
    check(r#"{"kafka":{"start":"now"}}"#, Err("earliest, latest"));
    check(r#"{"kafka":{"properties":{"group.id":"x"}}}"#, Err("leave it out"));
}
