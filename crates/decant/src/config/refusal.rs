//! What is wrong with a file that does not parse: the line, the setting, and what should stand there.
//!
//! Never what does stand there: the parser's own messages quote it, and it may be a password at the wrong place. So every
//! message is made here, of the names of settings and of our own types alone.

use anyhow::{Error, anyhow};
use serde_saphyr::Error as Parse;

/// The refusal of `text`.
pub(super) fn of(error: &Parse, text: &str) -> Error {
    let error = error.without_snippet();
    let what = match error {
        Parse::SerdeInvalidType { expected, .. } | Parse::SerdeInvalidValue { expected, .. } => {
            format!("expected {expected}")
        }
        Parse::SerdeInvalidLength { expected, .. } => format!("expected {expected}"),
        Parse::InvalidScalar { ty, .. } => format!("expected a value of the type {ty}"),
        Parse::Unexpected { expected, .. } => format!("expected {expected}"),
        Parse::SerdeUnknownVariant { expected, .. } => format!("expected one of {}", expected.join(", ")),
        Parse::SerdeUnknownField { expected, .. } => {
            format!("there is no such setting here; expected one of {}", expected.join(", "))
        }
        Parse::SerdeMissingField { field, .. } => format!("{field} is missing"),
        Parse::DuplicateMappingKey { .. } => "this setting stands here twice".to_owned(),
        Parse::NullIntoString { .. } => "expected a text".to_owned(),
        Parse::Eof { .. } => "the file ends before its end".to_owned(),
        Parse::MultipleDocuments { .. } => "expected one document".to_owned(),
        Parse::InvalidUtf8Input => "expected UTF-8".to_owned(),
        _ => "this is no YAML, or not what is expected here".to_owned(),
    };
    let Some(at) = error.location() else { return anyhow!("{what}") };
    let line = at.line();
    let setting = usize::try_from(line).ok().and_then(|line| text.lines().nth(line.checked_sub(1)?));
    let setting = setting.and_then(|line| line.trim_start_matches([' ', '-']).split_once(':')).map(|(name, _)| name);
    let may_be_told = |name: &&str| match error {
        Parse::SerdeUnknownField { expected, .. } => expected.iter().any(|known| is_like(name, known)),
        _ => is_name(name),
    };
    match setting.filter(may_be_told) {
        Some(name) => anyhow!("line {line}, column {}: {name}: {what}", at.column()),
        None => anyhow!("line {line}, column {}: {what}", at.column()),
    }
}

/// Whether one is the other, mistyped: then it is no password.
fn is_like(name: &str, known: &str) -> bool {
    is_name(name) && strsim::damerau_levenshtein(name, known) <= known.len() / 3
}

/// Whether it can be a setting's name: small letters joined by `_` and `.`, as no key or token is.
fn is_name(text: &str) -> bool {
    (1..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    #[test]
    fn an_unknown_setting_is_named_when_it_is_like_a_known_one_and_else_may_be_a_password() {
        for (config, named) in [
            ("lane: 2\n", true),
            ("stores:\n  path: x\n", true),
            ("kafka:\n  brokers: [a]\n  gruop_id: x\n", true),
            ("correct.horse_battery: 1\n", false),
            ("kafka:\n  brokers: [a]\n  hunter: x\n", false),
        ] {
            let message = format!("{:#}", parse(config).unwrap_err());
            let line = config.lines().find(|line| !line.starts_with("kafka") && !line.contains("brokers")).unwrap();
            let name = line.trim().split(':').next().unwrap();
            assert_eq!(message.contains(name), named, "{config}: {message}");
            assert!(message.contains("no such setting here; expected one of"), "{message}");
        }
    }

    #[test]
    fn a_refusal_names_line_and_setting_and_never_the_value() {
        let word = ["Xk9", "-pass", "-7hQ2"].concat();
        for (config, words) in [
            ("lanes: @\n", "line 1 lanes: expected"),
            ("kafka:\n  properties:\n    sasl.password: @\n  brokerz: [a]\n", "line 4 brokerz brokers"),
            ("kafka:\n  properties: { sasl.password: @, x: [1] }\n", "line 2 properties: expected"),
            ("kafka:\n  properties: @\n", "line 2 properties: expected"),
            ("kafka:\n  @: 1\n", "line 2 no such setting"),
            ("redact:\n  keys: @\n", "line 2 keys"),
            ("redact:\n  key: [@\n", "line"),
            ("redact:\n  key: \"@\n", "line"),
            ("redact:\n  detect_only: @\n", "line 2 detect_only: expected"),
            ("redact:\n  policies:\n    email: @\n", "line 3 email: expected mask"),
            ("redact: @\n", "line 1 redact: expected"),
            ("@\n", "line 1"),
            ("lanes: *@\n", "line 1"),
            ("lanes: 1\nlanes: @\n", "line 2 twice"),
            ("kafka:\n  brokers: [a]\n  start: @\n", "line 3 start"),
        ] {
            let message = format!("{:#}", parse(&config.replace('@', &word)).unwrap_err());
            assert!(!message.contains(&word), "{config}: {message}");
            for wanted in words.split(' ') {
                assert!(message.contains(wanted), "{config}: {message:?} lacks {wanted:?}");
            }
        }
    }
}
