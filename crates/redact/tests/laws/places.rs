//! Every text of the three signals is redacted; columns without a find are shared.

use decant_model::{
    Batch, LogRecord, LogsBuilder, MetricPoint, MetricsBuilder, Position, Resource, ResourceTable, Rows, SpanRecord,
    SpansBuilder,
};
use decant_redact::{Config, Policy, RawConfig, Redactor};

use crate::corpus::Draw;

fn token() -> String {
    Draw::new(7).pattern("ghp_{A36}")
}

fn resources(token: &str) -> ResourceTable {
    let mut table = ResourceTable::default();
    let attributes = [
        ("service.name", "token-service"),
        ("process.command_args", &format!("--token {token}")),
        ("k8s.pod.name", "web-6d4cf56db6-x7k2p"),
    ];
    table.intern(Resource::new(attributes.map(|(k, v)| (k.to_owned(), v.to_owned()))));
    table
}

fn logs(bodies: &[&str], attributes: &[(&str, &str)]) -> Rows {
    let mut builder = LogsBuilder::default();
    for body in bodies {
        builder.push(&LogRecord { body, ..LogRecord::default() }, attributes.iter().copied());
    }
    Rows::Logs(builder.finish())
}

fn batch(rows: Rows, resources: ResourceTable) -> Batch {
    Batch { position: Position::default(), resources, rows }
}

#[test]
fn no_place_is_forgotten() {
    let token = token();
    let with = |text: &str| text.replace('@', &token);
    let json = with(r#"[{"name":"n","attributes":{"a":"@"}}]"#);
    let attributes =
        [("k".to_owned(), with("v @")), (with("key @"), "v".to_owned()), ("nested".to_owned(), with(r#"{"a":["@"]}"#))];
    let pairs: Vec<(&str, &str)> = attributes.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    let body = with("body @ end");
    let event = with("event @");
    let mut log_rows = LogsBuilder::default();
    log_rows.push(&LogRecord { body: &body, event_name: Some(&event), ..LogRecord::default() }, pairs.iter().copied());
    let mut spans = SpansBuilder::default();
    let span = SpanRecord {
        name: &body,
        status_message: Some(&event),
        events: Some(&json),
        links: Some(&json),
        ..SpanRecord::default()
    };
    spans.push(&span, pairs.iter().copied());
    let mut metrics = MetricsBuilder::default();
    let point = MetricPoint { name: &event, unit: &event, exemplars: Some(&json), ..MetricPoint::default() };
    metrics.push(&point, pairs.iter().copied());
    for rows in [Rows::Logs(log_rows.finish()), Rows::Traces(spans.finish()), Rows::Metrics(metrics.finish())] {
        let new = Redactor::new(&Config::default()).push(batch(rows, resources(&token)));
        let shown = format!("{new:?}");
        assert!(!shown.contains(&token), "{shown}");
        assert!(shown.contains("<github-token:1>"), "{shown}");
        assert_eq!(new.service(0), "token-service");
        let resource = new.resources.get(0).unwrap();
        assert_eq!(resource.get("k8s.pod.name"), Some("web-6d4cf56db6-x7k2p"));
    }
}

#[test]
fn columns_without_a_find_are_shared() {
    let old = batch(logs(&["plain text", "more"], &[("http.method", "GET")]), ResourceTable::default());
    let new = Redactor::new(&Config::default()).push(old.clone());
    let (Rows::Logs(old), Rows::Logs(new)) = (&old.rows, &new.rows) else { panic!("logs stay logs") };
    assert!(old.body.values().ptr_eq(new.body.values()));
}

#[test]
fn a_key_redacts_the_whole_value_of_its_attribute() {
    let attributes = [
        ("http.request.header.authorization", r#"["Bearer abcdefgh"]"#),
        ("db.password", "open sesame"),
        ("http.request.header.x-api-key", "a1b2c3d4e5"),
        ("enduser.first_name", "Grace"),
        ("token_count", "1234567890123"),
        ("user.id", "42"),
    ];
    let new = Redactor::new(&Config::default()).push(batch(logs(&["x"], &attributes), ResourceTable::default()));
    let Rows::Logs(new) = &new.rows else { panic!("logs stay logs") };
    let values: Vec<&str> = new.attributes.of(0).map(|(_, v)| v).collect();
    let expected =
        [r#"["Bearer <authorization:1>"]"#, "<password:1>", "<api-key:1>", "<person-name:1>", "1234567890123", "42"];
    assert_eq!(values, expected);
}

#[test]
fn a_key_tells_of_a_national_id_and_the_check_digit_confirms_it() {
    let attributes = [
        ("customer.pesel", "44051401359", "<pl-pesel:1>"),
        ("customerDni", "12345678Z", "<es-dni:1>"),
        ("bsn_number", "111222333", "<nl-bsn:1>"),
        ("otel.scope.steuer_id", "86095742719", "<de-tax-id:1>"),
        ("codiceFiscale", "RSSMRA85T10A562S", "<it-codice-fiscale:1>"),
        ("http.request.header.cpf", r#"["529.982.247-25"]"#, r#"["<br-cpf:1>"]"#),
        ("pesel", "44051401358", "44051401358"),
        ("compesel", "44051401359", "44051401359"),
        ("pesel.length", "44051401359", "44051401359"),
        ("math.sin", "0.130692854", "0.130692854"),
        ("row", "111222333", "111222333"),
    ];
    let pairs = attributes.map(|(key, value, _)| (key, value));
    let mut table = ResourceTable::default();
    table.intern(Resource::new(pairs.map(|(k, v)| (k.to_owned(), v.to_owned()))));
    let new = Redactor::new(&Config::default()).push(batch(logs(&["x"], &pairs), table));
    let Rows::Logs(rows) = &new.rows else { panic!("logs stay logs") };
    for ((key, _, expected), (_, value)) in attributes.iter().zip(rows.attributes.of(0)) {
        assert_eq!(value, *expected, "{key}");
        assert_eq!(new.resources.get(0).unwrap().get(key), Some(*expected), "{key} of the resource");
    }
}

#[test]
fn a_dropped_attribute_is_gone_and_its_neighbours_stay() {
    let raw = RawConfig { policies: [("email".to_owned(), Policy::Drop)].into(), ..RawConfig::default() };
    let mut redactor = Redactor::new(&raw.validate().unwrap());
    let new = redactor.push(batch(
        logs(&["mail a.b@example.com now", "x"], &[("a", "1"), ("to", "a.b@example.com"), ("b", "2")]),
        ResourceTable::default(),
    ));
    let Rows::Logs(new) = &new.rows else { panic!("logs stay logs") };
    assert_eq!(new.body.value(0), "mail  now");
    for row in 0..2 {
        assert_eq!(new.attributes.of(row).collect::<Vec<_>>(), [("a", "1"), ("b", "2")], "row {row}");
    }
}

fn key_lines(draw: &mut Draw) -> Vec<String> {
    let mut lines = vec![["-----BEGIN RSA PRIV", "ATE KEY-----"].concat()];
    lines.extend((0..12).map(|_| draw.pattern("{664}")));
    lines.push(draw.pattern("{610}=="));
    lines.push(["-----END RSA PRIV", "ATE KEY-----"].concat());
    lines
}

#[test]
fn a_private_key_is_gone_in_one_text_and_line_by_line() {
    let lines = key_lines(&mut Draw::new(3));
    for text in
        [lines.join("\n"), lines.join("\\n"), format!("{{\"key\":\"{}\"}}", lines.join("\\n")), lines[..9].join("\n")]
    {
        let new = Redactor::new(&Config::default()).text(&text).into_owned();
        assert!(lines[1..].iter().all(|l| l.starts_with('-') || !new.contains(l)), "{new}");
        assert!(new.contains("<private-key:1>"), "{new}");
    }
    // Each line a record, another stream's lines between them, in two batches.
    let mut redactor = Redactor::new(&Config::default());
    let mut table = ResourceTable::default();
    for name in ["a", "b"] {
        table.intern(Resource::new([("service.name".to_owned(), name.to_owned())]));
    }
    let mut shown = String::new();
    for half in [&lines[..7], &lines[7..]] {
        let mut builder = LogsBuilder::default();
        for line in half {
            builder.push(&LogRecord { body: line, resource: 0, ..LogRecord::default() }, []);
            builder.push(&LogRecord { body: "GET /cart 200", resource: 1, ..LogRecord::default() }, []);
        }
        shown += &format!("{:?}", redactor.push(batch(Rows::Logs(builder.finish()), table.clone())));
    }
    assert!(lines[1..lines.len() - 1].iter().all(|l| !shown.contains(l.as_str())), "{shown}");
    assert_eq!(shown.matches("GET /cart 200").count(), lines.len());
    assert_eq!(redactor.text("after the key, all is read"), "after the key, all is read");
}

#[test]
fn a_long_text_is_cut_after_redaction() {
    let raw = RawConfig { max_text_bytes: Some(256), ..RawConfig::default() };
    let mut redactor = Redactor::new(&raw.validate().unwrap());
    let long = format!("{} {}", "é".repeat(130), token());
    let new = redactor.push(batch(logs(&[&long, "short"], &[]), ResourceTable::default()));
    let Rows::Logs(new) = &new.rows else { panic!("logs stay logs") };
    assert!(new.body.value(0).len() <= 256 + 40, "{}", new.body.value(0).len());
    assert!(!new.body.value(0).contains("ghp"), "{}", new.body.value(0));
    assert_eq!(new.body.value(1), "short");
    assert_eq!(redactor.counts().get("truncated"), Some(&1));
}
