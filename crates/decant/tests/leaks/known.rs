//! What the product says that it has, held against what is searched. Whoever adds an output is led here: put it on the
//! list in `outputs.rs`, and search it.

use std::collections::BTreeSet;
use std::path::Path;

use decant_egress::v1;
use prost::Message as _;
use prost_types::FileDescriptorSet;
use serde_json::json;
use tokio::runtime::Runtime;
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;

use crate::outputs::OUTPUTS;
use crate::questions::post_mcp;
use crate::served::{Served, decant, http};

/// Subcommands that never see anybody's telemetry: the simulated shop's own, and a script.
const OF_NO_TELEMETRY: [&str; 3] = ["demo", "simulate", "completions"];
/// gRPC services that say nothing of telemetry.
const OF_NO_TELEMETRY_GRPC: [&str; 3] =
    ["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"];
/// Options by command: a new one may be a new output.
const OPTIONS: [(&str, &str); 7] = [
    ("bundle", "at baseline budget format from help memory service timezone to tokenizer version"),
    ("serve", "config help version"),
    ("mcp", "help to version"),
    ("templates", "format help memory messages timezone version"),
    ("redact", "help report version"),
    ("replay", "help to version"),
    ("check", "config help version"),
];

fn is_searched(name: &str) -> bool {
    OUTPUTS
        .iter()
        .any(|(output, _)| *output == name || output.strip_prefix(name).is_some_and(|o| o.starts_with([' ', ':'])))
}

fn printed(arguments: &[&str]) -> String {
    let ran = decant().args(arguments).output().unwrap();
    String::from_utf8([ran.stdout, ran.stderr].concat()).unwrap()
}

/// Subcommands, their options and forms.
pub(crate) fn commands_are_known() {
    let help = printed(&["--help"]);
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let commands: Vec<&str> =
        commands.filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).filter(|c| !c.is_empty()).collect();
    assert!(commands.contains(&"bundle"), "{help}");
    for command in commands.into_iter().filter(|command| !OF_NO_TELEMETRY.contains(command)) {
        assert!(
            is_searched(&format!("decant {command}")),
            "decant {command} is a command whose output is not searched"
        );
        let help = printed(&[command, "--help"]);
        let options: BTreeSet<&str> = help
            .lines()
            .filter_map(|line| line.trim_start().strip_prefix('-'))
            .filter_map(|line| line.split_once("--").map_or_else(|| line.strip_prefix('-'), |(_, name)| Some(name)))
            .filter_map(|name| name.split([' ', '=']).next())
            .collect();
        let known = OPTIONS.iter().find(|(name, _)| *name == command).map(|(_, known)| known.split(' ').collect());
        assert_eq!(Some(options), known, "decant {command} has other options than are known");
    }
    for command in ["bundle", "templates"] {
        let refusal = printed(&[command, "x", "--format", "no-such-form"]);
        let forms = refusal.split_once("[possible values: ").and_then(|(_, rest)| rest.split_once(']')).unwrap().0;
        for form in forms.split(", ") {
            assert!(
                is_searched(&format!("decant {command} --format {form}")),
                "decant {command} --format {form} is not searched"
            );
        }
    }
}

/// Paths, calls and tools.
pub(crate) fn doors_are_known(server: &Served, runtime: &Runtime) {
    let refusal = server.get("/no/such/path");
    assert_eq!(refusal.status, 404);
    let message = refusal.json()["error"]["message"].as_str().unwrap().to_owned();
    let told: BTreeSet<String> =
        message.split([' ', ',', '\n']).filter(|word| word.starts_with('/')).map(str::to_owned).collect();
    // The message is written by hand; the routers are what serves.
    let mut paths = routes_of("../egress/src");
    assert!(paths.len() >= 10 && told.len() >= 5, "{paths:?} {message}");
    paths.extend(told);
    for path in paths {
        assert!(["GET", "POST"].iter().any(|m| is_searched(&format!("{m} {path}"))), "{path} is not searched");
    }
    let refusal = http(server.otlp_http, "POST", "/no/such/path", &[], b"");
    assert_eq!(refusal.body(), "post to /v1/logs, /v1/metrics or /v1/traces\n", "there is another way in");
    let ways_in = routes_of("../ingress/src");
    assert_eq!(ways_in, ["/v1/logs", "/v1/metrics", "/v1/traces"].map(str::to_owned).into(), "there is another way in");

    let list = post_mcp(server, &json!({"jsonrpc": "2.0", "id": 2, "method": "tools/list"}));
    for tool in list["result"]["tools"].as_array().unwrap() {
        let tool = tool["name"].as_str().unwrap();
        for door in ["POST /mcp", "decant mcp"] {
            assert!(is_searched(&format!("{door} {tool}")), "the tool {tool} is not searched");
        }
    }
    let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "2025-06-18",
        "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}});
    let capabilities = post_mcp(server, &hello)["result"]["capabilities"].clone();
    let capabilities: Vec<&String> = capabilities.as_object().unwrap().keys().collect();
    assert_eq!(capabilities, ["tools"], "MCP offers more than tools");

    for service in grpc_services(server, runtime) {
        if !OF_NO_TELEMETRY_GRPC.contains(&service.as_str()) {
            assert_eq!(service, v1::SERVICE_NAME, "the gRPC service {service} is not searched");
        }
    }
    let files = FileDescriptorSet::decode(v1::FILE_DESCRIPTOR_SET).unwrap();
    let methods: Vec<&str> = files
        .file
        .iter()
        .flat_map(|file| &file.service)
        .flat_map(|service| &service.method)
        .map(prost_types::MethodDescriptorProto::name)
        .collect();
    assert!(methods.len() >= 4);
    for method in methods {
        assert!(is_searched(&format!("gRPC {method}")), "the call {method} is not searched");
    }
}

/// Every path that a router below this folder is given.
fn routes_of(folder: &str) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = std::fs::read_to_string(&path).unwrap();
            for call in [".route(", ".route_service(", ".nest(", ".nest_service("] {
                let given = source.split(call).skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"'));
                paths.extend(given.filter_map(|rest| rest.split('"').next()).map(str::to_owned));
            }
        }
    }
    paths
}

fn grpc_services(server: &Served, runtime: &Runtime) -> Vec<String> {
    let url = format!("http://{}", server.context_grpc);
    runtime.block_on(async {
        let channel = tonic::transport::Endpoint::from_shared(url).unwrap().connect().await.unwrap();
        let request = ServerReflectionRequest {
            message_request: Some(MessageRequest::ListServices(String::new())),
            ..Default::default()
        };
        let mut client = ServerReflectionClient::new(channel);
        let replies = client.server_reflection_info(tokio_stream::once(request)).await.unwrap();
        let reply = replies.into_inner().message().await.unwrap().unwrap();
        match reply.message_response {
            Some(MessageResponse::ListServicesResponse(list)) => list.service.into_iter().map(|s| s.name).collect(),
            other => panic!("reflection says {other:?}"),
        }
    })
}
