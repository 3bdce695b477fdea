//! The HTTP door: tables of requests and replies.

use std::{
    net::SocketAddr,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use decant_egress::{Door, HttpOptions, Limits, Question, serve_http};
use serde_json::Value;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::{
    fake::{BUNDLE_TEXT, Desks, PAGE_TEXT, bundle, desks, page},
    plain_http::{Reply, send},
};

pub(crate) struct Running {
    pub(crate) desks: Desks,
    pub(crate) address: SocketAddr,
    cancel: CancellationToken,
    server: JoinHandle<std::io::Result<()>>,
}

pub(crate) async fn start() -> Running {
    let limits = Limits { answer_timeout: Duration::from_millis(50), ..Limits::default() };
    let desks = desks(limits);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let cancel = CancellationToken::new();
    let metrics = desks.metrics.clone();
    let options = HttpOptions {
        allowed_hosts: vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()],
        allowed_origins: vec!["http://localhost:3000".to_owned()],
        metrics: Arc::new(move || {
            let mut text = String::new();
            metrics.write_prometheus(&mut text);
            text
        }),
    };
    let server = tokio::spawn(serve_http(listener, desks.desk.clone(), options, cancel.clone()));
    Running { desks, address, cancel, server }
}

impl Running {
    pub(crate) async fn get(&self, target: &str, headers: &[&str]) -> Reply {
        send(self.address, &format!("GET {target}"), headers, "").await
    }

    pub(crate) async fn stop(self) {
        self.cancel.cancel();
        tokio::time::timeout(Duration::from_secs(5), self.server).await.expect("stops").unwrap().unwrap();
    }
}

#[tokio::test]
async fn text_is_the_default_and_json_is_for_those_who_ask() {
    let running = start().await;
    let json = bundle().to_string();
    let table: [(&str, &[&str], &str); 8] = [
        ("/v1/context", &[], BUNDLE_TEXT),
        ("/v1/context", &["accept: */*"], BUNDLE_TEXT),
        ("/v1/context", &["accept: text/html,application/xhtml+xml,*/*;q=0.8"], BUNDLE_TEXT),
        ("/v1/context", &["accept: application/json"], &json),
        ("/v1/context", &["accept: application/json;q=0.2, text/plain"], BUNDLE_TEXT),
        ("/v1/context", &["accept: Application/JSON, text/plain;q=0.5"], &json),
        ("/v1/context?format=json", &[], &json),
        ("/v1/context?format=text", &["accept: application/json"], BUNDLE_TEXT),
    ];
    for (target, headers, body) in table {
        let reply = running.get(target, headers).await;
        assert_eq!((reply.status, reply.body.as_str()), (200, body), "{target} {headers:?}");
        let kind = if body == BUNDLE_TEXT { "text/plain; charset=utf-8" } else { "application/json" };
        for line in [&format!("content-type: {kind}"), "decant-used-tokens: 42", "x-content-type-options: nosniff"] {
            assert!(reply.head.contains(line), "{line} in {}", reply.head);
        }
    }
    running.stop().await;
}

#[tokio::test]
async fn what_was_asked_reaches_the_service() {
    let running = start().await;
    let table = [
        (
            "/v1/context?budget=1000&from=2026-01-02T03:04:05%2B01:00&to=-5m&service=check%20out&at=1700000000&tokenizer=approx",
            "BundleQuery { fit: Fit { budget_tokens: 1000, tokenizer: \"approx\", format: Text }, \
             from: Some(Text(\"2026-01-02T03:04:05+01:00\")), to: Some(Text(\"-5m\")), at: Some(Text(\"1700000000\")), \
             service: Some(\"check out\"), since: None }",
        ),
        (
            "/v1/context?service=&from=&budget=&since=7",
            "BundleQuery { fit: Fit { budget_tokens: 4000, tokenizer: \"o200k_base\", format: Text }, from: None, \
             to: None, at: None, service: None, since: Some(7) }",
        ),
        (
            "/v1/search?query=connection+reset&cursor=c1&format=json",
            "SearchQuery { fit: Fit { budget_tokens: 4000, tokenizer: \"o200k_base\", format: Json }, \
             query: \"connection reset\", from: None, to: None, service: None, cursor: Some(\"c1\") }",
        ),
        (
            "/v1/expand?handle=L1",
            "ExpandQuery { fit: Fit { budget_tokens: 4000, tokenizer: \"o200k_base\", format: Text }, handle: \"L1\", \
             cursor: None }",
        ),
        (
            "/v1/services?budget=100",
            "ServicesQuery { fit: Fit { budget_tokens: 100, tokenizer: \"o200k_base\", format: Text }, cursor: None }",
        ),
        (
            "/v1/compare?from=-5m&against_from=-20m&against_to=-15m&budget=900",
            "CompareQuery { fit: Fit { budget_tokens: 900, tokenizer: \"o200k_base\", format: Text }, \
             from: Text(\"-5m\"), to: None, against_from: Some(Text(\"-20m\")), against_to: Some(Text(\"-15m\")), \
             service: None, cursor: None }",
        ),
        (
            "/v1/timeline?service=cart",
            "TimelineQuery { fit: Fit { budget_tokens: 4000, tokenizer: \"o200k_base\", format: Text }, from: None, \
             to: None, service: Some(\"cart\"), cursor: None }",
        ),
        (
            "/v1/topology?service=cart&depth=3",
            "TopologyQuery { fit: Fit { budget_tokens: 4000, tokenizer: \"o200k_base\", format: Text }, \
             service: Some(\"cart\"), depth: 3, cursor: None }",
        ),
    ];
    for (target, asked) in table {
        assert_eq!(running.get(target, &[]).await.status, 200, "{target}");
        assert_eq!(running.desks.fake.last(), asked);
    }
    assert_eq!(running.get("/v1/services", &[]).await.body, PAGE_TEXT);
    assert_eq!(running.get("/v1/services?format=json", &[]).await.body, page().to_string());
    running.stop().await;
}

#[tokio::test]
async fn refusals_name_the_parameter_and_the_mend() {
    let running = start().await;
    let long = format!("/v1/context?service={}", "x".repeat(5000));
    let table: [(&str, u16, &str, &str); 16] = [
        (
            "/v1/context?form=-5m",
            400,
            "invalid_argument",
            "use budget, from, to, service, at, since, tokenizer, format",
        ),
        ("/v1/expand?handle=a&from=b", 400, "invalid_argument", "use handle, budget, cursor, tokenizer, format"),
        ("/v1/context?budget=0", 400, "invalid_argument", "ask for 100 to 1000000"),
        ("/v1/context?budget=1000001", 400, "invalid_argument", "ask for 100 to 1000000"),
        ("/v1/context?budget=many", 400, "invalid_argument", "whole number"),
        ("/v1/context?budget=-1", 400, "invalid_argument", "whole number"),
        ("/v1/context?budget=1000&budget=2000", 400, "invalid_argument", "twice"),
        ("/v1/context?format=html", 400, "invalid_argument", "use text or json"),
        (&long, 400, "invalid_argument", "shorten it to 4096"),
        ("/v1/search", 400, "invalid_argument", "query is missing"),
        ("/v1/expand?handle=", 400, "invalid_argument", "handle is missing"),
        ("/v1/context?service=absent", 404, "not_found", "no service is called absent"),
        ("/v1/context?service=draining", 503, "unavailable", "draining"),
        ("/v1/context?service=slow", 503, "unavailable", "no answer within 50 ms"),
        ("/v1/context?service=broken", 500, "internal", "a fault of ours"),
        ("/v2/context", 404, "not_found", "/v1/context"),
    ];
    for (target, status, code, words) in table {
        let reply = running.get(target, &[]).await;
        assert_eq!(reply.status, status, "{target}: {}", reply.body);
        let body: Value = serde_json::from_str(&reply.body).expect("errors are JSON");
        assert_eq!(body["error"]["code"], code, "{target}");
        assert!(body["error"]["message"].as_str().unwrap().contains(words), "{target}: {body}");
    }
    let reply = send(running.address, "POST /v1/context", &[], "").await;
    assert_eq!(reply.status, 405);
    assert_eq!(running.desks.count(Door::Http, Question::Bundle, "invalid_argument"), 8);
    running.stop().await;
}

#[tokio::test]
async fn pages_of_strangers_are_kept_out() {
    let running = start().await;
    let table: [(&[&str], u16); 8] = [
        (&[], 200),
        (&["host: localhost:4321"], 200),
        (&["host: LOCALHOST"], 200),
        (&["host: [::1]:4321"], 200),
        (&["host: rebound.example"], 403),
        (&["host: localhost.rebound.example:4321"], 403),
        (&["origin: http://localhost:3000"], 200),
        (&["origin: https://rebound.example"], 403),
    ];
    for (headers, status) in table {
        for path in ["/v1/services", "/metrics", "/v1/schema"] {
            assert_eq!(running.get(path, headers).await.status, status, "{path} {headers:?}");
        }
    }
    // A kubelet's probe carries the pod's address.
    assert_eq!(running.get("/healthz", &["host: 10.0.0.7:4321"]).await.status, 200);
    running.stop().await;
}

#[tokio::test]
async fn pages_that_were_allowed_may_ask_and_read() {
    let running = start().await;
    let origin = "origin: http://localhost:3000";
    let preflight = [origin, "access-control-request-method: POST", "access-control-request-headers: content-type"];
    for path in ["/mcp", "/v1/context"] {
        let reply = send(running.address, &format!("OPTIONS {path}"), &preflight, "").await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert!(reply.head.contains("access-control-allow-origin: http://localhost:3000"), "{}", reply.head);
        assert!(reply.head.contains("access-control-allow-headers: content-type"), "{}", reply.head);
    }
    let reply = running.get("/v1/context", &[origin]).await;
    assert!(reply.head.contains("access-control-allow-origin: http://localhost:3000"), "{}", reply.head);
    let stranger = ["origin: https://rebound.example", "access-control-request-method: POST"];
    assert_eq!(send(running.address, "OPTIONS /mcp", &stranger, "").await.status, 403);
    running.stop().await;
}

#[tokio::test]
async fn probes_schema_and_metrics_answer() {
    let running = start().await;
    assert_eq!(running.get("/healthz", &[]).await.body, "ok\n");
    assert_eq!(running.get("/readyz", &[]).await.status, 200);
    running.desks.fake.draining.store(true, Ordering::Relaxed);
    let reply = running.get("/readyz", &[]).await;
    assert_eq!((reply.status, reply.body.as_str()), (503, "draining\n"));
    assert_eq!(running.get("/healthz", &[]).await.status, 200, "draining is not death");

    let schema: Value = serde_json::from_str(&running.get("/v1/schema", &[]).await.body).unwrap();
    assert!(schema["$defs"]["Bundle"]["properties"]["suspects"].is_object());

    running.get("/v1/context", &[]).await;
    let metrics = running.get("/metrics", &[]).await.body;
    let line = "decant_egress_questions_total{door=\"http\",question=\"bundle\",outcome=\"ok\"} 1\n";
    assert!(metrics.contains(line), "{metrics}");
    assert!(metrics.contains("decant_egress_answer_tokens_total{door=\"http\",question=\"bundle\"} 42\n"));
    running.stop().await;
}
