//! Settings: rules of the operator's own, policies, allow-lists, scopes, keys; and the laws for any text.

use decant_redact::{CLASSES, Config, ConfigError, Policy, RawConfig, RawRule, RawScope, Redactor};
use proptest::prelude::*;

use crate::corpus::Draw;
use crate::formats::{FORMATS, secret_of};

fn rule(name: &str, pattern: &str, keywords: &[&str]) -> RawRule {
    let keywords = keywords.iter().map(|k| (*k).to_owned()).collect();
    RawRule { name: name.to_owned(), pattern: pattern.to_owned(), keywords, policy: None }
}

fn with(change: impl FnOnce(&mut RawConfig)) -> Result<Redactor, ConfigError> {
    let mut raw = RawConfig::default();
    change(&mut raw);
    raw.validate().map(|config| Redactor::new(&config))
}

#[test]
fn own_rules_are_tried_where_their_keyword_is() {
    let mut redactor = with(|raw| {
        raw.rules.push(rule("staff-id", r"\bEMP-(?P<secret>\d{6})\b", &["emp-"]));
        raw.rules.push(rule("ticket", r"\bT[0-9]{4}X\b", &[]));
    })
    .unwrap();
    assert_eq!(redactor.text("EMP-123456 opened T1234X"), "EMP-<staff-id:1> opened <ticket:1>");
    assert_eq!(redactor.text("EMP-123456 again"), "EMP-<staff-id:1> again");
    assert_eq!(redactor.counts().get("staff-id"), Some(&2));
}

#[test]
fn an_own_value_that_begins_in_what_is_kept_is_found_however_far_it_reaches() {
    let mut redactor = with(|raw| raw.rules.push(rule("dump", "(?s)<dump>.*</dump>", &[]))).unwrap();
    let text = format!("before <dump>{}</dump> after", "x7k!q ".repeat(100_000));
    assert_eq!(redactor.text(&text), "before <dump:1> after");
    assert!(redactor.text(&text.replace("</dump>", "")).ends_with(" bytes more]"));
}

#[test]
fn what_cannot_be_meant_is_refused_by_name() {
    type Change = Box<dyn FnOnce(&mut RawConfig)>;
    let cases: [(&str, Change); 7] = [
        ("rules.bad: ", Box::new(|raw| raw.rules.push(rule("bad", "(", &[])))),
        ("rules.huge: ", Box::new(|raw| raw.rules.push(rule("huge", r"(\w{1000}){1000}", &[])))),
        ("rules.nothing: ", Box::new(|raw| raw.rules.push(rule("nothing", "x*", &[])))),
        ("built-in", Box::new(|raw| raw.rules.push(rule("email", "x", &[])))),
        ("did you mean \"email\"", Box::new(|raw| raw.policies = [("emails".to_owned(), Policy::Mask)].into())),
        ("allow: entry 1", Box::new(|raw| raw.allow.push("[".into()))),
        ("key must be", Box::new(|raw| raw.key = Some("secret".into()))),
    ];
    for (word, change) in cases {
        let error = with(change).map(drop).unwrap_err().to_string();
        assert!(error.contains(word), "{word}: {error}");
    }
}

#[test]
fn policies_say_what_stands_in_the_value_s_place() {
    let line = "mail to jane@example.com";
    for (policy, expected) in [
        (Policy::Pseudonym, "mail to <email:1>"),
        (Policy::Mask, "mail to <email>"),
        (Policy::Drop, "mail to "),
        (Policy::Allow, line),
    ] {
        let mut redactor = with(|raw| raw.policies = [("email".to_owned(), policy)].into()).unwrap();
        assert_eq!(redactor.text(line), expected);
        assert_eq!(redactor.counts().get("email"), Some(&1), "{policy:?} is counted");
    }
    let hashed =
        with(|raw| raw.policies = [("email".to_owned(), Policy::Hash)].into()).unwrap().text(line).into_owned();
    assert_eq!(hashed.len(), "mail to <email:0123456789abcdef>".len(), "{hashed}");
    let mut only = with(|raw| raw.detect_only = true).unwrap();
    assert_eq!(only.text(line), line);
    assert_eq!(only.counts().get("email"), Some(&1));
}

#[test]
fn a_key_makes_pseudonyms_that_every_process_shares() {
    let key = || with(|raw| raw.key = Some("000102030405060708090a0b0c0d0e0f".into())).unwrap();
    let first = key().text("jane@example.com").into_owned();
    let mut second = key();
    assert_ne!(second.text("other@example.com"), first);
    assert_eq!(second.text("jane@example.com"), first);
    assert_eq!(first.len(), "<email:3f2a91c04b>".len());
    assert_eq!(second.text(&first), first, "once is enough");
}

#[test]
fn allowed_values_and_scopes_are_kept() {
    let mut redactor = with(|raw| {
        raw.allow.push(r".*@example\.org".into());
        raw.scopes.push(RawScope {
            services: vec![],
            fields: vec!["body".into()],
            policies: [("email".to_owned(), Policy::Mask)].into(),
        });
    })
    .unwrap();
    assert_eq!(redactor.text("a@example.org b@example.com"), "a@example.org <email:1>");
}

#[test]
fn ip_addresses_go_only_when_asked() {
    let line = "from 192.0.2.7:8080 and 2001:db8::1 at 12:30:00";
    assert_eq!(with(|_| ()).unwrap().text(line), line);
    let mut redactor = with(|raw| raw.ip_addresses = true).unwrap();
    assert_eq!(redactor.text(line), "from <ip-address:1>:8080 and <ip-address:2> at 12:30:00");
}

#[test]
fn there_are_more_than_forty_classes_with_names_of_their_own() {
    let mut names: Vec<&str> = CLASSES.iter().map(|c| c.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), CLASSES.len());
    assert!(names.len() >= 40);
}

/// Text with values, keys, quotes and separators thrown together.
fn mixture() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[ -~]{0,12}",
        "\\PC{0,6}",
        (0..FORMATS.len(), any::<u64>()).prop_map(|(i, seed)| Draw::new(seed).pattern(FORMATS[i].1)),
        prop::sample::select(vec![
            "password=",
            "\"token\":\"",
            "Authorization: Bearer ",
            "Cookie: a=",
            "://u:",
            "@",
            ".com",
            "-----BEGIN PRIVATE KEY-----",
            "-----END PRIVATE KEY-----",
            "%40",
            "<email:1>",
            "<",
            ">",
            "\\\"",
            "api_key: ",
            "4111111111111111",
            "\u{200b}",
            "\u{1b}[0m",
            "ssn 123-45-6789",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn redacting_twice_is_redacting_once(text in mixture()) {
        let once = Redactor::new(&Config::default()).text(&text).into_owned();
        let twice = Redactor::new(&Config::default()).text(&once).into_owned();
        prop_assert_eq!(&twice, &once, "{:?}", text);
    }

    #[test]
    fn a_value_between_spaces_never_survives(before in "[ -~]{0,20}", after in "[ -~]{0,20}", i in 0..FORMATS.len(), seed in any::<u64>()) {
        let value = Draw::new(seed).pattern(FORMATS[i].1);
        let new = Redactor::new(&Config::default()).text(&format!("{before} {value} {after}")).into_owned();
        let secret = secret_of(&value);
        prop_assert!(!new.contains(secret), "{}", new);
    }
}
