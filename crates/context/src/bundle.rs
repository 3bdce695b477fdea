//! From findings to a finished bundle.

use decant_model::Findings;
use serde_json::Value;

use crate::pack::fit;
use crate::plan::{Step, plan};
use crate::sections;
use crate::selection::Selection;
use crate::source::Source;
use crate::tokens::{Ledger, TokenCounter as _, Tokenizer};

/// What the budget binds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// The text alone.
    #[default]
    Text,
    /// The JSON form, compact (as `serde_json::to_string` writes it).
    Json,
    /// Text and JSON together, as both are handed to a model.
    Both,
}

/// How a bundle is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// 100 to 1,000,000; smaller ones are kept as far as the verdict allows.
    pub budget_tokens: usize,
    pub tokenizer: Tokenizer,
    pub format: Format,
}

impl Default for Request {
    fn default() -> Self {
        Self { budget_tokens: 4_000, tokenizer: Tokenizer::default(), format: Format::default() }
    }
}

/// A finished answer in both forms, from one selection.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rendered {
    pub text: String,
    pub json: Value,
    /// Tokens of what the budget bound.
    pub used_tokens: usize,
}

/// Chooses and writes what there is to say about `findings` within the budget.
#[must_use]
pub fn bundle(findings: &Findings, request: &Request) -> Rendered {
    let source = Source::new(findings);
    let (steps, bytes): (Vec<Step>, Vec<usize>) = plan(&source).into_iter().unzip();
    let mut ledger = Ledger::new(request.tokenizer);
    let mut write = |count: usize| {
        let selection = Selection::of(&source, steps.get(..count).unwrap_or(&steps));
        let forms = Forms {
            text: if request.format == Format::Json { String::new() } else { sections::text(&source, &selection) },
            json: if request.format == Format::Text { Value::Null } else { sections::json(&source, &selection) },
        };
        finished(forms, request, |texts| ledger.count(texts))
    };
    let mut count = fit(&bytes, request.budget_tokens, |count| write(count).used_tokens);
    loop {
        let mut rendered = write(count);
        // The ledger's sum is the count of the whole (a law under test); the real counter has the last word.
        let whole = match request.format {
            Format::Text => request.tokenizer.count(&rendered.text),
            Format::Json => request.tokenizer.count(&rendered.json.to_string()),
            Format::Both => {
                request.tokenizer.count(&rendered.text) + request.tokenizer.count(&rendered.json.to_string())
            }
        };
        if whole > request.budget_tokens && count > 0 {
            count -= 1;
            continue;
        }
        let selection = Selection::of(&source, steps.get(..count).unwrap_or(&steps));
        match request.format {
            Format::Text => {
                let json = sections::json(&source, &selection);
                rendered.json = with_budget(json, request, rendered.used_tokens);
            }
            Format::Json => rendered.text = sections::text(&source, &selection),
            Format::Both => {}
        }
        return rendered;
    }
}

/// What was written, before it knows its own length.
pub(crate) struct Forms {
    pub(crate) text: String,
    pub(crate) json: Value,
}

/// Sets `budget.used` to the tokens of the form that holds it. The count grows with the number's digits only, so asking
/// again with the last answer settles at once, from below.
pub(crate) fn finished(forms: Forms, request: &Request, mut count: impl FnMut(&[&str]) -> usize) -> Rendered {
    if request.format == Format::Text {
        let used_tokens = count(&[&forms.text]);
        return Rendered { text: forms.text, json: forms.json, used_tokens };
    }
    let mut used_tokens = 0;
    let mut json = forms.json;
    loop {
        json = with_budget(json, request, used_tokens);
        let written = json.to_string();
        let now = match request.format {
            Format::Both => count(&[&forms.text, &written]),
            _ => count(&[&written]),
        };
        if now <= used_tokens {
            return Rendered { text: forms.text, json, used_tokens };
        }
        used_tokens = now;
    }
}

/// Fills the place that was left for it.
pub(crate) fn with_budget(mut json: Value, request: &Request, used_tokens: usize) -> Value {
    if let Some(budget) = json.get_mut("budget") {
        *budget = serde_json::json!({
            "limit": request.budget_tokens,
            "used": used_tokens,
            "tokenizer": request.tokenizer.name(),
        });
    }
    json
}
