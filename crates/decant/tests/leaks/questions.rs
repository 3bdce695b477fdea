//! The ways out of a server: HTTP, gRPC, MCP over HTTP and on standard streams, in every form.
//!
//! Each door is asked for the bundle, searched for words that stand beside the secrets, and asked to expand every handle
//! that any answer showed.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

use decant_egress::v1::{self, context_service_client::ContextServiceClient};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::needles::Needles;
use crate::outputs::{MARKER, Searched};
use crate::served::{Served, decant, http, is_optimised};
use crate::traffic::planted;

/// Large enough for everything that a door can show on one page.
const BUDGET: u64 = 200_000;
/// Words that stand beside secrets.
const WORDS: [&str; 6] = [MARKER, "received", "input", "callback", "client", "seen"];
/// When what is sent fails, from its end.
const FAILING: &str = "-4m";
/// Handles that doors other than HTTP expand: the answers are the same.
const HANDLES_ELSEWHERE: usize = 12;
/// Handles of each kind that HTTP expands when the binary is not an optimised one.
const HANDLES_OF_A_KIND: usize = 12;

/// Asks all there is to ask; returns all bodies, for those who look for what should be in them.
pub(crate) fn ask_all(server: &Served, runtime: &Runtime, needles: &Needles, searched: &mut Searched<'_>) -> String {
    let mut handles = BTreeSet::new();
    let mut seen = String::new();
    over_http(server, &mut handles, &mut seen, searched);
    over_grpc(server, runtime, &handles, searched);
    over_mcp(server, &handles, searched);
    on_standard_streams(server, &handles, searched);
    ask_wrongly(server, needles);
    for path in ["/v1/schema", "/v1/schema/page", "/healthz", "/readyz", "/metrics"] {
        let reply = server.get(path);
        assert_eq!(reply.status, 200, "{path}: {}", reply.whole);
        searched.look(&format!("GET {path}"), reply.whole);
    }
    seen
}

fn over_http(server: &Served, handles: &mut BTreeSet<String>, seen: &mut String, searched: &mut Searched<'_>) {
    let mut ask = |name: &str, query: &str, handles: &mut BTreeSet<String>| {
        for format in ["json", "text"] {
            let reply = server.get(&format!("{name}?budget={BUDGET}&format={format}{query}"));
            assert_eq!(reply.status, 200, "{name}{query}: {}", reply.whole);
            if format == "json" {
                handles_in(&reply.json(), handles);
            }
            seen.push_str(reply.body());
            searched.look(&format!("GET {name}"), reply.whole);
        }
    };
    ask("/v1/context", "", handles);
    ask("/v1/context", "&service=gate", handles);
    for word in WORDS {
        ask("/v1/search", &format!("&query={word}"), handles);
    }
    ask("/v1/services", "", handles);
    for question in ["compare", "timeline", "topology"] {
        let window = if question == "topology" { String::new() } else { format!("&from={FAILING}") };
        ask(&format!("/v1/{question}"), &window, handles);
    }
    let most = if is_optimised() { usize::MAX } else { HANDLES_OF_A_KIND };
    let mut expanded: BTreeSet<String> = BTreeSet::new();
    // What an expansion shows may have handles of its own. The first letter of a handle is its kind.
    let next = |handles: &BTreeSet<String>, expanded: &BTreeSet<String>| {
        let of_its_kind = |handle: &str| expanded.iter().filter(|other| other.get(..1) == handle.get(..1)).count();
        handles.difference(expanded).find(|handle| of_its_kind(handle) < most).cloned()
    };
    while let Some(handle) = next(handles, &expanded) {
        ask("/v1/expand", &format!("&handle={handle}"), handles);
        expanded.insert(handle);
    }
    assert!(expanded.len() >= 12, "there is little to expand: {expanded:?}");
}

fn handles_in(json: &Value, out: &mut BTreeSet<String>) {
    match json {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(handle) if name == "handle" && !handle.is_empty() => drop(out.insert(handle.clone())),
                    value => handles_in(value, out),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| handles_in(item, out)),
        _ => {}
    }
}

fn over_grpc(server: &Served, runtime: &Runtime, handles: &BTreeSet<String>, searched: &mut Searched<'_>) {
    let url = format!("http://{}", server.context_grpc);
    runtime.block_on(async {
        let client = ContextServiceClient::connect(url).await.unwrap();
        let mut client = client.max_decoding_message_size(64 << 20);
        let budget_tokens = Some(BUDGET);
        let rendering = v1::Rendering::TextAndJson.into();
        let request = v1::GetIncidentBundleRequest { budget_tokens, rendering, ..Default::default() };
        let reply = client.get_incident_bundle(request).await.unwrap();
        searched.look("gRPC GetIncidentBundle", format!("{reply:?}"));
        for word in WORDS {
            let query = word.to_owned();
            let request = v1::SearchEvidenceRequest { budget_tokens, rendering, query, ..Default::default() };
            searched.look("gRPC SearchEvidence", format!("{:?}", client.search_evidence(request).await.unwrap()));
        }
        for handle in handles.iter().take(HANDLES_ELSEWHERE).cloned() {
            let request = v1::ExpandRequest { budget_tokens, rendering, handle, ..Default::default() };
            searched.look("gRPC Expand", format!("{:?}", client.expand(request).await.unwrap()));
        }
        let request = v1::ListServicesRequest { budget_tokens, rendering, ..Default::default() };
        searched.look("gRPC ListServices", format!("{:?}", client.list_services(request).await.unwrap()));
        let from = Some(v1::When { form: Some(v1::when::Form::Text(FAILING.to_owned())) });
        let request = v1::CompareRequest { budget_tokens, rendering, from: from.clone(), ..Default::default() };
        searched.look("gRPC Compare", format!("{:?}", client.compare(request).await.unwrap()));
        let request = v1::TimelineRequest { budget_tokens, rendering, from, ..Default::default() };
        searched.look("gRPC Timeline", format!("{:?}", client.timeline(request).await.unwrap()));
        let request = v1::TopologyRequest { budget_tokens, rendering, ..Default::default() };
        searched.look("gRPC Topology", format!("{:?}", client.topology(request).await.unwrap()));
    });
}

/// The calls of tools, as JSON-RPC.
fn calls(handles: &BTreeSet<String>) -> Vec<(&'static str, Value)> {
    let mut calls = vec![
        ("get_incident_bundle", json!({})),
        ("list_services", json!({})),
        ("compare", json!({"from": FAILING})),
        ("timeline", json!({"from": FAILING})),
        ("topology", json!({})),
    ];
    calls.extend(WORDS.iter().map(|word| ("search_evidence", json!({"query": word}))));
    calls.extend(handles.iter().take(HANDLES_ELSEWHERE).map(|handle| ("expand", json!({"handle": handle}))));
    for (_, arguments) in &mut calls {
        arguments["budget_tokens"] = BUDGET.into();
    }
    calls
}

fn call(tool: &str, arguments: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": tool, "arguments": arguments}})
}

pub(crate) fn post_mcp(server: &Served, message: &Value) -> Value {
    let headers = [
        "Content-Type: application/json",
        "Accept: application/json, text/event-stream",
        "MCP-Protocol-Version: 2025-06-18",
    ];
    let reply = http(server.context_http, "POST", "/mcp", &headers, message.to_string().as_bytes());
    assert_eq!(reply.status, 200, "{message}: {}", reply.whole);
    reply.json()
}

fn over_mcp(server: &Served, handles: &BTreeSet<String>, searched: &mut Searched<'_>) {
    for (tool, arguments) in calls(handles) {
        let reply = post_mcp(server, &call(tool, &arguments));
        assert_ne!(reply["result"]["isError"], true, "{reply}");
        searched.look(&format!("POST /mcp {tool}"), reply.to_string());
    }
}

fn on_standard_streams(server: &Served, handles: &BTreeSet<String>, searched: &mut Searched<'_>) {
    let mut child = decant()
        .env("DECANT_LOG", "trace,rmcp=trace,rmcp::service=trace")
        .args(["mcp", "--to", &format!("http://{}", server.context_grpc)])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let params =
        json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}});
    writeln!(input, "{}", json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params})).unwrap();
    lines.next().unwrap().unwrap();
    writeln!(input, "{}", json!({"jsonrpc": "2.0", "method": "notifications/initialized"})).unwrap();
    for (tool, arguments) in calls(handles) {
        writeln!(input, "{}", call(tool, &arguments)).unwrap();
        let reply = lines.next().unwrap().unwrap();
        assert!(!reply.contains("\"isError\":true"), "{reply}");
        searched.look(&format!("decant mcp {tool}"), reply);
    }
    drop(input);
    let ended = child.wait_with_output().unwrap();
    searched.look("decant mcp: standard error", ended.stderr);
}

/// Questions that hold a secret. Whoever asks may be told what was asked; the log, which is searched later, must not.
fn ask_wrongly(server: &Served, needles: &Needles) {
    for (_, specimen) in planted(needles.corpus()).step_by(97) {
        let value: String = specimen.value.bytes().map(|b| format!("%{b:02X}")).collect();
        for path in
            ["context?at=", "search?query=", "search?from=", "expand?handle=", "services?tokenizer=", "services?"]
        {
            server.get(&format!("/v1/{path}{value}"));
        }
        // Digits alone are a time that may be asked for.
        post_mcp(server, &call("get_incident_bundle", &json!({"at": specimen.value})));
        for arguments in [json!({specimen.value.clone(): 1}), json!(specimen.value)] {
            let reply = post_mcp(server, &call("get_incident_bundle", &arguments));
            assert!(reply["error"].is_object() || reply["result"]["isError"] == true, "{reply}");
        }
    }
}
