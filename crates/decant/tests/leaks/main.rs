//! No secret gets out: the corpus of secrets through the whole product, and a search of everything that comes out.
//!
//! `decant_sim::secrets` makes values of 65 classes that must not leak, 50 of each. Each class is planted in each of the
//! 27 places of telemetry that can hold it, with another value each time, and sent to the real binary by every way in:
//! OTLP over gRPC and HTTP, Kafka in every encoding, `decant replay`, and the same as files to the commands that read
//! files. Then everything that the product put out is searched for any value, any half of one, and its encoded forms.
//! `outputs.rs` lists the outputs; `known.rs` holds the list against what the product says that it has, so that an
//! output which is added and not searched is a failure. That the search would find something is shown with redaction
//! switched off, for one class and for all.
//!
//! Of the 65 x 50 x 27 combinations a run sends about 1,600 through the server, so that each class meets each place once.
//! All of them go through decoding and redaction in `whole.rs`, which every way into the product passes first: there
//! each class is switched off in turn, too. The whole corpus in all encodings of text goes through `decant redact`.
//! Nothing that is innocent may be lost: names, ids, hashes and versions are looked for as well.
//!
//! With DECANT_BIN the binary is another one, such as that of a release.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests: a failure should show, and the account of what was searched is printed"
)]

mod files;
mod kafka;
mod known;
mod needles;
mod outputs;
mod questions;
mod sending;
mod served;
mod stored;
mod traffic;
mod whole;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use decant_sim::secrets::{VALUES_PER_CLASS, class_names, corpus};
use tokio::runtime::Runtime;

use self::kafka::Kafka;
use self::needles::Needles;
use self::outputs::{Holds, OUTPUTS, Searched};
use self::served::{Served, wait_for};

const SEED: u64 = 4;

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

/// What a server showed.
struct Shown {
    /// All bodies of HTTP answers.
    answers: String,
    /// All stored rows.
    rows: String,
}

/// A server's whole life: everything sent, everything asked, stopped, started again and asked again, its files read.
fn serve(folder: &Path, settings: &str, needles: &Needles, searched: &mut Searched<'_>) -> Shown {
    let runtime = runtime();
    let kafka = Kafka::start();
    let settings = format!("{}{settings}", kafka.settings());
    let server = Served::start(folder, &settings);
    known::doors_are_known(&server, &runtime);
    sending::send(&server, traffic::steps(needles.corpus()), folder, &runtime, searched);
    let letters = kafka.produce(needles);
    for words in kafka::last_words() {
        let path = format!("/v1/search?budget=2000&format=json&query={words}");
        wait_for(&words, || server.get(&path).json()["total"].as_u64() > Some(0));
    }
    let dead = folder.join("data/dead-letters.jsonl");
    wait_for("dead letters", || std::fs::read_to_string(&dead).is_ok_and(|text| text.lines().count() >= letters));
    sending::send_broken(&server, needles, searched);
    let mut answers = questions::ask_all(&server, &runtime, needles, searched);
    searched.look("decant serve: standard error", server.stop());
    // What is read back from the store is logged and told as well.
    let server = Served::start(folder, &settings);
    for path in ["context", "services"] {
        let reply = server.get(&format!("/v1/{path}?budget=20000"));
        answers.push_str(reply.body());
        searched.look(&format!("GET /v1/{path}"), reply.whole);
    }
    searched.look("decant serve: standard error", server.stop());
    let rows = stored::search(&folder.join("data"), searched);
    Shown { answers, rows }
}

/// What leaked, by class and place, with an example and the outputs that show it.
fn leaks(searched: &Searched<'_>) -> String {
    let mut found: BTreeMap<(&str, String), (BTreeSet<&str>, &str)> = BTreeMap::new();
    for (name, output) in &searched.outputs {
        for hit in &output.hits {
            let places: Vec<_> = hit.specimens.iter().filter_map(|&at| traffic::place_of(at)).collect();
            let (outputs, _) =
                found.entry((hit.class, format!("{places:?}"))).or_insert_with(|| (BTreeSet::new(), &hit.shown));
            outputs.insert(name);
        }
    }
    let mut text = String::new();
    for ((class, places), (outputs, shown)) in found {
        text.push_str(&format!("{class} in {places}: {shown:?}\n    in {outputs:?}\n"));
    }
    text
}

#[test]
fn no_secret_is_in_any_output_and_nothing_innocent_is_lost() {
    known::commands_are_known();
    let folder = tempfile::tempdir().unwrap();
    let needles = Needles::new(corpus(SEED).collect());
    let mut searched = Searched::new(&needles);
    let shown = serve(folder.path(), "", &needles, &mut searched);
    files::write(folder.path(), &needles, &traffic::steps(needles.corpus()));
    let printed = files::run_all(folder.path(), &mut searched);
    files::redact_everything(folder.path(), &needles, &mut searched);
    files::check_configurations(folder.path(), &needles, &mut searched);
    searched.print();
    searched.assert_complete();
    let leaks = leaks(&searched);
    assert!(leaks.is_empty(), "these leak:\n{leaks}");
    for (name, value) in traffic::INNOCENTS {
        assert!(shown.rows.contains(value), "the {name} {value} is not stored");
        assert!(shown.answers.contains(value), "the {name} {value} is in no answer");
        assert!(printed.contains(value), "the {name} {value} is not printed");
    }
}

/// Whether an output tells of telemetry, and of more than the names of services, where nothing is planted.
fn shows_telemetry(name: &str) -> bool {
    let of_services = ["services", "ListServices", "topology", "Topology"];
    let is_of_services = of_services.iter().any(|end| name.ends_with(end));
    !is_of_services && OUTPUTS.iter().any(|(known, holds)| *known == name && *holds == Holds::Telemetry)
}

/// A corpus of some classes.
fn corpus_of(classes: &[&str]) -> Needles {
    Needles::new(corpus(SEED).filter(|specimen| classes.contains(&specimen.class)).collect())
}

/// Switched off one beside the other: a token by its form, personal data, a value that its key tells.
const SWITCHED_OFF: [&str; 3] = ["github-token", "email", "client-secret"];

#[test]
fn the_search_finds_classes_that_are_switched_off_in_every_output_of_a_server_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let needles = corpus_of(&[&SWITCHED_OFF[..], &["jwt", "password"]].concat());
    let mut searched = Searched::new(&needles);
    let policies = SWITCHED_OFF.map(|class| format!("{class}: allow")).join(", ");
    serve(folder.path(), &format!("redact: {{ policies: {{ {policies} }} }}\n"), &needles, &mut searched);
    searched.print();
    for (name, output) in &searched.outputs {
        let found: BTreeSet<&str> = output.hits.iter().map(|hit| hit.class).collect();
        let others: Vec<_> = found.iter().filter(|class| !SWITCHED_OFF.contains(class)).collect();
        assert!(others.is_empty(), "{others:?} is not switched off, and {name} shows it");
        if shows_telemetry(name) {
            // What differs and what happened when are told in few words, which show some.
            let tells_little = ["compare", "timeline"].iter().any(|end| name.to_lowercase().ends_with(end));
            let is_of_one = tells_little && !found.is_empty();
            let missing: Vec<_> = SWITCHED_OFF.iter().filter(|class| !found.contains(*class) && !is_of_one).collect();
            assert!(missing.is_empty(), "{missing:?} is switched off, and {name} does not show it");
        }
    }
}

#[test]
#[ignore = "a minute or two: .ci/end-to-end runs it on the release"]
fn the_search_finds_every_class_in_every_output_of_a_server_that_redacts_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let needles = Needles::new(corpus(SEED).collect());
    let mut searched = Searched::new(&needles);
    serve(folder.path(), "redact: { detect_only: true }\n", &needles, &mut searched);
    searched.print();
    let rows = searched.outputs.iter().filter(|(name, _)| name.starts_with("store: rows"));
    let found: BTreeSet<&str> = rows.flat_map(|(_, output)| &output.hits).map(|hit| hit.class).collect();
    assert_eq!(found, class_names().collect(), "a class is not planted, or not searched for");
    for (name, output) in searched.outputs.iter().filter(|(name, _)| shows_telemetry(name)) {
        assert!(!output.hits.is_empty(), "nothing is found in {name}: it is not really searched");
    }
    let places: BTreeSet<_> = searched.outputs["store: rows of logs"]
        .hits
        .iter()
        .chain(&searched.outputs["store: rows of metrics"].hits)
        .chain(&searched.outputs["store: rows of traces"].hits)
        .flat_map(|hit| &hit.specimens)
        .filter_map(|&at| traffic::place_of(at))
        .collect();
    assert_eq!(places.len(), decant_sim::secrets::Place::ALL.len(), "{places:?}");
    assert_eq!(needles.corpus().len(), class_names().count() * VALUES_PER_CLASS);
}
