//! What is sent: a system of two services, well for a while and then failing, and secrets in every place of it.
//!
//! Each class is planted in each place that can hold it, with another value each time: 27 places, 50 values. So a value
//! that comes out tells the place that it came from.

use std::collections::BTreeMap;
use std::time::SystemTime;

use decant_sim::Step;
use decant_sim::secrets::{Place, Specimen, VALUES_PER_CLASS, plant};
use serde_json::{Value, json};

use crate::outputs::MARKER;

const SECOND_NS: i64 = 1_000_000_000;
/// The system is well for so long, and fails until the end.
const HEALTHY_S: i64 = 600;
const END_S: i64 = 840;
const TICK_S: i64 = 10;
/// Ticks that are sent at once: each request waits until what it brought is durable.
const TICKS_PER_STEP: usize = 6;

/// What must be left as it is, wherever it goes: names, ids, hashes, versions.
pub(crate) const INNOCENTS: [(&str, &str); 9] = [
    ("service", "quokka-cart"),
    ("uuid", "5f0c9a1e-7d3b-4c58-9e21-0b6f4f1d2a77"),
    ("trace", "4bf92f3577b34da6a3ce929d0e0e4736"),
    ("commit", "9fceb02d0ae598e95dc970b74767f19372d61af8"),
    ("digest", "sha256:6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"),
    ("version", "v2.14.3-rc.1+build.77"),
    ("block", "blk_-1608999687919862906"),
    ("pod", "quokka-cart-6d4cf56db6-x7k2p"),
    ("path", "/var/lib/quokka/segments/000042.log"),
];

/// The value of a class that is planted in a place, as an index into the values of its class.
fn value_of(place: usize) -> usize {
    place % VALUES_PER_CLASS
}

/// Where the specimen at this index of the corpus was planted.
pub(crate) fn place_of(corpus_index: usize) -> Option<Place> {
    Place::ALL.get(corpus_index % VALUES_PER_CLASS).copied()
}

/// A specimen for each class and place that go together.
pub(crate) fn planted(corpus: &[Specimen]) -> impl Iterator<Item = (Place, &Specimen)> {
    Place::ALL.into_iter().enumerate().flat_map(move |(at, place)| {
        let values = corpus.chunks(VALUES_PER_CLASS).filter_map(move |class| class.get(value_of(at)));
        values.filter(move |specimen| place.holds(specimen)).map(move |specimen| (place, specimen))
    })
}

/// All that is sent, in the order of event time.
///
/// It ends about now, as does what comes by Kafka without a time.
pub(crate) fn steps(corpus: &[Specimen]) -> Vec<Step> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let start = (now.as_secs() as i64 / TICK_S * TICK_S - END_S) * SECOND_NS;
    let mut secrets: Vec<(Place, &Specimen)> = planted(corpus).collect();
    // Classes that are planted side by side in time must not always be the same.
    secrets.sort_by_key(|(place, specimen)| (specimen.value.len() * 7 + *place as usize) % 31);
    let mut secrets = secrets.into_iter().enumerate().peekable();
    let ticks = (END_S - HEALTHY_S) / TICK_S;
    let per_tick = secrets.len() as i64 / ticks + 1;
    let mut ticks_sent = Vec::new();
    for second in (0..END_S).step_by(TICK_S as usize) {
        let at = start + second * SECOND_NS;
        let is_healthy = second < HEALTHY_S;
        let mut all = vec![background(at, is_healthy), metered(corpus, at, is_healthy)];
        if !is_healthy {
            for (n, (place, specimen)) in secrets.by_ref().take(per_tick as usize) {
                let at = at + n as i64 % per_tick * (TICK_S * SECOND_NS / per_tick);
                all.push(failing(plant(specimen, place, at), n as u64));
            }
            let again = (at as u64..).zip(again_and_again(corpus));
            all.extend(again.map(|(n, (place, specimen))| failing(plant(specimen, place, at), n)));
            all.push(changes(corpus, at, (second - HEALTHY_S) / TICK_S));
        }
        ticks_sent.push(merged(at, all));
    }
    assert!(secrets.next().is_none(), "everything is planted");
    ticks_sent.chunks(TICKS_PER_STEP).map(|ticks| merged(ticks[0].at_unix_nano, ticks.to_vec())).collect()
}

/// What stands in every tick that fails: differences between windows are told of what comes more than once.
fn again_and_again(corpus: &[Specimen]) -> impl Iterator<Item = (Place, &Specimen)> {
    planted(corpus).filter(|(place, _)| *place == Place::SpanName).take(3)
}

/// What was planted, as an error: bundles tell of errors.
fn failing(mut step: Step, n: u64) -> Step {
    for record in step.logs.iter_mut().flat_map(|r| &mut r.resource_logs).flat_map(|g| &mut g.scope_logs) {
        record.log_records.iter_mut().filter(|_| !n.is_multiple_of(3)).for_each(|r| r.severity_number = 17);
    }
    for scope in step.traces.iter_mut().flat_map(|r| &mut r.resource_spans).flat_map(|g| &mut g.scope_spans) {
        for span in &mut scope.spans {
            span.trace_id =
                u128::from(n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_0c4b_1d2e_5a77).to_be_bytes().to_vec();
            span.span_id = (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes().to_vec();
            let status = span.status.get_or_insert_default();
            status.code = 2;
        }
    }
    step
}

/// Requests of several steps as one.
fn merged(at_unix_nano: i64, steps: Vec<Step>) -> Step {
    let mut all = Step { at_unix_nano, ..Step::default() };
    for step in steps {
        if let Some(logs) = step.logs {
            all.logs.get_or_insert_default().resource_logs.extend(logs.resource_logs);
        }
        if let Some(metrics) = step.metrics {
            all.metrics.get_or_insert_default().resource_metrics.extend(metrics.resource_metrics);
        }
        if let Some(traces) = step.traces {
            all.traces.get_or_insert_default().resource_spans.extend(traces.resource_spans);
        }
    }
    all
}

/// A request from its OTLP/JSON.
fn step(at_unix_nano: i64, logs: &Value, metrics: &Value, traces: &Value) -> Step {
    Step {
        at_unix_nano,
        logs: serde_json::from_value(json!({ "resourceLogs": logs })).unwrap(),
        metrics: serde_json::from_value(json!({ "resourceMetrics": metrics })).unwrap(),
        traces: serde_json::from_value(json!({ "resourceSpans": traces })).unwrap(),
    }
}

pub(crate) fn attributes(pairs: &[(&str, &str)]) -> Value {
    pairs.iter().map(|(key, value)| json!({"key": key, "value": {"stringValue": value}})).collect()
}

fn resource(service: &str) -> Value {
    let pod = format!("{service}-6d4cf56db6-x7k2p");
    json!({ "attributes": attributes(&[("service.name", service), ("service.version", INNOCENTS[5].1), ("k8s.pod.name", &pod)]) })
}

/// The innocent values as a sentence.
pub(crate) fn innocent_body() -> String {
    let pairs: Vec<String> = INNOCENTS.iter().map(|(name, value)| format!("{name} {value}")).collect();
    format!("innocent: {}", pairs.join(", "))
}

/// The system itself: a gate that calls a cart.
fn background(at: i64, is_healthy: bool) -> Step {
    let [gate, cart] = ["gate", INNOCENTS[0].1];
    let innocents: Vec<(&str, &str)> = INNOCENTS.into_iter().collect();
    let mut logs = Vec::new();
    let mut spans: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for n in 0..5_i64 {
        let at = at + n * 2 * SECOND_NS;
        let (body, severity) = match is_healthy {
            true => (format!("{MARKER} ledger took item {n}"), 9),
            false => (format!("{MARKER} ledger refused item {n}: timed out after 3000 ms"), 17),
        };
        let mut records =
            vec![json!({"timeUnixNano": at.to_string(), "severityNumber": severity, "body": {"stringValue": body},
            "traceId": INNOCENTS[2].1, "attributes": attributes(&innocents)})];
        if n == 0 {
            records.push(json!({"timeUnixNano": at.to_string(), "severityNumber": severity, "body": {"stringValue": innocent_body()}}));
        }
        logs.push(json!({"resource": resource(cart), "scopeLogs": [{"logRecords": records}]}));
        let trace = format!("{:032x}", (at as u128).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c));
        let took = if is_healthy { 20_000_000 } else { 3_000_000_000 };
        let span = |id: &str, parent: &str, kind: i64, name: &str| {
            json!({"traceId": trace, "spanId": id, "parentSpanId": parent, "kind": kind, "name": name,
                "startTimeUnixNano": at.to_string(), "endTimeUnixNano": (at + took).to_string(),
                "status": {"code": if is_healthy { 0 } else { 2 }, "message": if is_healthy { "" } else { "timed out" }}})
        };
        spans.entry(gate).or_default().push(span("1111111111111111", "", 3, &format!("POST /{MARKER}")));
        spans.entry(cart).or_default().push(span(
            "2222222222222222",
            "1111111111111111",
            2,
            &format!("POST /{MARKER}"),
        ));
    }
    let traces = spans
        .into_iter()
        .map(|(service, spans)| json!({"resource": resource(service), "scopeSpans": [{"spans": spans}]}))
        .collect();
    step(at, &logs.into(), &json!([]), &traces)
}

/// A series for each class, with a secret in its attributes, which rises when the system fails: shifts are told with
/// their attributes.
fn metered(corpus: &[Specimen], at: i64, is_healthy: bool) -> Step {
    let point = |key: &str, value: &str| json!({"timeUnixNano": at.to_string(), "asDouble": if is_healthy { 3.0 } else { 900.0 }, "attributes": attributes(&[(key, value)])});
    let of_class = |class: &[Specimen]| {
        let specimen = &class[value_of(Place::ALL.iter().position(|p| *p == Place::MetricAttribute).unwrap_or(0))];
        point(specimen.key.unwrap_or("peer"), &specimen.value)
    };
    // Some at a time, so that they stay few.
    let points: Vec<Value> = corpus.chunks(VALUES_PER_CLASS).step_by(4).map(of_class).collect();
    let metrics = json!([{"name": format!("{MARKER}.waiting"), "gauge": {"dataPoints": points}}]);
    step(
        at,
        &json!([]),
        &json!([{"resource": resource(INNOCENTS[0].1), "scopeMetrics": [{"metrics": metrics}]}]),
        &json!([]),
    )
}

/// Deployments whose titles quote what nobody should commit.
fn changes(corpus: &[Specimen], at: i64, tick: i64) -> Step {
    let body = Place::ALL.iter().position(|p| *p == Place::Body).unwrap_or(0);
    let records: Vec<Value> = corpus
        .chunks(VALUES_PER_CLASS)
        .filter_map(|class| class.get(value_of(body)))
        .skip(tick as usize * 3)
        .take(3)
        .map(|specimen| {
            let title = format!("{MARKER}: use {} for the ledger", specimen.text());
            json!({"timeUnixNano": at.to_string(), "severityNumber": 9, "eventName": "deployment", "body": {"stringValue": title},
                "attributes": attributes(&[("service.name", INNOCENTS[0].1), ("vcs.ref.head.revision", INNOCENTS[3].1), ("vcs.change.title", &title), ("diff", &title)])})
        })
        .collect();
    step(
        at,
        &json!([{"resource": resource("deployer"), "scopeLogs": [{"logRecords": records}]}]),
        &json!([]),
        &json!([]),
    )
}
