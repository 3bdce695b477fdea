//! The ways in: OTLP over gRPC and HTTP, protobuf and JSON, `decant replay`, and what nobody can decode.

use std::path::Path;

use decant_ingress::Client;
use decant_sim::Step;
use tokio::runtime::Runtime;

use crate::needles::Needles;
use crate::outputs::Searched;
use crate::served::{Reply, Served, decant, http};
use crate::traffic::planted;

const JSON: [&str; 1] = ["Content-Type: application/json"];

/// Sends all steps, each by another way.
pub(crate) fn send(server: &Served, steps: Vec<Step>, folder: &Path, runtime: &Runtime, searched: &mut Searched<'_>) {
    let grpc = format!("http://{}", server.otlp_grpc);
    let client = runtime.block_on(async { Client::new(&grpc).unwrap() });
    let mut replayed = String::new();
    for (n, step) in steps.into_iter().enumerate() {
        match n % 3 {
            0 => {
                let sent = runtime.block_on(async {
                    let (logs, metrics, traces) = (
                        step.logs.unwrap_or_default(),
                        step.metrics.unwrap_or_default(),
                        step.traces.unwrap_or_default(),
                    );
                    let sent = [
                        client.send_logs(logs).await.unwrap(),
                        client.send_metrics(metrics).await.unwrap(),
                        client.send_traces(traces).await.unwrap(),
                    ];
                    assert!(sent.iter().all(|sent| sent.rejected == 0), "{sent:?}");
                    format!("{sent:?}")
                });
                searched.look("OTLP gRPC: reply", sent);
            }
            1 => {
                for (line, path) in lines(&step) {
                    let reply = http(server.otlp_http, "POST", path, &JSON, line.as_bytes());
                    assert_eq!(reply.status, 200, "{}", reply.whole);
                    searched.look("OTLP HTTP: reply", reply.whole);
                }
            }
            _ => lines(&step).iter().for_each(|(line, _)| replayed.push_str(&format!("{line}\n"))),
        }
    }
    let path = folder.join("replayed.jsonl");
    std::fs::write(&path, replayed).unwrap();
    let ran = decant().arg("replay").arg(&path).args(["--to", &grpc]).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    searched.look("decant replay: standard error", [ran.stdout, ran.stderr].concat());
}

/// OTLP/JSON of a step, with the paths that take it.
fn lines(step: &Step) -> Vec<(String, &'static str)> {
    let mut lines = Vec::new();
    lines.extend(step.logs.as_ref().map(|r| (serde_json::to_string(r).unwrap(), "/v1/logs")));
    lines.extend(step.metrics.as_ref().map(|r| (serde_json::to_string(r).unwrap(), "/v1/metrics")));
    lines.extend(step.traces.as_ref().map(|r| (serde_json::to_string(r).unwrap(), "/v1/traces")));
    lines
}

/// Requests that are refused with a secret at the very place that is wrong. The sender knows what it sent: what counts is
/// that neither the reply nor the log repeats it.
pub(crate) fn send_broken(server: &Served, needles: &Needles, searched: &mut Searched<'_>) {
    let post =
        |path: &str, headers: &[&str], body: &[u8]| -> Reply { http(server.otlp_http, "POST", path, headers, body) };
    let broken = broken(needles);
    let mut refused = 0;
    for payload in &broken {
        for headers in [
            &JSON[..],
            &["Content-Type: application/x-protobuf"],
            &["Content-Type: application/json", "Content-Encoding: gzip"],
        ] {
            let reply = post("/v1/logs", headers, payload);
            refused += usize::from(reply.status == 400);
            searched.look("OTLP HTTP: refusal", reply.whole);
        }
    }
    // Lenient as the decoder is, it makes a record of some.
    assert!(refused > broken.len() * 2, "only {refused} of {} were refused", broken.len() * 3);
    let (_, specimen) = planted(needles.corpus()).next().unwrap();
    let secret = &specimen.value;
    for (path, headers) in [
        (format!("/v1/{secret}"), vec![JSON[0].to_owned()]),
        ("/v1/logs".to_owned(), vec![format!("Content-Type: {secret}")]),
        ("/v1/logs".to_owned(), vec![JSON[0].to_owned(), format!("Content-Encoding: {secret}")]),
        ("/v1/logs".to_owned(), vec![format!("Authorization: Bearer {secret}")]),
    ] {
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        let reply = post(&path, &headers, b"{}");
        assert!(reply.status >= 400, "{}", reply.whole);
        searched.look("OTLP HTTP: refusal", reply.whole);
    }
}

/// Messages that hardly a decoder of OTLP/JSON takes, for a value of each class.
pub(crate) fn broken(needles: &Needles) -> Vec<Vec<u8>> {
    let text = |text: &str| serde_json::to_string(text).unwrap();
    let mut all = Vec::new();
    for (at, class) in needles.corpus().chunks(decant_sim::secrets::VALUES_PER_CLASS).enumerate() {
        // A number would be a time.
        let value = text(&format!("input {}", class[0].text()));
        let record = |record: String| format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{record}]}}]}}]}}"#);
        let wrong = [
            record(format!(r#"{{"timeUnixNano":{value}}}"#)),
            record(format!(r#"{{"severityNumber":{value}}}"#)),
            record(format!(r#"{{"body":{value}}}"#)),
            record(format!(r#"{{"body":{{"stringValue":{value}"#)),
            format!(r#"{{"resourceLogs":{value}}}"#),
            format!(r#"{{"resourceLogs":[{{{value}: x}}]}}"#),
            value.clone(),
        ];
        all.push(wrong[at % wrong.len()].clone().into_bytes());
    }
    all
}
