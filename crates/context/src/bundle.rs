//! From findings to a finished bundle.

use std::cell::RefCell;

use decant_model::Findings;
use serde_json::Value;

use crate::delta::Known;
use crate::handles::Handles;
use crate::held::{Held, held};
use crate::pack::{fit, greatest};
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
    /// What a reader has with it.
    pub told: Known,
}

/// The part of a budget that is for what is held, where something is; the rest is for what is so now.
const HELD: (usize, usize) = (10, 11);

/// Chooses and writes what there is to say about `findings` within the budget.
#[must_use]
pub fn bundle(findings: &Findings, request: &Request) -> Rendered {
    whole(findings, None, request)
}

/// As [`bundle()`], for one who asked what is new since a revision that nobody remembers: the text says so.
#[must_use]
pub fn whole(findings: &Findings, forgotten: Option<u64>, request: &Request) -> Rendered {
    let held = held(findings);
    let mut source = match &held {
        Some(Held { findings: merged, late }) => Source::held(merged, Handles::of(findings), Some(late.clone())),
        None => Source::new(findings),
    };
    source.forgotten = forgotten;
    of_source(&source, request)
}

pub(crate) fn of_source(source: &Source<'_>, request: &Request) -> Rendered {
    packed(source, request).0
}

/// The answer, and what it shows.
pub(crate) fn packed(source: &Source<'_>, request: &Request) -> (Rendered, Selection) {
    let plan = plan(source);
    let split = |steps: Vec<(Step, usize)>| steps.into_iter().unzip::<Step, usize, Vec<_>, Vec<_>>();
    let ((steps, bytes), (late, late_bytes)) = (split(plan.steps), split(plan.late));
    let select = |count: usize, late_count: usize| {
        let steps = steps.get(..count).unwrap_or(&steps);
        Selection::of(source, &[steps, late.get(..late_count).unwrap_or(&late)].concat())
    };
    let text = |selection: &Selection| sections::text(source, selection);
    let json = |selection: &Selection| sections::json(source, selection);
    let ledger = RefCell::new(Ledger::new(request.tokenizer));
    let cost = |selection: &Selection| {
        Forms::of(request.format, || text(selection), || json(selection)).cost(request, &mut ledger.borrow_mut())
    };
    let budget = request.budget_tokens;
    let (mut count, mut late_count);
    if source.is_held() {
        let content = |count| cost(&select(count, 0).without_omissions());
        let held = |count| cost(&select(count, 0).without_news());
        let held_tokens = budget * HELD.0 / HELD.1;
        count = fit(&bytes, held_tokens, content, held);
        // While there is more to say of what is held, the rest keeps to its share.
        let room = budget - if count < bytes.len() { held_tokens } else { held(count) };
        // What it costs does not hang on how much of what is held has room, so that it never falls when that grows.
        let late_cost = |late_count| {
            // A complete one tells the notes of the counts, too, which a late step brings.
            let (whole, alone) = (select(steps.len(), late_count), select(0, late_count).completed());
            let forms = Forms::of(request.format, || sections::late_text(source, &whole), || json(&alone));
            forms.cost(request, &mut ledger.borrow_mut())
        };
        let json_alone = if request.format == Format::Text { 0 } else { late_cost(0) };
        late_count = greatest(&late_bytes, room + json_alone, late_cost);
    } else {
        let (content, whole) = (|count| cost(&select(count, 0).without_omissions()), |count| cost(&select(count, 0)));
        (count, late_count) = (fit(&bytes, budget, content, whole), 0);
    }
    loop {
        let mut selection = select(count, late_count);
        let told = Known::of(source, &selection);
        selection.revision = Some(told.revision());
        let forms = Forms::of(request.format, || text(&selection), || json(&selection));
        let rendered = forms.finished(request, &mut ledger.borrow_mut());
        // The ledger's sum is the count of the whole (a law under test); the real counter has the last word.
        if rendered.counted_whole(request) > request.budget_tokens && count + late_count > 0 {
            if late_count > 0 {
                late_count -= 1;
            } else {
                count -= 1;
            }
            continue;
        }
        let rendered = rendered.with_other_form(request, || text(&selection), || json(&selection));
        return (Rendered { told, ..rendered }, selection);
    }
}

/// The forms that a budget binds, written but for `budget.used`.
pub(crate) struct Forms {
    text: String,
    json: Value,
}

impl Forms {
    pub(crate) fn of(format: Format, text: impl FnOnce() -> String, json: impl FnOnce() -> Value) -> Self {
        Self {
            text: if format == Format::Json { String::new() } else { text() },
            json: if format == Format::Text { Value::Null } else { json() },
        }
    }

    /// Tokens, with `budget.used` as long as it can be.
    pub(crate) fn cost(self, request: &Request, ledger: &mut Ledger) -> usize {
        let json = with_budget(self.json, request, request.budget_tokens);
        count(ledger, request.format, &self.text, &json)
    }

    /// Sets `budget.used` to the tokens of the form that holds it. The count grows with the number's digits only, so
    /// asking again with the last answer settles at once, from below.
    pub(crate) fn finished(self, request: &Request, ledger: &mut Ledger) -> Rendered {
        let (mut json, mut used_tokens) = (self.json, 0);
        loop {
            json = with_budget(json, request, used_tokens);
            let now = count(ledger, request.format, &self.text, &json);
            if now <= used_tokens {
                return Rendered { text: self.text, json, used_tokens, ..Rendered::default() };
            }
            used_tokens = now;
        }
    }
}

impl Rendered {
    /// Tokens of what the budget binds, counted in one piece.
    fn counted_whole(&self, request: &Request) -> usize {
        let counter = request.tokenizer;
        match request.format {
            Format::Text => counter.count(&self.text),
            Format::Json => counter.count(&self.json.to_string()),
            Format::Both => counter.count(&self.text) + counter.count(&self.json.to_string()),
        }
    }

    /// Adds the form that the budget does not bind.
    pub(crate) fn with_other_form(
        mut self,
        request: &Request,
        text: impl FnOnce() -> String,
        json: impl FnOnce() -> Value,
    ) -> Self {
        match request.format {
            Format::Text => self.json = with_budget(json(), request, self.used_tokens),
            Format::Json => self.text = text(),
            Format::Both => {}
        }
        self
    }
}

fn count(ledger: &mut Ledger, format: Format, text: &str, json: &Value) -> usize {
    match format {
        Format::Text => ledger.count(text),
        Format::Json => ledger.count(&json.to_string()),
        Format::Both => ledger.count(text) + ledger.count(&json.to_string()),
    }
}

/// Fills the place that was left for it.
fn with_budget(mut json: Value, request: &Request, used_tokens: usize) -> Value {
    if let Some(budget) = json.get_mut("budget") {
        *budget = serde_json::json!({
            "limit": request.budget_tokens,
            "used": used_tokens,
            "tokenizer": request.tokenizer.name(),
        });
    }
    json
}
