//! Text that is made to hurt: megabytes in one word, nothing but keys, encodings in encodings, patterns that go back and
//! forth. Time and memory stay bounded.

use std::time::{Duration, Instant};

use decant_model::{Batch, LogRecord, LogsBuilder, Position, ResourceTable, Rows};
use decant_redact::{Config, RawConfig, RawRule, Redactor};

const BYTES: usize = 10 << 20;

/// Far more than it takes, and far less than anything that grows with the square of the length would.
const PATIENCE: Duration = Duration::from_secs(30);

/// Pieces of which a text is made by repetition.
const PIECES: &[&str] = &[
    "a",
    "A1b",
    "token=",
    "password: \"",
    "%41",
    "%2541",
    "1 ",
    "4111-",
    "+1 ",
    "eyJ",
    "\\\"",
    "{\"a\":",
    "a@b.",
    "://u:",
    "@",
    "-----BEGIN ",
    "-----BEGIN PRIVATE KEY-----",
    "DE44 ",
    "sk-",
    "sgp_",
    "Authorization: ",
    "Cookie: a=b; ",
    "bearer ",
    "credential=",
    "<pass>",
    "<email:1>",
    "ssn ",
    "curl -u ",
    "\u{200b}",
    "\u{1b}[",
    "dXNlcjpwYXNz",
    "JQQJ9",
    "x=\"",
    "é",
];

fn limited(text: &str, what: &str) -> String {
    let start = Instant::now();
    let new = Redactor::new(&Config::default()).text(text).into_owned();
    let took = start.elapsed();
    assert!(took < PATIENCE, "{what}: {took:?}");
    assert!(new.len() <= 256 << 10, "{what}: {} bytes", new.len());
    new
}

#[test]
fn ten_megabytes_of_one_piece_take_a_moment_and_are_cut() {
    for piece in PIECES {
        limited(&piece.repeat(BYTES / piece.len()), piece);
    }
}

#[test]
fn ten_megabytes_in_a_column_are_cut_and_the_rows_beside_them_stay() {
    let long = format!("first a.b@example.com {} password=x7k!q", "token=".repeat(BYTES / 6));
    let mut logs = LogsBuilder::default();
    for body in ["before", &long, "after"] {
        logs.push(&LogRecord { body, ..LogRecord::default() }, []);
    }
    let start = Instant::now();
    let batch =
        Batch { position: Position::default(), resources: ResourceTable::default(), rows: Rows::Logs(logs.finish()) };
    let mut redactor = Redactor::new(&Config::default());
    let Rows::Logs(new) = redactor.push(batch).rows else { panic!("logs stay logs") };
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
    assert_eq!((new.body.value(0), new.body.value(2)), ("before", "after"));
    let cut = new.body.value(1);
    assert!(cut.starts_with("first <email:1> token=") && cut.len() <= 256 << 10, "{} bytes", cut.len());
    assert!(cut.ends_with(" bytes more]"), "the length of what is left out is told");
    assert_eq!(redactor.counts().get("truncated"), Some(&1));
}

#[test]
fn what_is_cut_in_two_at_the_end_of_what_is_looked_at_is_not_shown() {
    // A value begins near the place where looking ends, and all before it shrinks by redaction.
    let mail = "somebody.with.a.long.name@mail.example.com ";
    let text = mail.repeat(2 * (320 << 10) / mail.len());
    for shift in 0..mail.len() {
        let new = limited(&text[shift..], "mail");
        assert!(!new.contains("somebody.with") && !new.contains("long.name"), "{shift}: {}", &new[new.len() - 80..]);
    }
}

#[test]
fn json_in_json_in_json_is_read_and_bounded() {
    let mut text = "{\"password\":\"x7k!qZ\"}".to_owned();
    for depth in 0..12 {
        let new = limited(&text, "json");
        assert!(depth > 3 || !new.contains("x7k"), "{depth} layers: {new}");
        text = format!("{{\"a\":\"{}\"}}", text.replace('\\', "\\\\").replace('"', "\\\""));
    }
    limited(&"{\"a\":[".repeat(1 << 20), "open brackets");
}

#[test]
fn a_rule_that_goes_back_and_forth_is_bounded() {
    let rule = |pattern: &str| RawRule { name: "own".into(), pattern: pattern.into(), ..RawRule::default() };
    for pattern in [".*[^A-Z]|[A-Z]", "(a|aa)+b|a", "(x+x+)+y|.", "[A-Za-z]"] {
        let raw = RawConfig { rules: vec![rule(pattern)], ..RawConfig::default() };
        let mut redactor = Redactor::new(&raw.validate().unwrap());
        let start = Instant::now();
        let new = redactor.text(&"A".repeat(1 << 20)).len();
        assert!(start.elapsed() < PATIENCE && new < 256 << 10, "{pattern}: {:?}, {new} bytes", start.elapsed());
    }
    // After a thousand values the rest counts as one: nothing is shown that was not looked at.
    let raw = RawConfig { rules: vec![rule("id[0-9]+")], ..RawConfig::default() };
    let mut redactor = Redactor::new(&raw.validate().unwrap());
    let text: String = (0..3000).map(|n| format!("id{n} ")).collect();
    let new = redactor.text(&text).into_owned();
    assert!(new.ends_with("<own:1000> <own:1001>") && !new.contains("id"), "{}", &new[new.len() - 60..]);
}

#[test]
fn rules_without_end_are_refused() {
    let rule = |n: usize| RawRule { name: format!("own-{n}"), pattern: format!("x{n}"), ..RawRule::default() };
    let raw = RawConfig { rules: (0..1001).map(rule).collect(), ..RawConfig::default() };
    assert_eq!(raw.validate().map(drop).unwrap_err().to_string(), "rules: there are 1001, at most 1000 are taken");
    for pattern in [r"(\w{1000}){1000}", "((a{99}){99}){99}", "(?s).{1000000}", "(", "[z-a]", r"\p{Greek}{5000}"] {
        let raw = RawConfig {
            rules: vec![RawRule { name: "own".into(), pattern: pattern.into(), ..RawRule::default() }],
            ..RawConfig::default()
        };
        let start = Instant::now();
        assert!(raw.validate().map(drop).unwrap_err().to_string().starts_with("rules.own: "), "{pattern}");
        assert!(start.elapsed() < PATIENCE, "{pattern}");
    }
}
