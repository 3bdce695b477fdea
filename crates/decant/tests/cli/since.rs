//! What is new since an answer that the asker has: a simulated incident is sent in, asked about, and goes on.

use std::time::Duration;

use decant_context::{TokenCounter as _, Tokenizer};
use decant_sim::{Fault, Scenario, Simulation, Step};
use serde_json::Value;

use crate::serve::Served;

const QUESTION: &str = "/v1/context?budget=4000";

/// Stored when it returns.
fn send(server: &Served, step: &Step) {
    let post = |path: &str, json: Result<String, serde_json::Error>| assert_eq!(server.send(path, &json.unwrap()), 200);
    if let Some(request) = &step.logs {
        post("/v1/logs", serde_json::to_string(request));
    }
    if let Some(request) = &step.metrics {
        post("/v1/metrics", serde_json::to_string(request));
    }
    if let Some(request) = &step.traces {
        post("/v1/traces", serde_json::to_string(request));
    }
}

/// An answer as text and as JSON: a form that holds more has a revision of its own.
struct Told {
    text: String,
    json: Value,
}

impl Told {
    fn whole(server: &Served) -> Self {
        Self { text: server.told(QUESTION), json: server.asked(&format!("{QUESTION}&format=json")) }
    }

    /// What is new beside `earlier`.
    fn since(server: &Served, earlier: &Self) -> Self {
        let (text, json) = earlier.revisions();
        let text = server.told(&format!("{QUESTION}&since={text}"));
        Self { text, json: server.asked(&format!("{QUESTION}&since={json}&format=json")) }
    }

    fn revisions(&self) -> (u64, u64) {
        let told = self.text.split_once(" services, revision ").and_then(|(_, rest)| rest.lines().next());
        let told = told.and_then(|revision| revision.parse().ok());
        told.zip(self.json["revision"].as_u64()).unwrap_or_else(|| panic!("no revision: {} {}", self.text, self.json))
    }

    fn tokens(&self) -> [u64; 2] {
        let json = self.json["budget"]["used"].as_u64().unwrap_or_else(|| panic!("no tokens: {}", self.json));
        [Tokenizer::O200kBase.count(&self.text) as u64, json]
    }

    /// Items in all lists.
    fn items(&self) -> usize {
        self.json.as_object().unwrap().values().filter_map(Value::as_array).map(Vec::len).sum()
    }

    /// At most a `part` of the whole, in either form.
    #[expect(clippy::print_stdout, reason = "what was measured is told")]
    fn is_at_most(&self, part: u64, whole: &Self, what: &str) {
        let (new, all) = (self.tokens(), whole.tokens());
        println!("{what}: {} of {} tokens as text, {} of {} as JSON", new[0], all[0], new[1], all[1]);
        assert!(new.iter().zip(all).all(|(new, all)| new * part <= all), "{what}: {} {}", self.text, self.json);
    }
}

#[test]
fn who_has_an_answer_is_told_what_is_new_since_then_and_else_all() {
    let folder = tempfile::tempdir().unwrap();
    let server = Served::start_with(folder.path(), "");
    let scenario = Scenario {
        fault: Some(Fault::SlowQuery),
        rate: 4.0,
        step: Duration::from_secs(10),
        faulty: Duration::from_secs(210),
        ..Scenario::default()
    };
    let mut steps = Simulation::new(&scenario);
    // Two and a half minutes of the incident, but for its last seconds.
    steps.by_ref().take(34).for_each(|step| send(&server, &step));
    let first = Told::whole(&server);
    assert_eq!(first.json["verdict"], "incident", "{}", first.json);

    let same = Told::since(&server, &first);
    let (text, json) = first.revisions();
    assert_eq!((same.json["delta"]["since"].as_u64(), same.items()), (Some(json), 0), "{}", same.json);
    assert!(same.text.contains(&format!("new since revision {text}")), "{}", same.text);
    assert!(same.text.contains("nothing new; unchanged: ") && !same.text.contains("\n## "), "{}", same.text);
    same.is_at_most(10, &first, "no news");

    // Then what is held of an incident is said anew, which happens after 1, 2, 4, 8 .. minutes.
    steps.by_ref().take(1).for_each(|step| send(&server, &step));
    let second = Told::whole(&server);
    Told::since(&server, &first).is_at_most(1, &second, "over a checkpoint");

    // From there it goes on as it is.
    steps.by_ref().take(2).for_each(|step| send(&server, &step));
    let (third, new) = (Told::whole(&server), Told::since(&server, &second));
    assert_eq!(new.json["delta"]["since"].as_u64(), Some(second.revisions().1), "{}", new.json);
    assert_eq!(new.json["bundle_id"], third.json["bundle_id"]);
    new.is_at_most(5, &third, "twenty seconds on");

    // What was never told, or is forgotten.
    let unknown = server.asked(&format!("{QUESTION}&since=7&format=json"));
    assert!(unknown["delta"].is_null(), "{unknown}");
    assert_eq!((&unknown["suspects"], &unknown["revision"]), (&third.json["suspects"], &third.json["revision"]));
    let whole = server.told(&format!("{QUESTION}&since=7"));
    assert!(whole.contains("(all there is to tell: revision 7 is not remembered)"), "{whole}");
}
