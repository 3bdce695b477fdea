//! The tools as an agent reads them. Every word here is paid for in each conversation: short, and what to do next.

use std::sync::Arc;

use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::{Value, json};

use crate::{config::Limits, metrics::Question, parameters::Parameter};

pub(super) fn name(question: Question) -> &'static str {
    match question {
        Question::Bundle => "get_incident_bundle",
        Question::Search => "search_evidence",
        Question::Expand => "expand",
        Question::Services => "list_services",
        Question::Compare => "compare",
        Question::Timeline => "timeline",
        Question::Topology => "topology",
    }
}

pub(super) fn question(name: &str) -> Option<Question> {
    Question::ALL.into_iter().find(|&question| self::name(question) == name)
}

pub(super) fn all(limits: &Limits) -> Vec<Tool> {
    Question::ALL.into_iter().map(|question| tool(question, limits)).collect()
}

pub(super) fn tool(question: Question, limits: &Limits) -> Tool {
    // Answers change as telemetry comes in, and nothing is changed by asking.
    let hints = ToolAnnotations::with_title(title(question)).read_only(true).destructive(false).open_world(false);
    Tool::new(name(question), description(question), Arc::new(input_schema(question, limits))).annotate(hints)
}

fn title(question: Question) -> &'static str {
    match question {
        Question::Bundle => "Incident bundle",
        Question::Search => "Search evidence",
        Question::Expand => "Expand a handle",
        Question::Services => "List services",
        Question::Compare => "Compare two windows",
        Question::Timeline => "Timeline",
        Question::Topology => "Service graph",
    }
}

fn description(question: Question) -> &'static str {
    match question {
        Question::Bundle => {
            "What is wrong with the system, and why? Start here. Gives the verdict (incident, no incident, or too little \
             data), ranked suspects with their evidence (log patterns, metric shifts, call edges, traces, recent \
             changes), what was checked and is healthy, and what was left out. Every item has a handle for expand."
        }
        Question::Search => {
            "Finds evidence by words: log patterns, metrics, calls, traces and log lines that match, best first. Use it \
             to test an idea that the bundle does not settle."
        }
        Question::Expand => {
            "Shows what stands behind a handle of an earlier answer: more examples of a log pattern, the points of a \
             series, the spans of a trace, the evidence of a suspect."
        }
        Question::Services => {
            "Lists the services seen: calls that came in, callers and callees, and how much of note each said."
        }
        Question::Compare => {
            "Did a change do harm? What is different between two stretches of time: first a verdict (PASS, WARNING, \
             REGRESSION or WAIT, and why), then log patterns, calls and metrics that came, went, or moved, the greatest \
             difference first. Without against_from and against_to, from..to is compared with as long a \
             stretch just before it. A change's handle may stand as from: what came after it, half an hour at most \
             unless to is given, beside what was before."
        }
        Question::Timeline => {
            "What happened, in order of time: changes, onsets, log patterns that began or ended, metric shifts, \
             example traces."
        }
        Question::Topology => {
            "Who calls whom, and how often, around a service (depth 1: its callers and callees), the nearest first; \
             without a service, the whole graph."
        }
    }
}

fn input_schema(question: Question, limits: &Limits) -> JsonObject {
    let parameters = Parameter::of(question);
    let properties: JsonObject =
        parameters.iter().map(|&parameter| (parameter.name().to_owned(), property(parameter, limits))).collect();
    let required: Vec<&str> = parameters.iter().filter(|p| p.is_required(question)).map(|p| p.name()).collect();
    let mut schema = JsonObject::new();
    schema.insert("type".to_owned(), json!("object"));
    schema.insert("properties".to_owned(), Value::Object(properties));
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    schema.insert("additionalProperties".to_owned(), json!(false));
    schema
}

fn property(parameter: Parameter, limits: &Limits) -> Value {
    let text = |description: &str| json!({"type": "string", "description": description});
    match parameter {
        Parameter::Query => text("Words to find, in any order."),
        Parameter::Handle => text("A handle from an earlier answer."),
        Parameter::Budget => json!({
            "type": "integer",
            "minimum": Limits::BUDGET_MIN_TOKENS,
            "maximum": limits.budget_max_tokens,
            "default": limits.budget_default_tokens,
            "description": "The most tokens that the whole answer may take.",
        }),
        Parameter::Tokenizer => json!({
            "type": "string",
            "default": limits.tokenizer_default,
            "description": "Which tokenizer the budget counts in: o200k_base, cl100k_base, or approx.",
        }),
        Parameter::From => text("Start of the window: RFC 3339, Unix time, or relative to the newest record (-15m)."),
        Parameter::To => text("End of the window, exclusive; written like from."),
        Parameter::At => text("Ask about the incident at this time rather than the newest; written like from."),
        Parameter::Service => text("Only this service and its neighbours."),
        Parameter::Cursor => text("next_cursor of the page before."),
        Parameter::Since => json!({
            "type": "integer",
            "minimum": 0,
            "description": "The revision of an earlier bundle that you still have: only what is new since then is told.",
        }),
        Parameter::AgainstFrom => text("Start of the window to compare with; written like from."),
        Parameter::AgainstTo => text("End of the window to compare with, exclusive; written like from."),
        Parameter::Depth => json!({
            "type": "integer",
            "minimum": 1,
            "maximum": Limits::DEPTH_MAX,
            "default": Limits::DEPTH_DEFAULT,
            "description": "How many calls away from the service.",
        }),
    }
}
