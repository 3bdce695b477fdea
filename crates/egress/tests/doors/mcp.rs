//! The MCP door, with JSON-RPC as it goes over the wire: lines on a pipe, and POSTs to `/mcp`.

use std::time::Duration;

use decant_egress::{Door, Limits, Question, serve_mcp};
use serde_json::{Value, json};
use tokio::{
    io::{
        AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream, Lines, ReadHalf, WriteHalf, duplex, split,
    },
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use crate::{
    fake::{BUNDLE_TEXT, Desks, PAGE_TEXT, bundle, desks, page},
    http,
    plain_http::{Reply, send},
};

/// A client at the other end of a pipe.
struct Pipe {
    desks: Desks,
    lines: Lines<BufReader<ReadHalf<DuplexStream>>>,
    input: WriteHalf<DuplexStream>,
    cancel: CancellationToken,
    server: JoinHandle<std::io::Result<()>>,
}

fn open() -> Pipe {
    let desks = desks(Limits::default());
    let (near, far) = duplex(1 << 16);
    let (output, input) = split(near);
    let (server_input, server_output) = split(far);
    let cancel = CancellationToken::new();
    let server = tokio::spawn(serve_mcp(server_input, server_output, desks.desk.clone(), cancel.clone()));
    Pipe { desks, lines: BufReader::new(output).lines(), input, cancel, server }
}

impl Pipe {
    async fn tell(&mut self, message: &Value) {
        self.input.write_all(format!("{message}\n").as_bytes()).await.unwrap();
    }

    async fn hear(&mut self) -> Value {
        let line = tokio::time::timeout(Duration::from_secs(5), self.lines.next_line()).await.expect("a reply in time");
        serde_json::from_str(&line.unwrap().expect("a line")).unwrap()
    }

    async fn ask(&mut self, message: &Value) -> Value {
        self.tell(message).await;
        self.hear().await
    }

    async fn hello(&mut self) -> Value {
        let reply = self.ask(&initialize("2025-06-18")).await;
        self.tell(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"})).await;
        reply
    }
}

fn initialize(version: &str) -> Value {
    json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}})
}

fn call(tool: &str, arguments: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": tool, "arguments": arguments}})
}

#[tokio::test]
async fn an_agent_on_a_pipe_is_greeted_and_shown_the_tools() {
    let mut pipe = open();
    let hello = pipe.hello().await;
    assert_eq!(hello["result"]["serverInfo"]["name"], "decant");
    assert!(hello["result"]["instructions"].as_str().unwrap().contains("get_incident_bundle"));

    let list = pipe.ask(&json!({"jsonrpc": "2.0", "id": 2, "method": "tools/list"})).await;
    let tools = list["result"]["tools"].as_array().unwrap();
    let names: Vec<&str> = tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        ["get_incident_bundle", "search_evidence", "expand", "list_services", "compare", "timeline", "topology"]
    );
    for tool in tools {
        let schema = &tool["inputSchema"];
        assert_eq!(schema["properties"]["budget_tokens"]["default"], 4000, "{tool}");
        assert_eq!(schema["additionalProperties"], false);
        assert_eq!(tool["annotations"]["readOnlyHint"], true);
        assert!(tool["description"].as_str().unwrap().len() > 40);
    }
    assert_eq!(tools[1]["inputSchema"]["required"], json!(["query"]));
    pipe.cancel.cancel();
    pipe.server.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_call_is_answered_with_one_text_block_and_the_same_as_structured_content() {
    let mut pipe = open();
    pipe.hello().await;
    let table = [
        ("get_incident_bundle", json!({"budget_tokens": 1500, "from": "-15m", "service": null}), BUNDLE_TEXT, bundle()),
        ("get_incident_bundle", json!({"budget_tokens": "1500", "from": -900}), BUNDLE_TEXT, bundle()),
        ("search_evidence", json!({"query": "timeout"}), PAGE_TEXT, page()),
        ("expand", json!({"handle": "L1", "cursor": "c1"}), PAGE_TEXT, page()),
        ("list_services", json!({}), PAGE_TEXT, page()),
        ("compare", json!({"from": "-5m"}), PAGE_TEXT, page()),
        ("timeline", json!({"service": "cart"}), PAGE_TEXT, page()),
        ("topology", json!({"service": "cart", "depth": 1}), PAGE_TEXT, page()),
    ];
    for (tool, arguments, text, structured) in table {
        let reply = pipe.ask(&call(tool, &arguments)).await;
        let result = &reply["result"];
        assert_eq!(result["content"], json!([{"type": "text", "text": text}]), "{reply}");
        assert_eq!(result["structuredContent"], structured);
        assert_ne!(result["isError"], true);
        assert!(pipe.desks.fake.last().contains("format: Both"), "the budget binds both forms together");
        if tool == "get_incident_bundle" {
            assert!(pipe.desks.fake.last().contains("budget_tokens: 1500"));
        }
    }
    assert_eq!(pipe.desks.count(Door::Mcp, Question::Bundle, "ok"), 2);
    // The client closes its end.
    pipe.input.shutdown().await.unwrap();
    drop(pipe.lines);
    drop(pipe.input);
    tokio::time::timeout(Duration::from_secs(5), pipe.server).await.expect("stops").unwrap().unwrap();
}

#[tokio::test]
async fn what_the_model_can_mend_is_told_to_the_model() {
    let mut pipe = open();
    pipe.hello().await;
    let table = [
        ("get_incident_bundle", json!({"service": "absent"}), "not_found: no service is called absent"),
        ("get_incident_bundle", json!({"budget": 1000}), "use budget_tokens, from, to, service, at, since, tokenizer"),
        ("get_incident_bundle", json!({"budget_tokens": 1}), "ask for 100 to 1000000"),
        ("get_incident_bundle", json!({"budget_tokens": 1.5}), "whole number"),
        ("get_incident_bundle", json!({"service": ["a"]}), "service must be a single value"),
        ("search_evidence", json!({}), "query is missing"),
        ("expand", json!({}), "handle is missing"),
    ];
    for (tool, arguments, words) in table {
        let reply = pipe.ask(&call(tool, &arguments)).await;
        assert_eq!(reply["result"]["isError"], true, "{reply}");
        let text = reply["result"]["content"][0]["text"].as_str().unwrap();
        assert!(text.contains(words), "{text}");
    }
    let reply = pipe.ask(&call("drop_tables", &json!({}))).await;
    assert!(reply["error"]["message"].as_str().unwrap().contains("search_evidence"), "{reply}");
    pipe.cancel.cancel();
    pipe.server.await.unwrap().unwrap();
}

#[tokio::test]
async fn garbage_on_the_pipe_does_not_end_the_conversation() {
    let mut pipe = open();
    pipe.hello().await;
    pipe.input.write_all(b"not json\n\n{\"jsonrpc\":\"2.0\"}\n").await.unwrap();
    pipe.tell(&call("list_services", &json!({}))).await;
    let mut reply = pipe.hear().await;
    while reply["id"] != 7 {
        reply = pipe.hear().await;
    }
    assert_eq!(reply["result"]["content"][0]["text"], PAGE_TEXT);
    pipe.cancel.cancel();
    pipe.server.await.unwrap().unwrap();
}

#[tokio::test]
async fn questions_asked_before_the_input_ends_are_answered() {
    let mut pipe = open();
    pipe.tell(&initialize("2025-06-18")).await;
    pipe.tell(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"})).await;
    pipe.tell(&call("list_services", &json!({}))).await;
    pipe.input.shutdown().await.unwrap();
    assert_eq!(pipe.hear().await["id"], 1);
    assert_eq!(pipe.hear().await["result"]["content"][0]["text"], PAGE_TEXT);
    tokio::time::timeout(Duration::from_secs(5), pipe.server).await.expect("stops").unwrap().unwrap();
}

#[tokio::test]
async fn a_client_that_leaves_at_once_has_done_no_wrong() {
    let pipe = open();
    drop((pipe.lines, pipe.input));
    tokio::time::timeout(Duration::from_secs(5), pipe.server).await.expect("stops").unwrap().unwrap();
}

const MCP_HEADERS: [&str; 2] = ["content-type: application/json", "accept: application/json, text/event-stream"];

async fn post(running: &http::Running, headers: &[&str], message: &Value) -> Reply {
    let headers: Vec<&str> = MCP_HEADERS.iter().chain(headers).copied().collect();
    send(running.address, "POST /mcp", &headers, &message.to_string()).await
}

#[tokio::test]
async fn over_http_each_request_stands_alone_and_is_answered_with_json() {
    let running = http::start().await;
    let reply = post(&running, &[], &initialize("2025-06-18")).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert!(!reply.head.contains("mcp-session-id"), "no session is kept");
    let reply = post(&running, &["mcp-protocol-version: 2025-06-18"], &call("get_incident_bundle", &json!({}))).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert!(reply.head.contains("content-type: application/json"), "{}", reply.head);
    let body: Value = serde_json::from_str(&reply.body).unwrap();
    assert_eq!(body["result"]["content"][0]["text"], BUNDLE_TEXT);
    assert_eq!(body["result"]["structuredContent"], bundle());
    running.stop().await;
}

#[tokio::test]
async fn the_revision_without_sessions_is_spoken_too() {
    let running = http::start().await;
    let mut message = call("get_incident_bundle", &json!({"budget_tokens": 700}));
    message["params"]["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let headers = ["mcp-protocol-version: 2026-07-28", "mcp-method: tools/call", "mcp-name: get_incident_bundle"];
    let reply = post(&running, &headers, &message).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let body: Value = serde_json::from_str(&reply.body).unwrap();
    assert_eq!(body["result"]["structuredContent"], bundle(), "{body}");
    assert_eq!(body["result"]["resultType"], "complete");
    running.stop().await;
}

#[tokio::test]
async fn over_http_strangers_and_giants_are_refused() {
    let running = http::start().await;
    let list = json!({"jsonrpc": "2.0", "id": 2, "method": "tools/list"});
    assert_eq!(post(&running, &["host: rebound.example"], &list).await.status, 403);
    assert_eq!(post(&running, &["origin: https://rebound.example"], &list).await.status, 403);
    assert_eq!(post(&running, &["origin: http://localhost:3000"], &list).await.status, 200);
    let giant = call("search_evidence", &json!({"query": "x".repeat(2 << 20)}));
    assert_eq!(post(&running, &[], &giant).await.status, 413);
    running.stop().await;
}
