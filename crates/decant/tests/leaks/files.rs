//! The commands that read files: the same secrets as captures of each kind, through every form of output.

use std::path::Path;

use decant_sim::Step;
use decant_sim::secrets::{Place, plant_text};
use serde_json::json;

use crate::needles::Needles;
use crate::outputs::{MARKER, Searched};
use crate::served::decant;
use crate::traffic::{innocent_body, planted};

/// The places that are encodings of a text.
const TEXT_PLACES: [Place; 7] = [
    Place::Body,
    Place::BodyJson,
    Place::BodyLogfmt,
    Place::BodyUrl,
    Place::BodyBase64,
    Place::BodyPercent,
    Place::BodyLater,
];

/// Writes the captures: OTLP/JSON lines, plain text, JSON lines.
pub(crate) fn write(folder: &Path, needles: &Needles, steps: &[Step]) {
    let otlp: Vec<String> = steps.iter().flat_map(|step| step.json_lines().unwrap()).collect();
    let (mut text, mut json) = (String::new(), String::new());
    let mut second = 0;
    let mut line = |level: &str, message: &str| {
        let at = format!("2026-03-03T10:{:02}:{:02}.{:03}Z", second / 60_000 % 60, second / 1_000 % 60, second % 1_000);
        second += 50;
        text.push_str(&format!("{at} {level} {message}\n"));
        json.push_str(&json!({"time": at, "level": level, "msg": message, "component": MARKER}).to_string());
        json.push('\n');
    };
    for n in 0..600 {
        line("INFO", &format!("{MARKER} ledger took item {n}"));
    }
    for (place, specimen) in planted(needles.corpus()).filter(|(place, _)| TEXT_PLACES.contains(place)) {
        line("ERROR", &plant_text(specimen, place));
        line("ERROR", &format!("{MARKER} ledger refused an item"));
    }
    line("ERROR", &innocent_body());
    // As fields of their own.
    for (_, specimen) in planted(needles.corpus()).filter(|(place, _)| *place == Place::LogAttribute) {
        let key = specimen.key.unwrap_or("detail");
        let record = json!({"time": "2026-03-03T10:10:00Z", "level": "error", "msg": "request received", key: specimen.value,
            "context": {"inputs": ["first", {key: specimen.value}]}});
        json.push_str(&record.to_string());
        json.push('\n');
    }
    std::fs::write(folder.join("otlp.jsonl"), otlp.join("\n") + "\n").unwrap();
    std::fs::write(folder.join("quokka.log"), text).unwrap();
    std::fs::write(folder.join("docs.jsonl"), json).unwrap();
}

/// Runs every command on the captures; returns what they printed.
pub(crate) fn run_all(folder: &Path, searched: &mut Searched<'_>) -> String {
    let mut seen = String::new();
    let mut run = |name: &str, errors: &str, arguments: &[&str]| {
        let ran = decant().env("DECANT_LOG", "trace").args(arguments).current_dir(folder).output().unwrap();
        let (out, err) = (String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap());
        assert!(ran.status.success(), "{arguments:?}: {err}");
        seen.push_str(&out);
        searched.look(name, out);
        searched.look(errors, err);
    };
    for format in ["text", "json", "markdown", "html"] {
        let name = format!("decant bundle --format {format}");
        let mut bundle = |paths: &[&str]| {
            let arguments = [&["bundle", "--budget", "200000", "--format", format], paths].concat();
            run(&name, "decant bundle: standard error", &arguments);
        };
        bundle(&["otlp.jsonl"]);
        bundle(&["quokka.log"]);
        bundle(&["docs.jsonl"]);
        // Held in a spool until the newest record is known.
        bundle(&["otlp.jsonl", "--from", "-6m", "--memory", "16M"]);
        bundle(&["docs.jsonl", "--baseline", "quokka.log"]);
    }
    for format in ["table", "csv", "json"] {
        let name = format!("decant templates --format {format}");
        for file in ["quokka.log", "docs.jsonl", "otlp.jsonl"] {
            run(&name, "decant templates: standard error", &["templates", "--format", format, file]);
        }
        run(&name, "decant templates: standard error", &["templates", "--messages", "--format", format, "quokka.log"]);
    }
    for file in ["quokka.log", "docs.jsonl", "otlp.jsonl"] {
        run("decant redact", "decant redact --report: standard error", &["redact", "--report", file]);
    }
    seen
}

/// The whole corpus as text: each value in each encoding, through the filter.
pub(crate) fn redact_everything(folder: &Path, needles: &Needles, searched: &mut Searched<'_>) {
    let mut text = String::new();
    for specimen in needles.corpus() {
        for place in TEXT_PLACES.into_iter().filter(|place| place.holds(specimen)) {
            text.push_str(&plant_text(specimen, place));
            text.push('\n');
        }
    }
    std::fs::write(folder.join("everything.log"), text).unwrap();
    let ran = decant().args(["redact", "everything.log"]).current_dir(folder).output().unwrap();
    assert!(ran.status.success());
    searched.look("decant redact", ran.stdout);
}

/// A configuration that is wrong beside a password, and one whose password is at the wrong place.
pub(crate) fn check_configurations(folder: &Path, needles: &Needles, searched: &mut Searched<'_>) {
    let class = |name: &str| needles.corpus().iter().find(|s| s.class == name).map_or("", |s| s.value.as_str());
    let password = class("password");
    let key = class("api-key");
    for config in [
        format!("kafka:\n  properties:\n    sasl.password: {password}\n  brokerz: [a]\n"),
        format!("kafka:\n  brokers: [a]\n  properties: {{ sasl.password: {password}, x: [1] }}\n"),
        format!("kafka:\n  properties: {password}\n"),
        format!("redact:\n  key: {key}ff\n"),
        format!("redact:\n  keys: {key}\n"),
        format!("redact:\n  key: [{key}\n"),
        format!("lanes: {password}\n"),
        format!("kafka:\n  group_id: a\n  start: {password}\n"),
    ] {
        std::fs::write(folder.join("wrong.yaml"), &config).unwrap();
        for command in ["check", "serve"] {
            let ran = decant().args([command, "--config", "wrong.yaml"]).current_dir(folder).output().unwrap();
            assert_eq!(ran.status.code(), Some(1), "{config}");
            searched.look("decant check: standard error", ran.stderr);
        }
    }
}
