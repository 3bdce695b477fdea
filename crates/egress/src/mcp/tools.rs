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
        Question::Services => "Lists the services seen, with how many logs, spans and metric points each sent.",
    }
}

fn input_schema(question: Question, limits: &Limits) -> JsonObject {
    let parameters = Parameter::of(question);
    let properties: JsonObject =
        parameters.iter().map(|&parameter| (parameter.name().to_owned(), property(parameter, limits))).collect();
    let required: Vec<&str> = parameters.iter().filter(|p| p.is_required()).map(|p| p.name()).collect();
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
    }
}
